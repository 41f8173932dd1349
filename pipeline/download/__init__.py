"""Getting the files of a data set, verified.

source.py      which places are tried: scikit-learn, the user's own mirror, the registry's mirrors
mirrors.py     the mirrors one after the other, until every file is there and verified
web.py         one file from a web server that may be slow, broken or hostile
addresses.py   which addresses a file may come from
connection.py  connections that can be ended from outside
verify.py      comparing a file with the size and the hash of the registry
bundled.py     the digits of scikit-learn as IDX files
"""
