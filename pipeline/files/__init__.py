"""Files and errors that every stage shares.

artifacts.py  writing whole files with stable bytes
cells.py      the name of a cell and the files in its folder
errors.py     one-line errors
owner.py      one process at a time writes what a stage makes
"""
