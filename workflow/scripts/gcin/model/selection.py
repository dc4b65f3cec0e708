"""Choosing a few columns on the training patients of a fold, and how alike the folds choose.

Every endpoint is one number per patient: a yes or no or an amount itself, and of survival the
martingale residual of a model without columns (events seen less events expected; Therneau 1990,
Biometrika 77:147).
What matters in one arm only is found as far as it shows in all arms together.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.model.curves import cumulative_hazard, step_at
from gcin.model.endpoints import BINARY, SURVIVAL, columns_of, kinds_in
from gcin.model.outcomes import observed

logger = logging.getLogger(__name__)

PENALTIES = 100
LIGHTEST = 1e-3  # of the LASSO's penalties, as a share of the one that leaves nothing
DROPPED_AT_ONCE = 0.1  # share of the columns that each step of the elimination drops
FEW_VALUES = 10  # a column of no more is taken as discrete by mutual information


@dataclass(frozen=True)
class Selection:
    """Columns that were asked, and those chosen among them, in the same order."""

    candidates: list[str]
    chosen: list[str]


def select_columns(
    columns: pd.DataFrame, table: pd.DataFrame, endpoints: Sequence[str], method: str, features: int
) -> Selection:
    """Choose the columns that say most of each endpoint.

    Args:
        columns: Training patients by columns, without missing values.
        table: Outcomes of the same patients.
        endpoints: Endpoints to serve.
        method: `lasso`, `rfe` (recursive feature elimination) or `mutual_information`.
        features: Most columns for each endpoint; what is chosen for any is kept.
    """
    values = columns.to_numpy("float64")
    deviation = values.std(axis=0)
    varying = np.flatnonzero(deviation > 0)
    standard = (values[:, varying] - values[:, varying].mean(axis=0)) / deviation[varying]
    chosen, kinds = set(), kinds_in(table)
    for endpoint in endpoints:
        answer = _answer(table, endpoint)
        known = ~np.isnan(answer)
        asked = min(features, len(varying))
        if not asked or np.ptp(answer[known]) == 0:
            continue
        is_binary = kinds[endpoint] == BINARY
        best = METHODS[method](standard[known], answer[known], asked, is_binary)
        logger.info("%s: chose %d of %d columns for %s", method, len(best), len(varying), endpoint)
        chosen |= set(varying[best])
    names = columns.columns
    return Selection(names.tolist(), names[sorted(chosen)].tolist())


def stability(selections: Sequence[Selection]) -> float:
    """How alike the folds choose, chance allowed for: 1 where all choose the same, 0 by chance.

    Nogueira, Sechidis and Brown 2018 (JMLR 18:174), equation 4, over every column that any fold
    could choose; NaN for one fold, or where all or none are chosen.
    """
    picked = _picked(selections)
    share = picked.to_numpy().sum() / picked.size if picked.size else 0.0
    if len(picked) < 2 or share in (0.0, 1.0):
        return float("nan")
    return float(1 - picked.var(ddof=1).mean() / (share * (1 - share)))


def selection_table(selections: Sequence[Selection]) -> pd.DataFrame:
    """Count in how many folds each column was chosen.

    Returns:
        `feature chosen candidate folds`, the most often chosen first: folds that chose it, folds
        in which it could be chosen, and all folds.
    """
    offered = pd.Series([name for fold in selections for name in fold.candidates]).value_counts()
    chosen = _picked(selections).sum().astype(int)
    table = pd.DataFrame({"chosen": chosen, "candidate": offered}).assign(folds=len(selections))
    ranked = table.rename_axis("feature").reset_index()
    return ranked.sort_values(["chosen", "feature"], ascending=[False, True], ignore_index=True)


def _picked(selections: Sequence[Selection]) -> pd.DataFrame:
    """Folds by columns, 1 where chosen."""
    columns = sorted({name for fold in selections for name in fold.candidates})
    rows = [[float(name in set(fold.chosen)) for name in columns] for fold in selections]
    return pd.DataFrame(rows, columns=columns)


def _answer(table: pd.DataFrame, endpoint: str) -> np.ndarray:
    """One number per patient, NaN where the endpoint is unknown."""
    kind = kinds_in(table)[endpoint]
    values = [table[column].to_numpy(dtype=float) for column in columns_of(endpoint, kind)]
    if kind != SURVIVAL:
        return values[0]
    known, (time, event) = observed(table, endpoint), values
    steps, hazard = cumulative_hazard(time[known], event[known], np.zeros(known.sum()))
    return np.where(known, event - step_at(steps, hazard, np.where(known, time, 0.0)), np.nan)


def _by_lasso(columns: np.ndarray, answer: np.ndarray, features: int, _: bool) -> np.ndarray:
    """The first to enter as the penalty is lightened, the heaviest weights where many enter."""
    from sklearn.linear_model import Lasso

    heaviest = np.abs(columns.T @ (answer - answer.mean())).max() / len(answer)
    model = Lasso(warm_start=True, max_iter=10_000)
    for penalty in heaviest * np.geomspace(1, LIGHTEST, PENALTIES)[1:]:
        weights = np.abs(model.set_params(alpha=penalty).fit(columns, answer).coef_)
        if np.count_nonzero(weights) >= features:
            break
    return np.argsort(-weights, kind="stable")[: min(features, np.count_nonzero(weights))]


def _by_elimination(columns: np.ndarray, answer: np.ndarray, features: int, _: bool) -> np.ndarray:
    """What is left when the lightest weights of a ridge regression are dropped step by step."""
    from sklearn.feature_selection import RFE
    from sklearn.linear_model import Ridge

    model = RFE(Ridge(alpha=len(answer)), n_features_to_select=features, step=DROPPED_AT_ONCE)
    return np.flatnonzero(model.fit(columns, answer).support_)


def _by_information(
    columns: np.ndarray, answer: np.ndarray, features: int, binary: bool
) -> np.ndarray:
    """The highest mutual information with the answer, column by column."""
    from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

    discrete, shown = np.zeros(columns.shape[1], bool), columns.copy()
    for place, column in enumerate(columns.T):
        values, code = np.unique(column, return_inverse=True)
        if len(values) <= FEW_VALUES:
            discrete[place], shown[:, place] = True, code
    measure = mutual_info_classif if binary else mutual_info_regression
    shared = measure(shown, answer, discrete_features=discrete, random_state=0)
    return np.argsort(-shared, kind="stable")[:features]


METHODS: dict[str, Callable[[np.ndarray, np.ndarray, int, bool], np.ndarray]] = {
    "lasso": _by_lasso,
    "rfe": _by_elimination,
    "mutual_information": _by_information,
}
