"""The doctor says why a GAN does not converge. It records evidence while a GAN is built and trained, checks rules, and reports findings with fixes.

Ways in, for any Keras GAN:

- `run` is the command `gan-doctor run SCRIPT`, also as `python -m pipeline.doctor` (`__main__`): a script that knows nothing of the doctor.
- `attach.attach` attaches the doctor to all that trains from then on, in a notebook or around a loop.
- `callback.Doctor`, a Keras callback, attaches itself to what `fit` trains.
- `examine.examine` examines a GAN before training.

What the first three end with is a `report`, which `conclusions` makes, with `checks` (what holds), `where` (the line of a finding) and
`line_diff` (what to write there instead). `compared` compares two reports. Folders:

- `evidence/`: what is measured, before and during training. It needs keras, tensorflow and numpy, and nothing else of the package.
- `diagnosis/`: rules over that evidence, their thresholds, findings and fixes. It needs no TensorFlow and nothing else of the package.
- `tracing/`: following a training that knows nothing of the doctor: hooks, second traces, who is
  given whose samples. It needs what `evidence/` needs.
- `running/`: running another's script as Python does. It needs the standard library alone.
"""
