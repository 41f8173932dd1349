"""What the losses want of a discriminator's outputs: their gradients there, untouched and with other outputs in their place."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import tree

from pipeline.doctor.evidence.step_recorder import FAKE, OTHER, REAL
from pipeline.doctor.tracing.look import Look, Observed
from pipeline.doctor.tracing.origins import Given
from pipeline.doctor.tracing.record import Gradient, Record
from pipeline.doctor.tracing.roles import Pair, own_variables
from pipeline.doctor.tracing.score import Score, applied_sign, by_channel
from pipeline.doctor.tracing.second_trace import Overrides

Means = dict[str, float | None]
STRONG = 0.2  # of the largest gradient at any row
MANY = 0.2  # of the rows: more than are mislabelled on purpose


class Losses:
    """The gradients of both networks' losses at the outputs of a discriminator."""

    def __init__(self, looks: Sequence[Observed], pair: Pair, given: Sequence[Given]) -> None:
        self.looks, self.given = looks, given
        self.variables = own_variables(pair)
        self.score = self._find_score()
        self.contradiction = self._find_contradiction()
        if self.contradiction:
            self.given, self.score = [given._replace(kinds=np.full(len(given.kinds), OTHER)) for given in given], None

    def events(self, record: Record, network: str) -> list[Gradient]:
        """The gradients of a network's loss: those for its variables and for none of the other network."""
        other = self.variables["discriminator" if network == "generator" else "generator"]
        return [
            gradient
            for gradient in record.gradients
            if self.variables[network] & set(gradient.variables) and not other & set(gradient.variables) and not gradient.of_tensors
        ]

    def calls_in_turn(self, network: str) -> list[Given]:
        """The calls whose outputs this network's loss depends on."""
        return [
            given
            for given in self.given
            if any(
                _at(gradient, given.number, leaf) is not None for gradient in self.events(given.look.record, network) for leaf in self._leaves(given)
            )
        ]

    def gradients(self, network: str, records: dict[int, Record] | None = None) -> dict[str, np.ndarray]:
        """The gradient of a network's loss along the score, by kind of row; times the number of rows, because losses are means.

        Args:
            network: "generator" or "discriminator".
            records: a record for each look, by its id, instead of the looks' own.
        """
        if self.score is None:
            return {}
        parts: dict[str, list[np.ndarray]] = {}
        for given in self.given:
            along = self.along_score(network, given, (records or {}).get(id(given.look), given.look.record))
            if along is None:
                continue
            for kind in (REAL, FAKE):
                if (given.kinds == kind).any():
                    parts.setdefault(kind, []).append(along[given.kinds == kind] * len(given.kinds))
        return {kind: np.concatenate(arrays) for kind, arrays in parts.items()}

    def along_score(self, network: str, given: Given, record: Record) -> np.ndarray | None:
        """The gradient of a network's loss along the score of each row of a call, (n,); None if its loss does not depend on the call."""
        found = self.at_call(record, network, given, self.score.leaf) if self.score else None
        return None if found is None or self.score is None else found.sum(axis=1) @ self.score.direction

    def value(self, network: str, records: dict[int, Record] | None = None) -> float | None:
        """What a network's optimizers make smaller, all of its terms together, summed over the units; None if it was not seen.

        Of a unit that was looked at twice, the mean.

        Args:
            network: "generator" or "discriminator".
            records: a record for each look, by its id, instead of the looks' own.
        """
        units: dict[int, list[float]] = {}
        for look in self.looks:
            targets = [gradient.target for gradient in self.events((records or {}).get(id(look), look.record), network)]
            known = [np.asarray(leaf).mean() for leaf in tree.flatten(targets) if isinstance(leaf, (np.ndarray, np.generic))]
            units.setdefault(id(getattr(look, "traces", look)), []).extend([float(np.sum(known))] if known else [])
        means = [float(np.mean(values)) for values in units.values() if values]
        return sum(means) if means else None

    def with_outputs(self, network: str, real: Any, fake: Any) -> dict[str, np.ndarray]:
        """The gradients while the scores of real rows and of samples have other values: numbers, or arrays of a value per row."""
        return self.gradients(network, self.records_with_outputs(real, fake))

    def records_with_outputs(self, real: Any, fake: Any) -> dict[int, Record]:
        """What happens then, by the id of each look that can be run again."""
        if self.score is None:
            return {}
        overrides: dict[int, Overrides] = {}
        for given in self.given:
            values = overrides.setdefault(id(given.look), {})
            values[given.number] = self._override(given, self.score, real, fake)
        return {id(look): look.run(overrides[id(look)]) for look in self.looks if isinstance(look, Look) and id(look) in overrides}

    def _override(self, given: Given, score: Score, real: Any, fake: Any) -> list[tuple[np.ndarray, np.ndarray]]:
        found = []
        for leaf, (output, logits) in enumerate(zip(tree.flatten(given.call.outputs), given.call.logits, strict=True)):
            values = np.array(output if logits is None else logits)
            rows = np.zeros(len(values), bool)
            if leaf == score.leaf:
                for kind, value in ((REAL, real), (FAKE, fake)):
                    chosen = given.kinds == kind
                    wanted = value(int(chosen.sum())) if callable(value) else np.full(int(chosen.sum()), value, "float64")
                    wanted = wanted * score.direction[0]
                    wanted = wanted if score.logits or logits is None else np.log(wanted / (1 - wanted))
                    values[chosen] = wanted.reshape((-1,) + (1,) * (values.ndim - 1))
                    rows |= chosen
            found.append((rows, values))
        return found

    def _find_score(self) -> Score | None:
        """The output, and the direction in it, along which the discriminator's loss tells real rows and samples apart the most.

        Features that are given out too do so as well as the score that is computed from them: of both, the one with fewer channels is the score.
        """
        best: tuple[tuple[float, int], Score] | None = None
        leaves = {leaf for given in self.given for leaf in self._leaves(given)}
        for leaf in sorted(leaves):
            means: dict[str, list[np.ndarray]] = {}
            logits = False
            for network in ("discriminator", "generator"):
                for given in self.given:
                    found = self.at_call(given.look.record, network, given, leaf)
                    if found is None:
                        continue
                    logits |= self._uses_logits(given, leaf)
                    if network == "discriminator":
                        for kind in (REAL, FAKE):
                            if (given.kinds == kind).any():
                                means.setdefault(kind, []).append(found[given.kinds == kind].sum(axis=1).mean(axis=0) * len(given.kinds))
            if not means:
                continue
            real, fake = (np.mean(means[kind], axis=0) if kind in means else 0.0 for kind in (REAL, FAKE))
            difference = np.atleast_1d(fake - real)
            size = float(np.linalg.norm(difference))
            apart = size / (float(np.linalg.norm(np.atleast_1d(real)) + np.linalg.norm(np.atleast_1d(fake))) + 1e-30)
            direction = difference / size if size else np.ones(len(difference)) / len(difference) ** 0.5
            rank = round(apart, 2), -len(difference)
            if best is None or rank > best[0]:
                best = rank, Score(leaf, direction, logits)
        return best[1] if best else None

    def _find_contradiction(self) -> bool:
        """Whether the discriminator's loss pulls many rows that come from the data up, and many others down: some may be earlier samples.

        Where the discriminator is given samples in the same turn, it is not given them in the place of data.
        """
        if self.score is None or any((given.kinds == FAKE).any() for given in self.calls_in_turn("discriminator")):
            return False
        pulls, largest = [], 0.0
        for given in self.given:
            found = self.at_call(given.look.record, "discriminator", given, self.score.leaf)
            if found is not None and len(self.score.direction) == 1:
                pulls.append(found[given.kinds == REAL].sum(axis=(1, 2)))
                largest = max(largest, float(np.abs(found.sum(axis=(1, 2))).max()))
        strong = np.concatenate(pulls or [np.zeros(0)])
        strong = strong[np.abs(strong) > STRONG * largest]  # where the discriminator is sure already, noise on labels turns the sign
        return bool(len(strong) and MANY < np.mean(strong > 0) < 1 - MANY)

    def at_call(self, record: Record, network: str, given: Given, leaf: int) -> np.ndarray | None:
        """The gradient of a network's loss at one output of a call, (n, places, channels); None: the loss does not depend on it."""
        own, events = given.look.record, self.events(record, network)
        numbers = [number for number, gradient in enumerate(record.gradients) if any(gradient is event for event in events)]
        # The sign is that of the plain run: where outputs are replaced, no gradient reaches the weights.
        found = [(applied_sign(own, own.gradients[number]), _at(record.gradients[number], given.number, leaf)) for number in numbers]
        known = [sign * part for sign, part in found if part is not None]
        found_rows = by_channel(np.sum(known, axis=0)) if known else None
        # A discriminator that packs several rows into one gives fewer outputs than it is given rows.
        return found_rows if found_rows is not None and len(found_rows) == len(given.kinds) else None

    def _uses_logits(self, given: Given, leaf: int) -> bool:
        parts = [
            gradient.at[given.number][leaf]
            for network in self.variables
            for gradient in self.events(given.look.record, network)
            if given.number in gradient.at
        ]
        return any(part[0] is None and len(part) > 1 and part[1] is not None for part in parts)

    def _leaves(self, given: Given) -> range:
        return range(len(given.call.logits))


def _at(gradient: Gradient, number: int, leaf: int) -> np.ndarray | None:
    """At the output, or else at the logits behind it."""
    return next((part for part in gradient.at.get(number, [[]] * (leaf + 1))[leaf] if part is not None), None)
