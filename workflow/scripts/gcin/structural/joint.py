"""Structural genotypes of a cohort, of the files in which each sample was genotyped."""

from pathlib import Path

import pysam
from cyvcf2 import VCF
from pysam import bcftools

from gcin.generations import require_samples
from gcin.genotypes.joint import merged_samples, of_nobody, timeless_header

DATED = "##fileDate="


def unite_structural(genotyped: list[str], samples: list[str], scratch: str, united: str) -> None:
    """Merge samples that were genotyped on the same sites, and put them in order.

    No site is judged by its cohort: delly's germline filter wants twenty unrelated samples, and
    would change what is known of a patient when another joins. Each genotype keeps its own FT.

    Args:
        genotyped: One BCF per sample, each with every site.
        samples: Every sample that enters, in the order they are to have; where there is none, the
            file holds no site either.
        scratch: A folder for files that are not kept.
        united: The bgzipped VCF to write, with the sites that anybody carries; its index goes
            beside it.

    Raises:
        ValueError: The files do not hold exactly these samples.
    """
    require_samples([name for path in genotyped for name in VCF(path).samples], samples, united)
    listed, ordered, header = (str(Path(scratch) / n) for n in ("order.txt", "ordered", "header"))
    Path(listed).write_text("\n".join(samples) + "\n")
    everyone = merged_samples(genotyped or [of_nobody(scratch)], scratch, "id")
    kept = ("-S", listed, "--min-ac", "1:nref") if samples else ()
    options = ("--no-version", *kept, "-Oz", "-o", ordered)
    bcftools.view(*options, everyone, catch_stdout=False)
    lines = timeless_header(ordered).splitlines(keepends=True)
    Path(header).write_text("".join(line for line in lines if not line.startswith(DATED)))
    bcftools.reheader("-h", header, "-o", united, ordered, catch_stdout=False)
    pysam.tabix_index(united, preset="vcf", force=True)
