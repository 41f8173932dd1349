"""Measurements that are run by hand: results of all variants, a search for settings, what scores and evaluations depend on and cost."""
