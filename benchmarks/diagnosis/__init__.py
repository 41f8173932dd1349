"""What the doctor finds in GANs with known faults, and what it costs."""
