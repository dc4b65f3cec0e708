"""Copy-number segments that a cohort hands in, turned into a ratio of each gene."""

import logging
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from gcin.copies.ratios import FLOOR
from gcin.intake.heads import opened
from gcin.reference.liftover import Chains
from gcin.reference.order import with_prefix

COLUMNS = ["sample", "chromosome", "start", "end", "log2"]
# So many ratios, none of them below 0, are none where half of them are near a doubling (ratios to
# the usual depth, whose logarithm was not taken, lie at 1) or all are whole (copies of one allele).
MANY, DOUBLED = 20, 0.9

logger = logging.getLogger(__name__)


def read_segments(path: str | Path, samples: Collection[str]) -> pd.DataFrame:
    """Read a SEG file, as segmentation programs and IGV know it.

    Args:
        path: Tab-separated with a header, plain or gzipped. By place, whatever their names: the
            sample, its chromosome (with or without `chr`), first and last base (1-based); the
            log2 ratio stands last, what is between is not read.
        samples: Samples of the cohort; segments of others are left out.

    Returns:
        `sample chromosome start end log2`, without rows whose ratio is missing; what is gone (-Inf,
        or below FLOOR) is FLOOR, as where reads were counted.

    Raises:
        ValueError: The file has too few columns, a value that is no number, numbers of copies, or
            none of the samples.
    """
    with opened(str(path)) as stream:
        table = pd.read_csv(stream, sep="\t", dtype=str, keep_default_na=False)
    if table.shape[1] < len(COLUMNS):
        raise ValueError(
            f"{path} has {table.shape[1]} column(s), and segments need {len(COLUMNS)}: sample, "
            "chromosome, start, end, log2 ratio. Separate them by tabs, under a header."
        )
    table = table.iloc[:, [0, 1, 2, 3, -1]].set_axis(COLUMNS, axis=1)
    own = table[table["sample"].isin(samples)]
    if own.empty:
        raise ValueError(
            f"{path} has segments of {', '.join(table['sample'].unique()[:5]) or 'nobody'}, and of "
            "no sample of the cohort. Name the samples as in the sheet."
        )
    numbers = {name: _numbers(own[name], path) for name in COLUMNS[2:]}
    own = own.assign(chromosome=own["chromosome"].map(with_prefix), **numbers)
    kept = own.dropna(subset=["log2"])
    _require_ratios(kept["log2"], path)
    kept = kept.assign(log2=kept["log2"].clip(lower=FLOOR))
    logger.info(
        "%d segments of %d samples; %d rows are of other samples, %d have no ratio",
        *(len(kept), kept["sample"].nunique(), len(table) - len(own), len(own) - len(kept)),
    )
    return kept.reset_index(drop=True)


def _require_ratios(values: pd.Series, path: str | Path) -> None:
    """Refuse numbers of copies, of both alleles or of one, and ratios as they are."""
    if len(values) < MANY or values.min() < 0:
        return
    half, is_whole = values.median(), (values % 1 == 0).all() and values.any()
    if half >= DOUBLED or is_whole:
        what = "all are whole" if is_whole else f"half of them are {half:g} or more"
        raise ValueError(
            f"{path}: no ratio is below 0 and {what}, as numbers of copies are. "
            "Write log2(copies / 2) of both alleles together."
        )


def _numbers(text: pd.Series, path: str | Path) -> pd.Series:
    """Read a column; only a ratio may be missing."""
    written = text.mask(text.isin(["", "NA", "NaN"])) if text.name == "log2" else text
    numbers = pd.to_numeric(written, errors="coerce")
    bad = (numbers.isna() & written.notna()) | numbers.eq(np.inf)
    if bad.any():
        row = bad.idxmax()
        raise ValueError(f"{path}, row {row + 2}: {text.name} is no number. Correct the row.")
    return numbers


def lift_segments(segments: pd.DataFrame, samples: Collection[str], chains: Chains) -> pd.DataFrame:
    """Lift the segments of some samples, and leave out those that do not lift.

    Args:
        segments: As by `read_segments`.
        samples: Whose segments are on the old assembly.
        chains: From there to GRCh38.
    """
    old, names = segments["sample"].isin(samples), ["chromosome", "start", "end"]
    contig, first, last = chains.lift_spans(*(segments.loc[old, name] for name in names))
    lifted = segments[old].assign(chromosome=contig, start=first, end=last)
    there = lifted[lifted["chromosome"] != ""]
    logger.info("%d segments lifted to GRCh38, %d did not", len(there), len(lifted) - len(there))
    return pd.concat([segments[~old], there], ignore_index=True)


def gene_ratios(segments: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
    """Average the segments that lie on each gene, by the bases that they have in common.

    Args:
        segments: As by `read_segments`.
        genes: `gene chromosome start end`, 1-based and inclusive.

    Returns:
        Samples by genes, log2 ratio, float32, NaN where no segment lies on the gene.
    """
    sample, names = pd.factorize(segments["sample"], sort=True)
    placed = dict(list(segments.assign(sample=sample).groupby("chromosome")))
    ratios = np.full((len(names), len(genes)), np.nan, np.float32)
    for column, gene in enumerate(genes.itertuples()):
        if with_prefix(gene.chromosome) not in placed:
            continue
        near = placed[with_prefix(gene.chromosome)]
        common = np.minimum(near["end"], gene.end) - np.maximum(near["start"], gene.start) + 1
        near = near.assign(bases=common)[common > 0]
        if near.empty:
            continue
        own, bases = near["sample"].to_numpy(), near["bases"].to_numpy(float)
        total = np.bincount(own, bases, len(names))
        summed = np.bincount(own, bases * near["log2"].to_numpy(float), len(names))
        reached = total > 0
        ratios[reached, column] = summed[reached] / total[reached]
    index = pd.Index(names, name="sample", dtype=object)
    return pd.DataFrame(ratios, index=index, columns=genes["gene"].to_numpy())
