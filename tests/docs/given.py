"""What the Python of a page takes for granted: a user's own GAN, arrays or files under the names that the page gives them."""

GIVEN = {
    "docs/diagnosis.md": """
import keras
import numpy as np
from benchmarks.diagnosis.home.guide_gan import LATENT, GuideGAN, make_discriminator, make_generator
gan = GuideGAN(make_generator(), make_discriminator())
gan.compile(keras.optimizers.Adam(0.0003), keras.optimizers.Adam(0.0003), keras.losses.BinaryCrossentropy(from_logits=True))
random = np.random.default_rng(0)
images = random.uniform(-1, 1, (96, 28, 28, 1)).astype("float32")
real_batch = images[:48]
latents = random.normal(size=(48, LATENT)).astype("float32")
""",
    "docs/how-to/add-a-data-set.md": """
import numpy as np
images, labels = np.zeros((20, 28, 28), np.uint8), np.arange(20, dtype=np.uint8) % 10
np.savez("my_arrays.npz", train_images=images, train_labels=labels, test_images=images, test_labels=labels)
""",
}
