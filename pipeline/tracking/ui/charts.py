"""The charts of the view, in sections: headline scores first; what follows shows why a score is what it is."""

from typing import Any, NamedTuple

from pipeline.metrics.score_names import HEADLINE_SCORES

Json = dict[str, Any]


class Section(NamedTuple):
    """A section of charts.

    MLflow adds a chart for each metric GROUP/NAME that has none to the section that is named like the group. A closed section opens at a click.
    """

    name: str
    charts: list[Json]
    is_open: bool = True
    columns: int = 3
    height: int = 360  # of a chart in pixels


def sections() -> list[Section]:
    """Every section in its order."""
    difference = {"chartName": "settings that differ", "compareGroups": ["Parameters"], "showDifferencesOnly": True, "showChangeFromBaseline": True}
    return [
        Section("headline scores", [_chart("BAR", metricKey=f"scores/{name}") for name in HEADLINE_SCORES]),
        Section("losses", [_line("losses/d_loss"), _line("losses/g_loss")]),
        Section("scores_by_epoch", [_line("scores_by_epoch/classifier_score"), _line("scores_by_epoch/effective_classes")]),
        Section("diagnosis", [_line("diagnosis/real_fake_auc"), _line("diagnosis/diversity")]),
        Section("samples", [_chart("IMAGE", imageKeys=["samples"], step=0, showRunParams=False)], columns=1, height=480),
        Section("settings", [_chart("DIFFERENCE", baselineColumnUuid="", **difference)], columns=1, height=480),
        *(Section(group, [], is_open=False) for group in ("scores", "spread", "real_reference", "time")),
    ]


def charts_and_sections() -> Json:
    """Both in the words of MLflow's UI."""
    named, own = sections(), {"isReordered": True, "deleted": False, "isGenerated": False}
    charts = [
        chart | {"uuid": f"{section.name}-{number}", "metricSectionId": section.name}
        for section in named
        for number, chart in enumerate(section.charts)
    ]
    return {
        "compareRunCharts": charts,
        "compareRunSections": [
            {"uuid": section.name, "name": section.name, "display": section.is_open, "columns": section.columns, "cardHeight": section.height} | own
            for section in named
        ],
        "isAccordionReordered": True,  # or the sections would stand in alphabetical order
    }


def _chart(kind: str, **own: Any) -> Json:
    return {"type": kind, "runsCountToCompare": 10, "deleted": False, "isGenerated": False} | own


def _line(metric: str) -> Json:
    unsmoothed = {"lineSmoothness": 0, "useGlobalLineSmoothing": False}
    axes = {"xAxisKey": "step", "xAxisScaleType": "linear", "scaleType": "linear", "range": {}}
    return _chart("LINE", metricKey=metric, selectedMetricKeys=[metric], **unsmoothed, **axes)
