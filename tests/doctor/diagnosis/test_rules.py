"""Every rule from both sides: the evidence of a healthy GAN with one thing changed, far enough to be found, and a little less."""

import copy
from typing import Any

import pytest

from pipeline.doctor.diagnosis.diagnose import RULE_FAILED, RULES, diagnose, first_error
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule
from pipeline.doctor.diagnosis.rules.training import D_BOUNDS, G_BOUNDS

NETWORK = {
    "weighted_layers": 3,
    "affine_pairs": [],
    "dead_units": 0.1,
    "trainable_variables": 6,
    "kernels": 3,
    "zero_kernels": [],
    "output_sd": 0.1,
    "reach_low": -1.0,
    "reach_high": 1.0,
    "bounded": True,
    "at_bounds": 0.0,
    "ignored_inputs": [],
    "batch_dependent": False,
}


def movement(**values: Any) -> list[dict[str, Any]]:
    """Rows of a network's movement at eight looks; a value may be a list of one for each."""
    row = {
        "update": 0.003,
        "rate": 0.0002,
        "iterations": [1, 430, 860, 1290, 1720, 2150, 2580, 3010],
        "step": [1, 430, 860, 1290, 1720, 2150, 2580, 3010],
    }
    columns = {
        name: list(value) if isinstance(value, (list, range)) else [value] * 8
        for name, value in (row | {"optimizer": "Adam", "same_as_before": False} | values).items()
    }
    return [dict(zip(columns, place, strict=True)) for place in zip(*columns.values(), strict=True)]


ROW = {
    "steps": 429,
    "measured_steps": 26,
    "batch_rows": 128,
    "d_loss": 1.3,
    "g_loss": 0.8,
    "discriminator_gradient": 1.0,
    "generator_gradient": 0.3,
    "within_batches": 0.002,
    "between_batches": 0.00002,
    "real_fake_auc": 0.7,
    "output_real": 0.4,
    "output_fake": 0.2,
    "output_real_sd": 0.3,
    "train_heldout_auc": 0.52,
    "diversity": 1.0,
    "nearest_neighbour_ratio": 1.0,
    "mean_image_distance": 0.2,
}
SCORES = {"effective_classes": 9.9, "recall": 0.9, "class_consistency": 0.99, "precision": 0.93, "memorised_share": 0.01}
REAL = {"effective_classes": 9.98, "recall": 0.95, "class_consistency": 0.996, "precision": 0.94, "memorised_share": 0.01}
GRADIENTS = {network: {"kernel": 0.3, "bias": 0.0} for network in ("generator", "discriminator")}
HEALTHY: dict[str, Any] = {
    "over_time": {},
    "before": {
        "generator": NETWORK | {"batch_dependent": True},
        "discriminator": NETWORK | {"reach_low": -1e7, "reach_high": 1e7, "bounded": False},
        "data": {"low": -1.0, "high": 1.0, "sd_between": 0.3},
        "latent": {"low": -3.0},
        "step": {
            "updated": [["discriminator"], ["generator"]],
            "gradients": GRADIENTS,
            "statistics_moved": {"generator": True, "discriminator": None},
            "discriminator_inputs": ["fake", "real"],
            "learns_from": {"discriminator": ["fake", "real"], "generator": ["fake"]},
            "mixes_real_and_fake": False,
            "penalises_gradients": True,
        },
        "loss": {
            "real_is_up": True,
            "undecided": {"real": -0.38, "fake": 0.62},
            "rejected": {"fake": -0.95},
            "accepted": {"fake": -0.05},
            "surely_wrong": {"real": -0.95, "fake": 0.95},
            "surely_right": {"real": -0.05, "fake": 0.05},
            "pairs_every_with_every": False,
        },
        "optimizers": {name: {"learning_rate": 0.0002, "beta_1": 0.5, "beta_2": 0.999} for name in ("generator", "discriminator")},
    },
    "epochs": [ROW | {"epoch": epoch} for epoch in range(1, 9)],
    "scores": SCORES,
    "real_reference": REAL,
    "curves": {"epochs": [{"epoch": epoch, "classifier_score": 9.0} for epoch in range(9)]},
}
# What a script shows besides, to which the doctor attached itself.
ATTACHED: dict[str, Any] = {
    "before.step.moved": ["discriminator", "generator"],
    "before.step.trainable": {"generator": True, "discriminator": True},
    "before.step.batch_norm": {"generator": ["batch"], "discriminator": ["batch"]},
    "before.data.samples_range": [-0.9, 0.9],
    "before.data.samples_as_drawn": True,
    "before.data.generators_turn_range": [-0.9, 0.9],
    "before.data.generators_turn_as_drawn": True,
    "before.condition": {"constant": 0, "value": [], "real_conditions_vary": True, "looks": 3},
    "before.discriminator.clipped": False,
    "before.discriminator.normalised": False,
    "before.places": {"discriminator_loss": "gan.py:42"},
    "over_time": {
        "real_rows": {
            "looks": 8,
            "rows": 512,
            "different": 500,
            "different_in_a_batch": 1.0,
            "same_batch": False,
            "batch_means": 8,
            "variation": 1.1,
            "dimensions": 40.0,
        },
        "latents": {
            "looks": 8,
            "rows": 512,
            "different": 512,
            "all_alike_in_a_batch": False,
            "same_at_every_look": False,
            "mean": 0.01,
            "sd": 1.0,
            "numbers": 64,
            "drawn_numbers": 784,
            "may_be_data": False,
        },
        "by_batch": {"looks": 8, "same": []},
        "opposition": {"looks": 8, "dependent": 8, "same_loss": 0, "turned": 0, "shares": 8, "largest_share": 0.1},
        "movement": {name: {"rows": movement(), "steps": 3432, "moved_from_start": 0.6, "size": 1.1} for name in ("generator", "discriminator")},
        "averages": {
            "generator_moved": 0.7,
            "generator_statistics_moved": True,
            "drawn_from_generator": 0,
            "networks": [
                {
                    "name": "average",
                    "looks": 9,
                    "moved": True,
                    "statistics_moved": True,
                    "from_first": 0.9,
                    "from_generator": 0.2,
                    "drawn": 64,
                    "by_batch": False,
                }
            ],
        },
        "drawn": {
            "rows": 64,
            "columns": 32,
            "mean": 0.02,
            "sd": 0.98,
            "mean_in_step": 0.0,
            "sd_in_step": 1.0,
            "error_of_means": 0.03,
            "spread_of_rows": 0.99,
            "samples_distance": 0.1,
            "range": [-1.0, 1.0],
            "range_in_step": [-1.0, 1.0],
        },
    },
} | {
    f"epochs.{row}.{name}": value
    for row in range(8)
    for name, value in {"energy_distance": 0.05, "spectrum_distance": 0.3, "crowding": 0.9, "coverage": 0.8, "closeness": 0.7}.items()
}
ALL = range(8)
LATE = range(4, 8)
IMPROVING = {f"curves.epochs.{row}.classifier_score": 4.0 + row for row in range(9)}
FALLEN = {f"curves.epochs.{row}.classifier_score": 5.0 for row in range(4, 9)}
SWINGING = {f"epochs.{row}.g_loss": 0.5 + (row % 2) for row in ALL}


def late(**values: Any) -> dict[str, Any]:
    """The same values in the rows of the last epochs."""
    return {f"epochs.{row}.{name}": value for row in LATE for name, value in values.items()}


def labelled(kind: str, agree: float, labels: int = 10) -> dict[str, Any]:
    """What is known of the labels of samples in the generator's turn."""
    return {"over_time.conditions": {"generator": {kind: {"labels": labels, "pairs_alike": 100, "agree": agree}}}}


def one_hot(rows_without: int, never: int) -> dict[str, Any]:
    """What is known of 512 rows of one-hot labels."""
    return {"over_time.one_hot": {"rows": 512, "classes": 5, "rows_without": rows_without, "most_of_a_class": 60, "never": never}}


def piled_up(growth: float) -> dict[str, Any]:
    """What the generator's optimizer is given is forty times the gradient."""
    return {"over_time.applied": {"generator": {"looks": 9, "given_over_computed_at_first": 3.0, "given_over_computed": 40.0, "growth": growth}}}


def looked(tracker: str, steps: int = 1200, **values: float) -> dict[str, Any]:
    """The same values in all looks at a training of so many steps."""
    return {f"over_time.{tracker}": {"steps": steps, "rows": [{"step": steps * share // 10} | values for share in range(1, 11, 2)]}}


CHANGES = {"least_share": 1.0, "largest_share": 1.0, "size": 0.5}
UNCHANGED = {"least_share": 0.0, "largest_share": 0.0, "size": 0.0}
LOGISTIC_OF_SIGMOID = {  # of logits, at outputs of 0.02 and 0.98
    "before.loss.surely_wrong": {"real": -0.495, "fake": 0.727},
    "before.loss.surely_right": {"real": -0.273, "fake": 0.505},
    "before.loss.rejected": {"fake": -0.495},
    "before.loss.accepted": {"fake": -0.273},
}
LEAST_SQUARES = {  # with targets 0 and 1
    "before.loss.surely_wrong": {"real": -1.96, "fake": 1.96},
    "before.loss.surely_right": {"real": -0.04, "fake": 0.04},
    "before.loss.rejected": {"fake": -1.96},
    "before.loss.accepted": {"fake": -0.04},
}
LINEAR = {f"before.loss.{run}": {"real": -1.0, "fake": 1.0} for run in ("surely_wrong", "undecided", "surely_right")}
BOTH_DOWN = {f"before.loss.{run}": {"real": 1.0, "fake": 1.0} for run in ("surely_wrong", "undecided", "surely_right")}
UNPENALISED = ATTACHED | LINEAR | {"before.step.penalises_gradients": False}
PENALISED = LINEAR | {"before.penalty": {"shape": "parabola", "weight": 10.0, "wanted": 1.0, "rows": 64, "axes": [], "at_real_rows": False}}
UNBOUNDED = {"before.generator.bounded": False, "before.generator.reach_low": -1e7, "before.generator.reach_high": 1e7}
WIDE = {"column": 2, "sd": 5000.0, "sd_of_samples": 0.1, "middle_sd": 1.0}
R1 = {"before.penalty.wanted": 0.0}
CHANGED = ATTACHED | {"before.data.samples_as_drawn": False}
OF_AVERAGE = "over_time.averages.networks.0"
AT_REST = ATTACHED | {f"{OF_AVERAGE}.moved": False, f"{OF_AVERAGE}.from_first": 0.0, f"{OF_AVERAGE}.from_generator": 1.0}
STRANGER = AT_REST | {f"{OF_AVERAGE}.from_first": 2.2, f"{OF_AVERAGE}.from_generator": 2.4}
LAGGING = ATTACHED | {f"{OF_AVERAGE}.from_first": 0.3, f"{OF_AVERAGE}.from_generator": 0.8}
BOUNDED = {"before.discriminator.bounded": True, "before.discriminator.reach_low": 0.0, "before.discriminator.reach_high": 1.0}
SWAPPED = {"before.loss.undecided": {"real": 0.6, "fake": -0.4}, "before.loss.surely_wrong": {"real": 0.05, "fake": -0.05}}
OF_TARGET_OF_SAMPLES = {"before.loss.surely_wrong.fake": 1.9526, "before.loss.undecided.fake": 1.6225}  # of -1
NOTHING = {"real": 0.0, "fake": 0.0}
APART = {
    "before.loss.surely_wrong": {"real": 1.0, "fake": -1.0},
    "before.loss.undecided": NOTHING,
    "before.loss.surely_right": {"real": -1.0, "fake": 1.0},
}
SATURATING = {"before.loss.rejected.fake": -0.05, "before.loss.accepted.fake": -0.95}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "no_nonlinearity": (
        {"before.generator.affine_pairs": [["first", "second"], ["second", "third"]]},
        {"before.generator.weighted_layers": 1},
    ),
    "collapsed_layers": ({"before.generator.affine_pairs": [["first", "second"]]}, {}),
    "initial_scale": ({"before.discriminator.output_sd": 11.0}, {"before.discriminator.output_sd": 9.0}),
    "dead_units": ({"before.generator.dead_units": 0.95}, {"before.generator.dead_units": 0.85}),
    "zero_weights": (
        {"before.generator.zero_kernels": ["first", "second", "third"], "before.generator.ignored_inputs": ["latent"]},
        {"before.generator.zero_kernels": ["first", "second"]},
    ),
    "constant_weights": ({"before.discriminator.constant_kernels": ["second"]}, {"before.discriminator.constant_kernels": []}),
    "frozen_network": ({"before.generator.trainable_variables": 0}, {"before.generator.trainable_variables": 1}),
    "batch_norm_differs": (
        ATTACHED | {"before.step.batch_norm": {"discriminator": ["batch"], "generator": ["moving"]}},
        ATTACHED | {"before.step.batch_norm": {"discriminator": ["moving"], "generator": ["moving"]}},
    ),
    "ignored_input": ({"before.generator.ignored_inputs": ["label"]}, {}),
    "inference_batch_norm": ({"before.step.statistics_moved.generator": False}, {"before.step.statistics_moved.generator": None}),
    "batch_statistics_under_penalty": (
        {"before.discriminator.batch_dependent": True},
        {"before.discriminator.batch_dependent": True, "before.step.penalises_gradients": False},
    ),
    "batch_statistics_of_a_mixture": (
        {"before.discriminator.batch_dependent": True, "before.step.penalises_gradients": False, "before.step.mixes_real_and_fake": True},
        {"before.step.mixes_real_and_fake": True},
    ),
    "not_examined": ({"before.failure": "shapes do not match"}, {}),
    "losses_not_examined": ({"before.step.discriminator_inputs": ["other"]}, {"before.step.discriminator_inputs": ["other", "real"]}),
    "double_activation": (BOUNDED | LOGISTIC_OF_SIGMOID, BOUNDED | LEAST_SQUARES),
    "logits_as_probabilities": ({"before.loss.surely_wrong.real": 0.0}, {"before.loss.surely_wrong.real": -0.05}),
    "samples_not_in_loss": ({"before.step.learns_from.discriminator": ["real"]}, {"before.step.learns_from.discriminator": ["fake", "real"]}),
    "gradient_cut": ({"before.step.gradients.generator.kernel": None}, {"before.step.gradients.generator.kernel": 1e-9}),
    "partly_cut": ({"before.step.gradients.generator.bias": None}, {"before.step.gradients.generator.bias": 1e-9}),
    "outputs_without_gradient": (
        {"over_time.output_gradients": {"looks": 5, "outputs": 3, "without_gradient": [1]}},
        {"over_time.output_gradients": {"looks": 5, "outputs": 3, "without_gradient": []}},
    ),
    "gradients_pile_up": (piled_up(growth=12.0), piled_up(growth=1.1)),  # a gradient divided by its own size does not grow
    "gradient_fades": (
        {"over_time.fading": {"generator": {"looks": 5, "left_at_first_layer": 1e-4}}},
        {"over_time.fading": {"generator": {"looks": 5, "left_at_first_layer": 0.01}}},
    ),
    "spectral_norm_at_rest": (
        {"before.step.spectral_vectors_moved": {"discriminator": False}},
        {"before.step.spectral_vectors_moved": {"discriminator": True, "generator": None}},
    ),
    "network_built_again": ({"over_time.built_again": {"networks": ["generator"]}}, {"over_time.built_again": {}}),
    "updates_far_apart": (
        ATTACHED | {"over_time.movement.generator.rows": movement(update=0.0002)},
        ATTACHED | {"over_time.movement.generator.rows": movement(update=0.0004)},
    ),
    "weights_left_out": (
        {"over_time.left_out": {"looks": 5, "networks": {"generator": {"weights": ["encoder/kernel"], "of": 6}}}},
        {"over_time.left_out": {"looks": 2, "networks": {"generator": {"weights": ["encoder/kernel"], "of": 6}}}},
    ),
    "judged_by_a_copy": (
        {"over_time.judges": {"copies": ["clone"], "looks": 5, "looks_at_own": 0, "copies_move": False}},
        {"over_time.judges": {"copies": ["clone"], "looks": 5, "looks_at_own": 0, "copies_move": True}},
    ),
    "narrow_layer": (
        ATTACHED | {"before.generator.fewest_units": 1},
        ATTACHED | {"before.generator.fewest_units": 1, "over_time.latents.drawn_numbers": 2},
    ),
    "same_mean_score": (
        ATTACHED | {"before.discriminator.same_mean_of_any_batch": True},
        ATTACHED | {"before.discriminator.same_mean_of_any_batch": True, "before.step.mixes_real_and_fake": True},
    ),
    "labels_without_class": (one_hot(rows_without=256, never=0), one_hot(rows_without=48, never=0)),
    "not_updated": ({"before.step.updated": [["discriminator"]]}, {"before.step.updated": [["generator"], ["discriminator"]]}),
    "real_images_not_in_loss": ({"before.step.learns_from.discriminator": ["fake"]}, {"before.step.learns_from.discriminator": ["fake", "real"]}),
    "other_network_updated": (
        {"before.step.updated": [["discriminator"], ["discriminator", "generator"]], "before.step.gradients.generator": {}},
        {"before.step.updated": [["discriminator", "generator"]]},
    ),
    "generator_loss_without_samples": (
        {"before.step.learns_from.generator": ["real"], "before.step.gradients.generator.kernel": None},
        {"before.step.learns_from.generator": ["fake", "real"]},
    ),
    "unbounded_critic": (UNPENALISED, UNPENALISED | {"before.loss.surely_right": {"real": -0.98, "fake": 1.0}}),
    "generator_sign": ({"before.loss.rejected.fake": 0.38}, {"before.loss.rejected.fake": -0.01}),
    "labels_swapped": (
        SWAPPED,
        SWAPPED | {"before.loss.rejected.fake": 0.38},  # as Keras' guide labels them
    ),
    "same_wanted_of_both": (BOTH_DOWN, BOTH_DOWN | {f"before.loss.{run}.real": -1.0 for run in ("surely_wrong", "undecided", "surely_right")}),
    "broadcast_outputs": ({"before.loss.undecided": {"real": 0.12, "fake": 0.12}}, {}),
    "learning_rate": (
        {"before.optimizers.discriminator.learning_rate": 0.02},
        {"before.optimizers.discriminator.learning_rate": 0.0002 * 19},
    ),
    "momentum": ({"before.optimizers.generator.beta_1": 0.999}, {"before.optimizers.generator.beta_1": 0.9}),
    "range_mismatch": ({"before.data.high": 255.0}, {"before.data.high": 1.05}),
    "scaled_twice": (
        {"before.data": {"low": 0.0, "high": 1 / 255, "sd_between": 0.3 / 255}},
        {"before.data": {"low": -1.0, "high": 1.0, "sd_between": 0.01}},
    ),
    "range_unused": ({"before.data.low": 0.0}, {"before.data.low": -0.5}),
    "one_sided_range": (
        {"before.data.low": 0.0, "before.generator.reach_low": 0.0},
        {"before.data.low": 0.0, "before.generator.reach_low": 0.0, "before.latent.low": 0.0},
    ),
    "constant_data": ({"before.data.sd_between": 0.0}, {"before.data.sd_between": 0.01}),
    "unscaled_columns": (UNBOUNDED | {"before.data.widest_column": WIDE}, UNBOUNDED | {"before.data.widest_column": WIDE | {"sd_of_samples": 900.0}}),
    "normalised_by_batch": (
        ATTACHED | {"over_time.by_batch.same": ["the mean of each column"]},
        ATTACHED | {"over_time.by_batch": {"looks": 3, "same": ["the mean of each column"]}},
    ),
    "samples_changed_for_the_generator": (
        ATTACHED | {"before.data.generators_turn_as_drawn": False},
        CHANGED | {"before.data.generators_turn_as_drawn": False},
    ),
    "samples_differ_between_turns": (
        CHANGED | {"before.data.generators_turn_range": [-0.9, 1.1]},
        CHANGED | {"before.data.generators_turn_range": [-0.9, 0.98]},
    ),
    "constant_condition": (
        ATTACHED | {"before.condition.constant": 10},
        ATTACHED | {"before.condition": {"constant": 10, "real_conditions_vary": True, "looks": 2}},
    ),
    "samples_from_untrained_network": (STRANGER, STRANGER | {"over_time.averages.drawn_from_generator": 16}),
    "average_never_moves": (AT_REST, AT_REST | {f"{OF_AVERAGE}.drawn": 0}),
    "average_without_statistics": (
        ATTACHED | {f"{OF_AVERAGE}.statistics_moved": False},
        ATTACHED | {f"{OF_AVERAGE}.statistics_moved": False, f"{OF_AVERAGE}.by_batch": True},
    ),
    "average_lags": (LAGGING, LAGGING | {"over_time.movement.generator.steps": 900}),
    "latents_drawn_differently": (
        ATTACHED | {"over_time.drawn.mean": 0.5, "over_time.drawn.sd": 0.29},
        ATTACHED | {"over_time.drawn.mean": 0.5, "over_time.drawn.sd": 0.29, "over_time.drawn.error_of_means": 0.2},  # an interpolation
    ),
    "drawn_one_by_one": (
        ATTACHED | {"over_time.drawn.by_batch": True, "over_time.drawn.rows_a_call": 1, "over_time.drawn.calls": 16},
        ATTACHED | {"over_time.drawn.by_batch": False, "over_time.drawn.rows_a_call": 1, "over_time.drawn.calls": 16},
    ),
    "scale_not_seen": (
        ATTACHED | {"before.discriminator.blind_to_scale": True},
        ATTACHED | {"before.discriminator.blind_to_scale": True, "before.step.mixes_real_and_fake": True},
    ),
    "samples_drawn_differ": (
        ATTACHED | {"over_time.drawn.samples_distance": 1.4},
        ATTACHED | {"over_time.drawn.samples_distance": 1.4, "over_time.drawn.spread_of_rows": 0.5},  # an interpolation
    ),
    "condition_of_samples_differs": (labelled("label", agree=0.1), labelled("label", agree=0.9)),
    "class_target_differs": (labelled("class_target", agree=0.1), labelled("class_target", agree=0.1, labels=2)),
    "condition_not_judged": ({"before.condition": {"labels_not_judged": 10}}, {"before.condition": {"labels_not_judged": 2}}),
    "same_labels_every_step": (
        {"over_time.conditions": {"drawn_for": {"looks": 3, "sequences": 1, "inputs": 3, "unequally_often": 4}}},
        {"over_time.conditions": {"drawn_for": {"looks": 3, "sequences": 1, "inputs": 3, "unequally_often": 1}}},
    ),
    "swapped_pairs_not_noticed": (looked("pairs", own_higher=0.52, compared=96), looked("pairs", own_higher=0.6, compared=96)),
    "condition_ignored": (
        looked("drawn_again", moved_with_label=0.001, moved_with_noise=0.2),
        looked("drawn_again", moved_with_label=0.01, moved_with_noise=0.2),
    ),
    "latents_ignored": (
        looked("drawn_again", moved_with_noise=0.001, real_rows_of_a_label_apart=0.4),
        looked("drawn_again", moved_with_noise=0.02, real_rows_of_a_label_apart=0.4),
    ),
    "only_real_rows_changed": (
        {"over_time.changed_rows": {"looks": 1, "dimensions": 1, "real": CHANGES, "fake": UNCHANGED}, "before.data.high": 3.0},
        {"over_time.changed_rows": {"looks": 1, "dimensions": 1, "real": CHANGES, "fake": CHANGES}},
    ),
    "only_samples_changed": (
        {"over_time.changed_rows": {"looks": 1, "dimensions": 3, "real": UNCHANGED, "fake": CHANGES}},
        {"over_time.changed_rows": {"looks": 1, "dimensions": 1, "real": UNCHANGED, "fake": CHANGES}},
    ),
    "unused_network_output": ({"before.step.unused_outputs": ["generator"]}, {"before.step.unused_outputs": []}),
    "shared_weights": (
        {"before.step.shared_weights": ["dense/kernel", "embedding/embeddings"]},
        {"before.step.shared_weights": []},
    ),
    "shared_embedding": ({"before.step.shared_weights": ["embedding/embeddings"]}, {"before.step.shared_weights": []}),
    "sorted_batches": ({"epochs.1.between_batches": 0.001}, {"epochs.1.between_batches": 0.00006}),
    "trivial_statistic": (
        {"over_time.verdicts": {"steps": 2000, "auc": 0.99, "changed": {"a little noise": 0.6, "rounding": 0.99, "a blank border": None}}},
        {"over_time.verdicts": {"steps": 2000, "auc": 0.99, "changed": {"a little noise": 0.9, "rounding": 0.99, "a blank border": None}}},
    ),
    "few_real_rows": (ATTACHED | {"over_time.real_rows.different": 64}, ATTACHED | {"over_time.real_rows.different": 300}),
    "same_latents": (
        ATTACHED | {"over_time.latents.same_at_every_look": True},
        ATTACHED | {"over_time.latents.same_at_every_look": True, "over_time.latents.looks": 2},
    ),
    "latents_alike_in_a_batch": (ATTACHED | {"over_time.latents.all_alike_in_a_batch": True}, ATTACHED | {"over_time.latents.different": 60}),
    "latent_scale": (ATTACHED | {"over_time.latents.sd": 0.01}, ATTACHED | {"over_time.latents.sd": 0.2}),
    "few_latent_numbers": (
        ATTACHED | {"over_time.latents.numbers": 1},
        ATTACHED | {"over_time.latents.numbers": 1, "over_time.latents.drawn_numbers": 2},
    ),
    "rate_decays_early": (
        ATTACHED | {"over_time.movement.generator.rows": movement(rate=[1e-3, 1e-4, 1e-5, *[1e-6] * 5])},
        ATTACHED | {"over_time.movement.generator.rows": movement(rate=[1e-3, 1e-3, 8e-4, 6e-4, 4e-4, 2e-4, 1e-4, 1e-6])},
    ),
    "optimizer_starts_again": (
        ATTACHED | {"over_time.movement.generator.rows": movement(iterations=1)},
        ATTACHED | {"over_time.movement.generator.rows": movement(iterations=[1, 430, 10, 440, 870, 1300, 1730, 2160])},
    ),
    "stops_moving": (
        ATTACHED | {"over_time.movement.discriminator.rows": movement(same_as_before=[False] * 5 + [True] * 3)},
        ATTACHED | {"over_time.movement.discriminator.rows": movement(same_as_before=[False, True, True] * 2 + [True, False])},
    ),
    "hardly_moves": (
        ATTACHED | {"over_time.movement.generator.moved_from_start": 0.004},
        ATTACHED | {"over_time.movement.generator.moved_from_start": 0.04},
    ),
    "steps_too_large": (
        ATTACHED | {"over_time.movement.generator.rows": movement(update=0.3)},
        ATTACHED
        | {
            "over_time.movement.generator.rows": movement(update=[0.3] * 3 + [0.05] * 5),
            "over_time.movement.discriminator.rows": movement(update=0.02),
        },
    ),
    "weights_shrink": (ATTACHED | {"over_time.movement.generator.size": 0.05}, ATTACHED | {"over_time.movement.generator.size": 0.2}),
    "trained_rarely": (
        ATTACHED | {"over_time.movement.discriminator.rows": movement(iterations=[1, 100, 200, 300, 400, 500, 600, 700])},
        ATTACHED | {"over_time.movement.discriminator.rows": movement(iterations=[1, 900, 1800, 2600, 3500, 4300, 5200, 6000])},
    ),
    "tiny_batch": (ATTACHED | {"over_time.real_rows.rows": 16, "over_time.real_rows.different": 16}, ATTACHED | {"over_time.real_rows.rows": 500}),
    "much_dropout": ({"before.discriminator.dropout": 0.9}, {"before.discriminator.dropout": 0.5}),
    "constant_output": (BOUNDED | {"before.discriminator.reach_low": 1.0}, BOUNDED | LEAST_SQUARES),
    "rectified_output": ({"before.discriminator.reach_low": 0.0}, {"before.discriminator.reach_low": -0.1}),
    "saturating_loss": (SATURATING | late(real_fake_auc=0.98), SATURATING | late(real_fake_auc=0.9)),
    "order_not_wanted": (APART, APART | {"before.loss.surely_right": {"real": -0.1, "fake": 0.1}}),
    "scores_not_compared": (
        {f"before.loss.{run}": NOTHING for run in ("surely_wrong", "undecided", "surely_right")},
        {f"before.loss.{run}": NOTHING for run in ("undecided", "surely_right")},
    ),
    "one_loss_for_both": (ATTACHED | {"over_time.opposition.same_loss": 8}, ATTACHED | {"over_time.opposition.same_loss": 7}),
    "discriminator_not_asked": (ATTACHED | {"over_time.opposition.dependent": 0}, ATTACHED | {"over_time.opposition.dependent": 1}),
    "adversarial_part_lost": (ATTACHED | {"over_time.opposition.largest_share": 1e-4}, ATTACHED | {"over_time.opposition.largest_share": 2e-3}),
    "penalty_wants_no_slope": (
        PENALISED | {"before.penalty": {"shape": "linear", "weight": 10.0, "rows": 64, "at_real_rows": False}},
        PENALISED | {"before.penalty.wanted": 0.2},
    ),
    "input_given_back": (
        looked("copied", output_to_input=0.03, real_row_to_input=0.35),
        looked("copied", output_to_input=0.3, real_row_to_input=0.35),
    ),
    "penalty_of_parts": (
        PENALISED | {"before.penalty.wanted": 3.9, "before.penalty.axes": [16, 16]},
        PENALISED | {"before.penalty.wanted": 3.9, "before.penalty.axes": [64, 64]},
    ),
    "penalty_at_real_rows": (PENALISED | {"before.penalty.at_real_rows": True}, PENALISED | {"before.penalty.at_real_rows": True} | R1),
    "penalty_weight": (PENALISED | {"before.penalty.weight": 1e-4}, PENALISED | {"before.penalty.weight": 1e-4} | R1),
    "no_difference_wanted": (
        {
            "before.loss.surely_wrong": {"real": -1.0, "fake": 1.0},
            "before.loss.undecided": NOTHING,
            "before.loss.surely_right": {"real": 1.0, "fake": -1.0},
        },
        {"before.loss.surely_wrong": {"real": -8.0, "fake": 6.0}, "before.loss.surely_right": {"real": 4.0, "fake": -6.0}},
    ),
    "labels_at_random": (
        {"before.loss.minority": {"real": 0.48, "fake": 0.5}, "before.loss.undecided": {"real": -0.01, "fake": -0.02}},
        {"before.loss.minority": {"real": 0.1, "fake": 0.1}},
    ),
    "targets_out_of_range": (OF_TARGET_OF_SAMPLES | {"before.loss.surely_right.fake": 1.0474}, OF_TARGET_OF_SAMPLES),
    "activation_over_batch": ({"before.discriminator.sums_to_one_over_batch": True}, {"before.discriminator.sums_to_one_over_batch": False}),
    "penalty_not_in_loss": ({"before.step.penalty_unused": True}, {"before.step.penalty_unused": False}),
    "penalised_slope": (LINEAR | late(penalised_slope=0.1), LINEAR | late(penalised_slope=0.8)),
    "not_finite": ({"epochs.7.first_not_finite": "the training batch", "epochs.7.first_not_finite_step": 3}, {}),
    "pinned_loss": ({"before.discriminator.bounded": True} | late(d_loss=1.6264), {"before.discriminator.bounded": True} | late(d_loss=1.64)),
    "discriminator_wins": (late(real_fake_auc=1.0, output_real=9.0, output_fake=-9.0), late(real_fake_auc=0.99, output_real=9.0, output_fake=-9.0)),
    "discriminator_too_weak": (late(real_fake_auc=0.5, mean_image_distance=0.95), late(real_fake_auc=0.5)),
    "generator_gradient_vanishes": ({"epochs.7.generator_gradient": 1e-6}, {"epochs.7.generator_gradient": 1e-3}),
    "exploding_gradients": ({"epochs.7.discriminator_gradient": 2e4}, {"epochs.7.discriminator_gradient": 5e3}),
    "oscillation": (SWINGING, {name: 0.75 + (value - 1) / 10 for name, value in SWINGING.items()}),
    "discriminator_memorises": (late(train_heldout_auc=0.75), late(train_heldout_auc=0.65)),
    "samples_alike": (late(nearest_neighbour_ratio=0.01, diversity=0.1), late(nearest_neighbour_ratio=0.35, diversity=0.6)),
    "samples_repeat": (ATTACHED | late(crowding=0.02), ATTACHED | late(crowding=None)),
    "samples_crowded": (ATTACHED | late(crowding=0.2), ATTACHED | late(crowding=0.4)),
    "modes_missing": (ATTACHED | late(coverage=0.25, closeness=0.98), ATTACHED | late(coverage=0.25, closeness=0.5)),
    "nothing_learnt": (late(mean_image_distance=1.9), late(mean_image_distance=0.8)),
    "class_collapse": ({"scores.effective_classes": 4.3}, {"scores.effective_classes": 7.5}),
    "within_class_collapse": ({"scores.recall": 0.05}, {"scores.recall": 0.3}),
    "labels_not_followed": ({"scores.class_consistency": 0.1}, {"scores.class_consistency": None}),
    "not_a_digit": ({"scores.precision": 0.0}, {"scores.precision": 0.9}),
    "unlike_real_digits": ({"scores.precision": 0.83}, {"scores.precision": 0.9}),
    "copies_training_images": ({"scores.memorised_share": 0.5, "scores.recall": 0.05}, {"scores.memorised_share": 0.05}),
    "worse_than_before": (FALLEN, dict.fromkeys(FALLEN, 8.0)),
    "still_improving": (IMPROVING, dict.fromkeys(IMPROVING, 9.0)),
}
# What else is true of the same evidence: a bare discriminator's outputs, samples that are all alike.
ALSO = {"discriminator_too_weak": {"nothing_learnt"}}


def evidence(changes: dict[str, Any]) -> dict[str, Any]:
    """Healthy evidence with values replaced at dotted paths."""
    changed = copy.deepcopy(HEALTHY)
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = changed
        for parent in parents:
            place = place[int(parent)] if isinstance(place, list) else place[parent]
        place[int(last) if isinstance(place, list) else last] = copy.deepcopy(value)
    return changed


def test_a_healthy_gan_has_no_finding() -> None:
    assert diagnose(HEALTHY) == []
    assert diagnose(evidence(ATTACHED)) == []


@pytest.mark.parametrize("name", CASES)
def test_a_rule_finds_what_is_far_enough_and_nothing_nearer(name: str) -> None:
    broken, near = CASES[name]
    assert {finding.id for finding in diagnose(evidence(broken))} == {name} | ALSO.get(name, set())
    assert diagnose(evidence(near)) == []


def test_images_of_several_digits_collapse_onto_few_combinations() -> None:
    def of_modes(covered: int) -> dict[str, Any]:
        return {"scores": {"modes_covered": covered}, "real_reference": HEALTHY["real_reference"] | {"modes_covered": 1000}}

    (found,) = diagnose(evidence(of_modes(131)))
    assert (found.id, found.evidence) == ("class_collapse", {"modes_covered": 131, "real_digits": 1000})
    assert diagnose(evidence(of_modes(995))) == []


@pytest.mark.parametrize("bound", [("g_loss", bound) for bound in G_BOUNDS] + [("d_loss", bound) for bound in D_BOUNDS])
def test_the_bounds_of_a_double_sigmoid_are_known(bound: tuple[str, float]) -> None:
    (found,) = diagnose(evidence({"before.discriminator.bounded": True} | late(**{bound[0]: bound[1]})))
    assert (found.id, found.evidence["bound"]) == ("pinned_loss", bound[1])
    assert round(bound[1], 4) in (0.3133, 0.6931, 1.0064, 1.6265, 2.0064)


def test_where_distributions_were_compared_the_mean_image_says_nothing() -> None:
    near, far = late(mean_image_distance=1.9), late(mean_image_distance=0.1, energy_distance=0.8, spectrum_distance=0.8)
    assert found_in(ATTACHED, near) == []
    assert found_in(ATTACHED, far) == ["nothing_learnt"]
    assert found_in(ATTACHED, far, late(spectrum_distance=0.2)) == []  # shifted
    assert found_in(ATTACHED, far, late(spectrum_distance=None)) == ["nothing_learnt"]  # a table has no spectrum
    assert found_in(ATTACHED, late(spectrum_distance=1.6)) == ["nothing_learnt"]  # noise around zero, as large as the signals
    assert found_in(ATTACHED, near, late(real_fake_auc=0.5)) == []
    assert set(found_in(ATTACHED, far, late(real_fake_auc=0.5))) == {"nothing_learnt", "discriminator_too_weak"}


def test_truncated_noise_is_legitimate_and_noise_that_is_too_wide_is_not() -> None:
    assert found_in(ATTACHED, {"over_time.drawn.sd": 0.6}) == []
    assert found_in(ATTACHED, {"over_time.drawn.sd": 2.0}) == ["latents_drawn_differently"]
    assert found_in(ATTACHED, {"over_time.drawn.sd": 2.0, "over_time.drawn.rows": 2}) == []


def test_an_untrained_network_is_no_mistake_beside_a_trained_one() -> None:
    average = {"name": "average", "looks": 9, "moved": True, "statistics_moved": None, "from_first": 0.9, "from_generator": 0.2, "drawn": 64}
    average["by_batch"] = False
    copy_of_the_first = {**average, "moved": False, "from_first": 0.0, "from_generator": 1.0}
    assert found_in(ATTACHED, {"over_time.averages.networks": [copy_of_the_first, average]}) == []
    assert found_in(ATTACHED, {"over_time.averages.networks": [copy_of_the_first, {**average, "drawn": 0}]}) == ["average_never_moves"]


def test_a_copy_that_was_made_in_the_middle_of_the_training_is_no_untrained_network() -> None:
    assert found_in(STRANGER, {f"{OF_AVERAGE}.from_first": 0.6, f"{OF_AVERAGE}.from_generator": 0.8}) == []


def test_samples_of_a_short_training_are_not_checked() -> None:
    young = evidence(late(mean_image_distance=1.9, nearest_neighbour_ratio=0.01, diversity=0.1))
    young["epochs"] = young["epochs"][-2:]
    assert diagnose(young) == []


def test_the_worst_comes_first_and_names_the_setting_of_its_variant() -> None:
    found = diagnose(evidence({"scores.precision": 0.83, "scores.effective_classes": 4.3}), "answer")
    assert [finding.severity for finding in found] == ["error", "warning"]
    assert "Here, in params.yaml: gan.answer.r1_gamma: 0.3 (0.1 to 1.0), r2_gamma: 0.3 (0.1 to 1.0), adam_beta_1: 0.0 (0.0 to 0.5)," in found[0].fix


def test_what_is_set_already_is_not_advised() -> None:
    memorises = evidence(late(train_heldout_auc=0.75))
    advice = [diagnose(memorises, "mine", {"r1_gamma": gamma})[0].fix for gamma in (2.0, 1.0, 0.5)]
    assert ["params.yaml" in each for each in advice] == [False, False, True]
    assert "gan.mine.r1_gamma: 1.0" in advice[2]


def test_missing_evidence_has_no_finding() -> None:
    assert diagnose({}) == []
    assert diagnose({"before": {}, "epochs": []}) == []


def paths(structure: Any, *before: str) -> list[tuple[str, ...]]:
    """Every part of evidence that may be missing: a network and the images are measured as a whole, everything else may lack any key."""
    if isinstance(structure, dict) and before[-1:] not in MEASURED_AS_A_WHOLE and before[-2:-1] != ("networks",):
        parts: list[tuple[str, Any]] = list(structure.items())
    elif isinstance(structure, list) and structure and isinstance(structure[0], dict):
        parts = [(str(place), part) for place, part in enumerate(structure[-2:], len(structure) - 2)]
    else:
        parts = [(name, None) for name in MAY_LACK.get(before[-1:], ()) if name in structure] if isinstance(structure, dict) else []
    return [(*before, name) for name, _ in parts] + [path for name, part in parts for path in paths(part, *before, name)]


TRACKED = (
    "by_batch",
    "opposition",
    "output_gradients",
    "applied",
    "fading",
    "left_out",
    "judges",
    "one_hot",
    "verdicts",
    "real_rows",
    "latents",
    "conditions",
    "changed_rows",
    "pairs",
    "copied",
    "drawn_again",
    "drawn",
)
MEASURED_AS_A_WHOLE = (("generator",), ("discriminator",), ("data",), ("penalty",), *((name,) for name in TRACKED))
OF_NETWORKS = ("kernels", "zero_kernels", "constant_kernels", "fewest_units", "clipped", "normalised")
OF_DATA = ("widest_column", "samples_range", "samples_as_drawn", "generators_turn_range", "generators_turn_as_drawn")
MAY_LACK: dict[tuple[str, ...], tuple[str, ...]] = {("generator",): OF_NETWORKS, ("discriminator",): OF_NETWORKS, ("data",): OF_DATA}
ALWAYS_THERE = ("epoch", "steps", "classifier_score")  # in each row


def without(whole: Any, path: tuple[str, ...]) -> Any:
    """The evidence without one part."""
    changed = copy.deepcopy(whole)
    place = changed
    for parent in path[:-1]:
        place = place[int(parent)] if isinstance(place, list) else place[parent]
    del place[int(path[-1]) if isinstance(place, list) else path[-1]]
    return changed


@pytest.mark.parametrize("name", ["healthy", *CASES])
def test_a_rule_does_without_any_part_of_the_evidence(name: str) -> None:
    whole = evidence(ATTACHED | (CASES[name][0] if name != "healthy" else {}))
    for path in paths(whole):
        if path[-1] not in ALWAYS_THERE:
            found = diagnose(without(whole, path))
            assert [finding.evidence for finding in found if finding.id == RULE_FAILED] == [], path
            assert found == [] or name != "healthy", path


def test_every_rule_is_tested_explained_and_has_a_reference() -> None:
    assert set(CASES) == {rule.id for rule in RULES}
    assert len({rule.id for rule in RULES}) == len(RULES)
    for each in RULES:
        assert each.why.endswith(".")
        assert each.fix.endswith(".")
        assert each.reference
        assert each.check.__doc__


def test_a_rule_that_raises_becomes_a_finding_and_the_others_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(evidence: Evidence) -> Numbers | None:
        return {"never": evidence["no such key"]}

    broken = rule("error", why="It fails.", fix="Fix it.", reference="Nobody")(failing)
    monkeypatch.setattr("pipeline.doctor.diagnosis.diagnose.RULES", (broken, *RULES))
    error, note = diagnose(evidence({"before.data.high": 255.0}))
    assert (error.id, note.id, note.severity) == ("range_mismatch", "rule_failed", "note")
    assert note.evidence == {"rule": "failing", "message": "KeyError: 'no such key'"}
    assert first_error(HEALTHY) is None  # training with stop_on: error continues
    assert first_error(evidence({"before.data.high": 255.0})) == "range_mismatch"


@pytest.mark.parametrize("name", [name for name in ROW if name not in ("steps", "measured_steps", "batch_rows")])
def test_a_number_that_is_not_finite_is_no_other_failure_mode(name: str) -> None:
    assert diagnose(evidence({f"epochs.{row}.{name}": None for row in ALL})) == []


def test_a_batch_that_is_not_finite_is_named_before_training() -> None:
    (found,) = diagnose({"before": {"not_finite": "the training batch"}})
    assert (found.id, found.evidence) == ("not_finite", {"first": "the training batch", "epoch": 0})


def test_samples_that_became_worse_are_not_said_to_improve() -> None:
    rising_again = {f"curves.epochs.{row}.classifier_score": 3.0 + 0.5 * row for row in range(4, 9)}
    assert [finding.id for finding in diagnose(evidence(FALLEN | rising_again))] == ["worse_than_before"]


def test_images_that_the_step_scales_are_not_said_to_have_the_wrong_range() -> None:
    scaled = {"before.data.low": 0.0, "before.data.high": 255.0, "before.step.discriminator_inputs": ["fake", "other"]}
    assert [finding.id for finding in diagnose(evidence(scaled))] == ["losses_not_examined"]


def found_in(*changes: dict[str, Any]) -> list[str]:
    merged: dict[str, Any] = {}
    for each in changes:
        merged |= each
    return [finding.id for finding in diagnose(evidence(merged))]


@pytest.mark.parametrize(
    "held", [{"before.discriminator.clipped": True}, {"before.discriminator.normalised": True}, {"before.step.penalises_gradients": True}]
)
def test_a_critic_that_is_held_in_any_way_is_not_called_unbounded(held: dict[str, Any]) -> None:
    assert found_in(UNPENALISED) == ["unbounded_critic"]
    assert found_in(UNPENALISED, held) == []


def test_a_critic_of_which_it_is_unknown_whether_it_is_clipped_is_not_called_unbounded() -> None:
    unknown = {path: value for path, value in UNPENALISED.items() if path.startswith(("before.loss", "before.step"))}
    assert found_in(unknown) == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (-50.0, -1.02),  # the logistic loss of probabilities
        (-2.02, -0.09),  # 0.9 as the label, not quite reached
        (-1.96, 0.5),  # 0.7 as the label: the loss turns round before the end
        (None, -0.3),
    ],
)
def test_a_loss_that_knows_of_the_bounds_is_no_double_activation(wrong: float | None, right: float) -> None:
    ends = {"before.loss.surely_wrong": {"real": wrong}, "before.loss.surely_right": {"real": right}}
    assert found_in(BOUNDED, LEAST_SQUARES, ends) == []


@pytest.mark.parametrize("part", ["surely_wrong", "surely_right", "rejected", "accepted"])
def test_one_of_both_losses_is_enough_for_a_double_activation(part: str) -> None:
    assert found_in(BOUNDED, LOGISTIC_OF_SIGMOID, {f"before.loss.{part}": {}}) == ["double_activation"]


@pytest.mark.parametrize(("rejected", "found"), [(0.0, ["saturating_loss"]), (-0.95, [])])
def test_a_loss_without_any_gradient_at_rejected_samples_saturates(rejected: float, found: list[str]) -> None:
    assert found_in(SATURATING, late(real_fake_auc=0.98), {"before.loss.rejected.fake": rejected}) == found


def test_the_square_of_a_difference_of_means_is_no_broadcasting() -> None:
    assert found_in(APART, {"before.loss.pairs_every_with_every": True}) == ["order_not_wanted"]


def test_a_hinge_on_the_wrong_side_is_no_loss_of_probabilities() -> None:
    hinge = {"surely_wrong": (0.0, 1.0), "undecided": (1.0, 1.0), "surely_right": (1.0, 0.0)}
    assert found_in({f"before.loss.{run}": {"real": real, "fake": fake} for run, (real, fake) in hinge.items()}) == ["same_wanted_of_both"]


def test_samples_that_are_not_finite_are_not_far_from_others() -> None:
    assert found_in(ATTACHED, {"over_time.drawn.samples_distance": float("nan")}) == []


def test_a_gradient_that_is_turned_round_on_its_way_has_no_wrong_sign() -> None:
    both_down = ATTACHED | {"before.loss.rejected.fake": 0.38}
    assert found_in(both_down) == ["generator_sign"]
    assert found_in(both_down, {"over_time.opposition.turned": 8}) == []


def test_a_penalty_of_one_norm_for_the_whole_batch_is_named_by_where_it_is_lowest() -> None:
    assert found_in(PENALISED, {"before.penalty.wanted": 0.125}) == ["penalty_wants_no_slope"]
    assert found_in(PENALISED, {"before.penalty.wanted": 0.125, "before.penalty.rows": 16}) == []


def test_the_weight_of_a_penalty_may_be_too_large_whatever_it_wants() -> None:
    assert found_in(PENALISED, R1, {"before.penalty.weight": 1e5}) == ["penalty_weight"]
    assert found_in(PENALISED, R1, {"before.penalty.weight": 100.0}) == []


def test_outputs_of_tanh_are_no_probabilities() -> None:
    tanh = BOUNDED | {"before.discriminator.reach_low": -1.0, "before.loss.surely_wrong.real": 0.0}
    assert found_in(tanh) == ["logits_as_probabilities"]
    assert found_in(tanh, {"before.discriminator.reach_low": -0.001}) == []


def test_a_network_without_weights_explains_that_no_gradient_passes() -> None:
    zero = {"before.discriminator.zero_kernels": ["first", "second", "third"], "before.step.gradients.generator": {"kernel": 0.0}}
    assert found_in(zero, {"before.step.updated": [["discriminator"]]}) == ["zero_weights"]
    assert found_in(zero, {"before.discriminator.kernels": 4}) == ["gradient_cut"]


def test_one_zero_matrix_is_a_fault_where_no_gradient_reaches_it() -> None:
    zero = {"before.generator.zero_kernels": ["second"], "before.step.gradients.generator": {"first": 0.0, "second": 0.0, "third": 0.1}}
    assert found_in(zero) == ["zero_weights"]
    assert found_in(zero, {"before.step.gradients.generator": {"first": 0.0, "second": 0.1, "third": 0.1}}) == []


def test_a_loss_without_a_pull_at_samples_leaves_them_out() -> None:
    runs = ("surely_wrong", "undecided", "surely_right")
    divergence = {f"before.loss.{run}": {"real": -2.0, "fake": -2e-7} for run in runs}
    assert found_in(divergence) == ["logits_as_probabilities", "samples_not_in_loss"]  # and no word of broadcasting
    assert found_in(LEAST_SQUARES, {"before.loss.undecided": {"real": -1.0, "fake": 0.0}}) == []


def test_a_critic_is_trained_at_least_as_often_as_the_generator() -> None:
    twice = ATTACHED | {"over_time.movement.discriminator.rows": movement(iterations=[1, 215, 430, 645, 860, 1075, 1290, 1505])}
    assert found_in(twice) == []
    assert found_in(twice, PENALISED) == ["trained_rarely"]
    seldom = {"over_time.movement.generator.rows": movement(iterations=range(1, 9), step=range(1, 9))}
    assert found_in(ATTACHED, seldom, {"over_time.movement.generator.steps": 1000}) == []  # the last look at it was long ago
    assert found_in(ATTACHED, seldom, {"over_time.movement.generator.steps": 100}) == ["trained_rarely"]


def test_a_flag_at_rest_says_nothing_of_a_network_that_is_trained() -> None:
    frozen = ATTACHED | {"before.step.trainable": {"generator": True, "discriminator": False}}
    assert found_in(frozen) == []
    still = {"before.step.moved": ["generator"], "before.step.looks": 3}
    assert found_in(frozen, still) == ["frozen_network"]
    assert found_in(ATTACHED, still) == ["not_updated"]
    assert found_in(ATTACHED, still | {"before.step.looks": 2}) == []  # gradients of several batches may be collected


def test_a_condition_is_constant_only_beside_others() -> None:
    constant = ATTACHED | {"before.condition.constant": 10}
    assert found_in(constant) == ["constant_condition"]
    assert found_in(constant, {"before.condition.real_conditions_vary": False}) == []


@pytest.mark.parametrize(("real", "samples", "looks", "named"), [(1, 10, 5, True), (10, 10, 5, False), (1, 1, 5, False), (1, 10, 4, False)])
def test_a_condition_of_real_rows_is_constant_only_beside_others(real: int, samples: int, looks: int, named: bool) -> None:
    beside = {"looks": looks, "different_of_real_rows": real, "different_of_samples": samples}
    assert found_in({"over_time.conditions": {"beside": beside}}) == ["constant_condition"] * named


@pytest.mark.parametrize(("given_raw", "found"), [(True, ["samples_differ_between_turns"]), (False, [])])
def test_samples_that_are_changed_in_both_turns_do_not_differ(given_raw: bool, found: list[str]) -> None:
    outside = CHANGED | {"before.data.generators_turn_range": [-0.9, 1.1]}
    assert found_in(outside, {"before.data.generators_turn_as_drawn": given_raw}) == found


@pytest.mark.parametrize("turn", ["generator", "discriminator"])
def test_rows_of_a_table_or_image_beside_samples_of_another_row_are_named(turn: str) -> None:
    own = {turn: {"rows": {"given": 16, "own": 16, "of_another_row": 0}}}
    other = {turn: {"rows": {"given": 16, "own": 0, "of_another_row": 16}}}
    assert found_in({"over_time.conditions": own}) == []
    assert found_in({"over_time.conditions": other}) == ["condition_of_samples_differs"]
    assert found_in({"over_time.conditions": {turn: {"rows": {"given": 16, "own": 8, "of_another_row": 8}}}}) == []


def test_samples_that_start_many_times_as_wide_as_real_rows_are_found() -> None:
    assert found_in(ATTACHED, {"before.data.samples_range": [-12.0, 12.0]}) == ["initial_scale"]
    assert found_in(ATTACHED, {"before.data.samples_range": [-6.0, 6.0]}) == []
    assert found_in(ATTACHED, {"before.data.samples_range": [-12.0, 12.0], "before.data.samples_as_drawn": False}) == []


def test_weights_that_spectral_normalisation_rescales_are_not_compared() -> None:
    apart = ATTACHED | {"over_time.movement.generator.rows": movement(update=0.0002)}
    assert found_in(apart, {"before.step.spectral_vectors_moved": {"discriminator": None}}) == ["updates_far_apart"]
    assert found_in(apart, {"before.step.spectral_vectors_moved": {"discriminator": True}}) == []


def test_labels_that_are_counted_from_one_leave_one_class_out() -> None:
    assert found_in(one_hot(rows_without=51, never=1)) == ["labels_without_class"]
    assert found_in(one_hot(rows_without=51, never=0)) == []  # the last class may be all zeros on purpose


def test_too_few_labels_say_nothing() -> None:
    few = labelled("label", agree=0.0)
    few["over_time.conditions"]["generator"]["label"]["pairs_alike"] = 20
    assert found_in(few) == []


def test_a_discriminator_that_takes_what_fits_for_a_sample_has_noticed() -> None:
    assert found_in(looked("pairs", own_higher=0.13, compared=40)) == []


@pytest.mark.parametrize("name", ["swapped_pairs_not_noticed", "condition_ignored", "latents_ignored"])
def test_what_networks_ignore_is_not_asked_of_a_young_one(name: str) -> None:
    faulty = CASES[name][0]
    assert found_in(faulty) == [name]
    [(path, tracked)] = faulty.items()
    assert found_in({path: tracked | {"steps": 900}}) == []
    assert found_in({path: tracked | {"rows": tracked["rows"][-2:]}}) == []


def test_the_range_of_a_generator_says_nothing_where_its_samples_are_changed() -> None:
    bytes_ = {"before.data.low": 0.0, "before.data.high": 255.0}
    assert found_in(ATTACHED, bytes_) == ["range_mismatch"]
    assert found_in(CHANGED, bytes_) == []


def test_rows_of_unknown_origin_do_not_show_what_a_loss_leaves_out() -> None:
    unknown = {"before.step.discriminator_inputs": ["other", "real"]}
    for network, kinds in (("generator", ["real"]), ("discriminator", ["real"]), ("discriminator", ["fake"])):
        learns = {f"before.step.learns_from.{network}": kinds}
        assert len(found_in(learns)) == 1
        assert found_in(learns, unknown) == []


def test_images_that_are_all_the_same_are_constant_however_they_are_scaled() -> None:
    tiny = {"before.data.low": 0.0, "before.data.high": 1 / 255, "before.data.sd_between": 0.0}
    assert found_in(tiny) == ["scaled_twice", "constant_data"]
    assert "constant_data" in found_in(tiny, {"before.data.high": 0.0})


def test_images_that_are_translated_one_by_one_with_the_statistics_of_each_are_drawn_as_they_should_be() -> None:
    """As pix2pix does at test time (Isola et al. 2017, arXiv:1611.07004, section 3.3)."""
    alone = ATTACHED | {"over_time.drawn.by_batch": True, "over_time.drawn.rows_a_call": 1, "over_time.drawn.calls": 16}
    assert found_in(alone) == ["drawn_one_by_one"]
    assert found_in(alone, {"over_time.latents.may_be_data": True}) == []


def test_networks_that_could_not_be_measured_after_an_epoch_are_named() -> None:
    row = {"epoch": 3, "steps": 429, "measured_steps": 26, "failure": "shapes do not match"}
    (found,) = diagnose(evidence({"epochs.2": row}))
    assert (found.id, found.evidence) == ("not_examined", {"message": "shapes do not match", "epoch": 3})


def test_sorted_batches_of_short_epochs_are_found_over_several() -> None:
    short = {f"epochs.{row}.measured_steps": 4 for row in ALL}
    (found,) = diagnose(evidence(short | {f"epochs.{row}.between_batches": 0.001 for row in ALL}))
    assert (found.id, found.evidence["epoch"]) == ("sorted_batches", 3)
    assert diagnose(evidence(short)) == []
