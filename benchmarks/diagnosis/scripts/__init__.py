"""What the doctor finds in the scripts of `examples/`: in other people's, in held-out ones, and in mutants."""
