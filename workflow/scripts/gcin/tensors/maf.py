"""Calls of the MAF route, in the form of the encoder."""

import logging

import numpy as np
import pandas as pd

from gcin.tensors.effects import effect_of
from gcin.tensors.layout import PASSING, UNKNOWN_QUALITY

logger = logging.getLogger(__name__)

ALLELE = ["chromosome", "position", "reference", "alternate", "gene_index"]


def maf_calls(
    calls: pd.DataFrame, genes: pd.DataFrame, samples: list[str], told: np.ndarray
) -> pd.DataFrame:
    """Prepare MAF calls for the encoder: those that pass, within genes of the universe.

    A call without a dosage carries the allele once. MAF has no genotype quality.

    Args:
        calls: One row per call, columns of `maf/calls.parquet`.
        genes: The gene universe, in genome order.
        samples: Samples of the store, in order.
        told: Of which of these a call that fails its filter is kept, with dosage 0; bool.

    Returns:
        One row per sample, allele and gene, by chromosome and position: the columns of a site
        with `chromosome`, and `sample` (row of the store), `dosage`, `vaf`, `depth`, `quality`.

    Raises:
        ValueError: A call belongs to a sample that the store does not hold.
    """
    row_of = {sample: row for row, sample in enumerate(samples)}
    strangers = sorted(set(calls["sample"]) - set(row_of))
    if strangers:
        raise ValueError(
            f"the MAF calls hold {len(strangers)} sample(s) that the manifest does not, such as "
            f"{strangers[0]}: delete maf/calls.parquet and run again"
        )
    index_of = {gene: row for row, gene in enumerate(genes["gene"])}
    gene_index = calls["gene"].map(index_of)
    passed = calls["filter"].fillna("").isin(PASSING)
    effects = calls["consequence"].fillna("").map(effect_of).notna()
    doubted = calls["sample"].map(row_of).isin(np.flatnonzero(told)) & ~passed
    kept = calls[(passed | doubted) & effects & gene_index.notna()].copy()
    logger.info(
        "kept %d of %d MAF calls: %d failed their filter, %d lie outside the gene universe, "
        "%d outside every transcript",
        *(len(kept), len(calls), (~passed).sum(), gene_index.isna().sum(), (~effects).sum()),
    )
    kept["dosage"] = pd.to_numeric(kept["dosage"]).fillna(1).clip(1).where(passed[kept.index], 0)
    kept["gene_index"] = gene_index[kept.index].astype(int)
    kept["sample"] = kept["sample"].map(row_of).astype(np.int32)
    return _typed(kept, genes["protein_length"].to_numpy(dtype=float))


def _typed(calls: pd.DataFrame, lengths: np.ndarray) -> pd.DataFrame:
    """Add the columns that a MAF has not, and give the numbers the types of the store."""
    length = pd.Series(lengths[calls["gene_index"]], calls.index)
    position = pd.to_numeric(calls["protein_position"]).astype(float)
    # behind the stop a place is one in another transcript
    length = length.where((length > 0) & (position <= length + 1))
    depth = pd.to_numeric(calls["depth"]).fillna(0).clip(0, 65535)
    calls = calls.assign(
        protein_position=position,
        population_af=calls.groupby(ALLELE)["population_af"].transform("first"),
        protein_fraction=(position / length).clip(0, 1),
        cadd=None,
        revel=None,
        spliceai=None,
        clinical_significance="",
        hotspot=False,
        dosage=calls["dosage"].astype(np.int8),
        vaf=pd.to_numeric(calls["vaf"]).astype(np.float16),
        depth=depth.astype(np.uint16),
        quality=np.uint8(UNKNOWN_QUALITY),
    )
    return calls.sort_values(
        ["chromosome", "position", "reference", "alternate", "gene_index", "sample"], kind="stable"
    )
