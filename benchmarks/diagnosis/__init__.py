"""What the doctor finds, measured in four parts that one command runs.

- `home/`: faults put into GANs that are written here, the trained cells of the pipeline, and what the doctor costs them.
- `scripts/`: the scripts of `examples/`, run with the doctor and without it: the development set, the held-out set, and DeepCrime's.
- `deepcrime/`: DeepCrime's mutation operators, applied to healthy scripts, and which of the mutants do harm.
"""
