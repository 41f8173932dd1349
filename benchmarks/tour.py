"""The transcript docs/tour.md, made by running it: every block of commands in an empty folder, its output into the block below.

    python -m benchmarks.tour FOLDER

takes as long as a new user needs, with the installation of the environment. Ports 5000 and 5001 must be free.
"""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/tour.md"
STEP = re.compile(r"```sh\n(?P<commands>.*?)```\n\n```text\n.*?```", re.DOTALL)
FIRST, LAST, WIDTH = 4, 14, 150  # what is left of a long output
SERVERS = {"make ui": 5000, "make serve": 5001, "make play": 5002}
SERVE = """{command} >server.log 2>&1 &
until curl --silent --output /dev/null http://127.0.0.1:{port}/; do kill -0 $! || break; sleep 1; done
cat server.log; rm server.log"""


class Shell:
    """One shell for all blocks, as a reader has it."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            ["bash"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )

    def run(self, commands: str) -> tuple[int, str]:
        """The exit status of the last command, and what all of them printed."""
        if self.process.stdin is None or self.process.stdout is None:
            raise ValueError("the shell has no pipes")
        self.process.stdin.write(f"{commands}\nprintf '\\n=end=%s\\n' $?\n")
        self.process.stdin.flush()
        lines: list[str] = []
        for line in self.process.stdout:
            if line.startswith("=end="):
                return int(line.removeprefix("=end=")), "".join(lines)
            lines.append(line)
        return self.process.wait(), "".join(lines)

    def close(self) -> None:
        """End the shell and the servers that it has started."""
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.communicate()


def as_run(commands: str) -> str:
    """Commands as they run here: from this repository, and a server in the background once it answers."""
    commands = commands.strip().replace("ADDRESS", str(ROOT))
    port = SERVERS.get(commands)
    return SERVE.format(command=commands, port=port) if port else commands


def shortened(output: str, folder: Path) -> str:
    """What the transcript shows of an output: no folder of this machine, its first and its last lines."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", output).replace(f"{folder}/", "").replace(str(ROOT), "ADDRESS")
    lines = [line.rsplit("\r", 1)[-1].rstrip() for line in text.strip("\n").splitlines()]
    lines = [line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in lines]
    if len(lines) > FIRST + LAST + 1:
        lines[FIRST:-LAST] = ["[…]"]
    return "\n".join(lines)


def transcript(page: str, folder: Path) -> str:
    """The page with the output of its commands, which run in `folder`; ends with an error where a block fails."""
    shell = Shell(folder)

    def step(match: re.Match[str]) -> str:
        print(match["commands"], flush=True)
        status, output = shell.run(as_run(match["commands"]))
        if status:
            sys.exit(f"{output}\nerror: this block ended with status {status}:\n{match['commands']}")
        return f"```sh\n{match['commands']}```\n\n```text\n{shortened(output, folder)}\n```"

    try:
        return STEP.sub(step, page)
    finally:
        shell.close()


if __name__ == "__main__":
    place = Path(sys.argv[1]).resolve()
    place.mkdir(parents=True)
    PAGE.write_text(transcript(PAGE.read_text(encoding="utf-8"), place), encoding="utf-8")
