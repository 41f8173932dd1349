"""One file per stage of dvc.yaml, and nothing else."""

import os

# Before TensorFlow is imported, which reads it then: its start-up notices would hide what a stage says.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
