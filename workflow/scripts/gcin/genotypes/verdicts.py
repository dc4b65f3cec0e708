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
from cyvcf2 import VCF, Writer

from gcin.genotypes.sites import described, faults_of

PASS = "PASS"
NO_VERDICT = "."
LOW_PL = "LowPL"
NO_PL = "NoPL"
ALLELE_BALANCE = "AlleleBalance"
NO_PASSING = "NoPassingGenotype"

FT_HEADER = {
    "ID": "FT",
    "Number": "1",
    "Type": "String",
    "Description": "Verdict on this genotype: PASS, or why it is not trusted",
}


def verdicts(
    alleles: np.ndarray,
    likelihoods: np.ndarray | None,
    depths: np.ndarray | None,
    min_pl_hom_ref: float,
    min_allele_balance: float,
) -> np.ndarray:
    """Judge the genotypes of a site before its alleles are split.

    Args:
        alleles: `(samples, ploidy)` allele indexes; negative where not called.
        likelihoods: `(samples, genotypes)` PL in phred, that of 0/0 first; negative where missing.
        depths: `(samples, alleles)` AD in reads; negative where missing.
        min_pl_hom_ref: Lowest PL(0/0) at which an alternate is believed.
        min_allele_balance: Lowest share of the reads that each called alternate of a heterozygote
            must have.

    Returns:
        `(samples,)` bytes: `.` where nothing is called, `PASS`, or the reasons joined by `;`.
    """
    carried = (alleles > 0).any(axis=1)
    hom_ref = _first_column(likelihoods, len(alleles))
    unknown = carried & (hom_ref < 0)
    weak = carried & ~unknown & (hom_ref < min_pl_hom_ref)
    heterozygous = carried & (alleles >= 0).all(axis=1) & (alleles != alleles[:, :1]).any(axis=1)
    unbalanced = heterozygous & (balance(alleles, depths) < min_allele_balance)
    reasons = np.full(len(alleles), b"", dtype="S32")
    for failed, name in ((unknown, NO_PL), (weak, LOW_PL), (unbalanced, ALLELE_BALANCE)):
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


def _first_column(values: np.ndarray | None, samples: int) -> np.ndarray:
    return np.full(samples, -1) if values is None else values[:, 0]


class Tally(NamedTuple):
    """How many carried genotypes got each verdict, and how many sites failed each filter."""

    genotypes: Counter
    sites: Counter


def filter_genotypes(
    calls: str | Path,
    judged: str | Path,
    min_pl_hom_ref: float,
    min_allele_balance: float,
    sites: Mapping,
) -> Tally:
    """Judge every genotype of a joint VCF, site by site, and write it as BCF.

    Args:
        calls: The joint VCF, its sites not yet split by allele.
        judged: The file to write.
        min_pl_hom_ref: See `verdicts`.
        min_allele_balance: See `verdicts`.
        sites: Limits of whole sites, see `gcin.genotypes.sites.faults_of`.
    """
    reader = VCF(str(calls))
    _describe(reader, sites)
    writer = Writer(str(judged), reader, mode="wb")
    tally = Tally(Counter(), Counter())
    for site in reader:
        alleles = site.genotype.array()[:, :-1]
        own = verdicts(
            alleles, site.format("PL"), site.format("AD"), min_pl_hom_ref, min_allele_balance
        )
        faults = faults_of(site, sites)
        found = burdened(own, faults)
        carried = found[(alleles > 0).any(axis=1)]
        tally.genotypes.update(carried.astype(str).tolist())
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
        LOW_PL: "The reference genotype is too likely beside this one",
        NO_PL: "An alternate is called without genotype likelihoods",
        ALLELE_BALANCE: "A called alternate of a heterozygote has too few of the reads",
        NO_PASSING: "No genotype with an alternate passes",
        **described(sites),
    }
    for name, text in meanings.items():
        reader.add_filter_to_header({"ID": name, "Description": text})
