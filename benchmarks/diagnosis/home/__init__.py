"""Faults put into GANs that are written here, what the doctor finds in trained cells, and what it costs."""
