"""The evaluation of one trained cell.

samples      drawing samples from the cell's generator
scoring      the scores of the samples and their spread, as the stage `evaluate` writes them
curves       scores of the sample sheets by epoch
pictures     the confusion of requested and predicted classes, samples by class, samples beside the nearest training images
subsample    some of many items, evenly spaced
files        the names of the files in an evaluated cell's folder
"""
