"""The text around what `home` adds to docs/diagnosis.md."""

from pathlib import Path

PICTURES = Path("docs/images/failure-modes")
EXAMINED = """## How the doctor examines a GAN

The doctor examines a GAN at three times. This is how it examines the project's own; attached to a training that knows nothing of it, it traces the
step a second time instead, and measures much the same.

- *Before training* it runs a training step eagerly and undoes it. It records what the discriminator is given, the losses' gradients at the
  discriminator's outputs, and which variables get a gradient and an update. It repeats the step with other outputs in the discriminator's place,
  to see what the losses want there. It also examines both networks: where two layers have nothing non-linear between them, how far outputs reach,
  which inputs have no effect.
- *During training* counters in the compiled step measure gradients, tensors that are not finite, and how batches vary. After each epoch both
  networks are measured on fixed inputs.
- *After training* the digit classifier's scores are evidence too.

Rules check that evidence. Every number that a rule compares with stands, with its reason, in `pipeline/doctor/diagnosis/thresholds.py`.

Two calls, for a Keras GAN of one generator and one discriminator:

```python
from pipeline.doctor.callback import Doctor
from pipeline.doctor.examine import examine

for finding in examine(gan.generator, gan.discriminator, real_batch, latents, gan):
    print(finding.severity, finding.id, finding.evidence, finding.fix)

doctor = Doctor(stop_on="error", title="mine")
gan.fit(images, epochs=20, callbacks=[doctor])
print(doctor.report())
```

- `examine` looks before training. Both networks are built, that is, called once on a batch, and `gan` is compiled; its `train_step` uses
  `tf.GradientTape` and Keras' optimisers, and the discriminator has one output per image. If it cannot follow your step, it says so.
- `real_batch` is what `train_step` takes; `latents` is what the generator takes. All are tensors, images are floats, and 48 rows are enough. A
  conditional GAN gets its labels in the same structure as its networks take them. With `generator([latent, label])` and
  `discriminator([image, label])`: `examine(generator, discriminator, (images, labels), [latents, labels], gan)`. Images that `train_step` itself
  scales or augments cannot be recognised as real ones: the doctor says so (`losses_not_examined`), and does not check ranges and losses.
- `Doctor` needs no networks and no batch: it attaches itself to the training, and finds out what is given to which network. `stop_on` is `"error"`
  or `"never"`; `"error"` ends training, as early stopping does, at the first error. Findings are printed after the first two calls into TensorFlow
  (steps, or `steps_per_execution` of them) and at the end; without a `title` nothing is printed.
- For a script, a notebook or a loop of your own [attach the same doctor](how-to/my-gan-does-not-converge.md) there."""
FAULTS = """## Faults put into small GANs

Each fault is put into an otherwise healthy small GAN by a few lines (`benchmarks/diagnosis/home/faults.py`), on MNIST. `guide` is a GAN in the style
of Keras' guide that shares no code with the project; the others are variants of params.yaml, narrow. Epoch 0 is before training. The numbers are
those of [diagnosis.json](../benchmarks/diagnosis.json)."""
FROM_SCRIPTS = frozenset(  # what attached trainings show, and none of the faults below puts into a GAN
    {
        "activation_over_batch",
        "adversarial_part_lost",
        "average_lags",
        "average_never_moves",
        "average_without_statistics",
        "batch_norm_differs",
        "class_target_differs",
        "condition_ignored",
        "condition_not_judged",
        "condition_of_samples_differs",
        "constant_condition",
        "constant_output",
        "constant_weights",
        "discriminator_not_asked",
        "drawn_one_by_one",
        "few_latent_numbers",
        "few_real_rows",
        "generator_loss_without_samples",
        "gradient_fades",
        "gradients_pile_up",
        "hardly_moves",
        "input_given_back",
        "judged_by_a_copy",
        "labels_at_random",
        "labels_without_class",
        "latent_scale",
        "latents_alike_in_a_batch",
        "latents_drawn_differently",
        "latents_ignored",
        "modes_missing",
        "much_dropout",
        "narrow_layer",
        "network_built_again",
        "no_difference_wanted",
        "normalised_by_batch",
        "one_loss_for_both",
        "only_real_rows_changed",
        "only_samples_changed",
        "optimizer_starts_again",
        "order_not_wanted",
        "outputs_without_gradient",
        "partly_cut",
        "penalised_slope",
        "penalty_at_real_rows",
        "penalty_not_in_loss",
        "penalty_wants_no_slope",
        "penalty_of_parts",
        "penalty_weight",
        "rate_decays_early",
        "rectified_output",
        "same_labels_every_step",
        "same_latents",
        "same_mean_score",
        "same_wanted_of_both",
        "samples_changed_for_the_generator",
        "samples_crowded",
        "samples_differ_between_turns",
        "samples_drawn_differ",
        "samples_from_untrained_network",
        "samples_repeat",
        "saturating_loss",
        "scale_not_seen",
        "scores_not_compared",
        "shared_embedding",
        "shared_weights",
        "spectral_norm_at_rest",
        "steps_too_large",
        "stops_moving",
        "swapped_pairs_not_noticed",
        "targets_out_of_range",
        "tiny_batch",
        "trained_rarely",
        "trivial_statistic",
        "unbounded_critic",
        "unscaled_columns",
        "unused_network_output",
        "updates_far_apart",
        "weights_left_out",
        "weights_shrink",
    }
)
FOUND_IN_SCRIPTS = """Found where the doctor [is attached](how-to/my-gan-does-not-converge.md) to a script, a loop or `fit`: `examine`, and the tables
above, do not measure what shows it."""
CONFUSION = """### Expected and found

Errors, warnings and notes that were found besides the expected one have a column; if there is no such column, there were none."""
CELLS = """## The variants of params.yaml after training

A variant whose samples score like real digits has no error. For every other variant a failure mode is named."""
COST = """## What it costs

In the project's own GANs: pairs of trainings, with and without what the stage `train` records, one after the other; medians over pairs. The
measurements after each epoch are included, compilation is not."""
SESSION = "## A session on a terminal\n\n`make doctor` for the network of the question, before it is trained:"
FAILING_RULE = """## If a rule fails

A rule that raises an error becomes a finding of its own, the note `rule_failed`, with the rule's name and the error's message. The other findings
stand, and training continues, with `stop_on="error"` too. Please report it: the failure mode that the rule looks for may be there or not."""
