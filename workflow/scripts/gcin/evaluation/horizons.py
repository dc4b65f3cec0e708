"""Who has had the event by a given month, corrected for those who left before (IPCW).

Patients censored before the month are neither case nor control; cases and controls stand in for
them by the inverse chance of having been followed so far.
"""

import logging
from collections.abc import Iterable

import numpy as np
import pandas as pd

from gcin.evaluation.metrics import Parts, ordered_pairs, within_folds

AT_RISK = 0.1  # nothing is measured where fewer of the reference patients are still followed
CASE, CONTROL = "case_", "control_"
FOLLOWED, WITH = "followed_as", "uno_weight_with_"

logger = logging.getLogger(__name__)


def reliable_until(reference_time: np.ndarray) -> float:
    """The month from which fewer than a tenth of the reference patients are followed."""
    return float(np.quantile(reference_time, 1 - AT_RISK))


def still_followed(
    time: np.ndarray, reference_time: np.ndarray, reference_event: np.ndarray, before: bool
) -> np.ndarray:
    """Kaplan-Meier chance of not being censored up to `time`.

    Events come before censorings of the same time, so they have left the risk set.

    Args:
        time: Months.
        reference_time: Months to event or censoring of the patients whose censoring is the
            reference.
        reference_event: 1 for their events, 0 for censoring.
        before: Whether a censoring at `time` itself does not count yet.
    """
    steps, inverse = np.unique(reference_time, return_inverse=True)
    everyone = np.bincount(inverse)
    events = np.bincount(inverse, weights=np.asarray(reference_event, float))
    at_risk = everyone[::-1].cumsum()[::-1] - events
    staying = np.divide(everyone - events, at_risk, out=np.zeros(len(steps)), where=at_risk > 0)
    followed = np.concatenate([[1.0], np.cumprod(1 - staying)])
    return followed[np.searchsorted(steps, time, side="left" if before else "right")]


def uno_weights(
    time: np.ndarray, event: np.ndarray, reference_time: np.ndarray, reference_event: np.ndarray
) -> np.ndarray:
    """Weigh each patient's pairs by the inverse squared chance of not being censored before.

    Args:
        time: Months to event or censoring.
        event: 1 for an event, 0 for censoring.
        reference_time: The same of the patients whose censoring is the reference, as
            `gcin.evaluation.follow_up` names them.
        reference_event: Their events.

    Returns:
        `1 / G(t-)^2` for events before tau, the time from which fewer than a tenth of the
        reference patients are followed; zero for everybody else.
    """
    reference = reference_time, reference_event
    return pair_weights(time, event, reference, reference)


def pair_weights(time: np.ndarray, event: np.ndarray, own: Parts, partner: Parts) -> np.ndarray:
    """Weigh each patient's pairs with patients who were followed otherwise.

    Neither of a pair may leave before the first has the event, and each stays as those of its own
    reference do.

    Args:
        time: Months to event or censoring.
        event: 1 for an event, 0 for censoring.
        own: Months and events of the reference of these patients.
        partner: The same of those whom they are paired with.

    Returns:
        `1 / (G(t-) H(t-))` for events before the earlier tau of both references, `G` and `H` being
        their chances of being followed; zero for everybody else.
    """
    free = np.prod([still_followed(time, *past, before=True) for past in (own, partner)], axis=0)
    tau = min(reliable_until(past[0]) for past in (own, partner))
    counts = (np.asarray(event) > 0) & (time < tau)
    return np.where(counts, 1 / np.where(counts, free, 1.0), 0.0)


def horizon_weights(
    time: np.ndarray,
    event: np.ndarray,
    reference_time: np.ndarray,
    reference_event: np.ndarray,
    horizons: Iterable[int],
    until: float | None = None,
) -> dict[str, np.ndarray]:
    """Weigh each patient as a case and as a control of each horizon.

    Args:
        time: Months to event or censoring.
        event: 1 for an event, 0 for censoring.
        reference_time: The same of the patients whose censoring is the reference, as
            `gcin.evaluation.follow_up` names them.
        reference_event: Their events.
        horizons: Months at which patients are told apart.
        until: Month from which too few are followed; None = fewer than a tenth of the reference
            patients.

    Returns:
        `case_{horizon}`, `1 / G(t-)` for an event up to the horizon, and `control_{horizon}`,
        `1 / G(horizon)` for those followed beyond it; zero for everybody else, and for everybody
        where too few are followed to the horizon.
    """
    free = still_followed(time, reference_time, reference_event, before=True)
    weights, end = {}, reliable_until(reference_time) if until is None else until
    for horizon in horizons:
        known = horizon < end
        case = known & (np.asarray(event) > 0) & (time <= horizon)
        control = known & (time > horizon)
        later = still_followed(np.array([horizon]), reference_time, reference_event, before=False)
        weights[f"{CASE}{horizon}"] = np.where(case, 1 / np.where(case, free, 1.0), 0.0)
        weights[f"{CONTROL}{horizon}"] = np.where(control, 1 / later if known else 0.0, 0.0)
        if not known:
            logger.warning("month %d: too few patients are followed so far", horizon)
    return weights


def horizon_areas(rows: pd.DataFrame, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Measure how well risk tells the patients with the event by each horizon from the others.

    The cumulative/dynamic AUC of Uno et al. (2007, JASA 102:527); pairs across folds do not count.

    Args:
        rows: One row per patient: `column`, `fold`, `value` (risk) and the columns of
            `horizon_weights`.
        weights: Resamples by patients.

    Returns:
        `auc_{horizon}_months` in each resample; NaN where there is no case or no control.
    """
    horizons = [name.removeprefix(CASE) for name in rows if name.startswith(CASE)]
    return {
        f"auc_{horizon}_months": within_folds(
            ordered_pairs, rows, weights, f"{CASE}{horizon}", f"{CONTROL}{horizon}"
        )
        for horizon in horizons
    }
