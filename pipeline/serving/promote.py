"""Register a cell's generator, and make it the champion if it beats the present one: `python -m pipeline.serving promote CELL`."""

from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from pipeline.evaluation.files import SCORES as SCORES_FILE
from pipeline.evaluation.files import CellScores, evaluation_hash
from pipeline.files.cells import HISTORY, Cell, History, training_hash
from pipeline.files.errors import DataError, PipelineError, nearest_known
from pipeline.files.json_file import read_json
from pipeline.metrics.score_names import SCORES
from pipeline.provenance import training_key
from pipeline.report.verdicts import VERDICT_SCORE
from pipeline.serving.contest import Outcome, contest
from pipeline.serving.registry import CHAMPION, MODEL, PROMOTION, champion, one_line_store_errors, version_of
from pipeline.serving.seeds import Entrant, entrant, made_by_experiment
from pipeline.settings.params import Settings, load_settings
from pipeline.tracking.origin import EXPERIMENT
from pipeline.tracking.run import search
from pipeline.tracking.store import GANS, connect

ARTIFACTS = Path("artifacts")
UNFINISHED = {"diverged": "received one that diverged", "stopped": "received one that the doctor stopped"}  # status of a training -> words


def run(arguments: list[str]) -> None:
    """Promote the cell that the arguments name."""
    if len(arguments) != 1:
        raise PipelineError(f"promote: expected one cell such as modern-0 (make promote CELL=modern-0), received {' '.join(arguments) or 'none'}")
    settings = load_settings()
    with one_line_store_errors():
        print(promote(settings, named_cell(settings, arguments[0])))


def named_cell(settings: Settings, name: str) -> Cell:
    """The cell of this name, VARIANT-SEED, of which the variant is one of params.yaml."""
    variant, _, seed = name.rpartition("-")
    if variant not in settings.gan or not (seed.isascii() and seed.isdigit()):
        cells = [Cell(known, number).name for known in settings.gan for number in settings.run.seeds]
        raise PipelineError(f"promote: expected a cell, VARIANT-SEED, received {name}{nearest_known(name, cells)}")
    return Cell.of(variant, seed)


def promote(settings: Settings, cell: Cell) -> str:
    """Register the cell's generator as a version, move the alias if it wins, and say in one sentence what was done and why.

    Raises:
        PipelineError: The cell has no scores or no run in the store, or is an experiment's.
    """
    _require_scores(cell)
    client, found = _recorded(settings, cell)
    challenger = entrant(client, found)
    version, present = version_of(client, found, challenger), champion(client)
    if present and present.version == version.version:
        return f"{cell.name} is the champion already: version {version.version} of {MODEL}"
    outcome = _outcome(client, challenger, present, settings.compare.confidence)
    if outcome.wins:
        client.set_registered_model_alias(MODEL, CHAMPION, version.version)
    sentence = f"{'is the champion now' if outcome.wins else 'did not become the champion'}: {outcome.reason}"
    client.set_model_version_tag(MODEL, version.version, PROMOTION, sentence)
    return f"{cell.name}, version {version.version} of {MODEL}, {sentence}"


def _require_scores(cell: Cell) -> None:
    status = read_json(ARTIFACTS / "gan" / cell.name / HISTORY, History)["status"]
    if status in UNFINISHED:
        reason = f"expected a training that finished, {UNFINISHED[status]}"
        raise PipelineError(f"{cell.name}: {reason}; nothing was registered, `make doctor` says what is wrong")
    if read_json(ARTIFACTS / "evaluation" / cell.name / SCORES_FILE, CellScores)["scores"][VERDICT_SCORE] is None:
        raise PipelineError(f"{cell.name}: expected a {SCORES[VERDICT_SCORE].label}, received none; nothing was registered, choose another cell")


def _recorded(settings: Settings, cell: Cell) -> tuple[MlflowClient, Run]:
    """The store, and the run whose training and scores are those in the cell's folders; an experiment's is refused."""
    client, experiment_id = connect(GANS)
    found = search(client, experiment_id, **_identity(settings, cell))
    if not found:
        expected = "expected its run in MLflow's store, found none with these settings and scores"
        raise DataError(f"{cell.name}: {expected}; `python -m pipeline.tracking` records it")
    if made_by_experiment(found[0]):
        name = found[0].data.tags[EXPERIMENT].split(", ")[0]
        refusal = f"expected a result of the project, received one of the experiment {name}, which is never promoted"
        remedy = f"to keep it, `dvc exp apply {name}`, delete its run in the UI, and `python -m pipeline.tracking` records it as the project's"
        raise PipelineError(f"{cell.name}: {refusal}; {remedy}")
    return client, found[0]


def _identity(settings: Settings, cell: Cell) -> dict[str, str]:
    """By which tags the cell's run is found."""
    gan, evaluation = ARTIFACTS / "gan" / cell.name, ARTIFACTS / "evaluation" / cell.name
    try:
        return {"key": training_key(settings, cell), "training": training_hash(gan), "evaluation": evaluation_hash(evaluation)}
    except FileNotFoundError as error:
        raise DataError(f"{error.filename}: expected a file, found none; run `dvc repro` to make it") from None


def _outcome(client: MlflowClient, challenger: Entrant, present: ModelVersion | None, confidence: float) -> Outcome:
    if present is None:
        return Outcome(True, "there was none before, so it was compared with no other")
    try:
        other = entrant(client, client.get_run(str(present.run_id)))
    except (MlflowException, KeyError, OSError):
        gone = f"the champion, version {present.version}, has no scores in the store any more"
        return Outcome(False, f"{gone}; remove its alias in the UI and promote again")
    return contest(challenger, other, confidence)
