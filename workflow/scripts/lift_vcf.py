"""Lift the samples of a given VCF of GRCh37 over to the genome."""

from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.genotypes.lifting import lift
from gcin.reference.genome import contig_sizes

log_to(snakemake.log[0])

heap = f"-Xmx{snakemake.resources.mem_mb * 4 // 5}m"
with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    unplaced = lift(
        snakemake.input.calls,
        snakemake.params.samples,
        snakemake.input.chain,
        snakemake.input.genome,
        contig_sizes(snakemake.input.index),
        f"{heap} {snakemake.params.compiler}",
        scratch,
        snakemake.output.calls,
    )
unplaced.to_csv(snakemake.output.unplaced, sep="\t", index=False)
