"""`gan-doctor run`: a script ends as under `python SCRIPT`, and then there is a report, or one line that says why there is none.

Most scripts here import a module of their own as `keras`, and the doctor counts its steps: so they start at once.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT
from tests.terminal.pseudo_terminal import on_terminal

KERAS = """
import sys
class config:
    backend = staticmethod(lambda: "tensorflow")
__version__, steps, stop = "3.0", 0, None
def train_step():
    global steps
    steps += 1
    if stop: raise stop
"""
# The command, with a doctor that counts the steps of the `keras` above.
COMMAND = """
import sys
from pipeline.doctor import run
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.report import Report
class TrainingStopped(SystemExit):
    code = 3
class Attached:
    def __init__(self, stop_on): self.keras = sys.modules["keras"]; self.keras.stop = TrainingStopped(3) if stop_on == "error" else None
    @property
    def steps(self): return self.keras.steps
    failed = ""
    def report(self):
        import pipeline.doctor.report
        if self.steps == 13: raise ValueError("two\\nlines")
        return Report([Finding("momentum", "error", {"beta": float("nan")}, "Why.", "Lower \u03b21.", "", "gan.py:2")], [], {}, [], [])
    def close(self): pass
module = type(sys)("pipeline.doctor.attach")
module.TrainingStopped, module.Attached, module.attach = TrainingStopped, Attached, lambda stop_on: Attached(stop_on)
sys.modules[module.__name__] = module
sys.exit(run.main(sys.argv[1:]))
"""
NO_STEP = "no training step was seen in which one network's output reaches another"
TRAINS = "import keras\nkeras.train_step()\n"


class Ended(NamedTuple):
    status: int
    stdout: str
    stderr: str


class Project:
    """A folder with scripts of a user."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.command = folder, folder.with_name("command.py")
        folder.mkdir()
        self.command.write_text(COMMAND, encoding="utf-8")
        (folder / "keras.py").write_text(KERAS)

    def write(self, text: str, name: str = "gan.py") -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def start(self, *words: str, **environment: str) -> Ended:
        """Run Python in the folder."""
        plain = {"PATH": os.environ["PATH"], "HOME": str(self.folder.parent), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
        ended = subprocess.run([sys.executable, *words], cwd=self.folder, env=plain | environment, capture_output=True, text=True)
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def run(self, *words: str, **environment: str) -> Ended:
        """`gan-doctor run` with the doctor that counts steps."""
        return self.start(str(self.command), "run", *words, **{"PYTHONPATH": str(ROOT)} | environment)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


SAYS_ALL = """
import sys
print(__file__, __name__, __package__, __spec__, __cached__, __doc__, type(__loader__), __loader__.path, sorted(globals()))
print(sys.argv, sys.path, sys._getframe().f_code.co_filename, sys.modules["__main__"].__dict__ is globals(), __builtins__)
print("\u03b2 to standard error", file=sys.stderr)
"""
ENDINGS = {
    "its end": SAYS_ALL,
    "docstring and future": '"""Text."""\nfrom __future__ import annotations\ndef f(x: Unknown): pass\n'
    "print(__doc__, f.__annotations__, __annotations__)",
    "sys.exit()": "import sys; sys.exit()",
    "sys.exit(5)": "import sys; sys.exit(5)",
    "sys.exit(-1)": "import sys; sys.exit(-1)",
    "sys.exit of a text": "import sys; sys.exit('no data')",
    "error": "def f():\n    return 1 / 0\nprint('before')\nf()",
    "error of an error": "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('b') from error",
    "error in a module": "import other",
    "syntax": "def f(:\n",
    "another encoding": "# -*- coding: latin-1 -*-\nprint(ascii('β'))",
    "own excepthook": "import sys\nsys.excepthook = lambda kind, error, _: print('mine', kind, error, file=sys.stderr)\nraise ValueError(3)",
    "broken excepthook": "import sys\nsys.excepthook = lambda *_: {}['a']\nraise ValueError(3)",
    "functions at the end": "import atexit, sys\natexit.register(print, 'end', file=sys.stderr)\natexit.register(lambda: print(name))\n"
    "name = 'a'\nraise ValueError(3)",
    "thread": "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()\nprint('main')",
    "open executor": "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\n"
    "pool.submit(print, 'thread').result()\nprint('main')",
    "processes": "import multiprocessing as m\ndef f(x): return x * x\nif __name__ == '__main__':\n    m.set_start_method('spawn')\n"
    "    with m.Pool(1) as pool:\n        print(pool.map(f, [1, 2]))\nelse:\n    print(__name__, flush=True)",
    "fork": "import os, sys\nif os.fork():\n    os.wait()\nelse:\n    print('child')\n    sys.exit(4)",
    "argument": "import sys\nopen(sys.argv[1])",
}


@pytest.mark.parametrize("name", ENDINGS)
def test_a_script_ends_as_python_ends_it_and_then_a_line_says_why_there_is_no_diagnosis(name: str, project: Project) -> None:
    script = project.write(ENDINGS[name])
    project.write("raise OSError('from a module')", "other.py")
    arguments = [f"./{script}", "--report", "x", "--", "-h"]
    python = project.start(*arguments, PYTHONPATH=str(ROOT))
    by_command = project.start("-m", "pipeline.doctor", "run", *arguments, PYTHONPATH=str(ROOT))
    assert by_command[:2] == python[:2]
    assert by_command.stderr.startswith(python.stderr)
    (line,) = by_command.stderr[len(python.stderr) :].splitlines()
    assert line.startswith(f"gan-doctor: no diagnosis: Keras 3 was not imported; ./{script} ")


def test_a_script_is_found_through_a_link_and_has_its_own_folder_first(project: Project) -> None:
    (project.folder / "linked").symlink_to(project.folder / project.write(SAYS_ALL))
    python = project.start("linked", PYTHONPATH=str(ROOT))
    assert project.run("linked").stdout == python.stdout
    assert (
        project.start("-P", str(project.command), "run", "linked", PYTHONPATH=str(ROOT)).stdout
        == project.start("-P", "linked", PYTHONPATH=str(ROOT)).stdout
    )


OWN_MODULES = """
import sys
import pipeline, data, settings
import keras
import pipeline.doctor
print(pipeline.x, data.x, settings.x, pipeline.doctor.x, [name for name in sys.modules if name.startswith("pipeline")])
keras.train_step()
"""


def test_a_script_gets_its_own_modules_of_the_packages_names(project: Project) -> None:
    (project.folder / "pipeline").mkdir()
    for name in ("pipeline/__init__", "pipeline/doctor", "data", "settings"):
        project.write(f"x = '{name}'", f"{name}.py")
    ended = project.run(project.write(OWN_MODULES))
    assert ended.stdout == "pipeline/__init__ data settings pipeline/doctor ['pipeline', 'pipeline.doctor']\n"
    assert "1 training step: 1 error" in ended.stderr


def test_a_script_that_cannot_import_the_package_still_cannot(project: Project) -> None:
    script = project.folder / project.write("try:\n    import pipeline\nexcept ImportError as error:\n    print(error)\n" + TRAINS)
    by_command = subprocess.run([sys.executable, "-m", "pipeline.doctor", "run", str(script)], cwd=ROOT, capture_output=True, text=True)
    assert by_command.stdout == "No module named 'pipeline'\n"


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_script_that_imports_the_package_gets_the_one_that_runs_it(moment: str, project: Project) -> None:
    imports = "from pipeline.doctor.attach import Attached\nfrom pipeline.doctor.report import Report\n"
    script = project.write((imports + TRAINS if moment == "before" else TRAINS + imports) + "print(Attached, Report)")
    ended = project.run(script)
    assert ended.stdout == "<class '__main__.Attached'> <class 'pipeline.doctor.report.Report'>\n"  # the class of COMMAND
    assert "1 training step: 1 error" in ended.stderr


REFUSED = {
    "nowhere.py": "expected a Python script, found no file nowhere.py",
    ".": "expected a Python script, received the folder .",
    "--report no/r.json gan.py": "--report: expected a file in a folder that exists, found no folder FOLDER/no",
    "--report . gan.py": "--report: expected the name of a file, received FOLDER, which is none",
    "": "expected a script, received none; `gan-doctor run --help` shows what is expected",
    "--": "expected a script, received none; `gan-doctor run --help` shows what is expected",
    "--rep r.json gan.py": "unrecognized arguments: --rep; `gan-doctor --help` shows what is expected",
    "--stop-on warning gan.py": "argument --stop-on: invalid choice: 'warning' (choose from ",
}


@pytest.mark.parametrize("words", REFUSED)
def test_a_script_that_cannot_be_run_is_refused_in_a_line(words: str, project: Project) -> None:
    project.write("print('started')")
    ended = project.run(*words.split())
    assert (ended.status, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"gan-doctor: no diagnosis: {REFUSED[words].replace('FOLDER', str(project.folder))}")


def test_wrong_commands_are_one_line_and_help_is_none() -> None:
    for words in ([], ["examine"]):
        ended = subprocess.run([sys.executable, "-m", "pipeline.doctor", *words], cwd=ROOT, capture_output=True, text=True)
        assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    ended = subprocess.run([sys.executable, "-m", "pipeline.doctor", "run", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "--stop-on" in ended.stdout


def test_keras_on_another_backend_is_refused_wherever_it_is_set(project: Project) -> None:
    script = project.write("print('started')\n" + TRAINS)
    folder = project.folder.with_name(".keras")
    ended = project.run(script, KERAS_BACKEND="jax")
    assert (ended.status, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert "KERAS_BACKEND sets it to jax" in ended.stderr
    folder.mkdir()
    (folder / "keras.json").write_text('{"backend": "torch"}')
    ended = project.run(script)
    assert (ended.status, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert f"{folder / 'keras.json'} sets it to torch" in ended.stderr
    for environment in ({"KERAS_BACKEND": "tensorflow"}, {"KERAS_HOME": str(project.folder)}):
        assert project.run(script, **environment).stdout == "started\n"
    for content in ('{"backend": "tensorflow"}', "[]", "{"):
        (folder / "keras.json").write_text(content)
        assert project.run(script).stdout == "started\n"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ("keras.config.backend = lambda: 'jax'", "expected Keras on TensorFlow, but the script runs it on jax"),
        ("keras.__version__ = '2.15.0'", "expected Keras 3, received Keras 2.15.0"),
        ("keras.__version__ = 'none'", "the doctor could not be attached: ValueError: invalid literal for int() with base 10: 'none'"),
    ],
)
def test_a_keras_that_the_doctor_cannot_use_trains_undisturbed(changed: str, why: str, project: Project) -> None:
    with (project.folder / "keras.py").open("a") as file:
        file.write(changed.replace("keras.", ""))
    if "backend" in changed:
        (project.folder / "keras.py").write_text(KERAS.replace('"tensorflow"', '"jax"'))
    ended = project.run(project.write(TRAINS + "print('trained', keras.steps)"))
    assert ended == (0, "trained 1\n", f"gan-doctor: no diagnosis: {why}; gan.py ended\n")


HOW = {
    "": (0, "ended"),
    "import sys; sys.exit()": (0, "ended"),
    "import sys; sys.exit(6)": (6, "ended with status 6"),
    "import sys; sys.exit('text')": (1, "ended with status 1"),
    "raise ValueError(3)": (1, "failed with ValueError"),
    "raise KeyboardInterrupt": (130, "was interrupted"),
}


@pytest.mark.parametrize("end", HOW)
def test_a_training_has_a_report_however_it_ended_and_without_one_a_line(end: str, project: Project) -> None:
    status, how = HOW[end]
    shown = project.run("--report", "r.json", project.write(f"{TRAINS}keras.train_step()\n{end}"))
    assert shown.status == status
    *_, last = shown.stderr.split("gan-doctor: ")
    assert last.startswith(f"gan.py {how} after 2 training steps: 1 error\n\nFindings:\n  error  momentum  gan.py:2  (beta nan)\n")
    assert "Lower β1." in last
    assert "no diagnosis" not in shown.stderr
    content = json.loads((project.folder / "r.json").read_text())
    assert content["findings"][0] | {"evidence": 0} == {
        "id": "momentum", "severity": "error", "evidence": 0, "why": "Why.", "fix": "Lower β1.", "reference": "", "where": "gan.py:2", "change": "",
    }  # fmt: skip

    (project.folder / "r.json").write_text("as before")
    shown = project.run("--report", "r.json", project.write(f"import keras\n{end}"))
    assert shown.status == status
    assert shown.stderr.endswith(f"gan-doctor: no diagnosis: {NO_STEP}; gan.py {how}\n")
    assert shown.stderr.count("gan-doctor") == 1
    assert (project.folder / "r.json").read_text() == "as before"


def test_frames_of_the_doctor_are_no_part_of_a_traceback(project: Project) -> None:
    """One of its functions between two of the script's is like a hook; one at the end has raised the error itself."""
    wraps = "import pipeline.doctor.diagnosis.summary as ours\nours.textwrap = type('x', (), {'wrap': lambda *a, **k: 1 / 0})\n"
    ended = project.run(project.write(f"{wraps}ours.wrapped('', '', '')"))
    frames = [line.split(",")[0].split("/")[-1] for line in ended.stderr.splitlines() if line.startswith("  File")]
    assert frames == ['gan.py"', 'gan.py"']
    ended = project.run(project.write("from pipeline.doctor.report import report_json\nreport_json(1)"))
    assert ended.stderr.count("report.py") == 1  # the package's own error


def test_a_training_that_the_doctor_ends_has_status_3(project: Project) -> None:
    script = project.write(f"import keras\ntry:\n    keras.train_step()\nfinally:\n    print('cleared')\n{TRAINS}")
    ended = project.run("--stop-on", "error", script)
    assert ended[:2] == (3, "cleared\n")
    assert ended.stderr.startswith("gan-doctor: gan.py was stopped by the doctor at an error after 1 training step: 1 error\n\nFindings:")
    ended = project.run("--stop-on", "never", script)
    assert ended[:2] == (0, "cleared\n")
    ended = project.run(project.write("import keras, sys\nkeras.train_step()\nsys.exit(3)"))  # the script's own 3
    assert (ended.status, ended.stderr.split(" after")[0]) == (3, "gan-doctor: gan.py ended with status 3")


def test_ctrl_c_ends_a_training_with_its_report(project: Project) -> None:
    script = project.folder / project.write(f"{TRAINS}import time\nprint('training', flush=True)\ntime.sleep(60)")
    status, shown = on_terminal([sys.executable, str(project.command), "run", str(script)], interrupt_at="training")
    assert status == 130
    assert "KeyboardInterrupt" in shown
    assert f"{script} was interrupted after 1 training step: 1 error" in shown
    assert "\x1b[1;31merror\x1b[0m" in shown


def test_the_report_comes_last_once_and_wherever_standard_error_was(project: Project) -> None:
    """After functions that are registered for the end, not from a forked process, and not into what the script put in the place of the streams."""
    begins = "import atexit, io, os, sys\natexit.register(os.write, 2, b'registered\\n')\nsys.stderr = io.StringIO()\n"
    ended = project.run(project.write(f"{begins}{TRAINS}if os.fork():\n    os.wait()\n"))
    assert ended.stderr.startswith("registered\nregistered\ngan-doctor: gan.py ended after 1 training step")
    assert ended.stderr.count("gan-doctor") == 1


def test_a_report_is_written_whole_or_not_at_all(project: Project) -> None:
    folder = project.folder / "reports"
    folder.mkdir()
    ended = project.run("--report", "reports/r.json", project.write(f"{TRAINS}import os; os.chdir('/')"))
    assert (ended.status, [path.name for path in folder.iterdir()]) == (0, ["r.json"])
    removes = f"{TRAINS}import shutil, sys\nshutil.rmtree('reports')\n"
    for end, status in {"": 1, "sys.exit(6)": 6}.items():
        folder.mkdir(exist_ok=True)
        ended = project.run("--report", "reports/r.json", project.write(removes + end))
        assert ended.status == status
        assert ended.stderr.splitlines()[-1].startswith(f"gan-doctor: the report was not written to {folder}/r.json: FileNotFoundError")
        assert "error  momentum" in ended.stderr


def test_a_report_that_cannot_be_made_is_a_line(project: Project) -> None:
    ended = project.run("--report", "r.json", project.write("import keras\nfor _ in range(13): keras.train_step()"))
    assert ended == (0, "", "gan-doctor: no diagnosis: the report could not be made: ValueError: two lines; gan.py ended\n")
    assert not (project.folder / "r.json").exists()


def test_streams_that_nobody_reads_or_that_lack_letters_change_no_status(project: Project) -> None:
    script = project.write(TRAINS)
    ended = project.run(script, PYTHONIOENCODING="ascii")
    assert "Lower ?1." in ended.stderr
    command = f'exec "{sys.executable}" "{project.command}" run {script} 2>&-'
    assert subprocess.run(command, shell=True, cwd=project.folder, env={"PYTHONPATH": str(ROOT)}).returncode == 0


SETS_UP = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
assert "numpy" not in sys.modules
{imports}
keras = sys.modules["keras"]
print(hasattr(keras, "stop"), keras.__spec__.loader is keras.__loader__, keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).count_params())
keras.steps = 1
"""


@pytest.mark.parametrize(
    "imports",
    [
        pytest.param("import tensorflow as tf", marks=pytest.mark.slow),
        pytest.param("import keras", marks=pytest.mark.slow),
        pytest.param("from keras.layers import Dense", marks=pytest.mark.slow),
    ],
)
def test_the_doctor_is_attached_at_the_end_of_the_line_that_imports_keras(imports: str, project: Project) -> None:
    (project.folder / "keras.py").unlink()
    ended = project.run(project.write(SETS_UP.format(imports=imports)))
    assert (ended.status, ended.stdout) == (0, "True True 3\n")
    assert "1 training step: 1 error" in ended.stderr


GAN = """
import keras
import tensorflow as tf
keras.utils.set_random_seed(0)
generator = keras.Sequential([keras.Input((4,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(9, "tanh")])
discriminator = keras.Sequential([keras.Input((9,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(1)])
loss = keras.losses.BinaryCrossentropy(from_logits=True)
generator_optimizer, discriminator_optimizer = keras.optimizers.Adam(0.0002, 0.5), keras.optimizers.Adam(0.0002, 0.5)
images = tf.random.uniform((48, 9), -1, 1)
for step in range(20):
    with tf.GradientTape() as tape, tf.GradientTape() as other:
        samples = generator(tf.random.normal((48, 4)), training=True)
        real, fake = discriminator(images, training=True), discriminator(samples, training=True)
        d_loss = loss(tf.ones_like(real), real) + loss(tf.zeros_like(fake), fake)
        g_loss = loss(tf.{targets}_like(fake), fake)
    for tape, loss_value, network, optimizer in (
        (tape, d_loss, discriminator, discriminator_optimizer), (other, g_loss, generator, generator_optimizer)
    ):
        variables = network.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss_value, variables), variables))
"""


@pytest.mark.parametrize(("targets", "found"), [("zeros", True), pytest.param("ones", False, marks=pytest.mark.slow)])
def test_a_fault_of_a_script_is_found_in_its_line_and_a_healthy_script_has_no_error(targets: str, found: bool, project: Project) -> None:
    (project.folder / "keras.py").unlink()
    script = project.write(GAN.format(targets=targets))
    ended = project.start("-m", "pipeline.doctor", "run", "--report", "r.json", script, PYTHONPATH=str(ROOT), TF_CPP_MIN_LOG_LEVEL="3")
    assert (ended.status, ended.stdout) == (0, "")
    content = json.loads((project.folder / "r.json").read_text())
    errors = {finding["id"]: finding["where"] for finding in content["findings"] if finding["severity"] == "error"}
    assert ("generator_sign" in errors) == bool(errors) == found
    assert all(where.startswith("gan.py:") for where in errors.values())
    assert {"generator", "discriminator"} <= {network["role"] for network in content["networks"]}
