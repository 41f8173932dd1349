"""The published cells: variants, and how many seeds of each. Those that verdicts are about have three."""

from pipeline.files.cells import Cell

SEEDS = {
    "asker": 1,
    "asker_200": 1,
    "asker_shared": 1,
    "asker_activation": 1,
    "asker_logits": 1,
    "asker_glorot": 1,
    "asker_tanh": 1,
    "answer": 1,
    "answer_200": 1,
    "answer_tuned": 3,
    "answer_cnn": 1,
    "dcgan": 1,
    "lsgan": 1,
    "hinge_sn": 1,
    "wgan_gp": 1,
    "modern": 3,
    "modern_unconditional": 3,
    "stacked": 1,
    "best": 3,
}
CELLS = [Cell(variant, seed) for variant, seeds in SEEDS.items() for seed in range(seeds)]
