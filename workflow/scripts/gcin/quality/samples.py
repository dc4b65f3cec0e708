"""One row of quality per sample, from the reports of the tools that looked at it."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gcin.tables import read_table

COLUMNS = [
    "kind", "verdict", "unmeasured", "reads", "mapped", "duplicates", "insert_size", "depth",
    "share_10x", "share_20x", "share_30x", "contamination", "contamination_error", "sex",
    "ti_tv", "het_hom", "missing", "novel", "kinship_markers", "relatives", "kept_mb",
]  # fmt: skip
# What was measured of a sample by itself, before any joint call.
MEASURED = [
    "reads", "mapped", "duplicates", "insert_size", "depth", "share_10x", "share_20x", "share_30x",
    "contamination", "contamination_error", "snvs", "ti_tv", "het_hom", "unit_concordance",
    "normal_concordance", "normal_stretches", "sex", "x_depth", "y_depth", "x_het_share", "x_snvs",
]  # fmt: skip
TYPES = {"reads": "Int64", "sex": object}
FLAGSTAT = re.compile(r"^(\d+) \+ \d+ (.+?)(?: \(.*\))?$", re.MULTILINE)
INSERTS = re.compile(r"^IS\t(\d+)\t\d+\t(\d+)\t", re.MULTILINE)
PER_SAMPLE = {2: "sample", 4: "hom", 5: "het", 6: "transitions", 7: "transversions"}


def sample_of(report: str | Path) -> str:
    """Name the sample that a report named `…/{sample}/quality/{report}` is about."""
    return Path(report).parts[-3]


def patients_of(manifest: pd.DataFrame) -> pd.Series:
    """Patient by sample."""
    return manifest.drop_duplicates("sample").set_index("sample")["patient"]


def share(part: float, whole: float) -> float:
    """Share of a part in a whole; NaN where there is none."""
    return float(part) / float(whole) if whole else float("nan")


def read_counts(reports: Iterable[str]) -> pd.DataFrame:
    """Samples by `reads mapped duplicates`, from `samtools flagstat`.

    Each read counts once, however often it aligns; the last two are shares of the reads.
    """
    rows = {}
    for report in reports:
        counts = {name: int(n) for n, name in FLAGSTAT.findall(Path(report).read_text())}
        reads = counts["primary"]
        rows[sample_of(report)] = {
            "reads": reads,
            "mapped": share(counts["primary mapped"], reads),
            "duplicates": share(counts["primary duplicates"], reads),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def insert_sizes(reports: Iterable[str]) -> pd.DataFrame:
    """Samples by median `insert_size` in bases of properly paired reads, from `samtools stats`."""
    rows = {}
    for report in reports:
        found = INSERTS.findall(Path(report).read_text())
        sizes, pairs = np.array(found, int).reshape(-1, 2).T
        middle = np.searchsorted(pairs.cumsum(), pairs.sum() / 2)
        rows[sample_of(report)] = {"insert_size": sizes[middle] if pairs.sum() else float("nan")}
    return pd.DataFrame.from_dict(rows, orient="index", dtype=float)


def genotype_counts(reports: Iterable[str]) -> pd.DataFrame:
    """Samples by `ti_tv het_hom` of passing genotypes, from `bcftools stats --samples -`."""
    return pd.concat([pd.DataFrame(), *(_genotypes(Path(path).read_text()) for path in reports)])


def missing_shares(gates: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Samples by `missing`, as the gate after the joint call was told of it.

    Of the alleles of a whole cohort it would not do: a tumour, or a sample whose file lists only
    what it carries, has no genotype of nearly all.
    """
    asked = [gate[gate["check"] == "max_missing"].set_index("sample")["value"] for gate in gates]
    told = {sample: value for values in asked for sample, value in values.items()}
    return pd.DataFrame({"missing": told}, dtype=float)


def novel_shares(report: str | Path) -> pd.DataFrame:
    """Samples by `novel`, the share of their variants that no population has, from `novelty`."""
    return read_table(report, "sample").set_index("sample")[["novel"]].astype(float)


def kept_megabytes(files: Iterable[str]) -> pd.DataFrame:
    """Samples by `kept_mb`, million bytes on disk of the files named `…/{sample}/{file}`.

    To a tenth: headers hold dates, so the same calls may differ by a few bytes.
    """
    sizes = [(Path(file).parent.name, Path(file).stat().st_size / 1e6) for file in files]
    table = pd.DataFrame(sizes, columns=["sample", "kept_mb"])
    return table.groupby("sample").sum().round(1)


def _genotypes(stats: str) -> pd.DataFrame:
    lines = [line.split("\t") for line in stats.splitlines() if line.startswith("PSC\t")]
    rows = [[line[position] for position in PER_SAMPLE] for line in lines]
    counts = pd.DataFrame(rows, columns=list(PER_SAMPLE.values())).set_index("sample").astype(float)
    return pd.DataFrame(
        {
            "ti_tv": counts["transitions"] / counts["transversions"].where(lambda n: n > 0),
            "het_hom": counts["het"] / counts["hom"].where(lambda n: n > 0),
        }
    )


def measures_table(manifest: pd.DataFrame, measures: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Put together what was measured of each sample by itself.

    Args:
        manifest: Rows of the sheet, with `sample`.
        measures: Tables indexed by sample; where several tell a measure, the first one counts.

    Returns:
        Every sample in order by `MEASURED`, NaN where nothing was measured.
    """
    table = pd.DataFrame(index=sorted(set(manifest["sample"])))
    for measure in measures:
        table = table.combine_first(measure)
    return table.reindex(columns=MEASURED).astype(TYPES).rename_axis("sample")


def read_measures(path: str | Path) -> pd.DataFrame:
    """Read a table that `gather_measures` wrote, each number as it was measured."""
    table = pd.read_csv(
        path,
        sep="\t",
        dtype={"sample": str} | TYPES,
        # A sample may be called NA.
        na_values=[""],
        keep_default_na=False,
        float_precision="round_trip",
    )
    return table.set_index("sample")


def quality_table(manifest: pd.DataFrame, measures: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put together one row per sample; what a sample's kind cannot tell stays missing.

    Args:
        manifest: Rows of the sheet, with `sample` and `kind`.
        measures: Tables indexed by sample, each of other columns; an empty one has none.

    Returns:
        Samples in order by `COLUMNS`.
    """
    table = manifest.drop_duplicates("sample").set_index("sample")[["kind"]].sort_index()
    for measure in measures:
        table = table.join(measure)
    return table.reindex(columns=COLUMNS)
