"""What networks learnt before they looked at outcomes, as the model card says it."""

from collections.abc import Iterator, Sequence

import pandas as pd

from gcin.report.tables import read_histories

LEFT, KEPT = " left", " kept"


def read_runs(paths: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Read how the runs of networks went, as table `histories`; none where there are none."""
    return {"histories": read_histories(paths)} if paths else {}


def taught_words(histories: pd.DataFrame) -> Iterator[str]:
    """Say of each network what it was pre-trained by, what that gave, and the loss in the end.

    Args:
        histories: `design fold seed epoch val_loss` of every run, and `MEANS left` and `MEANS kept`
            of each pre-training that was tried.
    """
    means = [name.removesuffix(LEFT) for name in histories if name.endswith(LEFT)]
    for design, rows in histories.groupby("design", sort=False):
        runs = rows[rows["epoch"] == 0]
        told = [_told(one, runs) for one in means if runs[one + LEFT].notna().any()]
        best = rows.groupby(["fold", "seed"])["val_loss"].min().mean()
        yield (
            f"{design}: {'; '.join(told) or 'nothing'}; mean of its best losses on the inner "
            f"split {best:.4f}"
        )


def _told(means: str, runs: pd.DataFrame) -> str:
    tried = runs[runs[means + LEFT].notna()]
    kept = tried[means + KEPT].astype(bool).sum()
    return (
        f"{means}, which left {tried[means + LEFT].mean():.3f} of the variance in patients held "
        f"out, kept in {kept} of {len(tried)} runs"
    )
