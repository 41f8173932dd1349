"""Other texts of params.yaml: with more variants, as an editor would add them, and of one cell alone."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from pipeline.files.artifacts import staged_file
from pipeline.files.errors import SettingsError
from pipeline.settings.params import settings_of
from pipeline.settings.yaml_file import read_yaml

LISTED = re.compile(r"^run:.*\n(?:(?!\S).*\n)*?  variants:.*\n(?:(?:[ ]*(?:#.*)?\n)*(?: +- .*\n))+", re.MULTILINE)
SECTION = re.compile(r"^gan:.*\n(?:(?:(?: *|#.*)\n)*(?: +\S.*\n))*", re.MULTILINE)


def add_variants(path: Path, base: str, variants: Mapping[str, Mapping[str, Any]], comments: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """Add variants that build on another one, as sections under `gan:` and to `run.variants`; those that are there already stay.

    Args:
        path: of params.yaml.
        base: the variant that they build on.
        variants: the settings in which each differs from it, by name.
        comments: to stand behind the lines of settings.

    Returns:
        The names of the sections that were added.

    Raises:
        SettingsError: a section of that name has other settings, the settings with the new sections would be refused, or the file is not written
            as lines of blocks. It is as it was then.
    """
    content, text = read_yaml(path), path.read_text(encoding="utf-8")
    text += "" if text.endswith("\n") else "\n"
    if base not in content["gan"]:
        raise SettingsError(f"{path}: gan.{base}: expected the section that the new ones build on, found none; put it back")
    wanted = {name: content["gan"][base] | changes for name, changes in variants.items()}
    for name, section in wanted.items():
        if content["gan"].get(name, section) != section:
            raise SettingsError(f"{path}: gan.{name}: expected no section of this name, or the same settings, found others; rename or remove it")
    new = [name for name in variants if name not in content["gan"]]
    listed = [name for name in variants if name not in content["run"]["variants"]]
    edited = _with_items(_with_sections(text, base, {name: variants[name] for name in new}, comments), listed)
    content["gan"] |= wanted
    content["run"]["variants"] += listed
    with staged_file(path) as partial:
        partial.write_text(edited or "", encoding="utf-8")
        if not edited or not _holds(partial, content):
            raise SettingsError(f"{path}: expected `run: variants:` and `gan:` with an entry in each line, found other lines; write them so")
        settings_of(content, path)
    return new


def of_one_cell(content: Mapping[str, Any], variant: str, seed: int) -> str:
    """The settings of one cell as a file: the same values, without the other cells, of which DVC would make three stages each.

    Args:
        content: of params.yaml, as `read_yaml` reads it.
        variant: of the cell; the sections that other settings name stay, too.
        seed: of the cell.
    """
    named = {variant, content["compare"]["baseline"]}
    gan = {name: section for name, section in content["gan"].items() if name in named}
    return yaml.safe_dump({**content, "run": content["run"] | {"variants": [variant], "seeds": [seed]}, "gan": gan}, sort_keys=False)


def _holds(path: Path, content: Mapping[str, Any]) -> bool:
    """Whether a file has these settings."""
    try:
        return bool(read_yaml(path) == content)
    except SettingsError:
        return False


def _with_sections(text: str, base: str, variants: Mapping[str, Mapping[str, Any]], comments: Mapping[str, str]) -> str | None:
    """The text with sections at the end of `gan:`; None if that is not found."""
    found = SECTION.search(text)
    if not found:
        return None
    section, head = found.group(), re.search(rf"^  {base}:(?: +(&\S+))?", found.group(), re.MULTILINE)
    if not head:
        return None
    anchor = head.group(1) or f"&{base}"
    if not head.group(1):
        rest = section[head.end() :]
        spaces = len(rest) - len(rest.lstrip(" "))  # before a comment, which stays in its column if there is room
        section = f"{section[: head.start()]}  {base}: {anchor}{rest[max(0, min(spaces - 1, len(anchor) + 1)) :]}"
    added = "".join(f"\n  {name}:\n    <<: *{anchor[1:]}\n{section_lines(changes, comments)}" for name, changes in variants.items())
    return f"{text[: found.start()]}{section.rstrip()}\n{added}{text[found.end() :]}" if variants else text


def _with_items(text: str | None, names: Iterable[str]) -> str | None:
    """The text with more items at the end of `run.variants`; None if that is not found."""
    found = LISTED.search(text) if text else None
    if not text or not found:
        return None
    indentation = re.findall(r"^( +)- ", found.group(), re.MULTILINE)[-1]
    return text[: found.end()] + "".join(f"{indentation}- {name}\n" for name in names) + text[found.end() :]


def section_lines(changes: Mapping[str, Any], comments: Mapping[str, str]) -> str:
    """The lines of settings in a variant's section, with comments in one column.

    >>> print(section_lines({"r1_gamma": 0.3, "share_discriminator": True}, {"r1_gamma": "discriminator wins"}), end="")
        r1_gamma: 0.3              # discriminator wins
        share_discriminator: true
    """
    lines = yaml.safe_dump(dict(changes), sort_keys=False).splitlines() if changes else []
    width = max(map(len, lines), default=0)
    named = [(line, comments.get(line.partition(":")[0])) for line in lines]
    return "".join(f"    {line.ljust(width)}  # {comment}\n" if comment else f"    {line}\n" for line, comment in named)
