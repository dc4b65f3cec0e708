"""HG002's reads mixed into NA12878's: tumours whose somatic alleles are known, and their score.

Each read pair goes by a hash of its name, so that a mixture is the same whenever it is made. The
pairs of NA12878 are parted: those of the normal sample are in no tumour.
"""

import gzip
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd
import yaml
from cyvcf2 import VCF, Variant
from pysam import FastaFile, tabix_compress, tabix_index

from gcin.quality.concordance import compared, within
from gcin.quality.replay import Allele
from gcin.quality.truth import alleles_by_contig
from gcin.reference.intervals import intersection, read_bed

# Share of HG002 among the reads of each tumour.
SHARES = {"mix10": 0.10, "mix25": 0.25, "mix50": 0.50, "worn10": 0.10}
# Share of guanines that are oxidised: first reads show T for G, second reads A for C.
OXIDISED = {"worn10": 0.001}
NORMAL_SHARE = 0.4
# Bases of all HG002 pairs (2 x 148) over those of the NA12878 pairs (2 x 101) in tumours.
RATIO = 10_507 * 148 / (25_839 * (1 - NORMAL_SHARE) * 101)
START, END = 10_019_352, 10_119_352
CONTIG_BASES = 10_150_000
CONFIG = {
    "samples": "samples.tsv",
    "cards": "cohorts",
    "data_root": ".",
    "reference": {"fasta": "genome.fa", "gene_models": "genes.gtf", "shards": 2}
    | {"calling_intervals": "calling.bed"},
}
CARD = {"title": "HG002 in NA12878", "licence": "openly consented samples", "assay": "wgs"}


def draw_of(name: bytes) -> float:
    """Number of a read pair in [0, 1), by its name alone."""
    return crc32(name) / 2**32


def pairs_of(stem: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Read the pairs of `{stem}_R1.fastq.gz` and `_R2`: name and both records."""
    with gzip.open(f"{stem}_R1.fastq.gz") as first, gzip.open(f"{stem}_R2.fastq.gz") as second:
        while name := first.readline():
            one = name + b"".join(first.readline() for _ in range(3))
            two = b"".join(second.readline() for _ in range(4))
            yield name.split()[0].removesuffix(b"/1"), one, two


def mix(sequences: Path, folder: Path) -> None:
    """Write `{sample}_R1.fastq.gz` and `_R2` of sample `normal` and of each tumour."""
    # HG002's pairs in a tumour stand to all of NA12878's there as share to 1 - share.
    rates = {tumour: share / (1 - share) / RATIO for tumour, share in SHARES.items()}
    with ExitStack() as files:
        written = {
            name: [files.enter_context(_opened(folder, name, mate)) for mate in (1, 2)]
            for name in ("normal", *SHARES)
        }
        for name, *pair in pairs_of(sequences / "fastq" / "NA12878.PG101"):
            for sample in ["normal"] if draw_of(name) < NORMAL_SHARE else SHARES:
                _write(worn(name, pair, sample), written[sample])
        for name, *pair in pairs_of(sequences / "fastq" / "HG002.NIST150"):
            for tumour, rate in rates.items():
                if draw_of(name) < rate:
                    _write(worn(name, pair, tumour), written[tumour])


def worn(name: bytes, pair: list[bytes], sample: str) -> list[bytes]:
    """Oxidise the guanines of a read pair, where the sample's are."""
    if sample not in OXIDISED:
        return pair
    rng = np.random.default_rng(crc32(name))
    made = []
    for record, (old, new) in zip(pair, (b"GT", b"CA"), strict=True):
        head, read, *rest = record.split(b"\n")
        bases = np.frombuffer(read, np.uint8).copy()
        bases[(bases == old) & (rng.random(len(bases)) < OXIDISED[sample])] = new
        made.append(b"\n".join([head, bases.tobytes(), *rest]))
    return made


def _opened(folder: Path, sample: str, mate: int) -> gzip.GzipFile:
    return gzip.open(folder / f"{sample}_R{mate}.fastq.gz", "wb", compresslevel=1)


def _write(pair: list[bytes], streams: list[gzip.GzipFile]) -> None:
    for record, stream in zip(pair, streams, strict=True):
        stream.write(record)


def lay_out(sequences: Path, folder: Path) -> None:
    """Describe a run in a folder: mixed reads, the genome cut behind the slice, sheet and card."""
    mix(sequences, folder)
    with gzip.open(sequences / "ref" / "GRCh38.slices.fa.gz", "rt") as packed:
        contigs = dict(part.split("\n", 1) for part in packed.read().split(">")[1:])
    sequence = contigs["chr20"].replace("\n", "")[:CONTIG_BASES]
    (folder / "genome.fa").write_text(f">chr20\n{sequence}\n")
    (folder / "calling.bed").write_text(f"chr20\t{START}\t{END}\n")
    with gzip.open(sequences / "ref" / "genes.refseq.gtf.gz", "rt") as models:
        rows = [line for line in models if line.startswith("chr20\t")]
    kept = [line for line in rows if int(line.split("\t")[4]) < CONTIG_BASES]
    (folder / "genes.gtf").write_text("".join(kept))
    sheet = [
        {"cohort": "mixed", "patient": "P1", "sample": sample, "unit": "L1", "tissue": tissue}
        | {"kind": "fastq", "assembly": "GRCh38", "platform": "ILLUMINA", "library": sample}
        | {"file": f"{sample}_R1.fastq.gz", "mate": f"{sample}_R2.fastq.gz"}
        for sample, tissue in [("normal", "germline"), *((name, "tumour") for name in SHARES)]
    ]
    pd.DataFrame(sheet).to_csv(folder / "samples.tsv", sep="\t", index=False)
    (folder / "cohorts").mkdir()
    (folder / "cohorts" / "mixed.yaml").write_text(yaml.safe_dump(CARD))
    (folder / "config.yaml").write_text(yaml.safe_dump(CONFIG))


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
