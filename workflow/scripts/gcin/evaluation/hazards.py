"""Hazard ratios of predicted risk groups, adjusted for what a clinician knows anyway."""

import logging
import warnings
from collections.abc import Mapping

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from lifelines.exceptions import ConvergenceError, ConvergenceWarning
from scipy import stats

from gcin.evaluation.intervals import units_of
from gcin.evaluation.logrank import strata_of
from gcin.evaluation.survival import risk_groups

COLUMNS = [
    "design", "endpoint", "model", "group", "hazard_ratio", "low", "high", "p", "p_proportional",
    "n", "events", "covariates", "strata",
]  # fmt: skip
CLUSTER, STRATUM = "family number", "stratum"
FEWEST = 10  # patients at a level; rarer levels are one
PER_COVARIATE = 10  # events that a covariate must have to be adjusted for (Peduzzi 1995)

logger = logging.getLogger(__name__)


def hazard_table(pooled: pd.DataFrame, covariates: pd.DataFrame, settings: Mapping) -> pd.DataFrame:
    """Estimate how much sooner events come in groups of higher out-of-fold risk.

    Groups are those of the Kaplan-Meier curves, so no patient's own outcome had a part in them.
    Where a study has several cohorts, the adjusted model gives each a baseline hazard of its own
    (strata): cohorts differ in whom they followed and for how long, and a group of higher risk
    that only holds more patients of another cohort is none. The model `alone` sees such
    differences, as the curves do.

    Args:
        pooled: As `gcin.evaluation.pooling.pool` gives them.
        covariates: Clinical covariates, indexed by patient.
        settings: `evaluation` of the configuration: `risk_groups confidence`.

    Returns:
        One row per design, survival endpoint, model (`alone` or `adjusted`) and group but the
        first: its hazard ratio against the group of lowest risk, the interval, Wald's p, and
        `p_proportional`, the p of the proportional-hazards test (scaled Schoenfeld residuals
        against rank of time, families as clusters): a small one says that the ratio changes with
        time. `strata` are the cohorts with a hazard of their own, 1 where there is one for all.
        Empty where the model cannot be fitted; the log says why.
    """
    rows = []
    timed = pooled[pooled["time"].notna()]
    for (design, endpoint), own in timed.groupby(["design", "endpoint"]):
        patients = risk_groups(own, settings["risk_groups"]).set_index("patient")
        strata = _columns_of(strata_of(patients), patients.index)
        own = covariates.reindex(patients.index)
        adjusted = covariate_matrix(own, patients["event"].sum(), strata)
        for model, known in (("alone", adjusted.iloc[:, :0]), ("adjusted", adjusted)):
            name = {"design": design, "endpoint": endpoint, "model": model}
            told = patients if model == "adjusted" else patients.drop(columns="cohort")
            rows += [name | row for row in hazard_ratios(told, known, settings["confidence"])]
    return pd.DataFrame(rows, columns=COLUMNS)


def covariates_of(patients: pd.DataFrame, features: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Take the covariates named, those that a study has, indexed by patient.

    Args:
        patients: The study's patients: `patient arm cancer_type`.
        features: Clinical features, indexed by patient.
        names: Columns of either; what a study does not have is left out.
    """
    known = patients.set_index("patient")[["arm", "cancer_type"]]
    both = features.drop(columns=list(known), errors="ignore").reindex(known.index).join(known)
    return both[[name for name in names if name in both]]


def covariate_matrix(
    covariates: pd.DataFrame, events: float, strata: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Make numbers of covariates, as many columns as the events allow, in the order given.

    Args:
        covariates: Numbers or text; a missing number is given the mean and marked, missing text
            is a level.
        events: Events seen: one column for each ten of them at most.
        strata: A column per cohort but one; what the cohort determines is left out.

    Returns:
        Standardised numbers, and one column for each level but the commonest. Levels of fewer
        than ten patients are one, left with the commonest where that is small too; a column that
        others determine is dropped. A covariate beyond the limit is left out whole.
    """
    blocks, columns = [pd.DataFrame(index=covariates.index)], 0
    apart = [] if strata is None else [strata]
    for name, values in covariates.items():
        numeric = pd.api.types.is_numeric_dtype(values)
        block = _number(name, values) if numeric else _levels(name, values)
        block = independent(block.astype(float), [*apart, *blocks])
        if columns + block.shape[1] > events / PER_COVARIATE:
            logger.warning("not adjusted for %s: too few events", name)
            continue
        blocks.append(block)
        columns += block.shape[1]
    return pd.concat(blocks, axis=1).astype(float)


def independent(block: pd.DataFrame, before: list[pd.DataFrame]) -> pd.DataFrame:
    """Drop columns that those before them, and a constant, already determine."""
    matrix = np.column_stack([np.ones(len(block)), *(known.to_numpy(float) for known in before)])
    kept = []
    for name in block:
        wider = np.column_stack([matrix, block[name]])
        if np.linalg.matrix_rank(wider) > np.linalg.matrix_rank(matrix):
            matrix = wider
            kept.append(name)
    return block[kept]


def _number(name: str, values: pd.Series) -> pd.DataFrame:
    spread = values.std(ddof=0)
    if not spread > 0:
        return pd.DataFrame(index=values.index)
    block = pd.DataFrame({name: ((values - values.mean()) / spread).fillna(0.0)})
    missing = values.isna()
    if min(missing.sum(), (~missing).sum()) >= FEWEST:
        block[f"{name} missing"] = missing
    return block


def _levels(name: str, values: pd.Series) -> pd.DataFrame:
    labels = values.astype(object).where(values.notna(), "missing").astype(str)
    counts = labels.value_counts()
    labels = labels.where(labels.map(counts) >= FEWEST, "other")
    sizes = labels.value_counts()
    kept = sizes.index[1:][sizes.iloc[1:] >= FEWEST]
    return pd.DataFrame({f"{name}={level}": labels == level for level in kept}, index=values.index)


def hazard_ratios(patients: pd.DataFrame, known: pd.DataFrame, confidence: float) -> list[dict]:
    """Fit Cox's model to risk groups and covariates.

    Args:
        patients: `time event group family`, indexed by patient, and `cohort` where it is known.
            Where there are relatives, errors are robust, families being the clusters; where there
            are several cohorts, each is a stratum.
        known: Covariates as numbers, of the same patients; may have no column.
        confidence: Of the intervals.

    Returns:
        One row per group but the first.
    """
    groups = sorted(patients["group"].unique())[1:]
    names = [f"group {group}" for group in groups]
    dummies = {
        name: (patients["group"] == group).astype(float)
        for name, group in zip(names, groups, strict=True)
    }
    table = pd.DataFrame(dummies).join(known).join(patients[["time", "event"]])
    strata = strata_of(patients)
    size = {"n": len(table), "events": int(table["event"].sum())}
    size |= {"covariates": ", ".join(known), "strata": len(np.unique(strata))}
    fit = None
    if groups and _told_apart(table[names], strata):
        table = table.assign(**{STRATUM: strata}) if size["strata"] > 1 else table
        fit = _fitted(table, confidence)
    codes, units = units_of(patients["family"])
    robust = fit
    if fit is not None and units < len(table):
        robust = _fitted(table.assign(**{CLUSTER: codes}), confidence, CLUSTER)
    if fit is None or robust is None:
        missing = dict.fromkeys(("hazard_ratio", "low", "high", "p", "p_proportional"), np.nan)
        return [{"group": group} | missing | size for group in groups]
    limits = np.exp(robust.confidence_intervals_)
    proportional = _steadiness(fit, table, codes)
    rows = []
    for name, group in zip(names, groups, strict=True):
        low, high = limits.loc[name]
        ratio = {"hazard_ratio": float(fit.hazard_ratios_[name]), "low": low, "high": high}
        p = {"p": robust.summary.loc[name, "p"], "p_proportional": float(proportional[name])}
        rows.append({"group": group} | ratio | p | size)
    return rows


def _columns_of(strata: np.ndarray, index: pd.Index) -> pd.DataFrame:
    """A column per stratum but the first."""
    return pd.get_dummies(pd.Series(strata, index)).iloc[:, 1:]


def _told_apart(groups: pd.DataFrame, strata: np.ndarray) -> bool:
    """Whether none of the groups is told by the cohorts alone."""
    known = independent(groups, [_columns_of(strata, groups.index)])
    if known.shape[1] < groups.shape[1]:
        logger.warning("no hazard ratio: cohorts tell the risk groups")
    return known.shape[1] == groups.shape[1]


def _steadiness(fit: CoxPHFitter, table: pd.DataFrame, codes: np.ndarray) -> pd.Series:
    """The p of the proportional-hazards test of each column, families being the clusters.

    The statistic is that of Grambsch and Therneau (1994, Biometrika 81:515), time being its rank
    among all events, of whatever stratum. It is divided by how much larger the squares of what
    families add to it are than those of single events; where nobody has relatives, or they are
    unlike, it stays as it is.
    """
    residuals = fit.compute_residuals(table, "scaled_schoenfeld")
    family = pd.Series(codes, table.index)[residuals.index].to_numpy()
    # Residuals are in the order of time within a stratum; among equals that order stays.
    rank = table["time"][residuals.index].rank(method="first").to_numpy()
    rank -= rank.mean()
    added = residuals.mul(rank, axis=0)
    spread = len(residuals) * np.square(fit.standard_errors_) * np.square(rank).sum()
    statistic = np.square(added.sum()) / spread
    alike = np.square(added.groupby(family).sum()).sum() / np.square(added).sum()
    return pd.Series(stats.chi2.sf(statistic / alike.clip(lower=1), 1), statistic.index)


def _fitted(
    table: pd.DataFrame, confidence: float, cluster: str | None = None
) -> CoxPHFitter | None:
    """Fit, or say in the log why the likelihood has no maximum."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            model = CoxPHFitter(alpha=1 - confidence)
            strata = [STRATUM] if STRATUM in table else None
            return model.fit(table, "time", "event", cluster_col=cluster, strata=strata)
        except (ConvergenceError, ConvergenceWarning) as fault:
            logger.warning("no hazard ratio: %s", str(fault).splitlines()[0])
            return None
