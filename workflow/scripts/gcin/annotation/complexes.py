"""Coding bases replaced by another number of them, in frame: what becomes of the residues.

bcftools csq (1.16) reads such an allele one base off, so that stops are seen where there are none,
and others missed. What it says of it is replaced by a translation of the codons that are touched.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from gcin.annotation.codons import genetic_code, residues
from gcin.reference.alleles import COMPLEMENT, change_of


def reread_complexes(
    sites: pd.DataFrame, models: pd.DataFrame, fetch: Callable[[str, int, int], str]
) -> pd.Series:
    """Say what in-frame replacements within a coding exon change, in csq's form.

    Those of the first codon are left as they are.

    Args:
        sites: As `gcin.annotation.mitochondria.reread` takes them, like all that follows.
        models: Transcripts.
        fetch: Bases of a contig.

    Returns:
        The prediction of each site.
    """
    told = sites["prediction"].copy()
    added = sites["alternate"].str.len() - sites["reference"].str.len()
    chosen = added.ne(0) & (added % 3).eq(0) & told.str.contains("|", regex=False, na=False)
    chosen &= sites["alternate"].str.fullmatch("[ACGT]+")
    by_name = models.set_index("transcript")
    for site in sites[chosen].itertuples():
        start, end, bases = change_of(site.position, site.reference, site.alternate)
        if not bases or end == start:
            continue
        entries = [
            _reread(entry, (start, end - 1, bases), site.chromosome, by_name, fetch)
            for entry in site.prediction.split(",")
        ]
        told[site.Index] = ",".join(entries)
    return told


def _reread(
    entry: str,
    change: tuple[int, int, str],
    contig: str,
    models: pd.DataFrame,
    fetch: Callable[[str, int, int], str],
) -> str:
    """One of csq's entries, translated anew where it can be."""
    fields = entry.split("|")
    if len(fields) < 4 or fields[2] not in models.index:
        return entry
    model = models.loc[fields[2]]
    found = _residues_of(change, contig, model, fetch)
    if found is None:
        return entry
    place, old, new = found
    return "|".join([_term(old, new), *fields[1:4], model["strand"], f"{place}{old}>{place}{new}"])


def _term(old: str, new: str) -> str:
    """What becomes of residues, in csq's words; the last may be the stop of the last codon."""
    altered = "inframe_insertion" if len(new) > len(old) else "inframe_altering"
    if "*" not in old:
        grown = "&inframe_insertion" if len(new) > len(old) else ""
        return f"stop_gained{grown}" if "*" in new else altered
    if "*" not in new:
        return "stop_lost" if old == "*" else "stop_lost&inframe_altering"
    return f"{altered}&stop_retained" if old.index("*") == new.index("*") else "inframe_altering"


def _residues_of(
    change: tuple[int, int, str],
    contig: str,
    model: pd.Series,
    fetch: Callable[[str, int, int], str],
) -> tuple[int, str, str] | None:
    """First residue, and residues before and after; None where they are not told."""
    first, last, bases = change
    forward = model["strand"] == "+"
    parts = zip(model["coding_starts"], model["coding_ends"], strict=True)
    within = any(start <= first <= last <= end for start, end in parts)
    if not within or model["phase"]:
        return None
    coding = coding_places(model)
    ends = np.flatnonzero((coding == first) | (coding == last))
    low, high = ends.min(), ends.max()
    begin, finish = low // 3 * 3, high // 3 * 3 + 3
    if begin == 0 or finish > len(coding):
        return None
    read = [fetch(contig, place, place).upper() for place in coding[begin:finish].tolist()]
    own = "".join(read) if forward else "".join(read).translate(COMPLEMENT)
    bases = bases if forward else bases.translate(COMPLEMENT)[::-1]
    table = genetic_code(contig)
    old = residues(own, table)
    new = residues(own[: low - begin] + bases + own[high - begin + 1 :], table)
    unclear = "?" in old + new or "*" in old[:-1] or (old[-1:] == "*" and finish < len(coding))
    return None if unclear else (int(begin // 3 + 1), old, new)


def coding_places(model: pd.Series) -> np.ndarray:
    """Positions of a transcript's coding bases, in the order in which they are read."""
    parts = zip(model["coding_starts"], model["coding_ends"], strict=True)
    coding = np.concatenate([np.arange(start, end + 1) for start, end in parts])
    return coding if model["strand"] == "+" else coding[::-1]
