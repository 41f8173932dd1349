"""The digit classifier in whose features samples are scored."""
