"""Learning curves: what designs are worth by the number of patients that they learnt from."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

import pandas as pd

from gcin.evaluation.comparison import METRICS, metric_draws, metric_table, patients_of
from gcin.evaluation.pooling import pool, read_runs

SIZE = re.compile(r"/size-(?P<size>\d+)/")
SHOWN = ("roc_auc", "brier", "harrell_c", "uno_c", "mae", "within_20_percent")


def learning_table(
    paths: Iterable[str],
    patients: pd.DataFrame,
    folds: Mapping[int, pd.DataFrame],
    settings: Mapping,
) -> pd.DataFrame:
    """Measure each size on the same test patients, with the same resamples.

    Args:
        paths: `…/size-{size}/model/{design}/fold-{fold}/seed-{seed}/predictions.parquet`.
        patients: The study's patients.
        folds: `patient part` of each fold.
        settings: `evaluation` of the configuration: `bootstrap_draws seed confidence
            horizons_months`.

    Returns:
        `size design endpoint metric value low high n`, sizes ascending.
    """
    by_size = defaultdict(list)
    for path in paths:
        by_size[int(SIZE.search(path)["size"])].append(path)
    tables = []
    for size in sorted(by_size):
        pooled = pool(read_runs(by_size[size]), patients, folds, settings["horizons_months"])
        draws = metric_draws(pooled, settings["bootstrap_draws"], settings["seed"])
        table = metric_table(draws, patients_of(pooled), settings["confidence"])
        tables.append(table[table["metric"].isin(SHOWN)].assign(size=size))
    return pd.concat(tables, ignore_index=True)[["size", *METRICS]]
