"""Write what each site does to genes as VEP's INFO/CSQ, from csq's predictions and gene models."""

import pandas as pd

from gcin._log import log_to
from gcin.annotation.blocks import FIELDS, describer
from gcin.annotation.files import csq_lines, finds_unknown, header_lines, read_sites
from gcin.annotation.transcripts import flatten
from gcin.reference.fasta import fetcher
from gcin.reference.indexed import write_indexed

log_to(snakemake.log[0])

describe = describer(
    transcripts=flatten(pd.read_parquet(snakemake.input.transcripts)),
    distance=snakemake.params.distance,
    has_unknown=finds_unknown(snakemake.input.genome),
    fetch=fetcher(snakemake.input.genome),
)
lines = csq_lines(
    chunks=read_sites(snakemake.input.sites),
    describe=describe,
    custom=snakemake.params.custom,
    fields=FIELDS,
    contigs=header_lines(snakemake.input.sites),
)
write_indexed(lines, snakemake.output.consequences, "vcf")
