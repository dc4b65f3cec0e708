"""Decision curves: what acting on a prediction is worth (Vickers and Elkin 2006, MDM 26:565)."""

import numpy as np
import pandas as pd

from gcin.evaluation.comparison import estimate_of, resampled
from gcin.evaluation.intervals import bca_interval, units_of
from gcin.evaluation.metrics import ratio

# Probabilities of response from which on a patient would be treated.
THRESHOLDS = np.arange(1, 100) / 100
FEWEST = 10  # patients treated; of fewer, resamples miss the true benefit in a fifth of cohorts
COLUMNS = ["design", "endpoint", "threshold", "net_benefit", "low", "high"]


def net_benefit_table(
    pooled: pd.DataFrame, draws: int, seed: int, confidence: float
) -> pd.DataFrame:
    """Weigh responders treated against others treated in vain, at every threshold.

    Who treats from a probability of `t` on takes one responder to be worth `(1 - t) / t` others
    treated in vain. The net benefit is the responders treated less the others treated, at that
    price, per patient. With repeats it is taken in each and averaged.

    Args:
        pooled: As `gcin.evaluation.pooling.pool` gives them.
        draws: Resamples.
        seed: Of the resamples.
        confidence: Of the intervals.

    Returns:
        `design endpoint threshold net_benefit low high treat_all treat_none n`: the last two are
        what treating every patient of the same cohort, or none, is worth. Limits are empty where
        fewer than FEWEST would be treated (a family counting as one), whom a threshold of almost
        certainty leaves; nobody treated is worth nothing in these patients, and not in all.
    """
    tables, known = [], pooled[pooled["response"].notna()]
    for (design, endpoint), rows in known.groupby(["design", "endpoint"]):
        placed, weights = resampled(rows, draws, seed)
        repeats = [net_benefits(repeat, weights) for _, repeat in placed.groupby("repeat")]
        found = [estimate_of(values, draws) for values in np.mean(repeats, axis=0).T]
        table = pd.DataFrame({"design": design, "endpoint": endpoint, "threshold": THRESHOLDS})
        table["net_benefit"] = [benefit.whole for benefit in found]
        limits = np.array([bca_interval(benefit, confidence) for benefit in found])
        limits[_treated(placed) < FEWEST] = np.nan
        table["low"], table["high"] = limits.T
        table["treat_all"] = net_benefits(placed.assign(value=1.0), np.ones((1, weights.shape[1])))[
            0
        ]
        table["treat_none"] = 0.0
        tables.append(table.assign(n=rows["patient"].nunique()))
    empty = pd.DataFrame(columns=[*COLUMNS, "treat_all", "treat_none", "n"])
    return pd.concat(tables, ignore_index=True) if tables else empty


def _treated(rows: pd.DataFrame) -> np.ndarray:
    """Count the families with somebody to treat at each of `THRESHOLDS`, repeats averaged."""
    codes, _ = units_of(rows["family"])
    # A patient without a family has another number in each repeat, and counts in each.
    likeliest = rows["value"].groupby([rows["repeat"], codes]).max().to_numpy()
    return (likeliest[:, None] >= THRESHOLDS).sum(axis=0) / rows["repeat"].nunique()


def net_benefits(rows: pd.DataFrame, weights: np.ndarray) -> np.ndarray:
    """Net benefit of one repeat at each of `THRESHOLDS`.

    Args:
        rows: One row per patient: `column` (the patient's column of `weights`), `value`
            (probability) and `response`.
        weights: Resamples by patients.

    Returns:
        `(draws, thresholds)`.
    """
    drawn = weights[:, rows["column"]]
    named = rows["value"].to_numpy()[:, None] >= THRESHOLDS
    response = rows["response"].to_numpy()[:, None]
    worth = named * (response - (1 - response) * THRESHOLDS / (1 - THRESHOLDS))
    return ratio(drawn @ worth, np.repeat(drawn.sum(axis=1)[:, None], len(THRESHOLDS), axis=1))
