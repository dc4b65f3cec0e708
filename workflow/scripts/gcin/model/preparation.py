"""What must be known of the training patients before a model can read any patient."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd

from gcin.model.burden import Burden, fit_burdens
from gcin.model.clinical_matrix import Categorical, Numeric, fit_clinical
from gcin.model.endpoints import (
    PLAIN,
    QUANTITY,
    SURVIVAL,
    Endpoint,
    columns_of,
    fit_scale,
    kinds_in,
)
from gcin.model.endpoints import from_plain as endpoint_from_plain
from gcin.model.expectation import Expectation, Regression, fit_expectation
from gcin.model.imputation import Donors, Imputation, fit_imputation
from gcin.model.loading import GeneUse, Genomes
from gcin.model.omics import Omics
from gcin.model.outcomes import interval_cuts, observed, teachers_of
from gcin.model.selection import Selection
from gcin.model.visits import Visits

logger = logging.getLogger(__name__)

NEGATIVE_CONTROL = "synonymous"


@dataclass(frozen=True)
class Preparation:
    """Everything fitted on part `train` of a fold and frozen for everyone else.

    Attributes:
        arms: Treatment arms, sorted.
        endpoints: What is asked, by name.
        clinical: How clinical columns become numbers.
        imputation: What gives a patient the clinical values that are missing; None where a
            missing number is the mean and a missing code no level, or each of their columns at its
            mean where they are not marked.
        genes: Genes that the model reads, in genome order.
        chromosomes: Chromosome of each gene.
        chromosome_arms: Chromosome arm of each gene.
        burdens: Gene burdens of the linear models.
        track: Gene features of the network and their scale.
        variant_mean: Mean of each variant feature over the variants of training patients.
        variant_scale: Standard deviation of the same.
        variants: Most variants of a patient that the model reads.
        selection: Clinical columns and burdens that linear models and the network's linear path
            read; None where they read all.
        omics: What each table of omics becomes.
        visits: How visits are read; None where there are none.
    """

    arms: list[str]
    endpoints: dict[str, Endpoint]
    clinical: list[Numeric | Categorical]
    imputation: Imputation | Expectation | None
    genes: list[str]
    chromosomes: list[str]
    chromosome_arms: list[str]
    burdens: list[Burden]
    track: dict[str, float]
    variant_mean: list[float]
    variant_scale: list[float]
    variants: int
    selection: Selection | None = None
    omics: list[Omics] = field(default_factory=list)
    visits: Visits | None = None


def choose_genes(use: GeneUse, min_callable: float, most: int) -> np.ndarray:
    """Choose the genes that training data can say something of, in genome order.

    Args:
        use: How often training patients have each gene callable and altered.
        min_callable: Least share of the training patients in whom a gene must be callable.
        most: Most genes; those altered in the most patients stay.
    """
    usable = np.flatnonzero((use.callable_share >= min_callable) & (use.carrier_share > 0))
    ranked = usable[np.argsort(-use.carrier_share[usable], kind="stable")][:most]
    logger.info("chose %d of %d genes", len(ranked), len(use.carrier_share))
    return np.sort(ranked)


def fit_preparation(
    table: pd.DataFrame,
    clinical: pd.DataFrame,
    genomes: Genomes,
    genes: pd.DataFrame,
    endpoints: dict[str, Endpoint],
    settings: Mapping,
) -> Preparation:
    """Fit everything that is estimated from patients, on the patients given.

    Args:
        table: Patients of part train with `arm`.
        clinical: Their clinical columns, in the same order.
        genomes: Their genomes, reduced to the chosen genes.
        genes: The chosen genes, with `gene`, `chromosome`, `arm`.
        endpoints: From `fit_endpoints`.
        settings: `clinical_knots`, `imputation` and `min_burden_share`.
    """
    names = genes["gene"].tolist()
    real = genomes.variants[genomes.variant_mask].astype("float64")
    is_marked = settings["imputation"]["mark_missing"]
    columns = fit_clinical(clinical, settings["clinical_knots"], is_marked)
    return Preparation(
        arms=sorted(table["arm"].dropna().astype(str).unique()),
        endpoints=endpoints,
        clinical=columns,
        imputation=_fit_imputation(clinical, columns, settings["imputation"]),
        genes=names,
        chromosomes=genes["chromosome"].astype(str).tolist(),
        chromosome_arms=genes["arm"].astype(str).tolist(),
        burdens=fit_burdens(genomes, names, settings["min_burden_share"]),
        track=_fit_track(genomes),
        variant_mean=real.mean(axis=0).tolist() if len(real) else [0.0] * real.shape[1],
        variant_scale=_scale(real).tolist(),
        variants=genomes.variants.shape[1],
    )


def as_plain(preparation: Preparation) -> dict:
    """Turn a preparation into plain values that outlive this code's classes."""
    plain = asdict(preparation)
    plain["clinical"] = [
        {"kind": type(column).__name__, **asdict(column)} for column in preparation.clinical
    ]
    return plain


def from_plain(plain: Mapping) -> Preparation:
    """Undo `as_plain`."""
    kinds = {"Numeric": Numeric, "Categorical": Categorical}
    clinical = [
        kinds[column["kind"]](**{key: value for key, value in column.items() if key != "kind"})
        for column in plain["clinical"]
    ]
    burdens = [Burden(**burden) for burden in plain["burdens"]]
    imputation = plain["imputation"]
    if imputation is not None:
        kind, one = (Imputation, Donors) if "nearest" in imputation else (Expectation, Regression)
        columns = [one(**column) for column in imputation["columns"]]
        imputation = kind(**{**imputation, "columns": columns})
    selection = plain["selection"] and Selection(**plain["selection"])
    endpoints = {name: endpoint_from_plain(asked) for name, asked in plain["endpoints"].items()}
    omics = [Omics(**table) for table in plain["omics"]]
    fitted = {"clinical": clinical, "burdens": burdens, "endpoints": endpoints, "omics": omics}
    # Preparations frozen before there were visits do not name any.
    visits = Visits(**plain["visits"]) if plain.get("visits") else None
    fitted |= {"imputation": imputation, "selection": selection, "visits": visits}
    return Preparation(**{**plain, **fitted})


def _fit_imputation(
    table: pd.DataFrame, columns: list[Numeric | Categorical], settings: Mapping
) -> Imputation | Expectation | None:
    if settings["method"] == "mean" or not columns:
        return None
    if settings["method"] == "expected":
        return fit_expectation(table, columns, settings["rounds"])
    return fit_imputation(table, columns, settings["donors"], settings["rounds"], settings["seed"])


def fit_endpoints(table: pd.DataFrame, settings: Mapping) -> dict[str, Endpoint]:
    """Fit the intervals or the scale of each endpoint that any training patient has.

    Every seed answers the same questions.

    Args:
        table: Patients of every part with `part`, `arm` and outcomes.
        settings: `intervals`, and `transforms` where quantities have any, by name.
    """
    learnt, transforms, fitted = teachers_of(table), settings.get("transforms", {}), {}
    for name, kind in kinds_in(table).items():
        known = learnt[observed(learnt, name)]
        values = known[columns_of(name, kind)].to_numpy(dtype=float).T
        if not (known["part"] == "train").any():
            logger.warning("no training patient has endpoint %s: it is not modelled", name)
        elif kind == SURVIVAL:
            fitted[name] = Endpoint(kind, interval_cuts(*values, settings["intervals"]))
        elif kind == QUANTITY:
            transform = transforms.get(name, PLAIN)
            fitted[name] = Endpoint(kind, scale=fit_scale(*values, transform))
        else:
            fitted[name] = Endpoint(kind)
    return fitted


def _fit_track(genomes: Genomes) -> dict[str, float]:
    """Gene features that vary where genes are callable, with their root mean square."""
    values = genomes.track[genomes.mask].astype("float64")
    scales = np.sqrt((values**2).mean(axis=0)) if len(values) else np.zeros(len(genomes.features))
    varying = np.ptp(values, axis=0) > 0 if len(values) else np.zeros(len(scales), bool)
    return {
        name: float(scale)
        for name, scale, varies in zip(genomes.features, scales, varying, strict=True)
        if varies and name != NEGATIVE_CONTROL
    }


def _scale(values: np.ndarray) -> np.ndarray:
    """Standard deviation of each column, one where a column does not vary."""
    if not len(values):
        return np.ones(values.shape[1])
    deviation = values.std(axis=0)
    return np.where(deviation > 1e-6, deviation, 1.0)
