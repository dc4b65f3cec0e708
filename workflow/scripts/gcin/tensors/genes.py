"""Features of each gene in each sample: the gene track of the tensor."""

from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from gcin.tensors.effects import CLASSES, PROTEIN_CHANGING
from gcin.tensors.variants import SITE_FEATURES

COUNTED = ["lof", "missense", "splice", "inframe", "synonymous"]
CALL_BASED = [*COUNTED, "max_score", "sum_score", "rare_count", "zygosity"]
BESIDE = ["copy_number", "loh", "structural_loss", "structural_gain"]
GENE_FEATURES = [*CALL_BASED, *BESIDE, "callable"]
# The reader's word on whether a feature was measured; what was not is 0 beside it, as normal is.
FLAGGED = {
    "copy_number_measured": "copy_number",
    "loh_measured": "loh",
    "structural_measured": "structural_loss",
}
# Less than half a copy where there were two, as a log2 ratio: no base is left to be called.
GONE = -2.0


class SiteEffects(NamedTuple):
    """What the gene track needs of each site: one value, or one column of flags, per site."""

    gene: np.ndarray
    counted: np.ndarray
    score: np.ndarray
    rare: np.ndarray
    changing: np.ndarray

    @classmethod
    def of(cls, sites: pd.DataFrame, features: np.ndarray, rare_frequency: float) -> Self:
        """Gather the effects of sites.

        Args:
            sites: Rows of `sites.parquet`.
            features: Their features, as by `site_features`.
            rare_frequency: Highest population frequency that is still rare; an allele without a
                frequency is rare.
        """
        kind = features[:, : len(CLASSES)].argmax(axis=1)
        counted = np.stack([kind == CLASSES.index(name) for name in COUNTED], axis=1)
        # essential splice sites are both: loss of function, and splice
        counted[:, 0] |= features[:, SITE_FEATURES.index("lof_confidence")] > 0
        frequency = sites["population_af"].to_numpy(dtype=float)
        return cls(
            gene=sites["gene_index"].to_numpy(),
            counted=counted,
            score=features[:, SITE_FEATURES.index("score")],
            rare=~(frequency > rare_frequency),
            changing=np.isin(kind, [CLASSES.index(name) for name in PROTEIN_CHANGING]),
        )


def gene_features(
    site: np.ndarray, dosage: np.ndarray, effects: SiteEffects, n_genes: int
) -> np.ndarray:
    """Describe each gene of one sample by the columns of CALL_BASED.

    - `lof missense splice inframe synonymous`: carried sites; `lof` includes essential splice
      sites, `synonymous` is a negative control.
    - `max_score`, `sum_score`: of the carried sites' scores.
    - `rare_count`: carried rare sites that change the protein or its splicing.
    - `zygosity`: of those that change it, rare or not, the highest dosage / 2.

    Args:
        site: Rows of the site table that the sample carries.
        dosage: Alternate alleles of each.
        effects: Effects of all sites.
        n_genes: Size of the gene universe.

    Returns:
        float32, genes x features.
    """
    gene, changing = effects.gene[site], effects.changing[site]
    table = np.zeros((n_genes, len(CALL_BASED)), np.float32)
    for column in range(len(COUNTED)):
        np.add.at(table[:, column], gene, effects.counted[site, column])
    score, zygosity = effects.score[site], np.where(changing, dosage / 2, 0)
    np.maximum.at(table[:, CALL_BASED.index("max_score")], gene, score)
    np.add.at(table[:, CALL_BASED.index("sum_score")], gene, score)
    np.add.at(table[:, CALL_BASED.index("rare_count")], gene, changing & effects.rare[site])
    np.maximum.at(table[:, CALL_BASED.index("zygosity")], gene, zygosity)
    return table


def gene_rows(
    features: np.ndarray, share: np.ndarray, beside: np.ndarray, min_callable: float
) -> np.ndarray:
    """Complete the gene rows of a sample, and blank those of genes that were not callable.

    Args:
        features: As by `gene_features`.
        share: Callable share of each gene.
        beside: Columns of BESIDE, genes x features, NaN where nothing measured them.
        min_callable: Lowest callable share of a gene that was looked at.

    Returns:
        float16, genes x GENE_FEATURES. Of a gene that was not callable the call-based features
        are NaN, unless its copies are gone, or both lost by structural variants: then there is
        nothing to call, and they are 0.
    """
    rows = np.full((len(features), len(GENE_FEATURES)), np.nan, np.float16)
    seen = is_callable(share, min_callable)
    rows[seen, : len(CALL_BASED)] = features[seen]
    gone = beside[:, BESIDE.index("copy_number")] <= GONE
    gone |= beside[:, BESIDE.index("structural_loss")] >= 1
    rows[~seen & gone, : len(CALL_BASED)] = 0
    rows[:, len(CALL_BASED) : -1] = beside
    rows[:, -1] = share
    return rows


def united_beside(samples: np.ndarray) -> np.ndarray:
    """Unite BESIDE of a patient's samples, of which those of a tumour come first.

    Args:
        samples: float, samples x genes x BESIDE, NaN where nothing measured them.

    Returns:
        float, genes x BESIDE: copies and their loss of the first sample in which they were
        measured, structural variants of any.
    """
    united = np.full(samples.shape[1:], np.nan)
    for sample in samples:
        united = np.where(np.isnan(united), sample, united)
    structural = BESIDE.index("structural_loss")
    united[:, structural:] = np.fmax.reduce(samples[..., structural:], axis=0, initial=np.nan)
    return united


def is_callable(share: np.ndarray, min_callable: float) -> np.ndarray:
    """Tell which genes were looked at: part of them at least, and enough of them."""
    return (share > 0) & (share >= min_callable)
