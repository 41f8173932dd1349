"""What is wrong with batch normalisation, measured in one training step."""

from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule


@rule(
    "error",
    why="In its own turn the discriminator normalises by the statistics of each batch, in the generator's turn by moving averages: the generator "
    "learns to please another function than the one that is trained, and both losses can be low at once.",
    fix="Leave batch normalisation out of the discriminator, or call it with training=True in both turns; `trainable = False` switches it to moving "
    "averages.",
    reference="Keras, keras.layers.BatchNormalization: `trainable = False` means inference mode",
)
def batch_norm_differs(evidence: Evidence) -> Numbers | None:
    """The discriminator's batch normalisation uses the batch in one turn, and moving averages in the other."""
    modes = evidence.get("before", {}).get("step", {}).get("batch_norm", {})
    if modes.get("discriminator") != ["batch"] or modes.get("generator") != ["moving"]:
        return None
    return {"discriminators_turn": "batch statistics", "generators_turn": "moving averages"}


@rule(
    "error",
    why="Batch normalisation in inference mode uses statistics that nothing updates: it normalises by its initial values.",
    fix="Call the networks with training=True in train_step.",
    reference="Ioffe and Szegedy 2015, arXiv:1502.03167",
)
def inference_batch_norm(evidence: Evidence) -> Numbers | None:
    """A training step leaves a network's moving statistics as they were."""
    moved = evidence.get("before", {}).get("step", {}).get("statistics_moved", {})
    found = [name for name, value in moved.items() if value is False]
    return {"networks": found} if found else None


@rule(
    "error",
    why="A gradient penalty treats each image by itself, but batch statistics make an image's output depend on all the others.",
    fix="Remove batch normalisation from the discriminator, or use layer normalisation.",
    settings={"discriminator_normalization": "none"},
    reference="Gulrajani et al. 2017, arXiv:1704.00028, section 4",
)
def batch_statistics_under_penalty(evidence: Evidence) -> Numbers | None:
    """The discriminator mixes rows and its gradients are penalised."""
    return _with_batch_statistics(evidence, "penalises_gradients")


@rule(
    "warning",
    why="With real images and samples in one batch, batch statistics describe the mixture, and one kind of image changes the outputs for the other.",
    fix="Give real images and samples to the discriminator in separate calls, so that each has its own statistics.",
    reference="Chintala et al. 2016, How to train a GAN (ganhacks), point 4",
)
def batch_statistics_of_a_mixture(evidence: Evidence) -> Numbers | None:
    """The discriminator mixes rows and is given real images and samples in one call."""
    return _with_batch_statistics(evidence, "mixes_real_and_fake")


@rule(
    "warning",
    why="The discriminator normalises what it is given before anything else, and real rows and samples come in batches of their own: it cannot see "
    "whether samples have the mean and the spread of real rows, so the generator need not learn them.",
    fix="Leave batch normalisation out of the discriminator's first layers, or normalise the data once, before training.",
    settings={"discriminator_normalization": "none"},
    reference="Radford et al. 2016, arXiv:1511.06434, section 3: no batch normalisation in the discriminator's input layer",
)
def scale_not_seen(evidence: Evidence) -> Numbers | None:
    """The discriminator gives a batch that is larger and shifted the same outputs, and real rows and samples are given to it apart."""
    before = evidence.get("before", {})
    step = before.get("step", {})
    by_batch = "batch" in step.get("batch_norm", {}).get("discriminator", [])
    if (
        same_mean_score.check(evidence)
        or not before.get("discriminator", {}).get("blind_to_scale")
        or not by_batch
        or step.get("mixes_real_and_fake", True)
    ):
        return None
    return {"sees_scale_and_shift": False}


@rule(
    "error",
    why="The discriminator's scores are normalised over each batch, and real rows and samples come in batches of their own: both have the same mean "
    "score whatever they are, so that it can neither accept the ones nor reject the others.",
    fix="Take batch normalisation away from the end of the discriminator: none after, and none right before its last layer.",
    settings={"discriminator_normalization": "none"},
    reference="Radford et al. 2016, arXiv:1511.06434, section 3",
)
def same_mean_score(evidence: Evidence) -> Numbers | None:
    """The mean score of a batch is the same for real rows and for noise, and real rows and samples are given to the discriminator apart."""
    before = evidence.get("before", {})
    step = before.get("step", {})
    by_batch = "batch" in step.get("batch_norm", {}).get("discriminator", [])
    if not before.get("discriminator", {}).get("same_mean_of_any_batch") or not by_batch or step.get("mixes_real_and_fake", True):
        return None
    return {"same_mean_of_any_batch": True}


def _with_batch_statistics(evidence: Evidence, name: str) -> Numbers | None:
    before = evidence.get("before", {})
    modes = before.get("step", {}).get("batch_norm", {}).get("discriminator", ["batch"])
    dependent = before.get("discriminator", {}).get("batch_dependent") and "batch" in modes  # not a layer that compares rows on purpose
    return {"batch_dependent": True, name: True} if dependent and before.get("step", {}).get(name) else None
