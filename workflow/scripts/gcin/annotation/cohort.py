"""The MAF route of a cohort, from files to calls."""

from collections.abc import Callable, Mapping

import pandas as pd

from gcin.annotation.anchoring import anchor
from gcin.annotation.maf import plain_calls, read_maf, select_samples
from gcin.annotation.maf_neighbours import bound_frequencies
from gcin.annotation.placing import UNPLACED, place_calls, without_copies
from gcin.reference.liftover import Chains
from gcin.reference.tables import Symbols

FEWEST = 10  # calls that tell an assembly; of another one's single bases three in four differ


def calls_of_cohort(
    sheet: pd.DataFrame,
    genes: pd.DataFrame,
    symbols: Symbols,
    chains: Chains,
    shared: pd.DataFrame,
    classifications: Mapping[str, str],
    fetch: Callable[[str, int, int], str] | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read every MAF that a cohort's sheet names.

    Args:
        sheet: Rows of kind `maf`, with `sample file assembly tissue`.
        genes: The gene universe.
        symbols: What older symbols may mean.
        chains: From GRCh37 to GRCh38.
        shared: Regions that X and Y share, `build region chrom start end`, 1-based.
        classifications: Words of these MAFs for consequences, beside the known ones.
        fetch: Bases of the genome, to check and anchor alleles; None where the run has none.

    Returns:
        The calls, and those without a place on GRCh38 or without a gene.

    Raises:
        ValueError: A file cannot be read, or is of another assembly; names it.
    """
    placed, unplaced = [], []
    for path, rows in sheet.groupby("file"):
        own = select_samples(read_maf(path), rows, path)
        told = plain_calls(own, classifications, path)
        calls, lost = place_calls(told, genes, symbols, chains, shared)
        if fetch is not None:
            calls, contradicts = anchor(calls, fetch)
            _require_genome(contradicts, path)
            wrong = calls[contradicts].assign(reason="reference allele differs from the genome")
            calls, lost = calls[~contradicts], pd.concat([lost, wrong[UNPLACED]])
        placed.append(calls)
        unplaced.append(lost)
    calls = bound_frequencies(pd.concat(placed, ignore_index=True))
    return without_copies(calls), pd.concat(unplaced)


def _require_genome(contradicts: pd.Series, path: str) -> None:
    """Refuse calls most of whose reference alleles are not the genome's."""
    if len(contradicts) >= FEWEST and contradicts.mean() > 0.5:
        raise ValueError(
            f"{path}: {contradicts.sum()} of {len(contradicts)} reference alleles are not those of "
            "the genome, as of another assembly; correct the sheet's column assembly."
        )
