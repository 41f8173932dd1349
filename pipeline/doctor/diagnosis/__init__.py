"""From evidence to findings, without TensorFlow.

- `diagnose`: the list of rules, and the function that checks them.
- `rules/`: the rules, by subject.
- `thresholds`: every number that a rule compares with, with its reason.
- `findings`: what a rule and a finding are.
- `loss_family`, `loss_shapes`: which family of losses a GAN trains with.
- `loss_levels`, `loss_bands`, `loss_report`: whether its losses are where those of healthy trainings are.
- `fixes`: what a fix changes in a variant's settings.
- `summary`: findings as text.
"""
