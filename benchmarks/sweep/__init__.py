"""What sweeps cost and survive: `python -m benchmarks.sweep`, results in sweep.json.

overhead       seconds of a cell beyond `dvc repro --single-item` in a prepared clone
side_by_side   `make run JOBS=2` against `make run`, and whether the bytes are the same
kills          a sweep whose processes are killed at random
hosts          a sweep over two hosts, network namespaces of this machine, whose link is cut for a while
projects       the small projects that these measure
"""
