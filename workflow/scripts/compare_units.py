"""Compare the genotypes of a sample's units: is a lane or library of somebody else in it?"""

from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.quality.snvs import read_snvs
from gcin.quality.units import chosen_snvs, concordances, reads_by_unit

log_to(snakemake.log[0])

sample, comparison = snakemake.wildcards.sample, snakemake.params.comparison
with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    snvs = read_snvs(snakemake.input.gvcf, scratch, **snakemake.params.limits)
    snvs = chosen_snvs(snvs, comparison["max_snvs"])
    units, reads = reads_by_unit(
        snakemake.input.alignment, snakemake.input.genome, sample, snvs, scratch
    )
pairs = concordances(units, reads, comparison["min_reads"], comparison["min_snvs"])
pairs.insert(0, "sample", sample)
pairs.to_csv(snakemake.output.pairs, sep="\t", index=False, float_format="%.6g")
