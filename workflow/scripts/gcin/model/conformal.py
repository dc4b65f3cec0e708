"""Split-conformal answers: which outcomes a patient's probability cannot rule out.

An outcome fits a probability the worse, the further the two lie apart. It is ruled out where, among
calibration patients of the same group who had that outcome, those who fitted as badly or worse are
no more than one less the coverage wanted; then the true outcome stays among the answers in at least
that share of those who respond, and of those who do not (Vovk, Gammerman and Shafer 2005,
label-conditional). Without the second half, a common outcome buys its coverage from a rare one.

Calibration patients are those of part validation, whom the model was not fitted on; it only
stopped by them. Over models, p values are averaged (cross-conformal; Vovk 2015), which keeps the
coverage in practice but not by proof.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gcin.model.endpoints import BINARY, columns_of, kinds_in

RESPONSE = "response"  # the column of a binary outcome, whichever it is

OUTCOMES = np.array([0.0, 1.0])
ROUNDING = 1e-9  # by which p values, or places among patients, that are equal may differ
# From the finest group to everybody; a patient is compared with the finest that is large enough.
GROUPS = (("arm", "cancer_type"), ("arm",), ())

Misfits = dict[tuple, list[np.ndarray]]


def in_arm_received(
    predictions: pd.DataFrame, patients: pd.DataFrame, kind: str = BINARY
) -> pd.DataFrame:
    """Keep what was said of the endpoints of a kind in the arm received, beside the outcome.

    Args:
        predictions: `patient endpoint arm value` and whatever names the model.
        patients: `patient arm cancer_type family` and outcomes.
        kind: `binary` or `quantity`.

    Returns:
        The rows of patients with the outcome, with `cancer_type family`, and `response` (0 or 1)
        or `amount`.
    """
    outcome = RESPONSE if kind == BINARY else "amount"
    facts = patients.reindex(columns=["patient", "arm", "cancer_type", "family"])
    blocks = [predictions.iloc[:0].merge(facts, on=["patient", "arm"]).assign(**{outcome: 0.0})]
    for endpoint, own in kinds_in(patients).items():
        if own == kind:
            [column] = columns_of(endpoint, kind)
            known = facts.assign(**{outcome: patients[column].astype(float)})
            said = predictions[predictions["endpoint"] == endpoint]
            blocks.append(said.merge(known[known[outcome].notna()], on=["patient", "arm"]))
    return pd.concat(blocks[1:] or blocks, ignore_index=True)


def fit_conformal(held: pd.DataFrame, min_patients: int) -> Misfits:
    """Learn how badly true outcomes fit, in everybody and in each group that is large enough.

    Args:
        held: Calibration patients: `arm cancer_type value response`.
        min_patients: Fewest patients with either outcome, of a group of its own.

    Returns:
        Group to the misfits of those without and of those with a response, both ascending.
    """
    misfits: Misfits = {(): _by_outcome(held)}
    for columns in GROUPS[:-1]:
        for place, rows in held.groupby(list(columns)):
            own = _by_outcome(rows)
            if min(map(len, own)) >= min_patients:
                misfits[tuple(place)] = own
    return misfits


def p_values(misfits: Misfits, rows: pd.DataFrame) -> np.ndarray:
    """Say how well each outcome fits, beside calibration patients of the group who had it.

    Args:
        misfits: From `fit_conformal`.
        rows: `arm cancer_type value`.

    Returns:
        `(rows, 2)`, of no response and of response; 1 where there is nobody to compare with.
    """
    misfit = np.abs(rows["value"].to_numpy(dtype=float)[:, None] - OUTCOMES)
    found = np.ones(misfit.shape)
    groups = [finest(misfits, *place) for place in rows[["arm", "cancer_type"]].to_numpy()]
    for group in set(groups):
        own = np.array([place == group for place in groups])
        for outcome, past in enumerate(misfits[group]):
            as_bad = len(past) - np.searchsorted(past, misfit[own, outcome], side="left")
            found[own, outcome] = (as_bad + 1) / (len(past) + 1)
    return found


def answers(fits: np.ndarray, coverage: float) -> np.ndarray:
    """Name the outcomes that are not ruled out.

    Args:
        fits: From `p_values`.
        coverage: Wanted share of patients whose true outcome is among the answers.

    Returns:
        `response`, `no response`, `both` or `neither`; the last two answer nothing.
    """
    no, yes = (fits > 1 - coverage + ROUNDING).T
    return np.select([yes & no, yes, no], ["both", "response", "no response"], "neither")


def conformal_answers(
    held: pd.DataFrame,
    rows: pd.DataFrame,
    models: list[str],
    units: list[str],
    coverage: float,
    min_patients: int,
) -> pd.DataFrame:
    """Answer for some patients, each model calibrated on its own validation patients.

    Args:
        held: As for `conformal_fits`.
        rows: As for `conformal_fits`.
        models: Columns that name a model.
        units: Columns that name what is answered once: p values are averaged over its models.
        coverage: Wanted share of patients whose true outcome is among the answers.
        min_patients: As for `fit_conformal`.

    Returns:
        `units` and `answer`.
    """
    fits = conformal_fits(held, rows, models, units, min_patients)
    return answered(fits, coverage)[[*units, "answer"]]


def conformal_fits(
    held: pd.DataFrame,
    rows: pd.DataFrame,
    models: list[str],
    units: list[str],
    min_patients: int,
) -> pd.DataFrame:
    """Say how well each outcome fits, by models calibrated on their own validation patients.

    Args:
        held: Part validation: `arm cancer_type value response` and the columns `models`.
        rows: What the models say: `arm cancer_type value` and the columns `models` and `units`.
        models: Columns that name a model.
        units: Columns that name what is answered once: p values are averaged over its models.
        min_patients: As for `fit_conformal`.

    Returns:
        `units`, `no` and `yes`, the p values of no response and of response.
    """
    past, blocks = dict(list(held.groupby(models))), [rows.iloc[:0][units].assign(no=0.0, yes=0.0)]
    for model, own in rows.groupby(models):
        fits = p_values(fit_conformal(past.get(model, held.iloc[:0]), min_patients), own)
        blocks.append(own[units].assign(no=fits[:, 0], yes=fits[:, 1]))
    return pd.concat(blocks[1:] or blocks).groupby(units)[["no", "yes"]].mean().reset_index()


def answered(fits: pd.DataFrame, coverage: float) -> pd.DataFrame:
    """Add the `answer` to what `conformal_fits` gives, as `answers` names it."""
    return fits.assign(answer=answers(fits[["no", "yes"]].to_numpy(), coverage))


def _by_outcome(held: pd.DataFrame) -> list[np.ndarray]:
    misfit = (held[RESPONSE] - held["value"]).abs().to_numpy(dtype=float)
    return [np.sort(misfit[(held[RESPONSE] == outcome).to_numpy()]) for outcome in OUTCOMES]


def finest(misfits: Mapping, arm: str, cancer_type: str | None) -> tuple:
    """The finest group of a patient that has calibration patients enough."""
    return next(group for group in ((arm, cancer_type), (arm,), ()) if group in misfits)
