"""What a command says at its end: what it wrote, and the next useful command."""

from collections.abc import Mapping

from pipeline.terminal.progress import say


def closing(wrote: str, *commands: str) -> None:
    """End a stage.

    >>> closing("wrote artifacts/raw: four files of mnist, verified", "dvc repro preprocess")
    wrote artifacts/raw: four files of mnist, verified
    next: dvc repro preprocess
    """
    say(wrote)
    next_steps(dict.fromkeys(commands, ""))


def next_steps(purposes: Mapping[str, str]) -> None:
    """Name commands, each with what it is for; a purpose is a comment of the shell, so that a line can be copied as it is.

    >>> next_steps({"make ui": "the runs side by side", "make doctor": "what is wrong, and how to fix it"})
    next: make ui      # the runs side by side
    next: make doctor  # what is wrong, and how to fix it
    """
    width = max(map(len, purposes), default=0)
    for command, purpose in purposes.items():
        say(f"next: {command.ljust(width)}  # {purpose}" if purpose else f"next: {command}")
