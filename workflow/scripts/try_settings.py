"""Train a network with the settings of one trial in one inner fold; keep how it went."""

import json
from pathlib import Path

from gcin._log import log_to
from gcin.generations import digest
from gcin.model.backend import use_backend
from gcin.model.outcomes import fold_table
from gcin.model.study import open_cohorts, prepare_fold
from gcin.model.tuning import outcome_of, with_changes
from gcin.splits.inner_folds import seed_of_inner_fold
from gcin.tables import read_text

log_to(snakemake.log[0])
given = snakemake.params
use_backend(given.settings["backend"], snakemake.threads)
from gcin.model import resuming, training  # noqa: E402 - they need the backend

seed = seed_of_inner_fold(read_text(snakemake.input.split), given.seed, given.inner)
table = fold_table(snakemake.input.patients, snakemake.input.split, seed)
stores = [Path(receipt).parent for receipt in snakemake.input.stores]
tables = snakemake.input.clinical, snakemake.input.omics, snakemake.input.visits
cohorts = open_cohorts(given.cohorts, stores, *tables)
preparation, patients = prepare_fold(table, cohorts, given.settings["preparation"], given.variants)
members = read_text(snakemake.input.pathways)
kept = resuming.Kept(Path(f"{snakemake.output.history}.state"), digest([*given.items()]))
settings = with_changes(given.settings, given.trial)
trained = training.train_network(patients, preparation, members, settings, seed, kept)
trained.history.to_csv(snakemake.output.history, sep="\t", index=False)
outcome = outcome_of(given.trial, trained.history, len(patients.part("validation").table))
Path(snakemake.output.outcome).write_text(json.dumps(outcome) + "\n")
kept.drop()
