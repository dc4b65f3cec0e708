"""Draw one figure of the report from the table of the same name."""

import pandas as pd

from gcin._log import log_to
from gcin.report.figures import draw

log_to(snakemake.log[0])

table = pd.read_csv(snakemake.input.tables, sep="\t")
figure = draw(snakemake.wildcards.figure, table, snakemake.params.designs)
figure.savefig(snakemake.output.figure)
