"""A small valid description of a run, to be spoilt by tests."""

import gzip
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import yaml

from gcin.intake.kinds import COLUMNS_OF_MAF
from gcin.intake.run import Run, read_run
from gcin.intake.schema import paths_in, schema_of

ROOT = Path(__file__).parents[2]
COLUMNS = list(schema_of("samples")["required"])
ROWS = """
a P1 S1 L1 germline fastq GRCh38 reads/S1.L1_1.fq.gz reads/S1.L1_2.fq.gz ILLUMINA lib1
a P1 S1 L2 germline fastq GRCh38 reads/S1.L2_1.fq.gz reads/S1.L2_2.fq.gz ILLUMINA lib1
a P2 S2 u1 germline vcf GRCh38 given.vcf.gz . . .
a P3 S3 u1 germline vcf GRCh38 given.vcf.gz . . .
b P4 S4 u1 tumour maf GRCh37 calls.maf . . .
"""
COLUMNS_OF_VCF = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
GENOTYPES = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'
BLOCKS = '##ALT=<ID=NON_REF,Description="Any other allele">'
CARD = """
title: A cohort
licence: CC0
assay: panel
tables:
  clinical: {file: clinical.tsv, patient: patient_id}
person:
  age: {column: clinical.age, unit: a}
condition:
  cancer_type: {value: AML}
treatment:
  arm: {column: clinical.arm, codes: {0: control, 1: drug}}
outcome:
  remission: {column: clinical.remission, type: binary}
  os_months: {column: clinical.os_days, unit: d, to: mo}
  os_event: {column: clinical.dead, type: binary}
"""
CARD_OF_B = CARD.replace("clinical.tsv", "clinical.b.tsv")
STUDY = {
    "cohorts": ["a"],
    "external": ["b"],
    "endpoints": {"response": "remission", "os": {"months": "os_months", "event": "os_event"}},
    "split": {"scheme": "70-15-15"},
    "designs": ["gcin", "majority"],
}


# In folds that test everybody two must have each answer; the last has no genome.
TESTED_IN_TURN = ["P1", "P2", "P3", "P5"]


def vcf_header(*samples: str, meta: tuple[str, ...] = (GENOTYPES,)) -> bytes:
    """Write a VCF that ends with its header, gzipped."""
    columns = "\t".join([COLUMNS_OF_VCF, *samples])
    return gzip.compress("\n".join(["##fileformat=VCFv4.2", *meta, columns, ""]).encode())


def clinical_table(patients: Iterable[str], **facts: Iterable[str]) -> str:
    """Write a clinical table; every second patient of it responds, and the others die."""
    table = {"patient_id": list(patients), "age": "50", "arm": "1"}
    answers = [(number + 1) % 2 for number, _ in enumerate(table["patient_id"])]
    table |= {"remission": answers, "os_days": "9", "dead": [1 - answer for answer in answers]}
    return pd.DataFrame(table | facts).to_csv(sep="\t", index=False)


@dataclass
class Description:
    """Files of a run in a folder; change any of them, then `read`."""

    folder: Path
    config: dict
    rows: pd.DataFrame
    cards: dict[str, str] = field(default_factory=lambda: {"a": CARD, "b": CARD_OF_B})

    @property
    def sheet(self) -> Path:
        """The sample sheet."""
        return self.folder / "samples.tsv"

    def write(self) -> None:
        """Write sheet and cards as they are now described."""
        self.rows.to_csv(self.sheet, sep="\t", index=False)
        for cohort, text in self.cards.items():
            (self.folder / "cohorts" / f"{cohort}.yaml").write_text(text)

    def set_row(self, line: int, **values: str) -> None:
        """Change fields of the row in this line of the sheet (the header is line 1)."""
        self.rows.loc[line - 2, list(values)] = list(values.values())

    def replace_in_card(self, old: str, new: str, cohort: str = "a") -> None:
        """Replace text that stands in a card."""
        assert old in self.cards[cohort]
        self.cards[cohort] = self.cards[cohort].replace(old, new)

    @property
    def study(self) -> dict:
        """The only study."""
        return self.config["studies"]["trial"]

    @property
    def data(self) -> Path:
        """Where relative paths start."""
        return self.folder / "data"

    def read(self, files: Iterable[Path] = (), scratch: str | None = None) -> Run:
        """Read the run as a Snakefile does, which names the files of its settings."""
        return read_run(self.config, self.folder / "project", files, scratch)


def describe(folder: Path) -> Description:
    """Lay out a valid run in a folder.

    Cohort a: S1 as reads of two lanes, S2 and S3 in one VCF; cohort b, external: S4 in a MAF.
    """
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    config |= {"samples": f"{folder}/samples.tsv", "cards": f"{folder}/cohorts"}
    config |= {
        "data_root": f"{folder}/data",
        "studies": {"trial": yaml.safe_load(yaml.dump(STUDY))},
    }
    config["reference"] |= {"fasta": "genome.fa", "gene_models": "genes.gtf"}
    rows = [line.replace(" .", " ").split(" ") for line in ROWS.strip().splitlines()]
    for name in ("cohorts", "data/reads", "project/envs"):
        (folder / name).mkdir(parents=True)
    shutil.copy(ROOT / "envs" / "gatk.yaml", folder / "project" / "envs")
    for leaf in paths_in(config, schema_of("config")):
        if leaf.path.startswith("resources/"):
            resource = folder / "project" / leaf.path
            resource.parent.mkdir(parents=True, exist_ok=True)
            resource.write_text("one line\n")
    regions = folder / "project" / config["quality"]["sex"]["shared_regions"]
    regions.write_text("build\tregion\tchrom\tstart\tend\nGRCh38\tPAR1\tchrX\t1\t2\n")
    data = folder / "data"
    (data / "genome.fa").write_text(">chr1 made up\nACGT\n>chr2\nACGT\n")
    (data / "genes.gtf").write_text('#!made up\nchr1\tx\tgene\t1\t4\t.\t+\t.\tgene_id "G";\n')
    called = {column: "." for column in COLUMNS_OF_MAF} | {"Tumor_Sample_Barcode": "S4"}
    (data / "calls.maf").write_text("#version 2.4\n" + pd.DataFrame([called]).to_csv(sep="\t"))
    (data / "given.vcf.gz").write_bytes(vcf_header("S2", "S3"))
    for table, patients in {"clinical.tsv": ("P1", "P2", "P3"), "clinical.b.tsv": ("P4",)}.items():
        (data / table).write_text(clinical_table(patients))
    for unit in ("L1", "L2"):
        for mate in "12":
            packed = gzip.compress(b"@r\nACGT\n+\nFFFF\n")
            (data / f"reads/S1.{unit}_{mate}.fq.gz").write_bytes(packed)
    described = Description(folder, config, pd.DataFrame(rows, columns=COLUMNS))
    described.write()
    return described
