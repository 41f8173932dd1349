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
BEGINNING = "# The audit of the packages\n\n`make audit` asks the Python package index about every package of requirements.lock and writes this page"


class AuditError(PipelineError):
    """The result is not known, or it is that there are vulnerabilities."""


def audit(command: Sequence[str], page: Path, today: datetime.date) -> str:
    """Ask about every package and write the page.

    Args:
        command: What prints pip-audit's answer as JSON.
        page: The file to write.
        today: The day that the page names.

    Returns:
        The result in a sentence.

    Raises:
        AuditError: The service could not be reached or does not know every package, and nothing was written; or there are vulnerabilities.
    """
    packages = _ask(command)
    unknown = [package["name"] for package in packages if "vulns" not in package]
    if unknown or not packages:
        known = f"{len(unknown)} of {len(packages)} it knows nothing, such as {plain(unknown[0])}" if unknown else "it named none"
        raise AuditError(
            f"audit: expected an answer about every package, received: of {known}; the result is not known, try again where the index itself answers"
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
        print(audit(COMMAND, PAGE, datetime.datetime.now(datetime.UTC).date()))
