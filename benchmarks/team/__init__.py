"""What a team's server bears: `python -m benchmarks.team` reports made-up cells to a real one and counts what arrived, in team_server.json.

postgres      a PostgreSQL of this machine's packages, in a folder of its own
server        MLflow's server on it, made and started by the scripts of deploy/
projects      projects with made-up cells, and what must be on record of a cell
writer        a process that reports the cells of a project, as the pipeline's stages do
side_by_side  several of them at once
records       what PostgreSQL holds, read without MLflow
"""
