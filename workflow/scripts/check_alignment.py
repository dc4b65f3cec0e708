"""Read a given alignment to its end and decide whether it is used as it is or realigned."""

import json
import logging
from pathlib import Path

from gcin._log import log_to
from gcin.alignment import contigs
from gcin.alignment.given import plan_of, scan_alignment
from gcin.intake.alignments import alignment_header

log_to(snakemake.log[0])
logger = logging.getLogger("check_alignment")

given, unit = snakemake.input.alignment, snakemake.params.unit
header = alignment_header(given, unit["kind"])
found = contigs.contigs_of(header)
genome, *others = map(contigs.contigs_of_dictionary, snakemake.input.dictionaries)
fastas = dict(zip(snakemake.input.fastas, [genome, *others], strict=True))
contigs.require_related(found, genome, unit["assembly"], unit["sample"], given)
# The sequences of a BAM stand in itself.
wanted = found if unit["kind"] == "cram" else []
fasta = contigs.decoding_fasta(wanted, fastas, unit["sample"], given)
scan = scan_alignment(given, unit["sample"], fasta)
plan = plan_of(header, scan, genome, unit) | {"fasta": fasta}
logger.info("%s: %s", given, plan["because"] or "used as it is")
Path(snakemake.output.plan).write_text(json.dumps(plan, indent=1) + "\n")
