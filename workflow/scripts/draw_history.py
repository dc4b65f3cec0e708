"""Draw the learning history of every run of the networks."""

from gcin._log import log_to
from gcin.report.figures import draw
from gcin.report.tables import read_histories

log_to(snakemake.log[0])

figure = draw("history", read_histories(snakemake.input.histories), snakemake.params.designs)
figure.savefig(snakemake.output.figure)
