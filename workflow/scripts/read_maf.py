"""Read the MAF files of a cohort into calls on GRCh38."""

import pandas as pd

from gcin._log import log_to
from gcin.annotation.cohort import calls_of_cohort
from gcin.reference.fasta import fetcher
from gcin.reference.liftover import read_chains
from gcin.reference.tables import read_older_symbols, read_shared_regions

log_to(snakemake.log[0])

genome = snakemake.input.get("fasta")
calls, unplaced = calls_of_cohort(
    sheet=pd.DataFrame(snakemake.params.sheet),
    genes=pd.read_parquet(snakemake.input.genes),
    symbols=read_older_symbols(snakemake.input.aliases),
    chains=read_chains(snakemake.input.chain),
    shared=read_shared_regions(snakemake.input.shared),
    classifications=snakemake.params.classifications,
    fetch=fetcher(genome) if genome else None,
)
calls.to_parquet(snakemake.output.calls, index=False)
unplaced.to_csv(snakemake.output.unplaced, sep="\t", index=False)
