"""The alleles of a panel in all samples of a cohort: carried, absent, or not covered."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
import pysam

from gcin.evidence import is_well_seen

logger = logging.getLogger(__name__)

CARRIED, ABSENT, NOT_COVERED = "carried", "absent", "not covered"
COLUMNS = [
    *("sample", "patient", "gene", "chromosome", "position", "reference", "alternate", "id"),
    *("genotype", "depth", "quality", "state"),
]


def panel_table(
    paths: Mapping[str, str | Path],
    patients: Mapping[str, str],
    genes: pd.DataFrame,
    reach_bases: int,
    limits: Mapping[str, int],
) -> pd.DataFrame:
    """Gather what the samples of a cohort show of a panel's alleles.

    Args:
        paths: By sample, what `genotype_panel` wrote, in the order wanted.
        patients: By sample, its patient.
        genes: The gene universe: `gene chromosome start end` (1-based).
        reach_bases: How far before or behind a gene an allele may lie that is in none.
        limits: `min_depth` (reads) and `min_genotype_quality` (phred) of an absence.

    Returns:
        One row per sample and allele, COLUMNS: `gene` are the genes it lies in, else the nearest
        within reach, joined by commas; `state` is `carried`, `absent`, or `not covered` where
        neither can be told: no genotype, or an absence below the limits.
    """
    rows = [
        {"sample": sample, "patient": patients[sample], **told}
        for sample, path in paths.items()
        for told in _told(path, **limits)
    ]
    table = pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "gene"])
    place = ["chromosome", "position", "reference"]
    alleles = table[place].drop_duplicates()
    owners = [genes_at(*allele, genes, reach_bases) for allele in alleles.itertuples(index=False)]
    table = table.merge(alleles.assign(gene=owners), on=place, how="left")[COLUMNS]
    counts = table["state"].value_counts().to_dict()
    logger.info("%d alleles in %d samples: %s", len(alleles), len(paths), counts)
    _warn_of_blind_spots(table)
    return table


def _told(path: str | Path, min_depth: int, min_genotype_quality: int) -> Iterator[dict]:
    """Read the alleles of one sample."""
    with pysam.VariantFile(str(path)) as records:
        for record in records:
            call = record.samples[0]
            alleles, depth, quality = call.allele_indices, call["DP"], call["GQ"]
            is_seen = is_well_seen(depth, quality, min_depth, min_genotype_quality)
            state = CARRIED if 1 in alleles else ABSENT if is_seen else NOT_COVERED
            yield {
                "chromosome": record.chrom,
                "position": record.pos,
                "reference": record.ref,
                "alternate": record.alts[0],
                "id": record.id or ".",
                "genotype": "/".join("." if copy is None else str(copy) for copy in alleles),
                "depth": depth,
                "quality": quality,
                "state": NOT_COVERED if None in alleles else state,
            }


def genes_at(
    chromosome: str, position: int, reference: str, genes: pd.DataFrame, reach_bases: int
) -> str:
    """Name the genes that an allele lies in, else the nearest within reach, joined by commas."""
    own = genes[genes["chromosome"] == chromosome]
    last = position + len(reference) - 1
    gaps = pd.concat([own["start"] - last, position - own["end"]], axis=1).max(axis=1).clip(lower=0)
    near = own["gene"][(gaps == gaps.min()) & (gaps <= reach_bases)]
    return ",".join(near)


def _warn_of_blind_spots(table: pd.DataFrame) -> None:
    """Tell which alleles no sample covers: the assay may not look there."""
    place = ["chromosome", "position", "reference", "alternate"]
    blind = (table["state"] == NOT_COVERED).groupby([table[name] for name in place]).all()
    for chromosome, position, reference, alternate in blind[blind].index[:20]:
        logger.warning(
            "no sample covers %s:%d %s>%s: with tensors.require_panel its gene is missing in all",
            *(chromosome, position, reference, alternate),
        )
