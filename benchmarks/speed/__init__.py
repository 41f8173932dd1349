"""How fast a GAN trains here, beside what people would use instead: `make bench`.

worker      a training in a process of its own, which trains so many steps when it is asked
ours        this project's GAN under `fit`
guide       the same networks in a Keras model with a `train_step` as Keras' guide has it
eager       the same networks in PyTorch
operations  what a step computes, and which kinds of operations take its time
around      each stage of `dvc repro` by part, nothing to do, one changed cell, many cells
made_up     a project with made-up cells
growth      batch size, widths, threads
scoring     the time and memory of the scores, and scoring_elsewhere by other libraries
paired      the three in turns, so that a machine whose speed changes is fair to all of them
page        docs/performance.md, with around_page
"""

OTHERS = "all others"  # the kinds of operations with the least time
