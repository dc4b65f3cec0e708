"""Substitutions in genes of the mitochondrion, which reads four codons in its own way.

bcftools csq reads them by the standard code, so that a tryptophan (TGA) is a stop to it. What it
says is replaced by what Ensembl VEP would say; alleles of other lengths are left as they are.
"""

from collections.abc import Callable

import pandas as pd

from gcin.annotation.codons import RESIDUES_OF, residues
from gcin.reference.alleles import COMPLEMENT
from gcin.reference.order import is_mitochondrial


def reread(
    sites: pd.DataFrame, models: pd.DataFrame, fetch: Callable[[str, int, int], str]
) -> pd.Series:
    """Say of substitutions in the mitochondrion's coding bases what they change, in csq's form.

    Args:
        sites: `chromosome position reference alternate prediction`, the last as INFO/BCSQ has it,
            missing where csq had nothing to say.
        models: Transcripts, see `gcin.reference.models.read_models`.
        fetch: Bases of a contig from first to last position, 1-based.

    Returns:
        The prediction of each site.
    """
    told = sites["prediction"].copy()
    same = sites["reference"].str.len() == sites["alternate"].str.len()
    same &= sites["alternate"].str.fullmatch("[ACGT]+")
    # a gene of the mitochondrion has no intron
    whole = models["coding_starts"].str.len() == 1
    coding = list(models[_is_mitochondrial(models) & whole].itertuples())
    for site in sites[_is_mitochondrial(sites) & same].itertuples():
        entries = {model.transcript: _entry(site, model, fetch) for model in coding}
        told[site.Index] = _replaced(site.prediction, {k: v for k, v in entries.items() if v})
    return told


def _is_mitochondrial(table: pd.DataFrame) -> pd.Series:
    names = {name: is_mitochondrial(name) for name in table["chromosome"].unique()}
    return table["chromosome"].map(names).astype(bool)


def _replaced(prediction: str | float, own: dict[str, str]) -> str | float:
    """A prediction with these entries in the place of csq's of the same transcripts."""
    entries = prediction.split(",") if isinstance(prediction, str) else []
    kept = [entry for entry in entries if not set(entry.split("|")[2:3]) & set(own)]
    return ",".join([*kept, *own.values()]) or prediction


def _entry(site: tuple, model: tuple, fetch: Callable[[str, int, int], str]) -> str:
    """What a site does to a transcript; empty where it does not lie in whole codons of it."""
    first, last = site.position, site.position + len(site.reference) - 1
    start, end = model.coding_starts[0], model.coding_ends[0]
    forward = model.strand == "+"
    before, after = (first - start, last - start) if forward else (end - last, end - first)
    codon, final = before // 3, after // 3
    if model.phase or not start <= first <= last <= end or 3 * final + 3 > end - start + 1:
        return ""
    low = start + 3 * codon if forward else end - 3 * final - 2
    bases = fetch(site.chromosome, low, low + 3 * (final - codon) + 2)
    changed = bases[: first - low] + site.alternate + bases[last - low + 1 :]
    old, new = (_residues(text, forward) for text in (bases, changed))
    if "?" in old:
        return ""
    term = "missense" if old != new else "stop_retained" if "*" in old else "synonymous"
    change = f"{codon + 1}{old}" + f">{codon + 1}{new}" * (old != new)
    return "|".join((term, model.gene, model.transcript, model.biotype, model.strand, change))


def _residues(bases: str, forward: bool) -> str:
    """Translate whole codons; `?` where a base is not known."""
    read = bases if forward else bases.translate(COMPLEMENT)[::-1]
    return residues(read, RESIDUES_OF["mitochondrion"])
