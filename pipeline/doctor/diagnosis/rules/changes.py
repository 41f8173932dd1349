"""Whether real rows and samples are changed in the same way on their way to the discriminator."""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule


@rule(
    "warning",
    why="Real rows are changed at random before the discriminator is given them, and samples are not: the generator has to learn the noise or the "
    "augmentation, and the discriminator knows samples by its absence.",
    fix="Change the samples in the same way wherever the discriminator is given them, in both turns, or change neither.",
    reference="Zhao et al. 2020, arXiv:2006.10738, section 3",
)
def only_real_rows_changed(evidence: Evidence) -> Numbers | None:
    """With other random numbers in the step the same real rows reach the discriminator with other values, and the same samples do not."""
    changed = evidence.get("over_time", {}).get("changed_rows", {})
    return _only_one_changed(changed, "real", "fake")


@rule(
    "warning",
    why="Samples are changed at random before the discriminator is given them, and real images are not: the discriminator knows samples by the noise "
    "or the augmentation, whatever the generator draws.",
    fix="Change real images in the same way, or change neither.",
    reference="Zhao et al. 2020, arXiv:2006.10738, section 3",
)
def only_samples_changed(evidence: Evidence) -> Numbers | None:
    """With other random numbers in the step the same samples reach the discriminator with other values, and the same real images do not."""
    changed = evidence.get("over_time", {}).get("changed_rows", {})
    # What draws a category or a number from the generator's outputs is a part of the generator: only images are compared.
    return _only_one_changed(changed, "fake", "real") if changed.get("dimensions", 0) > 1 else None


def _only_one_changed(changed: Numbers, one: str, other: str) -> Numbers | None:
    rows, others = changed.get(one), changed.get(other)
    if not rows or not others or others["largest_share"] > 0 or rows["least_share"] < thresholds.ROWS_CHANGED:
        return None
    return {"change_to_spread": rows["size"], "looks": changed["looks"]} if rows["size"] > thresholds.SMALLEST_CHANGE else None
