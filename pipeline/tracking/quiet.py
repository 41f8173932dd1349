"""Silence of the libraries beneath MLflow while a stage records: of a failure the stage says one sentence by itself."""

import logging

LIBRARIES = ("mlflow", "alembic", "sqlalchemy", "urllib3")
NEVER = logging.CRITICAL + 1


class Quiet:
    """No message of these libraries from here to `end`."""

    def __init__(self) -> None:
        self.levels = {name: logging.getLogger(name).level for name in self._loggers()}
        for name in self.levels:
            logging.getLogger(name).setLevel(NEVER)

    def end(self) -> None:
        """Let them speak again."""
        for name, level in self.levels.items():
            logging.getLogger(name).setLevel(level)

    @staticmethod
    def _loggers() -> list[str]:
        """The libraries' own loggers, and those beneath them that have a level of their own."""
        known = logging.getLogger().manager.loggerDict
        own = [name for name, each in known.items() if name.split(".")[0] in LIBRARIES and isinstance(each, logging.Logger) and each.level]
        return sorted({*LIBRARIES, *own})
