"""The runtime that the page loads: two files of onnxruntime-web, from npm, as the lock names it."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.files.artifacts import staged_folder
from pipeline.files.errors import PipelineError

PACKAGE = Path(__file__).parent / "runtime"
LOCK = "package-lock.json"
# JavaScript with its loader in it, and WebAssembly for the processor alone; the other 120 MB of the package are for graphics cards and for Node.js.
FILES = ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm")


def install_runtime(folder: Path) -> None:
    """Fill `folder` with the runtime unless it has that of the lock.

    Raises:
        PipelineError: npm is missing, or it could not install the package.
    """
    installed = folder / LOCK
    if installed.is_file() and installed.read_bytes() == (PACKAGE / LOCK).read_bytes() and all((folder / name).is_file() for name in FILES):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise PipelineError(
            "npm: expected a command on the PATH, found none; install Node.js, which has it (https://nodejs.org, or your system's package nodejs "
            "and npm). Only this page needs it"
        )
    print("Installing onnxruntime-web with npm: once, 30 MB.", flush=True)
    with TemporaryDirectory() as work, staged_folder(folder) as partial:
        shutil.copytree(PACKAGE, work, dirs_exist_ok=True)
        install = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        ended = subprocess.run(install, cwd=work, capture_output=True, encoding="utf-8", errors="replace")
        if ended.returncode:
            reason = next((line for line in ended.stderr.splitlines() if line.strip()), f"exit status {ended.returncode}")
            raise PipelineError(f"npm ci: expected onnxruntime-web to be installed, received {reason!r}; check the network, then `make play` again")
        for source in (*(Path(work, "node_modules/onnxruntime-web/dist", name) for name in FILES), PACKAGE / LOCK):
            shutil.copy(source, partial)
