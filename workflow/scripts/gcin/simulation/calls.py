"""Genotypes as files: a hospital's VCF, gVCFs, the truth, known sites and scores."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.simulation.genome import Genome

GENOTYPES = ("0/0", "0/1", "1/1")
FORMATS = {
    "GT": '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    "AD": '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads that support each allele">',
    "DP": '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads at the site">',
    "GQ": '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality, phred">',
    "MIN_DP": '##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description="Fewest reads in the block">',
    "PL": '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Genotype likelihoods, phred">',
}
INFOS = {
    "END": '##INFO=<ID=END,Number=1,Type=Integer,Description="Last position of the block">',
    "DP": '##INFO=<ID=DP,Number=1,Type=Integer,Description="Reads at the site">',
    "AF": '##INFO=<ID=AF,Number=A,Type=Float,Description="Population frequency, simulated">',
    "CADD": '##INFO=<ID=CADD,Number=A,Type=Float,Description="CADD-like score, simulated">',
    "REVEL": '##INFO=<ID=REVEL,Number=A,Type=Float,Description="Missense score, simulated">',
    "SPLICE": '##INFO=<ID=SPLICE,Number=A,Type=Float,Description="Splice score, simulated">',
}
NON_REF = '##ALT=<ID=NON_REF,Description="Any possible alternative allele at this location">'
# The GATK whose form the gVCFs have: the pinned one, so that cohorts are not of several versions.
GATK_VERSION = "4.6.2.0"
CALLER = (
    '##GATKCommandLine=<ID=HaplotypeCaller,CommandLine="none was run: simulated",'
    f'Version="{GATK_VERSION}">'
)
BLOCK = 60
MAX_QUALITY = 99


@dataclass(frozen=True)
class Evidence:
    """What reads say of genotypes: `(patients, alleles)` each, depth 0 where nothing was seen."""

    dosage: np.ndarray
    depth: np.ndarray
    alternate: np.ndarray
    quality: np.ndarray


def observe(
    rng: np.random.Generator, dosage: np.ndarray, mean_depth: int, missing: float
) -> Evidence:
    """Draw the reads behind true genotypes, and the genotypes that they lead to.

    One patient in twelve has a poor library with a fifth of the depth; fewer than four reads, and
    a share `missing` of all genotypes, give no call. A heterozygote whose reads show one allele
    only is called for what they show.

    Args:
        rng: Random numbers.
        dosage: `(patients, alleles)`, true number of copies.
        mean_depth: Reads.
        missing: 0 to 1.
    """
    library = np.where(rng.random(len(dosage)) < 1 / 12, 0.2, rng.gamma(30, 1 / 30, len(dosage)))
    depth = rng.poisson(mean_depth * library[:, None], dosage.shape)
    depth[(depth < 4) | (rng.random(dosage.shape) < missing)] = 0
    share = np.choose(dosage, [0.0, 0.5, 1.0])
    alternate = rng.binomial(depth, share)
    called = np.where(alternate == 0, 0, np.where(alternate == depth, 2, 1)).astype(np.int8)
    weakest = np.where(called == 1, 12 * np.minimum(alternate, depth - alternate), 3 * depth)
    return Evidence(called, depth, alternate, np.minimum(weakest, MAX_QUALITY))


def header(
    genome: Genome, samples: Iterable[str], infos: Iterable[str], formats: Iterable[str], *more: str
) -> str:
    """Write the header of a VCF: contigs in order, no date, so that the bytes stay the same."""
    contigs = [
        f"##contig=<ID={name},length={len(sequence)}>"
        for name, sequence in genome.sequences.items()
    ]
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
    columns += ["FORMAT", *samples] if samples else []
    lines = [
        "##fileformat=VCFv4.2",
        "##source=gcin.simulation (simulated, no real person)",
        '##FILTER=<ID=PASS,Description="All filters passed">',
        *more,
        *(INFOS[name] for name in infos),
        *(FORMATS[name] for name in formats),
        *contigs,
        "\t".join(columns),
    ]
    return "\n".join(lines) + "\n"


def cohort_vcf(
    genome: Genome, catalogue: pd.DataFrame, samples: list[str], evidence: Evidence
) -> str:
    """Write a multi-sample VCF with GT:AD:DP:GQ, of the alleles that somebody was called with."""
    lines = [header(genome, samples, [], ["GT", "AD", "DP", "GQ"])]
    for i in np.flatnonzero((evidence.dosage > 0).any(axis=0)):
        fields = zip(
            evidence.dosage[:, i].tolist(),
            evidence.depth[:, i].tolist(),
            evidence.alternate[:, i].tolist(),
            evidence.quality[:, i].tolist(),
            strict=True,
        )
        calls = [
            f"{GENOTYPES[copies]}:{reads - seen},{seen}:{reads}:{quality}" if reads else "./.:.:.:."
            for copies, reads, seen, quality in fields
        ]
        lines.append(
            "\t".join([*_site(catalogue.iloc[i]), ".", "PASS", ".", "GT:AD:DP:GQ", *calls])
        )
    return "\n".join(line.rstrip("\n") for line in lines) + "\n"


def truth_vcf(genome: Genome, catalogue: pd.DataFrame, sample: str, dosage: np.ndarray) -> str:
    """Write the true genotypes of one patient."""
    text = [header(genome, [sample], [], ["GT"])]
    for i in np.flatnonzero(dosage):
        text.append(
            "\t".join([*_site(catalogue.iloc[i]), ".", "PASS", ".", "GT", GENOTYPES[dosage[i]]])
            + "\n"
        )
    return "".join(text)


def sites_vcf(genome: Genome, catalogue: pd.DataFrame, infos: dict[str, str]) -> str:
    """Write alleles without genotypes.

    Args:
        genome: Contigs of the header.
        catalogue: Alleles to write.
        infos: INFO key to the catalogue's column; a missing value is left out.
    """
    text = [header(genome, [], infos, [])]
    for _, row in catalogue.iterrows():
        values = [
            f"{key}={row[column]:g}" for key, column in infos.items() if row[column] == row[column]
        ]
        text.append("\t".join([*_site(row), ".", ".", ";".join(values) or "."]) + "\n")
    return "".join(text)


def gvcf(
    genome: Genome,
    catalogue: pd.DataFrame,
    sample: str,
    dosage: np.ndarray,
    mean_depth: int,
    rng: np.random.Generator,
) -> str:
    """Write one patient's gVCF over the targets: reference blocks with END between variants."""
    formats = ["GT", "AD", "DP", "GQ", "MIN_DP", "PL"]
    text = [header(genome, [sample], ["END", "DP"], formats, NON_REF, CALLER)]
    carried = catalogue[dosage > 0].assign(copies=dosage[dosage > 0])
    by_chromosome = dict(list(carried.groupby("chromosome")))
    for chromosome, start, end, _ in genome.targets():
        alleles = by_chromosome.get(chromosome, carried.iloc[:0])
        inside = alleles[(alleles["position"] > start) & (alleles["position"] <= end)]
        place = start + 1
        for row in inside.itertuples():
            text += _blocks(genome, chromosome, place, row.position, mean_depth, rng)
            text.append(_variant(row, max(8, int(rng.poisson(mean_depth))), rng))
            place = row.position + len(row.reference)
        text += _blocks(genome, chromosome, place, end + 1, mean_depth, rng)
    return "".join(text)


def _blocks(
    genome: Genome,
    chromosome: str,
    first: int,
    behind: int,
    mean_depth: int,
    rng: np.random.Generator,
) -> Iterator[str]:
    """Write the reference blocks from `first` up to but without `behind`, 1-based."""
    for start in range(first, behind, BLOCK):
        end = min(start + BLOCK, behind) - 1
        depth = int(rng.poisson(mean_depth))
        least = max(0, depth - int(rng.integers(0, 4)))
        quality = min(3 * least, MAX_QUALITY)
        base = genome.sequences[chromosome][start - 1]
        likelihoods = f"0,{quality},{quality * 15}"
        yield (
            f"{chromosome}\t{start}\t.\t{base}\t<NON_REF>\t.\t.\tEND={end}\tGT:DP:GQ:MIN_DP:PL\t"
            f"0/0:{depth}:{quality}:{least}:{likelihoods}\n"
        )


def _variant(row: tuple, depth: int, rng: np.random.Generator) -> str:
    """Write a variant with <NON_REF>; likelihoods in the order 00, 01, 11, 0N, 1N, NN."""
    seen = depth if row.copies == 2 else int(np.clip(rng.binomial(depth, 0.5), 3, depth - 3))
    unseen = depth - seen
    if row.copies == 2:
        quality, likelihoods = (
            3 * depth,
            [40 * depth, 3 * depth, 0, 40 * depth, 3 * depth, 40 * depth],
        )
    else:
        quality = 12 * min(seen, unseen)
        likelihoods = [30 * seen, 0, 30 * unseen]
        likelihoods += [30 * seen + 3 * unseen, 30 * unseen + 3 * seen, 33 * depth]
    values = ",".join(map(str, likelihoods))
    return (
        f"{row.chromosome}\t{row.position}\t.\t{row.reference}\t{row.alternate},<NON_REF>\t"
        f"{30 * seen}\t.\tDP={depth}\tGT:AD:DP:GQ:PL\t{GENOTYPES[row.copies]}:{unseen},{seen},0:"
        f"{depth}:{min(quality, MAX_QUALITY)}:{values}\n"
    )


def _site(row: pd.Series) -> list[str]:
    """Give the first five columns of an allele."""
    return [row["chromosome"], str(row["position"]), ".", row["reference"], row["alternate"]]
