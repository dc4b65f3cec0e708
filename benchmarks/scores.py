"""How near what a design says of planted patients comes to the truth.

Tables are of chances of response, patients x arms; `tested` are the patients, indexed by name, with
`arm` and `response`.
"""

from itertools import combinations

import numpy as np
import pandas as pd

from gcin.evaluation.comparison import estimate_of
from gcin.evaluation.intervals import Estimate

DRAWS = 2_000


def received(table: pd.DataFrame, tested: pd.DataFrame) -> np.ndarray:
    """Take what is said of the arm received, in the order of the patients tested."""
    place = table.columns.get_indexer(tested["arm"])
    return table.loc[tested.index].to_numpy()[np.arange(len(tested)), place]


def right(table: pd.DataFrame, tested: pd.DataFrame) -> np.ndarray:
    """Tell in whom the likelier outcome of the arm received came true."""
    return (received(table, tested) > 0.5) == (tested["response"] == 1)


def effect_error(said: np.ndarray, exact: np.ndarray) -> float:
    """Error of the effect of one arm against another (PEHE).

    Hill (2011, Journal of Computational and Graphical Statistics 20:217): root mean square, over
    patients, of the difference of two arms' chances less the true difference.

    Args:
        said: Chances, `(patients, arms)`.
        exact: True ones.

    Returns:
        Mean over pairs of arms.
    """
    error = said - exact
    pairs = combinations(range(error.shape[1]), 2)
    return float(np.mean([np.sqrt(np.square(error[:, a] - error[:, b]).mean()) for a, b in pairs]))


def scores_of(said: pd.DataFrame, truth: pd.DataFrame, tested: pd.DataFrame) -> dict[str, float]:
    """Score a design: accuracy and AUC in the arm received, the others over all arms.

    The error of p is the mean of |p - true p|. The policy's share is of the gain in true response
    that always knowing the best arm would bring over the arms that were given.
    """
    from sklearn.metrics import roc_auc_score

    exact = truth[said.columns].to_numpy()
    chosen = exact[np.arange(len(said)), said.to_numpy().argmax(axis=1)].mean()
    given = received(truth, tested).mean()
    gain = exact.max(axis=1).mean() - given
    return {
        "accuracy": right(said, tested).mean(),
        "AUC": roc_auc_score(tested["response"], received(said, tested)),
        "mean error of p": np.abs(said.to_numpy() - exact).mean(),
        "policy share": (chosen - given) / gain if gain > 0 else float("nan"),
        "PEHE": effect_error(said.to_numpy(), exact),
    }


def chance_of(said: pd.DataFrame, tested: pd.DataFrame) -> float:
    """How likely chance alone parts responders from others so well or so badly."""
    from scipy.stats import mannwhitneyu

    values, yes = received(said, tested), (tested["response"] == 1).to_numpy()
    return float(mannwhitneyu(values[yes], values[~yes]).pvalue)


def beside(
    said: pd.DataFrame, other: pd.DataFrame, tested: pd.DataFrame, weights: np.ndarray
) -> Estimate:
    """Difference of accuracy, in the patients as they are and in every resample."""
    gap = right(said, tested).astype(float) - right(other, tested)
    return estimate_of(weights @ gap / weights.sum(axis=1), DRAWS)
