"""`python -m benchmarks.quality.ours EPOCHS SEED SAMPLES`: train `modern` for some epochs, write its samples, print seconds and images.

Its learning rates fall to their end within them. The seconds are those from the loaded data to the trained generator, the making of the networks and
the tracing included.
"""

import sys
import time

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from benchmarks.quality.turns import CLASSES, SAMPLES
from benchmarks.speed.worker import TRAIN
from pipeline.data.digits import load_digits
from pipeline.data.pixels import to_bytes
from pipeline.gan import streams
from pipeline.gan.base import GAN, draw_latents, generator_inputs, image_low, images_per_step, training_batches
from pipeline.settings.params import load_settings
from pipeline.stages.train import STEPS_PER_CALL

VARIANT = "modern"

if __name__ == "__main__":
    settings, epochs, seed = load_settings(), int(sys.argv[1]), int(sys.argv[2])
    pin_runtime(settings.train.threads)
    variant, digits = settings.gan[VARIANT], load_digits(TRAIN)
    steps = settings.train.epoch_images // images_per_step(variant)
    began = time.perf_counter()
    gan = GAN(variant, seed, steps * epochs)
    gan.steps_per_execution = max(k for k in range(1, STEPS_PER_CALL + 1) if steps % k == 0)
    gan.fit(training_batches(digits, variant, seed), epochs=epochs, steps_per_epoch=steps, shuffle=False, verbose=0)
    seconds = time.perf_counter() - began
    labels = np.arange(SAMPLES, dtype=np.int32) % CLASSES
    inputs = generator_inputs(variant, draw_latents(variant, SAMPLES, settings.evaluate.seed, streams.EVALUATION).numpy(), labels)
    np.save(sys.argv[3], to_bytes(gan.averaged_generator.predict(inputs, batch_size=500, verbose=0), image_low(variant)))
    print(f"{seconds} {steps * epochs * images_per_step(variant)}")
