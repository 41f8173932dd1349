"""A sweep over two hosts: network namespaces of this machine, joined by a link that is cut for a while in the midst of the sweep.

Each host has a home folder of its own, with its clones, DVC's cache and checkpoints; the DVC remote is a folder that both reach, as an object store
would be. It needs Linux and root, and sends nothing outside of the namespaces.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks.sweep.projects import commit, other_files, tiny, to_end
from pipeline.files.json_file import read_json
from tests.project import ENVIRONMENT

HOSTS = {"gan-a": "10.77.0.1", "gan-b": "10.77.0.2"}
HEAD, OTHER = HOSTS
PORT, STORE_PORT = 6379, 5000
CUT_SECONDS = 90.0  # longer than Ray waits before it gives a node up
CELLS_BEFORE = 4  # that are done when the link is cut
LONGEST = 3600.0
RAY = str(Path(sys.executable).with_name("ray"))
START = [RAY, "start", "--block", "--num-cpus", "1", "--disable-usage-stats"]


def measure(folder: Path, cells: int) -> dict[str, Any]:
    """How the sweep ended, and the files that differ from those of `dvc repro`; what it printed is in the file `transcript`."""
    project, right = tiny(folder / "project", cells), tiny(folder / "right", cells)
    to_end(right, "-m", "dvc", "repro", "--quiet", log=folder / "log-right")
    params = project / "params.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("address: local", f"address: {HOSTS[HEAD]}:{PORT}"), encoding="utf-8")
    to_end(project, "-m", "dvc", "remote", "add", "--quiet", "--default", "store", str(folder / "remote"), log=folder / "log")
    commit(project)
    store = f"http://{HOSTS[HEAD]}:{STORE_PORT}"
    with ExitStack() as stack:
        stack.enter_context(_hosts())
        server = ["mlflow", "server", "--host", HOSTS[HEAD], "--port", str(STORE_PORT), "--allowed-hosts", f"{HOSTS[HEAD]}:{STORE_PORT}"]
        server += ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "artifacts"), "--workers", "1"]
        stack.enter_context(_process(HEAD, folder, [str(Path(sys.executable).with_name(server[0])), *server[1:]]))
        stack.enter_context(
            _process(HEAD, folder, [*START, "--head", "--node-ip-address", HOSTS[HEAD], "--port", str(PORT), "--include-dashboard=false"])
        )
        time.sleep(20)
        joins = " ".join([*START, "--address", f"{HOSTS[HEAD]}:{PORT}", "--node-ip-address", HOSTS[OTHER]])
        stack.enter_context(_process(OTHER, folder, ["sh", "-c", f"while true; do {joins}; sleep 3; done"]))  # as a service manager starts it again
        time.sleep(20)
        sweep = stack.enter_context(
            _process(HEAD, folder, [sys.executable, "-m", "pipeline.sweep"], project, "transcript", MLFLOW_TRACKING_URI=store)
        )
        cut, restored = _cut_once(sweep, folder / "remote")
        status = sweep.wait(LONGEST)
    rows = read_json(project / "artifacts/leaderboard.json")["cells"] if status == 0 else []
    return {
        "cells": cells,
        "cut_seconds": round(restored - cut, 1),
        "different_files": other_files(project, right),
        "done": len(rows),
        "status": status,
        # A node prints into a log of its own: a training in the transcript is one that the project did, because it found no result.
        "trained_in_the_project": (folder / "transcript").read_text(encoding="utf-8").count("wrote artifacts/gan/"),
    }


def main_lines(transcript: str) -> str:
    """What a user reads of the sweep and of its nodes: the lines of progress, and Ray's first sentence about a lost node."""
    lost = re.compile(r"\(raylet\) The node with node id: \w+ and (address: \S+) .*?(has been marked dead)")
    lines = (f"(Ray) The node with {found[1]} {found[2]}." if (found := lost.match(line)) else line for line in transcript.splitlines())
    return "".join(f"{line}\n" for line in lines if "cells done" in line or line.startswith("(Ray)"))


@contextmanager
def _hosts() -> Iterator[None]:
    """Two namespaces and a link between them; both end with the block."""
    try:
        for name in HOSTS:
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        _ip("-n", HEAD, "link", "add", "link0", "type", "veth", "peer", "name", "link0", "netns", OTHER)
        for name, address in HOSTS.items():
            _ip("-n", name, "address", "add", f"{address}/24", "dev", "link0")
            _ip("-n", name, "link", "set", "link0", "up")
        yield
    finally:
        for name in HOSTS:
            subprocess.run(["ip", "netns", "delete", name], check=False)


@contextmanager
def _process(
    host: str, folder: Path, command: list[str], cwd: Path | None = None, log: str = "", **environment: str
) -> "Iterator[subprocess.Popen[bytes]]":
    """A process on a host, with a home folder of its own; it ends with the block, and with it all that it started."""
    home = folder / host
    home.mkdir(exist_ok=True)
    own = ENVIRONMENT | {"HOME": str(home), "RAY_TMPDIR": f"/tmp/{host}", "DVC_SITE_CACHE_DIR": str(home / "dvc-site")} | environment
    with (folder / (log or f"log-{host}")).open("ab") as output:
        process = subprocess.Popen(
            ["ip", "netns", "exec", host, *command], cwd=cwd or folder, env=own, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process
    finally:
        for number in _family(process.pid):
            try:
                os.kill(number, 9)
            except ProcessLookupError:
                continue
        process.wait()


def _family(leader: int) -> list[int]:
    """A process and all that it started, also what has a session of its own."""
    try:
        parent = psutil.Process(leader)
        return [leader, *(child.pid for child in parent.children(recursive=True))]
    except psutil.Error:
        return []


def _cut_once(sweep: "subprocess.Popen[bytes]", remote: Path) -> tuple[float, float]:
    """Cut the link once some cells are done, and join it again; returns when."""
    while sweep.poll() is None and sum(1 for _ in remote.glob("runs/*/*/*")) < 3 * CELLS_BEFORE:
        time.sleep(0.5)
    cut = time.monotonic()
    _ip("-n", OTHER, "link", "set", "link0", "down")
    time.sleep(CUT_SECONDS)
    _ip("-n", OTHER, "link", "set", "link0", "up")
    return cut, time.monotonic()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
