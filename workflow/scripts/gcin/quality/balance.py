"""What a sample's own called SNVs say of it: foreign reads, Ti/Tv, heterozygotes."""

from collections.abc import Iterable, Mapping

import pandas as pd

from gcin.quality.sex import on_x
from gcin.reference.intervals import COLUMNS as INTERVAL
from gcin.reference.intervals import lie_in
from gcin.reference.order import is_mitochondrial
from gcin.tables import read_table

COLUMNS = ["sample", "snvs", "contamination", "ti_tv", "het_hom", "x_snvs", "x_het_share"]
TRANSITIONS = ("AG", "GA", "CT", "TC")
# Below this, chance alone moves the ratios beyond any limit.
MIN_SNVS = 100
WHOLE = "all called"  # in the place of a BED of targets


def balances(
    snvs: pd.DataFrame, shared: pd.DataFrame, targets: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Measure a sample's SNVs for each of the cohorts that it may stand in.

    Args:
        snvs: As by `gcin.quality.snvs.read_snvs`.
        shared: See `snv_balance`.
        targets: Intervals of BEDs, by path.

    Returns:
        Rows of `snv_balance` with `targets`: WHOLE, then each path.
    """
    rows = {WHOLE: snv_balance(snvs, shared)}
    rows |= {path: snv_balance(snvs, shared, own) for path, own in targets.items()}
    return pd.concat(rows, names=["targets", None]).reset_index("targets")


def snv_balance(
    snvs: pd.DataFrame, shared: pd.DataFrame, targets: pd.DataFrame | None = None
) -> pd.DataFrame:
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
        targets: `chromosome start end` (0-based) of the assay, where it has limits; between exons
            transitions are fewer, and who reads there by chance sees few heterozygotes.

    Returns:
        One row: `snvs contamination` of the nucleus's diploid SNVs, and `ti_tv het_hom` of those in
        the targets, NaN where fewer than `MIN_SNVS` speak for it; then `x_snvs` of X outside the
        shared regions, and the share of heterozygotes among them, NaN where there are none.
    """
    diploid = snvs[(snvs["ploidy"] == 2) & ~_are_mitochondrial(snvs["chromosome"])]
    hom = diploid[~diploid["is_het"]]
    aimed = _within(diploid, targets)
    transitions = (aimed["reference"] + aimed["alternate"]).isin(TRANSITIONS).sum()
    hets = aimed["is_het"].sum()
    on_own_x = snvs[on_x(snvs, shared)]
    row = {
        "snvs": len(diploid),
        "contamination": _ratio(hom["reference_reads"].sum(), hom["reads"].sum(), len(hom)),
        "ti_tv": _ratio(transitions, len(aimed) - transitions, len(aimed)),
        "het_hom": _ratio(hets, len(aimed) - hets, len(aimed)),
        "x_snvs": len(on_own_x),
        "x_het_share": on_own_x["is_het"].astype(float).mean(),
    }
    return pd.DataFrame([row])


def balance_table(reports: Iterable[str], targets: str = WHOLE) -> pd.DataFrame:
    """Samples by `COLUMNS`, from what `measure_balance` wrote.

    Args:
        reports: One of each sample.
        targets: Path of a cohort's, or WHOLE.

    Raises:
        ValueError: A report does not tell of these targets.
    """
    tables = [read_table(report, "sample", "targets") for report in reports]
    gathered = pd.concat(tables) if tables else pd.DataFrame(columns=["targets", *COLUMNS])
    own = gathered[gathered["targets"] == targets].drop(columns="targets")
    silent = sorted(set(gathered["sample"]) - set(own["sample"]))
    if silent:
        what = f"balance.tsv of sample {silent[0]} does not tell of {targets}"
        raise ValueError(f"{what}. Delete it and run again.")
    return own.set_index("sample").astype(float)


def _within(snvs: pd.DataFrame, targets: pd.DataFrame | None) -> pd.DataFrame:
    if targets is None:
        return snvs
    places = snvs.assign(start=snvs["position"] - 1, end=snvs["position"])[INTERVAL]
    return snvs[lie_in(places, targets)]


def _are_mitochondrial(contigs: pd.Series) -> pd.Series:
    return contigs.map({name: is_mitochondrial(name) for name in contigs.unique()}).astype(bool)


def _ratio(part: float, other: float, snvs: int) -> float:
    return part / other if snvs >= MIN_SNVS and other else float("nan")
