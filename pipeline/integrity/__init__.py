"""Whether files are those that dvc.lock records; it writes nothing.

inputs.py  the check of a stage's inputs before it uses them
"""
