"""Evidence before training, for one generator and one discriminator of any script, in the form that the rules read."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import tree

from pipeline.doctor.evidence.layers import is_spectral_vector, is_statistic
from pipeline.doctor.evidence.step_recorder import FAKE, OTHER, REAL
from pipeline.doctor.tracing.described import describe_discriminator, describe_generator
from pipeline.doctor.tracing.finite import first_not_finite
from pipeline.doctor.tracing.hooks import Hooks
from pipeline.doctor.tracing.inputs import describe_conditions, describe_data, describe_latents, flat_rows
from pipeline.doctor.tracing.labels import labels_not_judged
from pipeline.doctor.tracing.lines import lines_of
from pipeline.doctor.tracing.look import REPLAY, Observed
from pipeline.doctor.tracing.losses import Losses
from pipeline.doctor.tracing.origins import Given, given_again, given_rows
from pipeline.doctor.tracing.penalties import describe_penalty, penalty_is_unused
from pipeline.doctor.tracing.record import variable_id
from pipeline.doctor.tracing.roles import Pair, own_variables, shared_variables, variables_of
from pipeline.doctor.tracing.wanted import describe_wanted

Evidence = dict[str, Any]
ORIGIN = "the origin of what the discriminator is given"
SCHEDULED = (0, 10, 100, 1000, 10000)  # steps at which a schedule is asked for its rate


class PairEvidence:
    """What several looks, one at each unit, show about a pair of networks."""

    def __init__(self, looks: Sequence[Observed], pair: Pair, hooks: Hooks, known: Sequence[Given] = ()) -> None:
        self.looks, self.pair, self.guard, self.built = looks, pair, hooks.guard, hooks.built
        guard = hooks.guard
        self.networks = {"generator": pair.generator, "discriminator": pair.discriminator}
        self.given: list[Given] = []
        with guard.part(ORIGIN):
            self.given = given_again(looks, known, pair) if known else given_rows(looks, pair)
        self.losses = Losses(looks, pair, self.given)
        self.given = list(self.losses.given)
        if self.losses.contradiction:
            self.guard.not_checked[ORIGIN] = (
                "The loss pulls rows that seem to come from the data in opposite directions; some may be earlier samples."
            )
        self.samples = [call for look in looks for call in look.record.calls if call.network is pair.generator]

    def collect(self, networks: Evidence | None = None) -> Evidence:
        """All that can be measured; a part that cannot is left out, and noted by the guard.

        Args:
            networks: earlier evidence, whose description of the two networks is kept: it takes the longest.
        """
        evidence: Evidence = {name: networks[name] for name in self.networks if networks and name in networks}
        broken = first_not_finite(self.looks, self.given, self.losses)
        if broken:
            evidence["not_finite"] = broken
        for name, measure in (
            ("step", self._step),
            ("optimizers", self._optimizers),
            ("generator", lambda: describe_generator(self.pair.generator, self.samples, self.looks)),
            ("discriminator", lambda: describe_discriminator(self.pair.discriminator, self.given, self.losses.score, self.looks)),
            ("data", lambda: describe_data(self.given, self.losses, self.drawn())),
            ("latent", lambda: describe_latents(self.samples)),
            ("condition", self._conditions_and_use),
            ("penalty", lambda: describe_penalty(self.losses)),
            ("places", lambda: lines_of(self.networks, self.losses, self.looks, self.built)),
            ("loss", lambda: describe_wanted(self.losses, evidence["discriminator"], self.guard) if "discriminator" in evidence else None),
        ):
            if name in evidence:
                continue
            with self.guard.part(name):
                found = measure()
                if found is not None:
                    evidence[name] = found
        return evidence

    def conditions(self) -> Evidence | None:
        """Which parts of the generator's input are constant."""
        return describe_conditions(self.given, self.losses, self.samples)

    def _conditions_and_use(self) -> Evidence | None:
        """The same, and whether anything depends on the generator's labels."""
        found = self.conditions()
        return found | {"labels_not_judged": labels_not_judged(self.given, self.losses, self.pair, self.looks)} if found else None

    def drawn(self) -> set[bytes]:
        """All rows that the generator drew."""
        rows = [leaf for call in self.samples for leaf in tree.flatten(call.outputs) if isinstance(leaf, np.ndarray)]
        rows += [array for look in self.looks for network, array in look.hosted if network is self.pair.generator]
        return {row.tobytes() for array in rows for row in flat_rows(array)}

    def _step(self) -> Evidence:
        owners = {place: name for name, variables in own_variables(self.pair).items() for place in variables}
        moved = {name for look in self.looks for name, network in self.networks.items() if variables_of(network) & look.moved}
        kinds = {str(kind) for given in self.given for kind in given.kinds}
        kinds |= {OTHER} if REPLAY in self.guard.not_checked else set()  # what one look shows may be half of it
        return {
            "updated": [
                sorted({owners[place] for place in update.variables if place in owners}) for look in self.looks for update in look.record.updates
            ],
            "moved": sorted(moved),
            "trainable": {name: bool(network.trainable_variables) for name, network in self.networks.items()},
            "gradients": {name: self._gradient_norms(name) for name in self.networks},
            "statistics_moved": {name: self._moved(name, is_statistic) for name in self.networks},
            "spectral_vectors_moved": {name: self._moved(name, is_spectral_vector) for name in self.networks},
            "discriminator_inputs": sorted(kinds),
            "learns_from": {name: sorted(kind for kind, g in self.losses.gradients(name).items() if g.any()) for name in self.networks},
            "mixes_real_and_fake": any({REAL, FAKE} <= set(given.kinds.tolist()) for given in self.given),
            "penalises_gradients": any(gradient.of_tensors for look in self.looks for gradient in look.record.gradients),
            "penalty_unused": any(penalty_is_unused(look) for look in self.looks),
            "whole": any(
                len({owners[place] for update in look.record.updates for place in update.variables if place in owners}) > 1 for look in self.looks
            ),
            "unused_outputs": sorted(
                {name for look in self.looks for call in look.unused_calls() for name, network in self.networks.items() if call.network is network}
            ),
            "shared_weights": self._shared_weights(),
            "looks": 1,
            "batch_norm": {turn: self._batch_norm(turn) for turn in self.networks},
        }

    def _shared_weights(self) -> list[str]:
        """The names of weights that both networks have, and that updates of both turns move."""
        shared = shared_variables(self.pair)
        turns = [set(update.variables) for look in self.looks for update in look.record.updates]
        return sorted(
            str(variable.path)
            for variable in self.pair.generator.variables
            if (place := variable_id(variable)) in shared
            and all(any(place in turn and own & turn for turn in turns) for own in own_variables(self.pair).values())
        )

    def _gradient_norms(self, name: str) -> dict[str, float | None]:
        paths = {variable_id(variable): variable.path for variable in self.networks[name].variables}
        norms: dict[str, float | None] = {}
        for look in self.looks:
            for gradient in self.losses.events(look.record, name):
                for place, part in zip(gradient.variables, gradient.of, strict=True):
                    if place in paths:
                        norms[paths[place]] = _larger(_norm(part), norms.get(paths[place]))
        return norms

    def _moved(self, name: str, kind: Callable[[keras.Variable], bool]) -> bool | None:
        """Whether a step moved a network's variables of a kind; None if it has none."""
        variables = {variable_id(variable) for variable in self.networks[name].variables if kind(variable)}
        return bool(variables & {variable for look in self.looks for variable in look.moved}) if variables else None

    def _batch_norm(self, turn: str) -> list[str]:
        modes = {mode for given in self.losses.calls_in_turn(turn) for mode in given.call.batch_norm}
        return sorted("batch" if mode else "moving" for mode in modes)

    def _optimizers(self) -> Evidence:
        found: Evidence = {}
        for look in self.looks:
            for update in look.record.updates:
                for name, network in self.networks.items():
                    if variables_of(network) & set(update.variables):
                        found[name] = _rates(update.optimizer)
        return found


def _rates(optimizer: Any) -> dict[str, Any]:
    betas = {name: float(getattr(optimizer, name)) for name in ("beta_1", "beta_2") if isinstance(getattr(optimizer, name, None), float)}
    schedule = getattr(optimizer, "_learning_rate", None)
    if isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):  # it may begin at nothing, and end there
        rate = max(float(np.asarray(schedule(step))) for step in SCHEDULED)
    else:
        rate = float(np.asarray(optimizer.learning_rate))
    return {"name": type(optimizer).__name__, "learning_rate": rate} | betas


def _norm(gradient: Any) -> float | None:
    """None if there is no path to the variable; not a number if the step was only traced."""
    if gradient is None:
        return None
    return float(np.linalg.norm(gradient)) if isinstance(gradient, np.ndarray) else math.nan


def _larger(one: float | None, other: float | None) -> float | None:
    return one if other is None else other if one is None else max(one, other)
