"""Learning curves: what designs are worth by the number of patients that they learnt from."""

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

import pandas as pd

from gcin.evaluation.comparison import METRICS, metric_draws, metric_table, patients_of
from gcin.evaluation.pooling import pool, read_runs

SIZE = re.compile(r"/size-(?P<size>\d+)/")
PERSON = ["endpoint", "fold", "patient"]
SHOWN = ("roc_auc", "brier", "harrell_c", "uno_c", "mae", "within_20_percent")

logger = logging.getLogger(__name__)


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
        `size design endpoint metric value low high n`, sizes ascending; of the patients whom every
        size says something of, as a small one may have learnt nothing of an arm.
    """
    by_size = defaultdict(list)
    for path in paths:
        by_size[int(SIZE.search(path)["size"])].append(path)
    horizons = settings["horizons_months"]
    pools = {
        size: pool(read_runs(by_size[size]), patients, folds, horizons) for size in sorted(by_size)
    }
    tables = []
    for size, pooled in of_all_sizes(pools).items():
        draws = metric_draws(pooled, settings["bootstrap_draws"], settings["seed"])
        table = metric_table(draws, patients_of(pooled), settings["confidence"])
        tables.append(table[table["metric"].isin(SHOWN)].assign(size=size))
    return pd.concat(tables, ignore_index=True)[["size", *METRICS]]


def of_all_sizes(pools: Mapping[int, pd.DataFrame]) -> dict[int, pd.DataFrame]:
    """Keep the patients of whom every size says something; the log counts the others.

    Args:
        pools: Size to its predictions, as `gcin.evaluation.pooling.pool` gives them.
    """
    said = pd.concat([rows[PERSON].drop_duplicates() for rows in pools.values()])
    counts = said.groupby(PERSON).size()
    spoken = counts.index[counts == len(pools)]
    if len(spoken) < len(counts):
        lost = counts.index.difference(spoken).to_frame(index=False)
        for endpoint, rows in lost.groupby("endpoint"):
            logger.warning("%s: %d patients are left out, as smaller sizes had nobody of their "
                           "arm to learn from", endpoint, rows["patient"].nunique())  # fmt: skip
    return {
        size: rows[pd.MultiIndex.from_frame(rows[PERSON]).isin(spoken)].reset_index(drop=True)
        for size, rows in pools.items()
    }
