"""How well networks tell which arm a patient received, and whom hardly anybody alike got it of.

What a network tells by its propensity head is a measure of its trunk and of overlap. Policies are
not weighed by it, as it is penalised (`gcin.evaluation.propensity` says by what they are).
"""

import logging
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import entr

from gcin.evaluation.comparison import estimate_of, resampled
from gcin.evaluation.intervals import measure_interval
from gcin.evaluation.metrics import Parts, ordered_pairs, ratio, within_folds
from gcin.tables import run_of

ANY = None  # in the place of an arm: said of all together
COLUMNS = ["design", "arm", "metric", "value", "low", "high", "n", "floor"]
PATIENT = ["design", "fold", "patient"]

logger = logging.getLogger(__name__)


def read_chances(paths: Iterable[str]) -> pd.DataFrame:
    """Read what the runs tell of the arms; design, fold and seed stand in the path.

    Args:
        paths: `…/model/{design}/fold-{fold}/seed-{seed}/propensity.parquet`.

    Returns:
        `design fold patient arm propensity`, seeds averaged: one that nobody taught an arm gives
        it no chance, and one without a head, as a trial may have chosen, has no part in it.
    """
    runs = [pd.read_parquet(path).assign(**run_of(path)) for path in paths]
    said = pd.concat([run for run in runs if len(run)] or runs[:1], ignore_index=True)
    seeds = said.groupby(PATIENT)["seed"].nunique().rename("seeds")
    total = said.groupby([*PATIENT, "arm"])["propensity"].sum().reset_index()
    total["propensity"] /= total.join(seeds, on=PATIENT)["seeds"]
    return total


def assignment_table(
    chances: pd.DataFrame, patients: pd.DataFrame, settings: Mapping, floor: float
) -> pd.DataFrame:
    """Measure the propensity head of each network on test patients.

    Args:
        chances: As `read_chances` gives them.
        patients: The study's patients, `patient arm family`.
        settings: `bootstrap_draws`, `seed` and `confidence`.
        floor: Chance below which too few patients alike received an arm.

    Returns:
        `design arm metric value low high n floor`. Of each arm `roc_auc` (those who received it
        before those who did not, within folds), `share` (who received it) and `below_floor` (whose
        chance of it is below `floor`). Without an arm `log_loss`, `log_loss_of_shares` (of telling
        everybody the shares) and `below_floor` (of one arm at least).
    """
    known = patients.set_index("patient")[["arm", "family"]].rename(columns={"arm": "received"})
    tables = [pd.DataFrame(columns=COLUMNS)]
    for design, said in chances.groupby("design"):
        wide = said.pivot_table(values="propensity", index=["fold", "patient"], columns="arm")
        told = _received(wide.fillna(0), known)
        logger.info("%s: left out %d of %d predictions: arm unknown, or learnt from nobody", design,
                    len(wide) - len(told.rows), len(wide))  # fmt: skip
        if len(told.rows):
            tables.append(_measured(told, settings, floor).assign(design=design, floor=floor))
    return pd.concat(tables[1:] or tables, ignore_index=True)[COLUMNS]


class Told(NamedTuple):
    """What a network tells of patients whose arm is known.

    Attributes:
        rows: `fold patient family`, one row per prediction.
        arms: Names of the arms.
        chances: `(predictions, arms)`.
        received: 1 in the arm received, `(predictions, arms)`.
    """

    rows: pd.DataFrame
    arms: list[str]
    chances: np.ndarray
    received: np.ndarray


def _received(wide: pd.DataFrame, known: pd.DataFrame) -> Told:
    """Keep the predictions of patients whose arm is known and had a teacher."""
    rows = wide.index.to_frame(index=False)
    facts, chances = known.reindex(rows["patient"]), wide.to_numpy()
    received = (facts["received"].to_numpy()[:, None] == np.array(wide.columns)).astype(float)
    kept = (chances * received).sum(axis=1) > 0
    rows = rows.assign(family=facts["family"].to_numpy())[kept].reset_index(drop=True)
    return Told(rows, list(wide.columns), chances[kept], received[kept])


def _measured(told: Told, settings: Mapping, floor: float) -> pd.DataFrame:
    draws, found = settings["bootstrap_draws"], []
    placed, weights = resampled(told.rows, draws, settings["seed"])
    patients = told.rows["patient"].nunique()
    for (arm, metric), values in _measures(told, placed, weights, floor).items():
        estimate = estimate_of(values, draws)
        limits = measure_interval(estimate, settings["confidence"])
        found.append((arm, metric, estimate.whole, *limits, patients))
    return pd.DataFrame(found, columns=COLUMNS[1:-1])


def _measures(
    told: Told, placed: pd.DataFrame, weights: np.ndarray, floor: float
) -> dict[tuple[str | None, str], np.ndarray]:
    """Each metric, of all arms together and of each, in each resample."""
    drawn = weights[:, placed["column"]]
    total, own = drawn.sum(axis=1), (told.chances * told.received).sum(axis=1)
    shares = ratio(drawn @ told.received, total[:, None])
    below = told.chances < floor
    measured = {
        (ANY, "log_loss"): ratio(drawn @ -np.log(own), total),
        (ANY, "log_loss_of_shares"): entr(shares).sum(axis=1),
        (ANY, "below_floor"): ratio(drawn @ below.any(axis=1), total),
    }
    for place, arm in enumerate(told.arms):
        rows = placed.assign(value=told.chances[:, place], got=told.received[:, place])
        measured[arm, "roc_auc"] = within_folds(_ordered, rows, weights, "got")
        measured[arm, "share"] = shares[:, place]
        measured[arm, "below_floor"] = ratio(drawn @ below[:, place], total)
    return measured


def _ordered(drawn: np.ndarray, value: np.ndarray, got: np.ndarray) -> Parts:
    """Pairs of one who received an arm and one who did not."""
    return ordered_pairs(drawn, value, got, 1 - got)
