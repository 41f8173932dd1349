"""Sheets and figures from arrays."""
