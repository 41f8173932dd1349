"""Get the data set's four IDX files: reads mirrors or scikit-learn's bundled digits, writes the verified, decompressed files.

`dataset.json` beside them names the data set, its hashes, classes, citation and licence; every later output repeats the name.
"""

import hashlib
import sys
from pathlib import Path

from pipeline.data.datasets import find_data_set
from pipeline.download.source import fetch_data_set
from pipeline.files.artifacts import staged_folder, write_json
from pipeline.files.errors import one_line_errors
from pipeline.files.owner import owner
from pipeline.settings.params import DownloadSettings, load_settings
from pipeline.terminal.closing import closing


def download(raw: Path, settings: DownloadSettings) -> None:
    """Fill the folder `raw` with the four IDX files and dataset.json."""
    data_set = find_data_set(settings.source)
    files = fetch_data_set(settings)
    with staged_folder(raw, [*files, "dataset.json"]) as folder:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        about = {"data_set": settings.source, "classes": data_set.classes, "citation": data_set.citation, "licence": data_set.licence}
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        write_json(folder / "dataset.json", about | {"sha256": hashes})
    closing(f"wrote {raw}: {len(files)} files of {settings.source}, verified", "dvc repro preprocess")


if __name__ == "__main__":
    with one_line_errors(), owner("download"):
        download(Path(sys.argv[1]), load_settings().download)
