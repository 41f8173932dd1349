"""Running another's script with the doctor attached, as far as it has nothing to do with GANs; it needs the standard library alone.

- `options`: the command line, and what keeps a script from being started.
- `script`: a script, run as `python SCRIPT` runs it.
- `modules`: which modules the script gets, and the moment at which it has imported Keras.
"""
