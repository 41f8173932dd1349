"""The text around what `scripts` adds to docs/diagnosis.md, and of docs/diagnosis-scripts.md."""

DEFINITIONS = """- *named*: an error or a warning leads the author to the mistake. A note does not count, here and below.
- *symptoms only*: errors and warnings show only what comes of the mistake.
- *misnamed*: nothing names the mistake, and an error or a warning is neither the mistake nor a symptom of it.
- *missed*: no error and no warning.
- *not visible*: not named, and it was said beforehand, with the reason, that it cannot be seen. It is counted under its verdict, too.
- *with a wrong error*: an error that is neither the mistake nor a symptom of it, whatever else was found. In a healthy script, any error."""
SETS = {
    "development": """[examples/](../examples/README.md): by authors who did not know the doctor's rules, but the rules were improved with these in
  view. Their first runs, before any rule knew of them, are kept and never change: of 39 scripts in
  [others_first.json](../benchmarks/others_first.json), when training showed the doctor little yet, of the next 43 in
  [held_out_first.json](../benchmarks/held_out_first.json) and of the last 48 in [held_out_second.json](../benchmarks/held_out_second.json), when
  those were the held-out set. Too few faults were named in the one, two healthy scripts had an error in the other: each time the kinds behind that
  were repaired, and other authors wrote new scripts.""",
    "held-out": """`examples/held_out/`: by authors who did not know the doctor's rules, and committed before any threshold was changed for them. They
  were run once, when the rules were finished, and are published as they came out. These are the figures to go by.""",
    "deepcrime": """`examples/deepcrime/`: two healthy scripts, and each with a line changed as one of the operators of DeepCrime does
  (Humbatova, Jahangirova and Tonella 2021, [doi:10.1145/3460319.3464825](https://doi.org/10.1145/3460319.3464825)), which come from faults that
  people reported. A mutant does harm if its samples are worse with each of three seeds than those of its base with the worst of them, by a tenth at
  least; it is measured without the doctor. A mutant that does no harm is counted apart.
  The numbers are in [mutants.json](../examples/deepcrime/mutants.json).""",
}
NOT_RUN = "Not run yet: `python -m benchmarks.diagnosis {name}` runs it."
TOTALS = """## Scripts with a known fault

Plain training scripts, most with one mistake. Each ran twice at full length, in a process of its own, on one thread: as it is, and under
`python -m pipeline.doctor run`. Which findings would name a fault is decided from the script and its fault alone: for held-out scripts and mutants
before the doctor was run on them, for the development set whenever a rule is added. [Every script](diagnosis-scripts.md) has
a line with what was found, and [scripts.csv](../benchmarks/scripts.csv) has the same as a table for
[other tools](how-to/measure-a-diagnosis-tool.md)."""
HEALTHY = """## Scripts without a fault

A GAN that trains as it should gets no error. What training shows is an error only after 1000 updates of the generator, so shorter trainings prove
less."""
NOT_FOUND = """## What is not found

Faults that the doctor did not name, by set, with the verdict. [Every script](diagnosis-scripts.md) has what it said of them, if anything."""
NOT_VISIBLE = """## What the doctor cannot see

The doctor looks at one training. It does not know what the author wanted: which classes the data should have, whether a label is that of its picture,
how large a batch was meant to be, how long was enough. It takes the data as given. Faults of the benchmark that are of this kind, with the reason:"""
NO_PLACE = "Operators of DeepCrime that a GAN has no place for:"
SCRIPTS = """# Scripts: what the doctor said of each

This page is made by `python -m benchmarks.diagnosis`, like [Diagnosis](diagnosis.md), which has the totals.

The right line is that of the mistake, give or take two. The output is the same if the script ended with the same status and printed the same bytes on
standard output, with the doctor and without it; durations, which no two runs have in common, are left out. "By chance" stands for a script that
prints something else each time without the doctor, too, as where not all random numbers have a seed. In the tables findings stand with their severity
and line; in bold what names the fault."""
NOT_CHECKED = "### What was not checked\n\nWhat the doctor said that it could not check, and scripts that did not run to their end."
COST = """In other people's scripts, one for each way to train, with the doctor attached: seconds of the whole script, and those that the doctor took
until it had examined the networks, and afterwards, also as shares of the whole. It looks less and less often, so its share falls in a longer
training."""
