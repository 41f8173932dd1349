"""Parts of Keras with kernels that are faster on a CPU: the same formulas, other rounding. docs/performance.md has what each gains.

layers       layers of a network that is trained
one_channel  the convolution of images with one channel, and its transpose
adam         the optimizer
"""
