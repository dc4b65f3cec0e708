"""Let the trained network of one design, fold and seed tell which arms its test patients got."""

from pathlib import Path

import joblib

from gcin._log import log_to
from gcin.model.backend import use_backend
from gcin.model.outcomes import fold_table
from gcin.model.preparation import from_plain
from gcin.model.study import open_cohorts, read_fold

log_to(snakemake.log[0])
given, files, seed = snakemake.params, snakemake.input, int(snakemake.wildcards.seed)
use_backend(given.settings["backend"], snakemake.threads)
from gcin.model.network import load_network  # noqa: E402 - they need the backend
from gcin.model.propensity import arms_told  # noqa: E402

table = fold_table(files.patients, files.split, seed)
stores = [Path(receipt).parent for receipt in files.stores]
cohorts = open_cohorts(given.cohorts, stores, files.clinical, files.omics, files.visits)
preparation = from_plain(joblib.load(files.preparation)["preparation"])
tested = read_fold(table[table["part"] == "test"], cohorts, preparation)
told = arms_told(load_network(files.network), tested, preparation)
told.to_parquet(snakemake.output.propensity, index=False)
