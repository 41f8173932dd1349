"""Whether any bytes make a reader of files fail otherwise than with its one-line error: Hypothesis and atheris, each for minutes on each reader.

kind.py      what is needed to try a reader
kinds/       one module for each reader: its valid files, and files made from nothing
damage.py    what Hypothesis does to a valid file
yaml_text.py files of YAML made from nothing
tally.py     how a reader took each input, counted
limits.py    limits of a process, and the memory that an input takes
trial.py     one trial: a reader, a fuzzer, a process with limits
running.py   runs trials and says how a process ended that did not end well
results.py   benchmarks/fuzz.json, and the table of it
"""
