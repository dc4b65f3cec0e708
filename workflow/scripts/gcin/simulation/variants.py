"""The alleles that are planted: where, with what consequence, how common, how they score."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gcin.simulation.genome import Gene, Genome
from gcin.simulation.hospital import Hospital
from gcin.simulation.translation import coding_consequence, protein_change, reverse_complement

RARE = 0.01
SPACING = 7
LOSS = frozenset({"stop_gained", "frameshift_variant"})
SPLICE = frozenset({"splice_donor_variant", "splice_acceptor_variant"})

# Kind of allele: how many a gene gets, its consequence, ranges of the CADD-like score (phred),
# the missense score (0 to 1), the splice score (0 to 1), and of log10 population frequency.
KINDS = {
    "stop": (2, "stop_gained", (33, 45), None, None, (-6, -4)),
    "frameshift": (3, "frameshift_variant", (25, 40), None, None, (-6, -4)),
    "damaging": (4, "missense_variant", (26, 36), (0.62, 0.98), None, (-6, -3.5)),
    "frequent_missense": (1, "missense_variant", (24, 32), (0.6, 0.9), None, (-1.7, -1.1)),
    "benign": (6, "missense_variant", (2, 20), (0.02, 0.45), None, (-4, -2.4)),
    "silent": (4, "synonymous_variant", (0.1, 12), None, None, (-3.5, -2.2)),
    "common_silent": (2, "synonymous_variant", (0.1, 12), None, None, (-1.3, -0.35)),
    "inframe": (1, "inframe_deletion", (10, 20), None, None, (-4, -3)),
    "inframe_insertion": (1, "inframe_insertion", (10, 20), None, None, (-4, -3)),
    "splice": (2, "splice", (26, 34), None, (0.65, 0.99), (-6, -4)),
    "weak_splice": (1, "splice", (15, 25), None, (0.05, 0.45), (-4, -2.7)),
    "intron": (4, "intron_variant", (0.1, 9), None, (0.0, 0.1), (-1.6, -0.35)),
    "rare_intron": (2, "intron_variant", (0.1, 9), None, (0.0, 0.1), (-4, -2.4)),
    "utr": (1, "utr", (0.1, 12), None, None, (-2, -0.5)),
}


def is_impairing(consequence: str, cadd: float, missense: float, splice: float, af: float) -> bool:
    """Decide whether an allele impairs its gene: the planted rule, in full.

    A stop or frameshift does; a rare missense allele with `cadd / 40 + missense > 1.15` does; an
    allele at a canonical splice site does with a splice score above 0.55.

    Args:
        consequence: Sequence Ontology term.
        cadd: CADD-like score, phred.
        missense: Missense score, 0 to 1.
        splice: Splice score, 0 to 1.
        af: Population frequency.
    """
    if consequence in LOSS:
        return True
    if consequence in SPLICE:
        return splice > 0.55
    return consequence == "missense_variant" and af < RARE and cadd / 40 + missense > 1.15


def make_catalogue(genome: Genome, hospital: Hospital) -> pd.DataFrame:
    """Choose the alleles that people of both hospitals can carry.

    Returns:
        One row per allele in genome order: `chromosome position reference alternate gene kind
        consequence protein_position hgvsp frequency cadd missense splice impairing weight`;
        positions 1-based, alleles left-aligned and the only ones at their place, scores missing
        where such an allele has none, `weight` an allele's share of its gene's impairing ones.
    """
    rng = hospital.stream("variants")
    rows = [row for gene in genome.genes for row in _alleles_of(genome, gene, rng)]
    table = pd.DataFrame(rows)
    scores = table[["cadd", "missense", "splice"]].fillna(0)
    table["impairing"] = [
        is_impairing(*values)
        for values in zip(
            table["consequence"], *scores.to_numpy().T, table["frequency"], strict=True
        )
    ]
    table["weight"] = rng.gamma(1.5, size=len(table)) * table["impairing"]
    table["weight"] /= table.groupby("gene")["weight"].transform("sum")
    order = {name: i for i, name in enumerate(genome.sequences)}
    return table.sort_values(
        ["chromosome", "position"], key=lambda c: c.map(order) if c.name == "chromosome" else c
    ).reset_index(drop=True)


def _alleles_of(genome: Genome, gene: Gene, rng: np.random.Generator) -> Iterator[dict]:
    """Draw the alleles of one gene, each at a place of its own."""
    taken = []
    for kind, (count, consequence, cadd, missense, splice, frequency) in KINDS.items():
        candidates = _candidates(genome, gene, consequence, rng)
        for _ in range(count):
            allele = next(a for a in candidates if _is_free(a, taken))
            taken.append((allele["position"], allele["position"] + len(allele["reference"])))
            yield allele | {
                "gene": gene.name,
                "kind": kind,
                "frequency": float(f"{10 ** rng.uniform(*frequency):.3g}"),
                "cadd": _score(rng, cadd, 1),
                "missense": _score(rng, missense, 3),
                "splice": _score(rng, splice, 2),
            }


def _score(rng: np.random.Generator, between: tuple[float, float] | None, digits: int) -> float:
    """Draw a score, missing where such an allele is not scored."""
    return float("nan") if between is None else round(float(rng.uniform(*between)), digits)


def _is_free(allele: dict, taken: list[tuple[int, int]]) -> bool:
    """Tell whether no allele lies within the spacing."""
    start, end = allele["position"], allele["position"] + len(allele["reference"])
    return all(end + SPACING <= left or right + SPACING <= start for left, right in taken)


def _candidates(
    genome: Genome, gene: Gene, consequence: str, rng: np.random.Generator
) -> Iterator[dict]:
    """Offer alleles of one consequence in random order."""
    if consequence == "splice":
        yield from _splice_sites(genome, gene, rng)
    elif consequence in {"intron_variant", "utr"}:
        yield from _noncoding(genome, gene, consequence, rng)
    else:
        yield from coding_alleles(genome, gene, consequence, rng)


def coding_alleles(
    genome: Genome, gene: Gene, consequence: str, rng: np.random.Generator
) -> Iterator[dict]:
    """Offer coding alleles at least eight bases from the edges of exons, in random order.

    Args:
        genome: The genome.
        gene: One of its genes.
        consequence: Sequence Ontology term that an allele must have.
        rng: Random numbers.

    Yields:
        `chromosome position reference alternate consequence protein_position hgvsp`; indels are
        written in the only way. Each place is tried once, with one allele.
    """
    sequence, frame = genome.sequences[gene.chromosome], genome.reading_frame(gene)
    ordered = gene.coding_positions()
    offset = {int(position): i for i, position in enumerate(ordered)}
    inner = [
        p for s, e in gene.coding for p in range(s + 8, e - 14) if 9 < offset[p] < len(frame) - 24
    ]
    for position in rng.permutation(inner):
        reference, alternate = _change(sequence, int(position), consequence, rng)
        if reference == alternate:
            continue
        changed = changed_frame(frame, offset, gene.strand, int(position), reference, alternate)
        if coding_consequence(frame, changed) == consequence:
            residue, hgvsp = protein_change(frame, changed, consequence)
            yield _allele(gene, int(position), reference, alternate, consequence, residue, hgvsp)


def _change(
    sequence: str, position: int, consequence: str, rng: np.random.Generator
) -> tuple[str, str]:
    """Draw alleles at a place; equal ones where an indel there could be written in two ways."""
    anchor, after = sequence[position], sequence[position + 1 :]
    lengths = {
        "frameshift_variant": [-4, -2, -1, 1, 2, 4],
        "inframe_deletion": [-3, -6],
        "inframe_insertion": [3, 6],
    }
    change = int(rng.choice(lengths.get(consequence, [0])))
    if change == 0:
        return anchor, str(rng.choice([base for base in "ACGT" if base != anchor]))
    moved = after[:-change] if change < 0 else "".join(rng.choice(list("ACGT"), change))
    following = after[-change] if change < 0 else after[0]
    if anchor == moved[-1] or moved[0] == following:
        return anchor, anchor
    return (anchor + moved, anchor) if change < 0 else (anchor, anchor + moved)


def changed_frame(
    frame: str, offset: dict[int, int], strand: str, position: int, reference: str, alternate: str
) -> str:
    """Make a change, given on the forward strand, in the frame as it is read.

    Args:
        frame: Reading frame, start to stop codon.
        offset: Place in it of each of its positions (0-based, in the chromosome).
        strand: On which the gene lies.
        position: Of the first base of `reference`, 0-based.
        reference: Bases that are replaced, all within the frame.
        alternate: Bases that take their place.
    """
    if strand == "+":
        start = offset[position]
    else:
        start = offset[position + len(reference) - 1]
        alternate = reverse_complement(alternate)
    return frame[:start] + alternate + frame[start + len(reference) :]


def _splice_sites(genome: Genome, gene: Gene, rng: np.random.Generator) -> Iterator[dict]:
    """Offer substitutions of the two bases at each end of each intron."""
    sequence = genome.sequences[gene.chromosome]
    sites = [
        (at, left == (gene.strand == "+"))
        for start, end in gene.introns
        for at, left in ((start, True), (start + 1, True), (end - 2, False), (end - 1, False))
    ]
    for i in rng.permutation(len(sites)):
        at, donor = sites[i]
        alternate = str(rng.choice([base for base in "ACGT" if base != sequence[at]]))
        term = "splice_donor_variant" if donor else "splice_acceptor_variant"
        yield _allele(gene, at, sequence[at], alternate, term)


def _noncoding(
    genome: Genome, gene: Gene, consequence: str, rng: np.random.Generator
) -> Iterator[dict]:
    """Offer substitutions in introns, 15 to 50 bases from an exon, or in untranslated ends."""
    sequence = genome.sequences[gene.chromosome]
    first, last = gene.coding[0][0], gene.coding[-1][1]
    places = [
        (p, "intron_variant")
        for s, e in gene.introns
        for p in (*range(s + 15, s + 50), *range(e - 50, e - 15))
    ]
    if consequence == "utr":
        ends = ("5_prime_UTR_variant", "3_prime_UTR_variant")[:: 1 if gene.strand == "+" else -1]
        places = [(p, ends[0]) for p in range(gene.start + 10, first - 10)]
        places += [(p, ends[1]) for p in range(last + 10, gene.end - 10)]
    for i in rng.permutation(len(places)):
        at, term = places[i]
        alternate = str(rng.choice([base for base in "ACGT" if base != sequence[at]]))
        yield _allele(gene, at, sequence[at], alternate, term)


def _allele(
    gene: Gene,
    at: int,
    reference: str,
    alternate: str,
    consequence: str,
    residue: int | None = None,
    hgvsp: str = "",
) -> dict:
    """Describe an allele whose first base has the 0-based position `at`."""
    return {
        "chromosome": gene.chromosome,
        "position": at + 1,
        "reference": reference,
        "alternate": alternate,
        "consequence": consequence,
        "protein_position": residue,
        "hgvsp": hgvsp,
    }
