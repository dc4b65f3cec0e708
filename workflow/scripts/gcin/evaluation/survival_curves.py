"""Predicted survival curves beside what came to pass: errors over time, and D-calibration."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from gcin.evaluation.horizons import reliable_until, still_followed
from gcin.evaluation.intervals import units_of
from gcin.evaluation.metrics import ratio

POINTS = 101  # moments, evenly from 0 to the end of reliable follow-up, that errors are taken at
TENTHS = 10
SETTLED = 1e-9  # spread of the tenths below which patients differ by rounding alone
SCORES = ["own_survival", "curve_event", "curve_error"]


def score_curves(
    rows: pd.DataFrame,
    curves: pd.DataFrame,
    reference_time: np.ndarray,
    reference_event: np.ndarray,
) -> pd.DataFrame:
    """Hold each patient's curve against the patient's outcome.

    Args:
        rows: One design, endpoint and fold: `patient time event`.
        curves: Survival of the same patients, by `patient`, one column per month.
        reference_time: Months to event or censoring of those whose censoring is the reference.
        reference_event: Their events.

    Returns:
        Indexed as `rows`: `own_survival`, the predicted chance of surviving as long as the patient
        was followed, and `curve_event`, 1 for an event in that time, of which what lies beyond the
        last month of the curves does not count, as they say nothing of it; and `curve_error`, the
        patient's part of the integrated Brier score up to that month, or to the earlier one from
        which fewer than a tenth of the reference patients are followed.
    """
    survival, months = curves.loc[rows["patient"]].to_numpy(float), curves.columns.to_numpy(float)
    time, event = rows["time"].to_numpy(), rows["event"].to_numpy()
    own = [np.interp(end, months, curve) for end, curve in zip(time, survival, strict=True)]
    # Just before the end, where a trial that watches everybody for as long has not yet lost them.
    end = min(np.nextafter(reliable_until(reference_time), 0), months[-1])
    moments = np.linspace(0, end, POINTS)
    place = np.array([np.interp(moments, months, unit) for unit in np.eye(len(months))])
    errors = integrated_errors(
        survival @ place, moments, time, event, reference_time, reference_event
    )
    seen = np.where(time <= months[-1], event, 0.0)
    scores = {"own_survival": own, "curve_event": seen, "curve_error": errors}
    return pd.DataFrame(scores, index=rows.index)


def integrated_errors(
    survival: np.ndarray,
    moments: np.ndarray,
    time: np.ndarray,
    event: np.ndarray,
    reference_time: np.ndarray,
    reference_event: np.ndarray,
) -> np.ndarray:
    """Average each patient's squared error over time, weighted for censoring.

    Their mean is the integrated Brier score of Graf et al. (1999, Statistics in Medicine 18:2529).

    Args:
        survival: Predicted, `(patients, moments)`.
        moments: Months, ascending.
        time: Months to event or censoring.
        event: 1 for an event, 0 for censoring.
        reference_time: Months of the patients whose censoring is the reference.
        reference_event: Their events.
    """
    past = reference_time, reference_event
    gone = (time[:, None] <= moments) & (event[:, None] > 0)
    there = time[:, None] > moments
    until = ratio(np.ones(len(time)), still_followed(time, *past, before=True))
    then = ratio(np.ones(len(moments)), still_followed(moments, *past, before=False))
    lost = np.where(gone, np.square(survival) * until[:, None], 0.0)
    kept = np.where(there, np.square(1 - survival) * then, 0.0)
    return np.trapezoid(lost + kept, moments, axis=1) / (moments[-1] - moments[0])


def curve_metrics(rows: pd.DataFrame, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Measure predicted curves of one repeat.

    Args:
        rows: One row per patient: `column` (the patient's column of `weights`) and the columns of
            `score_curves`.
        weights: Resamples by patients.

    Returns:
        `integrated_brier` (less is better) and `d_calibration`, the share of the patients who
        would have to die in another tenth of the predicted chances (0 is right), in each resample.
    """
    drawn = weights[:, rows["column"]]
    total = drawn.sum(axis=1)
    tenths = survival_tenths(rows["own_survival"].to_numpy(), rows["curve_event"].to_numpy())
    shares = np.stack([ratio(drawn @ tenth, total) for tenth in tenths.T], axis=1)
    return {
        "integrated_brier": ratio(drawn @ rows["curve_error"].to_numpy(), total),
        "d_calibration": np.abs(shares - 1 / TENTHS).sum(axis=1) / 2,
    }


def survival_tenths(own_survival: np.ndarray, event: np.ndarray) -> np.ndarray:
    """Spread patients over tenths of predicted survival (Haider et al. 2020, JMLR 21:85).

    Where curves are right, the chance at which an event comes is uniform. A patient with an event
    lies in one tenth; a censored one is spread evenly over all chances that are still possible.

    Args:
        own_survival: Predicted chance of surviving as long as the patient was followed.
        event: 1 for an event, 0 for censoring.

    Returns:
        Share of each patient in each tenth, lowest first, `(patients, 10)`; rows add up to 1.
    """
    lower = np.arange(TENTHS) / TENTHS
    own = np.clip(own_survival, np.finfo(float).tiny, 1)[:, None]
    place = np.minimum(np.floor(own * TENTHS), TENTHS - 1)
    inside = place == np.arange(TENTHS)
    possible = np.clip(own - lower, 0, 1 / TENTHS) / own
    return np.where(event[:, None] > 0, inside, possible)


def d_calibration_table(pooled: pd.DataFrame) -> pd.DataFrame:
    """Test whether each design's curves are calibrated over all of follow-up.

    Independent patients who each lie in one tenth are counts, and the test is the plain chi-squared
    one. That alarms too often where relatives are alike, and hardly ever where many are censored
    and spread over tenths: there its scale and its degrees of freedom follow how tenths vary from
    family to family (Rao and Scott 1984, Annals of Statistics 12:46, of second order).

    Args:
        pooled: As `gcin.evaluation.pooling.pool` gives them, with the columns of `score_curves`.

    Returns:
        `design endpoint statistic degrees p n` and `tenth_1` to `tenth_10`, the share of the
        patients in each tenth of predicted survival; repeats are averaged.
    """
    tests = []
    timed = pooled[pooled["own_survival"].notna()]
    for (design, endpoint), rows in timed.groupby(["design", "endpoint"]):
        tenths = survival_tenths(rows["own_survival"].to_numpy(), rows["curve_event"].to_numpy())
        own = pd.DataFrame(tenths).groupby(rows["patient"].to_numpy()).mean()
        families = rows.drop_duplicates("patient").set_index("patient")["family"]
        codes, _ = units_of(families.reindex(own.index))
        told = _uniformity(own.to_numpy(), codes, bool(rows["curve_event"].any()))
        tests.append((design, endpoint, *told, *own.mean()))
    names = [f"tenth_{number}" for number in range(1, TENTHS + 1)]
    return pd.DataFrame(
        tests, columns=["design", "endpoint", "statistic", "degrees", "p", "n", *names]
    )


def _uniformity(
    tenths: np.ndarray, codes: np.ndarray, has_events: bool
) -> tuple[float, float, float, int]:
    """Statistic, degrees of freedom, p and patients, given each patient's share of each tenth.

    Without events tenths vary by how long patients were followed alone, which says nothing of how
    events would have fallen: the test is the plain one.
    """
    n, shares = len(tenths), tenths.mean(axis=0)
    apart = pd.DataFrame(tenths - shares).groupby(codes).sum().to_numpy()
    # The spread of counts is known where curves are right; what there is beside it is measured.
    counts = np.diag(shares) - np.outer(shares, shares)
    spread = TENTHS * (apart.T @ apart / n - counts) + np.eye(TENTHS) - 1 / TENTHS
    width = np.trace(spread)
    # Nobody is followed at all: nothing varies, and shares are a tenth each by themselves.
    varies = has_events and width > SETTLED
    scale = np.square(spread).sum() / width if varies else 1.0
    statistic = n * TENTHS * np.square(shares - 1 / TENTHS).sum() / scale
    degrees = width / scale if varies else TENTHS - 1.0
    return float(statistic), float(degrees), float(stats.chi2.sf(statistic, degrees)), n


def curves_by_run(
    tables: Iterable[pd.DataFrame], arm: Mapping[str, str]
) -> dict[str, pd.DataFrame]:
    """Average the curves of a fold's seeds, in the arm received.

    Args:
        tables: `patient endpoint arm time survival` of each seed.
        arm: Patient to arm.

    Returns:
        Endpoint to survival by patient (rows) and month (columns).
    """
    received = pd.concat([rows[rows["arm"] == rows["patient"].map(arm)] for rows in tables])
    return {
        endpoint: rows.pivot_table(values="survival", index="patient", columns="time")
        for endpoint, rows in received.groupby("endpoint")
    }
