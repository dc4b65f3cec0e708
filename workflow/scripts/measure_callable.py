"""Count the coding bases of each gene that a sample's gVCF shows well enough to call."""

from cyvcf2 import VCF

from gcin._log import log_to
from gcin.tensors.callability import callable_bases, read_bed

log_to(snakemake.log[0])

coding = read_bed(snakemake.input.coding)
counts = callable_bases(VCF(snakemake.input.gvcf), coding, **snakemake.params.limits)
counts.to_parquet(snakemake.output.counts, index=False)
