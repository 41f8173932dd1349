# Everything runs in .venv, which is made from requirements.lock; only `make oracles` has another environment. `make` alone lists the targets.
PYTHON ?= python3
ENVIRONMENT := .venv/.installed
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export DVC_NO_ANALYTICS := true
export MLFLOW_DISABLE_TELEMETRY := true

# A process per core; the tests of a file run in one of them, one after the other, in the order of tests/conftest.py.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run sweep doctor repair verify test test-all test-exhaustive check ui promote serve play docs publish bench bench-quality diagnosis-bench trials losses torture fuzz lock audit oracles clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(ENVIRONMENT) ## run the pipeline: data, classifier, GANs, scores, leaderboard; JOBS=2 trains two cells at once
	@python -m pipeline $(if $(JOBS),--jobs $(JOBS))

sweep: $(ENVIRONMENT) ## run the cells of params.yaml side by side, here or on a Ray cluster: docs/how-to/sweep.md
	@python -m pipeline.sweep

doctor: $(ENVIRONMENT) ## what is wrong with the GANs of params.yaml, before training and after
	@python -m pipeline doctor

repair: $(ENVIRONMENT) ## repair a GAN by the doctor's own fixes, tried one after the other: VARIANT=asker; WRITE=1 puts the result into params.yaml
	@dvc repro reference && python -m pipeline.repair $(or $(VARIANT),$(error say which variant of params.yaml: make repair VARIANT=asker)) $(if $(WRITE),--write)

verify: $(ENVIRONMENT) ## look for damaged files in DVC's cache and among the outputs
	@python -m pipeline verify

test: $(ENVIRONMENT) ## all tests but the slow ones, side by side: about ten minutes on two cores
	@python -m pytest $(SIDE_BY_SIDE) -m "not slow"

test-all: $(ENVIRONMENT) ## the slow tests too; some need Chromium: about an hour on two cores
	@python -m pytest $(SIDE_BY_SIDE) -m "not exhaustive"

test-exhaustive: $(ENVIRONMENT) ## the rest: more cases of the same kinds, an error put into every function of the doctor
	@python -m pytest $(SIDE_BY_SIDE) -m exhaustive

check: $(ENVIRONMENT) ## format, lint and types of the package, the benchmarks and the tests
	@ruff format --check . && ruff check . && mypy

ui: $(ENVIRONMENT) ## compare runs in the MLflow UI, with the report page beside it; PORT= chooses another port than 5000
	@python -m pipeline.tracking.ui $(if $(PORT),--port $(PORT))

promote: $(ENVIRONMENT) ## make CELL=modern-0 the champion, if a test over the seeds finds it better than the present champion
	@python -m pipeline.serving promote $(CELL)

serve: $(ENVIRONMENT) ## the champion over HTTP on http://127.0.0.1:5001: digits by class, number and seed
	@python -m pipeline.serving serve $(if $(PORT),--port $(PORT))

play: $(ENVIRONMENT) ## a page to play with the trained generators, on http://127.0.0.1:5002; it needs npm
	@python -m pipeline.serving play $(if $(PORT),--port $(PORT))

docs: $(ENVIRONMENT) ## the documentation with the reference as a site: site/index.html
	@NO_MKDOCS_2_WARNING=1 mkdocs build --strict --quiet --config-file docs/site/mkdocs.yml && echo "site/index.html"

publish: $(ENVIRONMENT) ## train every published cell in a clone, FOLDER=, and publish results and pictures: hours; continues where it was interrupted
	@python -m benchmarks.publish $(or $(FOLDER),$(error say where the clone goes, outside of this project: make publish FOLDER=...))

bench: $(ENVIRONMENT) .venv-oracles/.installed ## how fast GANs train, beside Keras' guide and PyTorch: docs/performance.md; QUICK=1 takes three rounds; 6 GB to install
	@python -m benchmarks.speed $(if $(QUICK),--quick)

bench-quality: $(ENVIRONMENT) .venv-oracles/.installed ## how soon samples are good, beside four published GANs: hours; continues where it was interrupted
	@python -m benchmarks.quality

diagnosis-bench: $(ENVIRONMENT) ## what the doctor finds in known faults, other people's scripts and mutants: two hours; continues where it was interrupted
	@python -m benchmarks.diagnosis

trials: $(ENVIRONMENT) ## whether each fix of the doctor helps: alone, on three seeds: an hour; continues where it was interrupted
	@python -m benchmarks.trials

losses: $(ENVIRONMENT) ## in which bands the losses of healthy GANs stay: half an hour; continues where it was interrupted
	@python -m benchmarks.losses

torture: $(ENVIRONMENT) ## kills, signals, faults and damage: whether docs/reliability.md keeps its promises; half an hour
	@python -m benchmarks.torture

fuzz: $(ENVIRONMENT) ## try every reader of files with damaged and hostile input: an hour of processor time; continues where it was interrupted
	@python -m benchmarks.fuzz

lock: $(ENVIRONMENT) ## requirements.lock from pyproject.toml, versions kept where they fit; and that of the oracles
	@uv pip compile pyproject.toml --extra pipeline --extra sweep --extra serve --extra team --extra docs --extra dev --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-emit-index-url --custom-compile-command "make lock" --quiet --output-file requirements.lock
	@uv pip compile tests/oracles/requirements.in --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-emit-index-url --custom-compile-command "make lock" --quiet --output-file tests/oracles/requirements.lock

audit: $(ENVIRONMENT) ## known vulnerabilities among the packages of requirements.lock: docs/audit.md; it asks the Python package index
	@python -m benchmarks.audit

oracles: .venv-oracles/.installed ## recompute the metrics' reference values with torch-fidelity and scikit-learn: 6 GB to install
	@.venv-oracles/bin/python tests/oracles/make_oracles.py

clean: ## remove environment, outputs and caches; DVC's cache and MLflow's store stay
	@rm -rf .venv .venv-oracles artifacts .mypy_cache .ruff_cache .pytest_cache dvc_plots site

$(ENVIRONMENT): requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit("error: expected Python 3.11 to 3.13, $(PYTHON) is %d.%d; name another: make PYTHON=python3.12 run" % v)'
	@echo "Installing into .venv from requirements.lock: some minutes, about 3 GB."
	@$(PYTHON) -m venv --clear .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@

.venv-oracles/.installed: tests/oracles/requirements.lock
	@$(PYTHON) -m venv --clear .venv-oracles
	@.venv-oracles/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement tests/oracles/requirements.lock
	@touch $@
