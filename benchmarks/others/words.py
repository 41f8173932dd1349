"""The text of docs/other-peoples-gans.md around its tables."""

INTRODUCTION = """# Other people's GANs

This page is made by `make others` from [others.json](../benchmarks/others.json).

[examples/](../examples/README.md) holds training scripts in many styles, by authors who did not know the doctor's rules: some with one mistake
that people make, some with nothing wrong. Each ran twice at full length, in a process of its own, on one thread: as it is, and under
`python -m pipeline.doctor run`. The scripts were committed before the doctor's rules for such scripts, and were run once; the result of that run is
kept in [others_first.json](../benchmarks/others_first.json) and never changes. Which findings would name a fault was decided from the script and
its fault alone, before the doctor had been run on any of them: [expected.json](../benchmarks/others/expected.json).

- *named*: an error or a warning leads the author to the mistake. A note does not count, here and below.
- *symptoms only*: an error or a warning shows only what comes of the mistake.
- *missed*: neither.
- *wrong error*: an error that is neither the mistake nor a symptom of it, whatever else was found. In a healthy script, any error.

The right line is that of the mistake, give or take two. The output is the same if the script ended with the same status and printed the same bytes
on standard output, with the doctor and without it; durations, which no two runs have in common, are left out."""
TOTALS = "## Totals"
FAULTY = "## Scripts with a fault\n\nFindings with their severity and line; in bold what names the fault."
HEALTHY = "## Scripts without a fault"
NOT_CHECKED = "## What was not checked\n\nWhat the doctor said that it could not check, and scripts that did not run to their end."
COST = """## What it costs

Healthy scripts, one for each way to train, with the doctor attached: seconds of the whole script, and those that the doctor took until it had
examined the networks, and afterwards, also as shares of the whole."""
