"""Count which alleles of a given VCF it does not tell of each of its samples, gene by gene."""

from gcin._log import log_to
from gcin.tensors.callability import read_bed
from gcin.tensors.untold import untold_shares

log_to(snakemake.log[0])

coding = read_bed(snakemake.input.coding)
untold_shares(snakemake.input.calls, coding).to_parquet(snakemake.output.shares)
