"""Known sites: variants that recalibration is not to take for errors of sequencing."""

import logging
from collections.abc import Mapping

import pysam
from pysam import bcftools

logger = logging.getLogger(__name__)


def prepare_known_sites(given: str, sizes: Mapping[str, int], prepared: str, index: str) -> None:
    """Write a VCF compressed and indexed, as GATK wants it.

    Sites on contigs that the genome does not have are kept, and never asked for.

    Args:
        given: VCF, plain, gzipped or bgzipped; no index is needed.
        sizes: Length of each contig of the genome in bases.
        prepared: The bgzipped VCF to write.
        index: Its index to write.

    Raises:
        ValueError: The file is broken, not sorted, or of another genome; names it and the remedy.
    """
    try:
        bcftools.view("--no-version", "-Oz", "-o", prepared, given, catch_stdout=False)
        bcftools.index("--tbi", "--force", "-o", index, prepared, catch_stdout=False)
    except pysam.SamtoolsError as error:
        raise ValueError(
            f"{given} cannot be used as known sites: {error}. It must be a whole VCF, sorted by "
            "position (bcftools sort)."
        ) from None
    _require_same_genome(_counted(prepared), sizes, given)


def _counted(prepared: str) -> dict[str, tuple[int | None, int]]:
    """Length in the header (None where it says none) and number of sites of each contig."""
    with pysam.VariantFile(prepared) as sites:
        lengths = {name: contig.length for name, contig in sites.header.contigs.items()}
    rows = [line.split("\t") for line in bcftools.index("--stats", prepared).splitlines()]
    return {name: (lengths.get(name), int(count)) for name, _, count in rows}


def _require_same_genome(
    contigs: Mapping[str, tuple[int | None, int]], sizes: Mapping[str, int], given: str
) -> None:
    known = {name: sites for name, (_, sites) in contigs.items() if name in sizes}
    if not known:
        raise ValueError(
            f"{given} has no site on a contig of the genome: it has {_listed(contigs)}, the genome "
            f"{_listed(sizes)}. Rename its contigs (bcftools annotate --rename-chrs), or name "
            "known sites of the genome's assembly."
        )
    for name in known:
        length = contigs[name][0]
        if length not in (None, sizes[name]):
            raise ValueError(
                f"{given} says that {name} has {length} bases, the genome says {sizes[name]}. Name "
                "known sites of the genome's assembly."
            )
    elsewhere = sum(sites for _, sites in contigs.values()) - sum(known.values())
    logger.info("%d known sites, and %d on other contigs", sum(known.values()), elsewhere)


def _listed(names: Mapping) -> str:
    return ", ".join(list(names)[:5]) or "no contig"
