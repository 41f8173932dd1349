"""How a training that was ended at any moment continues from its newest checkpoint, with the bytes of one that was never ended.

state   what a training is in the middle of, in memory and as files
resume  the Keras callback that writes checkpoints and continues from one
"""
