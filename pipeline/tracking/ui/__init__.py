"""The MLflow UI of the project: `python -m pipeline.tracking.ui` (make ui).

view.py      the table of runs as it opens: columns, order and filter, in MLflow's format of a saved view
charts.py    the charts of that view, in sections
colours.py   a colour for each run
table.py     the address of that table on a server, or why there is none
server.py    MLflow's server with the report page beside it
__main__.py  what `make ui` does
"""
