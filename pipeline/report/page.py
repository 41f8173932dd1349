"""The page: collects what the report shows, fills the templates, writes the file."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.doctor.diagnosis.summary import SYMPTOMS
from pipeline.files.artifacts import staged_file
from pipeline.files.errors import PipelineError
from pipeline.metrics.score_names import SCORES
from pipeline.report.charts import chart_script, charts, line_styles, series
from pipeline.report.choices import differing_settings
from pipeline.report.leaderboard import reference_rows, score_columns, variant_rows
from pipeline.report.numbers import counted, grouped, number
from pipeline.report.outputs import Outputs
from pipeline.report.overview import real_card, variant_cards
from pipeline.report.pictures import digits
from pipeline.report.variant import picture_bytes, variant_section
from pipeline.settings.params import Settings

MOST_BYTES = 8_000_000  # can be sent by mail, and a phone can open it
MOST_PICTURE_BYTES = 4_500_000  # of the sections about variants; the leaderboard, which has all, takes the rest


class ReportError(PipelineError):
    """The page would be too large to pass on."""


def write_report(path: Path, leaderboard: dict[str, Any], settings: Settings, outputs: Outputs) -> None:
    """Write the report: one HTML file that needs nothing else.

    Args:
        path: the file to write.
        leaderboard: the content of leaderboard.json.
        settings: of the project; they name the variants and seeds to show.
        outputs: the folders with the results of the cells.

    Raises:
        ReportError: the page would be larger than MOST_BYTES; nothing is written.
    """
    environment = Environment(
        loader=PackageLoader("pipeline.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"counted": counted, "grouped": grouped, "number": number}
    content = _content(leaderboard, settings, outputs)
    page = environment.get_template("page.html.jinja").render(content).encode()
    if len(page) > MOST_BYTES:
        raise ReportError(f"{path}: expected a page of at most {MOST_BYTES} bytes, received {len(page)}; name fewer variants under run.variants")
    with staged_file(path) as partial:
        partial.write_bytes(page)


def _content(leaderboard: dict[str, Any], settings: Settings, outputs: Outputs) -> dict[str, Any]:
    """The variables of the templates."""
    columns = score_columns(leaderboard)
    rows = variant_rows(leaderboard, columns)
    sections = _sections(rows, columns, settings, outputs)
    variants = [section["name"] for section in sections]
    data = series(variants, settings.run.seeds, outputs)
    return {
        "about": leaderboard["cells"][0],
        "leaderboard": leaderboard,
        "score_of_verdict": SCORES[leaderboard["score"]],
        "variants": variants,
        "in_all": len(rows),
        "seeds": settings.run.seeds,
        "cards": variant_cards(leaderboard, variants, settings, outputs),
        "real_card": real_card(leaderboard, outputs),
        "columns": [{"name": name, **SCORES[name]._asdict()} for name in columns],
        "rows": rows,
        "reference_rows": reference_rows(leaderboard, columns),
        "data": data,
        "charts": charts(variants, data),
        "styles": line_styles(variants),
        "differing": differing_settings(settings, variants),
        "real": digits(outputs.reference / "real_by_class.png"),
        "sections": sections,
        "symptoms_heading": SYMPTOMS,
        "script": Markup(chart_script()),
    }


def _sections(rows: list[dict[str, Any]], columns: list[str], settings: Settings, outputs: Outputs) -> list[dict[str, Any]]:
    """The sections about variants in the order of params.yaml: of all, or of the baseline and of the best as far as their pictures have room."""
    sections: dict[str, dict[str, Any]] = {}
    room = MOST_PICTURE_BYTES
    for row in sorted(rows, key=lambda row: row["verdict"] != "baseline"):
        section = variant_section(row["variant"], columns, settings, outputs)
        room -= picture_bytes(section)
        if room < 0 and sections:
            break
        sections[row["variant"]] = section
    return [sections[variant] for variant in settings.run.variants if variant in sections]
