"""params.yaml as strict typed settings; nothing here computes.

params.py     every section of params.yaml, and the checks that need several sections
variants.py   what one GAN is
yaml_file.py  reading YAML as DVC reads it
"""
