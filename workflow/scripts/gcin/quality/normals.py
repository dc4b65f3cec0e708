"""Is a tumour of the person whose germline samples it was called beside?

Beside somebody else's normal, all that the patient inherited passes for somatic. The tumour's reads
are looked at where the normal is homozygous: an allele that both copies carry stays whatever the
tumour lost, which one that a single copy carries does not.
"""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from gcin.quality.markers import AUTOSOME
from gcin.quality.snvs import read_snvs
from gcin.quality.units import chosen_snvs, reads_by_unit
from gcin.tables import read_table

COLUMNS = ["sample", "normal", "snvs", "stretches", "concordance"]
STRETCH_BASES = 1_000_000  # beyond so many, alleles are hardly inherited together

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


def stretches_of(snvs: pd.DataFrame) -> np.ndarray:
    """Number the stretch of `STRETCH_BASES` that each SNV (`chromosome position`) lies on."""
    places = snvs["position"] // STRETCH_BASES
    return snvs.groupby(["chromosome", places]).ngroup().to_numpy()


def shared_alleles(
    reads: np.ndarray, stretches: np.ndarray, min_reads: int, min_share: float, min_snvs: int
) -> tuple[int, int, float]:
    """Count the normal's homozygous SNVs that a tumour can be asked at, and those that it shares.

    Args:
        reads: SNVs x 2: the tumour's reads with the reference, with the normal's alternate.
        stretches: The stretch of each SNV, from `stretches_of`.
        min_reads: Fewest reads of an SNV.
        min_share: Least share of them, with the alternate, of an SNV that both share.
        min_snvs: Fewest SNVs with so many reads.

    Returns:
        SNVs with enough reads, the stretches that these lie on, and the share of them that both
        share; NaN of fewer SNVs.
    """
    depth = reads.sum(axis=1)
    deep = depth >= min_reads
    shared = reads[deep, 1] >= min_share * depth[deep]
    concordance = float(shared.mean()) if deep.sum() >= min_snvs else float("nan")
    return int(deep.sum()), len(np.unique(stretches[deep])), concordance


def normal_concordances(reports: Iterable[str]) -> pd.DataFrame:
    """Samples by their least `normal_concordance` and fewest `normal_stretches` of all normals.

    Args:
        reports: Tables of `compared_normals`; normals that could not be compared do not count.
    """
    tables = [read_table(path, "sample", "normal") for path in reports]
    told = pd.concat(tables or [pd.DataFrame(columns=COLUMNS)]).dropna(subset="concordance")
    least = told.groupby("sample")[["concordance", "stretches"]].min().astype(float)
    return least.add_prefix("normal_")


def believed_concordance(measures: pd.DataFrame, limit: float, min_stretches: int) -> pd.Series:
    """Take back a concordance that passes by too few stretches: a stranger may share these.

    One that fails stands whatever it rests on: a tumour shares all that its person carries twice.

    Args:
        measures: Samples by `normal_concordance normal_stretches`.
        limit: From which on a concordance passes.
        min_stretches: Fewest that it may pass by.

    Returns:
        `normal_concordance`, NaN where it was taken back.
    """
    concordance, stretches = measures["normal_concordance"], measures["normal_stretches"]
    few = (concordance >= limit) & (stretches < min_stretches)
    for sample, number in stretches[few].items():
        logger.warning(
            "%s shares what its normal carries, but on %d stretches of the genome only, of which a "
            "stranger may be alike: fewer than %d say nothing", sample, number, min_stretches,
        )  # fmt: skip
    return concordance.mask(few)


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
        found = shared_alleles(reads.sum(axis=0), stretches_of(snvs), **asked)
        logger.info("%d of %d homozygous SNVs of %s have reads", found[0], len(snvs), normal)
        rows.append((tumour, normal, *found))
    return pd.DataFrame(rows, columns=COLUMNS)
