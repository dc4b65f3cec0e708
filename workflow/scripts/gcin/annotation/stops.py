"""Alleles of another length that reach from the stop codon into the bases behind it.

Whether the stop is lost, the bases tell: where the same codon of the altered sequence is one again,
as where repeats are deleted, it is retained. bcftools csq calls each lost.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from gcin.annotation.alleles import place_alleles
from gcin.annotation.codons import genetic_code, residues
from gcin.annotation.complexes import coding_places
from gcin.reference.alleles import COMPLEMENT


def reread_stops(
    sites: pd.DataFrame, models: pd.DataFrame, fetch: Callable[[str, int, int], str]
) -> pd.Series:
    """Say of alleles over the end of coding bases what becomes of the stop, in csq's form.

    Args:
        sites: As `gcin.annotation.mitochondria.reread` takes them, like all that follows.
        models: Transcripts.
        fetch: Bases of a contig.

    Returns:
        The prediction of each site.
    """
    told = sites["prediction"].copy()
    longer = sites["reference"].str.len() > 1
    longer &= sites["reference"].str.len() != sites["alternate"].str.len()
    longer &= sites["alternate"].str.fullmatch("[ACGT]+")
    placed = place_alleles(sites[longer])
    coding = models[models["coding_ends"].str.len() > 0]
    ends = {name: _Ends(own) for name, own in coding.groupby("chromosome")}
    for site in placed[placed["chromosome"].isin(ends)].itertuples():
        for row in ends[site.chromosome].within(site.start, site.end):
            model = coding.loc[row]
            term = _fate(site, model, fetch)
            if term:
                entry = [term, *model[["gene", "transcript", "biotype", "strand"]]]
                told[site.Index] = _with_entry(told[site.Index], entry)
    return told


class _Ends:
    """The last coding base of each transcript of a contig, upwards the genome."""

    def __init__(self, models: pd.DataFrame) -> None:
        """Keep the base below which and from which on a stop codon and what follows are parted."""
        forward = models["strand"].eq("+")
        last = models["coding_ends"].str[-1].where(forward, models["coding_starts"].str[0] - 1)
        self._rows = models.index[np.argsort(last.to_numpy(), kind="stable")]
        self._last = np.sort(last.to_numpy())

    def within(self, start: int, end: int) -> pd.Index:
        """Transcripts whose coding bases end between the first and the last base of a stretch."""
        return self._rows[slice(*np.searchsorted(self._last, (start, end)))]


def _fate(site: tuple, model: pd.Series, fetch: Callable[[str, int, int], str]) -> str:
    """What becomes of a transcript's stop codon; empty where a site leaves the exon."""
    forward, coding = model["strand"] == "+", coding_places(model)
    places = np.concatenate([coding, _places_behind(model)])
    touched = np.flatnonzero((places >= site.start) & (places <= site.end))
    if len(touched) <= site.end - site.start or len(coding) < 3:
        return ""
    allele = site.allele.strip("-")
    allele = allele if forward else allele.translate(COMPLEMENT)[::-1]
    first, codon = touched[0], ""
    for place in range(len(coding) - 3, len(coding)):
        if first <= place < first + len(allele):
            codon += allele[place - first]
            continue
        source = place if place < first else place - len(allele) + len(touched)
        if source >= len(places):
            return "stop_lost"
        base = fetch(site.chromosome, places[source], places[source]).upper()
        codon += base if forward else base.translate(COMPLEMENT)
    table = genetic_code(site.chromosome)
    return "stop_retained" if residues(codon, table) == "*" else "stop_lost"


def _places_behind(model: pd.Series) -> np.ndarray:
    """Positions of a transcript's bases behind the coding ones, in the order of reading."""
    parts = zip(model["exon_starts"], model["exon_ends"], strict=True)
    bases = np.concatenate([np.arange(start, end + 1) for start, end in parts])
    if model["strand"] == "+":
        return bases[bases > model["coding_ends"][-1]]
    return bases[bases < model["coding_starts"][0]][::-1]


def _with_entry(prediction: str | float, entry: list[str]) -> str:
    """A prediction with this entry in the place of csq's of the same transcript."""
    entries = prediction.split(",") if isinstance(prediction, str) and "|" in prediction else []
    kept = [other for other in entries if other.split("|")[2:3] != entry[2:3]]
    return ",".join([*kept, "|".join(entry)])
