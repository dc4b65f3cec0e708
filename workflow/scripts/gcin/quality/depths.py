"""Depth of a sample over the bases that its cohort looks at, from mosdepth's pieces of them."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from gcin.quality.samples import sample_of, share
from gcin.reference.intervals import COLUMNS, lie_in

THRESHOLDS = {"10X": "share_10x", "20X": "share_20x", "30X": "share_30x"}


def region_depths(report: str | Path, targets: pd.DataFrame | None = None) -> pd.DataFrame:
    """Read mosdepth's regions: `chromosome start end` (0-based), `bases` and mean `depth`.

    Args:
        report: Its table of mean depth by piece of the called bases.
        targets: A cohort's; pieces of what only other cohorts of the sample look at are left out.
            None is every piece.
    """
    table = pd.read_csv(report, sep="\t", header=None, dtype={0: str})
    table = table[[0, 1, 2, table.columns[-1]]].set_axis([*COLUMNS, "depth"], axis=1)
    return _of_targets(table.assign(bases=table["end"] - table["start"]), targets)


def mean_depths(reports: Iterable[str], targets: pd.DataFrame | None = None) -> pd.DataFrame:
    """Samples by mean `depth` in reads of the called bases, from mosdepth's regions.

    Its summary would not do: a contig without a read is left out of the total there.

    Args:
        reports: One of each sample.
        targets: As for `region_depths`.
    """
    rows = {}
    for report in reports:
        table = region_depths(report, targets)
        total = (table["depth"] * table["bases"]).sum()
        rows[sample_of(report)] = {"depth": share(total, table["bases"].sum())}
    return pd.DataFrame.from_dict(rows, orient="index")


def covered_shares(reports: Iterable[str], targets: pd.DataFrame | None = None) -> pd.DataFrame:
    """Samples by share of the called bases with so many reads, from mosdepth's thresholds.

    Args:
        reports: One of each sample.
        targets: As for `region_depths`.
    """
    rows = {}
    for report in reports:
        table = pd.read_csv(report, sep="\t", dtype={0: str})
        table = _of_targets(table.rename(columns={table.columns[0]: COLUMNS[0]}), targets)
        bases = (table["end"] - table["start"]).sum()
        rows[sample_of(report)] = {
            name: share(table[threshold].sum(), bases) for threshold, name in THRESHOLDS.items()
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _of_targets(pieces: pd.DataFrame, targets: pd.DataFrame | None) -> pd.DataFrame:
    return pieces if targets is None else pieces[lie_in(pieces, targets)]
