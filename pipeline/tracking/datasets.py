"""The splits of a data set as inputs of runs: name, hash, path, size, and what each was used for."""

import json
from functools import lru_cache
from pathlib import Path

from mlflow.data.schema import TensorDatasetSchema
from mlflow.entities import Dataset, DatasetInput, InputTag
from mlflow.types import Schema, TensorSpec
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

from pipeline.data.digits import load_digits
from pipeline.provenance import split_hash

SPLITS = Path("artifacts/data")


def data_set(split: str) -> Dataset:
    """A split, named like `mnist_train`, with the hash that DVC records."""
    path = SPLITS / f"{split}.npz"
    return _described(path, split, split_hash(path))


@lru_cache(maxsize=16)
def _described(path: Path, split: str, md5: str) -> Dataset:
    digits = load_digits(path)
    features, targets = (Schema([TensorSpec(part.dtype, (-1, *part.shape[1:]))]) for part in (digits.images, digits.labels))
    return Dataset(
        name=f"{digits.name}_{split}",
        digest=md5,
        source_type="local",
        source=json.dumps({"uri": path.as_posix()}),
        schema=json.dumps(TensorDatasetSchema(features, targets).to_dict()),
        profile=json.dumps({"num_rows": len(digits.labels), "num_elements": digits.images.size}),
    )


def inputs(uses: dict[str, str]) -> list[DatasetInput]:
    """The splits with their uses, split -> `training`, `validation` or `evaluation`."""
    return [DatasetInput(data_set(split), [InputTag(MLFLOW_DATASET_CONTEXT, use)]) for split, use in uses.items()]
