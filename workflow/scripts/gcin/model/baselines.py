"""What the network must be better than: simpler models behind one interface."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from gcin.intake.tree_settings import BOOSTED, UNSEARCHED
from gcin.model.boosting import (
    ArmwiseFit,
    TreesFit,
    fit_boosting,
    fit_by_arm,
    fit_forest,
    fit_with_pathways,
)
from gcin.model.cox import CoxFit, Followed, fit_cox
from gcin.model.coxnet import fit_coxnet
from gcin.model.curves import Clock, clocks_of, curve_table, survival_of
from gcin.model.endpoints import BINARY, SURVIVAL, Endpoint, columns_of
from gcin.model.inputs import (
    PATHWAYS,
    Patients,
    arm_numbers,
    clinical_columns,
    column_blocks,
    genomic_columns,
    linear_columns,
    tree_columns,
)
from gcin.model.linear import LinearFit, fit_by_block, fit_linear
from gcin.model.narrowing import NarrowedFit, fit_narrowed
from gcin.model.outcomes import targets_of, values_of
from gcin.model.predictions import taught_rows
from gcin.model.preparation import Preparation
from gcin.model.questions import questions_of
from gcin.model.survival_forest import fit_survival_forest
from gcin.splits.groups import groups_of

logger = logging.getLogger(__name__)

Reader = Callable[[Patients, Preparation], pd.DataFrame]
COLUMNS: dict[str, Reader] = {
    "majority": clinical_columns,
    "clinical_logistic": clinical_columns,
    "genomic_logistic": genomic_columns,
    "ridge": linear_columns,
    "lasso": linear_columns,
    "random_forest": tree_columns,
    "survival_forest": tree_columns,
    "boosting": tree_columns,
    "boosting_per_arm": tree_columns,
    "cox": linear_columns,
    "coxnet": linear_columns,
}
TREES = {
    "random_forest": ("forest", fit_forest),
    "survival_forest": ("forest", fit_survival_forest),
    "boosting": ("boosting", fit_boosting),
    "boosting_per_arm": ("boosting", fit_by_arm),
    "boosting_on_network": ("boosting", fit_by_arm),
}
COX = {"cox": fit_cox, "coxnet": fit_coxnet}
SURVIVAL_ONLY = {*COX, "survival_forest"}
L1_RATIO = {"clinical_logistic": 0.0, "genomic_logistic": 0.0, "lasso": 1.0}


@dataclass(frozen=True)
class MajorityFit:
    """The same answer for everyone.

    Attributes:
        value: Share of yes among training patients, or their median amount; 0 for the risk of
            survival.
        arms: Number of treatment arms.
    """

    value: float
    arms: int


Trees = TreesFit | ArmwiseFit | NarrowedFit
Fit = MajorityFit | LinearFit | Trees | CoxFit


@dataclass(frozen=True)
class Lesson:
    """One endpoint of some patients, as the fits take it.

    Attributes:
        columns: `(patients, columns)`.
        arm: Number of the arm received, -1 where unknown.
        targets: `(patients, intervals, 2)`.
        table: Outcomes and `family` of the same patients.
        blocks: Block of each column, from `column_blocks`.
    """

    columns: np.ndarray
    arm: np.ndarray
    targets: np.ndarray
    table: pd.DataFrame
    blocks: Sequence[str]

    @property
    def families(self) -> np.ndarray:
        """Number of each patient's family."""
        return groups_of(self.table, ["family"]).to_numpy()


def fit_baseline(
    kind: str,
    patients: Patients,
    preparation: Preparation,
    settings: Mapping,
    seed: int,
    read: Reader | None = None,
    trials: Sequence[Mapping] = UNSEARCHED,
) -> dict[str, Fit]:
    """Fit a baseline to part train; penalties and stopping look at part train or validation.

    Args:
        kind: Kind of the design.
        patients: Of parts train and validation; outcomes of others are not looked at.
        preparation: Fitted on part train.
        settings: `linear`, `ridge`, `forest`, `boosting`, `cox` and `coxnet` of the model's
            configuration; those that the kind reads.
        seed: Of whatever chance there is.
        read: Gives the columns of patients, for a kind that has none of its own in COLUMNS.
        trials: What each trial of boosted trees changes in their settings.

    Returns:
        Endpoint to its model; those of kinds in SURVIVAL_ONLY say nothing of others.
    """
    train, held = patients.part("train"), patients.part("validation")
    read = read or COLUMNS[kind]
    frames = [read(part, preparation) for part in (train, held)]
    columns = [frame.to_numpy("float64") for frame in frames]
    blocks = column_blocks(frames[0], train, preparation)
    fits = {}
    for name, endpoint in preparation.endpoints.items():
        if kind in SURVIVAL_ONLY and endpoint.kind != SURVIVAL:
            continue
        lessons = [
            Lesson(
                values,
                arm_numbers(part.table, preparation.arms),
                targets_of(part.table, name, endpoint),
                part.table,
                blocks,
            )
            for values, part in zip(columns, (train, held), strict=True)
        ]
        _require_held(kind, name, lessons[1])
        logger.info("fitting %s to %s", kind, name)
        given = (len(preparation.arms), settings, seed, trials)
        fits[name] = _fit(kind, (name, endpoint), *lessons, *given)
    return fits


def predict_baseline(
    kind: str,
    fits: Mapping[str, Fit],
    patients: Patients,
    preparation: Preparation,
    read: Reader | None = None,
) -> dict[str, np.ndarray]:
    """Predict every arm of every patient; `read` as it was fitted with.

    Returns:
        Endpoint to `(patients, arms)`: probability, risk (higher = sooner event) or amount.
    """
    columns = (read or COLUMNS[kind])(patients, preparation).to_numpy("float64")
    asked = preparation.endpoints
    return {name: _predict(fit, columns, asked[name]) for name, fit in fits.items()}


def baseline_curves(
    kind: str,
    fits: Mapping[str, Fit],
    patients: Patients,
    preparation: Preparation,
    read: Reader | None = None,
) -> pd.DataFrame:
    """Predict the survival curves of part test under every arm.

    Args:
        kind: Kind of the design.
        fits: From `fit_baseline`.
        patients: Of all parts; outcomes of part test are not looked at.
        preparation: Fitted on part train.
        read: As it was fitted with.

    Returns:
        `patient endpoint arm time survival`.
    """
    clocks = clocks_of(patients.table, preparation.endpoints)
    test = patients.part("test")
    columns = (read or COLUMNS[kind])(test, preparation).to_numpy("float64")
    curves = {
        name: _curves(fits[name], columns, preparation.endpoints[name].cuts, clock)
        for name, clock in clocks.items()
    }
    table = curve_table(test.table.index, curves, clocks, preparation.arms)
    return taught_rows(table, preparation.endpoints)


def _fit(
    kind: str,
    asked: tuple[str, Endpoint],
    train: Lesson,
    held: Lesson,
    arms: int,
    settings: Mapping,
    seed: int,
    trials: Sequence[Mapping],
) -> Fit:
    name, endpoint = asked
    if kind == "majority":
        return _majority(name, endpoint, train, arms)
    if kind in TREES:
        own, fit = TREES[kind]
        numeric = endpoint.numeric
        questions = [
            questions_of(x.columns, x.arm, x.targets, x.families, numeric) for x in (train, held)
        ]
        given = (*questions, arms, train.targets.shape[1], settings[own], seed)
        if PATHWAYS in train.blocks:
            return fit_with_pathways(train.blocks, *given, trials)
        return fit(*given, trials) if kind in BOOSTED else fit_narrowed(fit, train.blocks, *given)
    if kind in COX:
        return COX[kind](_followed(name, train), _followed(name, held), arms, settings[kind])
    linear, learnt = settings["linear"], (train.arm, train.targets, train.families, arms)
    if kind == "ridge":
        given = (train.columns, train.blocks, *learnt, settings["ridge"]["block_shares"])
        share, fit = fit_by_block(*given, linear, endpoint.numeric)
        return fit.spread(share)
    return fit_linear(train.columns, *learnt, L1_RATIO[kind], linear, endpoint.numeric)


def _require_held(kind: str, name: str, held: Lesson) -> None:
    """Refuse to choose settings by an inner split that says nothing of an endpoint."""
    chooses = kind in TREES or kind in COX
    if chooses and not held.targets[held.arm >= 0][..., 1].any():
        raise ValueError(
            f"Of none of the {len(held.arm)} validation patients of this fold are outcome of "
            f"{name} and arm known, and {kind} chooses its settings by them. Leave one of the two "
            "out of the study, name a yes or no, or the event, under split.stratify, or raise "
            "splits.inner_share."
        )


def _majority(name: str, endpoint: Endpoint, train: Lesson, arms: int) -> MajorityFit:
    if endpoint.kind == SURVIVAL:
        return MajorityFit(0.0, arms)
    [column] = columns_of(name, endpoint.kind)
    known = train.table[column].dropna()
    return MajorityFit(float(known.mean() if endpoint.kind == BINARY else known.median()), arms)


def _followed(name: str, lesson: Lesson) -> Followed:
    columns = columns_of(name, SURVIVAL)
    months, event = (lesson.table[column].to_numpy(dtype=float) for column in columns)
    return Followed(lesson.columns, lesson.arm, months, event)


def _predict(fit: Fit, columns: np.ndarray, endpoint: Endpoint) -> np.ndarray:
    if isinstance(fit, MajorityFit):
        return np.full((len(columns), fit.arms), fit.value)
    if isinstance(fit, CoxFit):
        return fit.risks(columns)
    return values_of(endpoint, _told(fit, columns, endpoint.numeric))


def _told(fit: LinearFit | Trees, columns: np.ndarray, numeric: bool = False) -> np.ndarray:
    """Chance of the event in each interval, or score, `(patients, arms, intervals)`."""
    if not isinstance(fit, LinearFit):
        return fit.told(columns)
    scores = fit.scores(columns)
    return scores if numeric else expit(scores)


def _curves(fit: Fit, columns: np.ndarray, cuts: list[float], clock: Clock) -> np.ndarray:
    if isinstance(fit, MajorityFit):
        return np.tile(np.exp(-clock.hazard), (len(columns), fit.arms, 1))
    if isinstance(fit, CoxFit):
        return fit.survival(columns, clock.months)
    return survival_of(_told(fit, columns), cuts, clock)
