"""Means of gene sets over the same genes in every cohort of a study, whatever each one's table has.

In a cohort, a set's mean is that of the genes of its own table. Beside a table of fifty genes, one
that has twelve of them has a mean of another quantity than the one that models learnt.
"""

import logging
from collections.abc import Collection, Iterable, Mapping

import pandas as pd

from gcin.clinical.omics import MEASURED_SHARE, Read

logger = logging.getLogger(__name__)

MAJORITY = 0.5  # of the training patients in whom a table was measured
SET = ["table", "set"]


def fewest_genes(cards: Iterable[Mapping[str, Mapping]]) -> dict[str, int]:
    """Say how many genes a set must hold, in each table of omics that has sets.

    Args:
        cards: `omics` of the card of each cohort that is trained on; of several that name a table
            the one that asks for most counts.
    """
    fewest = {}
    for tables in cards:
        for name, table in tables.items():
            if table["sets"] is not None:
                fewest[name] = max(table["min_genes"], fewest.get(name, 0))
    return fewest


def common_genes(
    cohorts: Mapping[str, Read], trained: Collection[str], fewest: Mapping[str, int]
) -> pd.DataFrame:
    """Take the genes that stand for each set in a study.

    Which patients have a table, and which genes it has, is all that is looked at: neither what was
    measured nor an outcome.

    Args:
        cohorts: Tables of each cohort that is trained on.
        trained: Patients who train.
        fewest: From `fewest_genes`.

    Returns:
        `table set gene`: genes that belong to the set in the cohorts of most of the patients who
        train and have the table; where there is a single cohort, all of its own. A set of too few
        such genes has none.
    """
    blocks = [
        read.sets.assign(patients=read.sets["table"].map(_measured(read, trained)).astype(float))
        for read in cohorts.values()
    ]
    total = pd.concat([own.drop_duplicates("table") for own in blocks])
    total = total.groupby("table")["patients"].sum()
    shared = pd.concat(blocks).groupby([*SET, "gene"], sort=False)["patients"].sum().reset_index()
    kept = shared[shared["patients"] > MAJORITY * shared["table"].map(total)]
    sizes = kept.groupby(SET)["gene"].transform("size")
    return kept.loc[sizes >= kept["table"].map(fewest), [*SET, "gene"]].reset_index(drop=True)


def _measured(read: Read, trained: Collection[str]) -> dict[str, int]:
    """Count the patients who train in whom each table with sets was measured."""
    known = read.genes[read.genes.index.isin(trained)].notna()
    return {
        table: int(known[[f"{table} {gene}" for gene in rows["gene"].unique()]].any(axis=1).sum())
        for table, rows in read.sets.groupby("table")
    }


def lacked_sets(read: Read, common: pd.DataFrame) -> tuple[int, int]:
    """Count the sets of which a cohort has fewer than half of the genes that stand for them.

    Args:
        read: Its tables.
        common: From `common_genes`.

    Returns:
        Their number, and that of all sets of `common` in tables of which the cohort has sets.
    """
    asked = common[common["table"].isin(read.sets["table"])]
    own = pd.MultiIndex.from_frame(read.sets)
    held = pd.Series(pd.MultiIndex.from_frame(asked).isin(own), asked.index, dtype=float)
    share = held.groupby([asked[key] for key in SET]).mean()
    return int((share < MEASURED_SHARE).sum()), len(share)


def with_common_sets(read: Read, common: pd.DataFrame, learnt: Collection[str]) -> pd.DataFrame:
    """Take the means of one cohort's sets over the genes that stand for them in its study.

    Args:
        read: Its tables.
        common: From `common_genes`.
        learnt: Tables with sets of the cohorts that are trained on; others stay as read.

    Returns:
        `features` of `read`. A set of other genes in this cohort is averaged anew over those that
        stand for it, and missing where fewer than half of these were measured in a patient.
    """
    wanted = {key: set(rows["gene"]) for key, rows in common.groupby(SET)}
    features = read.features.copy()
    taken = 0
    for (table, name), rows in read.sets.groupby(SET, sort=False):
        genes = wanted.get((table, name), set())
        if table not in learnt or genes == set(rows["gene"]):
            continue
        taken += 1
        values = read.genes.reindex(columns=[f"{table} {gene}" for gene in sorted(genes)])
        is_whole = values.notna().mean(axis=1) >= MEASURED_SHARE  # nobody's where there is none
        features[f"{table} {name}"] = values.mean(axis=1).where(is_whole).astype("float32")
    logger.info(
        "%d of %d sets have other genes here than in most training patients: averaged over those "
        "of these, %d of them missing in everybody, as the table has fewer than half",
        taken, read.sets.drop_duplicates(SET).shape[0], _lost(read, features),
    )  # fmt: skip
    return features


def _lost(read: Read, features: pd.DataFrame) -> int:
    """Count the columns of which nobody has a value any more."""
    return int((read.features.notna().any() & features.isna().all()).sum())
