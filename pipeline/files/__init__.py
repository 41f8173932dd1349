"""Files and errors that every stage shares.

Reading:
reading.py      a file of bounded size, and what is in its place instead
plain.py        reading what may be a file, a pipe or a device
json_file.py    JSON by a schema
arrays.py       NumPy's files
weights.py      a network's weights, and hdf5.py: where they lie in their file

Writing:
artifacts.py    whole files with stable bytes
moving.py       moving them into place, whole
room.py         room on the disk before HDF5 writes
cells.py        the name of a cell and the files in its folder
checkpoints.py  the checkpoints of a training: whole or not there
sealed.py       a folder whose files are on the disk, and a manifest by which damage is found

Running:
errors.py       one-line errors, with faults.py for those of the system and shown.py for the values in them
starting.py     the same while a command imports its libraries
signals.py      what a signal does, and parents.py: what the end of DVC does
stopping.py     a signal ends a training after its step
owner.py        one process at a time writes what a stage makes
"""
