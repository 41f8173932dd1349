"""The report: one page of HTML that holds its pictures, charts and script, and reads nothing else.

page.py         write_report, the way in
words.py        what scores and verdicts are called, and how numbers are written
leaderboard.py  a row per variant, and the anchors under them
choices.py      settings that differ between variants
charts.py       curves as Vega-Lite
variant.py      the section of a variant
pictures.py     PNG files -> small pictures that stand in the page
evenly.py       a few of many, evenly spread
templates/      the page, its style and its script
"""
