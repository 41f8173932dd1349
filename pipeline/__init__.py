"""Why a GAN does not converge: train the broken network, its repair and modern GANs on MNIST, score them, diagnose them, track every run.

The way through the code: dvc.yaml -> pipeline/stages/STAGE.py -> the folder that it names.

    stages/        one file per stage of dvc.yaml, and nothing else
    settings/      params.yaml -> strict typed settings
    terminal/      what the user sees while a stage runs: progress, closing messages
    files/         whole files with stable bytes, one-line errors, one owner per cell, what lies in a cell's folder
    integrity/     whether files are those that dvc.lock records
    data/          data sets, the IDX format, splits, batches, bytes <-> floats
    download/      fetching verified files from folders and web servers
    pictures/      sheets and figures from arrays
    classifier/    the digit classifier in whose features samples are scored
    gan/           the GAN and its one train_step, objectives, penalties, networks
    kernels/       Keras' layers and Adam with kernels that are faster on a CPU
    doctor/        evidence/ is what is measured, diagnosis/ the rules that check it; its docstring lists the ways in
    training/      how a training that was ended continues from its newest checkpoint
    metrics/       sample quality as pure functions of arrays, and every score by name
    evaluation/    drawing samples and what an evaluation leaves in its folder
    report/        leaderboard, verdicts over seeds, the page, removing what dropped cells leave behind
    tracking/      MLflow: live while a stage runs, and rebuilt from the files
    serving/       the best generator, an HTTP server for it, a page to play with; used by no stage
    sweep/         cells side by side, here or on a Ray cluster, by the real stages; used by no stage
    repair/        from a broken variant to a repaired one by the doctor's own fixes, each tried; used by no stage
    web/           what the servers on this machine share: their ports, the browser
    provenance.py  what a run's results come from: settings, data, code
    runtime.py     TensorFlow started quietly, pinned to the same bytes
    __main__.py    what `make run`, `make doctor` and `make verify` do
"""
