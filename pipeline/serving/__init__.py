"""Generators in use: which one is the best, an HTTP server for it, and a page to play with; no stage uses this folder.

promote.py      register a cell's generator, and make it the champion if it beats the present one
contest.py      whether a generator beats another, and why
seeds.py        the scores of every seed of a cell's settings, from the store
registry.py     the registered versions, and which one is the champion
serve.py        the champion over HTTP
application.py  what its server runs: MLflow's application, for requests that mean this machine
play/           the page to play with: networks in the browser
__main__.py     `python -m pipeline.serving COMMAND`
"""

from pipeline.files.starting import guard_imports

guard_imports()  # MLflow and TensorFlow take seconds
