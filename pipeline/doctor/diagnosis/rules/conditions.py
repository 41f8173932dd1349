"""Whether conditions reach the networks, belong to their rows, and mean something to both of them."""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule

REFERENCE = "Mirza and Osindero 2014, arXiv:1411.1784"


@rule(
    "error",
    why="Samples are drawn for one condition, and the discriminator judges them with another: what the generator is asked for means nothing, and the "
    "discriminator learns that conditions do not fit samples.",
    fix="Draw the labels of samples once, and give the same ones to the generator and, beside the samples, to the discriminator, in both turns.",
    reference=REFERENCE,
)
def condition_of_samples_differs(evidence: Evidence) -> Numbers | None:
    """The label, or the row of a table or image, that stands beside a sample does not follow from the one that it was drawn for."""
    for turn, found in _turns(evidence):
        if _disagree(found.get("label")):
            return {"turn": turn} | found["label"]
        rows = found.get("rows", {})
        if rows.get("given", 0) >= thresholds.ROWS_TO_TELL and rows["of_another_row"] > thresholds.OF_ANOTHER_ROW * rows["given"]:
            return {"turn": turn} | rows
    return None


@rule(
    "error",
    why="The class that a loss wants the discriminator to see in a sample is not the one that the generator was asked for: the label has no use, and "
    "the class loss teaches noise.",
    fix="Draw the labels of samples once, and use the same ones as the generator's input and as the target of the class loss.",
    reference="Odena et al. 2017, arXiv:1610.09585, section 4",
)
def class_target_differs(evidence: Evidence) -> Numbers | None:
    """The target of the class loss at a sample does not follow from the label that it was drawn for."""
    for turn, found in _turns(evidence):
        if _disagree(found.get("class_target")):
            return {"turn": turn} | found["class_target"]
    return None


@rule(
    "warning",
    why="The generator is given a label, and nothing that trains it depends on the label: the discriminator is given the sample alone, and no other "
    "loss asks for it. Samples will not follow their labels.",
    fix="Give the label to the discriminator, too, beside real rows and samples; or let it say the class, with a class loss in both turns.",
    reference=REFERENCE,
)
def condition_not_judged(evidence: Evidence) -> Numbers | None:
    """Samples are drawn for labels that neither the discriminator nor another loss could tell apart."""
    labels = evidence.get("before", {}).get("condition", {}).get("labels_not_judged", 0)
    return {"labels": labels} if labels >= thresholds.LABELS_TO_TELL else None


@rule(
    "warning",
    why="Many rows of the one-hot labels that the generator is given have no one: their classes lie outside of what there is room for, and all of "
    "them look the same.",
    fix="Make the depth of the one-hot numbers that of the classes, and count labels from zero: tf.one_hot gives zeros for any other "
    "label, without a word.",
    reference="TensorFlow, tf.one_hot: indices outside of the depth give zeros",
)
def labels_without_class(evidence: Evidence) -> Numbers | None:
    """Rows of zeros are more frequent than any class, or there are some while one of the classes never occurs."""
    found = evidence.get("over_time", {}).get("one_hot", {})
    if found.get("rows", 0) < thresholds.ROWS_OF_LABELS or not found["most_of_a_class"]:
        return None
    too_many = found["rows_without"] > thresholds.ROWS_WITHOUT_CLASS * found["rows"]
    too_many &= found["rows_without"] > thresholds.MORE_THAN_A_CLASS * found["most_of_a_class"]
    shifted = found["rows_without"] > thresholds.NO_CHANCE * found["rows"] and found["never"] > 0
    return {name: found[name] for name in ("rows_without", "rows", "classes", "never")} if too_many or shifted else None


@rule(
    "warning",
    why="Samples are drawn for the same labels in the same order at every step, some more often than others: the labels were drawn once, when "
    "the step was traced.",
    fix="Draw labels with tf.random or keras.random, or outside of the compiled step: what NumPy draws inside of it is a constant.",
    reference=REFERENCE,
)
def same_labels_every_step(evidence: Evidence) -> Numbers | None:
    """The labels of samples are one sequence in all looks, while the noise beside them differs."""
    drawn_for = evidence.get("over_time", {}).get("conditions", {}).get("drawn_for")
    if not drawn_for or drawn_for["looks"] < thresholds.LOOKS_AT_CONDITIONS or drawn_for["sequences"] > 1 or drawn_for["inputs"] == 1:
        return None
    return {"looks": drawn_for["looks"]} if drawn_for["unequally_often"] > 1 else None


@rule(
    "warning",
    why="To the trained discriminator it is all the same whether real rows stand beside their own condition or that of another row: it has learnt "
    "nothing about what belongs together, and cannot teach the generator to follow a condition.",
    fix="Look at a few pairs as the step receives them: rows and conditions may have been shuffled apart. Zip first, then shuffle the pairs. If they "
    "belong together, give the discriminator's condition a shorter way to its output.",
    reference="Isola et al. 2017, arXiv:1611.07004, section 3.1",
)
def swapped_pairs_not_noticed(evidence: Evidence) -> Numbers | None:
    """A real row scores higher beside its own condition than beside another about as often as lower.

    Either way is notice: where another loss makes the samples fit their conditions better than real rows do, what fits is taken for a sample.
    """
    rows = _late(evidence.get("over_time", {}).get("pairs", {}))
    compared = sum(row["compared"] for row in rows)
    if len(rows) < thresholds.LOOKS_AT_PAIRS or compared < thresholds.PAIRS_COMPARED:
        return None
    from_half = sum(abs(row["own_higher"] - 0.5) * row["compared"] for row in rows) / compared
    return {"own_pair_scores_higher_from_half": from_half, "compared": compared, "looks": len(rows)} if from_half < thresholds.NOTICED else None


@rule(
    "warning",
    why="The trained generator gives back the images that it is given, almost unchanged, although the real rows that belong to them are others: a "
    "term of its loss asks for the input in the place of the target.",
    fix="Compare the generator's output with the target in the L1 term, not with its input, and weigh an identity term by less than that.",
    reference="Isola et al. 2017, arXiv:1611.07004, section 3.1",
)
def input_given_back(evidence: Evidence) -> Numbers | None:
    """Outputs are many times nearer to the generator's inputs than real rows are to what stands beside them."""
    rows = _late(evidence.get("over_time", {}).get("copied", {}))
    if len(rows) < thresholds.LOOKS_AT_PAIRS:
        return None
    nearness = [row["output_to_input"] / max(row["real_row_to_input"], 1e-12) for row in rows]
    return {"output_to_input_over_real_row_to_input": max(nearness), "looks": len(rows)} if max(nearness) < thresholds.GIVEN_BACK else None


@rule(
    "warning",
    why="The trained generator draws the same for every label: what it is asked for does not change what it draws.",
    fix="Check that the label reaches the generator's first layers in a form as large as the noise (an embedding, or one-hot numbers), and that the "
    "discriminator is given it, too.",
    reference=REFERENCE,
)
def condition_ignored(evidence: Evidence) -> Numbers | None:
    """With another row's label a sample moves by next to nothing of what it moves with another row's noise."""
    rows = _redrawn(evidence, "moved_with_label")
    label, noise = (sum(row[name] for row in rows) for name in ("moved_with_label", "moved_with_noise"))
    return {"moved_with_label_to_noise": label / noise, "looks": len(rows)} if label < thresholds.IGNORED * noise else None


@rule(
    "warning",
    why="The trained generator draws one sample for each label, whatever the noise, while real rows of a label differ.",
    fix="Check that noise is drawn anew for each row and reaches the first layer, and that no other loss asks for one certain sample of each label.",
    reference="Isola et al. 2017, arXiv:1611.07004, section 3.2",
)
def latents_ignored(evidence: Evidence) -> Numbers | None:
    """With another row's noise a sample moves by next to nothing of the distance between real rows of the same label."""
    rows = _redrawn(evidence, "real_rows_of_a_label_apart")
    noise, real = (sum(row[name] for row in rows) for name in ("moved_with_noise", "real_rows_of_a_label_apart"))
    return {"moved_with_noise_to_real_rows": noise / real, "looks": len(rows)} if noise < thresholds.IGNORED * real else None


def _redrawn(evidence: Evidence, number: str) -> list[Numbers]:
    """The later looks at samples that were drawn again; none where an input of the generator is known to have no effect."""
    rows = _late(evidence.get("over_time", {}).get("drawn_again", {}))
    known = evidence.get("before", {}).get("generator", {}).get("ignored_inputs")
    rows = [] if known else [row for row in rows if number in row]
    return rows if len(rows) >= thresholds.LOOKS_AT_PAIRS else []


def _late(tracked: Numbers) -> list[Numbers]:
    """The later looks at a training that was long enough."""
    steps = tracked.get("steps", 0)
    return [row for row in tracked.get("rows", []) if steps >= thresholds.STEPS_TO_TELL and row["step"] >= thresholds.TRAINED * steps]


def _turns(evidence: Evidence) -> list[tuple[str, Numbers]]:
    """What is known of either turn; the discriminator's comes first."""
    known = evidence.get("over_time", {}).get("conditions", {})
    return [(turn, known[turn]) for turn in ("discriminator", "generator") if turn in known]


def _disagree(label: Numbers | None) -> bool:
    if not label or label["labels"] < thresholds.LABELS_TO_TELL or label["pairs_alike"] < thresholds.PAIRS_TO_TELL:
        return False
    return bool(label["agree"] < thresholds.LABELS_AGREE)
