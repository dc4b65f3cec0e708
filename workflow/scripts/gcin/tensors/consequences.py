"""The CSQ field of annotated variants: one row per allele and gene."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import NamedTuple

from gcin.annotation.custom import FREQUENCY_FIELDS, SPLICE_FIELDS
from gcin.tensors.effects import EFFECTS, RANKS, SILENT, effect_of


@dataclass(frozen=True)
class GeneIndex:
    """Where each gene of the universe stands, by symbol and by identifier.

    Attributes:
        positions: Row of each symbol, and of each identifier without its version.
        transcripts: Transcript that stands for each gene, in the order of the genes.
        lengths: Residues of its protein, 0 where it has none.
    """

    positions: Mapping[str, int]
    transcripts: list[str]
    lengths: list[float]

    def find(self, symbol: str, identifier: str) -> int | None:
        """Row of a gene: its symbol first, else its identifier; None outside the universe."""
        found = self.positions.get(symbol)
        return self.positions.get(identifier.split(".")[0]) if found is None else found


def csq_fields(header: str) -> list[str]:
    """Name the fields of CSQ, as the header of the VCF lists them.

    Raises:
        ValueError: The header has no CSQ line: the variants were not annotated.
    """
    line = re.search(r'##INFO=<ID=CSQ,.*Format: ([^">]+)', header)
    if line is None:
        raise ValueError(
            "the variants carry no CSQ annotation in the form of Ensembl VEP: annotate them first"
        )
    return line[1].strip().split("|")


# Of a gene that is not the one in which an allele matters.
NOTHING_TOLD = {
    "cadd": None,
    "revel": None,
    "spliceai": None,
    "clinical_significance": "",
    "hotspot": False,
}


class Annotation(NamedTuple):
    """What the CSQ of an allele says.

    Attributes:
        rows: Annotation columns of each gene in whose transcripts the allele lies.
        population_af: Frequency of the allele in a population, None where none was annotated.
        near: Whether it lies in, or up- or downstream of, a gene of the universe.
    """

    rows: list[dict]
    population_af: float | None
    near: bool


def annotation_reader(fields: list[str], genes: GeneIndex) -> Callable[[str], Annotation]:
    """Make the function that turns the CSQ value of an allele into rows, one per gene.

    The block flagged PICK stands for a gene; without it the most severe one, then the one on
    the transcript of the gene model. Blocks of genes outside the universe, and consequences
    outside every transcript (upstream, downstream, intergenic), give no row.

    What is told of an allele as such (scores, significance, hotspots) is told of the genes in whose
    coding bases or splice sites it lies, where there are any: not of one that has an intron there.
    """

    def read(value: str) -> Annotation:
        blocks = [dict(zip(fields, text.split("|"), strict=True)) for text in value.split(",")]
        placed = [(genes.find(block["SYMBOL"], block["Gene"]), block) for block in blocks]
        best, meant = {}, set()
        for gene, block in placed:
            effect = effect_of(block["Consequence"])
            if effect is not None and EFFECTS[effect].kind not in SILENT:
                meant.add(gene)
            if gene is None or effect is None:
                continue
            order = _order(block, effect, genes.transcripts[gene])
            if gene not in best or order < best[gene][0]:
                best[gene] = (order, block)
        rows = [
            _row(block, gene, genes.lengths[gene])
            | (_told(block) if gene in meant or not meant else NOTHING_TOLD)
            for gene, (_, block) in best.items()
        ]
        near = any(gene is not None for gene, _ in placed)
        return Annotation(rows, first_number(blocks[0], FREQUENCY_FIELDS), near)

    return read


def _order(block: dict, effect: str, transcript: str) -> tuple[bool, int, bool]:
    """Rank the blocks of one gene: the smallest stands for it."""
    same = block["Feature"].split(".")[0] == transcript.split(".")[0]
    return block.get("PICK") != "1", RANKS[effect], not same


def _row(block: dict, gene: int, length: float) -> dict:
    """Turn a CSQ block into the annotation columns of a site; None where it says nothing."""
    position, _, written = block.get("Protein_position", "").partition("/")
    position = number(position.split("-")[0])
    length = number(written) or length
    return {
        "gene_index": gene,
        "transcript": block["Feature"],
        "consequence": block["Consequence"],
        "impact": block["IMPACT"],
        "hgvsp": block.get("HGVSp", ""),
        "protein_position": position,
        "protein_fraction": _fraction(position, length),
        "population_af": first_number(block, FREQUENCY_FIELDS),
    }


def _fraction(position: float | None, length: float) -> float | None:
    """Place in the protein, 0 to 1; None behind its stop, where it is another transcript's."""
    known = position and length and position <= length + 1
    return min(position / length, 1.0) if known else None


def _told(block: dict) -> dict:
    """What a block says of the allele as such; REVEL is a score of missense variants alone."""
    is_missense = EFFECTS[effect_of(block["Consequence"])].kind == "missense"
    return {
        "cadd": number(block.get("CADD_PHRED", "")),
        "revel": number(block.get("REVEL", "")) if is_missense else None,
        "spliceai": max(_numbers(block, SPLICE_FIELDS), default=None),
        "clinical_significance": block.get("CLIN_SIG", ""),
        "hotspot": block.get("Hotspot", "") not in ("", ".", "0"),
    }


def first_number(block: Mapping[str, str], names: tuple[str, ...]) -> float | None:
    """Read the first of these fields that holds a number."""
    return next(iter(_numbers(block, names)), None)


def _numbers(block: Mapping[str, str], names: tuple[str, ...]) -> list[float]:
    """Read the fields that hold numbers."""
    found = (number(block.get(name, "")) for name in names)
    return [value for value in found if value is not None]


def number(text: str) -> float | None:
    """Read a number of a CSQ field; of several joined by `&` the largest. A NaN is none."""
    found = []
    for part in text.split("&"):
        try:
            found.append(float(part))
        except ValueError:
            continue
    return max((value for value in found if not isnan(value)), default=None)
