"""The worked example `somatic`, tumours whose alleles are known, in a folder; and their score."""

import gzip
import runpy
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from cyvcf2 import VCF, Variant
from pysam import FastaFile, tabix_compress, tabix_index

from gcin.quality.concordance import compared, within
from gcin.quality.replay import Allele
from gcin.quality.truth import alleles_by_contig
from gcin.reference.intervals import intersection, read_bed

PLACE = Path(__file__).parents[2] / "config" / "examples" / "somatic"
EXAMPLE = runpy.run_path(str(PLACE / "prepare.py"))
SHARES = EXAMPLE["SHARES"]
START, END = 10_019_352, 10_119_352
CONTIG_BASES = 10_150_000


def lay_out(sequences: Path, folder: Path) -> None:
    """Describe the worked example's run in a folder, on the genome cut behind its stretch."""
    (folder / "demo" / "somatic").mkdir(parents=True)
    EXAMPLE["mix"](sequences, folder / "demo" / "somatic")
    with gzip.open(sequences / "ref" / "GRCh38.slices.fa.gz", "rt") as packed:
        contigs = dict(part.split("\n", 1) for part in packed.read().split(">")[1:])
    sequence = contigs["chr20"].replace("\n", "")[:CONTIG_BASES]
    (folder / "genome.fa").write_text(f">chr20\n{sequence}\n")
    with gzip.open(sequences / "ref" / "genes.refseq.gtf.gz", "rt") as models:
        rows = [line for line in models if line.startswith("chr20\t")]
    kept = [line for line in rows if int(line.split("\t")[4]) < CONTIG_BASES]
    (folder / "genes.gtf").write_text("".join(kept))
    for name in ("samples.tsv", "calling.bed"):
        shutil.copy(PLACE / name, folder)
    shutil.copytree(PLACE / "cohorts", folder / "cohorts")
    reference = {"fasta": "genome.fa", "gene_models": "genes.gtf", "shards": 2}
    reference |= {"calling_intervals": "calling.bed"}
    own = {"samples": "samples.tsv", "cards": "cohorts", "data_root": ".", "reference": reference}
    (folder / "config.yaml").write_text(yaml.safe_dump(own))


def common_sites(sequences: Path, folder: Path) -> None:
    """Write `common.vcf.gz`: SNVs that NA12878 has, as if each had a frequency of 0.1 in people."""
    sites = VCF(str(sequences / "truth" / "NA12878.GIAB_v3.3.2_lifted.vcf.gz"))
    snvs = [site for site in sites if site.is_snp and START < site.POS <= END]
    write_sites(snvs, folder / "common.vcf")


def write_sites(sites: Iterable[Variant], path: Path) -> None:
    """Write the sites with one alternate, compressed and indexed, with a made-up frequency."""
    header = ["##fileformat=VCFv4.2", f"##contig=<ID=chr20,length={CONTIG_BASES}>"]
    header += ['##INFO=<ID=AF,Number=A,Type=Float,Description="Made up">']
    header += ["#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"]
    rows = [
        f"chr20\t{site.POS}\t.\t{site.REF}\t{site.ALT[0]}\t.\tPASS\tAF=0.1"
        for site in sites
        if len(site.ALT) == 1
    ]
    path.write_text("\n".join(header + rows) + "\n")
    tabix_compress(str(path), f"{path}.gz", force=True)
    tabix_index(f"{path}.gz", preset="vcf", force=True)


def score(sequences: Path, genome: Path, calls: Path, tumour: str, both: bool) -> pd.DataFrame:
    """Hold a tumour's passing alleles against those of HG002 that NA12878's truth does not have.

    Args:
        sequences: Folder of reads and truths.
        genome: The indexed genome of the run.
        calls: Filtered calls, with a column of the tumour.
        tumour: Its sample.
        both: Whether only bases within the confident regions of both count (the truth of NA12878
            has them for 9 kb only), else those of HG002.

    Returns:
        By expected share of the reads, `truth` and `found`; and, in a row 0, `extra` calls.
    """
    fasta, truths = FastaFile(str(genome)), sequences / "truth"
    guest = alleles_by_contig(truths / "HG002.GIAB_v4.2.1.vcf.gz")["chr20"]
    host = alleles_by_contig(truths / "NA12878.GIAB_v3.3.2_lifted.vcf.gz")["chr20"]
    somatic = [allele for allele in guest if _place(allele) not in set(map(_place, host))]
    called = alleles_by_contig(calls, tumour)["chr20"]
    found, _, right = compared(somatic, called, fasta.fetch("chr20"))
    regions = _regions(sequences, fasta, both)
    counted, extra = within(somatic, regions), within(called, regions) & ~right
    vaf = np.array([allele.copies / 2 * SHARES[tumour] for allele in somatic])
    rows = [
        {"vaf": share, "truth": of_share.sum(), "found": (of_share & found).sum(), "extra": 0}
        for share in sorted(set(vaf[counted]))
        for of_share in [counted & (vaf == share)]
    ]
    rows.append({"vaf": 0.0, "truth": 0, "found": 0, "extra": extra.sum()})
    return pd.DataFrame(rows).set_index("vaf").astype(int)


def _place(allele: Allele) -> tuple[int, int, str]:
    return allele.start, allele.end, allele.sequence


def _regions(sequences: Path, fasta: FastaFile, both: bool) -> pd.DataFrame:
    """Bases that count: `chromosome start end` of the slice."""
    sizes = {"chr20": CONTIG_BASES}
    slice_ = pd.DataFrame({"chromosome": ["chr20"], "start": [START], "end": [END]})
    names = ["HG002.GIAB_v4.2.1.bed", *["NA12878.GIAB_10kb_lifted.bed"] * both]
    for name in names:
        bed = read_bed(sequences / "truth" / name)
        bed = bed[(bed["chromosome"] == "chr20") & (bed["end"] <= sizes["chr20"])]
        slice_ = intersection(slice_, bed, sizes)
    return slice_
