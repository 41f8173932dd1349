"""The tour's transcript is what its commands print."""

import re
import socket
import sys
import time
from pathlib import Path

import pytest

from benchmarks import tour
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


def test_a_server_answers_in_later_blocks_and_ends_with_the_tour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    (tmp_path / "hello").write_text("served\n")
    serve = f"{sys.executable} -m http.server {port} --bind 127.0.0.1"
    monkeypatch.setitem(tour.SERVERS, serve, port)
    page = f"```sh\n{serve}\n```\n\n```text\n```\n```sh\ncurl --silent http://127.0.0.1:{port}/hello\n```\n\n```text\n```\n"
    assert "```text\nserved\n```" in transcript(page, tmp_path)
    with pytest.raises(ConnectionRefusedError):
        for _ in range(100):  # until it has ended
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            time.sleep(0.05)


def test_every_command_of_the_tour_has_a_block_for_its_output() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(STEP.findall(text)) == text.count("```sh\n") > 5
    assert not re.search(r"```text\n```", text)
    assert str(ROOT) not in text
