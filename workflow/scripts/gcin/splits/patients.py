"""The patients of a study: who trains, who tests from outside, who is new, and their outcomes."""

from collections.abc import Iterable, Mapping

import pandas as pd

DESCRIBED = ("cancer_type", "arm", "family", "site")


def patients_of(
    clinical: Mapping[str, pd.DataFrame],
    genomes: Mapping[str, Iterable[str]],
    external: Iterable[str],
    endpoints: Mapping[str, str | Mapping[str, str]],
) -> pd.DataFrame:
    """List a study's patients.

    Args:
        clinical: Each cohort's `patient cancer_type arm family site` and a column per outcome.
        genomes: Patients of each cohort who have a genome.
        external: Cohorts that are not trained on.
        endpoints: Name of a binary outcome, or of those with `months` and `event`.

    Returns:
        One row per patient, sorted: `patient cohort role cancer_type arm family site has_genome`,
        each binary endpoint, `{endpoint}_time` (months) and `{endpoint}_event` of survival; NaN
        where missing. Role `new`: of a training cohort, without any outcome.

    Raises:
        ValueError: A patient stands in two cohorts, or none has an outcome to train on.
    """
    tables = [
        _of_cohort(cohort, table, set(genomes[cohort]), cohort in set(external), endpoints)
        for cohort, table in clinical.items()
    ]
    patients = pd.concat(tables, ignore_index=True).sort_values("patient", ignore_index=True)
    twice = int(patients["patient"].duplicated().sum())
    if twice:
        raise ValueError(
            f"{twice} patient(s) stand in several cohorts of the study ({', '.join(clinical)}), "
            "and each counts once. Name cohorts without common patients."
        )
    if not (patients["role"] == "train").any():
        raise ValueError(
            "No patient of the training cohorts has an outcome. Correct the study's endpoints, or "
            "the outcome mappings of the cards."
        )
    return patients


def _of_cohort(
    cohort: str, table: pd.DataFrame, genomes: set[str], external: bool, endpoints: Mapping
) -> pd.DataFrame:
    """Name the outcomes of one cohort's patients as the study does, and give each a role."""
    unlisted = sorted(genomes - set(table["patient"]))
    table = pd.concat([table, pd.DataFrame({"patient": unlisted}, dtype=object)], ignore_index=True)
    outcomes = pd.DataFrame(
        {
            name: pd.to_numeric(table[outcome]) if outcome in table else float("nan")
            for name, outcome in _columns(endpoints).items()
        },
        index=table.index,
        dtype=float,
    )
    known = outcomes.notna().any(axis=1)
    role = "external" if external else known.map({True: "train", False: "new"})
    described = table[["patient", *DESCRIBED]].astype(object)
    described = described.where(described.notna(), None)
    described.insert(1, "cohort", cohort)
    described.insert(2, "role", role)
    described["has_genome"] = table["patient"].isin(genomes)
    return pd.concat([described, outcomes], axis=1)


def _columns(endpoints: Mapping) -> dict[str, str]:
    """Map each column of the study's table to the outcome that fills it."""
    columns = {}
    for name, outcome in endpoints.items():
        if isinstance(outcome, str):
            columns[name] = outcome
        else:
            columns |= {f"{name}_time": outcome["months"], f"{name}_event": outcome["event"]}
    return columns
