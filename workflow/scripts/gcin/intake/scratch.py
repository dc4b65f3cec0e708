"""The folder for temporary files."""

import re
from contextlib import suppress
from tempfile import gettempdir

import pandas as pd

from gcin.intake.kinds import LIFTED
from gcin.intake.problems import Problems

# GATK makes a URI of the name of each temporary file, and looks for a file of the URI's name.
THE_SAME_AS_URI = re.compile(r"[A-Za-z0-9/._~!$&'()*+,;=:@-]+")


def folder_of_jobs(resource_settings: object) -> str | None:
    """Say which folder jobs are given: by TMPDIR, or by `--default-resources tmpdir=...`.

    Args:
        resource_settings: Those of the workflow.

    Returns:
        The folder; None where each job has its own, by an expression that needs the job.
    """
    stated = resource_settings._parsed_default_resources["tmpdir"]
    job = {"wildcards": None, "input": [], "attempt": 1, "threads": 1, "rulename": ""}
    with suppress(Exception):
        return stated.evaluate(**job, async_run=None).value
    return None


def check_scratch(folder: str | None, rows: pd.DataFrame, problems: Problems) -> None:
    """Note a folder for temporary files in which GATK does not find its own again.

    Args:
        folder: The folder of jobs; None is that of this process.
        rows: The sheet.
        problems: Where problems are noted.
    """
    own = gettempdir()
    folder = folder or own
    by_others = rows["kind"].isin(LIFTED) & (rows["assembly"] == "GRCh38") | (rows["kind"] == "maf")
    if not by_others.all() and not THE_SAME_AS_URI.fullmatch(folder):
        problem = f"GATK finds no temporary file in {folder!r}, for a space or sign in its name"
        remedy = "Name a folder of letters, digits and . _ - alone"
        if folder == own:
            problems.add("TMPDIR", problem, f"{remedy}: export TMPDIR=/tmp")
        else:
            problems.add("--default-resources, tmpdir", problem, f"{remedy}: tmpdir='/tmp'")
