"""A mixture called without its normal: what a germline resource and a panel of normals take out.

NA12878's alleles are the germline that must go, HG002's the tumour's own. The panel of normals is
made of NA12878's parents, real reads of 10 kb; the resource knows NA12878's alleles behind these.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import yaml
from cyvcf2 import VCF
from mixture import CONTIG_BASES, END, START, write_sites
from pysam import FastaFile

from gcin.quality.concordance import compared
from gcin.quality.truth import alleles_by_contig

ROOT = Path(__file__).parents[2]
# NA12878's parents have reads up to here.
PARENTS_END = START + 9_900
PARENTS = ("NA12891", "NA12892")
AIDS = {"germline_resource": "resource.vcf.gz", "panel_of_normals": "normals.vcf.gz"}
ALIGN = """
bwa mem -R '@RG\\tID:1\\tSM:{parent}\\tPL:ILLUMINA' {genome} {reads}_R{{1,2}}.fastq.gz \\
    2>{parent}.log | samtools sort --output-fmt bam -o {parent}.bam - 2>>{parent}.log
samtools index {parent}.bam
gatk --java-options "{java}" Mutect2 -R {genome} -I {parent}.bam --max-mnp-distance 0 \\
    -L parents.bed -O {parent}.vcf.gz
"""
JOIN = """
gatk --java-options "{java}" GenomicsDBImport -R {genome} -L parents.bed \\
    --genomicsdb-workspace-path normals.db -V NA12891.vcf.gz -V NA12892.vcf.gz
gatk --java-options "{java}" CreateSomaticPanelOfNormals -R {genome} -V gendb://normals.db \\
    -O normals.vcf.gz
"""
JAVA = "-Xmx2g -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def part_from_normal(folder: Path, tumour: str) -> None:
    """Describe the run anew in its folder: one tumour, of a patient without another sample."""
    rows = pd.read_csv(folder / "samples.tsv", sep="\t", dtype=str, keep_default_na=False)
    rows[rows["sample"] == tumour].assign(cohort="alone", patient="P2").to_csv(
        folder / "samples.tsv", sep="\t", index=False
    )
    shutil.copy(folder / "cohorts" / "mixed.yaml", folder / "cohorts" / "alone.yaml")


def make_aids(sequences: Path, folder: Path) -> None:
    """Write both files of known alleles, and `aided.yaml`, the settings that name them."""
    (folder / "parents.bed").write_text(f"chr20\t{START}\t{PARENTS_END}\n")
    known = VCF(str(sequences / "truth" / "NA12878.GIAB_v3.3.2_lifted.vcf.gz"))
    behind = [site for site in known if PARENTS_END < site.POS <= END]
    write_sites(behind, folder / "resource.vcf")
    values = {"genome": "results/reference/genome.fa", "java": JAVA}
    for parent in PARENTS:
        reads = sequences / "fastq" / f"{parent}.WU151"
        _run(folder, ALIGN.format(parent=parent, reads=reads, **values))
    _run(folder, JOIN.format(**values))
    (folder / "aided.yaml").write_text(yaml.safe_dump({"calling": {"somatic": AIDS}}))


def _run(folder: Path, commands: str) -> None:
    path = os.pathsep.join([str(ROOT / ".tools" / "bin"), os.environ["PATH"]])
    command = ["bash", "-euo", "pipefail", "-c", commands]
    environment = os.environ | {"PATH": path}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def passing(sequences: Path, genome: Path, calls: Path, tumour: str) -> pd.DataFrame:
    """Count the alleles of both people that pass: those of one alone, SNVs and indels.

    Returns:
        By `place` (`panel`: where the parents have reads, `resource`: behind) and `whose`
        (`germline`: NA12878's, `somatic`: HG002's that NA12878 does not have): `truth passing`.
    """
    truths, sequence = sequences / "truth", FastaFile(str(genome)).fetch("chr20")[:CONTIG_BASES]
    host = alleles_by_contig(truths / "NA12878.GIAB_v3.3.2_lifted.vcf.gz")["chr20"]
    guest = alleles_by_contig(truths / "HG002.GIAB_v4.2.1.vcf.gz")["chr20"]
    has = {(allele.start, allele.sequence) for allele in host}
    own = {"germline": host}
    own["somatic"] = [allele for allele in guest if (allele.start, allele.sequence) not in has]
    called = alleles_by_contig(calls, tumour)["chr20"]
    rows = [
        {"place": "panel" if allele.start < PARENTS_END else "resource", "whose": whose}
        | {"passing": found}
        for whose, alleles in own.items()
        for allele, found in zip(alleles, compared(alleles, called, sequence)[0], strict=True)
        if START <= allele.start < END
    ]
    counts = pd.DataFrame(rows).groupby(["place", "whose"])["passing"].agg(["size", "sum"])
    return counts.set_axis(["truth", "passing"], axis=1)
