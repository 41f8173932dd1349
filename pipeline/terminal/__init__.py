"""What the user sees while a stage runs. No stage depends on it: it writes to no output.

streams.py    standard streams that end no stage: any alphabet, a reader that has gone, no stream at all
progress.py   how far a long step is and how long it will take: a bar on a terminal, lines elsewhere
training.py   the same for a training by Keras
closing.py    what a command says at its end: what it wrote, and the next useful command
"""
