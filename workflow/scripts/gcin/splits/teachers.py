"""Who taught the models of a study, and who of its patients was never learnt from."""

from collections.abc import Sequence

import pandas as pd

from gcin.splits.turns import parts_at


def as_taught(patients: pd.DataFrame, folds: pd.DataFrame, seeds: Sequence[int]) -> pd.DataFrame:
    """Keep role `train` for those alone from whom a model of any fold and seed has learnt.

    The test part of a single division, such as 70-15-15, teaches none of its models; nor does who
    validates for their only seed, or whose arm is unknown. What a new patient is held against is
    what models were shown.

    Args:
        patients: The study's patients: `patient role arm`.
        folds: `fold patient part turn` of all folds.
        seeds: Of the designs.

    Returns:
        `patients`, with role `held` where one of role `train` taught no model.
    """
    taught = {name for names in teachers_by_run(folds, seeds) for name in names}
    teaches = patients["patient"].isin(taught) & patients["arm"].notna()
    is_held = (patients["role"] == "train") & ~teaches
    return patients.assign(role=patients["role"].mask(is_held, "held"))


def teachers_by_run(folds: pd.DataFrame, seeds: Sequence[int]) -> list[pd.Series]:
    """Name who trains in each fold and seed, whether the arm is known or not.

    Args:
        folds: `fold patient part turn` of all folds.
        seeds: Of the designs.
    """
    runs = [parts_at(fold, seed) for _, fold in folds.groupby("fold") for seed in seeds]
    return [run["patient"][run["part"] == "train"] for run in runs]
