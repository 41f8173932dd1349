"""Rules over evidence, thresholds, findings, their words."""
