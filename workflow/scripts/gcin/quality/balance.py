"""What a sample's own called SNVs say of it: foreign reads, Ti/Tv, heterozygotes."""

from collections.abc import Iterable

import pandas as pd

from gcin.quality.sex import on_x
from gcin.reference.order import is_mitochondrial
from gcin.tables import read_table

COLUMNS = ["sample", "snvs", "contamination", "ti_tv", "het_hom", "x_snvs", "x_het_share"]
TRANSITIONS = ("AG", "GA", "CT", "TC")
# Below this, chance alone moves the ratios beyond any limit.
MIN_SNVS = 100


def snv_balance(snvs: pd.DataFrame, shared: pd.DataFrame) -> pd.DataFrame:
    """Measure a sample's SNVs.

    `contamination` is the share of reads with the reference where the sample has none: all reads of
    the sample carry the alternate there, so others come from somebody else or are errors. It is a
    floor: a second person who has the alternate too does not show, so the true share of foreign
    DNA is this over the frequency of the reference among others, about twice as much.

    The mitochondrion has no two copies, but many: what its reads share is no other person's, and
    there are so many of them that of a panel they would decide alone.

    Args:
        snvs: As by `gcin.quality.snvs.read_snvs`.
        shared: Regions that X shares with Y: `chrom start end`, 1-based, inclusive.

    Returns:
        One row: `snvs contamination ti_tv het_hom` of the nucleus's diploid SNVs, NaN where fewer
        than `MIN_SNVS` speak for it; then `x_snvs` of X outside the shared regions, and the share
        of heterozygotes among them, NaN where there are none.
    """
    diploid = snvs[(snvs["ploidy"] == 2) & ~_are_mitochondrial(snvs["chromosome"])]
    hom = diploid[~diploid["is_het"]]
    transitions = (diploid["reference"] + diploid["alternate"]).isin(TRANSITIONS).sum()
    on_own_x = snvs[on_x(snvs, shared)]
    row = {
        "snvs": len(diploid),
        "contamination": _ratio(hom["reference_reads"].sum(), hom["reads"].sum(), len(hom)),
        "ti_tv": _ratio(transitions, len(diploid) - transitions, len(diploid)),
        "het_hom": _ratio(diploid["is_het"].sum(), len(hom), len(diploid)),
        "x_snvs": len(on_own_x),
        "x_het_share": on_own_x["is_het"].astype(float).mean(),
    }
    return pd.DataFrame([row])


def balance_table(reports: Iterable[str]) -> pd.DataFrame:
    """Samples by `COLUMNS`, from what `measure_balance` wrote."""
    tables = [read_table(report, "sample") for report in reports]
    gathered = pd.concat(tables) if tables else pd.DataFrame(columns=COLUMNS)
    return gathered.set_index("sample").astype(float)


def _are_mitochondrial(contigs: pd.Series) -> pd.Series:
    return contigs.map({name: is_mitochondrial(name) for name in contigs.unique()}).astype(bool)


def _ratio(part: float, other: float, snvs: int) -> float:
    return part / other if snvs >= MIN_SNVS and other else float("nan")
