"""From the predictions of single models to one prediction with its interval.

The value for a patient is the mean over the frozen models (folds times seeds). The interval is
the range from the 2.5th to the 97.5th percentile of what other models might have said: of a
probability, every model under calibrations refitted to resampled validation patients (whole
families, as kin may share a genome and an outcome); of risk, the models alone, since risk is not
calibrated; a single one has none. It speaks of the model, not of chance: a patient with a
probability of 0.5 responds or does not. A quantity has a conformal band instead, which speaks of
chance too.
"""

import logging
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gcin.model.bands import conformal_bands, from_zero
from gcin.model.calibration import Calibration, fit_calibration
from gcin.model.conformal import RESPONSE, conformal_answers, in_arm_received
from gcin.model.endpoints import BINARY, QUANTITY, kinds_in
from gcin.model.outcomes import observed

logger = logging.getLogger(__name__)

PERCENTILES = (2.5, 97.5)
KEYS = ["patient", "arm", "endpoint"]


def external_table(designs: Sequence[pd.DataFrame], names: Sequence[str]) -> pd.DataFrame:
    """Average each design's models on the external cohorts.

    Args:
        designs: `cohort role run patient endpoint arm raw value models`, one per design.
        names: Names of the designs, in the same order.

    Returns:
        `design patient cohort endpoint arm value models of`: averaged over so `models` of so many.
    """
    named = [table.assign(design=name) for table, name in zip(designs, names, strict=True)]
    rows = pd.concat(named, ignore_index=True)
    keys = ["design", "patient", "cohort", "endpoint", "arm"]
    external = rows[rows["role"] == "external"]
    means = external.groupby(keys, as_index=False, sort=False)["value"].mean()
    return means.merge(models_behind(external, ["design"]), on=["design", *KEYS], how="left")


def models_behind(rows: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Count the models behind each prediction; a model is silent of arms that nobody taught it.

    Args:
        rows: `run patient endpoint arm models` and the columns `by`.
        by: Columns that name a design.

    Returns:
        `by`, `patient arm endpoint`, `models`, and `of`: how many speak of the endpoint at all.
    """
    said = rows.groupby([*by, *KEYS])["models"].sum()
    most = rows.groupby([*by, "endpoint", "run"])["models"].max()
    of = most.groupby([*by, "endpoint"]).sum().rename("of")
    return said.reset_index().merge(of.reset_index(), on=[*by, "endpoint"])


def validation_rows(
    runs: Sequence[pd.DataFrame], patients: pd.DataFrame, kind: str = BINARY
) -> pd.DataFrame:
    """Gather what each model said of its validation patients in the arm received.

    Args:
        runs: `patient part endpoint arm raw value`, one per model, in the models' order.
        patients: The study's table with `patient role arm cancer_type family` and outcomes.
        kind: `binary` or `quantity`.

    Returns:
        `run patient endpoint arm raw value cancer_type family` and `response` or `amount`, the
        outcome known; empty where no endpoint is of the kind.
    """
    rows = pd.concat([rows.assign(run=run) for run, rows in enumerate(runs)])
    held = rows[rows["part"] == "validation"]
    known = in_arm_received(held, patients[patients["role"] == "train"], kind)
    return known.drop(columns="part")


def patient_table(applied: pd.DataFrame, held: pd.DataFrame, draws: int) -> pd.DataFrame:
    """Predict patients without an outcome.

    Args:
        applied: `role run patient endpoint arm raw value models` of one design's models.
        held: From `validation_rows`, of the same models.
        draws: Refits of each model's calibration.

    Returns:
        `patient arm endpoint value low high apart models of`; value lies within its interval, and
        is the mean of so `models` of so many. Their averages, such as those of a stack's designs in
        a fold, stand in the interval as one, so that many are `apart`. The interval is missing
        where one alone, without a calibration to resample, has spoken.
    """
    new = applied[applied["role"] == "new"]
    by_model, calibrated = dict(list(held.groupby(["endpoint", "run"]))), {*held["endpoint"]}
    blocks = [
        _spread(rows, by_model.get(model, held.iloc[:0]), draws * (model[0] in calibrated))
        for model, rows in new.groupby(["endpoint", "run"], sort=False)
    ]
    if not blocks:
        return pd.DataFrame(columns=[*KEYS, "value", "low", "high", "apart", "models", "of"])
    possible = pd.concat(blocks, ignore_index=True)
    logger.info(
        "predicted %d patients from %d models", new["patient"].nunique(), new["run"].nunique()
    )
    value = new.groupby(KEYS)["value"].mean()
    low, high = (possible.groupby(KEYS)["value"].quantile(p / 100) for p in PERCENTILES)
    several = possible.groupby(KEYS)["value"].size() > 1
    limits = {"low": np.minimum(low, value), "high": np.maximum(high, value)}
    told = {name: limit.where(several) for name, limit in limits.items()}
    table = value.to_frame().assign(**told, apart=new.groupby(KEYS)["run"].nunique())
    return table.reset_index().merge(models_behind(new), on=KEYS)


def with_answers(
    table: pd.DataFrame,
    applied: pd.DataFrame,
    held: pd.DataFrame,
    patients: pd.DataFrame,
    conformal: Mapping,
    fewest: int,
) -> pd.DataFrame:
    """Add which outcome, if a single one, is to be expected of each patient under each arm.

    Calibration patients are borrowed from other arms where an arm has few, so an answer could rest
    on a single patient of the arm itself. Of fewer than `fewest` none is given.

    Args:
        table: From `patient_table`.
        applied: As `patient_table` was given them.
        held: From `validation_rows`.
        patients: The study's table with `patient role arm cancer_type` and outcomes.
        conformal: `coverage` wanted: share of patients whose true outcome is among the answers;
            and `min_patients`, the fewest with either outcome of a group of its own.
        fewest: Patients who train, of an arm, with a known outcome.

    Returns:
        `table` with `kind` (`binary`, `survival`, `quantity`), `taught` (patients of the arm who
        train with a known outcome) and `answer` (`response`, `no response`, `both`, `neither`, `few
        patients`; missing where the endpoint is not binary).
    """
    rows = _asked(applied, patients, BINARY)
    keys = ["endpoint", "patient", "arm"]
    answers = conformal_answers(held, rows, ["endpoint", "run"], keys, **conformal)
    told = table.merge(answers, on=keys, how="left").merge(_taught(patients), how="left")
    told["taught"] = told["taught"].fillna(0).astype(int)
    is_few = told["answer"].notna() & (told["taught"] < fewest)
    told["answer"] = told["answer"].mask(is_few, "few patients")
    return told.assign(kind=told["endpoint"].map(kinds_in(patients)))


def _taught(patients: pd.DataFrame) -> pd.DataFrame:
    """Count the patients who train with a known outcome: `endpoint arm taught`."""
    train = patients[patients["role"] == "train"]
    known = [train[observed(train, name)].assign(endpoint=name) for name in kinds_in(train)]
    return pd.concat(known).groupby(["endpoint", "arm"]).size().rename("taught").reset_index()


def with_bands(
    table: pd.DataFrame,
    applied: pd.DataFrame,
    held: pd.DataFrame,
    patients: pd.DataFrame,
    conformal: Mapping,
    fewest: int,
    transforms: Mapping[str, str],
) -> pd.DataFrame:
    """Give quantities the band that holds the patient's own amount as often as was promised.

    Where an arm has few calibration patients the misses of other arms bound its band, too. Of an
    arm of fewer than `fewest` they would be all that does, and there is none.

    Args:
        table: From `with_answers`.
        applied: As `patient_table` was given them.
        held: From `validation_rows`, kind `quantity`.
        patients: The study's table with `patient cancer_type` and outcomes.
        conformal: `coverage` wanted, and `min_patients` of a group of its own.
        fewest: Patients who train, of an arm, with a known amount.
        transforms: Quantity to its transform, where it has one.

    Returns:
        `table` with `low` and `high` of quantities replaced, missing where there is no band; and
        neither a value nor a limit below zero where nobody's known amount is.
    """
    rows = _asked(applied, patients, QUANTITY)
    bands = conformal_bands(held, rows, ["run"], ["patient", "arm"], conformal, transforms)
    own = table.merge(bands, on=KEYS, how="left", suffixes=("", "_band"))
    is_few = own["low_band"].notna() & (own["taught"] < fewest)
    limits = {name: own[f"{name}_band"].fillna(own[name]).mask(is_few) for name in ("low", "high")}
    return own[list(table)].assign(**limits, value=from_zero(own, "value", held))


def _asked(applied: pd.DataFrame, patients: pd.DataFrame, kind: str) -> pd.DataFrame:
    """What was said of new patients' endpoints of a kind, with `cancer_type`."""
    of_kind = [name for name, own in kinds_in(patients).items() if own == kind]
    asked = applied[(applied["role"] == "new") & applied["endpoint"].isin(of_kind)]
    return asked.merge(patients[["patient", "cancer_type"]], on="patient")


def _spread(rows: pd.DataFrame, held: pd.DataFrame, draws: int) -> pd.DataFrame:
    """One model's probabilities under its calibration and under resampled ones.

    A model without patients to calibrate by says the same each time, and counts as much as others.
    """
    blocks = [rows[[*KEYS, "value"]]] * (1 if len(held) else 1 + draws)
    if len(held):
        random = np.random.default_rng(int(rows["run"].iloc[0]))
        for calibration in _resampled(held, draws, random):
            blocks.append(rows[KEYS].assign(value=calibration.apply(rows["raw"].to_numpy())))
    return pd.concat(blocks, ignore_index=True)


def _resampled(held: pd.DataFrame, draws: int, random: np.random.Generator) -> list[Calibration]:
    """Refit a calibration to resampled families; who has none is drawn alone."""
    raw, response = (held[name].to_numpy(dtype=float) for name in ("raw", RESPONSE))
    family = held["family"].to_numpy(dtype=object)
    group = pd.factorize(np.where(pd.isna(family), np.arange(len(held)), family))[0]
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    places = random.integers(0, len(members), (draws, len(members)))
    samples = [np.concatenate([members[place] for place in drawn]) for drawn in places]
    return [fit_calibration(raw[drawn], response[drawn]) for drawn in samples]
