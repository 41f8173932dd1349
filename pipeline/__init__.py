"""Why a GAN does not converge: train the broken network, its repair and modern GANs on MNIST, score them, track every run.

The way through the code: dvc.yaml -> pipeline/stages/STAGE.py -> the library module it names.

    stages/         one file per stage of dvc.yaml
    gan/            the GAN and its one train_step, objectives, penalties, networks
    metrics/        sample quality as pure functions of arrays
    data.py         the IDX format, Digits, batches, uint8 <-> float
    mirrors.py      fetching verified files from folders and web servers
    features.py     the digit classifier in whose features samples are scored
    scores.py       every score of a set of samples, by name
    images.py       arrays -> sample sheets and plots
    report/         the page that shows every cell: scores, curves, settings, samples
    params.py       params.yaml -> strict typed settings
    variants.py     what one GAN is
    runtime.py      the same bytes on every run: threads and deterministic kernels
    artifacts.py    whole files, stable bytes
    cells.py        what lies in the folder of a cell
    leftovers.py    removing what dropped cells leave behind
    provenance.py   what a run's results come from: settings, data, code
    tracking/       MLflow, live and rebuilt from the files
    errors.py       one-line errors
"""
