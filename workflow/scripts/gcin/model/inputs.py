"""What each kind of model is fed: named arrays for the network, tables for the baselines."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.model.burden import burden_frame
from gcin.model.clinical_matrix import clinical_matrix
from gcin.model.expectation import filled_blocks
from gcin.model.loading import ALTERING, Genomes, trim
from gcin.model.omics import omics_arrays, omics_frame
from gcin.model.preparation import Preparation
from gcin.model.visits import rows_of, visit_arrays, visit_frame

MAX_SCALED = 10.0
VARIANT_ARRAYS = ("variants", "variant_gene", "variant_mask")
PATHWAYS = "pathways"  # a block of columns
PATHWAY_COLUMN = "pathway state "  # how their names begin


@dataclass(frozen=True)
class Patients:
    """Patients as they come from the files, in one order.

    Attributes:
        table: Indexed by `patient`, with `cohort`, `arm`, and outcomes where they may be known.
        clinical: Clinical columns of the same patients.
        genomes: Genomes of the same patients.
        omics: Omics of the same patients, `table feature`, NaN where not measured.
        visits: `row day name value` of the same patients, `row` being the place among them.
    """

    table: pd.DataFrame
    clinical: pd.DataFrame
    genomes: Genomes
    omics: pd.DataFrame
    visits: pd.DataFrame

    def rows(self, chosen: np.ndarray) -> "Patients":
        """Some of the patients, by a boolean mask or row numbers."""
        return Patients(
            self.table.iloc[_numbers(chosen)],
            self.clinical.iloc[_numbers(chosen)],
            self.genomes.rows(_numbers(chosen)),
            self.omics.iloc[_numbers(chosen)],
            rows_of(self.visits, _numbers(chosen)),
        )

    def part(self, name: str) -> "Patients":
        """Patients of one part of the fold."""
        return self.rows((self.table["part"] == name).to_numpy())


def arm_numbers(table: pd.DataFrame, arms: list[str]) -> np.ndarray:
    """Number of each patient's arm; -1 where it is unknown or not among `arms`."""
    return pd.Categorical(table["arm"].astype("string"), categories=arms).codes.astype(int)


def clinical_columns(patients: Patients, preparation: Preparation) -> pd.DataFrame:
    """Clinical columns as numbers, without missing values, and what sums visits up."""
    facts, summaries = _clinical_facts(patients, preparation), _summaries(patients, preparation)
    return pd.concat([facts, summaries], axis=1)


def _clinical_facts(patients: Patients, preparation: Preparation) -> pd.DataFrame:
    table, fitted = patients.clinical, preparation.clinical
    filled = filled_blocks(table, fitted, preparation.imputation)
    return clinical_matrix(table, fitted, filled).reset_index(drop=True)


def _summaries(patients: Patients, preparation: Preparation) -> pd.DataFrame:
    return visit_frame(patients.visits, len(patients.table), preparation.visits)


def genomic_columns(patients: Patients, preparation: Preparation) -> pd.DataFrame:
    """Gene burdens and omics, standardised, complete."""
    burdens = burden_frame(patients.genomes, preparation.genes, preparation.burdens)
    return pd.concat([burdens, omics_frame(patients.omics, preparation.omics)], axis=1)


def linear_columns(patients: Patients, preparation: Preparation) -> pd.DataFrame:
    """Clinical and genomic columns, standardised, complete; those selected if any were."""
    halves = [clinical_columns(patients, preparation), genomic_columns(patients, preparation)]
    columns = pd.concat(halves, axis=1)
    selection = preparation.selection
    return columns if selection is None else columns[selection.chosen]


def column_blocks(
    columns: Iterable[str], patients: Patients, preparation: Preparation
) -> list[str]:
    """Say of each column if it is `clinical`, of `visits`, of the `genome` or of `omics TABLE`.

    Columns of states of pathways, which begin with PATHWAY_COLUMN, are of PATHWAYS.
    """
    one = patients.rows(np.array([0]))
    owner = dict.fromkeys(_clinical_facts(one, preparation), "clinical")
    owner |= dict.fromkeys(_summaries(one, preparation), "visits")
    for table in preparation.omics:
        owner |= dict.fromkeys(omics_frame(one.omics, [table]), f"omics {table.table}")
    return [
        owner.get(name, PATHWAYS if name.startswith(PATHWAY_COLUMN) else "genome")
        for name in columns
    ]


def tree_columns(patients: Patients, preparation: Preparation) -> pd.DataFrame:
    """Clinical columns, omics, and the gene features that vary, NaN where one was not callable."""
    genomes = patients.genomes
    columns = feature_columns(genomes, preparation.genes, preparation.track)
    altered = np.stack([genomes.feature(name) for name in ALTERING]).sum(axis=0) > 0
    missing = ~genomes.mask.any(axis=1)
    columns["altered genes"] = np.where(missing, np.nan, altered.sum(axis=1))
    return beside_genome(columns, patients, preparation)


def feature_columns(
    genomes: Genomes, genes: Iterable[str], features: Collection[str]
) -> pd.DataFrame:
    """Some features of every gene, gene by gene, NaN where it was not callable."""
    columns = {
        f"{gene} {name}": np.where(genomes.mask[:, place], genomes.feature(name)[:, place], np.nan)
        for place, gene in enumerate(genes)
        for name in features
    }
    return pd.DataFrame(columns, index=range(len(genomes.mask)))


def beside_genome(
    columns: pd.DataFrame, patients: Patients, preparation: Preparation
) -> pd.DataFrame:
    """Columns of the genome, put between the clinical ones and those of omics."""
    clinical = clinical_columns(patients, preparation)
    return pd.concat([clinical, columns, omics_frame(patients.omics, preparation.omics)], axis=1)


def network_arrays(patients: Patients, preparation: Preparation) -> dict[str, np.ndarray]:
    """Arrays of the network, first axis patients; what is masked is zero.

    Returns:
        `variants` (variants x features), `variant_gene`, `variant_mask`, `genes` (genes x
        features), `gene_mask`, `clinical` and `linear` (columns); where there are omics, `omics`
        (columns) and `omics_mask` (tables); where there are visits, those of `visit_arrays`.
    """
    genomes = patients.genomes
    track = np.stack(
        [genomes.feature(name) / scale for name, scale in preparation.track.items()]
        or [np.zeros(genomes.mask.shape)],
        axis=-1,
    )
    return {
        **variant_arrays(genomes, preparation),
        "genes": _masked(track, genomes.mask),
        "gene_mask": genomes.mask,
        "clinical": _clinical_facts(patients, preparation).to_numpy("float32"),
        "linear": linear_columns(patients, preparation).to_numpy("float32"),
        **(omics_arrays(patients.omics, preparation.omics) if preparation.omics else {}),
        **(_visits(patients, preparation) if preparation.visits else {}),
    }


def variant_arrays(genomes: Genomes, preparation: Preparation) -> dict[str, np.ndarray]:
    """VARIANT_ARRAYS, those of the network that its variant encoder and gene pool read."""
    genomes = trim(genomes)
    variants = (genomes.variants - preparation.variant_mean) / preparation.variant_scale
    arrays = _masked(variants, genomes.variant_mask), genomes.variant_gene, genomes.variant_mask
    return dict(zip(VARIANT_ARRAYS, arrays, strict=True))


def _visits(patients: Patients, preparation: Preparation) -> dict[str, np.ndarray]:
    return visit_arrays(patients.visits, len(patients.table), preparation.visits)


def _masked(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    limited = np.clip(values, -MAX_SCALED, MAX_SCALED)
    return np.where(mask[..., None], limited, 0).astype("float32")


def _numbers(chosen: np.ndarray) -> np.ndarray:
    chosen = np.asarray(chosen)
    return np.flatnonzero(chosen) if chosen.dtype == bool else chosen
