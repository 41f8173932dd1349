"""README and docs/ as what they hold: blocks of commands and code, words in code, links."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.conftest import ROOT

PAGES = [
    path.relative_to(ROOT).as_posix()
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
]


class Block(NamedTuple):
    """One block of a page, between ``` and ```."""

    language: str  # "sh": commands that run; "python"; "text": output and all else
    title: str  # of Python that is no script: the file that it is written into
    content: str
    line: int


def tokens(page: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse((ROOT / page).read_text(encoding="utf-8"))


def blocks(page: str) -> list[Block]:
    """The page's blocks in order; those that are only indented have no language."""
    return [_block(token) for token in tokens(page) if token.type in ("fence", "code_block")]


def code(page: str) -> Iterator[str]:
    """Commands and words in code."""
    yield from (block.content for block in blocks(page))
    yield from (token.content for token in _inside(page) if token.type == "code_inline")


def links(page: str) -> list[str]:
    """Where links and pictures lead."""
    found = [token.attrGet("href") or token.attrGet("src") for token in _inside(page)]
    return [str(target) for target in found if target]


def _inside(page: str) -> list[Token]:
    return [child for token in tokens(page) for child in token.children or []]


def _block(token: Token) -> Block:
    language, _, rest = token.info.strip().partition(" ")
    title = re.fullmatch(r'title="(.+)"', rest)
    return Block(language, title[1] if title else rest, token.content, token.map[0] + 1 if token.map else 0)
