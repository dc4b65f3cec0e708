"""Numbers that describe a whole sample."""

import numpy as np
import pandas as pd

from gcin.tensors.genes import SiteEffects

SCALARS = [
    "variants",
    "rare_coding",
    "burden",
    "heterozygosity",
    "missingness",
    "depth",
    "callable",
]


def allele_numbers(sites: pd.DataFrame) -> np.ndarray:
    """Number the alleles of a site table: one allele has a row for each of its genes."""
    keys = sites[["chromosome", "position", "reference", "alternate"]]
    new = (keys != keys.shift()).any(axis=1)
    return new.cumsum().to_numpy()


def sample_scalars(
    calls: np.ndarray,
    alleles: np.ndarray,
    effects: SiteEffects,
    share: np.ndarray,
    coding_bases: np.ndarray,
    carried: np.ndarray | None = None,
) -> dict[str, float]:
    """Describe one sample.

    Args:
        calls: Its calls, a structured array with `site dosage depth`.
        alleles: Number of each site's allele.
        effects: Effects of all sites.
        share: Callable share of each gene.
        coding_bases: Coding bases of each gene.
        carried: How many alleles it carries in genes, and how many with one copy, those included
            that are common and silent and so in no call; None where the calls are all.

    Returns:
        `variants`: carried alleles in genes, introns included; `rare_coding`: of these, rare ones
        that change a protein; `burden`: those of genes with callable bases, per megabase of these;
        `heterozygosity`: share of `variants` with one copy; `depth`: mean reads of the calls;
        `callable`: share of all coding bases. NaN where there is nothing to divide by.
    """
    site = calls["site"]
    first = np.unique(alleles[site], return_index=True)[1]
    wanted = effects.changing[site] & effects.rare[site]
    rare_coding = len(np.unique(alleles[site][wanted]))
    counted = len(np.unique(alleles[site][wanted & (share[effects.gene[site]] > 0)]))
    depth = calls["depth"][first]
    single = (calls["dosage"][first] == 1).sum()
    variants, single = (len(first), single) if carried is None else carried
    bases = float(share @ coding_bases)
    return {
        "variants": float(variants),
        "rare_coding": float(rare_coding),
        "burden": _ratio(counted * 1e6, bases),
        "heterozygosity": _ratio(single, variants),
        "depth": _ratio(depth.sum(dtype=float), (depth > 0).sum()),
        "callable": _ratio(bases, coding_bases.sum()),
    }


def _ratio(numerator: float, denominator: float) -> float:
    """Divide; NaN by zero."""
    return float(numerator / denominator) if denominator else float("nan")
