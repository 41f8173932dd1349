"""What `make promote`, `make serve` and `make play` do: `python -m pipeline.serving COMMAND ...`."""

import sys
from importlib import import_module

from pipeline.files.errors import PipelineError, nearest_known, one_line_errors

# Each is a module with a function `run`, which takes the words that follow the command.
COMMANDS = {
    "promote": "pipeline.serving.promote",
    "serve": "pipeline.serving.serve",
    "play": "pipeline.serving.play.command",
}


def main(arguments: list[str]) -> None:
    """Do what the first argument names; only its module is imported."""
    command, *rest = arguments or [""]
    if command not in COMMANDS:
        known = nearest_known(command, COMMANDS)
        raise PipelineError(f"python -m pipeline.serving: expected one of {', '.join(COMMANDS)}, received {command or 'nothing'}{known}")
    import_module(COMMANDS[command]).run(rest)


if __name__ == "__main__":
    with one_line_errors():
        main(sys.argv[1:])
