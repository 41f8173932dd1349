"""The words of docs/reliability.md: what is promised, how it is tried, and what is not promised."""

from typing import NamedTuple

INTRODUCTION = """# Reliability: what is promised, how it is tried, and what is not promised

This page is made by `make torture` (`python -m benchmarks.torture`), which tries every promise on a small project: the whole pipeline as `dvc.yaml`
has it, on the 1797 digits that scikit-learn carries, with small networks. An undisturbed run gives the bytes that every trial is compared with: all
files below `artifacts/`, and `dvc.lock`. The random moments follow from a seed; every outcome is in `benchmarks/reliability.json`. A short form of
each part runs in `make test`."""


class Promise(NamedTuple):
    """One part of the torture."""

    title: str
    promise: str
    tried: str
    figures: str  # with the names of figures of the part


PROMISES = {
    "kills": Promise(
        "Killed at any moment",
        "A stage that is killed loses nothing before its newest checkpoint, of which there is one every `run.checkpoint_epochs` epochs. The next "
        "`dvc repro` continues, and ends with the same bytes. "
        "MLflow has each run once, and none that seems to run still.",
        "Whole pipelines are killed again and again with SIGKILL: the group of DVC and its stage, or the stage alone; at random moments of "
        "every stage, at an exact move, removal or sync of a file, before it or after it, and in mid-epoch. Then `dvc repro` must succeed. A "
        "callback counts the training steps of every attempt; checkpoints are one epoch apart.",
        "{identical} of {kills} kills byte-identical, {inside_moves} of them inside moves and checkpoints, {in_epochs} in mid-epoch; at most "
        "{most_epochs_computed_twice} epoch computed twice by a training that continued ({with_an_epoch_lost} of {continued} computed one twice); "
        "{runs_left_or_doubled} runs left or doubled",
    ),
    "signals": Promise(
        "Stopped by a signal",
        "Ctrl-C, SIGTERM and SIGHUP stop a training after its current step, with a checkpoint and one line that says how to continue. A "
        "training whose DVC is gone stops, too.",
        "SIGINT, SIGTERM and SIGHUP go to the stage, to the whole group and to DVC alone, while the stage imports its libraries (from "
        "its own first lines on) and while it trains. Each next attempt continues the training. DVC itself leaves a SIGINT that only it "
        "receives to the stage, which does not receive it, and the training goes on.",
        "{signals} signals: {one_line} gave one line, {ignored_by_dvc} were ignored by DVC; {left} half-written files left, {identical} of "
        "{trainings} trainings byte-identical",
    ),
    "owners": Promise(
        "One owner per cell",
        "Two processes that are to make the same cell never mix their results: the second waits or refuses, also across `dvc exp run --temp`. "
        "What dvc.lock records is whole. The live run of one owner in MLflow is not removed by the other.",
        "Two owners of one cell start up to four seconds apart, in turn of its stages `train` and `diagnose`, in every combination of `dvc "
        "repro`, `dvc repro -s`, `dvc exp run --temp`, the bare stage, and a stage whose DVC was killed. When both have ended, dvc.lock and "
        "each experiment's dvc.lock are compared with the undisturbed one, and the files with dvc.lock.",
        "{incomplete_or_mixed} incomplete or mixed results in {rounds} rounds over {combinations} combinations, {record_lost} records lost",
    ),
    "fresh_stores": Promise(
        "A fresh store",
        "Any number of processes may open a store that is not there yet.",
        "Eight processes in eight clones open one missing SQLite store within milliseconds, and each records a run.",
        "{failures} failures and {metrics_lost} lost metrics in {rounds} rounds of {processes} processes",
    ),
    "store_faults": Promise(
        "A failing store",
        "Whatever happens to MLflow's store, a training ends with the same bytes, waits no longer than `tracking.budget_seconds` in all, and "
        "prints one line. `python -m pipeline.tracking` completes the record afterwards.",
        "A server that is absent, silent, slow (2 s per request), failing or restarted; an SQLite file that is locked, read-only, on a full "
        "disk, corrupt, or half migrated; a held lock: each from the start of a training, and from its first step on where that can be; "
        "`tracking.budget_seconds` is 6. The seconds lost are those beyond the median of trainings without a fault. The record is compared "
        "with the undisturbed one: every parameter, every tag that is not about the machine, and every metric point by point but durations and "
        "the machine's load. What is damaged for good is removed before it is completed.",
        "{one_warning} of {faults} faults gave one warning ({no_warning_and_complete} none, with nothing missing); at most {most_seconds_lost} "
        "s lost, with a budget of {budget_seconds} s; the record complete after {complete_afterwards} of {faults}",
    ),
    "damages": Promise(
        "Damaged files are not used",
        "Every stage compares what it reads with what dvc.lock records. A damaged input ends it with one line that names the file and the "
        "remedy, and `make verify` checks DVC's cache and all outputs.",
        "Bits flipped, files cut short, parts swapped or set to zero, another file's content, empty files, appended bytes, a folder in a "
        "file's place; half of them with the time of change kept, by which DVC knows whether to look again. The check and the reader of the "
        "file run in one process; every input of the stages without TensorFlow and one of each other stage also meets the real command; "
        "objects of the cache meet `python -m pipeline verify`.",
        "{used_silently} of {damages} damages used silently, {tracebacks} tracebacks; {of_the_cache} in the cache, and {through_the_command} "
        "more through the real commands",
    ),
    "hostile_params": Promise(
        "Hostile settings",
        "Whatever stands in params.yaml is refused in one line that can be printed, in bounded memory, and no long value is echoed.",
        "Files that are no YAML, too deep, too large, that grow without end, and wrong values for every setting: each in a process of its own "
        "that may take 400 MB, some through the stage `settings`.",
        "{one_line} of {files} gave one line, and {through_the_command} of {commands} through the stage; at most {most_megabytes} MB and "
        "{most_seconds} s",
    ),
    "environments": Promise(
        "Unusual environments",
        "A full disk, read-only folders, odd paths, locales, umasks and clocks cost a clear line at most, and the bytes stay the same.",
        "A disk in memory that is full, again and again, each time with a little more space, until the pipeline ends well. Stages in a project "
        "that is mounted read-only. Whole runs in odd surroundings, several at once: a path with spaces and letters beyond ASCII, umask 077 "
        "and 000, the locales C and POSIX, none, and Turkish where the machine has it, a symbolic link to the project, no HOME, and clocks "
        "that are 20 years ahead or behind (`time.time` of every Python process; the times of files are the system's).",
        "{identical} of {runs} ended with the same bytes, after a disk that was full at {full_disk_points} points",
    ),
}

NOT_PROMISED = """## What is not promised

- The same bytes on another type of processor, on a GPU, or with other versions of the libraries: the lock file pins the versions, and nothing pins
  the processor.
- A power cut. Checkpoints are synced before they count; the outputs of stages are moved into place, and whether a disk keeps the order of moves is
  its own affair. What it loses, the next `dvc repro` finds and makes again, or `make verify` names it.
- A signal in the first tenths of a second, before Python runs a line of the pipeline: it ends the stage without a word, and nothing was begun.
- Two machines on one network drive. The locks are those of one system.
- A file that is changed after its check while the stage reads it, or whoever may change `dvc.lock` or the code as well as the data.
- The clock in MLflow's runs: it is the machine's.
- What DVC, git and MLflow's own commands print when they fail, and what they do when they are killed beyond what `dvc repro` repairs."""
