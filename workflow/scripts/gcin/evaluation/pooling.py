"""Predictions of unseen patients, from all folds and seeds, beside their outcomes."""

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from gcin.evaluation.follow_up import ends_of, references_of, weights_by_cohort
from gcin.evaluation.horizons import horizon_weights, uno_weights
from gcin.evaluation.survival_curves import SCORES, curves_by_run, score_curves
from gcin.tables import read_text, run_of

FOLD = re.compile(r"fold-(?P<fold>\d+)\.tsv$")
PREDICTION = ["design", "fold", "endpoint", "patient", "arm"]
HALF = 0.5  # the probability from which on a response counts as predicted, unless another is chosen

logger = logging.getLogger(__name__)


def read_runs(paths: Iterable[str], part: str = "test") -> pd.DataFrame:
    """Read the predictions of every run; design, fold and seed stand in its path.

    Args:
        paths: `…/model/{design}/fold-{fold}/seed-{seed}/predictions.parquet`.
        part: The part of each fold to keep.

    Returns:
        `design fold seed patient endpoint arm value`.
    """
    runs = []
    for path in paths:
        table = pd.read_parquet(path)
        kept = table.loc[table["part"] == part, ["patient", "endpoint", "arm", "value"]]
        runs.append(kept.assign(**run_of(path)))
    return pd.concat(runs, ignore_index=True)


def read_folds(paths: Iterable[str]) -> dict[int, pd.DataFrame]:
    """Read `patient part` of each fold; its number stands in its path, `…/fold-{fold}.tsv`."""
    return {int(FOLD.search(path)["fold"]): read_text(path) for path in paths}


def repeats_of(folds: Mapping[int, Iterable[str]]) -> dict[int, int]:
    """Tell which repeat of the cross-validation each fold belongs to.

    Args:
        folds: The test patients of each fold. Folds are numbered repeat by repeat.

    Returns:
        Fold to repeat, from 0; a new repeat begins with the first patient who is tested again.
    """
    repeats, repeat, seen = {}, 0, set()
    for fold in sorted(folds):
        tested = set(folds[fold])
        if seen & tested:
            repeat, seen = repeat + 1, set()
        seen |= tested
        repeats[fold] = repeat
    return repeats


def pool(
    predictions: pd.DataFrame,
    patients: pd.DataFrame,
    folds: Mapping[int, pd.DataFrame],
    horizons: Iterable[int],
) -> pd.DataFrame:
    """Average seeds, keep the arm received and put the outcome beside each prediction.

    Args:
        predictions: As `read_runs` gives them.
        patients: The study's patients: `patient cohort site arm family` and outcome columns.
        folds: `patient part` of each fold.
        horizons: Months at which survival is asked.

    Returns:
        One row per design, endpoint, repeat and patient: `design endpoint repeat fold patient
        arm family value response time event amount threshold` and, of survival, the columns of
        `gcin.evaluation.follow_up.weights_by_cohort`; the threshold is HALF. Patients without the
        outcome or without a known arm are left out, and counted in the log.

    Raises:
        ValueError: A prediction is missing, or designs cover different patients.
    """
    _require_numbers(predictions)
    means = predictions.groupby(PREDICTION, as_index=False)["value"].mean()
    tested = {fold: parts["patient"][parts["part"] == "test"] for fold, parts in folds.items()}
    pooled = with_outcomes(means, patients).assign(
        repeat=lambda table: table["fold"].map(repeats_of(tested)), threshold=HALF
    )
    weights = _weights_by_fold(pooled, patients.set_index("patient"), folds, horizons)
    pooled = pooled.join(weights)
    require_equal_cover(pooled)
    return pooled.sort_values([*PREDICTION[:3], "patient"], ignore_index=True)


def with_outcomes(predictions: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """Keep each patient's prediction under the arm received, beside the outcome.

    Args:
        predictions: `patient endpoint arm value` and whatever else names them.
        patients: `patient arm family` and the outcomes, as `outcome_of` knows them.

    Returns:
        The rows of patients with the outcome, with `family response time event amount`.
    """
    received = predictions.merge(patients[["patient", "arm", "family"]], on=["patient", "arm"])
    # Of an endpoint without a name where nobody received what was predicted.
    names = [*received["endpoint"].unique()] or [""]
    outcomes = pd.concat([outcome_of(patients, endpoint) for endpoint in names])
    joined = received.merge(outcomes, on=["patient", "endpoint"])
    known = joined[["response", "amount"]].notna().any(axis=1)
    known |= joined[["time", "event"]].notna().all(axis=1)
    for endpoint, rows in joined.groupby("endpoint"):
        asked = predictions["patient"][predictions["endpoint"] == endpoint].nunique()
        kept = rows["patient"][known].nunique()
        logger.info("%s: kept %d of %d patients: arm and outcome known", endpoint, kept, asked)
    return joined[known].reset_index(drop=True)


def outcome_of(patients: pd.DataFrame, endpoint: str) -> pd.DataFrame:
    """One endpoint's outcome, for every endpoint alike.

    Returns:
        `patient endpoint response time event amount`: `response` of a binary endpoint, `time` and
        `event` of survival, `amount` of a quantity; the others missing.
    """
    parts = ("time", "event", "amount")
    source = {"response": endpoint} | {part: f"{endpoint}_{part}" for part in parts}
    columns = {
        name: patients[column].astype(float) if column in patients else np.nan
        for name, column in source.items()
    }
    return pd.DataFrame({"patient": patients["patient"], "endpoint": endpoint} | columns)


def _weights_by_fold(
    pooled: pd.DataFrame,
    patients: pd.DataFrame,
    folds: Mapping[int, pd.DataFrame],
    horizons: Iterable[int],
) -> pd.DataFrame:
    """Weigh patients by the censoring of those who were followed alike."""
    weights = [pd.DataFrame(columns=["uno_weight"], dtype=float)]
    timed = pooled[pooled["time"].notna()]
    for endpoint, own in timed.groupby("endpoint"):
        ends = ends_of({fold: folds[fold] for fold in own["fold"].unique()}, patients, endpoint)
        for fold, rows in own.groupby("fold"):
            given = references_of(folds[fold], patients, endpoint), horizons, ends[fold]
            weights.append(weights_by_cohort(rows, patients["cohort"], *given))
    return pd.concat(weights)


def with_curves(
    pooled: pd.DataFrame,
    paths: Iterable[str],
    patients: pd.DataFrame,
    folds: Mapping[int, pd.DataFrame],
) -> pd.DataFrame:
    """Add how well each survival curve fits, seeds averaged, in the arm received.

    Args:
        pooled: From `pool`.
        paths: `…/model/{design}/fold-{fold}/seed-{seed}/curves.parquet`.
        patients: The study's patients, as `pool` needs them.
        folds: `patient part` of each fold.

    Returns:
        With the columns of `score_curves`, NaN where the endpoint is no survival.

    Raises:
        KeyError: A patient with a prediction has no curve.
    """
    known, scores = patients.set_index("patient"), [pd.DataFrame(columns=SCORES, dtype=float)]
    runs = defaultdict(list)
    for path in paths:
        place = run_of(path)
        runs[place["design"], place["fold"]].append(path)
    for (design, fold), seeds in runs.items():
        own = pooled[(pooled["design"] == design) & (pooled["fold"] == fold)]
        for endpoint, curves in curves_by_run(map(pd.read_parquet, seeds), known["arm"]).items():
            references = references_of(folds[fold], known, endpoint)
            asked = own[own["endpoint"] == endpoint]
            for cohort, rows in asked.groupby(asked["patient"].map(known["cohort"])):
                scores.append(score_curves(rows, curves, *references[cohort]))
    return pooled.join(pd.concat(scores))


def require_equal_cover(pooled: pd.DataFrame) -> None:
    """Refuse a comparison of designs that did not predict the same patients.

    Raises:
        ValueError: Names design and endpoint.
    """
    for endpoint, rows in pooled.groupby("endpoint"):
        cover = rows.groupby("design").apply(_covered, include_groups=False)
        for design, covered in cover.items():
            if covered != cover.iloc[0]:
                raise ValueError(
                    f"designs {cover.index[0]} and {design} predicted {endpoint} for different "
                    f"patients ({len(cover.iloc[0])} and {len(covered)}): delete the predictions "
                    "of the one that is incomplete and run again."
                )


def _require_numbers(predictions: pd.DataFrame) -> None:
    """Refuse predictions that are no numbers, which a mean over seeds would pass over."""
    lost = predictions[predictions["value"].isna()]
    if len(lost):
        raise ValueError(
            f"design {lost['design'].iloc[0]} has no number for {lost['endpoint'].iloc[0]} of "
            f"{lost['patient'].nunique()} patient(s): its training failed to converge."
        )


def _covered(rows: pd.DataFrame) -> set[tuple]:
    """The patients of each fold."""
    return set(zip(rows["fold"], rows["patient"], strict=True))


def external_rows(
    predictions: pd.DataFrame, patients: pd.DataFrame, horizons: Iterable[int]
) -> pd.DataFrame:
    """Put outcomes beside the predictions of cohorts that no model was trained on.

    Args:
        predictions: `design patient cohort endpoint arm value`.
        patients: The study's patients, as `with_outcomes` needs them, with `role`.
        horizons: Months at which survival is asked.

    Returns:
        As `pool`, with `cohort`; each cohort is one fold, and its own censoring is the reference,
        since another hospital follows its patients otherwise.
    """
    _require_numbers(predictions)
    external = patients[patients["role"] == "external"]
    rows = with_outcomes(predictions, external).assign(repeat=0, threshold=HALF)
    rows["fold"] = rows["cohort"]
    weights = [pd.DataFrame(columns=["uno_weight"], dtype=float)]
    for _, cohort in rows[rows["time"].notna()].groupby(["cohort", "endpoint", "design"]):
        known = cohort["time"].to_numpy(), cohort["event"].to_numpy()
        own = {"uno_weight": uno_weights(*known, *known)}
        own |= horizon_weights(*known, *known, horizons)
        weights.append(pd.DataFrame(own, index=cohort.index))
    rows = rows.join(pd.concat(weights))
    require_equal_cover(rows)
    return rows
