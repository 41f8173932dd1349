"""`python -m pipeline.checkup`: what ails the cells of params.yaml, each variant before its training, each trained cell as it was diagnosed."""

from pathlib import Path

from pipeline.runtime import pin_runtime

# isort: split

from pipeline.data.digits import load_digits
from pipeline.doctor.diagnosis.diagnose import judge
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.diagnosis.summary import tell
from pipeline.doctor.evidence.examination import examination
from pipeline.doctor.setup import doctor_of
from pipeline.files.artifacts import read_json
from pipeline.files.cells import cell_name
from pipeline.files.errors import DataError, one_line_errors
from pipeline.gan.base import GAN
from pipeline.settings.params import Settings, load_settings

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
