"""The settings in which the variants differ."""

from collections import Counter
from typing import Any

from pipeline.settings.params import Settings


def differing_settings(settings: Settings) -> list[dict[str, Any]]:
    """A row per setting that differs: its name, and each variant's value, marked where it is not the most frequent one, of two the first."""
    chosen = [settings.gan[variant].model_dump() for variant in settings.run.variants]
    rows = []
    for name in chosen[0]:
        values = [_text(choice[name]) for choice in chosen]
        usual = Counter(values).most_common(1)[0][0]
        if len(set(values)) > 1:
            rows.append({"name": name, "values": [{"text": value, "unusual": value != usual} for value in values]})
    return rows


def _text(value: Any) -> str:
    """A value as params.yaml spells it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
