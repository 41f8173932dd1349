"""`python -m benchmarks.speed.eager SETTINGS`: the same networks in PyTorch, in an eager loop; SETTINGS is a variant's settings as JSON.

It runs in the environment of the oracles, so it imports PyTorch, NumPy and nothing of the package. The images lie in memory as a tensor, which a
`DataLoader` would only make slower; PyTorch uses as many threads as it likes.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from benchmarks.speed.worker import TRAIN, answer

Settings = dict[str, Any]


class Generator(nn.Module):
    """As pipeline/gan/networks builds it, with the channels first."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        width = settings["generator_width"]
        size = settings["latent_size"] + (settings["classes"] if settings["classes"] > 1 else 0)
        parts: list[nn.Module] = []
        for _ in range(settings["mapping_layers"]):
            parts += [nn.Linear(size, settings["mapping_width"]), nn.LeakyReLU(0.2)]
            size = settings["mapping_width"]
        if settings["network"] == "mlp":
            parts += [nn.Linear(size, width), nn.ReLU(), nn.Linear(width, 784), nn.Unflatten(1, (1, 28, 28))]
        else:
            parts += [nn.Linear(size, 49 * 2 * width), nn.Unflatten(1, (2 * width, 7, 7)), nn.BatchNorm2d(2 * width), nn.LeakyReLU(0.2)]
            parts += [nn.ConvTranspose2d(2 * width, width, 4, 2, 1), nn.BatchNorm2d(width), nn.LeakyReLU(0.2), nn.ConvTranspose2d(width, 1, 4, 2, 1)]
        self.network = nn.Sequential(*parts, nn.Tanh())

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return self.network(latents)


class Discriminator(nn.Module):
    """As pipeline/gan/networks builds it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        width, batch = settings["discriminator_width"], settings["discriminator_normalization"] == "batch"
        if settings["network"] == "mlp":
            parts: list[nn.Module] = [nn.Flatten(), nn.Linear(784, width), nn.ReLU()]
            features = width
        else:
            parts = []
            for before, after, pad in ((1, width, (1, 1)), (width, 2 * width, (1, 1)), (2 * width, 4 * width, (1, 2))):
                norm = [nn.BatchNorm2d(after)] if batch else []
                parts += [nn.ZeroPad2d(pad * 2), nn.Conv2d(before, after, 4, 2), *norm, nn.LeakyReLU(0.2)]
            features = 8 * width
            parts += [nn.Flatten(), nn.Linear(64 * width, features), *([nn.BatchNorm1d(features)] if batch else []), nn.LeakyReLU(0.2)]
        self.trunk, self.output = nn.Sequential(*parts), nn.Linear(features, 1)
        self.classes = nn.Linear(features, settings["classes"]) if settings["classes"] > 1 else None

    def forward(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        features = self.trunk(images)
        output = self.output(features)[:, 0]
        return output if self.classes is None else output + self.classes(features).gather(1, labels[:, None])[:, 0]


class Training:
    """A training's networks and optimizers, and its step."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        with np.load(TRAIN) as split:
            self.images = torch.from_numpy(split["images"]).float().unsqueeze(1) / 127.5 - 1
            self.labels = torch.from_numpy(split["labels"].astype("int64"))
        self.generator, self.discriminator = Generator(settings), Discriminator(settings)
        betas = settings["adam_beta_1"], settings["adam_beta_2"]
        self.g_optimizer = torch.optim.Adam(self.generator.parameters(), settings["generator_learning_rate"], betas)
        self.d_optimizer = torch.optim.Adam(self.discriminator.parameters(), settings["discriminator_learning_rate"], betas)
        half_life = settings["ema_half_life_images"]
        decay = 0.5 ** (settings["batch_size"] / half_life) if half_life else 0.0
        self.average = AveragedModel(self.generator, multi_avg_fn=get_ema_multi_avg_fn(decay)) if half_life else None
        self.order: Iterator[torch.Tensor] = iter(())

    def train(self, steps: int) -> None:
        for _ in range(steps):
            self.step(*self.batch())

    def batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        rows = next(self.order, None)
        if rows is None:
            size = self.settings["batch_size"]
            self.order = iter(torch.randperm(len(self.labels))[: len(self.labels) // size * size].split(size))
            rows = next(self.order)
        return self.images[rows], self.labels[rows]

    def generate(self, labels: torch.Tensor) -> torch.Tensor:
        latents = torch.randn(len(labels), self.settings["latent_size"])
        classes = self.settings["classes"]
        return self.generator(torch.cat([latents, functional.one_hot(labels, classes).float()], 1) if classes > 1 else latents)

    def step(self, real: torch.Tensor, labels: torch.Tensor) -> None:
        with torch.no_grad():
            samples = self.generate(labels)
        self.d_optimizer.zero_grad()
        (self.d_loss(real, samples, labels)).backward()
        self.d_optimizer.step()
        self.g_optimizer.zero_grad()
        fake = self.discriminator(self.generate(labels), labels)
        if self.settings["objective"] == "relativistic":
            with torch.no_grad():
                real_output = self.discriminator(real, labels)
            loss = functional.softplus(real_output - fake).mean()
        else:
            loss = functional.softplus(-fake).mean()
        loss.backward()
        self.g_optimizer.step()
        if self.average is not None:
            self.average.update_parameters(self.generator)

    def d_loss(self, real: torch.Tensor, samples: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        gamma = self.settings["r1_gamma"]
        if gamma:
            real.requires_grad_()
            samples.requires_grad_()
        at_real, at_samples = self.discriminator(real, labels), self.discriminator(samples, labels)
        if self.settings["objective"] == "relativistic":
            loss = functional.softplus(at_samples - at_real).mean()
        else:
            loss = functional.softplus(-at_real).mean() + functional.softplus(at_samples).mean()
        for output, images in ((at_real, real), (at_samples, samples)) if gamma else ():
            (gradient,) = torch.autograd.grad(output.sum(), images, create_graph=True)
            loss = loss + gamma / 2 * gradient.square().sum((1, 2, 3)).mean()
        return loss


if __name__ == "__main__":
    torch.manual_seed(0)
    answer(Training(json.loads(sys.argv[1])).train)
