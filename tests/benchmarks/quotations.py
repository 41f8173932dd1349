"""The numbers that README and docs quote, each with the committed value that it must be, and the lines that are generated from files of results."""

import json
import math
from statistics import mean
from typing import Any

from benchmarks.losses.bands import band_row
from benchmarks.search import trial_row
from benchmarks.sweep.hosts import CELLS_BEFORE
from benchmarks.sweep.kills import WORKERS
from benchmarks.tables import real_row, repair_row, variant_row
from pipeline.settings.params import load_settings
from pipeline.settings.yaml_file import read_yaml
from pipeline.sweep.cell import CELL_STAGES
from tests.conftest import ROOT

Row = dict[str, Any]


def _read(name: str) -> Any:
    return json.loads((ROOT / f"benchmarks/{name}.json").read_text())


CELLS: list[Row] = _read("results")["cells"]
TRIALS: list[Row] = _read("search")["trials"]
FIRST_TRIALS: Row = _read("first_trials")
DIAGNOSIS: Row = _read("diagnosis")
SERVING: Row = _read("serving")
TEAM: Row = _read("team_server")
SWEEP: Row = _read("sweep")
SPEED: Row = _read("speed")
EVALUATION_SECONDS: float = _read("evaluation_time")["seconds"]["the whole command, start included"]
HELD_OUT: Row = _read("scripts_held_out")["totals"]
LOSS_BANDS: Row = _read("loss_bands")["families"]
VARIANTS = load_settings(ROOT / "params.yaml").gan
ASKED_RATES = (0.001, 0.0001, 0.00003)  # the learning rates that the question names
LOWEST_RATE = {"generator_learning_rate": 0.00003, "discriminator_learning_rate": 0.00003}
# What a logistic loss of a logit in [0, 1] can be: at the right end, at the wrong end, and at 0.
LOW, HIGH, LOG_2 = math.log(1 + math.exp(-1)), math.log(1 + math.e), math.log(2)


def cells(variant: str) -> list[Row]:
    """The published cells of a variant, a row per seed."""
    return [row for row in CELLS if row["variant"] == variant]


def score(variant: str, name: str) -> float:
    """A score of a variant, the mean over its seeds."""
    return float(mean(row["scores"][name] for row in cells(variant)))


def of_real(row: Row, name: str = "classifier_score") -> float:
    """A score over that of the real reference."""
    return float(row["scores"][name] / row["real_reference"][name])


def trial(variant: str, **changes: Any) -> Row:
    """The one trial of a variant with these changes; `training_images` may be left out."""
    rows = (row for row in TRIALS if row["variant"] == variant)
    (found,) = (
        row for row in rows if {"training_images": row["changes"].get("training_images")} | changes == {"training_images": None} | row["changes"]
    )
    return found


def rates(generator: float, discriminator: float) -> Row:
    return {"generator_learning_rate": generator, "discriminator_learning_rate": discriminator}


PENALISED = {"adam_beta_1": 0.0, "adam_beta_2": 0.99, "r1_gamma": 1.0, "r2_gamma": 1.0}
RELATIVISTIC, NON_SATURATING = PENALISED | {"objective": "relativistic"}, PENALISED | {"objective": "non_saturating"}
ASKER, SLOW = cells("asker")[0]["losses"], trial("asker", **LOWEST_RATE)["losses"]
LATE = {"objective": "non_saturating", "generator_learning_rate": 0.004, "training_images": 2635776}
SHORT = {"objective": "non_saturating", "training_images": 878592}
FAST = SHORT | {"generator_learning_rate": 0.008}
SAME: list[Row] = [  # trials of 16 epochs that the text calls the same
    FAST | changes
    for changes in (
        {},
        {"mapping_width": 512},
        {"discriminator_width": 24},
        {"r1_gamma": 0.1, "r2_gamma": 0.1},
        {"r1_gamma": 1.0, "r2_gamma": 1.0},
        {"r1_gamma": 1.0, "r2_gamma": 1.0, "latent_size": 8},
    )
]
ALIKE = [of_real(trial("modern_unconditional", **changes)) for changes in SAME]
PLAIN, MAPPED = (trial("modern_unconditional", precision="mixed_bfloat16", **changes) for changes in ({}, {"mapping_layers": 2}))
NARROWEST = FIRST_TRIALS["trials"][-1]

# Document -> its quotations: the text, with a format for each number, and the values.
QUOTED: dict[str, list[tuple[str, tuple[float, ...]]]] = {
    "README.md": [
        ("Its discriminator loss rises to {:.4f} and its generator loss falls to {:.4f}", (LOW + HIGH, LOW)),
        ("The question names three learning rates, {:.3f} (as in params.yaml), {:.4f} and {:.5f}", ASKED_RATES),
        ("the discriminator's loss between {:.4f} and {:.4f} and the generator's between {:.4f} and {:.4f}", (LOW + LOG_2, LOG_2 + HIGH, LOW, LOG_2)),
        ("which of {} faults that were put into healthy GANs", (len(DIAGNOSIS["faults"]),)),
        (
            "it named {} of {} faults, misnamed {}, and reported an error in {} of {} healthy GANs",
            (
                *(HELD_OUT["faulty"]["named"], sum(HELD_OUT["faulty"].values()), HELD_OUT["faulty"]["misnamed"]),
                *(HELD_OUT["healthy"]["wrong error"], sum(HELD_OUT["healthy"].values())),
            ),
        ),
        ("reads {:.2f} % of the MNIST test set", (100 * CELLS[0]["classifier_accuracy"],)),
    ],
    "docs/losses.md": [
        ("Both losses stay at {:.2f}", (LOG_2,)),
        ("{:.3f} is log 2, what a logistic loss gives", (LOG_2,)),
        ("A discriminator loss of {:.3f}, or {:.3f} if you average both halves, with a generator loss of {:.3f}", (2 * LOG_2, LOG_2, LOG_2)),
        ("It was below 0 in {:.0f} % of the looks", (100 * LOSS_BANDS["Wasserstein"]["below_zero"],)),
        ("lower β1 to {:.1f} or 0", (0.5,)),
    ],
    "docs/scale.md": [
        ("the leaderboard and its page take {:.0f} s", (SPEED["cells"][-1]["seconds"],)),
        ("one server took {:.1f} s for a cell", (TEAM["seconds_per_cell"],)),
        ("takes {:.1f} s in a sweep and {:.1f} s by `dvc repro", (SWEEP["overhead"]["sweep"], SWEEP["overhead"]["dvc_repro"])),
        ("Ray takes {:.0f} s to start", (SWEEP["overhead"]["ray_start"],)),
        ("In a sweep of {} tiny cells, {} processes", (SWEEP["kills"]["cells"], sum(SWEEP["kills"]["killed"].values()))),
        ("After {} of {} cells the link was cut for {:.0f} s", (CELLS_BEFORE, SWEEP["hosts"]["cells"], SWEEP["hosts"]["cut_seconds"])),
        ("{} of Ray, {} that ran DVC and {} that ran a stage", tuple(SWEEP["kills"]["killed"][kind] for kind in WORKERS)),
    ],
    "docs/how-to/serve.md": [
        ("the medians of {} rounds of {} requests", (SERVING["rounds"], SERVING["requests"])),
        ("A request for 1000 images takes {:.2f} s", (SERVING["seconds_of_1000_images"],)),
    ],
    "docs/metrics.md": [
        ("(compared as in Meehan et al. 2020) | {:.2f}; 1 is copies", (0.01,)),  # the share that the definition names
    ],
    "docs/question.md": [
        ("Adam at {:.3f}, {:.4f} and {:.5f} all failed", ASKED_RATES),
        ("settles at log(1 + e⁻¹) = {:.4f}", (LOW,)),
        ("The generator's loss falls to {:.4f}, and", (LOW,)),
        ("climbs to log(1 + e¹) = {:.4f}", (HIGH,)),
        ("Their sum rises to **{:.4f}**", (LOW + HIGH,)),
        ("over 20 epochs from {:.3f} to {:.3f} at a rate of {:.3f}", (ASKER["d_loss_first"], ASKER["d_loss_last"], ASKED_RATES[0])),
        ("from {:.3f} to {:.3f} at {:.5f}, the lowest rate", (SLOW["d_loss_first"], SLOW["d_loss_last"], ASKED_RATES[2])),
        ("| discriminator, real term | log(1 + e⁻¹) = {:.4f} | log 2 = {:.4f} |", (LOW, LOG_2)),
        ("| discriminator, fake term | log 2 = {:.4f} | log(1 + e¹) = {:.4f} |", (LOG_2, HIGH)),
        ("| discriminator, sum | {:.4f} | {:.4f} |", (LOW + LOG_2, LOG_2 + HIGH)),
        ("| generator | {:.4f} | {:.4f} |", (LOW, LOG_2)),
        ("a discriminator loss that never falls below {:.4f}", (LOW + LOG_2,)),
        ("a generator loss that stays between {:.4f} and {:.4f}", (LOW, LOG_2)),
        ("noise; D rises to {:.4f}, G falls to {:.4f}", (LOW + HIGH, LOW)),
        ("D stays at its lower bound {:.4f}, G at its upper bound {:.4f}", (LOW + LOG_2, LOG_2)),
        ("too flat there for D to learn more: {:.4f} and {:.4f} again", (LOW + HIGH, LOW)),
        (
            "a classifier score of {:.2f} of {:.2f} after 20 epochs",
            (score("answer", "classifier_score"), cells("answer")[0]["real_reference"]["classifier_score"]),
        ),
        ("digits of all classes, many of them malformed: {:.2f}", (score("answer_200", "classifier_score"),)),
        ("digits after 6 epochs, some malformed: {:.2f}", (score("answer_cnn", "classifier_score"),)),
    ],
    "docs/search.md": [
        (
            "{:.2f} of the real score after {:.1f} million images",
            (of_real(trial("answer_tuned", **RELATIVISTIC, **rates(0.001, 0.001))), VARIANTS["answer"].training_images / 1e6),
        ),
        ("the best training without them reached {:.2f} after 2 million", (max(of_real(row) for row in TRIALS if row["variant"] == "answer"),)),
        ("Weights of {:.1f} to 3 are", (VARIANTS["answer_tuned"].r1_gamma,)),
        ("the generator may learn fast ({:.3f})", (VARIANTS["answer_tuned"].generator_learning_rate,)),
        ("the best of {:.1f} to 8 times", (0.002 / 0.004,)),  # the lowest ratio of the rates in the trials
        (
            "better than relativistic pairing ({:.3f} against {:.3f})",
            tuple(of_real(trial("answer_tuned", **settings, **rates(0.004, 0.002))) for settings in (NON_SATURATING, RELATIVISTIC)),
        ),
        ("also with β1 {:.1f}; half the batch", (TRIALS[0]["changes"]["adam_beta_1"],)),
        ("it covers the digits (recall {:.2f})", (PLAIN["scores"]["recall"],)),
        ("the score rises from {:.3f} to {:.3f} of the real one", (of_real(PLAIN), of_real(MAPPED))),
        ("the distance falls from {:.1f} to {:.1f} times", (of_real(PLAIN, "frechet_distance"), of_real(MAPPED, "frechet_distance"))),
        (
            "{:.3f} at weights of {:.1f}, {:.3f} with networks",
            (
                of_real(trial("modern_unconditional", r1_gamma=0.1, r2_gamma=0.1)),
                0.1,
                of_real(trial("modern_unconditional", r1_gamma=0.1, r2_gamma=0.1, generator_width=48, discriminator_width=32)),
            ),
        ),
        ("reach in 16 epochs ({:.3f})", (of_real(trial("modern_unconditional", **SHORT, generator_learning_rate=0.004)),)),
        ("48 epochs bring {:.3f}", (of_real(trial("modern_unconditional", **LATE)),)),
        ("penalties of {:.1f} or 1", (SAME[3]["r1_gamma"],)),
        ("the same {:.3f} to {:.3f} after 16 epochs", (min(ALIKE), max(ALIKE))),
        ("reach {:.3f}, {:.3f}, {:.3f} on the test split", tuple(of_real(row) for row in cells("modern_unconditional"))),
        ("the aim of {:.2f}.", (0.96,)),  # chosen before the search
        (
            "gains nothing ({:.3f}), so it is not a setting",
            (of_real(trial("modern_unconditional", precision="mixed_bfloat16", latent_categories=10, latent_size=42)),),
        ),
        ("the class consistency to {:.3f}", (trial("modern", mapping_layers=2, precision="mixed_bfloat16")["scores"]["class_consistency"],)),
        ("twice the learning rate, {:.3f}, gained most", (trial("modern", **rates(0.002, 0.002))["changes"]["generator_learning_rate"],)),
        ("Fréchet distance of the real reference {:.2f}", (FIRST_TRIALS["frechet_distance_real"],)),
        ("its classifier score {:.2f})", (FIRST_TRIALS["classifier_score_real"],)),
        (
            "end up alike (Fréchet distance {:.1f} and {:.1f})",
            (NARROWEST["frechet_distance"], NARROWEST["frechet_distance_of_raw_generator"]),
        ),
    ],
}  # fmt: skip


def spaced(number: int) -> str:
    """12345 -> 12 345."""
    return f"{number:,}".replace(",", " ")


def bias_row(row: Row) -> str:
    shares = " | ".join(f"{row[name]:.3f}" for name in ("precision", "recall", "density", "coverage"))
    return f"| {row['images_of']} | {spaced(row['images'])} | {row['frechet_distance']:.2f} | {row['kernel_distance']:.2f} | {shares} |"


def first_trial_row(row: Row) -> str:
    start = [row["generator_width"], row["latent_size"], row["learning_rate"], spaced(row["images_seen"]), row["step_ms"]]
    scores = [f"{row['frechet_distance']:.1f}", f"{row['classifier_score']:.2f}", f"{row['class_consistency']:.3f}"]
    return f"| {' | '.join(map(str, start + scores))} |"


def speed_row(row: Row) -> str:
    numbers = f"{row['requests_per_second']:.0f} | {row['median_ms']:.1f} | {row['p99_ms']:.1f}"
    return f"| {row['request']} | {row['connections']} | {numbers} |"


def play_row(cell: str, row: Row) -> str:
    differences = " | ".join(f"{row['differences'][name]:.1e}" for name in ("generator", "discriminator", "classifier"))
    return f"| `{cell}` | {differences} | {row['milliseconds']['median']} ms | {row['milliseconds']['p95']} ms |"


def team_row(count: int) -> str:
    """What so many cells take in a team's server, as docs/how-to/team-server.md has it."""
    rows, database, artifacts = TEAM["rows_per_cell"]["metrics"], TEAM["database_bytes_per_cell"], TEAM["artifact_bytes_per_cell"]
    numbers = f"{count:,} | {TEAM['seconds_per_cell'] * count / 3600:.2f} h | {rows * count:,.0f} | {database * count / 1e6:,.0f} MB"
    return f"| {numbers} | {artifacts * count / 1e6:,.0f} MB |".replace(",", " ")


def scale_row(count: int) -> str:
    """What so many cells of `modern` cost, as docs/scale.md has it: one after the other on the machine that published them."""
    training = mean(row["training_seconds"] for row in cells("modern"))
    hours = (training + EVALUATION_SECONDS + max(0.0, SWEEP["overhead"]["overhead"])) * count / 3600
    lock = read_yaml(ROOT / "dvc.lock")["stages"]
    cache = sum(out["size"] for stage in CELL_STAGES for out in lock[f"{stage}@modern-0"]["outs"])
    rows, database, artifacts = TEAM["rows_per_cell"]["metrics"], TEAM["database_bytes_per_cell"], TEAM["artifact_bytes_per_cell"]
    sizes = " | ".join(f"{size * count / 1e6:,.0f} MB" for size in (database, artifacts))
    return f"| {count:,} | {hours:,.1f} h | {cache * count / 1e6:,.0f} MB | {rows * count:,.0f} | {sizes} |".replace(",", " ")


LINES = {
    "docs/how-to/play.md": [play_row(cell, row) for cell, row in _read("play")["cells"].items()],
    "README.md": [*(variant_row(cells(variant)) for variant in {row["variant"]: None for row in CELLS}), real_row(CELLS[0])],
    "docs/metrics.md": [
        *map(bias_row, _read("bias")["rows"]),
        *(f"| {name} | {seconds:.1f} |" for name, seconds in _read("evaluation_time")["seconds"].items()),
    ],
    "docs/how-to/repair.md": [*map(repair_row, _read("repairs")["repairs"])],
    "docs/scale.md": [*map(scale_row, (10, 1000, 10000))],
    "docs/how-to/team-server.md": [*map(team_row, (10, 1000, 10000))],
    "docs/how-to/serve.md": [*map(speed_row, SERVING["rows"])],
    "docs/losses.md": [band_row(family, band) for family, band in LOSS_BANDS.items()],
    "docs/search.md": [*map(trial_row, TRIALS), *map(first_trial_row, FIRST_TRIALS["trials"])],
}
