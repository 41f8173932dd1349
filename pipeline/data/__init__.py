"""The data sets and one split of them as arrays.

datasets.py  the registry: files, hashes, mirrors, class names, citation and licence of each data set
idx.py       decoding and encoding the IDX format of MNIST's files
digits.py    one split of a data set, and its .npz file
batches.py   batches in an order that continues from any step
pixels.py    uint8 <-> float
"""
