"""Generators and discriminators.

build    `build_generator` and `build_discriminator`: a variant's settings to a Keras model
mlp      fully connected networks
dcgan    strided convolutions
resnet   residual blocks
parts    the layers that all of them are made of
"""
