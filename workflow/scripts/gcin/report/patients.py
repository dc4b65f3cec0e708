"""What a page says of one new patient."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import permutations
from types import MappingProxyType

import numpy as np
import pandas as pd

from gcin.report.words import NONE, percent

NOBODY = MappingProxyType({})


def patient_pages(
    predictions: pd.DataFrame,
    reference: pd.DataFrame,
    patients: pd.DataFrame,
    features: pd.DataFrame,
    samples: pd.DataFrame,
    panel: Mapping[str, dict],
    alike: Mapping[str, list[str]],
    failures: Mapping[str, list[str]] = NOBODY,
) -> list[dict]:
    """Gather the facts of every new patient's page.

    Args:
        predictions: `patient arm endpoint kind value low high apart models of taught answer
            outside lacking unread` of the new patients.
        reference: `endpoint patient value` of the same design for the study's own patients, none
            of whom the predicting model had seen.
        patients: The study's patients: `patient cohort role arm family has_genome`; of role `train`
            are those alone who taught a model.
        features: Clinical features by patient.
        samples: `sample patient tissue kind` of the assayed specimens.
        panel: What is known of the panel's alleles by patient, as by `panel_by_patient`.
        alike: Who may be the same person, as by `doubles_of`.
        failures: Checks of quality that samples failed, by patient, as by `failures_of`.

    Returns:
        For each patient: `patient`, `arms` (response by arm), `verdict`, `received` (patients who
        train, by arm), `fewer_known` (those of an endpoint, where these are fewer), `planned`
        (an arm that none of them received, or None), `kin`
        (patients who train, of the same family), `alike`, `fewer` (what some models are silent
        of, in words), `chances` (other binary endpoints by arm), `amounts` (quantities by arm),
        `risks` (survival by arm), `failures` and `data`.
    """
    trained = patients[patients["role"] == "train"]
    train, received = trained["patient"], trained["arm"].value_counts()
    known = features.loc[features.index.isin(train)]
    families, is_sequenced = trained["family"].value_counts(), bool(trained["has_genome"].any())
    pages = []
    for patient, rows in predictions.groupby("patient"):
        response = rows[rows["endpoint"] == "response"].sort_values("value", ascending=False)
        facts = patients.set_index("patient").loc[patient]
        own = features.loc[patient] if patient in features.index else None
        outside, lacking = rows[["outside", "lacking"]].fillna("").iloc[0]
        unread = int(rows["unread"].iloc[0])
        page = {"patient": patient, "cohort": facts["cohort"], **_told(rows, reference)}
        silent = sorted({*received.index} - {*response["arm"]})
        page["alike"] = alike.get(patient, [])
        page["verdict"] = verdict_of(response, outside, silent) + _doubt(page["alike"], set(train))
        page["arms"] = response.to_dict("records")
        page["received"] = received.reindex(sorted(rows["arm"].unique()), fill_value=0).to_dict()
        page["fewer_known"] = _fewer_known(rows, page["received"])
        is_strange = pd.notna(facts["arm"]) and facts["arm"] not in received
        page["planned"] = facts["arm"] if is_strange else None
        page["kin"] = int(families.get(facts["family"], 0)) if facts["family"] else 0
        page["failures"] = failures.get(patient, [])
        page["data"] = _data(own, known, facts, samples[samples["patient"] == patient])
        page["data"] |= {"outside": outside, "lacking": lacking, "unread": unread}
        page["data"]["has_like"] = page["data"]["genome"] and is_sequenced
        page["data"]["panel"] = _beside(panel.get(patient), [panel[p] for p in train if p in panel])
        pages.append(page)
    return pages


def _told(rows: pd.DataFrame, reference: pd.DataFrame) -> dict[str, list]:
    """What is predicted of one patient beside response, and what fewer models say than the rest."""
    others = rows[(rows["kind"] == "binary") & (rows["endpoint"] != "response")]
    return {
        "chances": others.to_dict("records"),
        "amounts": _amounts(rows[rows["kind"] == "quantity"]),
        "risks": _risks(rows[rows["kind"] == "survival"], reference),
        "fewer": [
            f"{row.endpoint} under {row.arm} by {row.models} of {row.of}"
            for row in rows[rows["models"] < rows["of"]].itertuples()
        ],
    }


def _fewer_known(rows: pd.DataFrame, received: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Gather by arm of how many patients an endpoint is known, where not of all of them."""
    counts = {
        endpoint: dict(sorted(zip(own["arm"], own["taught"], strict=True)))
        for endpoint, own in rows.groupby("endpoint", sort=False)
    }
    return {
        endpoint: known
        for endpoint, known in counts.items()
        if any(known[arm] != received[arm] for arm in known)
    }


def panel_by_patient(tables: Iterable[pd.DataFrame]) -> dict[str, dict]:
    """Sum up what each patient's samples show of a panel's alleles; all as text.

    Args:
        tables: Of each cohort: `patient gene chromosome position reference alternate id state`.

    Returns:
        By patient, `alleles` (how many were asked for), and the names of those that a sample has
        (`carried`), that is absent (`absent`) and that no sample covers (`unseen`). An ID of
        several alleles, as of a site with more than one alternate, names none of them alone.
    """
    facts = {}
    for table in tables:
        place = table["chromosome"] + ":" + table["position"]
        change = place + " " + table["reference"] + ">" + table["alternate"]
        several = change.groupby(table["id"]).transform("nunique") > 1
        name = table["id"].where(~several, table["id"] + " " + change)
        name = name.where(table["id"] != ".", change)
        name += (" (" + table["gene"] + ")").where(table["gene"] != "", "")
        for patient, states in table["state"].groupby(table["patient"]):
            found = states.groupby(name[states.index], sort=False).agg(set)
            facts[patient] = {
                "alleles": len(found),
                "carried": [allele for allele, own in found.items() if "carried" in own],
                "absent": [
                    name for name, own in found.items() if own - {"not covered"} == {"absent"}
                ],
                "unseen": [allele for allele, own in found.items() if own == {"not covered"}],
            }
    return facts


def doubles_of(warnings: pd.DataFrame) -> dict[str, list[str]]:
    """Name by patient all who may be the same person, each with what is the same of both.

    Args:
        warnings: `check name` of the checks for shortcuts, raised or not.
    """
    circles = {}
    for row in warnings[warnings["check"].str.startswith("same ")].itertuples():
        one, other = row.name.split(", ")
        circles.setdefault((row.check, one), [one]).append(other)
    found = {}
    # Of clinical rows alike the check names each beside the first alone.
    for (check, _), people in circles.items():
        for own, double in permutations(people, 2):
            told = found.setdefault(own.split(" of ")[0], {})
            told[f"{double} ({check})"] = None
    return {patient: list(told) for patient, told in found.items()}


def _beside(own: Mapping | None, others: list[Mapping]) -> dict | None:
    """Add the alleles that a patient carries and nobody of the others: `strange`, or `untold`.

    Untold are those of which of none of the others is known whether they carry them, as where these
    came without reads.
    """
    if own is None:
        return None
    known, absent = (
        {allele for other in others for allele in other[state]} for state in ("carried", "absent")
    )
    alone = [allele for allele in own["carried"] if allele not in known]
    strange = [allele for allele in alone if allele in absent]
    return {**own, "strange": strange, "untold": [one for one in alone if one not in absent]}


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


def verdict_of(response: pd.DataFrame, outside: str, silent: Sequence[str] = ()) -> str:
    """Say what a patient's answers come to, or that there is not enough evidence.

    An arm is preferred to none of which nothing is known.

    Args:
        response: `arm answer` of one patient, one row per arm: `response`, `no response`, `few
            patients`, or anything else where no single outcome is left.
        outside: The patient's values outside all that training patients showed; may be empty.
        silent: Arms that training patients received, and under which nothing is said of response.
    """
    if outside:
        return f"Not enough evidence. Outside what the model has seen: {outside}."
    if not len(response):
        return "Nothing is said of response."
    arms, answers = response["arm"], response["answer"]
    good, bad = (arms[answers == answer].tolist() for answer in ("response", "no response"))
    few = arms[answers == "few patients"].tolist()
    unsure = arms[~answers.isin(["response", "no response", "few patients"])].tolist()
    said = [
        (unsure, "Not enough evidence: no single outcome is left under"),
        (few, "Not enough evidence: too few patients with a known outcome were given"),
        (good, "Response is expected under"),
        (bad, "No response is expected under"),
        (silent, "Nothing is said of response, as no model learnt it, under"),
    ]
    words = [f"{text} {' and '.join(sorted(names))}." for names, text in said if names]
    if len(good) == 1 and bad and not (unsure or few or silent):
        words.append(
            f"So {good[0]} is preferred. This is a prediction from patients whose arms may have "
            "been chosen for a reason, not proof of benefit."
        )
    return " ".join(words)


def _doubt(alike: Sequence[str], trained: Collection[str]) -> str:
    """Say beside a verdict who of those that taught the models may be the same person."""
    taught = [name for name in alike if name.split(" of ")[0] in trained]
    return f" No forecast, if this is {' or '.join(taught)}: models learnt the outcome." * bool(
        taught
    )


def _amounts(rows: pd.DataFrame) -> list[dict]:
    """Say of each amount whether it has a band; too few patients may bound nothing."""
    limits = rows[["low", "high"]].to_numpy(float)
    return rows.assign(bounded=np.isfinite(limits).all(axis=1)).to_dict("records")


def _risks(rows: pd.DataFrame, reference: pd.DataFrame) -> list[dict]:
    """Place a patient's risks among those of the study's own patients."""
    risks = []
    for endpoint, own in rows.groupby("endpoint"):
        others = reference.loc[reference["endpoint"] == endpoint, "value"].to_numpy()
        for row in own.to_dict("records"):
            places = {name: risk_place(row[name], others) for name in ("value", "low", "high")}
            named = {"endpoint": endpoint, "arm": row["arm"], "others": len(others)}
            risks.append(named | places | {"bounded": bool(np.isfinite(row["low"]))})
    return risks


def risk_place(risk: float, others: np.ndarray) -> float:
    """Share of the others whose risk is lower, equal ones counting half; NaN without others."""
    if not len(others) or not np.isfinite(risk):
        return np.nan
    return float(((others < risk) + 0.5 * (others == risk)).mean())


def _data(
    own: pd.Series | None, known: pd.DataFrame, facts: pd.Series, samples: pd.DataFrame
) -> dict:
    """Say what the prediction could use, and what it lacked."""
    present = [] if own is None else list(own.index[own.notna()])
    return {
        "genome": bool(facts["has_genome"]),
        "samples": samples[["sample", "tissue", "kind"]].to_dict("records"),
        "present": len(present),
        "features": known.shape[1],
        "missing": [name for name in known.columns if name not in present],
    }


def overview(pages: list[dict]) -> pd.DataFrame:
    """One row per patient: what the index of the pages lists.

    What is said first is the verdict, and no number of who lies outside what the model has seen
    stands by itself: it is on the patient's page, beside the reason.
    """
    rows = []
    for page in pages:
        row = {"patient": page["patient"], "in words": page["verdict"]}
        for arm in page["arms"]:
            told = NONE if page["data"]["outside"] else percent(arm["value"])
            row[f"response, {arm['arm']}"] = told
        row |= {"genome": "yes" if page["data"]["genome"] else "no", "cohort": page["cohort"]}
        rows.append(row)
    return pd.DataFrame(rows).fillna(NONE)
