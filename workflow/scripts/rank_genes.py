"""Say which genes each design leans on, and whether its seeds and folds lean on the same."""

from gcin._log import log_to
from gcin.model.backend import use_backend

log_to(snakemake.log[0])
use_backend(snakemake.params.backend, snakemake.threads)

from gcin.model.gene_ranks import gene_tables, runs_of  # noqa: E402 - needs the backend
from gcin.model.network import load_network  # noqa: E402 - needs the backend

read = snakemake.input
runs = runs_of(read.baselines, read.networks, read.preparations, load_network)
ranks, stability = gene_tables(runs)
ranks.to_csv(snakemake.output.ranks, sep="\t", index=False)
stability.to_csv(snakemake.output.stability, sep="\t", index=False)
