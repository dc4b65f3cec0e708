"""Genotypes of one record: who carries the alternate allele, and how well it was seen."""

import numpy as np
from cyvcf2 import Variant

from gcin.tensors.layout import PASSING, UNKNOWN_QUALITY, Carriers


def dosages(variant: Variant) -> np.ndarray:
    """Count the alternate alleles of each sample as of two copies; -1 where there is no call.

    2: every allele of the genotype is the alternate, 1: some are, 0: none. So one copy of X in a
    male that carries it (`1`) is 2, as PLINK has it and as a diploid caller writes it (`1/1`): no
    other copy is there to do the gene's work.

    Alleles are counted from the genotype array: cyvcf2's `gt_types` calls 1/2 a heterozygote of
    the first allele. A genotype that failed its own filter (FT) is a no-call. Of half-calls, ./1
    carries the alternate at least once (1) and ./0 is a no-call.

    Returns:
        int8, one value per sample.

    Raises:
        ValueError: The record has several alternates, so an allele cannot be told from another.
    """
    alleles = variant.genotype.array()[:, :-1]
    if alleles.max(initial=0) > 1:
        raise ValueError(
            f"{variant.CHROM}:{variant.POS} has several alternate alleles: "
            "split them with bcftools norm --multiallelics -any"
        )
    carried = (alleles == 1).any(axis=1)
    # a haploid genotype fills its second place with -2, which is no missing allele
    whole = carried & np.isin(alleles, (1, -2)).all(axis=1)
    count = carried.astype(np.int8) + whole
    count[(alleles == -1).any(axis=1) & ~carried] = -1
    count[~passing(variant)] = -1
    return count


def passing(variant: Variant) -> np.ndarray:
    """Tell which genotypes passed their own filter; where none was applied, all did."""
    if "FT" not in variant.FORMAT:
        return np.ones(variant.genotype.array().shape[0], dtype=bool)
    return np.isin(variant.format("FT"), PASSING)


def carriers(variant: Variant, dosage: np.ndarray, told: np.ndarray) -> Carriers:
    """Describe the samples with at least one alternate allele.

    Args:
        variant: A record with one alternate allele.
        dosage: Its dosages, -1 where there is no call.
        told: Of which samples an alternate by a genotype that failed is kept, with dosage 0; bool.
    """
    shown = dosage > 0
    if told.any():
        shown |= told & (dosage < 0) & (variant.genotype.array()[:, :-1] == 1).any(axis=1)
    sample = np.flatnonzero(shown).astype(np.int32)
    reads = _field(variant, "AD", sample, 2)
    total = np.where((reads < 0).any(axis=1), -1, reads.sum(axis=1))
    depth = _field(variant, "DP", sample, 1)[:, 0]
    depth = np.where(depth < 0, total, depth)
    quality = _field(variant, "GQ", sample, 1)[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        vaf = np.where(total > 0, reads[:, 1] / total, _told_shares(variant, sample))
    return Carriers(
        sample,
        np.maximum(dosage[sample], 0),
        vaf.astype(np.float16),
        np.clip(depth, 0, 65535).astype(np.uint16),
        np.where(quality < 0, UNKNOWN_QUALITY, np.minimum(quality, 99)).astype(np.uint8),
    )


def _told_shares(variant: Variant, sample: np.ndarray) -> np.ndarray:
    """Share of reads with the alternate as a caller tells it (AF); NaN where it tells none.

    Of several values, as of a site that could not be split by them, none is known to be its.
    """
    values = variant.format("AF") if "AF" in variant.FORMAT else None
    if values is None or values.ndim < 2 or values.dtype.kind != "f":
        return np.full(len(sample), np.nan)
    own = values[sample]
    single = np.isnan(own[:, 1:]).all(axis=1) & (own[:, 0] >= 0) & (own[:, 0] <= 1)
    return np.where(single, own[:, 0], np.nan)


def _field(variant: Variant, name: str, sample: np.ndarray, width: int) -> np.ndarray:
    """Read a numeric FORMAT field of these samples as int64; absent, text or missing is -1."""
    values = variant.format(name) if name in variant.FORMAT else None
    if values is None or values.ndim < 2 or values.shape[1] < width:
        return np.full((len(sample), width), -1)
    chosen = np.nan_to_num(values[sample, :width].astype(np.float64), nan=-1)
    return np.where(chosen < 0, -1, chosen).astype(np.int64)
