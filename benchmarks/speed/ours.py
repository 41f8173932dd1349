"""`python -m benchmarks.speed.ours VARIANT`: this project's GAN, trained by `fit` as the stage `train` does it, without its callbacks."""

import sys

from pipeline.runtime import pin_runtime

# isort: split
from benchmarks.speed.worker import TRAIN, answer
from pipeline.data.digits import load_digits
from pipeline.gan.base import GAN, training_batches
from pipeline.settings.params import load_settings
from pipeline.stages.train import STEPS_PER_CALL

SCHEDULED = 10_000  # steps of the learning rate's schedule; how many are taken does not matter for their speed

if __name__ == "__main__":
    settings = load_settings()
    pin_runtime(settings.train.threads)
    digits, variant = load_digits(TRAIN), settings.gan[sys.argv[1]]
    gan = GAN(variant, 0, SCHEDULED)
    gan.steps_per_execution = STEPS_PER_CALL

    def train(steps: int) -> None:
        gan.fit(training_batches(digits, variant, 0), epochs=1, steps_per_epoch=steps, shuffle=False, verbose=0)

    answer(train)
