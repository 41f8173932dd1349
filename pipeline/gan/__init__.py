"""The models: `base` holds the GAN and its train_step, `objectives`, `penalties` and `networks` what a variant chooses from."""
