"""How many images a second the champion's server gives, one image a request, and how long a request takes; in serving.json.

    python -m benchmarks.serving

Run by hand after `make promote`, in the project's folder, on a machine that does nothing else. The client is that of Python's standard library: it
comes with the environment. It keeps its connections open, and takes its part of the same processor; requests of `/ping`, which need no generator,
show how much client and server take by themselves.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import machine
from pipeline.files.artifacts import write_json
from pipeline.files.errors import PipelineError, one_line_errors
from pipeline.web.ports import HOST

SPEED = Path("benchmarks/serving.json")
PORT = 5011
CONNECTIONS = (1, 4)
ROUNDS, REQUESTS = 5, 400  # requests of a round, over all connections
# What one request asks for -> the largest number of images in it; 0 is `/ping`.
CASES = {"one image": 1, "nothing (/ping)": 0}


def seconds_of(connection: HTTPConnection, count: int, seed: int) -> float:
    """How long a request takes until its whole answer is there: so many PNG of a class and a seed, or of nothing.

    Raises:
        PipelineError: The answer has another status than 200.
    """
    body = json.dumps({"inputs": [{"digit": seed % 10, "count": count, "seed": seed}]})
    started = time.perf_counter()
    if count:
        connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
    else:
        connection.request("GET", "/ping")
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise PipelineError(f"the server: expected status 200, received {answer.status}: {content[:200]!r}")
    return time.perf_counter() - started


def one_round(port: int, count: int, connections: int, requests: int) -> dict[str, float]:
    """Requests over some connections at the same time: how many a second, and the median and the 99th percentile of their milliseconds."""

    def in_turn(number: int) -> list[float]:
        with closing(HTTPConnection(HOST, port)) as connection:
            return [seconds_of(connection, count, seed) for seed in range(number, requests, connections)]

    started = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        seconds = [each for part in pool.map(in_turn, range(connections)) for each in part]
    elapsed = time.perf_counter() - started
    milliseconds = 1000 * np.array(seconds)
    return {
        "requests_per_second": len(seconds) / elapsed,
        "median_ms": float(np.median(milliseconds)),
        "p99_ms": float(np.percentile(milliseconds, 99)),
    }


def measure(port: int, rounds: int, requests: int) -> list[dict[str, Any]]:
    """A row per case and number of connections, each number the median of the rounds; one more round comes first and is not counted."""
    rows: list[dict[str, Any]] = []
    for case, count in CASES.items():
        for connections in CONNECTIONS:
            every = [one_round(port, count, connections, requests) for _ in range(rounds + 1)][1:]
            medians = {name: round(statistics.median(each[name] for each in every), 2) for name in every[0]}
            rows.append({"request": case, "connections": connections} | medians)
    return rows


@contextmanager
def champion_served(port: int) -> Iterator[None]:
    """`make serve`, until the block has ended."""
    command = [sys.executable, "-m", "pipeline.serving", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            if not server.stdout or not any("it answers on" in line for line in server.stdout):
                raise PipelineError("benchmarks.serving: expected a server that answers, received one that ended; what it printed is above")
            yield
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    with one_line_errors(), champion_served(PORT):
        speed = measure(PORT, ROUNDS, REQUESTS)
        largest = statistics.median(one_round(PORT, 1000, 1, 1)["median_ms"] for _ in range(ROUNDS)) / 1000
        write_json(SPEED, {"rows": speed, "seconds_of_1000_images": round(largest, 2), "rounds": ROUNDS, "requests": REQUESTS, "machine": machine()})
        print(SPEED.read_text(encoding="utf-8"))
