"""What a sample's own called SNVs say of it: foreign reads, Ti/Tv, heterozygotes per homozygote."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from cyvcf2 import VCF, Variant

BASES = frozenset("ACGT")
TRANSITIONS = frozenset({"AG", "GA", "CT", "TC"})
# Below this, chance alone moves the ratios beyond any limit.
MIN_SNVS = 100


def snv_balance(gvcf: VCF, min_depth: int, min_genotype_quality: int) -> pd.DataFrame:
    """Measure the diploid SNVs of a gVCF that are well enough seen.

    `contamination` is the share of reads with the reference where the sample has none: all reads of
    the sample carry the alternate there, so others come from somebody else or are errors. It is a
    floor: a second person who has the alternate too does not show, so the true share of foreign
    DNA is this over the frequency of the reference among others, about twice as much.

    Args:
        gvcf: Of one sample.
        min_depth: Fewest reads of a genotype that counts.
        min_genotype_quality: Least quality, phred, of a genotype that counts.

    Returns:
        One row: `snvs contamination ti_tv het_hom`; NaN where fewer than `MIN_SNVS` speak for it.
    """
    seen = [
        found
        for record in gvcf
        if (found := _snv(record, min_genotype_quality)) and found["reads"] >= min_depth
    ]
    snvs = pd.DataFrame(seen, columns=["is_het", "is_transition", "reference_reads", "reads"])
    is_het = snvs["is_het"].astype(bool)
    hom = snvs[~is_het]
    transitions = snvs["is_transition"].astype(bool).sum()
    row = {
        "snvs": len(snvs),
        "contamination": _ratio(hom["reference_reads"].sum(), hom["reads"].sum(), len(hom)),
        "ti_tv": _ratio(transitions, len(snvs) - transitions, len(snvs)),
        "het_hom": _ratio(is_het.sum(), len(hom), len(snvs)),
    }
    return pd.DataFrame([row])


def _snv(record: Variant, min_quality: int) -> dict | None:
    """Describe a record's genotype; None where it is not a diploid SNV with one alternate."""
    genotype = record.genotypes[0][:-1]
    alternates = {allele for allele in genotype if allele > 0}
    if len(genotype) != 2 or min(genotype) < 0 or len(alternates) != 1:
        return None
    alternate = record.ALT[alternates.pop() - 1].upper()
    reference = record.REF.upper()
    if not {reference, alternate} <= BASES or "AD" not in record.FORMAT:
        return None
    quality = record.format("GQ") if "GQ" in record.FORMAT else None
    if quality is None or quality[0][0] < min_quality:
        return None
    reads = np.maximum(record.format("AD")[0], 0)
    return {
        "is_het": genotype[0] != genotype[1],
        "is_transition": reference + alternate in TRANSITIONS,
        "reference_reads": int(reads[0]),
        "reads": int(reads.sum()),
    }


def balance_table(reports: Iterable[str]) -> pd.DataFrame:
    """Samples by `snvs contamination ti_tv het_hom`, from what `measure_balance` wrote."""
    tables = [pd.read_csv(report, sep="\t", dtype={"sample": str}) for report in reports]
    columns = ["sample", "snvs", "contamination", "ti_tv", "het_hom"]
    gathered = pd.concat(tables) if tables else pd.DataFrame(columns=columns)
    return gathered.set_index("sample").astype(float)


def _ratio(part: float, other: float, snvs: int) -> float:
    return part / other if snvs >= MIN_SNVS and other else float("nan")
