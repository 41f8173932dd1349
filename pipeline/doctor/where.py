"""Which line of the user's code a finding is about."""

import re

from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.tracing.followed import Followed


def places_of(one: Followed) -> dict[str, str]:
    """The lines of the user's code that are known of a pair, by what they do; also those that draw samples outside of the training step."""
    known = [*one.over_time.get("averages", {}).get("networks", []), one.over_time.get("drawn", {}) | {"name": "drawn"}]
    places: dict[str, str] = one.before.get("places", {})
    return places | {f"{network['name']}_drawn": network["place"] for network in known if network.get("place")}


def where(finding: Finding, places: dict[str, str]) -> str:
    """The line that a finding is about: of the network and the layer that its numbers name first, or else of the discriminator."""
    text = str(finding.evidence)
    network = min((name for name in ("generator", "discriminator") if name in text), key=text.index, default="discriminator")
    layer = next((word for word in re.findall(r"[\w/]+", text) if f"layer {word}" in places), "")
    drawn = finding.evidence.get("name", "drawn")
    order = WHERE.get(finding.id, ())
    return next((places[key] for kind in order if (key := kind.format(network=network, layer=layer, drawn=drawn)) in places), "")


WHERE: dict[str, tuple[str, ...]] = {
    "double_activation": ("discriminator_loss", "generator_loss", "discriminator_call"),
    "logits_as_probabilities": ("discriminator_loss", "discriminator_call"),
    "same_wanted_of_both": ("discriminator_loss",),
    "broadcast_outputs": ("discriminator_loss",),
    "one_loss_for_both": ("generator_gradient", "generator_update"),
    "discriminator_not_asked": ("generator_gradient", "generator_update"),
    "adversarial_part_lost": ("generator_loss", "generator_gradient"),
    "labels_swapped": ("discriminator_loss",),
    "constant_output": ("discriminator_built", "discriminator_call"),
    "rectified_output": ("discriminator_built", "discriminator_call"),
    "saturating_loss": ("generator_loss",),
    "much_dropout": ("{network}_built", "{network}_call"),
    "tiny_batch": ("discriminator_call",),
    "activation_over_batch": ("discriminator_built", "discriminator_call"),
    "penalty_not_in_loss": ("discriminator_loss", "discriminator_gradient"),
    "penalty_wants_no_slope": ("discriminator_loss", "discriminator_gradient"),
    "penalty_of_parts": ("discriminator_loss", "discriminator_gradient"),
    "penalty_at_real_rows": ("discriminator_loss", "discriminator_gradient"),
    "penalty_weight": ("discriminator_loss", "discriminator_gradient"),
    "penalised_slope": ("discriminator_loss", "discriminator_gradient"),
    "no_difference_wanted": ("discriminator_loss",),
    "order_not_wanted": ("discriminator_loss",),
    "scores_not_compared": ("discriminator_loss",),
    "labels_at_random": ("discriminator_loss",),
    "targets_out_of_range": ("discriminator_loss",),
    "generator_sign": ("generator_loss", "generator_gradient"),
    "samples_not_in_loss": ("discriminator_loss",),
    "real_images_not_in_loss": ("discriminator_loss",),
    "outputs_without_gradient": ("generator_built", "generator_call"),
    "judged_by_a_copy": ("generator_loss", "generator_gradient", "generator_update"),
    "labels_without_class": ("generator_call",),
    "gradients_pile_up": ("{network}_update",),
    "gradient_fades": ("{network}_built", "{network}_call"),
    "spectral_norm_at_rest": ("{network}_call",),
    "network_built_again": ("{network}_built",),
    "updates_far_apart": ("{network}_optimizer", "{network}_update"),
    "weights_left_out": ("{network}_update",),
    "narrow_layer": ("layer {layer}", "{network}_built", "{network}_call"),
    "same_mean_score": ("discriminator_built", "discriminator_call"),
    "partly_cut": ("{network}_gradient",),
    "gradient_cut": ("{network}_gradient",),
    "not_updated": ("{network}_update", "{network}_gradient", "{network}_call"),
    "other_network_updated": ("generator_update",),
    "learning_rate": ("{network}_optimizer", "{network}_update"),
    "momentum": ("{network}_optimizer", "{network}_update"),
    "range_mismatch": ("discriminator_call",),
    "range_unused": ("discriminator_call",),
    "constant_data": ("discriminator_call",),
    "frozen_network": ("{network}_update", "{network}_call"),
    "zero_weights": ("layer {layer}", "{network}_built", "{network}_call"),
    "constant_weights": ("layer {layer}", "{network}_built", "{network}_call"),
    "scaled_twice": ("discriminator_call",),
    "trivial_statistic": ("discriminator_call",),
    "constant_condition": ("generator_call",),
    "condition_of_samples_differs": ("{network}_judges_samples",),
    "class_target_differs": ("{network}_loss", "{network}_judges_samples"),
    "condition_not_judged": ("generators_turn",),
    "same_labels_every_step": ("generator_call",),
    "swapped_pairs_not_noticed": ("discriminator_call",),
    "input_given_back": ("generator_loss", "generator_call"),
    "condition_ignored": ("generator_call",),
    "latents_ignored": ("generator_call",),
    "shared_weights": ("generator_built", "generator_call"),
    "shared_embedding": ("generator_built", "generator_call"),
    "only_real_rows_changed": ("discriminator_judges_samples",),
    "only_samples_changed": ("discriminator_call",),
    "unused_network_output": ("{network}_unused",),
    "samples_differ_between_turns": ("generators_turn",),
    "samples_changed_for_the_generator": ("generators_turn",),
    "samples_from_untrained_network": ("{drawn}_drawn",),
    "average_never_moves": ("{drawn}_drawn",),
    "average_without_statistics": ("{drawn}_drawn",),
    "average_lags": ("{drawn}_drawn",),
    "latents_drawn_differently": ("{drawn}_drawn",),
    "drawn_one_by_one": ("{drawn}_drawn",),
    "scale_not_seen": ("discriminator_built", "discriminator_call"),
    "samples_drawn_differ": ("{drawn}_drawn",),
    "generator_loss_without_samples": ("generator_loss", "generator_gradient"),
    "unbounded_critic": ("discriminator_loss", "discriminator_gradient"),
    "batch_norm_differs": ("generators_turn",),
    "no_nonlinearity": ("{network}_built", "{network}_call"),
    "collapsed_layers": ("layer {layer}", "{network}_built", "{network}_call"),
    "dead_units": ("{network}_built", "{network}_call"),
    "initial_scale": ("{network}_built", "{network}_call"),
    "ignored_input": ("{network}_built", "{network}_call"),
    "one_sided_range": ("discriminator_call",),
    "inference_batch_norm": ("{network}_call",),
    "batch_statistics_of_a_mixture": ("discriminator_call",),
    "batch_statistics_under_penalty": ("discriminator_call",),
    "unscaled_columns": ("discriminator_call",),
    "normalised_by_batch": ("discriminator_call",),
    "sorted_batches": ("discriminator_call",),
    "few_real_rows": ("discriminator_call",),
    "same_latents": ("generator_call",),
    "latents_alike_in_a_batch": ("generator_call",),
    "latent_scale": ("generator_call",),
    "few_latent_numbers": ("generator_call",),
    "rate_decays_early": ("{network}_schedule", "{network}_optimizer", "{network}_update"),
    "hardly_moves": ("{network}_optimizer", "{network}_update"),
    "steps_too_large": ("{network}_optimizer", "{network}_update"),
    "weights_shrink": ("{network}_update",),
    "optimizer_starts_again": ("{network}_update",),
    "stops_moving": ("{network}_update",),
    "trained_rarely": ("{network}_update",),
}
