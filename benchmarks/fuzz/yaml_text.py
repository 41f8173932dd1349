"""Files of YAML made from nothing, for the readers of params.yaml and dvc.lock: lines changed, hostile values, aliases that multiply."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

VALUES = r"""0 ; -1 ; 1 ; 00 ; 1e3 ; 1e400 ; -0.0 ; .5 ; 1_000 ; 0x1F ; 0o17 ; 0b1 ; 1:30 ; .nan ; .inf ; -.inf ; 1000000000 ; 4294967296
2026-01-01 ; 2026-01-01T00:00:00Z ; 2026-99-99 ; ~ ; null ; yes ; no ; true ; = ; << ; '' ; "" ; "\0" ; "\u001b[2J" ; "\ud800" ; "\U0010ffff"
[] ; {} ; [[]] ; *a ; *missing ; | ; > ; --- ; ... ; @ ; ` ; ' ; " ; !!str ; ? ; - ; {a: 1} ; ? [a] ; - x ; &a [*a] ; {<<: 5} ; {<<: [5]} ; {[]: 1}
!!python/object/apply:os.getcwd [] ; !!binary aGk= ; !!set {a} ; !!int x ; !!float x ; !!timestamp x ; !!null 5 ; !!omap [a: 1] ; !x 5
{{}: 1} ; {1: 2} ; {null: 1} ; %YAML 9.9 ; --- x"""
NUMBERS = ["9" * 20, "9" * 400, "9" * 5000, "0x" + "F" * 5000, "1e" + "9" * 30, "1." + "0" * 3000 + "1"]
NESTED = ["[" * 2000, "{a: " * 500, "- " * 3000, "? " * 1500, "[" * 900 + "]" * 900]
CHARACTERS = ["", "\t", "é", "a" * 3000, "'\N{RIGHT-TO-LEFT OVERRIDE}'", "\N{BYTE ORDER MARK}", "\N{SOFT HYPHEN}", "\N{NEXT LINE}"]
WAYS = ("value", "value", "value", "key", "gone", "double", "deeper", "outer", "only")


def changed_yaml(content: bytes) -> SearchStrategy[bytes]:
    """A file with a few of its lines changed, a hostile value alone, or aliases of aliases.

    Args:
        content: The valid file.
    """
    lines = content.decode().splitlines()
    hostile = st.sampled_from([*VALUES.replace("\n", " ; ").split(" ; "), *NUMBERS, *NESTED, *CHARACTERS])
    values = st.one_of(hostile, hostile, st.text(max_size=20), st.integers().map(str), st.floats().map(str))
    change = st.tuples(st.integers(0, len(lines) - 1), st.sampled_from(WAYS), values)

    def file(changes: list[tuple[int, str, str]]) -> str:
        changed = {place: _changed(lines[place], way, value) for place, way, value in changes}
        return "\n".join(changed.get(place, line) for place, line in enumerate(lines))

    files = st.lists(change, min_size=1, max_size=3).map(file)
    keys = st.sampled_from([line.strip().removesuffix(":") for line in lines if line.endswith(":")])
    bombs = st.builds(_bomb, st.integers(2, 60), st.integers(2, 12), keys)
    return st.one_of(files, files, files, bombs, values).map(lambda text: text.encode(errors="surrogatepass"))


def _changed(line: str, way: str, value: str) -> str:
    """A line with another value or key, left out, doubled, moved in or out, or only the value."""
    key, colon, _ = line.partition(":")
    found = {
        "value": f"{key}{colon} {value}",
        "key": line.replace(key.strip(), value),
        "gone": "",
        "double": f"{line}\n{line}",
        "deeper": f"  {line}",
        "outer": line.removeprefix("  "),
        "only": value,
    }
    return found[way]


def _bomb(depth: int, width: int, key: str) -> str:
    """Lists of aliases of lists of aliases: a few lines that stand for width ** depth values."""
    lines = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * width)}]" for level in range(1, depth)]
    return "\n".join(["a0: &a0 [x]", *lines, f"{key}: *a{depth - 1}\n"])
