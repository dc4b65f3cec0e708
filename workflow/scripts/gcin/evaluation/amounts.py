"""What predicted amounts are worth, in every resample at once, and how they agree by size."""

import numpy as np
import pandas as pd

from gcin.evaluation.metrics import equal_groups, ratio

NEAR = 0.2  # a dose within a fifth of the right one (IWPC 2009, NEJM 360:753)
BINS = 10
QUARTILES = {"low": 0.25, "median": 0.5, "high": 0.75}


def amount_metrics(rows: pd.DataFrame, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Measure predicted amounts of one repeat.

    Args:
        rows: One row per patient: `column` (the patient's column of `weights`), `value` (predicted)
            and `amount`, both in the unit of the quantity.
        weights: Resamples by patients.

    Returns:
        Each metric in each resample: mean absolute error and root mean squared error in the unit of
        the quantity, `r2` against the mean of these very patients, `within_20_percent` (share of
        predictions within a fifth of the amount), and `bias` (predicted less true, mean).
    """
    drawn = weights[:, rows["column"]]
    value, amount = rows["value"].to_numpy(), rows["amount"].to_numpy()
    total, error = drawn.sum(axis=1), value - amount
    squares, mean = ratio(drawn @ error**2, total), ratio(drawn @ amount, total)
    variance = ratio(drawn @ amount**2, total) - mean**2
    return {
        "mae": ratio(drawn @ np.abs(error), total),
        "rmse": np.sqrt(squares),
        "r2": 1 - ratio(squares, np.where(variance > 1e-12 * mean**2, variance, 0)),
        "within_20_percent": ratio(drawn @ (np.abs(error) <= NEAR * np.abs(amount)), total),
        "bias": ratio(drawn @ error, total),
    }


def agreement_table(pooled: pd.DataFrame) -> pd.DataFrame:
    """Compare predicted with true amounts in tenths of the predictions.

    Args:
        pooled: As `gcin.evaluation.pooling.pool` gives them.

    Returns:
        `design endpoint bin predicted low median high n`: mean prediction, and the quartiles of the
        true amounts. Repeats are stacked, `n` counts patients; equal predictions stay together.
    """
    tables = []
    for (design, endpoint), rows in pooled[pooled["amount"].notna()].groupby(
        ["design", "endpoint"]
    ):
        groups = rows.groupby(equal_groups(rows["value"], BINS).rename("bin"))
        table = pd.DataFrame({"predicted": groups["value"].mean()})
        for name, share in QUARTILES.items():
            table[name] = groups["amount"].quantile(share)
        table["n"] = groups["patient"].nunique()
        tables.append(table.reset_index().assign(design=design, endpoint=endpoint))
    columns = ["design", "endpoint", "bin", "predicted", "low", "median", "high", "n"]
    return (
        pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
    )
