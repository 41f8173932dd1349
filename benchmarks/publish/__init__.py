"""`make publish`: train every published cell anew, and write its scores and cost, the page with the table of all, and two pictures.

cells        which cells are published
clone        the clone of this project in which they are trained, with DVC's cache beside it and not in the project
rows         what is published of a cell
kept         what the pictures show of a variant, in git
page         docs/results.md
"""
