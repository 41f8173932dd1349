"""What is wrong with images and their range, measured before training, and with their order, measured during it."""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule
from pipeline.doctor.diagnosis.rules.changes import only_real_rows_changed
from pipeline.doctor.diagnosis.rules.losses import losses_not_examined


@rule(
    "error",
    why="The generator's last activation cannot reach the images' values, so the discriminator can always recognise samples by their range.",
    fix="Scale images to the range of the generator's last activation: tanh [-1, 1], sigmoid [0, 1].",
    settings={"output_activation": "tanh"},
    reference="Radford et al. 2016, arXiv:1511.06434, section 4",
)
def range_mismatch(evidence: Evidence) -> Numbers | None:
    """Real images have values that the generator cannot draw."""
    data, generator = _data_and_generator(evidence)
    if not data or not generator or _reach(generator) < thresholds.CONSTANT or losses_not_examined.check(evidence):
        return None
    slack = thresholds.RANGE_SLACK * (data["high"] - data["low"])
    reached = generator["reach_low"] - slack <= data["low"] and data["high"] <= generator["reach_high"] + slack
    return None if reached else _ranges(evidence)


@rule(
    "error",
    why="Images fill next to nothing of the range that the generator draws in, as if they had been scaled twice: to the discriminator they are all "
    "the same grey.",
    fix="Scale images once: bytes by / 127.5 - 1 for tanh, or by / 255 for a sigmoid.",
    reference="Radford et al. 2016, arXiv:1511.06434, section 4",
)
def scaled_twice(evidence: Evidence) -> Numbers | None:
    """Real images vary, but within a fiftieth of the range of a bounded generator."""
    data, generator = _data_and_generator(evidence)
    if not data or not generator.get("bounded") or losses_not_examined.check(evidence):
        return None
    if not 0 < data["high"] - data["low"] < thresholds.SCALED_TWICE * _reach(generator):
        return None
    return _ranges(evidence)


@rule(
    "warning",
    why="Half of what the generator can draw never occurs in an image. The generator starts there, and the discriminator rejects it with ease.",
    fix="Scale images to the whole range of the generator's last activation.",
    settings={"output_activation": "tanh"},
    reference="Radford et al. 2016, arXiv:1511.06434, section 4",
)
def range_unused(evidence: Evidence) -> Numbers | None:
    """Real images fill little of the range that a bounded generator draws in."""
    data, generator = _data_and_generator(evidence)
    if not data or not generator or any(other.check(evidence) for other in (range_mismatch, scaled_twice, losses_not_examined)):
        return None
    reach = _reach(generator)
    if not generator["bounded"] or reach < thresholds.CONSTANT or data["high"] - data["low"] > thresholds.RANGE_USED * reach:
        return None
    return _ranges(evidence)


@rule(
    "note",
    why="Latents are centred on zero and images are not. That is not wrong, because biases can learn the shift, but centred images are learnt "
    "faster.",
    fix="Let the generator end in tanh and scale images to [-1, 1].",
    settings={"output_activation": "tanh"},
    reference="LeCun et al. 1998, Efficient BackProp, section 4.3",
)
def one_sided_range(evidence: Evidence) -> Numbers | None:
    """Images and samples lie in [0, 1], latents on both sides of zero."""
    data, generator = _data_and_generator(evidence)
    if not data or not generator or data["low"] < 0 or generator["reach_low"] < 0 or evidence["before"].get("latent", {}).get("low", 0.0) >= 0:
        return None
    return _ranges(evidence)


@rule(
    "error",
    why="All real images are the same: there is no distribution to learn.",
    fix="Look at a batch as train_step receives it. Check the loader, the scaling, and the type that values were cast to.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661",
)
def constant_data(evidence: Evidence) -> Numbers | None:
    """Pixels do not vary from image to image."""
    data, _ = _data_and_generator(evidence)
    if "sd_between" not in data:
        return None
    spread = data["high"] - data["low"] if scaled_twice.check(evidence) else max(data["high"] - data["low"], 1)
    return {"pixel_sd": data["sd_between"]} if data["sd_between"] < thresholds.CONSTANT * spread else None


@rule(
    "error",
    why="Batches are not drawn at random: both networks learn one kind of image at a time and forget the one before.",
    fix="Shuffle the images before they are cut into batches, again in each epoch.",
    reference="Bottou 2012, Stochastic gradient descent tricks",
)
def sorted_batches(evidence: Evidence) -> Numbers | None:
    """Batch means vary far more than means of images drawn at random."""
    rows = _real_rows(evidence)
    if rows.get("batch_means", 0) >= thresholds.BATCH_MEANS and rows["variation"] > _sorted(rows["rows"] / rows["looks"]):
        return {"variance_of_batch_means_to_that_of_shuffled_ones": rows["variation"]}
    recent: list[Numbers] = []  # epochs since the last comparison: short epochs are taken together
    for row in evidence.get("epochs", []):
        if all(row.get(name) for name in ("within_batches", "between_batches", "measured_steps", "batch_rows")):
            recent.append(row)
        measured = sum(each["measured_steps"] for each in recent)
        if measured < thresholds.MEASURED_STEPS_TO_TELL:
            continue
        within, between = (sum(each[name] * each["measured_steps"] for each in recent) / measured for name in ("within_batches", "between_batches"))
        variation = between / within * (recent[0]["batch_rows"] - 1)
        if variation > thresholds.BATCH_VARIATION:
            return {"epoch": row["epoch"], "variance_of_batch_means_to_that_of_shuffled_ones": variation}
        recent = []
    return None


@rule(
    "warning",
    why="The discriminator sees a few real rows again and again: it learns them by heart, and the generator is taught to copy them.",
    fix="Look at how batches are made: an index that is drawn too low, a batch that is taken once before the loop, a data set that is cut or that "
    "repeats its first batch. If there are no more rows than these, augment them.",
    reference="Karras et al. 2020, arXiv:2006.06676",
)
def few_real_rows(evidence: Evidence) -> Numbers | None:
    """Most real rows of several steps were seen in other steps, too."""
    rows = _real_rows(evidence)
    if rows.get("looks", 0) < thresholds.LOOKS_TO_TELL or rows["different"] > thresholds.DIFFERENT_ROWS * rows["rows"]:
        return None
    return {"real_rows_seen": rows["rows"], "different": rows["different"], "steps_looked_at": rows["looks"]}


@rule(
    "warning",
    why="A column of the data has a spread tens of times that of what the generator draws there: next to it the discriminator sees no other column, "
    "and the generator's weights have to grow by that factor before its samples come near.",
    fix="Bring every column to a mean of 0 and a spread of 1, or to [-1, 1], by numbers computed once over all rows; take the logarithm of amounts.",
    reference="LeCun et al. 1998, Efficient BackProp, section 4.3",
)
def unscaled_columns(evidence: Evidence) -> Numbers | None:
    """In the column of a table with the widest spread, real rows vary far more than 1, and far more than samples do."""
    data, generator = _data_and_generator(evidence)
    widest = data.get("widest_column")
    if not widest or generator.get("bounded", True) or losses_not_examined.check(evidence):
        return None
    wide = widest["sd"] > thresholds.WIDE_COLUMN * max(1.0, widest["sd_of_samples"])
    return dict(widest) if wide else None


@rule(
    "warning",
    why="Real rows are normalised by the statistics of their own batch: a row's numbers depend on the rows that happen to be beside it, no batch has "
    "the mean and spread of the data, and samples cannot be brought back to the data's units.",
    fix="Compute the mean and spread, or the lowest and highest number, once over all training rows, and normalise every batch by these.",
    reference="LeCun et al. 1998, Efficient BackProp, section 4.3",
)
def normalised_by_batch(evidence: Evidence) -> Numbers | None:
    """Means or ends of all columns, or the mean of all numbers, are the same in batches of different rows, far closer than chance."""
    found = evidence.get("over_time", {}).get("by_batch", {})
    if found.get("looks", 0) < thresholds.BATCH_MEANS or not found["same"]:
        return None
    return {"the_same_in_every_batch": found["same"], "batches": found["looks"]}


def _sorted(rows: float) -> float:
    """The variation of means of so many rows that no chance explains, and of which a share of all that varies lies between batches."""
    return max(thresholds.FEATURE_VARIATION, 1 + thresholds.BETWEEN_BATCHES * rows)


@rule(
    "warning",
    why="Batches are so small that each step follows the chance of a row or two.",
    fix="Train on batches of 32 to 128.",
    reference="Brock et al. 2019, arXiv:1809.11096, section 3.1",
)
def tiny_batch(evidence: Evidence) -> Numbers | None:
    """The discriminator is given one or two real rows a step, by a generator that draws from noise."""
    rows = _real_rows(evidence)
    if rows.get("looks", 0) < thresholds.LOOKS_TO_TELL or evidence["over_time"].get("latents", {}).get("may_be_data", True):
        return None
    return {"rows_a_step": rows["rows"] / rows["looks"]} if rows["rows"] <= thresholds.TINY_BATCH * rows["looks"] else None


def _real_rows(evidence: Evidence) -> Numbers:
    return dict(evidence.get("over_time", {}).get("real_rows", {}))


def _data_and_generator(evidence: Evidence) -> tuple[Numbers, Numbers]:
    """What is known of images and of the generator; nothing of the generator where either's rows are changed on their way to the discriminator."""
    before = evidence.get("before", {})
    data = before.get("data", {})
    as_they_are = data.get("samples_as_drawn", True) and not only_real_rows_changed.check(evidence)
    return data, before.get("generator", {}) if as_they_are else {}


def _reach(generator: Numbers) -> float:
    return float(generator["reach_high"] - generator["reach_low"])


def _ranges(evidence: Evidence) -> Numbers:
    data, generator = _data_and_generator(evidence)
    return {"images": [data["low"], data["high"]], "generator_reaches": [generator["reach_low"], generator["reach_high"]]}
