"""Cells side by side: on this machine or on a Ray cluster, each by DVC's own stages in a clone of its own; used by no stage.

What a sweep computes is what `dvc repro` would compute. It reaches the project as it would reach a colleague: dvc.lock says what it is, and the
cache or the remote of DVC has the files.

__main__   `python -m pipeline.sweep` runs the cells of params.yaml, `python -m pipeline.sweep expand` adds trials to it
trials     the settings that a grid or a random search tries, and the names of its variants
run        the whole way: check, prepare the shared stages, run the cells, bring the results into the project
snapshot   the project's files as a commit, and as a git bundle that travels to the nodes
cluster    Ray: started here or found at an address, and whether all its nodes have the same software
schedule   hands the cells to Ray, shows how far they are, and says which failed
worker     Ray's task, on any node: takes a clone, runs a cell in it as a process of its own
software   the versions on a node, and whether they are those of the machine of the sweep
cell       that process: DVC's stages of one cell, and their results to the remote
results    which cells are finished, and how they come into the project
"""
