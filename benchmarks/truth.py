"""HG002's genotypes beside its truth: alone, in company, on few reads, and next to bcftools."""

import argparse
import gzip
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from zlib import crc32

import pandas as pd
import yaml
from cyvcf2 import VCF
from measuring import ROOT, print_figure, spent_by

from gcin.quality.truth import concordance

SHARED = ROOT.parent / "shared"
EXAMPLE = ROOT / "config" / "examples" / "giab"
SAMPLE, THINNED = "HG002", "HG002_12x"
# Reads over the bases whose truth is known, duplicates included (data/seq/README.md), and when
# thinned. All units lose the same share, as in the measurement that the bounds come from.
DEPTH, THIN_DEPTH = 50, 12
COUNTS = ("found", "missed", "extra")
# Least found, most missed and most in excess: SNV, then indel.
BOUNDS, THIN_BOUNDS = ((344, 1, 0), (66, 1, 1)), ((328, 17, 3), (62, 5, 5))
NO_BOUNDS = ((None,) * 3,) * 2
RIVAL = """
set -euo pipefail
genome=results/reference/genome.fa
bcftools mpileup --fasta-ref $genome --regions-file results/reference/intervals/calling.bed \
    --min-MQ 20 --min-BQ 15 --output-type u results/samples/HG002/alignment.cram \
    | bcftools call --multiallelic-caller --variants-only --output-type u \
    | bcftools norm --fasta-ref $genome --multiallelics -any --output-type u \
    | bcftools view --include 'QUAL>=20 && INFO/DP>=5' --output-type b --output rival.bcf
"""


def thinned(folder: Path, rows: pd.DataFrame, draw: int) -> pd.DataFrame:
    """Write a sample's reads at `THIN_DEPTH`, and give the sheet's rows of them.

    A pair stays or goes by a hash of its name and the draw, so that the same reads are taken
    every time.
    """
    name = f"{THINNED}_{draw}"
    kept = rows.assign(sample=name, patient=name)
    for place, row in kept.iterrows():
        for column in ("file", "mate"):
            path = folder / f"{name}.{row['unit']}.{column}.fastq.gz"
            kept.loc[place, column] = str(path)
            if not path.exists():
                part = path.with_suffix(".part")
                with gzip.open(part, "wb", compresslevel=1) as written:
                    written.writelines(_sampled(SHARED / row[column], str(draw).encode()))
                part.rename(path)
    return kept


def _sampled(path: Path, salt: bytes) -> Iterator[bytes]:
    with gzip.open(path) as reads:
        while record := list(islice(reads, 4)):
            name = record[0].split()[0].removesuffix(b"/1").removesuffix(b"/2")
            if crc32(name + salt) < THIN_DEPTH / DEPTH * 2**32:
                yield b"".join(record)


def describe(folder: Path, company: list[int], draws: int) -> dict[str, str]:
    """Write the settings, and a cohort for HG002 alone, thinned, and beside so many exomes.

    Returns:
        Each cohort's sample whose truth is known.
    """
    rows = pd.read_csv(EXAMPLE / "samples.tsv", sep="\t", dtype=str, keep_default_na=False)
    own = rows[rows["sample"] == SAMPLE]
    exomes = list(rows["sample"][rows["unit"] == "WES"])
    cohorts = {"alone": own}
    cohorts |= {f"thinned{draw}": thinned(folder, own, draw) for draw in range(draws)}
    for count in company:
        cohorts[f"beside{count}"] = rows[rows["sample"].isin([SAMPLE, *exomes[:count]])]
    pd.concat([cohorts[name].assign(cohort=name) for name in cohorts]).to_csv(
        folder / "samples.tsv", sep="\t", index=False
    )
    card = yaml.safe_load((EXAMPLE / "cohorts" / "giab.yaml").read_text())
    known = {name: rows["sample"].iloc[0] for name, rows in cohorts.items()}
    (folder / "cards").mkdir(exist_ok=True)
    for name, sample in known.items():
        truth = {"truth": {sample: card["truth"][SAMPLE]}}
        (folder / "cards" / f"{name}.yaml").write_text(yaml.safe_dump(card | truth))
    settings = {"samples": "samples.tsv", "cards": "cards", "data_root": str(SHARED)}
    (folder / "own.yaml").write_text(yaml.safe_dump(settings))
    return known


def run(folder: Path) -> dict[str, Path]:
    """Call all cohorts; give the folder of each one's generation."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", folder]
    command += ["--snakefile", ROOT / "Snakefile", "--workflow-profile", "none"]
    command += ["--until", "measure_concordance", "--configfile", ROOT / "config" / "config.yaml"]
    spent_by([*command, EXAMPLE / "config.yaml", "own.yaml"], folder, "run.log")
    found = (folder / "results" / "cohorts").glob("*/*/genotypes.bcf")
    return {path.parents[1].name: path.parent for path in found}


def passing(generation: Path, sample: str) -> set[tuple]:
    """Every passing genotype of a sample that carries an alternate."""
    return {
        (site.CHROM, site.POS, site.REF, site.ALT[0], tuple(sorted(site.genotypes[0][:-1])))
        for site in VCF(str(generation / "genotypes.bcf"), samples=[sample])
        if 1 in site.genotypes[0][:-1] and site.format("FT")[0] == "PASS"
    }


def print_counts(name: str, table: pd.DataFrame, bounds: tuple) -> None:
    """Print how far a sample agrees with its truth, by type of variant."""
    rows = table.set_index("type").loc[["SNV", "INDEL"]]
    for row, limits in zip(rows.itertuples(), bounds, strict=True):
        for key, limit in zip(COUNTS, limits, strict=True):
            figure = f"{name}, {row.Index}, {key}"
            print_figure(figure, getattr(row, key), limit, least=key == "found")


def rival_counts(folder: Path) -> pd.DataFrame:
    """Call HG002's alignment with bcftools and compare it with the truth."""
    spent_by(["bash", "-c", RIVAL], folder, "rival.log")
    truth = yaml.safe_load((EXAMPLE / "cohorts" / "giab.yaml").read_text())["truth"][SAMPLE]
    reference = folder / "results" / "reference"
    return concordance(
        folder / "rival.bcf",
        [SAMPLE],
        [str(SHARED / truth["vcf"])],
        [str(SHARED / truth["bed"])],
        reference / "intervals" / "calling.bed",
        reference / "genome.fa",
    )


def print_thinned(tables: list[pd.DataFrame]) -> None:
    """Print the counts of every draw of few reads, and their mean, which the bounds are for."""
    for draw, table in enumerate(tables):
        print_counts(f"{THINNED}, draw {draw}", table, NO_BOUNDS)
    if tables:
        means = pd.concat(tables).groupby("type", as_index=False)[list(COUNTS)].mean()
        print_counts(f"{THINNED}, mean of {len(tables)} draws", means, THIN_BOUNDS)


def compare(folder: Path, company: list[int], draws: int) -> None:
    """Print every figure."""
    known = describe(folder, company, draws)
    generations = run(folder)
    tables = {
        cohort: pd.read_csv(generations[cohort] / "quality" / "concordance.tsv", sep="\t")
        for cohort in known
    }
    for cohort in (name for name in known if known[name] == SAMPLE):
        print_counts(f"{SAMPLE}, {cohort}", tables[cohort], BOUNDS)
    print_thinned([tables[f"thinned{draw}"] for draw in range(draws)])
    alone = passing(generations["alone"], SAMPLE)
    print_figure("passing genotypes of HG002 alone", len(alone))
    for count in company:
        changed = alone ^ passing(generations[f"beside{count}"], SAMPLE)
        print_figure(f"of them changed beside {count} exomes", len(changed), 0)
    rival = rival_counts(folder)
    print_counts("HG002, bwa and bcftools", rival, NO_BOUNDS)
    own, other = (table["extra"].iloc[-1] for table in (tables["alone"], rival))
    print_figure("extra alleles of HG002 alone, to be fewer than bcftools'", own, other - 1)


if __name__ == "__main__":
    if not SHARED.is_dir():
        raise SystemExit(f"{SHARED} is not here: the reads are in its data/seq")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--company", type=int, nargs="*", default=[1, 4, 16], help="exomes beside")
    parser.add_argument("--draws", type=int, default=3, help="of few reads")
    parser.add_argument("--folder", type=Path, help="kept, so that a run that was stopped goes on")
    values = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = (values.folder or Path(scratch)).resolve()
        place.mkdir(parents=True, exist_ok=True)
        compare(place, values.company, values.draws)
