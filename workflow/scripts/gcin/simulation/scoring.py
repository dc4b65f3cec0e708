"""How near each design comes to the best that anybody could reach on simulated patients."""

import logging
from collections.abc import Mapping

import numpy as np
import pandas as pd

from gcin.evaluation.metrics import response_metrics
from gcin.evaluation.pooling import HALF

COLUMNS = ["design", "endpoint", "metric", "value", "bayes", "share", "n"]
CHANCE_LEVEL = {"accuracy": 0.0, "roc_auc": 0.5}

logger = logging.getLogger(__name__)


def score_designs(predictions: pd.DataFrame, chances: pd.DataFrame) -> pd.DataFrame:
    """Measure every design beside the exact probabilities, on the same patients.

    Args:
        predictions: `design endpoint repeat fold patient arm value response`, the arm the one
            received; rows without a `response` are of survival endpoints and are left out.
        chances: `patient arm probability`, the exact chance of response.

    Returns:
        `design endpoint metric value bayes share n` with metrics `accuracy`, read at one half as
        the best possible accuracy is, whatever threshold is chosen, and `roc_auc`, whose `share`
        is the value's part of the best possible (for the AUC, of what is above 0.5), and
        `probability_error`, the mean absolute distance from the exact probability, whose best
        possible is 0.

    Raises:
        ValueError: A predicted patient has no exact probability.
    """
    rows = predictions[predictions["response"].notna()]
    rows = rows.merge(chances, on=["patient", "arm"], how="left")
    unknown = rows.loc[rows["probability"].isna(), "patient"].unique()
    if len(unknown):
        raise ValueError(
            f"{len(unknown)} patient(s) have no exact probability: {', '.join(unknown[:5])}. "
            "The truth belongs to another hospital: simulate again."
        )
    scores = [
        _score_design(own).assign(design=design, endpoint=endpoint)
        for (design, endpoint), own in rows.groupby(["design", "endpoint"])
    ]
    return (
        pd.concat(scores, ignore_index=True)[COLUMNS]
        if scores
        else pd.DataFrame([], columns=COLUMNS)
    )


def _score_design(rows: pd.DataFrame) -> pd.DataFrame:
    """Score one design at one endpoint."""
    reached = _measured(rows, rows["value"])
    best = _measured(rows, rows["probability"])
    table = pd.DataFrame({"metric": list(CHANCE_LEVEL), "value": reached, "bayes": best})
    level = np.array(list(CHANCE_LEVEL.values()))
    table["share"] = (table["value"] - level) / (table["bayes"] - level)
    distance = float(np.abs(rows["value"] - rows["probability"]).mean())
    table.loc[len(table)] = ["probability_error", distance, 0.0, np.nan]
    return table.assign(n=rows["patient"].nunique())


def _measured(rows: pd.DataFrame, value: pd.Series) -> list[float]:
    """Measure probabilities in each repeat and average, in the order of the metrics scored."""
    repeats = [
        response_metrics(
            repeat.assign(column=np.arange(len(repeat)), value=value[repeat.index], threshold=HALF),
            np.ones((1, len(repeat))),
        )
        for _, repeat in rows.groupby("repeat")
    ]
    return [float(np.mean([repeat[name] for repeat in repeats])) for name in CHANCE_LEVEL]


def score_external(predictions: pd.DataFrame, chances: pd.DataFrame) -> pd.DataFrame:
    """Score the designs on each cohort that none was trained on.

    Args:
        predictions: As `score_designs` takes them, with `cohort`.
        chances: As `score_designs` takes them.

    Returns:
        As `score_designs`; the endpoint names the cohort too, `response in hospital_b`.
    """
    named = predictions["endpoint"] + " in " + predictions["cohort"].astype(str)
    return score_designs(predictions.assign(endpoint=named), chances)


def score_calling(concordance: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count the planted variants that the workflow found in patients who came as reads.

    Args:
        concordance: Cohort to `sample type truth found missed extra …`.

    Returns:
        As `score_designs`, design `calling`, the endpoint the type of variant; `found` beside
        the number planted, and `extra` beside none.
    """
    rows = []
    for table in concordance.values():
        for kind, own in table.groupby("type"):
            planted, found, extra = (int(own[name].sum()) for name in ("truth", "found", "extra"))
            share = found / planted if planted else np.nan
            rows.append(["calling", kind, "found", found, planted, share, len(own)])
            rows.append(["calling", kind, "extra", extra, 0, np.nan, len(own)])
    return pd.DataFrame(rows, columns=COLUMNS)


def planted_table(*scores: pd.DataFrame) -> pd.DataFrame:
    """Put scores under each other, sorted, empty ones left out.

    Args:
        *scores: Tables as the other functions give them.
    """
    filled = [table for table in scores if len(table)]
    table = pd.concat(filled, ignore_index=True)
    logger.info("scored %d designs beside the truth", table["design"].nunique())
    return table.sort_values(["endpoint", "metric", "design"], ignore_index=True)
