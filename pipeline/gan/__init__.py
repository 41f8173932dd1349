"""The models: `base` holds the GAN and its train_step, `objectives`, `penalties`, `spectral` and `networks` what a variant chooses from."""
