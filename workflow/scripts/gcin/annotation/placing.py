"""Calls of a MAF on GRCh38 and in the gene universe, and those that have no place there."""

import logging
import re
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from gcin.annotation.symbols import match_genes
from gcin.reference.liftover import Chains, lift_alleles
from gcin.reference.order import with_prefix
from gcin.reference.tables import Symbols

logger = logging.getLogger(__name__)

COLUMNS = [
    "sample",
    "chromosome",
    "position",
    "reference",
    "alternate",
    "gene",
    "transcript",
    "consequence",
    "impact",
    "hgvsp",
    "protein_position",
    "population_af",
    "depth",
    "vaf",
    "dosage",
    "filter",
]
# SEPT9 as a spreadsheet hands it on: September 2009, its first day.
DATE = re.compile(r"20(\d\d)-(03|09|12)-01( 00:00:00)?")
MONTHS = {"03": "MAR", "09": "SEP", "12": "DEC"}
UNPLACED = ["sample", "gene", "chromosome", "position", "reference", "alternate", "reason"]


def place_calls(
    calls: pd.DataFrame,
    genes: pd.DataFrame,
    symbols: Symbols,
    chains: Chains,
    shared: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bring calls to GRCh38 and to the genes of the universe.

    Args:
        calls: See `gcin.annotation.maf.plain_calls`.
        genes: The gene universe, with `gene chromosome start end`.
        symbols: What older symbols may mean.
        chains: From GRCh37 to GRCh38.
        shared: Regions that X and Y share, `build region chrom start end`, 1-based.

    Returns:
        Calls on GRCh38, chromosomes named as the genes' are, and the unplaced ones with the reason
        of each.
    """
    given, written = calls, calls["gene"]
    named = match_genes(written, genes["gene"], symbols.approved)
    calls = _on_x(calls, shared).assign(gene=named)
    home = genes.set_index("gene")
    no_place = (calls["position"] == 0) & calls["gene"].notna()
    calls.loc[no_place, "chromosome"] = calls["gene"].map(home["chromosome"])[no_place]
    calls.loc[no_place, "position"] = calls["gene"].map(home["start"])[no_place].astype(np.int64)
    old = calls["assembly"].eq("GRCh37") & ~no_place
    lifted, lost = lift_alleles(calls[old], chains)
    columns = ["chromosome", "position", "reference", "alternate"]
    placed = calls.copy()
    placed.loc[old, columns] = lifted[columns]
    here = {with_prefix(name): name for name in genes["chromosome"].unique()}
    placed["chromosome"] = placed["chromosome"].replace(here)
    placed["gene"] = _by_place(placed, written, home, symbols.meanings)
    reason = pd.Series("", index=calls.index, dtype=object)
    reason[old] = lost
    reason[_is_elsewhere(placed, home) & reason.eq("")] = "gene on another chromosome"
    reason[placed["gene"].isna()] = "gene without a model"
    reason[calls["reference"] == calls["alternate"]] = "no alternate allele"
    reason = given["reason"].where(given["reason"].ne(""), reason)
    unplaced = given.assign(reason=reason)[reason.ne("")]
    for why, count in unplaced["reason"].value_counts().items():
        logger.info("%d calls are not placed: %s", count, why)
    return placed[reason.eq("")], unplaced[UNPLACED]


def _on_x(calls: pd.DataFrame, shared: pd.DataFrame) -> pd.DataFrame:
    """Name calls in what X and Y share by their place on X, where gene models have the genes."""
    calls = calls.copy()
    on_y = calls["chromosome"].eq("chrY")
    for (build, _), ends in shared.set_index("chrom").groupby(["build", "region"]):
        if not {"chrX", "chrY"} <= set(ends.index):
            continue
        own = on_y & calls["assembly"].eq(build)
        own &= calls["position"].between(ends.loc["chrY", "start"], ends.loc["chrY", "end"])
        shift = ends.loc["chrX", "start"] - ends.loc["chrY", "start"]
        calls.loc[own, ["position", "end"]] += shift
        calls.loc[own, "chromosome"] = "chrX"
        if own.any():
            logger.info("%d calls of Y are in what X and Y share: taken as X's", own.sum())
    return calls


def _is_elsewhere(calls: pd.DataFrame, home: pd.DataFrame) -> pd.Series:
    """Whether calls lie on another chromosome than their gene."""
    return calls["gene"].notna() & calls["chromosome"].ne(calls["gene"].map(home["chromosome"]))


def _by_place(
    calls: pd.DataFrame,
    written: pd.Series,
    home: pd.DataFrame,
    meanings: Mapping[str, Collection[str]],
) -> pd.Series:
    """Genes of calls; where a symbol names none there, that of its meanings in which the call lies.

    A symbol may have been that of two genes (MLL2), or be of another gene today (NAA38).
    """
    doubtful = calls.loc[calls["gene"].isna() | _is_elsewhere(calls, home)]
    meant = written[doubtful.index].map(lambda symbol: meanings.get(_spoken(symbol), ()))
    likely = doubtful[["chromosome", "position"]].join(meant.explode().rename("meaning"))
    likely = likely.join(home[["chromosome", "start", "end"]].add_prefix("home_"), on="meaning")
    here = likely["position"].between(likely["home_start"], likely["home_end"])
    within = likely.loc[here & likely["chromosome"].eq(likely["home_chromosome"]), "meaning"]
    sole = within[~within.index.duplicated(keep=False)]
    return calls["gene"].where(~calls.index.isin(sole.index), sole)


def _spoken(symbol: str) -> str:
    """A symbol in capitals; one that became a date as the table has it, `9-SEP`."""
    date = DATE.fullmatch(symbol)
    return f"{int(date[1])}-{MONTHS[date[2]]}" if date else symbol.upper()


def without_copies(calls: pd.DataFrame) -> pd.DataFrame:
    """Keep one call per sample, allele and gene, and the columns of `calls.parquet`.

    Of copies that differ in their filter one that passes is kept.
    """
    keys = ["sample", "chromosome", "position", "reference", "alternate", "gene"]
    passing_first = calls["filter"].ne("PASS").sort_values(kind="stable").index
    kept = calls.loc[passing_first].drop_duplicates(keys)
    logger.info("%d calls; %d copies left out", len(kept), len(calls) - len(kept))
    return kept[COLUMNS].sort_values(keys, ignore_index=True)
