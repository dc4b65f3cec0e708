"""The gene universe: one row per coding gene, in genome order."""

import logging
from collections.abc import Collection

import numpy as np
import pandas as pd

logger = logging.getLogger(__name__)


def representative_transcripts(models: pd.DataFrame) -> pd.DataFrame:
    """Choose one transcript per gene: MANE Select, else canonical, else the longest CDS.

    Args:
        models: Coding transcripts, see `gcin.reference.models.read_models`.

    Returns:
        One row per gene symbol with `coding_length` (bases, stop codon included) added. A symbol
        at two places (pseudoautosomal regions) keeps the first in genome order.
    """
    ranked = models.assign(coding_length=coding_lengths(models))
    ranked = ranked.sort_values(
        ["mane", "canonical", "coding_length", "transcript"],
        ascending=[False, False, False, True],
    )
    first_contig = models.drop_duplicates("gene").set_index("gene")["chromosome"]
    ranked = ranked[ranked["chromosome"] == ranked["gene"].map(first_contig)]
    return ranked.drop_duplicates("gene").sort_index()


def coding_lengths(models: pd.DataFrame) -> np.ndarray:
    """Coding bases of each transcript, the stop codon included."""
    pairs = zip(models["coding_starts"], models["coding_ends"], strict=True)
    return np.array([int(np.sum(ends) - np.sum(starts)) + len(starts) for starts, ends in pairs])


def gene_table(models: pd.DataFrame, universe: Collection[str] | None) -> pd.DataFrame:
    """List the coding genes in genome order.

    Args:
        models: Transcripts in genome order.
        universe: Symbols that may be in the table; None means every coding gene.

    Returns:
        `gene gene_index gene_id chromosome start end strand transcript coding_bases
        protein_length`; positions 1-based and inclusive, over the coding transcripts of the gene;
        `protein_length` is of the representative transcript, without its stop.

    Raises:
        ValueError: No gene is left, or the universe names genes that have no model.
    """
    coding = models[models["coding_starts"].str.len() > 0]
    chosen = representative_transcripts(coding)
    chosen = chosen if universe is None else chosen[chosen["gene"].isin(universe)]
    _require_genes(chosen, universe)
    own = coding.merge(chosen[["gene", "chromosome"]], on=["gene", "chromosome"])
    spans = own.groupby("gene").agg(start=("start", "min"), end=("end", "max"))
    covered = coding_regions(own).eval("end - start").groupby(level=0).sum()
    table = chosen.drop(columns=["start", "end"]).set_index("gene").join(spans)
    table["coding_bases"] = covered
    table["protein_length"] = np.maximum(table["coding_length"] // 3 - 1, 1)
    table = table.reset_index()
    contigs = {name: place for place, name in enumerate(dict.fromkeys(models["chromosome"]))}
    rank = table["chromosome"].map(contigs)
    table = table.assign(rank=rank).sort_values(["rank", "start", "end", "gene"], ignore_index=True)
    table["gene_index"] = np.arange(len(table))
    logger.info("%d coding genes of %d in the models", len(table), models["gene"].nunique())
    kept = ["gene", "gene_index", "gene_id", "chromosome", "start", "end", "strand", "transcript"]
    return table[[*kept, "coding_bases", "protein_length"]]


def _require_genes(chosen: pd.DataFrame, universe: Collection[str] | None) -> None:
    """Refuse an empty universe, and symbols that the models do not know."""
    unknown = sorted(set(universe or ()) - set(chosen["gene"]))
    if unknown:
        raise ValueError(
            f"reference.genes names {len(unknown)} gene(s) without a coding model: "
            f"{', '.join(unknown[:5])}. Use the symbols of reference.gene_models."
        )
    if chosen.empty:
        raise ValueError("reference.gene_models holds no coding gene (no CDS line).")


def coding_regions(models: pd.DataFrame) -> pd.DataFrame:
    """Merge the coding parts of each gene's transcripts.

    Returns:
        `chromosome start end` (0-based, half-open, as in BED), indexed by gene, each gene's in
        order.
    """
    parts = models[["gene", "chromosome", "coding_starts", "coding_ends"]].explode(
        ["coding_starts", "coding_ends"]
    )
    parts = parts.dropna().rename(columns={"coding_starts": "start", "coding_ends": "end"})
    parts = parts.astype({"start": np.int64, "end": np.int64}).sort_values(
        ["gene", "start", "end"], kind="stable"
    )
    reach = parts.groupby("gene")["end"].cummax().shift(fill_value=-2)
    is_new = parts["gene"].ne(parts["gene"].shift()) | (parts["start"] > reach + 1)
    merged = parts.groupby(is_new.cumsum().to_numpy()).agg(
        gene=("gene", "first"),
        chromosome=("chromosome", "first"),
        start=("start", "min"),
        end=("end", "max"),
    )
    merged["start"] -= 1
    return merged.set_index("gene")


def coding_bed(models: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
    """Coding regions of the gene universe as BED: `chromosome start end gene`, in genome order."""
    own = models.merge(genes[["gene", "chromosome", "gene_index"]], on=["gene", "chromosome"])
    regions = coding_regions(own).reset_index()
    contigs = {name: place for place, name in enumerate(dict.fromkeys(genes["chromosome"]))}
    rank = regions["chromosome"].map(contigs)
    regions = regions.assign(rank=rank).sort_values(["rank", "start", "end", "gene"])
    return regions[["chromosome", "start", "end", "gene"]]
