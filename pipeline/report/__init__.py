"""The leaderboard and the report: one page of HTML that holds its pictures, charts and script, and loads nothing else.

prune.py        removes what cells that params.yaml no longer names have left behind
verdicts.py     a row per variant: its scores over its seeds, and whether it is better than the baseline
words.py        verdicts, and how trainings ended, as phrases
numbers.py      how numbers are written
table.py        the leaderboard as a Markdown table
page.py         write_report: fills the templates, writes the page
outputs.py      the folders that the page is made from
overview.py     the page's first screen: a card per variant with samples, verdict and worst finding
leaderboard.py  the page's leaderboard: a row per variant, below them the real reference and the negative controls
choices.py      the settings in which the variants differ
charts.py       the curves of training as Vega-Lite charts
variant.py      the page's section about a variant
cells.py        the table of a variant's cells, which the page and MLflow link to each other
findings.py     the doctor's findings, and the worst of them in a few words
repair.py       the page of a repair
pictures.py     PNG files and arrays of images as small pictures within the page
templates/      the page, its style and its script
"""
