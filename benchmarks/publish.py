"""Publish the results in artifacts/ and MLflow: scores and cost of each cell as JSON, a page with the table of all, and two pictures.

    make publish

Run by hand after `dvc repro`, in the project's folder. Durations differ from run to run, so no stage writes them: they are measured here, and stand
beside the machine that they were measured on. A published cell that `run.variants` no longer names stays published as long as params.yaml still
gives it the same settings and data, and its samples were scored in the same way. The pictures need the GAN folder of each variant's first seed.
"""

from pathlib import Path

import pipeline.runtime  # noqa: F401 (before keras)

# isort: split
from benchmarks.machine import machine
from benchmarks.pictures import draw_samples, draw_training
from benchmarks.tables import Row, table
from pipeline.files.artifacts import file_hash, staged_file, write_json
from pipeline.files.cells import GENERATOR, HISTORY, SAMPLE_ARRAYS, Cell, training_hash
from pipeline.files.errors import PipelineError, one_line_errors
from pipeline.files.json_file import read_json
from pipeline.gan.base import images_per_step
from pipeline.provenance import cell_key
from pipeline.settings.params import Settings, load_settings
from pipeline.tracking.run import search
from pipeline.tracking.store import GANS, connect

RESULTS = Path("benchmarks/results.json")
PAGE = Path("docs/results.md")
TRAINING_PICTURE, SAMPLES_PICTURE = Path("docs/images/results.png"), Path("docs/images/variants.png")
MAIN_VARIANTS = ("asker", "answer", "answer_tuned", "modern")  # in the README's picture
BASIS = ("data_set", "split", "samples", "classifier_sha256")  # scores that are compared have these in common
LEADERBOARD, GANS_FOLDER = Path("artifacts/leaderboard.json"), Path("artifacts/gan")


class PublishError(PipelineError):
    """Something to be published is missing."""


def publish(settings: Settings) -> None:
    """Write results.json, its page, and the pictures of each variant's first seed."""
    new = [published_row(settings, row) for row in read_json(LEADERBOARD)["cells"]]
    variants = list(settings.gan)
    rows = sorted(new + kept_rows(settings, new), key=lambda row: (variants.index(row["variant"]), row["seed"]))
    folders = first_folders(rows)
    write_json(RESULTS, {"cells": rows, "machine": machine()})
    with staged_file(PAGE) as partial:
        partial.write_text(results_page(rows), encoding="utf-8")
    draw_training(TRAINING_PICTURE, {variant: folder for variant, folder in folders.items() if variant in MAIN_VARIANTS})
    draw_samples(SAMPLES_PICTURE, folders)


def published_row(settings: Settings, row: Row) -> Row:
    """A cell of the leaderboard, and beside its scores the training's cost, the hash of the weights, and the key of the settings and the data."""
    cell = Cell(row["variant"], row["seed"])
    folder = GANS_FOLDER / cell.name
    return row | {
        "images_seen": images_seen(settings, cell.variant, len(read_json(folder / HISTORY)["epochs"])),
        "key": cell_key(settings, cell),
        "training_seconds": round(training_seconds(cell, folder), 1),
        "weights_md5": file_hash(folder / GENERATOR, "md5"),
    }


def images_seen(settings: Settings, variant: str, epochs: int) -> int:
    """Real images in so many epochs of whole steps; a cell that diverged has fewer epochs than planned."""
    per_step = images_per_step(settings.gan[variant])
    return epochs * (settings.train.epoch_images // per_step) * per_step


def training_seconds(cell: Cell, folder: Path) -> float:
    """The sum over the epochs of the cell's tracked run; drawing sample sheets is not included."""
    client, experiment = connect(GANS)
    for run in search(client, experiment, training=training_hash(folder)):
        seconds = [point.value for point in client.get_metric_history(run.info.run_id, "time/epoch_seconds")]
        if seconds:
            return sum(seconds)
    raise PublishError(
        f"MLflow's store: expected the durations of {cell.name}, found no run that was recorded while it trained; "
        f"delete its run in the UI, then `dvc repro --force --single-item train@{cell.name}`"
    )


def kept_rows(settings: Settings, new: list[Row]) -> list[Row]:
    """The rows published earlier that stay beside the new ones; a line says which are left out."""
    replaced = {(row["variant"], row["seed"]) for row in new}
    earlier = [row for row in read_json(RESULTS)["cells"] if (row["variant"], row["seed"]) not in replaced] if RESULTS.is_file() else []
    kept = [row for row in earlier if _is_current(settings, row) and all(row[name] == new[0][name] for name in BASIS)]
    left_out = [Cell(row["variant"], row["seed"]).name for row in earlier if row not in kept]
    if left_out:
        print(f"no longer published, because settings, data or classifier have changed since: {', '.join(left_out)}")
    return kept


def _is_current(settings: Settings, row: Row) -> bool:
    return row["variant"] in settings.gan and row["key"] == cell_key(settings, Cell(row["variant"], row["seed"]))


def first_folders(rows: list[Row]) -> dict[str, Path]:
    """The GAN folder of each variant's first seed, in the order of `rows`."""
    folders: dict[str, Path] = {}
    for row in rows:
        folders.setdefault(row["variant"], GANS_FOLDER / Cell(row["variant"], row["seed"]).name)
    missing = [variant for variant, folder in folders.items() if not (folder / SAMPLE_ARRAYS).is_file()]
    if missing:
        raise PublishError(
            f"{GANS_FOLDER}: expected samples of every published variant, found none of {', '.join(missing)}; "
            "name all of them under run.variants in params.yaml, then `dvc repro`"
        )
    return folders


def results_page(rows: list[Row]) -> str:
    """docs/results.md."""
    about = rows[0]
    return f"""# Results of all variants

`make publish` writes this page from [results.json](../benchmarks/results.json). {about["samples"]} samples of each generator are compared with the
{about["split"]} split of {about["data_set"]}, in the layer `{about["feature_layer"]}` of a digit classifier that classifies
{about["classifier_accuracy"]:.2%} of the test digits correctly (sha256 {about["classifier_sha256"][:12]}). Scores of several seeds are given as
mean ± standard deviation, their training time as the median; losses are those of the first and the last epoch, of the first seed. *Real digits* are
training images in place of the samples. [params.yaml](../params.yaml) says what each variant is.

In results.json, `key` is a hash of a cell's settings and data, and `weights_md5` that of its generator's weights. weights_md5 is null where the
weights were not on record; the next `make publish` after their training fills it in.

{table(rows)}

![Samples of all variants](images/variants.png)
"""


if __name__ == "__main__":
    with one_line_errors():
        publish(load_settings())
