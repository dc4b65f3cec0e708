"""Segments on X and Y, held against as many copies as are usual in the patient's sex.

Programs differ in what a ratio of 0 on a man's X is: two copies, as on every chromosome, so that
his one reads -1, or the one that he has. Where reads are counted here it is the latter.
"""

import logging

import numpy as np
import pandas as pd

from gcin.copies.ratios import FLOOR
from gcin.reference.order import with_prefix

SEX = ("chrX", "chrY")
ONE_COPY, TWO_COPIES = "one_copy", "two_copies"
# Between these the median of men says neither that one copy reads 0 nor that it reads -1.
UNCLEAR = (-0.75, -0.25)

logger = logging.getLogger(__name__)


def against_usual(
    ratios: pd.DataFrame,
    genes: pd.DataFrame,
    sexes: pd.Series,
    shared: pd.DataFrame,
    of_men: str | None,
    what: str,
) -> pd.DataFrame:
    """Make 0 stand for the copies of X and Y that are usual in each sample's patient.

    Args:
        ratios: As by `gcin.copies.segments.gene_ratios`.
        genes: `gene chromosome start end`, in the order of the columns.
        sexes: Sex by sample, `female` or `male`; anything else is unknown.
        shared: Regions that X and Y share, `chrom start end`, of which everybody has two copies.
        of_men: What 0 stands for on a man's X and Y, `one_copy` or `two_copies`; None where the
            men's own ratios are to tell.
        what: Names the file in messages.

    Returns:
        The same table. A man's X and Y are those of the file, and 1 more where 0 was two copies; a
        woman's Y is missing, and X and Y of an unknown sex where 0 was not one copy in men.

    Raises:
        ValueError: The ratios of men do not tell what 0 stands for.
    """
    own = _outside_shared(genes, shared)
    sexes = sexes.reindex(ratios.index)
    men, women = (sexes == "male").to_numpy(), (sexes == "female").to_numpy()
    names = genes["chromosome"].map(with_prefix).to_numpy()
    of_men = of_men or _told_by_men(ratios.loc[men], own & (names == "chrX"), own, what)
    values = ratios.to_numpy(copy=True)
    if of_men == TWO_COPIES:
        lifted = np.ix_(men, own)
        values[lifted] = np.where(values[lifted] <= FLOOR, FLOOR, values[lifted] + 1)
    values[np.ix_(women, own & (names == "chrY"))] = np.nan
    if of_men != ONE_COPY:
        values[np.ix_(~men & ~women, own)] = np.nan
    logger.info(
        "on X and Y of %d men 0 stands for %s; %d samples are of women, %d of an unknown sex",
        men.sum(), (of_men or "nothing that could be told").replace("_", " "), women.sum(),
        (~men & ~women).sum(),
    )  # fmt: skip
    return pd.DataFrame(values, ratios.index, ratios.columns)


def _outside_shared(genes: pd.DataFrame, shared: pd.DataFrame) -> np.ndarray:
    """Tell which genes lie on X or Y and not wholly in what these share."""
    names = genes["chromosome"].map(with_prefix)
    outside = names.isin(SEX)
    for region in shared.itertuples():
        within = genes["start"].ge(region.start) & genes["end"].le(region.end)
        outside &= ~(within & names.eq(region.chrom))
    return outside.to_numpy()


def _told_by_men(
    ratios: pd.DataFrame, on_x: np.ndarray, on_either: np.ndarray, what: str
) -> str | None:
    """Tell from the ratios of men what 0 stands for; None where they have none."""
    measured = ratios.loc[:, on_x] if ratios.loc[:, on_x].notna().any(axis=None) else None
    measured = ratios.loc[:, on_either] if measured is None else measured
    medians = measured.median(axis=1).dropna()
    if medians.empty:
        return None
    median = medians.median()
    if UNCLEAR[0] < median < UNCLEAR[1]:
        raise ValueError(
            f"{what}: X and Y of {len(medians)} men read {median:.2f} in the median; it would be "
            "about 0 if 0 stood for their one copy, and about -1 if it stood for two. Say so in "
            "the card (segments_of_men: one_copy or two_copies), or leave their X and Y out."
        )
    return TWO_COPIES if median <= UNCLEAR[0] else ONE_COPY
