"""A hook of MkDocs: the site's pages lie where they lie in the repository, so every link is valid here and on a git host.

README.md is the home page. A file that a page links to, such as benchmarks/results.json, is copied to the site.
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\(([^)#:]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The pages, what they link to, and the files of the theme."""
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")] + sorted((ROOT / "docs").rglob("*.md"))
    linked = {(page.parent / target).resolve() for page in pages for target in LINK.findall(page.read_text(encoding="utf-8"))}
    others = {path for path in linked if path.is_file()} | {ROOT / "docs/site/site.css"}
    wanted = [path.relative_to(ROOT).as_posix() for path in [*pages, *sorted(others - set(pages))]]
    ours = [File(name, str(ROOT), config.site_dir, config.use_directory_urls) for name in wanted]
    return Files([*ours, *(file for file in files if file.src_dir != config.docs_dir)])
