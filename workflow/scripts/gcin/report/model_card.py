"""The model card: what a design is, for whom, how good, and what was not done."""

from collections.abc import Iterator, Mapping

import pandas as pd

from gcin.report.assignment import assignment_words
from gcin.report.checklist import DONE, NOT, PARTLY, Facts, division_of, output_of
from gcin.report.genes import gene_sentences
from gcin.report.policy import control_sentences, policy_sentences
from gcin.report.pretraining import taught_words
from gcin.report.search import searched_words
from gcin.report.tables import IN_GROUPS, cohort_table
from gcin.report.thresholds import threshold_words
from gcin.report.words import (
    Markdown,
    count,
    in_markdown,
    interval,
    label,
    locked_opened,
    opened,
    shortcuts_raised,
    silences,
)

# Checks that ask how far one fact goes alone, as the card names them.
ASKED = {"one column": "clinical columns", "site": "sites", "cohort": "cohorts"}
SHOWN = (
    "roc_auc",
    "pr_auc",
    "pr_chance",
    "prevalence",
    "brier",
    "calibration_slope",
    "accuracy",
    "majority",
)
SHOWN += (
    "harrell_c",
    "uno_c",
    "integrated_brier",
    "mae",
    "rmse",
    "r2",
    "within_20_percent",
    "bias",
)


def card_facts(facts: Facts, checked: pd.DataFrame) -> dict:
    """Gather what the card says.

    Args:
        facts: Of the run.
        checked: As `gcin.report.checklist.checklist` gives it.
    """
    study, model = facts.study, facts.settings["model"]
    design, tables, preparation = study["predict_with"], facts.tables, model["preparation"]
    counts, open_points = checked["status"].value_counts(), checked[checked["status"] == NOT]
    return {
        "predict_with": design,
        "kind": model["designs"][design]["kind"],
        "others": [name for name in study["designs"] if name != design],
        "outputs": list(outputs_of(study["endpoints"], tables["metrics"], design)),
        "backend": model["backend"],
        "seeds": model["training"]["seeds"],
        "imputation": preparation["imputation"]["method"],
        "selection": preparation["selection"]["method"],
        "taught": list(taught_words(tables["histories"])) if "histories" in tables else [],
        "genes": gene_sentences(tables["gene_stability"], design),
        "searched": searched_words(tables),
        "cohorts": markdown(cohort_table(facts.patients, study["endpoints"])),
        "division": division_of(study["split"]["scheme"]),
        "grouped": study["split"]["group"],
        "external": study["external"],
        "silences": silences(tables),
        "openings": opened(tables),
        "test_openings": locked_opened(tables),
        **_performance(facts),
        **policy_facts(tables, study),
        "arms_said": assignment_words(tables),
        "limits": facts.settings["evaluation"]["subgroups"],
        "warnings": shortcuts_raised(tables["warnings"]),
        "quiet": looked_for(tables["warnings"]),
        "undone": [f"{row.topic} ({row.item})" for row in open_points.itertuples()],
        "items": len(checked),
        "done": int(counts.get(DONE, 0)),
        "partly": int(counts.get(PARTLY, 0)),
    }


def policy_facts(tables: Mapping[str, pd.DataFrame], study: Mapping) -> dict:
    """Say what following the design that predicts was shown to gain, where a policy is declared.

    Args:
        tables: Of the run, with `policy` where one is declared.
        study: As configured.
    """
    policy, design = study["policy"], study["predict_with"]
    if "policy" not in tables:
        return {"policy": policy, "policies": [], "controls": []}
    told = policy_sentences(tables["policy"], design, policy["min_patients"])
    controls = control_sentences(tables["policy_control"], design)
    return {"policy": policy, "policies": told, "controls": controls}


def _performance(facts: Facts) -> dict:
    """What was measured, and from which probability on a response counts as predicted."""
    study, tables = facts.study, facts.tables
    designs, is_external = study["designs"], len(tables.get("external", ())) > 0
    keys = ["cohort", "endpoint"]
    has_answers = any(isinstance(spec, str) for spec in study["endpoints"].values())
    rule = facts.settings["evaluation"]["threshold"]
    return {
        "counted": threshold_words(rule) if has_answers else "",
        "metrics": metric_rows(tables["metrics"], designs, keys[1:]),
        "external_metrics": metric_rows(tables["external"], designs, keys) if is_external else "",
        "subgroups": group_rows(tables["subgroups"], study["predict_with"]),
    }


def outputs_of(endpoints: Mapping, metrics: pd.DataFrame, design: str) -> Iterator[str]:
    """Say what a design puts out, and of which endpoints others speak and it does not.

    Args:
        endpoints: Of the study, as configured.
        metrics: `design endpoint` of what was measured.
        design: The design in question.
    """
    own = set(metrics["endpoint"][metrics["design"] == design])
    silent = set(metrics["endpoint"]) - own
    for name, spec in endpoints.items():
        yield f"nothing of {name}" if name in silent else output_of(name, spec)


def looked_for(warnings: pd.DataFrame) -> str:
    """Say what a study without a warning was looked through for, and what could not be."""
    made = set(warnings["check"])
    done = [name for check, name in ASKED.items() if check in made]
    undone = [name for check, name in ASKED.items() if check not in made]
    words = ["no two patients look like one, as far as alleles and clinical rows tell"]
    if done:
        words.append(f"no single one of these orders the outcomes by itself: {', '.join(done)}")
    if undone:
        few = "too few patients have an outcome, or all are alike"
        words.append(f"not looked at, as {few}: {', '.join(undone)}")
    return "; ".join(words)


def metric_rows(metrics: pd.DataFrame, designs: list[str], keys: list[str]) -> str:
    """Designs side by side in the measures that the card shows, as a Markdown table."""
    shown = metrics[metrics["metric"].isin(SHOWN)]
    cells = shown.assign(
        cell=[interval(row) for _, row in shown.iterrows()], measure=shown["metric"].map(label)
    )
    return _spread(cells, [*keys, "measure", "n"], designs)


def group_rows(subgroups: pd.DataFrame, design: str) -> str:
    """One design in its groups, as a Markdown table; empty where none was measured."""
    own = subgroups[(subgroups["design"] == design) & subgroups["metric"].isin(IN_GROUPS)]
    if not len(own):
        return ""
    cells = own.assign(
        cell=[interval(row) for _, row in own.iterrows()],
        measure=own["metric"].map(label),
        events=own["events"].map(count),
    )
    keys = ["endpoint", "grouping", "group", "n", "events"]
    return _spread(cells, keys, list(dict.fromkeys(cells["measure"])), "measure")


def _spread(cells: pd.DataFrame, keys: list[str], order: list[str], names: str = "design") -> str:
    """Spread `cell` over one column for each of `names`, in this order."""
    wide = cells.pivot_table(values="cell", index=keys, columns=names, aggfunc="first", sort=False)
    columns = [name for name in order if name in wide]
    return markdown(wide[columns].reset_index().fillna(""))


def markdown(table: pd.DataFrame) -> Markdown:
    """Write a table in Markdown, its cells as they are."""
    cells = [map(in_markdown, row) for row in [list(table.columns), *table.astype(str).to_numpy()]]
    head, *rows = [f"| {' | '.join(row)} |" for row in cells]
    return Markdown("\n".join([head, "| --- " * table.shape[1] + "|", *rows]))
