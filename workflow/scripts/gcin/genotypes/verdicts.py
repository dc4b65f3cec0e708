"""The genotype filter: each genotype is judged by its own fields, never by its company.

So what is known of one patient does not change when another joins the cohort. The verdict is
FORMAT/FT; a site passes when some carried genotype of it does. Filters of whole sites, where there
are any, come on top.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from cyvcf2 import VCF, Variant, Writer

from gcin.evidence import is_well_seen
from gcin.genotypes.sites import described, faults_of

PASS = "PASS"
NO_VERDICT = "."
LOW_QUALITY = "LowVQ"
NO_QUALITY = "NoVQ"
ALLELE_BALANCE = "AlleleBalance"
NO_EVIDENCE = "NoEvidence"
NO_PASSING = "NoPassingGenotype"

FT_HEADER = {
    "ID": "FT",
    "Number": "1",
    "Type": "String",
    "Description": "Verdict on this genotype: PASS, or why it is not trusted",
}


def verdicts(
    alleles: np.ndarray,
    qualities: np.ndarray | None,
    depths: np.ndarray | None,
    seen: np.ndarray,
    min_variant_quality: float,
    min_allele_balance: float,
) -> np.ndarray:
    """Judge the genotypes of a site before its alleles are split.

    Args:
        alleles: `(samples, ploidy)` allele indexes; negative where not called.
        qualities: `(samples, 1)` VQ in phred: QUAL of each sample in its own genomic VCF, which
            in DRAGEN mode is its posterior of no variant, priors included; NaN where missing.
        depths: `(samples, alleles)` AD in reads; negative where missing.
        seen: `(samples,)` whether a sample was seen well enough to be called reference.
        min_variant_quality: Lowest VQ at which an alternate is believed.
        min_allele_balance: Lowest share of the reads that each called alternate of a heterozygote
            must have.

    Returns:
        `(samples,)` bytes: `.` where nothing is called, `PASS`, or the reasons joined by `;`.
    """
    carried = (alleles > 0).any(axis=1)
    quality = np.full(len(alleles), np.nan) if qualities is None else qualities[:, 0]
    unknown = carried & np.isnan(quality)
    weak = carried & (quality < min_variant_quality)
    heterozygous = carried & (alleles >= 0).all(axis=1) & (alleles != alleles[:, :1]).any(axis=1)
    unbalanced = heterozygous & (balance(alleles, depths) < min_allele_balance)
    unseen = ~carried & (alleles >= 0).any(axis=1) & ~seen
    reasons = np.full(len(alleles), b"", dtype="S32")
    for failed, name in (
        (unknown, NO_QUALITY), (weak, LOW_QUALITY), (unbalanced, ALLELE_BALANCE),
        (unseen, NO_EVIDENCE),
    ):  # fmt: skip
        joined = np.where(reasons == b"", b"", b";")
        named = np.char.add(np.char.add(reasons, joined), name.encode())
        reasons = np.where(failed, named, reasons)
    passed = np.where((alleles >= 0).any(axis=1), PASS.encode(), NO_VERDICT.encode())
    return np.where(reasons == b"", passed, reasons)


def balance(alleles: np.ndarray, depths: np.ndarray | None) -> np.ndarray:
    """Smallest share of a genotype's reads that one of its called alternates has.

    Returns:
        `(samples,)`; 0 where there are no reads to judge by, 1 where no alternate is called.
    """
    shares = np.ones(len(alleles))
    if depths is None:
        return np.where((alleles > 0).any(axis=1), 0.0, shares)
    reads = np.maximum(depths, 0)
    total = np.maximum(reads.sum(axis=1), 1)
    for column in alleles.T:
        own = np.take_along_axis(reads, np.maximum(column, 0)[:, None], axis=1)[:, 0]
        shares = np.where(column > 0, np.minimum(shares, own / total), shares)
    return shares


def told_numbers(site: Variant, name: str) -> np.ndarray:
    """Read a number that a record has of each sample; -1 where it is absent, text or missing."""
    values = site.format(name) if name in site.FORMAT else None
    if values is None or values.ndim < 2 or values.dtype.kind not in "if":
        return np.full(site.genotype.array().shape[0], -1)
    return np.where(values[:, 0] >= 0, values[:, 0], -1)


class Tally(NamedTuple):
    """How many genotypes of each kind got each verdict, and how many sites failed each filter."""

    genotypes: Counter
    references: Counter
    sites: Counter


def filter_genotypes(
    calls: str | Path,
    judged: str | Path,
    min_variant_quality: float,
    min_allele_balance: float,
    evidence: Mapping[str, int],
    sites: Mapping,
) -> Tally:
    """Judge every genotype of a joint VCF, site by site, and write it as BCF.

    Args:
        calls: The joint VCF, its sites not yet split by allele.
        judged: The file to write.
        min_variant_quality: See `verdicts`.
        min_allele_balance: See `verdicts`.
        evidence: What a reference genotype needs, see `gcin.evidence.is_well_seen`.
        sites: Limits of whole sites, see `gcin.genotypes.sites.faults_of`.
    """
    reader = VCF(str(calls))
    _describe(reader, sites)
    writer = Writer(str(judged), reader, mode="wb")
    tally = Tally(Counter(), Counter(), Counter())
    for site in reader:
        alleles = site.genotype.array()[:, :-1]
        seen = is_well_seen(told_numbers(site, "DP"), told_numbers(site, "GQ"), **evidence)
        fields = (site.format("VQ"), site.format("AD"), seen)
        own = verdicts(alleles, *fields, min_variant_quality, min_allele_balance)
        faults = faults_of(site, sites)
        found = burdened(own, faults)
        is_carried = (alleles > 0).any(axis=1)
        carried = found[is_carried]
        tally.genotypes.update(carried.astype(str).tolist())
        tally.references.update(found[~is_carried].astype(str).tolist())
        tally.sites.update(faults)
        site.set_format("FT", found)
        site.FILTER = ";".join(faults) or _site_verdict(carried)
        writer.write_record(site)
    writer.close()
    return tally


def burdened(own: np.ndarray, faults: list[str]) -> np.ndarray:
    """Verdicts on the genotypes of a site, once the site's own faults stand in them."""
    if not faults:
        return own
    named = ";".join(faults).encode()
    failed = np.where(own == PASS.encode(), named, np.char.add(np.char.add(own, b";"), named))
    return np.where(own == NO_VERDICT.encode(), own, failed)


def _site_verdict(carried: np.ndarray) -> str:
    return PASS if (carried == PASS.encode()).any() else NO_PASSING


def _describe(reader: VCF, sites: Mapping) -> None:
    """Name the verdicts in the header, as VCF wants it."""
    reader.add_format_to_header(FT_HEADER)
    meanings = {
        LOW_QUALITY: "That the sample has no variant here is too likely",
        NO_QUALITY: "An alternate is called where the sample's own genomic VCF says no quality",
        NO_EVIDENCE: "Reference on fewer reads or less quality than an absent variant needs",
        ALLELE_BALANCE: "A called alternate of a heterozygote has too few of the reads",
        NO_PASSING: "No genotype with an alternate passes",
        **described(sites),
    }
    for name, text in meanings.items():
        reader.add_filter_to_header({"ID": name, "Description": text})
