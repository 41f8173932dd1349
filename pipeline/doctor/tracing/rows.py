"""What a pair of networks shows at one moment of its training, from looks at each of its units."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.doctor.evidence.probe import auc, nearest, ratio
from pipeline.doctor.evidence.step_recorder import FAKE, REAL
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.finite import first_not_finite, is_known
from pipeline.doctor.tracing.penalties import slope

MOST = 64  # images that are compared with each other
UNKNOWN = ("output_real", "output_fake", "output_real_sd", "real_fake_auc", "diversity", "nearest_neighbour_ratio", "mean_image_distance")


def training_row(now: PairEvidence, steps: int, before: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Measurements under the names that the rules about training read; null where a number is not finite or was not seen.

    Args:
        now: what the looks show; its rows have the origins that were found at first.
        steps: steps trained so far.
        before: the rows so far.
    """
    score = now.losses.score
    in_turn = now.losses.calls_in_turn("discriminator")
    real, fake = (np.concatenate([given.images(kind) for given in in_turn] or [np.zeros((0, 0))]) for kind in (REAL, FAKE))
    real = real[
        np.sort(np.unique(real, axis=0, return_index=True)[1])
    ]  # a critic that is trained several times in a step may be given the same batch each time
    row: dict[str, Any] = {"epoch": len(before) + 1, "steps": steps - sum(each["steps"] for each in before)}
    for name, label in (("discriminator", "d_loss"), ("generator", "g_loss")):
        events = [gradient for look in now.looks for gradient in now.losses.events(look.record, name)]
        row[label] = now.losses.value(name)
        norms = [np.linalg.norm(part) for gradient in events for part in gradient.of if is_known(part)]
        row[f"{name}_gradient"] = float(np.linalg.norm(norms)) if norms else None
    broken = first_not_finite(now.looks, now.given, now.losses)
    if broken:
        row |= {"first_not_finite": broken, "first_not_finite_step": steps}
    row["penalised_slope"] = next((found for look in now.looks if (found := slope(look)) is not None), None)
    row |= dict.fromkeys(UNKNOWN) | {"measured_steps": 1, "batch_rows": len(real[:MOST])}
    if score and len(real) and len(fake):
        of_real, of_fake = (np.concatenate([score.of(given.call)[given.kinds == kind] for given in in_turn]) for kind in (REAL, FAKE))
        row |= {
            "output_real": float(of_real.mean()),
            "output_fake": float(of_fake.mean()),
            "output_real_sd": float(of_real.std()),
            "real_fake_auc": auc(of_real, of_fake),
        }
    if len(real) > 1 and len(fake) > 1:
        real, fake = real[:MOST].astype("float64"), fake[:MOST].astype("float64")
        row |= {
            "diversity": ratio(fake.std(axis=0), real.std(axis=0)),
            "nearest_neighbour_ratio": ratio(nearest(fake), nearest(real)),
            "mean_image_distance": ratio(fake.mean(axis=0) - real.mean(axis=0), real.mean(axis=0) - real.min()),
            "brightness": float(real.mean()),
            "brightness_variance": float(real.mean(axis=1).var()),
        }
    return {name: value if not isinstance(value, float) or np.isfinite(value) else None for name, value in row.items()}
