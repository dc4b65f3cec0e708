"""The facts that a study's page prints, gathered from its tables."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from gcin.generations import digest
from gcin.report import tables as made
from gcin.report.abstention import abstention_table
from gcin.report.assignment import assignment_rows, assignment_words
from gcin.report.genes import gene_table
from gcin.report.pages import library_versions
from gcin.report.policy import control_sentences, floor_table, policy_tables
from gcin.report.reading import read_table
from gcin.report.words import locked_opened, opened, shortcuts_raised, silences, summary, unmeasured


def study_facts(
    tables: Mapping[str, pd.DataFrame],
    patients: pd.DataFrame,
    features: pd.DataFrame,
    settings: Mapping,
    networks: list[str],
) -> dict:
    """Gather what the page says of patients and designs.

    Args:
        tables: `metrics differences tests warnings calibration logrank d_calibration subgroups
            hazard_ratios restricted_means answered seeds thresholds test_openings balance
            gene_ranks gene_stability patients` and, where the study has them, `conformal`,
            `abstention`, `learning_curve`, `propensity`, `policy`, `policy_balance` and
            `policy_control`, `external`, `external_answered` and `openings`, and `planted`.
        patients: The study's patients.
        features: Clinical features by patient.
        settings: The study as configured.
        networks: Designs that are networks.
    """
    external, planted = map(tables.get, ("external", "planted"))
    return {
        **{name: settings[name] for name in ("cohorts", "external", "predict_with")},
        "sentences": summary(tables["metrics"], tables["differences"], networks)
        + unmeasured(tables["metrics"], settings["endpoints"]),
        "cohort_table": made.cohort_table(patients, settings["endpoints"]),
        "missing": made.missing_table(features, patients),
        "balance": made.printed(tables["balance"], made.MOST_ROWS),
        "strata": len(tables["balance"]),
        "silences": silences(tables),
        "openings": opened(tables),
        "test_openings": locked_opened(tables),
        "metrics": made.metric_tables(tables["metrics"], settings["designs"]),
        "differences": made.difference_table(tables["differences"]),
        "tests": made.significance_table(tables["tests"]),
        "genes": gene_table(tables["gene_stability"], tables["gene_ranks"]),
        "seeds": made.seed_table(tables["seeds"]),
        "warnings": shortcuts_raised(tables["warnings"]),
        "shortcuts": made.shortcut_table(tables["warnings"]),
        "subgroups": made.subgroup_tables(tables["subgroups"], settings["designs"]),
        "means": made.restricted_mean_table(tables["restricted_means"]),
        "hazards": made.hazard_ratio_table(tables["hazard_ratios"]),
        "calibration": made.calibration_summary(tables["calibration"]),
        **asked_facts(tables),
        **policy_facts(tables, settings),
        "logrank": made.logrank_table(tables["logrank"]),
        "d_calibration": made.d_calibration_table(tables["d_calibration"]),
        "external_metrics": []
        if external is None
        else made.metric_tables(external, settings["designs"]),
        "planted": None if planted is None else made.planted_table(planted),
        "predictions": made.prediction_table(tables["patients"]),
    }


def asked_facts(tables: Mapping[str, pd.DataFrame]) -> dict:
    """Gather what only some studies have, such as thresholds chosen; None where a study has none.

    Args:
        tables: As `study_facts` takes them.
    """
    printing = {
        "conformal": ("conformal", made.printed),
        "abstention": ("abstention", abstention_table),
        "learning": ("learning_curve", made.printed),
        "thresholds": ("thresholds", made.threshold_table),
    }
    told = {
        name: write(tables[table]) if table in tables else None
        for name, (table, write) in printing.items()
    }
    return told | propensity_facts(tables)


def propensity_facts(tables: Mapping[str, pd.DataFrame]) -> dict:
    """Gather what the page says of networks that tell which arm a patient received.

    Args:
        tables: As `study_facts` takes them.
    """
    told = tables.get("propensity", pd.DataFrame())
    if not len(told):
        return {"arms_told": None}
    return {"arms_told": assignment_rows(told), "arms_said": assignment_words(tables)}


def policy_facts(tables: Mapping[str, pd.DataFrame], settings: Mapping) -> dict:
    """Gather what the page says of treatment policies; `policy` is None where none is declared.

    Args:
        tables: As `study_facts` takes them.
        settings: The study as configured.
    """
    if "policy" not in tables:
        return {"policy": None}
    shown = policy_tables(tables["policy"], tables["policy_balance"])
    floors = floor_table(tables["policy"])
    told = {"policies": shown, "floors": floors}
    told["controls"] = control_sentences(tables["policy_control"])
    return {"policy": settings["policy"]} | told


def cohort_sections(quality: Iterable[str], concordance: Iterable[str]) -> list[dict]:
    """Gather each cohort's sample quality, and its agreement with a known truth.

    Args:
        quality: `results/cohorts/{cohort}/{generation}/quality/samples.tsv` of each cohort.
        concordance: `…/concordance.tsv` of the cohorts that have a truth.

    Returns:
        For each cohort `name multiqc count summary rows concordance`; `multiqc` is the address
        of the cohort's MultiQC page, seen from the study's page.
    """
    agreed = {_place(path): made.printed(read_table(path)) for path in concordance}
    sections = []
    for path in quality:
        samples = read_table(path)
        name, generation = _place(path)
        section = {"name": name, "count": len(samples)}
        section["rows"] = made.printed(samples, made.MOST_ROWS)
        section["multiqc"] = f"../../../../cohorts/{name}/{generation}/quality/multiqc.html"
        section["summary"] = made.quality_summary(samples)
        section["concordance"] = agreed.get((name, generation))
        sections.append(section)
    return sections


def _place(path: str) -> tuple[str, str]:
    """Cohort and generation that a file under `…/{cohort}/{generation}/quality/` belongs to."""
    return Path(path).parts[-4], Path(path).parts[-3]


def origin(receipts: Iterable[str], code: Mapping[str, Mapping[str, str]]) -> dict:
    """Say which generations, tools, libraries and code the numbers come from.

    Args:
        receipts: `results/cohorts/{cohort}/{generation}/receipt.json` of each cohort.
        code: The digests of each rule's modules.
    """
    rows = []
    for path in receipts:
        sealed = json.loads(Path(path).read_text())
        tools = ", ".join(f"{tool} {version}" for tool, version in sorted(sealed["tools"].items()))
        row = {"cohort": Path(path).parts[-3], "generation": sealed["generation"]}
        rows.append(row | {"samples": len(sealed["samples"]), "tools": tools})
    versions = library_versions().items()
    codes = [(rule, digest(modules)) for rule, modules in code.items()]
    return {
        "generations": pd.DataFrame(rows),
        "libraries": pd.DataFrame(versions, columns=["library", "version"]),
        "code": pd.DataFrame(codes, columns=["rule", "digest"]),
    }
