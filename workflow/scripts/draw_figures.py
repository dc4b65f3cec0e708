"""Draw one figure of the report from the table of the same name."""

from gcin._log import log_to
from gcin.report.figures import draw
from gcin.report.reading import read_table

log_to(snakemake.log[0])

table = read_table(snakemake.input.tables)
figure = draw(snakemake.wildcards.figure, table, snakemake.params.designs)
figure.savefig(snakemake.output.figure)
