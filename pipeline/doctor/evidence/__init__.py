"""What is measured of a GAN, as plain numbers that JSON can hold.

Before training, `examination` collects what four modules measure:

- `networks`: one network from outside: range of its outputs, inputs without effect, dependence on the batch.
- `layers`: its layers, observed while a batch passes through them.
- `step`: one training step, run eagerly and undone; `step_recorder` records who was given what, who got a gradient, who was updated.
- `loss_gradients`: what the losses want of the discriminator's outputs.

During training, `recorder` (a Keras callback) collects, for each epoch:

- `step_monitor`: counters inside the compiled training step.
- `probe`: measurements of both networks on fixed inputs.

All of them use `tensors` (inputs of any structure) and `monkeypatch` (replacing a method for a moment).
"""
