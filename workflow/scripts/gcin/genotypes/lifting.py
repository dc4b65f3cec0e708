"""Given VCFs of GRCh37, lifted over to the genome by GATK's LiftoverVcf."""

import logging
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
import pysam
from pysam import bcftools

from gcin.genotypes.by_allele import REFUSED, with_marks
from gcin.genotypes.taking import take_samples
from gcin.intake.heads import lines
from gcin.reference.order import bare_name, is_mitochondrial, with_prefix

logger = logging.getLogger(__name__)

# Bases of the chrM of UCSC's hg19, which is another person's than the MT of GRCh37 (16,569).
HG19_MITOCHONDRION = 16571
UNPLACED = ["chromosome", "position", "reference", "alternate", "reason"]
# What LiftoverVcf writes into FILTER of a record that it rejects.
REASONS = {
    "NoTarget": "not in the genome",
    "MismatchedRefAllele": "reference allele differs from the genome",
    "IndelStraddlesMultipleIntevals": "torn apart in the genome",
    "CannotLiftOver": "cannot be turned to the other strand",
}
FOREIGN = "not the mitochondrion of GRCh37"


def lift(
    path: str,
    samples: list[str],
    chain: str,
    genome: str,
    sizes: Mapping[str, int],
    java_options: str,
    scratch: str,
    lifted: str,
) -> pd.DataFrame:
    """Lift the records of some samples over, alleles turned with their strand.

    Where the assemblies differ in which allele is the reference, a biallelic SNV has its alleles
    and genotypes exchanged.

    Args:
        path: The given file, plain, gzipped or BCF, on GRCh37 with or without `chr`.
        samples: The samples to take, as the sheet names them.
        chain: Chain file from GRCh37 to GRCh38, its contigs named `chr1`.
        genome: The genome, with index and dictionary.
        sizes: Length of each contig of the genome in bases.
        java_options: Options of Java, among them its heap.
        scratch: A folder for files that are not kept.
        lifted: The VCF to write.

    Returns:
        One row per record that did not lift: `chromosome position reference alternate reason`,
        as the given file has them.

    Raises:
        ValueError: Names file, sample and remedy.
        RuntimeError: LiftoverVcf failed.
    """
    names = ("contigs.txt", "old.vcf.gz", "used.chain", "rejected.vcf.gz", "own.bcf")
    contigs, old, used, rejected, copied = (str(Path(scratch, name)) for name in names)
    taken = with_marks(take_samples(path, samples, scratch), scratch)
    kept, foreign = _without_foreign(taken, copied)
    with pysam.VariantFile(kept) as calls:
        own = {with_prefix(name): name for name in calls.header.contigs}
        marks = f"^INFO/{REFUSED}" if REFUSED in calls.header.info else "INFO"
    Path(contigs).write_text("".join(f"{given} {name}\n" for name, given in own.items()))
    # LiftoverVcf exchanges the reads of exchanged alleles, but no share of reads
    options = ("--no-version", "--rename-chrs", contigs, "-x", f"{marks},FORMAT/AF")
    bcftools.annotate(*options, "-Oz", "-o", old, kept, catch_stdout=False)
    Path(used).write_text("".join(_chains_to(lines(chain), sizes)))
    _run_liftover(old, used, genome, java_options, scratch, lifted, rejected)
    unplaced = pd.concat([foreign, _unplaced(rejected, own)], ignore_index=True)
    for reason, count in unplaced["reason"].value_counts().items():
        logger.warning("%s: %d record(s) not lifted: %s", path, count, reason)
    return unplaced


def _without_foreign(taken: str, copied: str) -> tuple[str, pd.DataFrame]:
    """Leave out and list records on another mitochondrion: the chain would misplace them."""
    nothing = pd.DataFrame(columns=UNPLACED)
    with pysam.VariantFile(taken) as calls:
        contigs = calls.header.contigs.items()
        others = {name for name, contig in contigs if contig.length == HG19_MITOCHONDRION}
        others = set(filter(is_mitochondrial, others))
        if not others:
            return taken, nothing
        rows = []
        with pysam.VariantFile(copied, "wb", header=calls.header) as kept:
            for record in calls:
                if record.chrom not in others:
                    kept.write(record)
                    continue
                alternates = ",".join(record.alts or ".")
                rows.append((record.chrom, record.pos, record.ref, alternates, FOREIGN))
    return copied, pd.DataFrame(rows, columns=UNPLACED)


def _chains_to(chains: Iterator[str], sizes: Mapping[str, int]) -> Iterator[str]:
    """Keep the chains that lead to a contig of the genome, under the name that it has there."""
    named, kept = {bare_name(name): name for name in sizes}, False
    for line in chains:
        fields = line.split()
        if fields[:1] == ["chain"]:
            fields[7] = named.get(bare_name(fields[7]), "")
            kept = bool(fields[7])
        if kept:
            yield " ".join(fields) + "\n"


def _run_liftover(
    old: str, chain: str, genome: str, java_options: str, scratch: str, lifted: str, rejected: str
) -> None:
    options = {
        "INPUT": old,
        "CHAIN": chain,
        "REFERENCE_SEQUENCE": genome,
        "OUTPUT": lifted,
        "REJECT": rejected,
        "RECOVER_SWAPPED_REF_ALT": "true",
        "ALLOW_MISSING_FIELDS_IN_HEADER": "true",
        # Read once, from end to end: an index would only be left lying about.
        "CREATE_INDEX": "false",
        "TMP_DIR": scratch,
    }
    words = [word for key, value in options.items() for word in (f"--{key}", value)]
    command = ["gatk", "--java-options", java_options, "LiftoverVcf", *words]
    done = subprocess.run(command, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"LiftoverVcf failed (exit code {done.returncode}); it says why above")


def _unplaced(rejected: str, own: Mapping[str, str]) -> pd.DataFrame:
    """List the rejected records, on the contigs' own names."""
    with pysam.VariantFile(rejected) as calls:
        rows = [
            (own[record.chrom], record.pos, record.ref, ",".join(record.alts or "."), reason)
            for record in calls
            for reason in [", ".join(REASONS.get(name, name) for name in record.filter)]
        ]
    return pd.DataFrame(rows, columns=UNPLACED)
