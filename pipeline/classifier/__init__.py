"""The digit classifier in whose features samples are scored.

files      what its JSON files hold
network    its layers, its features and class probabilities of images
output     `ClassifierOutput`, the features and probabilities as arrays
training   how it is trained
"""
