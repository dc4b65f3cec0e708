"""What averaging a design over seeds is worth, and how far its seeds are apart."""

import numpy as np
import pandas as pd

from gcin.evaluation.comparison import measure
from gcin.evaluation.pooling import PREDICTION

COLUMNS = ["design", "endpoint", "metric", "averaged", "alone", "sd", "lowest", "highest"]
COLUMNS += ["seeds", "n"]
# Of the many measures those that a design is judged by, none of which hangs on a threshold.
MEASURED = ("roc_auc", "brier", "log_loss", "harrell_c", "uno_c", "mae", "rmse")


def seed_table(predictions: pd.DataFrame, pooled: pd.DataFrame) -> pd.DataFrame:
    """Measure each seed of a design by itself, on the patients on whom its average is measured.

    Args:
        predictions: As `gcin.evaluation.pooling.read_runs` gives them.
        pooled: As `gcin.evaluation.pooling.pool` makes them of these.

    Returns:
        `design endpoint metric averaged alone sd lowest highest seeds n`: the metric of the average
        over seeds; mean, standard deviation and extremes over single seeds. A design of one seed
        has no row, and a seed that lacks a patient does not count.
    """
    rows, told = [], dict(list(predictions.groupby(["design", "endpoint"])))
    for (design, endpoint), own in pooled.groupby(["design", "endpoint"]):
        said = told[design, endpoint]
        alone = [
            _measured(own.drop(columns="value").merge(one, "left", [*PREDICTION]))
            for _, one in said[[*PREDICTION, "seed", "value"]].groupby("seed")
        ]
        alone = pd.DataFrame([values for values in alone if values])
        if len(alone) > 1:
            whole = _measured(own)
            rows += [
                (design, endpoint, name, whole[name], *_spread(alone[name]), len(alone))
                for name in alone
            ]
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    patients = pooled.groupby("endpoint")["patient"].nunique()
    return table.assign(n=table["endpoint"].map(patients))


def _measured(rows: pd.DataFrame) -> dict[str, float]:
    """Metrics of one seed, or of the average; none where a prediction is missing."""
    if rows["value"].isna().any():
        return {}
    values = measure(rows.assign(column=range(len(rows))), np.ones((1, len(rows))))
    return {name: float(value[0]) for name, value in values.items() if name in MEASURED}


def _spread(values: pd.Series) -> tuple[float, float, float, float]:
    return values.mean(), values.std(), values.min(), values.max()
