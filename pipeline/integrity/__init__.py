"""Whether files are those that dvc.lock records.

inputs.py  the check of a stage's inputs before it uses them
verify.py  the check of DVC's cache and of all outputs: `make verify`
hashes.py  the hashes by which DVC knows files and folders
"""
