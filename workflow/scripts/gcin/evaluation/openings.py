"""How often outcomes that were to be kept for the end were looked at, over all editions of a study.

An external cohort, or the test part of a single division, confirms a model by the first look alone:
whatever is changed after it may have been chosen by what was seen. The record lies beside the
editions, since one of them alone cannot know.
"""

import fcntl
import hashlib
from io import StringIO
from pathlib import Path

import pandas as pd

COLUMNS = ["cohort", "opened", "edition", "patients", "predictions"]
KEYS = ["cohort", "edition", "predictions"]
TEST_PART = "test part"  # in the place of a cohort, none of which may have a space in its name
DECIMALS = "%.6f"  # machines differ beyond; a look at the same models again is no new one


def openings_of(rows: pd.DataFrame, edition: str, day: str) -> pd.DataFrame:
    """Describe one look at external cohorts, or at the locked test part.

    Args:
        rows: From `gcin.evaluation.pooling.external_rows`, or from `locked_rows`.
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


def locked_rows(pooled: pd.DataFrame, is_locked: bool) -> pd.DataFrame:
    """Take the test patients as a cohort whose outcomes were kept for the end.

    Args:
        pooled: From `gcin.evaluation.pooling.pool`.
        is_locked: Whether the study is divided once. Of a cross-validation everybody is tested and
            everybody teaches, so nothing is locked and there are no rows.
    """
    return pooled.assign(cohort=TEST_PART).head(len(pooled) * is_locked)


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


def of_test_part(openings: pd.DataFrame) -> pd.Series:
    """Tell looks at the locked test part from those at external cohorts."""
    return openings["cohort"] == TEST_PART


def _digest(said: pd.DataFrame) -> str:
    return hashlib.sha256(said.to_csv(index=False, float_format=DECIMALS).encode()).hexdigest()[:12]
