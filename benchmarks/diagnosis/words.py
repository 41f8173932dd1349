"""What docs/failure-modes.md says besides its tables."""

INTRODUCTION = """# What ails GANs, and how the doctor names it

This page is made by `make faults` from the list of rules and from [diagnosis.json](../benchmarks/diagnosis.json).

The doctor looks at a GAN three times. *Before training* it runs a training step eagerly, some times over with other
outputs in the discriminator's place, listens to it and undoes it: which network judged
what, which way each loss pushes the discriminator's outputs, which variables get a gradient and an update; and it probes both networks: where
nothing non-linear stands between two layers, how far outputs reach, which inputs do not matter. *During training* it counts
gradients, what is not finite and how batches vary inside the compiled step, and looks at both
networks from outside after each epoch. *Afterwards* the digit classifier's scores are evidence too. Rules judge that evidence; every number that they
compare with stands, with its reason, in `pipeline/doctor/diagnosis/thresholds.py`.

It works on Keras GANs of one generator and one discriminator whose `train_step` uses `tf.GradientTape` and Keras' optimisers, the discriminator with
one output per image. What it cannot follow it says so of, and training goes on:

```
from pipeline.doctor.examine import examine
from pipeline.doctor.callback import Doctor
from pipeline.doctor.evidence.probe import Probe

for finding in examine(gan.generator, gan.discriminator, real_batch, latents, gan):
    print(finding.severity, finding.id, finding.evidence, finding.mend)

doctor = Doctor(gan.generator, gan.discriminator, real_batch, Probe(latents, real_images, unseen_images), stop_on="error", title="mine")
gan.fit(images, epochs=20, callbacks=[doctor])
print(doctor.findings)
```

- Both networks are built, that is, called once on a batch, and `gan` is compiled. `stop_on` is `"error"` or `"never"`; without a `title`
  nothing is printed.
- `real_batch` is what `train_step` takes; `latents` is what the generator takes; a `Probe` holds `latents`, and training images and unseen ones as
  the discriminator takes them, as many of each (128 are good; unseen ones may be left out). All are tensors, images are floats, and 48 rows of a
  batch are enough.
- A conditional GAN is given its labels in the same structure as its networks take them. With `generator([latent, label])` and
  `discriminator([image, label])`: `examine(generator, discriminator, (images, labels), [latents, labels], gan)` and
  `Probe([latents, labels], [images, labels], [unseen_images, unseen_labels])`.
- What `train_step` returns as `d_loss` and `g_loss` is judged too. Images that `train_step` itself scales or augments are not known to it as
  real ones: it says so, and leaves ranges and losses unexamined.
- `stop_on="error"` ends training after the first call into TensorFlow: one step, or `steps_per_execution` of them.

## Faults put in, and what was found

Each fault is put into an otherwise healthy small GAN by a few lines (`benchmarks/diagnosis/faults.py`), on MNIST. `guide` is a GAN in the style of
Keras' guide that shares no code with the project; the others are variants of params.yaml, narrow. Epoch 0 is before training."""
CONFUSION = "### Expected against found\n\nErrors, warnings and notes that were found beside the expected one have a column; without any, none was."
CELLS = """## The variants of params.yaml as they were trained

A variant whose samples score like real digits has no error; each other one has its illness named."""
COST = """## What it costs

Pairs of trainings one after the other, medians over pairs; the look after each epoch is included, compilation is not."""
SESSION = "## A session on a terminal\n\n`make doctor` for the network of the question, before it is trained:"
