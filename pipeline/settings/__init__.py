"""params.yaml -> strict typed settings."""
