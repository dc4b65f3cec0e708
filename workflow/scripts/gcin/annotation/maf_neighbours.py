"""Neighbouring bases replaced at once in a MAF (DNP, TNP, ONP): how frequent they can be at most.

As of VCFs (`gcin.annotation.neighbours`): databases have such alleles base by base, so that two
common ones would be rare together.
"""

import logging

import pandas as pd

from gcin.reference.alleles import replaced_bases

logger = logging.getLogger(__name__)

BASE = ["chromosome", "position", "reference", "alternate"]


def bound_frequencies(calls: pd.DataFrame) -> pd.DataFrame:
    """Give such alleles the frequency of their rarest base: no haplotype is more frequent.

    Only where other rows tell one of each base, and none of the allele.

    Args:
        calls: On one assembly, as VCF writes them: `BASE` and `population_af`.

    Returns:
        The calls, indexed as before.
    """
    calls = calls.reset_index(drop=True)
    length = calls["reference"].str.len()
    sequences = calls["alternate"].str.fullmatch("[ACGT]+") & length.eq(
        calls["alternate"].str.len()
    )
    single = calls[sequences & length.eq(1) & calls["population_af"].notna()]
    told = single.groupby(BASE)["population_af"].max().rename("told")
    several = calls[sequences & length.gt(1) & calls["population_af"].isna()]
    bases = several.apply(_bases_of, axis=1, result_type="reduce").explode()
    if bases.empty or told.empty:
        return calls
    wanted = pd.DataFrame(bases.to_list(), index=bases.index, columns=BASE)
    least = (
        wanted.join(told, on=BASE)["told"].groupby(level=0).agg(lambda own: own.min(skipna=False))
    )
    logger.info("%d calls have the frequency of their rarest base", least.notna().sum())
    return calls.assign(population_af=calls["population_af"].fillna(least))


def _bases_of(call: pd.Series) -> list[tuple[str, int, str, str]]:
    """Each base that a call replaces."""
    bases = replaced_bases(*call[["position", "reference", "alternate"]])
    return [(call["chromosome"], *base) for base in bases]
