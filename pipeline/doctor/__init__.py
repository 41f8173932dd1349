"""The doctor says why a GAN does not converge. It records evidence while a GAN is built and trained, checks rules, and reports findings with fixes.

Two ways in, for any Keras GAN:

- `examine.examine` examines a GAN before training.
- `callback.Doctor`, a Keras callback, also measures it while it trains.

Two folders:

- `evidence/`: what is measured, before and during training. It needs keras, tensorflow and numpy, and nothing else of the package.
- `diagnosis/`: rules over that evidence, their thresholds, findings and fixes. It needs no TensorFlow and nothing else of the package.
"""
