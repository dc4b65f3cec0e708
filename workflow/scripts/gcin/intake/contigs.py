"""Contigs of the genome and of the files laid over it: do they bear the same names?"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import pandas as pd

from gcin.intake.heads import UnreadableError, contigs_of, first_contig, intervals_in, is_file
from gcin.intake.problems import Problems

REMEDY = "Give files of the same assembly with the same contig names"
INTERVALS_LOOKED_AT = 100
CHROMOSOME = re.compile(r"(chr)?(?:\d{1,2}|[XY])")


def check_contigs(reference: Mapping, cards: Mapping[str, Mapping], problems: Problems) -> None:
    """Note BEDs that are none, and files that begin on a contig that the FASTA does not know.

    Args:
        reference: Settings of the stage that are in force, paths resolved.
        cards: The readable cards.
        problems: Where problems are noted.
    """
    fasta = reference["fasta"]
    laid_over = [
        (place, path)
        for place, path, is_bed in _laid_over(reference, cards)
        if not is_bed or _is_bed(place, path, problems)
    ]
    if fasta is None or not is_file(fasta):
        return
    place = "config, reference.fasta"
    try:
        contigs, complete = contigs_of(fasta)
    except UnreadableError as fault:
        problems.add(place, f"{fasta}: {fault}", REMEDY)
        return
    if not contigs:
        problems.add(place, f"{fasta}: it is no FASTA", REMEDY)
        return
    for place, path in laid_over:
        problem = _strangeness(path, contigs, complete)
        if problem:
            problems.add(place, problem, REMEDY)


def prefix_of(contigs: Iterable[str]) -> str | None:
    """Tell whether chromosomes are named `chr1` or `1`: `chr`, empty, or None where it is open."""
    prefixes = {found[1] or "" for name in contigs if (found := CHROMOSOME.fullmatch(name))}
    return prefixes.pop() if len(prefixes) == 1 else None


def check_names_of_calls(
    fasta: str | None,
    rows: pd.DataFrame,
    prefixes: Mapping[str, str | None],
    path: str,
    problems: Problems,
) -> None:
    """Note given calls whose chromosomes bear other names than the genome's.

    Those of GRCh37 are lifted over by either name.

    Args:
        fasta: The genome.
        rows: The sheet with paths resolved, indexed by line number.
        prefixes: Of the chromosomes in each file of calls that can be read, see `prefix_of`.
        path: The sheet's path, for messages.
        problems: Where problems are noted.
    """
    try:
        here = prefix_of(contigs_of(fasta)[0]) if fasta and is_file(fasta) else None
    except UnreadableError:  # noted with the setting
        here = None
    placed = rows[rows["file"].isin(prefixes) & rows["assembly"].eq("GRCh38")]
    for line, row in placed.drop_duplicates("file").iterrows():
        theirs = prefixes[row["file"]]
        if None not in (here, theirs) and here != theirs:
            problem = f"its chromosomes are named {theirs}1, the genome's {here}1"
            place = f"{path}, line {line}, column file"
            remedy = "Rename them (bcftools annotate --rename-chrs)"
            problems.add(place, f"{row['file']} of sample {row['sample']}: {problem}", remedy)


def _is_bed(place: str, path: str, problems: Problems) -> bool:
    """Tell whether the first lines of a file are intervals, and note it where they are not."""
    try:
        if list(islice(intervals_in(path), INTERVALS_LOOKED_AT)):
            return True
        problems.add(place, f"{path}: it holds no intervals", "Correct the file")
    except UnreadableError as fault:
        problems.add(place, f"{path}: {fault}", "Correct the file")
    return False


def _laid_over(reference: Mapping, cards: Mapping[str, Mapping]) -> Iterator[tuple[str, str, bool]]:
    """List the files with places on the genome that settings and cards name, as far as present.

    Yields:
        Where it is named, its path, and whether it is a BED.
    """
    named = {"config, reference.gene_models": reference["gene_models"]}
    beds = {"config, reference.calling_intervals": reference["calling_intervals"]}
    # Known sites are there only where a recipe is in force that reads them.
    for number, path in enumerate(reference.get("known_sites", [])):
        named[f"config, reference.known_sites[{number}]"] = path
    for cohort, card in cards.items():
        beds[f"{cohort}.yaml, targets"] = card["targets"]
        for sample, truth in card["truth"].items():
            beds[f"{cohort}.yaml, truth.{sample}.bed"] = truth["bed"]
    for place, path in (named | beds).items():
        if path is not None and is_file(path):
            yield place, path, place in beds


def _strangeness(path: str, contigs: list[str], complete: bool) -> str:
    """Say on which strange contig a file begins; empty where it fits.

    Of a FASTA without index only the first contig is known: then only the way of naming counts.
    """
    try:
        contig = first_contig(path)
    except UnreadableError as fault:
        return f"{path}: {fault}"
    if contig is None:
        return ""
    named_alike = contig.startswith("chr") == contigs[0].startswith("chr")
    if contig in contigs or (named_alike and not complete):
        return ""
    listed = ", ".join(contigs[:3])
    return f"the first record of {path} is on {contig!r}, the FASTA has {listed} ..."
