"""Are a sample's units of one person? Their reads at the sample's own SNVs, unit by unit.

A lane that was exchanged on the way, or a tube, brings reads of somebody else into a sample. Read
groups keep the units apart in the sample's alignment, so nothing is aligned or called anew.
"""

from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pysam
from cyvcf2 import VCF
from pysam import bcftools

from gcin.tables import read_table

# Share of reads with the alternate where a genotype holds none, one and two; 0.01 are errors.
SHARES = np.array([0.01, 0.5, 0.99])
MIN_MAPPING_QUALITY = "20"
MIN_BASE_QUALITY = "20"
MAX_DEPTH = "500"
# SNVs as near to each other are read at once: a CRAM unpacks some 10,000 reads for any one of them.
NEAR_BASES = 10_000
COLUMNS = ["unit_1", "unit_2", "snvs", "concordance"]


def chosen_snvs(snvs: pd.DataFrame, most: int) -> pd.DataFrame:
    """Take at most so many of a sample's diploid SNVs, evenly along the genome, as they come."""
    diploid = snvs[snvs["ploidy"] == 2]
    places = np.unique(np.linspace(0, max(len(diploid) - 1, 0), most).astype(int))
    return diploid.iloc[places[: len(diploid)]]


def unit_of(group: str, sample: str) -> str:
    """Name the unit of a read group: its id is `sample.unit`, with `:id` where one was given."""
    return group.partition(":")[0].removeprefix(f"{sample}.")


def reads_by_unit(
    alignment: str, genome: str, sample: str, snvs: pd.DataFrame, scratch: str | Path
) -> tuple[list[str], np.ndarray]:
    """Count reads with the reference and with the alternate at SNVs, unit by unit.

    Args:
        alignment: Indexed alignment of the sample, all units in it.
        genome: Indexed FASTA.
        sample: Its name.
        snvs: `chromosome position reference alternate`, sorted.
        scratch: A folder for files that are not kept.

    Returns:
        The units, and reads: units x SNVs x 2, int.
    """
    if snvs.empty:
        return [], np.empty((0, 0, 2), int)
    with pysam.AlignmentFile(alignment, reference_filename=genome) as opened:
        groups = [line["ID"] for line in opened.header.to_dict()["RG"]]
    names = ("groups", "snvs.bed", "regions.bed", "piled")
    listed, targets, regions, piled = (str(Path(scratch) / name) for name in names)
    unit_lines = [f"{group}\t{unit_of(group, sample)}\n" for group in groups]
    Path(listed).write_text("".join(unit_lines))
    bed = snvs.assign(start=snvs["position"] - 1)[["chromosome", "start", "position"]]
    bed.to_csv(targets, sep="\t", header=False, index=False)
    regions_of(bed).to_csv(regions, sep="\t", header=False, index=False)
    options = ["-f", genome, "-R", regions, "-T", targets, "-G", listed, "-a", "AD", "-B"]
    options += ["-d", MAX_DEPTH, "-q", MIN_MAPPING_QUALITY, "-Q", MIN_BASE_QUALITY]
    options += ["-Ob", "-o", piled]
    bcftools.mpileup(*options, alignment, catch_stdout=False)
    return _counts(VCF(piled), snvs)


def regions_of(snvs: pd.DataFrame) -> pd.DataFrame:
    """Span each group of SNVs that follow each other within `NEAR_BASES`.

    Args:
        snvs: `chromosome start position`, sorted.

    Returns:
        One row per group, as `snvs` has them.
    """
    starts = snvs["chromosome"] != snvs["chromosome"].shift()
    starts |= snvs["position"].diff() > NEAR_BASES
    groups = snvs.groupby(starts.cumsum())
    return groups.agg({"chromosome": "first", "start": "first", "position": "last"})


def _counts(piled: VCF, snvs: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    """Read the depths of each SNV's two alleles from a pileup."""
    keys = zip(snvs["chromosome"], snvs["position"], snvs["alternate"], strict=True)
    row = {(chromosome, position): (n, alt) for n, (chromosome, position, alt) in enumerate(keys)}
    reads = np.zeros((len(piled.samples), len(snvs), 2), int)
    for record in piled:
        place = (record.CHROM, record.POS)
        if place not in row or record.is_indel:
            continue
        number, alternate = row[place]
        depths = np.maximum(record.format("AD"), 0)
        reads[:, number, 0] = depths[:, 0]
        if alternate in record.ALT:
            reads[:, number, 1] = depths[:, 1 + record.ALT.index(alternate)]
    return list(piled.samples), reads


def concordances(
    units: list[str], reads: np.ndarray, min_reads: int, min_snvs: int
) -> pd.DataFrame:
    """Compare each two units of a sample.

    Args:
        units: Their names.
        reads: Units x SNVs x 2: with the reference, with the alternate.
        min_reads: Fewest reads of an SNV in both units.
        min_snvs: Fewest SNVs with so many reads.

    Returns:
        One row per pair: `unit_1 unit_2 snvs`, and `concordance`, the mean probability that both
        have the same genotype, every genotype being as likely beforehand; NaN of fewer SNVs.
    """
    genotypes = _posteriors(reads)
    deep = reads.sum(axis=2) >= min_reads
    rows = []
    for one, two in combinations(range(len(units)), 2):
        both = deep[one] & deep[two]
        same = (genotypes[one, both] * genotypes[two, both]).sum(axis=1)
        concordance = same.mean() if len(same) >= min_snvs else np.nan
        rows.append((units[one], units[two], len(same), concordance))
    return pd.DataFrame(rows, columns=COLUMNS)


def _posteriors(reads: np.ndarray) -> np.ndarray:
    """Probability of none, one and two alternates, from counts of reads; along a new last axis."""
    fitting = reads[..., :1] * np.log(1 - SHARES) + reads[..., 1:] * np.log(SHARES)
    likelihood = np.exp(fitting - fitting.max(axis=-1, keepdims=True))
    return likelihood / likelihood.sum(axis=-1, keepdims=True)


def least_concordances(reports: Iterable[str], measure: str) -> pd.DataFrame:
    """Samples by a measure of this name, the least `concordance` of their rows that have one."""
    tables = [read_table(path, "sample") for path in reports]
    if not tables:
        return pd.DataFrame({measure: []}, dtype=float)
    least = pd.concat(tables).groupby("sample")["concordance"].min()
    return least.to_frame(measure)
