"""Scores of sites, brought to the calls of a shard."""

from collections.abc import Sequence
from pathlib import Path

from pysam import bcftools

from gcin.genotypes.sites import SENSITIVITY


def with_scores(calls: str, scores: Sequence[str], scratch: str) -> str:
    """Give the sites of joint calls the sensitivity that they were scored with, if they were."""
    if not scores:
        return calls
    told = str(Path(scratch) / "told.bcf")
    columns = ("-a", scores[0], "-c", f"INFO/{SENSITIVITY}")
    bcftools.annotate("--no-version", *columns, "-Ob", "-o", told, calls, catch_stdout=False)
    return told
