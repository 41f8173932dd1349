"""`python -m pipeline.sweep [expand]` (make sweep): run the cells of params.yaml side by side; `expand` first adds the trials of `sweep:` to it."""

import argparse

from pipeline.files.errors import one_line_errors
from pipeline.settings.editing import add_variants
from pipeline.settings.params import PARAMS, Settings, load_settings
from pipeline.terminal.closing import closing


def expand(settings: Settings) -> None:
    """Add the trials of a sweep to params.yaml, as variants like any other."""
    from pipeline.sweep.trials import trials_of

    trials = trials_of(settings)
    added = add_variants(PARAMS, settings.sweep.base, trials)
    closing(f"{PARAMS}: {len(trials)} trials, {len(added)} of them new: {', '.join(trials)}", f"git commit {PARAMS}", "make sweep")


if __name__ == "__main__":
    with one_line_errors():
        parser = argparse.ArgumentParser(prog="python -m pipeline.sweep", description=__doc__.partition("\n")[0], allow_abbrev=False)
        parser.add_argument("what", nargs="?", choices=["run", "expand"], default="run")
        if parser.parse_args().what == "expand":
            expand(load_settings())
        else:
            from pipeline.sweep.run import sweep  # imports DVC

            sweep(load_settings())
