"""Why a GAN does not converge: train the broken network, its repair and modern GANs on MNIST, score them, track every run.

The way through the code: dvc.yaml -> pipeline/stages/STAGE.py -> the library module it names.

    stages/        one file per stage of dvc.yaml
    settings/      params.yaml -> strict typed settings
    files/         whole files with stable bytes, one-line errors, what lies in a cell's folder
    data/          the IDX format, splits, batches, bytes <-> floats
    download/      fetching verified files from folders and web servers
    pictures/      sheets and figures from arrays
    classifier/    the digit classifier in whose features samples are scored
    gan/           the GAN and its one train_step, objectives, penalties, networks
    doctor/        evidence/ is what is measured, diagnosis/ the rules that check it
    metrics/       sample quality as pure functions of arrays, and every score by name
    evaluation/    drawing samples and what an evaluation leaves in its folder
    report/        the page that shows every cell: scores, curves, settings, samples
    tracking/      MLflow, live and rebuilt from the files
    provenance.py  what a run's results come from: settings, data, code
    runtime.py     the same bytes on every run: threads and deterministic kernels
    checkup.py     what `make doctor` does
"""
