"""List the SNVs of which a germline sample carries both alleles, for its patient's tumours."""

from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.copies.alleles import heterozygous_sites
from gcin.quality.snvs import read_snvs

log_to(snakemake.log[0])

with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    snvs = read_snvs(snakemake.input.gvcf, scratch, **snakemake.params.limits)
sites = heterozygous_sites(snvs)
sites.to_csv(snakemake.output.sites, sep="\t", header=False, index=False)
