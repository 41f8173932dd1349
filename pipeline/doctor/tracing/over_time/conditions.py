"""Whether samples are judged with the conditions that they were drawn for."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from keras import tree

from pipeline.doctor.evidence.step_recorder import FAKE, REAL
from pipeline.doctor.tracing.drawn_rows import Drawn, drawn
from pipeline.doctor.tracing.evidence import PairEvidence
from pipeline.doctor.tracing.inputs import columns_of, flat_rows
from pipeline.doctor.tracing.labels import beside, labels, numbered, repeats
from pipeline.doctor.tracing.losses import Losses
from pipeline.doctor.tracing.roles import Pair
from pipeline.doctor.tracing.session import Session

MOST = 256  # rows of a call that are compared
CLASSES = 3  # channels, at least, of an output that says which class a row has


class Conditions:
    """Pairs of samples that were drawn for the same label, in each turn: how often the discriminator's label for both is the same, too."""

    def __init__(self, pair: Pair, session: Session) -> None:
        self.pair = pair
        self.labels: dict[tuple[str, str, int], Agreement] = {}  # turn, kind of label, leaf of the discriminator's input or output
        self.rows: dict[str, np.ndarray] = {}  # turn -> rows, those with their own condition, those with another one of the batch
        self.beside: dict[str, set[int]] = {REAL: set(), FAKE: set()}  # fingerprints of what the discriminator is given beside rows of each kind
        self.drawn_for: list[tuple[int, int, int]] = []  # for each look: fingerprints of labels and of all inputs, how unequally often labels occur
        self.looks = 0

    def look(self, now: PairEvidence) -> None:
        """Add the samples of both turns."""
        for turn in now.networks:
            for one in drawn(now.losses.calls_in_turn(turn), self.pair.generator):
                drawn_for = labels(columns_of(one.call))
                if drawn_for is not None:
                    for kind, leaf, judged_as in (*_inputs(one), *_targets(one, now.losses, turn)):
                        self.labels.setdefault((turn, kind, leaf), Agreement()).add(drawn_for[one.places[:MOST]], judged_as[:MOST])
                self.rows[turn] = self.rows.get(turn, np.zeros(3, int)) + _compared(one)
        self.looks += 1
        for given in now.losses.calls_in_turn("discriminator"):
            for kind, known in self.beside.items():
                known |= {hash(row.tobytes()) for _, rows in beside(given, np.flatnonzero(given.kinds == kind)[:MOST]) for row in rows}
        if now.samples:
            self._add_labels(columns_of(now.samples[-1]))

    def _add_labels(self, rows: np.ndarray) -> None:
        numbers = labels(rows)
        if numbers is not None:
            often = np.bincount(numbers)
            self.drawn_for.append((hash(rows[:, repeats(rows)].tobytes()), hash(rows.tobytes()), int(often.max() - often.min())))

    def evidence(self) -> dict[str, Any]:
        """By turn: of labels in the input and of targets of classes, what agrees best; of images and tables, how many rows have their own.

        Besides: how many different conditions stand beside real rows and samples, and how many sequences of labels samples were drawn for.
        """
        found: dict[str, Any] = {}
        for turn, counts in self.rows.items():
            parts: dict[str, Any] = {}
            for kind in ("label", "class_target"):
                known = [one.evidence() for (when, what, _), one in self.labels.items() if (when, what) == (turn, kind) and one.pairs_alike]
                if known:
                    parts[kind] = max(known, key=lambda numbers: numbers["agree"])
            if counts[1:].any():
                parts["rows"] = dict(zip(("given", "own", "of_another_row"), counts.tolist(), strict=True))
            if parts:
                found[turn] = parts
        real, fake = (len(self.beside[kind]) for kind in (REAL, FAKE))
        if real and fake:
            found["beside"] = {"looks": self.looks, "different_of_real_rows": real, "different_of_samples": fake}
        if self.drawn_for:
            sequences, inputs, unequal = zip(*self.drawn_for, strict=True)
            found["drawn_for"] = {
                "looks": len(sequences),
                "sequences": len(set(sequences)),
                "inputs": len(set(inputs)),
                "unequally_often": min(unequal),
            }
        return found


class Agreement:
    """Of two labels of the same rows: how often pairs of rows that are alike in one are alike in the other."""

    def __init__(self) -> None:
        self.different = 0  # labels in a batch, of whichever has fewer
        self.pairs_alike = self.both_alike = self.pairs = self.others_alike = 0

    def add(self, drawn_for: np.ndarray, judged_as: np.ndarray) -> None:
        """Add the rows of one call; labels are compared with those of the same call alone, because embeddings are trained."""
        pairs = np.triu(np.ones((len(drawn_for),) * 2, bool), 1)
        one, other = (np.equal.outer(labels, labels) & pairs for labels in (drawn_for, judged_as))
        self.different = max(self.different, min(len(set(drawn_for.tolist())), len(set(judged_as.tolist()))))
        self.pairs += int(pairs.sum())
        self.pairs_alike += int(one.sum())
        self.both_alike += int((one & other).sum())
        self.others_alike += int(other.sum())

    def evidence(self) -> dict[str, Any]:
        """`agree`: 1 if one label follows from the other, 0 if they are alike as often as by chance."""
        chance, alike = self.others_alike / self.pairs, self.both_alike / self.pairs_alike
        agree = (alike - chance) / (1 - chance) if chance < 1 else 1.0
        return {"labels": self.different, "pairs_alike": self.pairs_alike, "agree": agree}


def _inputs(one: Drawn) -> Iterator[tuple[str, int, np.ndarray]]:
    for leaf, rows in beside(one.given, one.rows):
        numbers = numbered(rows)
        if numbers is not None:
            yield "label", leaf, numbers


def _targets(one: Drawn, losses: Losses, turn: str) -> Iterator[tuple[str, int, np.ndarray]]:
    """The class that a loss wants of each sample: the only one at which its gradient is negative."""
    for leaf in range(len(one.given.call.logits)):
        if losses.score is None or leaf == losses.score.leaf:
            continue
        gradient = losses.at_call(one.given.look.record, turn, one.given, leaf)
        if gradient is None or gradient.shape[1] != 1 or gradient.shape[2] < CLASSES:
            continue
        negative = gradient[one.rows, 0] < 0
        if (negative.sum(axis=1) == 1).all():
            yield "class_target", leaf, negative.argmax(axis=1)


def _compared(one: Drawn) -> np.ndarray:
    """Rows, those that stand beside their own condition, and those beside another one of the same batch; of conditions that are no labels."""
    counts = np.zeros(3, int)
    for leaf in tree.flatten(one.call.inputs):
        if not isinstance(leaf, np.ndarray) or leaf.ndim < 2:
            continue
        made_from = flat_rows(leaf)
        known = {row.tobytes() for row in made_from}
        if len(known) < len(made_from):
            continue
        for _, rows in beside(one.given, one.rows):
            if rows.shape[1] == made_from.shape[1]:
                own = (rows == made_from[one.places]).all(axis=1)
                among = np.array([row.tobytes() in known for row in np.ascontiguousarray(rows)])
                counts += len(own), own.sum(), (among & ~own).sum()
    return counts
