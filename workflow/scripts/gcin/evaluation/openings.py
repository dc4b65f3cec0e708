"""How often the outcomes of external cohorts were looked at, over all editions of a study.

A cohort confirms a model by the first look alone: whatever is changed after it may have been chosen
by what was seen. The record lies beside the editions, since one of them alone cannot know.
"""

import fcntl
import hashlib
from io import StringIO
from pathlib import Path

import pandas as pd

COLUMNS = ["cohort", "opened", "edition", "patients", "predictions"]
KEYS = ["cohort", "edition", "predictions"]
DECIMALS = "%.6f"  # machines differ beyond; a look at the same models again is no new one


def openings_of(rows: pd.DataFrame, edition: str, day: str) -> pd.DataFrame:
    """Describe one look at external cohorts.

    Args:
        rows: From `gcin.evaluation.pooling.external_rows`.
        edition: Of the study.
        day: Of the look, `YYYY-MM-DD`.

    Returns:
        `cohort opened edition patients predictions`: of each cohort whose outcomes were looked at,
        how many patients, and a digest of what was predicted of them.
    """
    told = ["design", "endpoint", "patient", "arm", "value"]
    looks = [
        (cohort, day, edition, own["patient"].nunique(), _digest(own[told].sort_values(told[:-1])))
        for cohort, own in rows.groupby("cohort")
    ]
    return pd.DataFrame(looks, columns=COLUMNS)


def record_openings(record: Path, looks: pd.DataFrame) -> pd.DataFrame:
    """Add looks to the record of a study, but those that stand there, and give it whole.

    Args:
        record: A table that only grows; editions that are evaluated at once take turns.
        looks: From `openings_of`.

    Returns:
        `cohort opened edition patients predictions`, the first look first.
    """
    with record.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = file.read()
        names = {"dtype": str, "keep_default_na": False}
        known = pd.read_csv(StringIO(text or "\t".join(COLUMNS)), sep="\t", **names)
        looks = looks.astype(str)
        is_new = ~looks[KEYS].apply(tuple, axis=1).isin(set(known[KEYS].apply(tuple, axis=1)))
        looks[is_new].to_csv(file, sep="\t", index=False, header=not text)
    return pd.concat([known, looks[is_new]], ignore_index=True)


def _digest(said: pd.DataFrame) -> str:
    return hashlib.sha256(said.to_csv(index=False, float_format=DECIMALS).encode()).hexdigest()[:12]
