"""Damaged DNA: substitutions that reads of one orientation of their pair show and the other do not.

Mutect2 counts, by the three bases of the genome around it, the sites at which exactly one read
differs, apart for pairs whose first read lies forward (F1R2) and backward (F2R1). Errors of the
machine and true variants fall on both alike; oxidation and formalin change one strand before the
pair is read, so that one orientation alone shows it.
"""

import logging
import tarfile
from collections import Counter
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

import pandas as pd

from gcin.reference.alleles import COMPLEMENT

logger = logging.getLogger(__name__)

OTHER = {"F1R2": "F2R1", "F2R1": "F1R2"}
SUBSTITUTIONS = [f"{old}>{new}" for old in "CT" for new in "ACGT" if new != old]
ALL = "all"


def measure_damage(paths: Iterable[str | Path]) -> pd.DataFrame:
    """Measure the damage of each substitution in what Mutect2 counted of a tumour.

    Args:
        paths: Archives that `Mutect2 --f1r2-tar-gz` wrote, one per shard.

    Returns:
        One row per substitution, as seen on the strand with C or T, and a last one of them all:
        `substitution sites f1r2 f2r1 alleles_per_mb`. `sites` are the bases looked at that can
        show it, `f1r2` and `f2r1` those at which one read does. `alleles_per_mb` are the false
        alleles of two reads that damage is expected to make in a million bases: with an excess e
        of one orientation over n sites, Poisson has n (e / n)^2 / 2 sites with two. The variance
        of e, f1r2 + f2r1, is taken off its square.
    """
    sites, reads = Counter(), Counter()
    for path in paths:
        with tarfile.open(path) as archive:
            for member in archive:
                text = archive.extractfile(member).read().decode()
                if member.name.endswith("_histogram"):
                    _count(_totals(text), sites, reads)
                elif member.name.endswith(".alt_table"):
                    _count_further(text, sites)
    rows = [_row(name, sites, reads) for name in SUBSTITUTIONS]
    table = pd.DataFrame(rows)
    every = sum(sites.values())
    table["alleles_per_mb"] *= 1e6 / every if every else 0
    total = table.drop(columns="substitution").sum()
    table.loc[len(table)] = {"substitution": ALL, **total, "sites": every}
    return table.astype({"sites": int, "f1r2": int, "f2r1": int})


def _totals(text: str) -> pd.Series:
    """Sum each histogram of a GATK metrics file over the depths that it counts by."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("depth\t"))
    return pd.read_csv(StringIO("\n".join(lines[start:])), sep="\t", index_col="depth").sum()


def _count(totals: pd.Series, sites: Counter, reads: Counter) -> None:
    """Add histograms: `ACG` of sites without a difference, `ACG_T_F1R2` of those with one."""
    for name, count in totals.items():
        context, *difference = name.split("_")
        sites[_strand(context[1])] += int(count)
        if difference:
            new, orientation = difference
            if context[1] not in "CT":
                new, orientation = new.translate(COMPLEMENT), OTHER[orientation]
            reads[f"{_strand(context[1])}>{new}", orientation] += int(count)


def _count_further(text: str, sites: Counter) -> None:
    """Add the sites at which several reads differ."""
    table = pd.read_csv(StringIO(text), sep="\t", comment="#", dtype=str)
    for context in table["context"]:
        sites[_strand(context[1])] += 1


def _strand(base: str) -> str:
    return base if base in "CT" else base.translate(COMPLEMENT)


def _row(substitution: str, sites: Counter, reads: Counter) -> dict[str, str | float]:
    """Sum a substitution up; its `alleles_per_mb` are those of all sites, not yet of a million."""
    places = sites[substitution[0]]
    f1r2, f2r1 = (reads[substitution, orientation] for orientation in OTHER)
    squared = max((f1r2 - f2r1) ** 2 - (f1r2 + f2r1), 0)
    expected = squared / places / 2 if places else 0.0
    counts = {"sites": places, "f1r2": f1r2, "f2r1": f2r1}
    return {"substitution": substitution, **counts, "alleles_per_mb": expected}


def judge(damage: pd.DataFrame, use: str, min_damage: float) -> bool:
    """Say whether a tumour's calls are filtered by the orientation model, and tell the log why.

    Args:
        damage: As by `measure_damage`.
        use: `damaged`: where damage makes at least `min_damage` alleles; `always`.
        min_damage: False alleles in a million bases.
    """
    found = float(damage["alleles_per_mb"].iloc[-1])
    is_used = use == "always" or found >= min_damage
    logger.info(
        "damage would make %.2f alleles in a million bases (limit %g): the model is %s",
        found,
        min_damage,
        "used" if is_used else "not used",
    )
    return is_used
