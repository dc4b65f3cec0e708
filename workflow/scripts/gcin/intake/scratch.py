"""The folder for temporary files."""

import re

import pandas as pd

from gcin.intake.kinds import LIFTED
from gcin.intake.problems import Problems

# GATK makes a URI of the name of each temporary file, and looks for a file of the URI's name.
THE_SAME_AS_URI = re.compile(r"[A-Za-z0-9/._~!$&'()*+,;=:@-]+")


def check_scratch(folder: str, rows: pd.DataFrame, problems: Problems) -> None:
    """Note a folder for temporary files in which GATK does not find its own again.

    Args:
        folder: The folder.
        rows: The sheet.
        problems: Where problems are noted.
    """
    by_others = rows["kind"].isin(LIFTED) & (rows["assembly"] == "GRCh38") | (rows["kind"] == "maf")
    if not by_others.all() and not THE_SAME_AS_URI.fullmatch(folder):
        problem = f"GATK finds no temporary file in {folder!r}, for a space or sign in its name"
        remedy = "Name a folder of letters, digits and . _ - alone: export TMPDIR=/tmp"
        problems.add("TMPDIR", problem, remedy)
