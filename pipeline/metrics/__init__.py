"""Sample quality as pure functions of arrays: float64 inside, no model, no I/O, no global random state.

`*_distance` is better low, `*_score` and `class_consistency` are better high.
"""
