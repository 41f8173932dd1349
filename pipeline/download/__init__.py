"""Getting the files of a data set, verified.

source.py   which places are tried: scikit-learn, the user's own mirror, the registry's mirrors
mirrors.py  fetching files from a folder or a web server that may be slow, broken or wrong
verify.py   comparing a file with the size and the hash of the registry
bundled.py  the digits of scikit-learn as IDX files
"""
