"""The settings in which the variants differ."""

from collections import Counter
from typing import Any

from pipeline.settings.params import Settings


def differing_settings(settings: Settings, variants: list[str]) -> list[dict[str, Any]]:
    """A row per setting that is not the same in all of these variants: its name, and the value in each variant.

    A value is marked where it is not the most frequent one; of equally frequent values, the first counts as the most frequent.
    """
    sections = [settings.gan[variant].model_dump() for variant in variants]
    rows = []
    for name in sections[0]:
        values = [_text(section[name]) for section in sections]
        most_frequent = Counter(values).most_common(1)[0][0]
        if len(set(values)) > 1:
            rows.append({"name": name, "values": [{"text": value, "marked": value != most_frequent} for value in values]})
    return rows


def _text(value: Any) -> str:
    """A value as params.yaml spells it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
