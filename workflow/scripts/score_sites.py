"""Score the sites of a cohort by their annotations (GATK VETS)."""

from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.genotypes.vets import score_sites

log_to(snakemake.log[0])

heap = f"-Xmx{snakemake.resources.mem_mb * 4 // 5}m"
with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    score_sites(
        snakemake.input.shards,
        snakemake.input.training,
        snakemake.params.min_sites,
        f"{heap} {snakemake.params.compiler}",
        scratch,
        snakemake.output.scores,
    )
