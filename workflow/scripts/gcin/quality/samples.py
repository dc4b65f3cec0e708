"""One row of quality per sample, from the reports of the tools that looked at it."""

import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import pandas as pd

COLUMNS = [
    "pairs", "mapped", "duplicates", "depth", "share_1x", "share_10x", "share_20x", "share_30x",
    "variants", "ti_tv", "het_hom", "missing",
]  # fmt: skip
FLAGSTAT = re.compile(r"^(\d+) \+ (\d+) (.+?)(?: \(.*\))?$", re.MULTILINE)
GENOTYPE_FIELDS = [
    "PSC", "id", "sample", "hom_ref", "hom_alt", "het", "transitions", "transversions", "indels",
    "depth", "singletons", "hap_ref", "hap_alt", "no_call",
]  # fmt: skip


def mapped_share(flagstat: str) -> dict[str, float]:
    """Read pairs and the share of primary reads that are mapped, from `samtools flagstat`."""
    counts = {name: int(passed) for passed, _, name in FLAGSTAT.findall(flagstat)}
    return {
        "pairs": counts["read1"],
        "mapped": _share(counts["primary mapped"], counts["primary"]),
    }


def duplicate_share(metrics: str) -> dict[str, float]:
    """Share of the examined reads that are duplicates, over all libraries (Picard)."""
    table = metrics.split("## METRICS CLASS", 1)[1].split("\n", 1)[1].split("\n\n", 1)[0]
    libraries = pd.read_csv(StringIO(table), sep="\t").sum(numeric_only=True)
    examined = libraries["UNPAIRED_READS_EXAMINED"] + 2 * libraries["READ_PAIRS_EXAMINED"]
    copies = libraries["UNPAIRED_READ_DUPLICATES"] + 2 * libraries["READ_PAIR_DUPLICATES"]
    return {"duplicates": _share(copies, examined)}


def coverage(thresholds: pd.DataFrame, regions: pd.DataFrame) -> dict[str, float]:
    """Mean depth of the target bases, and the share of them at each depth (mosdepth).

    Args:
        thresholds: `start end` and the number of bases at least as deep as each threshold (`10X`).
        regions: `start end depth` of the same regions.
    """
    lengths = thresholds["end"] - thresholds["start"]
    deep = {
        f"share_{name.lower()}": _share(thresholds[name].sum(), lengths.sum())
        for name in thresholds.columns
        if re.fullmatch(r"\d+X", name)
    }
    bases = regions["end"] - regions["start"]
    return {"depth": _share((regions["depth"] * bases).sum(), bases.sum()), **deep}


def genotype_summary(stats: str) -> pd.DataFrame:
    """What each sample's passing genotypes look like, from `bcftools stats --samples -`.

    Returns:
        Samples by `variants ti_tv het_hom missing`; `missing` is the share of the cohort's
        alleles at which the sample has no passing genotype.
    """
    lines = [line.split("\t") for line in stats.splitlines() if line.startswith("PSC\t")]
    table = pd.DataFrame(lines, columns=GENOTYPE_FIELDS).set_index("sample")
    counts = table.drop(columns=["PSC", "id"]).astype(float)
    sites = counts[["hom_ref", "hom_alt", "het", "hap_ref", "hap_alt", "no_call"]].sum(axis=1)
    # Indel genotypes are counted with the others in bcftools' hom and het columns.
    return pd.DataFrame(
        {
            "variants": counts["hom_alt"] + counts["het"] + counts["hap_alt"],
            "ti_tv": counts["transitions"] / counts["transversions"].where(lambda n: n > 0),
            "het_hom": counts["het"] / counts["hom_alt"].where(lambda n: n > 0),
            "missing": counts["no_call"] / sites.where(sites > 0),
        }
    )


def read_sample(folder: str | Path) -> dict[str, float]:
    """Read the quality reports of a sample that came as reads."""
    folder = Path(folder)
    kept = {"comment": None, "sep": "\t"}
    thresholds = pd.read_csv(folder / "coverage.thresholds.bed.gz", **kept)
    regions = pd.read_csv(folder / "coverage.regions.bed.gz", header=None, **kept)
    regions = regions.set_axis(["contig", "start", "end", *regions.columns[3:-1], "depth"], axis=1)
    return {
        **mapped_share((folder / "flagstat.txt").read_text()),
        **duplicate_share((folder / "duplicates.txt").read_text()),
        **coverage(thresholds, regions),
    }


def quality_table(
    kinds: Mapping[str, str], reads: Mapping[str, Mapping], genotypes: pd.DataFrame
) -> pd.DataFrame:
    """Put together one row per sample; what a sample's kind cannot tell stays missing.

    Args:
        kinds: Kind of input of each sample of the cohort, in the order wanted.
        reads: What is known of the samples that came as reads.
        genotypes: What is known of those that have genotypes.
    """
    table = pd.DataFrame({"kind": pd.Series(kinds, dtype=str)})
    known = pd.DataFrame.from_dict(reads, orient="index").join(genotypes, how="outer")
    table = table.join(known.reindex(columns=COLUMNS))
    return table.rename_axis("sample").reset_index()


def _share(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else float("nan")
