"""Files that nobody should give the pipeline as params.yaml: every one has to be refused in one short line, in little time and memory."""

import itertools
import re
from collections.abc import Iterable, Iterator

from tests.conftest import ROOT

LONG = 100_000  # characters or digits of what is too long
PARAMS = (ROOT / "params.yaml").read_text(encoding="utf-8")
ESCAPES = "\x1b[31mred\x1b[0m\x07\u202e\u2028"  # colours, a bell, text from right to left, a line end of Unicode


def _with(old: str, new: str) -> bytes:
    """params.yaml with its first `old` replaced."""
    if old not in PARAMS:
        raise ValueError(f"expected {old!r} in params.yaml")
    return PARAMS.replace(old, new, 1).encode("utf-8", "surrogatepass")


def with_value(section: str, key: str, value: str, params: str = PARAMS) -> bytes:
    """params.yaml with another value of a setting, in the place of what stands in its line and in the lines of its list or section."""
    head, line, indentation, rest = re.split(rf"(^{section}:(?:.*\n)(?:.*\n)*?( +){key}:)", params, maxsplit=1, flags=re.MULTILINE)
    rest = re.sub(rf"^.*\n(?:{indentation}(?:- | ).*\n)*", lambda _: f" {value}\n", rest, count=1)
    return f"{head}{line}{rest}".encode()


def _with_values(*values: tuple[str, str, str]) -> bytes:
    """params.yaml with several settings changed: section, key and value of each."""
    params = PARAMS
    for section, key, value in values:
        params = with_value(section, key, value, params).decode()
    return params.encode()


def _list(entries: Iterable[object]) -> str:
    """A list of YAML in one line."""
    return "[" + ", ".join(map(str, entries)) + "]"


def _and(text: str) -> bytes:
    """params.yaml with a text behind it."""
    return f"{PARAMS}\n{text}".encode("utf-8", "surrogatepass")


def _bomb(levels: int, merge: bool) -> str:
    """Sections of ten times the section before: as values, or merged into one another."""
    lines = ["bomb_0: &b0 {" + ", ".join(f"k{index}: 1" for index in range(10)) + "}"]
    for level in range(1, levels):
        ten = ", ".join([f"*b{level - 1}"] * 10)
        lines.append(f"bomb_{level}: &b{level} {{<<: [{ten}]}}" if merge else f"bomb_{level}: &b{level} [{ten}]")
    return "\n".join(lines) + "\n"


# What stands in the file, one kind a line.
KINDS: dict[str, bytes] = {
    # no YAML, or none that holds sections
    "empty": b"",
    "spaces": b" \n \n",
    "comment alone": b"# nothing\n",
    "end marks": b"---\n...\n",
    "two documents": b"a: 1\n---\nb: 2\n",
    "a list": b"- run\n- gan\n",
    "a word": b"run\n",
    "a number": b"42\n",
    "null": b"~\n",
    "NUL bytes": b"run: \0\0\n",
    "zeros alone": bytes(1000),
    "bytes at random": bytes(range(256)) * 8,
    "Latin-1": "run: müßig\n".encode("latin-1"),
    "UTF-16": PARAMS.encode("utf-16"),
    "UTF-32": PARAMS.encode("utf-32"),
    "half a character": PARAMS.encode() + b"# \xe2\x82",
    "a surrogate": _and("a: \ud800\n"),
    "gzip": b"\x1f\x8b\x08\x00" + bytes(100),
    "PNG": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "JSON cut short": b'{"run": {"variants": ["asker"',
    "tabs": PARAMS.replace("  ", "\t").encode(),
    "a tab before a list": with_value("run", "seeds", "\n\t- 0"),
    "open bracket": b"run: [1, 2\n",
    "open quote": b'run: "no end\n',
    "conflict marks of git": _with("run:\n", "<<<<<<< HEAD\nrun:\n"),
    "unknown alias": b"run: *nothing\n",
    "unknown alias with a long name": b"run: *" + b"n" * LONG,
    "anchor twice in one place": b"run: &a &b 1\n",
    "a directive of another version": b"%YAML 9.9\n---\nrun: 1\n",
    "cut in the middle": PARAMS[: len(PARAMS) // 2].encode(),
    # too large, too deep, growing without end
    "8 MB of spaces": b" " * 8_000_000,
    "8 MB of one value": b"run: " + b"x" * 8_000_000,
    "400 kB of brackets": b"run: " + b"[" * 400_000,
    "400 kB of braces": b"run: " + b"{a: " * 100_000,
    "400 kB of dashes": b"- " * 200_000,
    "400 kB of question marks": b"? " * 200_000,
    "a list of 100 000 entries": b"run: [" + b"~," * LONG + b"]\n",
    "100 000 unknown keys": b"".join(b"%x:\n" % key for key in range(LONG)),
    "900 levels": b"run: " + b"[" * 900 + b"]" * 900,
    "a billion laughs": (_bomb(30, merge=False) + PARAMS).encode(),
    "a billion laughs by merging": (_bomb(30, merge=True) + PARAMS).encode(),
    "a billion laughs in a value": (_bomb(12, merge=False) + with_value("run", "variants", "[*b11]").decode()).encode(),
    "a long list after <<": b"a: &a {b: 1}\nrun: {<<: [" + b"*a, " * 20_000 + b"]}\n",
    "4000 sections that merge one of 2000 keys": b"a: &a {"
    + b", ".join(b"k%d: 1" % key for key in range(2000))
    + b"}\n"
    + b"".join(b"s%d: {<<: *a}\n" % key for key in range(4000)),
    "a section that holds itself": _with("run:\n", "run: &run\n  me: *run\n"),
    "a section that merges itself": _with("run:\n", "run: &run\n  <<: *run\n  me: 1\n"),
    "a list that holds itself": with_value("run", "variants", "&v [*v]"),
    "a list that holds itself as a key": b"? &a [*a]\n: 1\n",
    "<< of a number": _with("run:\n", "run:\n  <<: 1\n"),
    "<< of a list of numbers": _with("run:\n", "run:\n  <<: [1, 2]\n"),
    "<< of a word": _with("run:\n", "run:\n  <<: asker\n"),
    # keys
    "a key twice": with_value("run", "threads", "2\n  threads: 3"),
    "a section twice": _and("run: {}\n"),
    "a key that is null": _and("~: 1\n"),
    "a key that is a number": _and("1: 1\n"),
    "a key that is true": _and("true: 1\n"),
    "a key that is not a number": _and(".nan: 1\n"),
    "a key that is a list": _and("[a, b]: 1\n"),
    "a key that is a section": _and("{a: b}: 1\n"),
    "an empty key": _and("'': 1\n"),
    "a long key": _and("? " + "k" * LONG + "\n: 1\n"),
    "a key with a line end": _and('"two\\nlines": 1\n'),
    "a key of escape sequences": _and('"\\e[31mred\\a\\u202e": 1\n'),
    "a key that looks like another": _and("rün: 1\n"),
    "a key with a Cyrillic letter": _with("download:", "d\u043ewnload:"),
    "a capital letter": _with("download:", "Download:"),
    # tags
    **{
        f"the tag {tag}": with_value("run", "threads", tag)
        for tag in (
            *("!!python/object/apply:os.system [id]", "!!python/name:os.system", "!!python/object/new:os.system [id]", "!!python/tuple [1]"),
            *("!!set {a, b}", "!!omap [a: 1]", "!!pairs [a: 1]", "!!binary aGFsbG8=", "!!timestamp 2020-01-01", "!!timestamp x", "!local 1"),
            *(
                "!!int x",
                "!!int ''",
                "!!int [1]",
                "!!bool maybe",
                "!!float 1:30",
                "!!float x",
                "!!null 1",
                "!!map [1]",
                "!!seq {a: 1}",
                "!!str {a: 1}",
            ),
            *("!<%1b[31m> 1", "!<tag:yaml.org,2002:refused> 1", "!<tag:yaml.org,2002:merge> 1", f"!{'t' * LONG} 1", "!!float " + "1:" * 2000 + "1"),
            *("!!int " + "9" * LONG, "!!float 1e999", "!!int 0x" + "f" * LONG),
        )
    },
    # names of variants, which become parts of paths
    **{
        f"a variant called {name[:20]}": _and(f"  {name}: {{<<: *defaults}}\n")
        for name in (
            *(
                '""',
                '"../../etc"',
                '"/etc/passwd"',
                '"a/b"',
                '"."',
                '".."',
                '"a\\nb"',
                '"a b"',
                '"-rf"',
                '"a;rm"',
                '"$(id)"',
                '"%s"',
                '"a\\0b"',
                '"\uff21sker"',
            ),
            *(
                '"\u0430sker"',
                '"as\\u200bker"',
                '"\\ud83d\\ude00"',
                '"con.txt"',
                '"~"',
                "1",
                "~",
                "true",
                ".inf",
                "x" * 65,
                f'"{"y" * 4000}"',
                '"asker@0"',
                '"${run}"',
            ),
        )
    },
    # too many
    "a million seeds": with_value("run", "seeds", _list(range(40_000))),
    "1001 seeds": with_value("run", "seeds", _list(range(1001))),
    "seeds twice": with_value("run", "seeds", "[0, 0]"),
    "a million variants": _and("".join(f"  v{number}: {{}}\n" for number in range(20_000))),
    "1001 variants": _and("".join(f"  v{number}: {{<<: *defaults}}\n" for number in range(1001))),
    "a variant 5000 times": with_value("run", "variants", _list(["asker"] * 5000)),
    "cells without end": _with_values(("run", "seeds", _list(range(1000))), ("run", "variants", _list(f"v{number}" for number in range(11))))
    + b"".join(b"  v%d: {<<: *defaults}\n" % number for number in range(11)),
    # each number within its bound, but not all together
    "wide and deep": _and("  large: {<<: *defaults, generator_width: 16384, depth: 64}\n"),
    "wide convolutions": _and("  large: {<<: *modern, generator_width: 16384}\n"),
    "large batches of convolutions": _and("  large: {<<: *modern, batch_size: 54912}\n"),
    "batch and critic steps": _and("  large: {<<: *defaults, critic_steps: 1000}\n"),
    "wide mapping": _and("  large: {<<: *defaults, mapping_layers: 64, mapping_width: 16384}\n"),
    "long latents of many samples": _with_values(("evaluate", "samples", "1000000"), ("gan", "latent_size", "16384")),
    "epochs without end": with_value("train", "epoch_images", "64"),
    "a wide classifier in large batches": _with_values(("classifier", "width", "512"), ("classifier", "batch_size", "65536")),
}

# What may stand in the place of any value; no setting accepts one of these.
VALUES = {
    "a number of 100 000 digits": "9" * LONG,
    "a hexadecimal number of 100 000 digits": "0x" + "f" * LONG,
    "a number with an end that is none": "1" * LONG + "_",
    "1e999": "1e999",
    "infinity": "-.inf",
    "not a number": ".nan",
    "2**63": str(2**63),
    "2**64 + 1": str(2**64 + 1),
    "a date": "2020-01-01",
    "null": "~",
    "a section": "{a: {b: c}}",
    "a list of lists": "[[[[[[1, 2]]]]]]",
    "a long text": "x" * 80_000,
    "escape sequences": '"\\e]0;title\\a\\e[2J' + "y" * 200 + '"',
}


def hostile_params() -> Iterator[tuple[str, bytes]]:
    """Make every hostile file: each kind of `KINDS`, and each of `VALUES` in the place of values all over params.yaml.

    Yields:
        A name, and the bytes of the file.
    """
    yield from KINDS.items()
    kinds = itertools.cycle(VALUES)
    for section, key in settings():
        for kind in itertools.islice(kinds, 3):  # not all of them everywhere: they would be the same again
            yield f"{section}.{key}: {kind}", with_value(section, key, VALUES[kind])


def settings() -> Iterator[tuple[str, str]]:
    """Name every setting outside of the variants, and those of `defaults`: section and key."""
    for section, lines in re.findall(r"^([a-z]+):.*\n((?: .*\n|\n)+)", PARAMS.split("\n  asker:")[0] + "\n", re.MULTILINE):
        for key in re.findall(r"^ {2}(?: {2})?([a-z_0-9]+):(?! &)", lines, re.MULTILINE):
            yield section, key
