"""Is a tumour of the person whose germline samples it was called beside?

Beside somebody else's normal, all that the patient inherited passes for somatic. The tumour's reads
are looked at where the normal is homozygous: an allele that both copies carry stays whatever the
tumour lost, which one that a single copy carries does not.
"""

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from gcin.quality.markers import AUTOSOME
from gcin.quality.snvs import read_snvs
from gcin.quality.units import chosen_snvs, reads_by_unit

COLUMNS = ["sample", "normal", "snvs", "concordance"]

logger = logging.getLogger(__name__)


def homozygous_snvs(snvs: pd.DataFrame, most: int, min_share: float) -> pd.DataFrame:
    """Choose at most so many of a germline sample's homozygous autosomal SNVs, evenly.

    Args:
        snvs: As by `gcin.quality.snvs.read_snvs`.
        most: SNVs that are taken.
        min_share: Least share of the sample's own reads without the reference: no tumour is asked
            for more than its normal shows.

    Returns:
        Rows of `snvs`, in their order.
    """
    share = 1 - snvs["reference_reads"] / snvs["reads"]
    is_autosomal = snvs["chromosome"].str.fullmatch(AUTOSOME.pattern).astype(bool)
    is_homozygous = ~snvs["is_het"].astype(bool) & (share >= min_share)
    return chosen_snvs(snvs[is_homozygous & is_autosomal], most)


def shared_alleles(
    reads: np.ndarray, min_reads: int, min_share: float, min_snvs: int
) -> tuple[int, float]:
    """Count the normal's homozygous SNVs that a tumour can be asked at, and those that it shares.

    Args:
        reads: SNVs x 2: the tumour's reads with the reference, with the normal's alternate.
        min_reads: Fewest reads of an SNV.
        min_share: Least share of them, with the alternate, of an SNV that both share.
        min_snvs: Fewest SNVs with so many reads.

    Returns:
        SNVs with enough reads, and the share of them that both share; NaN of fewer SNVs.
    """
    depth = reads.sum(axis=1)
    deep = depth >= min_reads
    shared = reads[deep, 1] >= min_share * depth[deep]
    return int(deep.sum()), float(shared.mean()) if deep.sum() >= min_snvs else float("nan")


def compared_normals(
    tumour: str,
    files: Mapping[str, str],
    gvcfs: Mapping[str, str],
    limits: Mapping[str, int],
    comparison: Mapping[str, float],
    scratch: str | Path,
) -> pd.DataFrame:
    """Compare a tumour with each of its patient's germline samples.

    Args:
        tumour: Its name.
        files: Its indexed `alignment`, and the indexed FASTA `genome`.
        gvcfs: By germline sample.
        limits: `min_depth min_genotype_quality` of a germline genotype that counts.
        comparison: `max_snvs min_reads min_share min_snvs`, as above.
        scratch: A folder for files that are not kept.

    Returns:
        One row per germline sample: `COLUMNS`.
    """
    asked = {key: comparison[key] for key in ("min_reads", "min_share", "min_snvs")}
    rows = []
    for normal, gvcf in gvcfs.items():
        snvs = read_snvs(gvcf, scratch, **limits)
        snvs = homozygous_snvs(snvs, comparison["max_snvs"], asked["min_share"])
        reads = reads_by_unit(files["alignment"], files["genome"], tumour, snvs, scratch)[1]
        number, concordance = shared_alleles(reads.sum(axis=0), **asked)
        logger.info("%d of %d homozygous SNVs of %s have reads", number, len(snvs), normal)
        rows.append((tumour, normal, number, concordance))
    return pd.DataFrame(rows, columns=COLUMNS)
