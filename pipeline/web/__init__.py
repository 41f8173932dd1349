"""What the servers on this machine share: MLflow's UI, the champion's server, the page to play with.

ports.py    the port to listen on: a word of the command line, free or refused
hosts.py    requests that mean this machine and no other
desktop.py  the browser of a person who sits at this machine
"""
