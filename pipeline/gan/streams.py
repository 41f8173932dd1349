"""The streams of random numbers: every draw is a pure function of (seed, number), and each purpose has its own numbers.

The latents of training use the numbers from 0 up, one for each update of a network; every other purpose has a negative number.
"""

SHEET = -1  # latents of the sample sheets
EVALUATION = -2  # latents of the samples that are scored
PROBE = -3  # latents with which the doctor measures both networks
CHANNELS = -(2**62)  # which digits become the further channels of an image of several digits, counted down from here, one number for each step
INTERPOLATIONS = -1000  # weights of the gradient penalty's interpolations, counted down from here, one number for each update
