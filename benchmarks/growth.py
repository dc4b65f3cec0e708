"""What one more exome costs beside others, and the joint stages by number of samples."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import pandas as pd
import yaml
from measuring import ROOT, print_figure, spent_by

SHARED = ROOT.parent / "shared"
EXAMPLE = ROOT / "config" / "examples" / "giab"
CARD = {"title": "Exomes over TP53", "licence": "1000 Genomes", "assay": "wes"}
# The exons of TP53 that the exomes cover (GRCh38), with what lies between them.
COVERED = "chr17\t7668000\t7677000\n"
SIZES = (2, 4, 8)
CURRENT = "results/cohorts/exomes/current"
KEPT = ("variants.g.vcf.gz", "alignment.cram", "callable.parquet")


class Growing:
    """A cohort of exomes in a folder of its own, that takes in more of them."""

    def __init__(self, folder: Path, count: int) -> None:
        """Lay out the settings for so many exomes; the sheet has no rows yet."""
        rows = pd.read_csv(EXAMPLE / "samples.tsv", sep="\t", dtype=str, keep_default_na=False)
        exomes = rows[rows["unit"] == "WES"].assign(cohort="exomes")
        self.folder, self.rows = folder, exomes.head(count)
        settings = yaml.safe_load((EXAMPLE / "config.yaml").read_text())
        settings |= {"samples": "samples.tsv", "cards": "cards", "data_root": str(SHARED)}
        settings["reference"] |= {"calling_intervals": str(folder / "covered.bed"), "shards": 1}
        (folder / "own.yaml").write_text(yaml.safe_dump(settings))
        (folder / "covered.bed").write_text(COVERED)
        (folder / "cards").mkdir()
        (folder / "cards" / "exomes.yaml").write_text(yaml.safe_dump(CARD))

    @property
    def samples(self) -> list[str]:
        """All exomes, in the order in which they come."""
        return list(self.rows["sample"])

    def run(self, count: int, *targets: str) -> float:
        """Make targets with the first so many exomes; give the processor seconds that it took."""
        self.rows.iloc[:count].to_csv(self.folder / "samples.tsv", sep="\t", index=False)
        command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", self.folder]
        command += ["--snakefile", ROOT / "Snakefile", "--workflow-profile", "none", *targets]
        command += ["--configfile", ROOT / "config" / "config.yaml", "own.yaml"]
        return spent_by(command, self.folder, "run.log").cpu

    def forget(self, sample: str) -> None:
        """Remove what was made of a sample, and the newest generation."""
        pointer = self.folder / CURRENT
        shutil.rmtree(pointer.parent / pointer.read_text().strip())
        shutil.rmtree(self.folder / "results" / "samples" / sample)
        pointer.unlink()


def compare_growth(cohort: Growing) -> None:
    """Print the cost of the last exome among the others, against its parts."""
    count = len(cohort.samples)
    last = cohort.samples[-1]
    first = cohort.run(count - 1, CURRENT)
    print_figure(f"{count - 1} exomes, reads to tensors, CPU s", first)
    added = cohort.run(count, CURRENT)
    cohort.forget(last)
    alone = cohort.run(count, *(f"results/samples/{last}/{name}" for name in KEPT))
    joint = cohort.run(count, CURRENT)
    print_figure("one exome added to them, CPU s", added)
    print_figure("that exome alone, CPU s", alone)
    print_figure("the joint stages, CPU s", joint)
    print_figure("one added over its parts", added / (alone + joint), 1.1)


def compare_sizes(cohort: Growing) -> None:
    """Print the cost of the joint stages by number of samples, all of them called before."""
    for count in (count for count in SIZES if count < len(cohort.samples)):
        print_figure(f"joint stages of {count} exomes, CPU s", cohort.run(count, CURRENT))


def compare_imports(cohort: Growing) -> None:
    """Print the cost of a whole import, and of adding a sample to a copy of an earlier one."""
    folder = cohort.folder
    places = [f"{name}\tresults/samples/{name}/variants.g.vcf.gz" for name in cohort.samples]
    for name, listed in {"all": places, "before": places[:-1], "last": places[-1:]}.items():
        (folder / f"{name}.map").write_text("\n".join(listed) + "\n")
    options = ["--merge-input-intervals", "true", "--genomicsdb-shared-posixfs-optimizations"]
    options += ["true", "--batch-size", "50", "--intervals", "covered.bed"]
    gatk = ["gatk", "--java-options", "-Xmx4g -XX:TieredStopAtLevel=1", "GenomicsDBImport"]

    def import_of(listed: str, key: str, workspace: str, *more: str) -> float:
        own = ["--sample-name-map", f"{listed}.map", f"--genomicsdb-{key}", workspace, *more]
        return spent_by([*gatk, *own], folder, "import.log").cpu

    whole = import_of("all", "workspace-path", "whole", *options)
    import_of("before", "workspace-path", "earlier", *options)
    copied = spent_by(["cp", "--recursive", "earlier", "later"], folder, "copy.log").cpu
    updated = copied + import_of("last", "update-workspace-path", "later", *options[2:6])
    print_figure("GenomicsDB import of all exomes, CPU s", whole)
    print_figure("copy of the import before and update with the last, CPU s", updated)
    print_figure("update over whole import", updated / whole)


if __name__ == "__main__":
    if not SHARED.is_dir():
        raise SystemExit(f"{SHARED} is not here: the exomes are in its data/seq")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exomes", type=int, default=16, help="the one added included; up to 16")
    number = parser.parse_args().exomes
    with tempfile.TemporaryDirectory() as scratch:
        exomes = Growing(Path(scratch), number)
        compare_growth(exomes)
        compare_sizes(exomes)
        compare_imports(exomes)
