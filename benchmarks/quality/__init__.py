"""How long a training takes until its samples are good: `make bench-quality`.

turns        a training in a process of its own: it trains for so many seconds, and writes samples, when it is asked
ours         `modern`, trained with its schedule for some epochs
keras_guide  the GAN of Keras' guide to `train_step`
keras_conditional  the conditional GAN of Keras' examples
tensorflow_dcgan   the DCGAN of TensorFlow's tutorial
pytorch_dcgan      the DCGAN of PyTorch's examples
scores       the Fréchet distance of samples, with this project's classifier and test images
curves       the measured points, averaged over seeds
picture      Fréchet distance against seconds
page         the section of docs/performance.md

The four are rebuilt from their published settings: networks, losses, optimizers, batch sizes and preprocessing are theirs, the code is not. They are
trained on the training split without the validation images, as `modern` is.
"""
