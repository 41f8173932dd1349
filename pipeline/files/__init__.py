"""Whole files with stable bytes, one-line errors, what lies in a cell's folder."""
