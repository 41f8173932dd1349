"""Why a GAN does not converge: evidence is recorded while it is built and trained, rules judge it, findings say what is wrong and how to mend it.

`examine.examine` looks at any Keras GAN before training, the callback `callback.Doctor` during it.
Evidence: `step` (one training step, listened to), `layers` and `networks` (two networks, probed), `examination` (both, before training), `watch` and
`probe` (by epoch), `recorder` (a callback that records them). Judgement, without TensorFlow: `rules`, `thresholds`, `findings`.
"""
