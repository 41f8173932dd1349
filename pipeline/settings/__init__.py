"""params.yaml as strict typed settings; nothing here computes.

params.py     every section of params.yaml, and the checks that need several sections
variants.py   what one GAN is
sweep.py      which trials a sweep has, and where they run
repair.py     how a repair is made
editing.py    adding variants to the file, whose other lines stay as they are
messages.py   errors of pydantic in one line
yaml_file.py  reading YAML as DVC reads it
lock_file.py  what dvc.lock records of outputs
"""
