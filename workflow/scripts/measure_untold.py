"""Count which alleles of a given VCF it does not tell of each of its samples, gene by gene."""

from gcin._log import log_to
from gcin.tables import read_text
from gcin.tensors.callability import read_bed
from gcin.tensors.untold import untold_shares

log_to(snakemake.log[0])

coding = read_bed(snakemake.input.coding)
unplaced = map(read_text, snakemake.input.unplaced)
targets = next(map(read_bed, snakemake.input.targets), None)
shares = untold_shares(snakemake.input.calls, coding, unplaced, targets)
shares.to_parquet(snakemake.output.shares)
