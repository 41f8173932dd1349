"""One file per stage of dvc.yaml, and nothing else."""

from pipeline.files.starting import guard_imports

guard_imports()  # a stage's own imports take seconds, and `python -m pipeline.stages.X` comes here first
