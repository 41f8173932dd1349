"""The IDX format, splits, batches, bytes <-> floats."""
