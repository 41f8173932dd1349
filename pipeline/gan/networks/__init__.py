"""Generators and discriminators: `build` makes them of a variant's settings; `mlp`, `dcgan` and `resnet` are the kinds, `parts` their layers."""
