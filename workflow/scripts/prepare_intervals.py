"""Settle the intervals to call and share them out among jobs."""

import logging

from gcin._log import log_to
from gcin.reference.genome import contig_sizes, known_bases
from gcin.reference.intervals import merged, read_bed, require_contigs, shards, write_bed

log_to(snakemake.log[0])
logger = logging.getLogger("prepare_intervals")

sizes = contig_sizes(snakemake.input.index)
given = snakemake.input.get("intervals")
intervals = read_bed(given) if given else known_bases(snakemake.input.genome)
require_contigs(intervals, sizes, given)
calling = merged(intervals, sizes, snakemake.params.padding_bases if given else 0)
logger.info("%d interval(s), %d bases", len(calling), (calling["end"] - calling["start"]).sum())

write_bed(calling, snakemake.output.calling)
for shard, path in zip(
    shards(calling, len(snakemake.output.shards)), snakemake.output.shards, strict=True
):
    write_bed(shard, path)
