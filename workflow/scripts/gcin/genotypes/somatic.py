"""Somatic calls of one tumour, in the form that joint calls have."""

import logging
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
from cyvcf2 import VCF, Writer

from gcin.genotypes.by_allele import mark_alleles
from gcin.genotypes.given import adopt
from gcin.genotypes.verdicts import FT_HEADER, PASS

logger = logging.getLogger(__name__)


def adopt_somatic(
    path: str,
    tumour: str,
    accepted: Collection[str],
    genome: str,
    sizes: Mapping[str, int],
    scratch: str | Path,
    adopted: str,
) -> None:
    """Write the calls of a tumour that enter the store as biallelic, normalised BCF.

    What is absent from the file is a no-call of the tumour, never its reference.

    Args:
        path: What FilterMutectCalls wrote: the tumour, and the normals beside it.
        tumour: The tumour's sample.
        accepted: Filters that do not keep an allele out.
        genome: The reference, indexed.
        sizes: Length of each contig of the genome in bases.
        scratch: A folder for files that are not kept.
        adopted: The file to write.
    """
    marked = str(Path(scratch) / f"{tumour}.marked.bcf")
    mark_alleles(path, frozenset(accepted), marked)
    adopt(marked, [tumour], genome, sizes, scratch, adopted, keep_accepted, "ID,^INFO/REFUSED")


def keep_accepted(calls: str | Path, judged: str | Path, what: str) -> None:
    """Write the alleles that the tumour carries and no filter keeps out, as passing genotypes."""
    reader = VCF(str(calls))
    reader.add_format_to_header(FT_HEADER)
    writer = Writer(str(judged), reader, mode="wb")
    counts = Counter()
    for site in reader:
        carried = 1 in site.genotypes[0][:-1]
        kept = carried and site.INFO["REFUSED"] == "no"
        counts["kept" if kept else "filtered" if carried else "not carried"] += 1
        if kept:
            site.FILTER = PASS
            site.set_format("FT", np.array([PASS.encode()]))
            writer.write_record(site)
    writer.close()
    said = ", ".join(f"{count} alleles {fate}" for fate, count in counts.items())
    logger.info("%s: %s", Path(what).name, said)
