"""Known vulnerabilities among the packages of requirements.lock, as the Python Packaging Advisory Database has them.

    make audit

Run by hand, where the Python package index can be reached: `pip-audit` asks it about every package of the lock. The page docs/audit.md has the
result with its date, because tomorrow's advisories are others. A package that the service knows nothing of leaves the result unknown, and
nothing is written then.
"""

import datetime
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pipeline.files.artifacts import staged_file
from pipeline.files.errors import PipelineError, one_line_errors
from pipeline.files.shown import plain

LOCK, PAGE = Path("requirements.lock"), Path("docs/audit.md")
COMMAND = (
    sys.executable,
    "-m",
    "pip_audit",
    "--requirement",
    str(LOCK),
    "--require-hashes",
    "--disable-pip",
    "--format",
    "json",
    "--progress-spinner",
    "off",
)
SECONDS = 600
BEGINNING = """# The audit of the packages

`make audit` asks the Python package index about every package of requirements.lock that this system installs, and writes this page"""


class AuditError(PipelineError):
    """The result is not known, or it is that there are vulnerabilities."""


def audit(command: Sequence[str], lock: Path, page: Path, today: datetime.date) -> str:
    """Ask about every package of the lock that this system installs, and write the page.

    Args:
        command: What prints pip-audit's answer as JSON.
        lock: The file whose packages have to be in the answer.
        page: The file to write.
        today: The day that the page names.

    Returns:
        The result in a sentence.

    Raises:
        AuditError: The service could not be reached or does not know every package, and nothing was written; or there are vulnerabilities.
    """
    packages = _ask(command)
    known, wanted = {canonicalize_name(package["name"]) for package in packages if "vulns" in package}, locked(lock)
    if unknown := sorted(wanted - known):
        raise AuditError(
            f"audit: expected an answer about each of {len(wanted)} packages, received none about {len(unknown)}, such as {unknown[0]}; "
            "the result is not known, try again where the index itself answers"
        )
    found = [(package["name"], package["version"], advisory) for package in packages for advisory in package["vulns"]]
    result = f"{today}: {len(found)} known vulnerabilities among {len(packages)} packages"
    rows = [f"| `{name} {version}` | {advisory['id']} | `{', '.join(advisory['fix_versions']) or 'none yet'}` |" for name, version, advisory in found]
    table = "\n".join(["", "| package | advisory | fixed in |", "|---|---|---|", *rows, ""]) if rows else ""
    with staged_file(page) as partial:
        partial.write_text(f"{BEGINNING}.\n\n{result}.\n{table}", encoding="utf-8")
    if found:
        raise AuditError(f"audit: {result}, {found[0][0]} among them; {page} has all of them, and `make lock` takes newer versions")
    return result


def locked(lock: Path) -> set[str]:
    """The names of the packages that a lock file has for this system."""
    lines = (line.partition(" \\")[0] for line in lock.read_text(encoding="utf-8").splitlines() if line[:1].isalnum())
    found = map(Requirement, lines)
    return {canonicalize_name(each.name) for each in found if each.marker is None or each.marker.evaluate()}


def _ask(command: Sequence[str]) -> list[dict[str, Any]]:
    """The answer about each package."""
    try:
        ended = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise AuditError(f"audit: expected an answer within {SECONDS} s, received none; the result is not known") from None
    try:
        packages: list[dict[str, Any]] = json.loads(ended.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        lines = [line for line in ended.stderr.splitlines() if line.strip()] or [f"exit status {ended.returncode}"]
        raise AuditError(f"audit: expected pip-audit's answer, received: {plain(lines[-1], 200)}; the result is not known") from None
    return packages


if __name__ == "__main__":
    with one_line_errors():
        print(audit(COMMAND, LOCK, PAGE, datetime.datetime.now(datetime.UTC).date()))
