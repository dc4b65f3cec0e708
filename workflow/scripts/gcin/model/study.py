"""From the files of a study to the patients of a fold, prepared on its training patients."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from gcin.model.inputs import Patients, linear_columns
from gcin.model.loading import GenomeStore, gene_use, load_genomes, universe
from gcin.model.omics import fit_omics
from gcin.model.outcomes import require_answers, with_untaught
from gcin.model.preparation import Preparation, choose_genes, fit_endpoints, fit_preparation
from gcin.model.selection import select_columns
from gcin.model.visits import COLUMNS as VISIT_COLUMNS
from gcin.model.visits import fit_visits
from gcin.tensors.store import Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cohorts:
    """What is known of the patients of a study's cohorts before treatment.

    Attributes:
        stores: Tensor store of each cohort.
        clinical: Clinical columns of each cohort, indexed by `patient`.
        omics: Omics of each cohort that has any, `table feature`, indexed by `patient`.
        visits: Visits of each cohort that may have any, `patient day name value`.
    """

    stores: Mapping[str, GenomeStore]
    clinical: Mapping[str, pd.DataFrame]
    omics: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    visits: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def clinical_of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Clinical columns of some patients in their order; missing where a cohort lacks them.

        Args:
            table: Indexed by `patient`, with `cohort`.
        """
        return _joined(self.clinical, table)

    def omics_of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Omics of some patients in their order, in the same way."""
        return _joined(self.omics, table)

    def visits_of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Visits of some patients, `row day name value`, `row` being the place among them."""
        places = table[["cohort"]].assign(row=range(len(table)))
        none = pd.DataFrame(columns=VISIT_COLUMNS)
        blocks = [none.astype({"row": int, "day": float, "value": float})]
        for cohort, visits in self.visits.items():
            own = places["row"][places["cohort"] == cohort]
            found = visits[visits["patient"].isin(own.index)]
            blocks.append(found.assign(row=found["patient"].map(own))[VISIT_COLUMNS])
        joined = pd.concat([block for block in blocks if len(block)] or blocks[:1])
        return joined.sort_values(["row", "day", "name"], ignore_index=True)


def _joined(tables: Mapping[str, pd.DataFrame], patients: pd.DataFrame) -> pd.DataFrame:
    blocks = [
        (tables[cohort] if cohort in tables else pd.DataFrame()).reindex(rows.index)
        for cohort, rows in patients.groupby("cohort", sort=False)
    ]
    keys = [cohort for cohort, _ in patients.groupby("cohort", sort=False)]
    joined = pd.concat(blocks, keys=keys)
    order = pd.MultiIndex.from_arrays([patients["cohort"], patients.index])
    return joined.loc[order].droplevel(0)


def open_cohorts(
    names: Sequence[str],
    stores: Sequence[Path],
    clinical: Sequence[str],
    omics: Sequence[str] = (),
    visits: Sequence[str] = (),
) -> Cohorts:
    """Open the tensor stores and clinical features of some cohorts.

    Args:
        names: Cohorts.
        stores: Folder of the store of each.
        clinical: Clinical features of each, Parquet.
        omics: Omics of each, Parquet; none at all where nobody has any.
        visits: Visits of each, in the same way.
    """
    opened = {name: Store.open(folder) for name, folder in zip(names, stores, strict=True)}
    tables = {name: pd.read_parquet(path) for name, path in zip(names, clinical, strict=True)}
    beside = [
        dict(zip(names, map(pd.read_parquet, paths), strict=True)) if paths else {}
        for paths in (omics, visits)
    ]
    return Cohorts(opened, tables, *beside)


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
    beside = cohorts.omics_of(table), cohorts.visits_of(table)
    return Patients(table, cohorts.clinical_of(table), genomes, *beside)


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
    table = _teachable(table)
    train = table[table["part"] == "train"]
    use = gene_use(train, cohorts.stores)
    chosen = choose_genes(use, settings["min_callable"], settings["max_genes"])
    genes = universe(cohorts.stores).iloc[chosen]
    patients = read_patients(table, cohorts, genes["gene"].tolist(), variants)
    teachers = patients.part("train")
    endpoints = with_untaught(fit_endpoints(patients.table, settings), teachers.table)
    require_answers(endpoints, teachers.table)
    given = teachers.table, teachers.clinical, teachers.genomes, genes
    preparation = fit_preparation(*given, endpoints, settings)
    preparation = replace(
        preparation,
        omics=fit_omics(teachers.omics, settings["omics"]),
        visits=fit_visits(teachers.visits, settings["visits_per_patient"]),
        # A new patient may carry more variants than any of these: the limit is what is frozen.
        variants=variants,
    )
    method, features = settings["selection"]["method"], settings["selection"]["features"]
    if method == "none":
        return preparation, patients
    columns = linear_columns(teachers, preparation)
    selection = select_columns(
        columns, teachers.table, list(preparation.endpoints), method, features
    )
    return replace(preparation, selection=selection), patients


def read_fold(table: pd.DataFrame, cohorts: Cohorts, preparation: Preparation) -> Patients:
    """Read the patients of every part of a fold as a preparation of the same fold asks.

    Args:
        table: From `training_table`.
        cohorts: Stores and clinical columns of the cohorts trained on.
        preparation: From `prepare_fold`.
    """
    return read_patients(_teachable(table), cohorts, preparation.genes, preparation.variants)


def _teachable(table: pd.DataFrame) -> pd.DataFrame:
    """A fold without the training patients whose arm is unknown."""
    armless = (table["part"] == "train") & table["arm"].isna()
    logger.info("left out %d training patients: arm unknown", armless.sum())
    return table[~armless]
