"""`make audit`: a result only if every package was asked about, and never a good one that nobody gave."""

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.audit import BEGINNING, LOCK, AuditError, audit, locked
from tests.conftest import ROOT

TODAY = datetime.date(2026, 3, 1)
SOUND = {"name": "numpy", "version": "2.4.0", "vulns": []}
FLAWED = {"name": "pillow", "version": "11.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["11.1"]}, {"id": "PYSEC-2", "fix_versions": []}]}
SKIPPED = {"name": "pillow", "skip_reason": "Dependency not found on PyPI and could not be audited: pillow (11.0)"}


def answering(text: str, errors: str = "", status: int = 0) -> list[str]:
    """A command that prints this and ends so."""
    return [sys.executable, "-c", f"import sys; print({text!r}); sys.stderr.write({errors!r}); sys.exit({status})"]


def of(*packages: dict[str, Any]) -> list[str]:
    return answering(json.dumps({"dependencies": packages, "fixes": []}))


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    hashes = " \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n"
    path.write_text("".join(f"{line}{hashes}" for line in ("numpy==2.4.0", "Pillow==11.0", "pywin32==1 ; sys_platform == 'win32'")))
    return path


def test_every_package_of_the_lock_is_asked_about_that_this_system_installs(lock: Path) -> None:
    assert locked(lock) == {"numpy", "pillow"}
    assert {"tensorflow", "keras", "mlflow"} < locked(ROOT / LOCK)


def test_a_sound_lock_is_written_down_with_its_day(tmp_path: Path, lock: Path) -> None:
    page = tmp_path / "audit.md"
    assert audit(of(SOUND, FLAWED | {"vulns": []}), lock, page, TODAY) == "2026-03-01: 0 known vulnerabilities among 2 packages"
    assert page.read_text() == f"{BEGINNING}.\n\n2026-03-01: 0 known vulnerabilities among 2 packages.\n"


def test_vulnerabilities_are_written_down_and_an_error(tmp_path: Path, lock: Path) -> None:
    page = tmp_path / "audit.md"
    with pytest.raises(AuditError, match="audit: 2026-03-01: 2 known vulnerabilities among 2 packages, pillow among them"):
        audit(of(SOUND, FLAWED), lock, page, TODAY)
    assert "| `pillow 11.0` | PYSEC-1 | `11.1` |\n| `pillow 11.0` | PYSEC-2 | `none yet` |\n" in page.read_text()


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (of(SOUND, SKIPPED), "received none about 1, such as pillow; the result is not known"),
        (of(), "each of 2 packages, received none about 2, such as numpy; the result is not known"),
        (answering("", "Traceback\n\nConnectionError: Failed to resolve 'api.osv.dev'\n", 1), "received: ConnectionError: Failed to resolve"),
        (answering("[]"), "exit status 0; the result is not known"),
        ([sys.executable, "-m", "no_such_module"], "No module named no_such_module; the result is not known"),
    ],
)
def test_what_is_not_known_is_an_error_and_no_page(tmp_path: Path, lock: Path, command: list[str], reason: str) -> None:
    with pytest.raises(AuditError) as raised:
        audit(command, lock, tmp_path / "audit.md", TODAY)
    assert reason in str(raised.value)
    assert str(raised.value).isprintable()
    assert list(tmp_path.iterdir()) == [lock]


def test_the_page_says_what_make_audit_does() -> None:
    assert (ROOT / "docs/audit.md").read_text(encoding="utf-8").startswith(BEGINNING)
