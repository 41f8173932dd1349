"""`python -m pipeline.doctor`: what ails the cells of params.yaml, each variant before its training, each trained cell as it was diagnosed."""

from pathlib import Path

from pipeline.runtime import pin_runtime

# isort: split

from pipeline.artifacts import read_json
from pipeline.cells import cell_name
from pipeline.data import load_digits
from pipeline.doctor.attendance import doctor_of
from pipeline.doctor.examination import examination
from pipeline.doctor.findings import Finding
from pipeline.doctor.judgement import judge
from pipeline.doctor.summary import tell
from pipeline.errors import DataError, one_line_errors
from pipeline.gan.base import GAN
from pipeline.params import Settings, load_settings

TRAIN, DIAGNOSES = Path("artifacts/data/train.npz"), Path("artifacts/diagnosis")


def attend(settings: Settings, train: Path, diagnoses: Path) -> None:
    """Tell of every variant what shows before training, and of every trained cell what was found."""
    if not train.is_file():
        raise DataError(f"{train}: expected the training split, received no file; run `dvc repro preprocess`")
    digits = load_digits(train)
    for variant in settings.run.variants:
        gan = GAN(settings.gan[variant], settings.run.seeds[0], 1)
        doctor = doctor_of(gan, digits, digits, "never", "")
        before = examination(gan.generator, gan.discriminator, doctor.batch, doctor.probe.latent, gan)
        tell(f"{variant}, before training", judge({"before": before}, variant, settings.gan[variant].model_dump()))
        for seed in settings.run.seeds:
            path = diagnoses / f"{cell_name(variant, seed)}.json"
            if path.is_file():
                tell(f"{variant}, seed {seed}, trained", [Finding(**finding) for finding in read_json(path)["findings"]])


if __name__ == "__main__":
    with one_line_errors():
        settings = load_settings()
        pin_runtime(settings.train.threads)
        attend(settings, TRAIN, DIAGNOSES)
