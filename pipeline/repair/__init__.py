"""From a broken GAN to a healthy one by the diagnosis' own fixes: trials, verdicts over seeds, the path, a section for params.yaml.

`python -m pipeline.repair VARIANT` runs it. No stage uses this folder.
"""
