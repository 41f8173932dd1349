"""Where the losses of healthy trainings stay, by family, and what a discriminator that cannot tell anything reaches.

Losses are plain ones, as `loss_levels` defines them. The bands are those of benchmarks/loss_bands.json, rounded outwards to a tenth; a test holds
them equal. A Wasserstein loss has no band: scores have no scale.
"""

import math

from pipeline.doctor.diagnosis.loss_family import CONSTANT, HINGE_LOSS, LEAST_SQUARES, LOGISTIC, NON_SATURATING, RELATIVISTIC

# Of what the doctor sees after the first fifth of a training, 5 % and 95 %.
BANDS: dict[str, dict[str, tuple[float, float]]] = {
    LOGISTIC: {"discriminator": (0.6, 1.4), "generator": (0.7, 1.7)},
    RELATIVISTIC: {"discriminator": (0.2, 0.7), "generator": (0.7, 2.0)},
    LEAST_SQUARES: {},
    HINGE_LOSS: {"discriminator": (0.2, 2.6), "generator": (-0.4, 1.7)},
}
# The form of the generator's loss that a band is about.
FORMS = {LOGISTIC: NON_SATURATING, RELATIVISTIC: NON_SATURATING, LEAST_SQUARES: LEAST_SQUARES, HINGE_LOSS: CONSTANT}
# The discriminator's loss where it gives the same output to everything: the middle between both targets is the best that it can then do.
BALANCE = {LOGISTIC: 2 * math.log(2), RELATIVISTIC: math.log(2), LEAST_SQUARES: 0.5, HINGE_LOSS: 2.0}
WON = 0.1  # of the balance: the discriminator is sure and right about almost every row
