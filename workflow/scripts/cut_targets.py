"""Cut the called bases that cohorts target where the targets of one of them begin or end."""

from gcin._log import log_to
from gcin.reference.genome import contig_sizes
from gcin.reference.intervals import pieces, read_bed, targeted, write_bed

log_to(snakemake.log[0])

sizes = contig_sizes(snakemake.input.index)
calling = read_bed(snakemake.input.calling)
own = [targeted(calling, read_bed(path), sizes, path) for path in snakemake.input.targets]
everything = [calling] * snakemake.params.everything
write_bed(pieces([*own, *everything], sizes), snakemake.output.pieces)
