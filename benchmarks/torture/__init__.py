"""`make torture`: what the pipeline promises about stops, faults and damage, tried again and again on a small project.

projects.py        the small project: made once, undisturbed, and copied for every trial
processes.py       processes that are bounded in time and ended with all that they have started
hook/              what Python loads first in a tortured project: notes, kills at an exact move, a wrong clock
records.py         an MLflow store read without MLflow
file_systems.py    disks that are full or read-only
faulty_database.py an SQLite store with a fault
faulty_server.py   an MLflow server that is absent, silent, slow or failing
readers.py         the checked reader of each file
kills.py, signals.py, owners.py, fresh_stores.py, store_faults.py, damages.py, hostile_params.py, environments.py
                   the parts: each has `run`, which returns its figures
page.py, words.py  docs/reliability.md, from benchmarks/reliability.json
__main__.py        `python -m benchmarks.torture [PART...]`
"""
