"""A planted cohort's genes with a sequence, on which every allele does what is said of it.

The genome is a miniature like that of the simulated hospital: as many genes as are asked for, in
the order of those that are drawn without a sequence, each with the bases between it and the next.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Self

import numpy as np
import pandas as pd

from gcin.reference.arms import arms_of
from gcin.simulation.genome import Gene, Genome, lay_out
from gcin.simulation.planted.carriers import MARKERS
from gcin.simulation.planted.dials import Planted
from gcin.simulation.planted.genome import (
    CONSEQUENCES,
    RARE_SITES,
    SPLICING,
    gene_table,
    scores,
)
from gcin.simulation.planted.ground import Ground
from gcin.simulation.translation import translate
from gcin.simulation.variants import changed_frame, coding_alleles

PASSES = 50  # over the reading frame, in search of alleles of one consequence
AT_ONCE = 4  # codons, more than an indel and what it touches fill
FROM_EXON = 20  # bases; nearer to an exon an allele may alter splicing
IMPACTS = {
    "stop_gained": "HIGH",
    "frameshift_variant": "HIGH",
    "missense_variant": "MODERATE",
    "splice_donor_variant": "HIGH",
    "splice_region_variant": "LOW",
    "inframe_deletion": "MODERATE",
    "synonymous_variant": "LOW",
}
# Decimals that scores are given with; frequencies have significant digits.
DECIMALS = {"cadd": 1, "revel": 3, "spliceai": 2}
DIGITS = 3


@dataclass(frozen=True)
class Sequenced:
    """A genome, and what is planted on it."""

    genome: Genome
    ground: Ground

    @classmethod
    def made(cls, planted: Planted, chromosomes: pd.DataFrame) -> Self:
        """Make sequences for the genes of a cohort, and alleles on them.

        Args:
            planted: What is simulated.
            chromosomes: `chrom length_grch38 centromere_boundary`, in genome order.

        Raises:
            ValueError: There are fewer genes than the planted logic needs.
        """
        drawn = gene_table(planted, chromosomes)
        places = list(zip(drawn["gene"], drawn["chromosome"], strict=True))
        genome = lay_out(planted.stream("sequence"), places)
        genes = _genes(genome)
        ground = Ground(genes, _sites(planted, genome, genes), _markers(planted, genome))
        return cls(genome, ground)


def _genes(genome: Genome) -> pd.DataFrame:
    """Describe the genes as the gene table of a store does; the middle of a contig parts arms."""
    frames = [len(genome.reading_frame(gene)) for gene in genome.genes]
    table = pd.DataFrame(
        {
            "gene": [gene.name for gene in genome.genes],
            "gene_index": np.arange(len(frames)),
            "gene_id": [f"SIMG-{gene.name}" for gene in genome.genes],
            "chromosome": [gene.chromosome for gene in genome.genes],
            "start": [gene.start + 1 for gene in genome.genes],
            "end": [gene.end for gene in genome.genes],
            "strand": [gene.strand for gene in genome.genes],
        }
    )
    lengths = {name: len(bases) for name, bases in genome.sequences.items()}
    table["arm"] = arms_of(table, {}, lengths)
    table["transcript"] = [gene.transcript for gene in genome.genes]
    table["coding_bases"] = frames
    return table.assign(protein_length=np.array(frames) // 3 - 1)


def _sites(planted: Planted, genome: Genome, genes: pd.DataFrame) -> pd.DataFrame:
    """Draw the catalogue, as `gcin.simulation.planted.genome.site_table` does, on the sequence.

    Protein positions are those of coding alleles; scores and frequencies are as they are written.
    """
    rng = planted.stream("sites")
    table = pd.DataFrame(
        [
            allele | {"gene": gene.name, "gene_index": index, "transcript": gene.transcript}
            for index, gene in enumerate(genome.genes)
            for allele in _alleles(genome, gene, rng)
        ]
    )
    kind = table["consequence"].str.partition("&")[0]
    exponent = np.where(
        table.pop("common"), rng.uniform(-2, -1, len(table)), rng.uniform(-6, -2, len(table))
    )
    length = genes["protein_length"].to_numpy()[table["gene_index"]]
    table = table.assign(
        impact=kind.map(IMPACTS),
        hgvsp="",
        protein_fraction=(table["protein_position"] / length).clip(upper=1),
        population_af=[float(f"{10**value:.{DIGITS}g}") for value in exponent],
        clinical_significance="",
        hotspot=False,
    )
    drawn = scores(kind, rng)
    table = table.assign(**{name: np.round(drawn[name], DECIMALS[name]) for name in DECIMALS})
    keys = ["gene_index", "position", "reference", "alternate"]
    return table.sort_values(keys, ignore_index=True)


def _alleles(genome: Genome, gene: Gene, rng: np.random.Generator) -> Iterator[dict]:
    """Draw RARE_SITES rare alleles of a gene and a common one, all different."""
    kinds = rng.choice(list(CONSEQUENCES), RARE_SITES, p=list(CONSEQUENCES.values()))
    common = str(rng.choice(["missense_variant", "synonymous_variant"]))
    wanted, taken = Counter(kinds.tolist()), set()
    for kind in CONSEQUENCES:
        offered = _offered(genome, gene, kind, rng)
        for place in range(wanted[kind] + (kind == common)):
            allele = next(allele for allele in offered if _key(allele) not in taken)
            taken.add(_key(allele))
            yield allele | {"common": place == wanted[kind]}


def _key(allele: dict) -> tuple[int, str, str]:
    return allele["position"], allele["reference"], allele["alternate"]


def _offered(genome: Genome, gene: Gene, kind: str, rng: np.random.Generator) -> Iterator[dict]:
    """Offer alleles of one consequence in random order, the same ones at times again."""
    if kind in SPLICING:
        yield from _splicing(genome, gene, kind, rng)
        return
    frame = genome.reading_frame(gene)
    place_in = {int(position): place for place, position in enumerate(gene.coding_positions())}
    passes = repeat((genome, gene, kind, rng), PASSES)
    for allele in chain.from_iterable(coding_alleles(*choice) for choice in passes):
        codons = sorted(place_in[position] // 3 for position in _touched(allele))
        start, alleles = allele["position"] - 1, (allele["reference"], allele["alternate"])
        changed = changed_frame(frame, place_in, gene.strand, start, *alleles)
        # A frame that is shifted into a stop at once is also a gained stop.
        stops = "*" in translate(changed[3 * codons[0] : 3 * (codons[-1] + AT_ONCE)])
        if kind != "frameshift_variant" or not stops:
            kept = {name: allele[name] for name in allele if name != "hgvsp"}
            yield kept | {"protein_position": codons[0] + 1}


def _touched(allele: dict) -> range:
    """Positions (0-based) of the bases that an allele replaces, or between which it inserts."""
    start, growth = allele["position"] - 1, len(allele["alternate"]) - len(allele["reference"])
    if growth > 0:
        return range(start, start + 2)
    return range(start + (growth < 0), start + len(allele["reference"]))


def _splicing(genome: Genome, gene: Gene, kind: str, rng: np.random.Generator) -> Iterator[dict]:
    """Offer substitutions of the first two bases of introns, or of the region beside them.

    Of that region only bases for which no finer term stands first: the 7th and 8th of an intron,
    and those from the 8th to the 3rd before its end.
    """
    sequence, forward = genome.sequences[gene.chromosome], gene.strand == "+"
    region = "splice_region_variant&intron_variant"
    tract = "splice_region_variant&splice_polypyrimidine_tract_variant&intron_variant"
    places = {0: kind, 1: kind} if kind == "splice_donor_variant" else {6: region, 7: region}
    if kind != "splice_donor_variant":
        places |= dict.fromkeys(range(-8, -2), tract)
    alleles = [
        (at if forward else start + end - 1 - at, term, base)
        for start, end in gene.introns
        for at, term in (
            (start + place if place >= 0 else end + place, term) for place, term in places.items()
        )
        for base in "ACGT"
    ]
    for number in rng.permutation(len(alleles)):
        at, term, base = alleles[number]
        if sequence[at] != base:
            yield {
                "chromosome": gene.chromosome,
                "position": at + 1,
                "reference": sequence[at],
                "alternate": base,
                "consequence": term,
                "protein_position": np.nan,
            }


def _markers(planted: Planted, genome: Genome) -> pd.DataFrame:
    """Place common markers in introns, as many in each gene as in any other."""
    rng = planted.stream("marker places")
    share = -(-MARKERS // len(genome.genes))
    rows = []
    for gene in genome.genes:
        sequence = genome.sequences[gene.chromosome]
        inner = [at for s, e in gene.introns for at in range(s + FROM_EXON, e - FROM_EXON)]
        for at in np.sort(rng.choice(inner, share, replace=False)):
            base = str(rng.choice([base for base in "ACGT" if base != sequence[at]]))
            rows.append((gene.chromosome, int(at) + 1, sequence[at], base))
    kept = np.sort(rng.choice(len(rows), MARKERS, replace=False))
    table = pd.DataFrame(rows, columns=["chromosome", "position", "reference", "alternate"])
    return table.iloc[kept].reset_index(drop=True)
