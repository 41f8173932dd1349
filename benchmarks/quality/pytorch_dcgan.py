"""The DCGAN of PyTorch's examples: https://github.com/pytorch/examples/tree/main/dcgan, on MNIST with its default of 64x64 pixels.

Latents of 100 numbers; five transposed and five plain 4x4 convolutions with batch normalisation, weights from N(0, 0.02^2); Adam with a rate of
0.0002 and a beta1 of 0.5; batches of 64. Samples are reduced to 28x28 pixels. It runs in the environment of the oracles.
"""

import itertools

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.quality.turns import SAMPLES, answer, batches, images_and_labels

LATENT, WIDTH, BATCH, RATE, SIDE = 100, 64, 64, 0.0002, 64


def networks() -> tuple[nn.Sequential, nn.Sequential]:
    """Generator and discriminator, with their initial weights."""
    up: list[nn.Module] = []
    widths = [LATENT, 8 * WIDTH, 4 * WIDTH, 2 * WIDTH, WIDTH]
    for place, (before, after) in enumerate(itertools.pairwise(widths)):
        up += [nn.ConvTranspose2d(before, after, 4, 2 if place else 1, 1 if place else 0, bias=False), nn.BatchNorm2d(after), nn.ReLU(True)]
    up += [nn.ConvTranspose2d(WIDTH, 1, 4, 2, 1, bias=False), nn.Tanh()]
    down: list[nn.Module] = [nn.Conv2d(1, WIDTH, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)]
    for before in (WIDTH, 2 * WIDTH, 4 * WIDTH):
        down += [nn.Conv2d(before, 2 * before, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * before), nn.LeakyReLU(0.2, inplace=True)]
    down += [nn.Conv2d(8 * WIDTH, 1, 4, 1, 0, bias=False), nn.Sigmoid()]
    for network in (up, down):
        for layer in network:
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.normal_(layer.weight, 0.0, 0.02)
            elif isinstance(layer, nn.BatchNorm2d):
                nn.init.normal_(layer.weight, 1.0, 0.02)
                nn.init.zeros_(layer.bias)
    return nn.Sequential(*up), nn.Sequential(*down)


if __name__ == "__main__":
    torch.manual_seed(0)
    generator, discriminator = networks()
    optimizers = [torch.optim.Adam(network.parameters(), RATE, (0.5, 0.999)) for network in (generator, discriminator)]
    images = torch.from_numpy(images_and_labels()[0])[:, None]

    def train(rows: np.ndarray) -> None:
        """One step: the discriminator for images, then for samples, then the generator from the same samples."""
        real = functional.interpolate(images[torch.from_numpy(rows)].float() / 127.5 - 1, (SIDE, SIDE), mode="bilinear", antialias=True)
        samples = generator(torch.randn(BATCH, LATENT, 1, 1))
        optimizers[1].zero_grad()
        functional.binary_cross_entropy(discriminator(real).view(-1), torch.ones(BATCH)).backward()
        functional.binary_cross_entropy(discriminator(samples.detach()).view(-1), torch.zeros(BATCH)).backward()
        optimizers[1].step()
        optimizers[0].zero_grad()
        functional.binary_cross_entropy(discriminator(samples).view(-1), torch.ones(BATCH)).backward()
        optimizers[0].step()

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def draw() -> np.ndarray:
        random = torch.Generator().manual_seed(0)
        parts = []
        generator.eval()
        for _ in range(SAMPLES // 500):
            large = generator(torch.randn(500, LATENT, 1, 1, generator=random))
            parts.append(functional.interpolate(large, (28, 28), mode="bilinear", antialias=True).clamp(-1, 1))
        generator.train()
        return ((torch.cat(parts)[:, 0] + 1) * 127.5).round().byte().numpy()

    answer(train, batches(len(images), BATCH), draw)
