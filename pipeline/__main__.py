"""What `make run`, `make doctor` and `make verify` do: `python -m pipeline`, `python -m pipeline doctor`, `python -m pipeline verify`.

`make run` runs the pipeline, `make run JOBS=2` with two cells at once (`python -m pipeline --jobs 2`). On a machine that reaches no mirror of the
data set it runs the same pipeline on the bundled digits. `dvc repro` itself is strict. Here, in that one case, params.yaml itself is changed, and a
message says so, so that it always describes the run.
`make doctor` prints what is wrong with each variant before its training, and with each trained cell as it was diagnosed.
`make verify` looks for damaged files in DVC's cache and the workspace; `python -m pipeline verify --remove` removes them, too.
"""

import re
import subprocess
import sys
from pathlib import Path

from pipeline.files.artifacts import staged_file
from pipeline.files.cells import Cell
from pipeline.files.errors import DataError, DownloadError, PipelineError, one_line_errors
from pipeline.files.shown import shown
from pipeline.integrity.verify import verify
from pipeline.settings.params import PARAMS, Settings, load_settings
from pipeline.terminal.closing import next_steps

DVC = (sys.executable, "-m", "dvc")
SOURCE = re.compile(r"^(download:\n(?: .*\n)*?  source: +)\S+", re.MULTILINE)
NO_MIRROR = re.compile(rb"failed to reproduce 'download'.*exited with " + str(DownloadError.exit_status).encode(), re.DOTALL)
TRAIN, DIAGNOSES, REPORT = Path("artifacts/data/train.npz"), Path("artifacts/diagnosis"), Path("artifacts/report/index.html")


def main(arguments: list[str]) -> int:
    """Do what the arguments name; returns the exit status."""
    if arguments == ["doctor"]:
        settings = load_settings()
        # TensorFlow takes some seconds to start, and `make run` leaves that to the stages.
        from pipeline.runtime import pin_runtime

        pin_runtime(settings.train.threads)
        print_diagnoses(settings, TRAIN, DIAGNOSES)
        next_steps({"dvc repro": "after an edit of params.yaml: runs what the edit affects"})
        return 0
    if arguments in (["verify"], ["verify", "--remove"]):
        return verify(remove="--remove" in arguments)
    if arguments[:1] == ["--jobs"] and len(arguments) == 2:
        return run_pipeline(_jobs(arguments[1]))
    if arguments:
        raise PipelineError(
            f"python -m pipeline: expected no argument, --jobs N, doctor, verify or verify --remove, received {shown(' '.join(arguments))}"
        )
    return run_pipeline()


def _jobs(word: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,3}", word):
        raise PipelineError(f"JOBS: expected how many cells run at once, 1 or more, received {shown(word)}")
    return int(word)


def run_pipeline(jobs: int = 1) -> int:
    """Run the pipeline, with so many cells at once; returns the exit status."""
    load_settings()
    status, errors = _run_and_keep_errors([*DVC, "repro", *(["download"] if jobs > 1 else [])])
    if status and NO_MIRROR.search(errors):
        print(
            "\nThe data set could not be downloaded, see above. Going on with the 1797 digits that scikit-learn carries: download.source\n"
            "becomes `digits` in params.yaml. Set it back once a mirror can be reached.\n",
            flush=True,
        )
        _choose_bundled_digits()
        status = 0 if jobs > 1 else subprocess.run([*DVC, "repro"]).returncode
    if status == 0 and jobs > 1:
        from pipeline.sweep.run import side_by_side  # imports DVC

        side_by_side(load_settings(), jobs)
    if status == 0:
        print(f"\nEverything is up to date. Open {REPORT} in a browser to read the results.")
        next_steps({"make doctor": "what is wrong with each GAN, and how to fix it", "make play": "draw digits with the generators in a browser"})
    return status


def _choose_bundled_digits() -> None:
    """Change the data set in params.yaml, and nothing else: DVC's `--set-param` would write out what variants inherit, and make an experiment."""
    text, count = SOURCE.subn(r"\g<1>digits", PARAMS.read_text(encoding="utf-8"))
    if count != 1:
        raise DataError(f"{PARAMS}: expected the line `  source: NAME` in the section download, found none; set download.source to digits by hand")
    with staged_file(PARAMS) as partial:
        partial.write_text(text, encoding="utf-8")


def _run_and_keep_errors(command: list[str]) -> tuple[int, bytes]:
    """Run a command, pass its standard error on as it comes, and return it with the exit status."""
    errors = bytearray()
    with subprocess.Popen(command, stderr=subprocess.PIPE, bufsize=0) as process:
        try:
            while process.stderr and (part := process.stderr.read(4096)):
                sys.stderr.buffer.write(part)
                sys.stderr.flush()
                errors += part
        except SystemExit:  # a signal to this process alone; Ctrl-C goes to DVC too
            process.terminate()  # its stage ends itself then
            raise
    return process.returncode, bytes(errors)


def print_diagnoses(settings: Settings, train: Path, diagnoses: Path) -> None:
    """Print what shows of every variant before training, and what was found in every trained cell."""
    if not train.is_file():
        raise DataError(f"{train}: expected the training split, received no file; run `dvc repro preprocess`")
    from pipeline.data.digits import load_digits
    from pipeline.doctor.diagnosis.diagnose import diagnose
    from pipeline.doctor.diagnosis.summary import print_findings
    from pipeline.doctor.evidence.examination import examination
    from pipeline.gan.base import GAN
    from pipeline.gan.probe_inputs import probe_inputs
    from pipeline.report.findings import findings_in

    digits = load_digits(train)
    for variant in settings.run.variants:
        gan = GAN(settings.gan[variant], settings.run.seeds[0], 1)
        inputs = probe_inputs(gan, digits, digits)
        before = examination(gan.generator, gan.discriminator, inputs.batch, inputs.latent, gan)
        print_findings(f"{variant}, before training", diagnose({"before": before}, variant, settings.gan[variant].model_dump()))
        for seed in settings.run.seeds:
            path = diagnoses / f"{Cell(variant, seed).name}.json"
            if path.is_file():
                print_findings(f"{variant}, seed {seed}, trained", findings_in(path))


if __name__ == "__main__":
    with one_line_errors():
        sys.exit(main(sys.argv[1:]))
