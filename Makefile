# The project's commands; `make` alone names them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo example bench lint test

# Nothing of the caller's Python reaches the project's, and the set-up never sees the project's own.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
GIVEN_PATH := $(PATH)
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.tools/bin:$(PATH)
CORES ?= 2
# The workflow is only read whole where something is given to it.
SMALL := --patients 40 --external 12 --genes 12 --fastq 3 --gvcf 1 --depth 5
NAME ?= giab
# A module's tests share what they build, so a module stays with one worker; long ones start first.
RING := pytest --numprocesses $(CORES) --dist loadfile --no-loadscope-reorder

help:
	@echo "make setup              bring every tool into .venv and .tools"
	@echo "make demo               simulate a small hospital and analyse it, reads to report"
	@echo "make example NAME=giab  run a worked example of config/examples"
	@echo "make bench NAME=dag     measure: dag, growth, calling, truth, epoch, planted, cohorts (docs/benchmarks.md)"
	@echo "make lint               check the style of code and rules"
	@echo "make test               run every check and test"
	@echo "CORES=2                 cores of demo, example and test"

setup:
	@PATH="$(GIVEN_PATH)" envs/host/setup $(MORE)

demo: setup
	@python -m gcin.simulation demo/hospital
	@snakemake --cores $(CORES) --configfile demo/hospital/config.yaml
	@python -m gcin.simulation.summary demo/hospital/config.yaml

example: setup
	@$(if $(wildcard config/examples/$(NAME)/prepare.py),python config/examples/$(NAME)/prepare.py)
	@snakemake --cores $(CORES) --configfile config/examples/$(NAME)/config.yaml

bench: setup
	@python benchmarks/$(NAME).py

lint: setup
	snakefmt --check Snakefile workflow tests
	ruff check
	ruff format --check
	@python -m gcin.simulation demo/small $(SMALL)
	snakemake --lint --configfile demo/small/config.yaml

# Ensembl VEP is compared with where it stands beside the project, and root may install what it needs.
test: MORE = $(and $(wildcard ../shared/tools/ensembl-vep/vep),$(filter 0,$(shell id -u)),vep)
test: lint
	$(RING) tests/unit
	$(RING) tests/workflow
	$(RING) tests/model
	$(RING) tests/end_to_end tests/real
