"""Ray: started on this machine or found at an address, and whether all of its nodes have the software of this machine."""

import logging
import os
import secrets
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from pipeline.files.errors import PipelineError
from pipeline.sweep import software, worker

LOCAL = "local"
SENT = (worker, software)  # modules that Ray sends to its nodes
SECONDS = 10.0  # within which an address answers
OBJECTS = 200_000_000  # bytes of Ray's object store on this machine: the project's files are the one thing in it
ROUNDING = 1e-6  # of a share of a GPU, which is no whole number: five cells with 0.2 of it fit
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


@contextmanager
def ray_at(address: str, cores: int | None = None) -> Iterator[Any]:
    """Ray while the block lasts: of so many cores here if the address is `local`, else the cluster at HOST:PORT.

    Yields:
        The module `ray`, connected.

    Raises:
        PipelineError: Ray is not installed, or nothing answers at the address.
    """
    os.environ |= QUIET
    if address == LOCAL:
        # Ray listens on every network of the machine, and runs what it is sent: only who has a token is answered. Its import reads these.
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": os.environ.get("RAY_AUTH_TOKEN") or secrets.token_hex(32)}
    try:
        ray: Any = import_module("ray")
    except ImportError:
        raise PipelineError('ray: expected the package, found none; install the extra: .venv/bin/pip install -e ".[sweep]"') from None
    quiet: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
    with _own_handler(signal.SIGTERM):
        if address == LOCAL:  # said to Ray, too: without an address it takes any cluster that was started on this machine
            ray.init(address=LOCAL, num_cpus=cores, include_dashboard=False, object_store_memory=OBJECTS, **quiet)
        else:
            _connect(ray, address, quiet)
    for module in SENT:
        ray.cloudpickle.register_pickle_by_value(module)
    try:
        yield ray
    finally:
        for module in SENT:
            ray.cloudpickle.unregister_pickle_by_value(module)
        ray.shutdown()


@contextmanager
def _own_handler(number: int) -> Iterator[None]:
    """Keep what handles a signal, in place of Ray's own handler, which ends the process without a word."""
    before = signal.getsignal(number)
    try:
        yield
    finally:
        if signal.getsignal(number) is not before:
            signal.signal(number, before)


def _connect(ray: Any, address: str, options: dict[str, Any]) -> None:
    _require_answer(address)
    try:
        ray.init(address=address, **options)
    except (ConnectionError, RuntimeError, ValueError) as error:
        said = " ".join(str(error).split())[:300]
        raise PipelineError(f"sweep.address: expected a Ray cluster at {address}, received: {said}; see docs/how-to/sweep.md") from None


def _require_answer(address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=SECONDS).close()
    except (OSError, OverflowError) as error:
        raise PipelineError(f"sweep.address: expected a Ray cluster at {address}, received: {error}; start it with `ray start --head`") from None


def require_same_software(ray: Any) -> None:
    """Refuse a cluster with a node whose software differs from that of this machine; a node that joins later refuses its cells.

    Raises:
        PipelineError: names the first difference.
    """
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here, ask = software.software(), ray.remote(num_cpus=0)(software.other_software)
    nodes = [node["NodeID"] for node in ray.nodes() if node["Alive"]]
    asked = [ask.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False)).remote(here) for node in nodes]
    if differing := next(filter(None, ray.get(asked)), ""):
        raise PipelineError(differing)


def places(ray: Any, cores: int, gpus: float) -> int:
    """How many cells run at once: nodes come and go."""
    free = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    return sum(int(min(each.get("CPU", 0) // cores, each.get("GPU", 0) / gpus + ROUNDING if gpus else float("inf"))) for each in free)
