"""The sex that a sample's reads show, and whether it is the sex that its patient is said to have.

Three measures speak: depth on X and on Y over that on the autosomes, and the share of heterozygotes
on X. Regions that X and Y share (pseudoautosomal) are left out. A sex is called where every measure
that could be taken says the same; where they contradict each other (another number of X or Y, the
Y lost from blood with age, a mixture of two people) the sex is `unclear`.
"""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from gcin.quality.depths import region_depths
from gcin.quality.samples import sample_of
from gcin.reference.tables import read_shared_regions
from gcin.tables import read_table

SEXES = ("female", "male")
UNCLEAR = "unclear"
COLUMNS = ["sex", "x_depth", "y_depth", "x_het_share", "x_snvs"]

logger = logging.getLogger(__name__)


def shared_regions(path: str | Path, assembly: str) -> pd.DataFrame:
    """Read the regions that X and Y share in one assembly; none where it is not listed."""
    table = read_shared_regions(path)
    return table[table["build"] == assembly].reset_index(drop=True)


def on_x(places: pd.DataFrame, shared: pd.DataFrame) -> pd.Series:
    """Tell which places (`chromosome position`, 1-based) lie on X outside the shared regions."""
    is_own = _plain(places["chromosome"]) == "X"
    for region in shared[_plain(shared["chrom"]) == "X"].itertuples():
        is_own &= ~places["position"].between(region.start, region.end)
    return is_own


def relative_depths(
    regions: str | Path,
    shared: pd.DataFrame,
    min_bases: int,
    targets: pd.DataFrame | None = None,
) -> pd.Series:
    """Measure depth on X and Y over the autosomes', from mosdepth's regions.

    Args:
        regions: mosdepth's table of mean depth by called interval.
        shared: Regions that X and Y share; an interval of which more than half lies in them is
            left out.
        min_bases: Called bases that the autosomes, and X or Y, must have to be measured.
        targets: As for `gcin.quality.depths.region_depths`.

    Returns:
        `x_depth y_depth`, NaN where not measured. Expected are 1 and 0 in women, 0.5 and at most
        0.5 in men.
    """
    table = region_depths(regions, targets)
    parts = table.assign(chromosome=_plain(table["chromosome"]))
    outside = _overlap(parts["chromosome"], parts["start"], parts["end"], shared)
    outside = outside <= parts["bases"] / 2
    autosomal = _mean(parts[parts["chromosome"].str.fullmatch(r"[1-9]|1\d|2[0-2]")], min_bases)
    found = {
        f"{name.lower()}_depth": _mean(parts[outside & (parts["chromosome"] == name)], min_bases)
        for name in "XY"
    }
    return pd.Series(found, dtype=float) / (autosomal if autosomal > 0 else float("nan"))


def called_sex(measures: Mapping[str, float], limits: Mapping[str, float]) -> str | None:
    """Call a sex of a sample's measures.

    Args:
        measures: `x_depth y_depth x_het_share x_snvs`.
        limits: For each of the first three its `max_…` of the sex that has less and its `min_…` of
            the one that has more; and `min_x_snvs`, below which heterozygotes say nothing.

    Returns:
        `female`, `male` or `unclear`; None where nothing could be measured.
    """
    shares = measures["x_het_share"] if measures["x_snvs"] >= limits["min_x_snvs"] else None
    said = {
        _side(measures["x_depth"], limits["max_male_x_depth"], limits["min_female_x_depth"]),
        _side(measures["y_depth"], limits["max_female_y_depth"], limits["min_male_y_depth"], True),
        _side(shares, limits["max_male_x_het_share"], limits["min_female_x_het_share"]),
    } - {None}
    return said.pop() if len(said) == 1 else UNCLEAR if said else None


def sex_depths(
    reports: Iterable[str],
    shared: pd.DataFrame,
    min_bases: int,
    targets: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Samples by `x_depth y_depth`, from mosdepth's regions; see `relative_depths`."""
    rows = {sample_of(path): relative_depths(path, shared, min_bases, targets) for path in reports}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["x_depth", "y_depth"])


def sex_table(balance: pd.DataFrame, depths: pd.DataFrame, limits: Mapping) -> pd.DataFrame:
    """Call the sex of each sample that has a genomic VCF.

    Args:
        balance: Samples by `x_snvs x_het_share`.
        depths: Samples by `x_depth y_depth`; one that came without reads is not among them.
        limits: The settings `quality: sex`.

    Returns:
        Samples by `sex x_depth y_depth x_het_share x_snvs`; no sex where nothing was measured.
    """
    measures = balance[["x_het_share", "x_snvs"]].join(depths)
    sexes = [called_sex(own, limits) for own in measures.to_dict("records")]
    return measures.assign(sex=pd.Series(sexes, measures.index, dtype=object))[COLUMNS]


def sex_by_depth(regions: str | Path, shared: pd.DataFrame, limits: Mapping) -> str | None:
    """Call a sex of depth alone, as it is known before variants are; see `called_sex`."""
    depths = relative_depths(regions, shared, limits["min_bases"])
    sex = called_sex({**depths, "x_het_share": float("nan"), "x_snvs": 0}, limits)
    logger.info("depth of X %.3f and of Y %.3f of the autosomes': %s", *depths, sex)
    return sex


def haploid_regions(
    sex: str | None, sizes: Mapping[str, int], shared: pd.DataFrame
) -> pd.DataFrame:
    """List what a male has one copy of: X and Y without the regions that they share.

    Args:
        sex: As by `called_sex`; nobody but a male has such regions here.
        sizes: Length of each contig in bases.
        shared: Regions that X and Y share, `chrom start end`, 1-based, inclusive.

    Returns:
        `chromosome start end ploidy`, 0-based, end exclusive; in the order of the genome.
    """
    rows = []
    for name in [name for name in sizes if name.removeprefix("chr") in ("X", "Y")]:
        own = shared[_plain(shared["chrom"]) == name.removeprefix("chr")].sort_values("start")
        starts = [0, *own["end"]]
        ends = [*(own["start"] - 1), sizes[name]]
        rows += [(name, start, end, 1) for start, end in zip(starts, ends, strict=True)]
    table = pd.DataFrame(rows, columns=["chromosome", "start", "end", "ploidy"])
    return table[(table["start"] < table["end"]) & (sex == "male")]


def recorded_sexes(of_card: pd.Series, manifest: pd.DataFrame) -> pd.Series:
    """Name the recorded sex of each patient: the card's, and where it has none the sheet's.

    Args:
        of_card: By patient, missing where the card has none.
        manifest: Rows of the sheet; the column `sex` may be absent, and empty.

    Returns:
        `sex` by patient of the manifest, sorted, missing where neither has one.
    """
    patients = sorted(set(manifest["patient"]))
    told = manifest.reindex(columns=["patient", "sex"], fill_value="").query("sex != ''")
    of_sheet = told.drop_duplicates("patient").set_index("patient")["sex"]
    return of_card.reindex(patients).combine_first(of_sheet).reindex(patients).rename("sex")


def read_recorded(path: str | Path) -> pd.Series:
    """Read what `list_sexes` wrote; a patient may be called NA."""
    return read_table(path, "patient", "sex").set_index("patient")["sex"]


def agreement(sexes: pd.Series, patients: pd.Series, recorded: pd.Series) -> pd.Series:
    """Compare called sexes with recorded ones.

    Args:
        sexes: By sample, as by `called_sex`.
        patients: By sample.
        recorded: By patient; another word than `female` or `male` is no sex that can be compared.

    Returns:
        By sample 1 where they agree, 0 where not, NaN where one of the two is not known.
    """
    said = patients.map(recorded).reindex(sexes.index)
    foreign = said.notna() & ~said.isin(SEXES)
    if foreign.any():
        logger.warning(
            "%d sample(s) have a recorded sex other than female or male: give codes in the card",
            foreign.sum(),
        )
    comparable = said.isin(SEXES) & sexes.isin(SEXES)
    return (said == sexes).astype(float).where(comparable)


def _side(
    value: float | None, most: float, least: float, male_has_more: bool = False
) -> str | None:
    """Name the sex that a measure speaks for; None where it was not taken."""
    if pd.isna(value):
        return None
    if most < value < least:
        return UNCLEAR
    return SEXES[bool(value >= least) == male_has_more]


def _overlap(
    chromosome: pd.Series, start: pd.Series, end: pd.Series, shared: pd.DataFrame
) -> pd.Series:
    """Count the bases of each interval (0-based, end exclusive) that lie in shared regions."""
    bases = pd.Series(0, index=chromosome.index)
    for region in shared.itertuples():
        common = end.clip(upper=region.end) - start.clip(lower=region.start - 1)
        bases += common.clip(lower=0).where(chromosome == region.chrom.removeprefix("chr"), 0)
    return bases


def _mean(parts: pd.DataFrame, min_bases: int) -> float:
    """Mean depth, or NaN where the bases are too few."""
    bases = parts["bases"].sum()
    return (parts["depth"] * parts["bases"]).sum() / bases if bases >= min_bases else float("nan")


def _plain(chromosome: pd.Series) -> pd.Series:
    return chromosome.astype(str).str.removeprefix("chr")
