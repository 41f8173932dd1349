"""Where a data set comes from: the user's own mirrors in front, and a way out in every error."""

from pathlib import Path

import pytest

from pipeline.data.datasets import DATA_SETS, DataSet
from pipeline.data.idx import IDX_FILES
from pipeline.download.addresses import Place
from pipeline.download.source import fetch_data_set, mirrors_of
from pipeline.files.errors import DownloadError
from pipeline.settings.params import DownloadSettings
from tests.conftest import Mirror


def settings(source: str) -> DownloadSettings:
    return DownloadSettings(source=source, connect_timeout_seconds=20, read_timeout_seconds=20, file_deadline_seconds=60, attempts=1)


def test_the_environments_mirrors_come_in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    def registered(name: str) -> list[Place]:
        return [Place(address, own=False) for address in DATA_SETS[name].mirrors]

    monkeypatch.delenv("DATA_MIRROR", raising=False)
    monkeypatch.setenv("MNIST_MIRROR", "/here/mnist")
    assert mirrors_of("mnist") == [Place("/here/mnist", own=True), *registered("mnist")]
    assert mirrors_of("kmnist") == registered("kmnist")
    for written in ("/data", "/data/"):
        monkeypatch.setenv("DATA_MIRROR", written)
        assert mirrors_of("mnist") == [Place("/here/mnist", own=True), Place("/data/mnist", own=True), *registered("mnist")]
        assert mirrors_of("kmnist") == [Place("/data/kmnist", own=True), *registered("kmnist")]


def test_a_new_data_set_is_fetched_from_its_folder_of_a_data_mirror(
    tmp_path: Path, mirror: Mirror, tiny_set: DataSet, idx_files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_MIRROR", mirror.url("good"))
    assert fetch_data_set(settings("tiny")) == idx_files
    assert [path for path, _ in mirror.requests] == [f"/good/tiny/{name}.gz" for name in IDX_FILES]
    (tmp_path / "tiny").mkdir()
    for name, content in idx_files.items():
        (tmp_path / "tiny" / name).write_bytes(content)
    monkeypatch.setenv("DATA_MIRROR", str(tmp_path))
    assert fetch_data_set(settings("tiny")) == idx_files


def test_no_mirror_is_one_error_with_each_reason_and_both_ways_out(mirror: Mirror, tiny_set: DataSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DATA_SETS, "tiny", tiny_set._replace(mirrors=(mirror.url("good"), "https://127.0.0.1/")))
    monkeypatch.setenv("DATA_MIRROR", "/not/there")
    with pytest.raises(DownloadError) as raised:
        fetch_data_set(settings("tiny"))
    message = str(raised.value)
    assert message.startswith("Tiny: no mirror serves verified files (/not/there/tiny: no such folder; http://127.0.0.1:")
    assert message.endswith(
        f"either set DATA_MIRROR to a folder or web address that holds tiny/{IDX_FILES[0]}.gz and the other three files, "
        "or set download.source: digits in params.yaml"
    )
    for part in (f"{mirror.url('good')}: is not https", "https://127.0.0.1/: leads to 127.0.0.1"):
        assert part in message
    assert "\n" not in message


def test_a_set_that_no_mirror_is_known_of_says_so(tiny_set: DataSet) -> None:
    with pytest.raises(DownloadError, match=r"Tiny: no mirror serves verified files \(none is known\); either set DATA_MIRROR"):
        fetch_data_set(settings("tiny"))
