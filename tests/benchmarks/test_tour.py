"""The tour's transcript is what its commands print."""

import re
from pathlib import Path

import pytest

from benchmarks.tour import FIRST, LAST, PAGE, STEP, transcript
from tests.conftest import ROOT

STEPS = """# Title

```sh
mkdir inside && cd inside
```

```text
old
```

```sh
pwd; seq 100
```

```text
```

```sh
false
echo {last}
```

```text
```
"""


def test_every_block_gets_the_output_of_its_commands_in_one_shell(tmp_path: Path) -> None:
    made = transcript(STEPS.format(last="done"), tmp_path)
    assert "old" not in made
    assert "```sh\nfalse\necho done\n```\n\n```text\ndone\n```" in made
    outputs = re.findall(r"```text\n(.*?)```", made, re.DOTALL)
    lines = outputs[1].splitlines()
    assert lines[:2] == ["inside", "1"]  # no folder of this machine
    assert lines[FIRST] == "[…]"
    assert (len(lines), lines[-1]) == (FIRST + LAST + 1, "100")
    assert transcript(made, tmp_path / "inside") == made


def test_a_block_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"status 1:\nfalse\necho nothing && false"):
        transcript(STEPS.format(last="nothing && false"), tmp_path)


def test_every_command_of_the_tour_has_a_block_for_its_output() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(STEP.findall(text)) == text.count("```sh\n") > 5
    assert not re.search(r"```text\n```", text)
    assert str(ROOT) not in text
