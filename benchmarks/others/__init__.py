"""What the doctor finds in the scripts of `examples/`, which are written as other people write them."""
