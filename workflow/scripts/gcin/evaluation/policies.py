"""The value of each design's recommendations: estimates with intervals, and how far they hold."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gcin.evaluation.comparison import estimate_of, resampled
from gcin.evaluation.intervals import bca_interval
from gcin.evaluation.metrics import ratio
from gcin.evaluation.policy import (
    NOBODY,
    at_choice,
    concordance_gap,
    e_value,
    effective_number,
    imbalances,
    influence_interval,
    recommended,
    risk_ratio_of,
    scores_of_care,
    scores_of_policy,
    weights_of,
    with_overlap,
)
from gcin.evaluation.policy_cases import Case
from gcin.evaluation.propensity import encoder_of
from gcin.evaluation.restricted import SHARE

KEYS = ["design", "endpoint", "unit", "floor"]
COLUMNS = [*KEYS, "estimate", "value", "low", "high", "boot_low", "boot_high", "n"]
BALANCE = ["design", "endpoint", "arm", "confounder", "unweighted", "weighted"]
GIVEN, GAIN, OVER_BEST = "care_given", "gain_over_care_given", "gain_over_best_arm"


def policy_table(cases: list[Case], settings: Mapping, floors: list[float]) -> pd.DataFrame:
    """Estimate what the recommendations of each design are worth, at each floor.

    Args:
        cases: As `gcin.evaluation.policy_cases.cases_of` gives them.
        settings: `evaluation` of the configuration: `bootstrap_draws seed confidence`.
        floors: Least chance of an arm at which it is recommended; the study's own first.

    Returns:
        `design endpoint unit floor estimate value low high boot_low boot_high n`. Limits by
        influence function and by bootstrap (BCa, families whole) are of values and gains; other
        estimates have none: `predicted_gain` (what the design promises), `concordance_gap`,
        `recommended` and `without_overlap` (shares of the patients), `effective_patients`,
        `weighed_by_others` (share of the patients who are weighed, for those who left before, by
        the follow-up of other arms or cohorts, as too few of their own tell it), `e_value` of the
        gain over care given and `e_value_of_limit` of its lower limit.
    """
    rows = []
    for case in cases:
        placed, weights = resampled(case.rows, settings["bootstrap_draws"], settings["seed"])
        order = placed.drop_duplicates("patient").set_index("column").sort_index()
        for floor in floors:
            scores = scores_at(case, floor).loc[order["patient"]]
            named, facts = dict(case.name) | {"floor": floor, "n": len(scores)}, {}
            for estimate, values in scores.items():
                found = _with_limits(values.to_numpy(), order["family"], weights, settings)
                facts[estimate] = found
                rows.append(named | {"estimate": estimate} | found)
            checks = _checks(case, floor) | _e_values(case, facts)
            rows += [named | {"estimate": name, "value": value} for name, value in checks.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


def scores_at(case: Case, floor: float) -> pd.DataFrame:
    """Score each patient, repeats averaged.

    Returns:
        By patient: `policy`, `care_given`, `arm_{name}` for giving everybody one arm, and the
        gains over the care given and over the single arm of the highest value. That arm is picked
        on the same patients, which flatters it and not the policy.
    """
    treated, count = case.treated, len(case.rows)
    single = {
        f"arm_{arm}": scores_of_policy(
            treated, with_overlap(np.full(count, place), treated.propensity, floor)
        )
        for place, arm in enumerate(case.arms)
    }
    scores = {"policy": scores_of_policy(treated, case.choice(floor))}
    scores[GIVEN] = scores_of_care(treated)
    means = pd.DataFrame(scores | single).groupby(case.rows["patient"]).mean()
    best = means[list(single)].mean().idxmax()
    gains = {GAIN: means["policy"] - means[GIVEN], OVER_BEST: means["policy"] - means[best]}
    return means.assign(**gains)


def _with_limits(
    scores: np.ndarray, families: pd.Series, weights: np.ndarray, settings: Mapping
) -> dict[str, float]:
    """The mean of scores with both intervals."""
    drawn = weights @ scores / weights.sum(axis=1)
    estimate = estimate_of(drawn, settings["bootstrap_draws"])
    limits = influence_interval(scores, families, settings["confidence"])
    limits += bca_interval(estimate, settings["confidence"])
    names = ("value", "low", "high", "boot_low", "boot_high")
    return dict(zip(names, (estimate.whole, *limits), strict=True))


def _checks(case: Case, floor: float) -> dict[str, float]:
    """What an estimate rests on, repeats averaged."""
    whole, wanted, checks = case.choice(floor), recommended(case.benefit), []
    for own, treated in case.repeats():
        choice = whole[own]
        gain = at_choice(treated.expected, choice) - at_choice(treated.expected, treated.received)
        checks.append(
            {
                "predicted_gain": np.where(choice == NOBODY, 0.0, gain).mean(),
                "concordance_gap": concordance_gap(treated, choice),
                "recommended": (choice != NOBODY).mean(),
                "without_overlap": ((choice == NOBODY) & (wanted[own] != NOBODY)).mean(),
                "effective_patients": effective_number(weights_of(treated, choice)),
                "weighed_by_others": case.rows["by_others"][own].mean(),
            }
        )
    return pd.DataFrame(checks).mean().to_dict()


def _e_values(case: Case, facts: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """E-values of the gain over the care given, and of its limit that is nearer zero."""
    given, weight = facts[GIVEN]["value"], case.treated.weight
    mean = ratio(weight @ case.treated.outcome, weight.sum())
    variance = ratio(weight @ np.square(case.treated.outcome - mean), weight.sum())
    spread = None if case.name["unit"] == SHARE else float(np.sqrt(variance))
    gains = {"e_value": facts[GAIN]["value"], "e_value_of_limit": facts[GAIN]["low"]}
    return {name: e_value(risk_ratio_of(gain, given, spread)) for name, gain in gains.items()}


def balance_table(cases: list[Case], confounders: pd.DataFrame, floor: float) -> pd.DataFrame:
    """Compare those who received the arm recommended with all to whom it was, arm by arm.

    Args:
        cases: As `gcin.evaluation.policy_cases.cases_of` gives them.
        confounders: As `gcin.evaluation.propensity.confounders_of` gives them.
        floor: The study's own.

    Returns:
        `design endpoint arm confounder unweighted weighted`: standardised mean differences of each
        column of the confounders, repeats averaged; those that are the same for all are left out.
    """
    encoder = encoder_of(confounders).fit(confounders)
    names = encoder.get_feature_names_out()
    columns = [name.replace("missingindicator_", "missing: ") for name in names]
    matrix = pd.DataFrame(encoder.transform(confounders), confounders.index, columns)
    tables = [pd.DataFrame(columns=BALANCE)]
    for case in cases:
        for place, arm in enumerate(case.arms):
            table = pd.DataFrame(_balance_of(case, place, matrix, floor), columns).dropna()
            named = {key: case.name[key] for key in ("design", "endpoint")} | {"arm": arm}
            table = table.rename_axis("confounder").reset_index().assign(**named)
            tables.append(table[BALANCE])
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)


def _balance_of(
    case: Case, place: int, matrix: pd.DataFrame, floor: float
) -> dict[str, np.ndarray]:
    """Differences between followers and all, before and after weighting, of one arm."""
    asked, found = case.choice(floor) == place, []
    for own, treated in case.repeats():
        values = matrix.loc[case.rows["patient"][own]].to_numpy(float)
        weights = weights_of(treated, np.where(asked[own], place, NOBODY))
        known = (weights > 0).astype(float)
        found.append([imbalances(values, given, asked[own]) for given in (known, weights)])
    return dict(zip(("unweighted", "weighted"), np.mean(found, axis=0), strict=True))
