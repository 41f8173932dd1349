"""One file per stage of dvc.yaml, and nothing else."""
