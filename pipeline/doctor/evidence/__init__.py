"""What is measured, before and during training."""
