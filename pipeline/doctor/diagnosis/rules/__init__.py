"""The rules, by what they examine; `pipeline.doctor.diagnosis.diagnose` has the list of them.

Before training:

- `networks`: the two networks themselves.
- `batch_norm`: batch normalisation in one step.
- `updates`: which variables get a gradient and an update in one step.
- `losses`: what the losses want of real images and samples.
- `outputs`: whether the losses fit the outputs that the discriminator can give.
- `critics`: what bounds a critic.
- `turns`: what is wrong with the generator's turn alone.
- `changes`: rows that are changed on their way to the discriminator.
- `conditions`: labels and other conditions that samples are drawn for and judged with.
- `optimizers`: learning rates and decay rates.
- `data`: images and their range; how many different ones there are, and the order of batches (while training).

While training, over several steps:

- `latents`: the noise that the generator is given.
- `opposition`: whether the generator is trained against the discriminator.
- `gradients_on_their_way`: what becomes of gradients inside of a network, and between a tape and an optimizer.
- `movement`: how far the weights move.
- `drawn`: what is drawn after training, and from which network.

During and after training:

- `training`: losses and outputs by epoch.
- `gradients`: gradients by epoch, and tensors that are not finite.
- `samples`: the scores of samples.
"""
