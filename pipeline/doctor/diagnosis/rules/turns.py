"""What is wrong with the generator's turn: its samples or its conditions are not those that the discriminator is trained on."""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule


@rule(
    "error",
    why="In the generator's turn the discriminator is given the generator's raw outputs, in its own turn outputs that were changed before. The "
    "generator learns to use raw values that no real row has, and that the discriminator never learns to reject.",
    fix="Do the same to the generator's outputs in both turns.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def samples_differ_between_turns(evidence: Evidence) -> Numbers | None:
    """Samples are given as drawn in the generator's turn alone, and leave the range that they have in the discriminator's."""
    data = evidence.get("before", {}).get("data", {})
    own, other = data.get("samples_range"), data.get("generators_turn_range")
    if not own or not other or data.get("samples_as_drawn", True) or not data.get("generators_turn_as_drawn", False):
        return None
    slack = thresholds.RANGE_SLACK * (own[1] - own[0])
    return {"discriminators_turn": own, "generators_turn": other} if other[0] < own[0] - slack or other[1] > own[1] + slack else None


@rule(
    "warning",
    why="In the generator's turn its outputs are changed before the discriminator is given them, in the discriminator's own turn they are not: the "
    "discriminator learns to judge something else than what the generator is judged by.",
    fix="Do the same to samples in both turns, and to real rows as well: noise, augmentation, rounding, scaling.",
    reference="Zhao et al. 2020, arXiv:2006.10738, section 3.2",
)
def samples_changed_for_the_generator(evidence: Evidence) -> Numbers | None:
    """Samples are given as drawn in the discriminator's turn alone."""
    data = evidence.get("before", {}).get("data", {})
    if data.get("generators_turn_as_drawn", True) or not data.get("samples_as_drawn", False):
        return None
    return {"discriminators_turn": data.get("samples_range"), "generators_turn": data.get("generators_turn_range")}


@rule(
    "error",
    why="In its own turn the generator is judged by another network than the discriminator that is trained: one of the same shape whose weights "
    "never change. What the discriminator learns does not reach the generator.",
    fix="Call the discriminator itself in the generator's turn. Build each network once, before the loop; a clone has weights of its own.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def judged_by_a_copy(evidence: Evidence) -> Numbers | None:
    """The generator's loss depends on a network of the discriminator's shape that stands still, and at no look on the discriminator."""
    judges = evidence.get("over_time", {}).get("judges", {})
    if judges.get("looks", 0) < thresholds.LOOKS_TO_TELL or judges["looks_at_own"] or judges["copies_move"]:
        return None
    return {"generator_is_judged_by": judges["copies"], "looks": judges["looks"]}


@rule(
    "error",
    why="One network is given the same condition in every row of every step, and the other one many: the generator learns no other condition, or the "
    "discriminator knows samples by theirs.",
    fix="Draw the conditions of samples at random, or take those of the real batch; and give real rows their own.",
    reference="Mirza and Osindero 2014, arXiv:1411.1784",
)
def constant_condition(evidence: Evidence) -> Numbers | None:
    """A part of the generator's input is the same in all rows of several steps, while the condition of real rows varies; or the other way round."""
    condition = evidence.get("before", {}).get("condition", {})
    if condition.get("looks", 0) >= thresholds.LOOKS_AT_CONDITIONS and condition.get("constant") and condition.get("real_conditions_vary"):
        return {"constant_inputs": condition["constant"], "steps_looked_at": condition["looks"]}
    beside = evidence.get("over_time", {}).get("conditions", {}).get("beside")
    if not beside or beside["looks"] < thresholds.LOOKS_AT_REAL_CONDITIONS or beside["different_of_samples"] < thresholds.LABELS_TO_TELL:
        return None
    return beside if beside["different_of_real_rows"] == 1 else None


@rule(
    "warning",
    why="The discriminator tells real rows and samples apart by something that no eye sees, such as exact zeros, rounded values or a border: it "
    "need not look at anything else, and the generator learns little.",
    fix="Give real rows what samples have: add noise of less than one grey level to images of bytes, cut off a constant border, or add noise to "
    "both.",
    reference="Theis et al. 2016, arXiv:1511.01844, section 3.1; Sønderby et al. 2017, arXiv:1610.04490",
)
def trivial_statistic(evidence: Evidence) -> Numbers | None:
    """Nearly all are told apart, and far fewer once both are changed in the same way: by a little noise, rounding, or a blank border."""
    verdicts = evidence.get("over_time", {}).get("verdicts", {})
    if verdicts.get("steps", 0) < thresholds.STEPS_TO_TELL:
        return None
    lost = {f"real_fake_auc_with_{name.replace(' ', '_')}": value for name, value in verdicts["changed"].items() if value is not None}
    lost = {name: value for name, value in lost.items() if value < thresholds.NO_LONGER_APART}
    return {"real_fake_auc": verdicts["auc"]} | lost if lost else None
