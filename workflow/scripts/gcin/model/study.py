"""From the files of a study to the patients of a fold, prepared on its training patients."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from gcin.model.inputs import Patients, linear_columns
from gcin.model.loading import GenomeStore, gene_use, load_genomes, universe
from gcin.model.preparation import Preparation, choose_genes, fit_preparation
from gcin.model.selection import select_columns
from gcin.tensors.store import Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cohorts:
    """What is known of the patients of a study's cohorts before treatment.

    Attributes:
        stores: Tensor store of each cohort.
        clinical: Clinical columns of each cohort, indexed by `patient`.
    """

    stores: Mapping[str, GenomeStore]
    clinical: Mapping[str, pd.DataFrame]

    def clinical_of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Clinical columns of some patients in their order; missing where a cohort lacks them.

        Args:
            table: Indexed by `patient`, with `cohort`.
        """
        blocks = [
            self.clinical[cohort].reindex(rows.index).assign(cohort=cohort)
            for cohort, rows in table.groupby("cohort", sort=False)
        ]
        joined = pd.concat(blocks).set_index("cohort", append=True)
        order = pd.MultiIndex.from_arrays([table.index, table["cohort"]])
        return joined.loc[order].droplevel("cohort")


def open_cohorts(names: Sequence[str], stores: Sequence[Path], clinical: Sequence[str]) -> Cohorts:
    """Open the tensor stores and clinical features of some cohorts.

    Args:
        names: Cohorts.
        stores: Folder of the store of each.
        clinical: Clinical features of each, Parquet.
    """
    opened = {name: Store.open(folder) for name, folder in zip(names, stores, strict=True)}
    tables = {name: pd.read_parquet(path) for name, path in zip(names, clinical, strict=True)}
    return Cohorts(opened, tables)


def read_patients(
    table: pd.DataFrame, cohorts: Cohorts, genes: list[str], variants: int
) -> Patients:
    """Read what the models see of some patients.

    Args:
        table: Indexed by `patient`, with `cohort` and `arm`.
        cohorts: Stores and clinical columns.
        genes: Genes to read.
        variants: Most variants of a patient.
    """
    genomes = load_genomes(table, cohorts.stores, genes, variants)
    return Patients(table, cohorts.clinical_of(table), genomes)


def prepare_fold(
    table: pd.DataFrame, cohorts: Cohorts, settings: Mapping, variants: int
) -> tuple[Preparation, Patients]:
    """Fit the preparation on part `train` of a fold, and read all its patients.

    Args:
        table: From `training_table`.
        cohorts: Stores and clinical columns of the cohorts trained on.
        settings: `model.preparation` of the configuration, and `transforms` of quantities.
        variants: Most variants of a patient.

    Returns:
        The preparation, and the patients of every part. A training patient whose arm is unknown
        teaches nothing and is left out.
    """
    armless = (table["part"] == "train") & table["arm"].isna()
    table = table[~armless]
    logger.info("left out %d training patients: arm unknown", armless.sum())
    train = table[table["part"] == "train"]
    use = gene_use(train, cohorts.stores)
    chosen = choose_genes(use, settings["min_callable"], settings["max_genes"])
    genes = universe(cohorts.stores).iloc[chosen]
    patients = read_patients(table, cohorts, genes["gene"].tolist(), variants)
    teachers = patients.part("train")
    preparation = fit_preparation(
        teachers.table, teachers.clinical, teachers.genomes, genes, settings
    )
    # A new patient may carry more variants than any of these: the limit is what is frozen.
    preparation = replace(preparation, variants=variants)
    method, features = settings["selection"]["method"], settings["selection"]["features"]
    if method == "none":
        return preparation, patients
    columns = linear_columns(teachers, preparation)
    selection = select_columns(
        columns, teachers.table, list(preparation.endpoints), method, features
    )
    return replace(preparation, selection=selection), patients
