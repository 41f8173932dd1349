"""Ray: started on this machine or found at an address, and whether all of its nodes have the software of this machine."""

import logging
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from pipeline.files.errors import PipelineError
from pipeline.sweep import worker

LOCAL = "local"
SECONDS = 10.0  # within which an address answers
OBJECTS = 200_000_000  # bytes of Ray's object store on this machine: the project's files are the one thing in it
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
    if address == LOCAL:
        ray.init(num_cpus=cores, include_dashboard=False, object_store_memory=OBJECTS, **quiet)
    else:
        _require_answer(address)
        try:
            ray.init(address=address, **quiet)
        except (ConnectionError, RuntimeError, ValueError) as error:
            said = " ".join(str(error).split())[:300]
            raise PipelineError(f"sweep.address: expected a Ray cluster at {address}, received: {said}; see docs/how-to/sweep.md") from None
    ray.cloudpickle.register_pickle_by_value(worker)
    try:
        yield ray
    finally:
        ray.cloudpickle.unregister_pickle_by_value(worker)
        ray.shutdown()


def _require_answer(address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=SECONDS).close()
    except (OSError, OverflowError) as error:
        raise PipelineError(f"sweep.address: expected a Ray cluster at {address}, received: {error}; start it with `ray start --head`") from None


def require_same_software(ray: Any) -> None:
    """Refuse a cluster with a node whose software differs from that of this machine.

    Raises:
        PipelineError: names the first difference.
    """
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here, ask = worker.software(), ray.remote(num_cpus=0)(worker.software)
    nodes = [node for node in ray.nodes() if node["Alive"]]
    asked = [ask.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote() for node in nodes]
    for node, there in zip(nodes, ray.get(asked), strict=True):
        for name, expected in here.items():
            if there[name] != expected:
                where = f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']})"
                raise PipelineError(f"{where}: expected {name} {expected} as on this machine, found {there[name]}; install requirements.lock there")


def places(ray: Any, cores: int, gpus: float) -> int:
    """How many cells run at once: nodes come and go."""
    free = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    return sum(int(min(each.get("CPU", 0) // cores, each.get("GPU", 0) // gpus if gpus else float("inf"))) for each in free)
