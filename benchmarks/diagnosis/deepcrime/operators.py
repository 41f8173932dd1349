"""The 24 mutation operators of DeepCrime, and which of them a GAN's training has no place for.

Humbatova, Jahangirova, Tonella: DeepCrime: Mutation Testing of Deep Learning Systems Based on Real Faults, ISSTA 2021,
doi:10.1145/3460319.3464825. Names and abbreviations are those of its replication package (`utils/constants.py`).
"""

OPERATORS = {
    "TCL": "change labels of training data",
    "TRD": "remove portion of training data",
    "TUD": "unbalance training data",
    "TAN": "add noise to training data",
    "TCO": "make output classes overlap",
    "HBS": "change batch size",
    "HLR": "decrease learning rate",
    "HNE": "change number of epochs",
    "HDB": "disable data batching",
    "ACH": "change activation function",
    "ARM": "remove activation function",
    "AAL": "add activation function to layer",
    "RAW": "add weights regularisation",
    "RCW": "change weights regularisation",
    "RRW": "remove weights regularisation",
    "RCD": "change dropout rate",
    "RCP": "change patience parameter",
    "WCI": "change weights initialisation",
    "WAB": "add bias to a layer",
    "WRB": "remove bias from a layer",
    "LCH": "change loss function",
    "OCH": "change optimisation function",
    "OCG": "change gradient clipping",
    "VRM": "remove validation set",
}
NOT_APPLICABLE = {
    "RCP": "Patience belongs to early stopping, which needs a held-out score that falls; the losses of a GAN are none. Neither base stops early.",
    "VRM": "A GAN has no validation set in its training: fit is given none, and no held-out score steers it.",
}
