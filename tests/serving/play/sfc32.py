"""The page's random numbers, written again as docs/how-to/play.md describes them."""

import math
from collections.abc import Iterator

MASK = 2**32 - 1


def integers(seed: int) -> Iterator[int]:
    """sfc32 with 32-bit integers, less its first 16 numbers."""
    a, b, c, counter = 0x9E3779B9, 0x243F6A88, seed, 1
    for number in range(10**6):
        total = (a + b + counter) & MASK
        counter = (counter + 1) & MASK
        a, b, c = b ^ (b >> 9), (c + (c << 3)) & MASK, (((c << 21) | (c >> 11)) + total) & MASK
        if number >= 16:
            yield total


def latent(seed: int, size: int, distribution: str) -> list[float]:
    numbers = ((number + 0.5) / 2**32 for number in integers(seed))
    if distribution == "uniform":
        return [2 * next(numbers) - 1 for _ in range(size)]
    return [math.sqrt(-2 * math.log(next(numbers))) * math.cos(2 * math.pi * next(numbers)) for _ in range(size)]
