"""What a page says of one new patient."""

import numpy as np
import pandas as pd

from gcin.report.words import NONE, percent


def patient_pages(
    predictions: pd.DataFrame,
    reference: pd.DataFrame,
    patients: pd.DataFrame,
    features: pd.DataFrame,
    samples: pd.DataFrame,
) -> list[dict]:
    """Gather the facts of every new patient's page.

    Args:
        predictions: `patient arm endpoint value low high` of the new patients.
        reference: `endpoint patient value` of the same design for the study's own patients, none
            of whom the predicting model had seen.
        patients: The study's patients: `patient cohort role has_genome`.
        features: Clinical features by patient.
        samples: `sample patient tissue kind` of the assayed specimens.

    Returns:
        For each patient: `patient`, `arms` (response by arm), `verdict`, `risks` (by endpoint and
        arm) and `data`.
    """
    train = patients["patient"][patients["role"] == "train"]
    known = features.loc[features.index.isin(train)]
    pages = []
    for patient, rows in predictions.groupby("patient"):
        response = rows[rows["endpoint"] == "response"].sort_values("value", ascending=False)
        facts = patients.set_index("patient").loc[patient]
        own = features.loc[patient] if patient in features.index else None
        page = {"patient": patient, "cohort": facts["cohort"], "verdict": preferred_arm(response)}
        page["arms"] = response.to_dict("records")
        page["risks"] = _risks(rows[rows["endpoint"] != "response"], reference)
        page["data"] = _data(own, known, facts, samples[samples["patient"] == patient])
        pages.append(page)
    return pages


def unseen_risks(pooled: pd.DataFrame, design: str) -> pd.DataFrame:
    """Average one design's predictions for each patient over the repeats.

    Args:
        pooled: Predictions of unseen patients: `design endpoint patient value`.
        design: The design in question.

    Returns:
        `endpoint patient value`.
    """
    own = pooled[pooled["design"] == design]
    return own.groupby(["endpoint", "patient"], as_index=False)["value"].mean()


def preferred_arm(response: pd.DataFrame) -> str:
    """Say whether one arm is better supported than the others, or that nobody can tell.

    Args:
        response: `arm value low high` of one patient, one row per arm.
    """
    if not len(response):
        return "Response was not studied."
    if len(response) == 1:
        return "This study knows one arm only, so there is nothing to compare."
    ranked = response.sort_values("value", ascending=False)
    best, others = ranked.iloc[0], ranked.iloc[1:]
    if not ranked[["low", "high"]].notna().all(axis=None) or best["low"] <= others["high"].max():
        return "Not enough evidence to prefer an arm: the intervals of the arms overlap."
    return (
        f"The interval of {best['arm']} lies above that of every other arm. This is a prediction "
        "from patients whose arms may have been chosen for a reason, not proof of benefit."
    )


def _risks(rows: pd.DataFrame, reference: pd.DataFrame) -> list[dict]:
    """Place a patient's risks among those of the study's own patients."""
    risks = []
    for endpoint, own in rows.groupby("endpoint"):
        others = reference.loc[reference["endpoint"] == endpoint, "value"].to_numpy()
        for row in own.to_dict("records"):
            places = {name: risk_place(row[name], others) for name in ("value", "low", "high")}
            risks.append({"endpoint": endpoint, "arm": row["arm"], "others": len(others)} | places)
    return risks


def risk_place(risk: float, others: np.ndarray) -> float:
    """Share of the others whose risk is lower, equal ones counting half; NaN without others."""
    if not len(others) or not np.isfinite(risk):
        return np.nan
    return float(((others < risk) + 0.5 * (others == risk)).mean())


def _data(
    own: pd.Series | None, known: pd.DataFrame, facts: pd.Series, samples: pd.DataFrame
) -> dict:
    """Say what the prediction could use, what it lacked and what lies outside experience."""
    present = [] if own is None else list(own.index[own.notna()])
    numbers = known.select_dtypes("number")
    measured = [name for name in numbers if name in present and numbers[name].notna().any()]
    outside = [
        f"{name} {own[name]:g} (training {numbers[name].min():g} to {numbers[name].max():g})"
        for name in measured
        if not numbers[name].min() <= own[name] <= numbers[name].max()
    ]
    return {
        "genome": bool(facts["has_genome"]),
        "samples": samples[["sample", "tissue", "kind"]].to_dict("records"),
        "present": len(present),
        "features": known.shape[1],
        "missing": [name for name in known.columns if name not in present],
        "outside": outside,
    }


def overview(pages: list[dict]) -> pd.DataFrame:
    """One row per patient: what the index of the pages lists."""
    rows = []
    for page in pages:
        row = {"patient": page["patient"], "cohort": page["cohort"]}
        row |= {f"response, {arm['arm']}": percent(arm["value"]) for arm in page["arms"]}
        row |= {"genome": "yes" if page["data"]["genome"] else "no", "in words": page["verdict"]}
        rows.append(row)
    return pd.DataFrame(rows).fillna(NONE)
