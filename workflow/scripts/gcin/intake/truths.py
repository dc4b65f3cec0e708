"""Truths of cards: are they of one sample, and of the genome that calls are compared on?

Of another naming or another assembly a truth has no allele where calls have theirs: nothing of it
would be found, and every call would be one in excess.
"""

from collections.abc import Mapping

from gcin.intake.calls import CallsHeader, calls_header
from gcin.intake.contigs import prefix_of
from gcin.intake.heads import UnreadableError, contigs_of, first_contig, is_bcf, is_file
from gcin.intake.problems import Problems


def check_truths(reference: Mapping, cards: Mapping[str, Mapping], problems: Problems) -> None:
    """Note VCFs of truths that cannot be compared with calls.

    Args:
        reference: Settings of the stage, paths resolved.
        cards: The readable cards.
        problems: Where problems are noted.
    """
    for cohort, card in cards.items():
        for sample, truth in card["truth"].items():
            if not is_file(truth["vcf"]):  # noted with the card
                continue
            place = f"{cohort}.yaml, truth.{sample}.vcf"
            try:
                header = calls_header(truth["vcf"])
                theirs = _prefix(truth["vcf"], header)
            except UnreadableError as fault:
                remedy = "Name the VCF of the true variants, or copy it again"
                problems.add(place, f"{truth['vcf']}: {fault}", remedy)
                continue
            for problem, remedy in _faults(header, theirs, reference):
                problems.add(place, f"{truth['vcf']}: {problem}", remedy)


def _faults(header: CallsHeader, theirs: str | None, reference: Mapping) -> list[tuple[str, str]]:
    """Say what is wrong with a truth, and the remedy of each."""
    faults, samples, here = [], header.samples, _prefix_of_genome(reference["fasta"])
    if len(samples) != 1:
        said = f"it has {len(samples)} samples, a truth has one"
        faults.append((said, "Take the one out (bcftools view --samples)"))
    if header.assembly not in ("", reference["name"]):
        said = f"its contigs are those of {header.assembly}, the genome is {reference['name']}"
        faults.append((said, "Name the truth on the genome's assembly, or lift it over"))
    if None not in (here, theirs) and here != theirs:
        said = f"its chromosomes are named {theirs}1, the genome's {here}1"
        faults.append((said, "Rename them (bcftools annotate --rename-chrs)"))
    return faults


def _prefix(path: str, header: CallsHeader) -> str | None:
    """What stands before the numbers of a truth's chromosomes; its records tell, if it is text."""
    first = None if is_bcf(path) else first_contig(path)
    return header.prefix if first is None else prefix_of([first])


def _prefix_of_genome(fasta: str | None) -> str | None:
    try:
        return prefix_of(contigs_of(fasta)[0]) if fasta and is_file(fasta) else None
    except UnreadableError:  # noted with the setting
        return None
