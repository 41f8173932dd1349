"""Check params.yaml as a whole: reads it, writes nothing.

It runs first, so that a wrong key is reported before any other stage removes an old result to make a new one.
"""

import sys
from pathlib import Path

from pipeline.files.errors import one_line_errors
from pipeline.settings.params import load_settings
from pipeline.terminal.closing import closing


def settings(params: Path) -> None:
    """Raise `SettingsError` if a key is missing, unknown, of the wrong type or out of its range."""
    run = load_settings(params).run
    closing(f"{params} has no error (variants: {len(run.variants)}, seeds: {len(run.seeds)})", "dvc repro download")


if __name__ == "__main__":
    with one_line_errors():
        settings(Path(sys.argv[1]))
