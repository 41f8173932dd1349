"""The folder that is served: made once, made again where something has changed, whole or not at all."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from benchmarks.play import served
from pipeline.files.errors import DataError, PipelineError
from pipeline.serving.__main__ import main
from pipeline.serving.play import site as module
from pipeline.serving.play.browser import LOCK, PACKAGE, install_runtime
from pipeline.serving.play.site import make_site
from tests.conftest import ROOT

NPM = pytest.mark.skipif(shutil.which("npm") is None, reason="no npm on this machine")


class Exports:
    """Stands in for the module that exports, and counts."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def export_cell(self, folder: Path, trained: object, held_out: Path) -> None:
        self.made.append(folder.name.split(".")[0])
        (folder / "generator.onnx").write_bytes(b"network")

    def export_classifier(self, folder: Path, weights: Path, width: int) -> None:
        self.made.append("classifier")


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> Exports:
    """Neither TensorFlow nor npm takes part."""
    counting = Exports()
    monkeypatch.setattr(module, "_export", lambda: counting)
    monkeypatch.setattr(module, "install_runtime", lambda folder: None)
    return counting


def test_the_page_makes_no_markup_and_no_code_of_text() -> None:
    """Names of cells and classes become text of elements; the page's Content-Security-Policy would not run them either."""
    scripts = {path.name: path.read_text(encoding="utf-8") for path in (module.HERE / "page").glob("*.mjs")}
    assert len(scripts) > 5
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|srcdoc|\beval\b|new Function")
    assert [name for name, text in scripts.items() if markup.search(text)] == []
    page = (module.HERE / "page/index.html").read_text(encoding="utf-8")
    assert "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'" in page
    assert not re.search(r"<script(?! type=\"module\" src=)|\son[a-z]+=", page)


def test_networks_are_made_again_only_if_their_weights_have_changed(project: Path, exports: Exports) -> None:
    site = project / "play"
    assert make_site(project, site) == ["modern-0", "answer-0", "asker-0"]
    assert exports.made == ["classifier", "modern-0", "answer-0", "asker-0"]
    make_site(project, site)
    assert len(exports.made) == 4
    (project / "gan/answer-0/discriminator.weights.h5").write_bytes(b"trained again")
    shutil.rmtree(project / "gan/asker-0")
    assert make_site(project, site) == ["modern-0", "answer-0"]
    assert exports.made[4:] == ["answer-0"]
    assert sorted(path.name for path in (site / "models").iterdir()) == ["answer-0", "classifier", "modern-0"]
    assert {path.name for path in (module.HERE / "page").iterdir()} < {path.name for path in site.iterdir()}
    assert json.loads((site / "cells.json").read_text())[0] == {"name": "modern-0", "frechet_distance": 2.7}


def test_an_export_that_fails_leaves_nothing_and_is_made_again(project: Path, exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as failing:
        failing.setattr(exports, "export_cell", full_disk)
        with pytest.raises(OSError, match="no space left"):
            make_site(project, project / "play")
    assert [path.name for path in (project / "play/models").iterdir()] == ["classifier"]
    make_site(project, project / "play")
    assert "modern-0" in exports.made


def test_a_classifier_that_dvc_does_not_know_is_refused(project: Path, exports: Exports) -> None:
    (project / "classifier/classifier.weights.h5").write_bytes(b"other weights")
    with pytest.raises(DataError, match=r"classifier.weights.h5, .* expected both as dvc.lock has them, found others or none; run `dvc repro`"):
        make_site(project, project / "play")


def test_the_server_gives_modules_and_webassembly_their_types(tmp_path: Path) -> None:
    for name in ("main.mjs", "runtime.wasm"):
        (tmp_path / name).write_bytes(b"")
    with served(tmp_path) as address:
        types = [urllib.request.urlopen(address + name).headers["Content-Type"] for name in ("main.mjs", "runtime.wasm")]
    assert types == ["text/javascript", "application/wasm"]


@pytest.mark.parametrize("desktop", [True, False])
def test_a_browser_opens_only_where_there_is_a_desktop(tmp_path: Path, desktop: bool) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment |= {"BROWSER": str(browser)} | ({"DISPLAY": ":0"} if desktop else {})
    code = "from pipeline.web.desktop import open_on_a_desktop; open_on_a_desktop('http://127.0.0.1:5002/')"
    subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, check=True)
    assert (tmp_path / "opened").is_file() == (desktop or sys.platform == "darwin")


def test_a_wrong_argument_is_refused() -> None:
    with pytest.raises(PipelineError, match="play: expected nothing or `--port`"):
        main(["play", "modern-0"])


def test_the_lock_names_no_address_one_version_and_every_hash() -> None:
    text = (PACKAGE / LOCK).read_text()
    packages = json.loads(text)["packages"]
    assert not re.search(r"://|resolved|registry", text)
    assert re.fullmatch(r"\d+\.\d+\.\d+", json.loads((PACKAGE / "package.json").read_text())["dependencies"]["onnxruntime-web"])
    assert all(package["integrity"].startswith("sha512-") for name, package in packages.items() if name)
    assert (PACKAGE / ".npmrc").read_text() == "omit-lockfile-registry-resolved=true\n"


def test_without_npm_there_is_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PipelineError, match=r"npm: expected a command on the PATH, found none; install Node.js"):
        install_runtime(tmp_path / "runtime")


@NPM
@pytest.mark.slow
def test_without_a_network_there_is_one_line_and_nothing_half_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"registry": "http://127.0.0.1:9/", "cache": str(tmp_path / "cache"), "fetch_retries": "0"}
    for name, value in settings.items():
        monkeypatch.setenv(f"npm_config_{name}", value)
    with pytest.raises(PipelineError, match=r"npm ci: expected onnxruntime-web to be installed, received '.*'; check the network") as failed:
        install_runtime(tmp_path / "runtime")
    assert "\n" not in str(failed.value)
    assert [path.name for path in tmp_path.iterdir() if path.name != "cache"] == []
