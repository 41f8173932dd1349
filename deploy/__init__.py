"""A team's MLflow server: docs/how-to/team-server.md says how it is used.

settings.bash     what the scripts share
new-settings.sh   writes .env, every setting with new passwords
make-database.sh  the database and its user
migrate.sh        MLflow's tables in it
server.sh         the server
add-user.sh       an account
back-up.sh        database and artifacts into a folder
restore.sh        and back
remove-old.sh     what was deleted long ago, for good
tables.py         versions of the tables, and how many connections the server may open
artifacts.py      artifacts from one place to another
accounts.ini      what an account may do
compose.yaml      the same scripts in containers of the image that Dockerfile describes
"""
