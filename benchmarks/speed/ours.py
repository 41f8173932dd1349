"""`python -m benchmarks.speed.ours VARIANT [CHANGES THREADS CALL]`: a GAN under `fit`, as the stage `train` has it, without its callbacks.

CHANGES are settings of the variant, as JSON; CALL is the number of steps that TensorFlow takes in one call.
"""

import json
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
    usual = ["", "{}", str(settings.train.threads), str(STEPS_PER_CALL)]
    name, changes, threads, call = sys.argv[1:] + usual[len(sys.argv) - 1 :]
    pin_runtime(int(threads))
    digits, variant = load_digits(TRAIN), settings.gan[name].model_copy(update=json.loads(changes))
    gan = GAN(variant, 0, SCHEDULED)
    gan.steps_per_execution = int(call)

    def train(steps: int) -> None:
        gan.fit(training_batches(digits, variant, 0), epochs=1, steps_per_epoch=steps, shuffle=False, verbose=0)

    answer(train)
