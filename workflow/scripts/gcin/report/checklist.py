"""What a report of a prediction model should cover, and what this run can say of it (TRIPOD+AI).

Facts come from the run: settings, cards and tables. What only people know, such as funding or
ethical approval, is `not done`, and so is what the study did not do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from gcin.report.search import searched_designs
from gcin.report.thresholds import threshold_words
from gcin.report.words import amount, label, level, percent

DONE, PARTLY, NOT = "done", "partly", "not done"
NAMED = (
    "and pages of new patients name an outcome where the other is ruled out, at the coverage of "
    "conformal.tsv"
)


@dataclass(frozen=True)
class Facts:
    """What is known of a run.

    Attributes:
        study: The study as configured.
        cards: Card of each of its cohorts.
        settings: `model`, `evaluation` and `quality` of the configuration.
        patients: The study's patients.
        features: Clinical features, indexed by patient.
        tables: `metrics subgroups warnings`; `external`, `policy`, `policy_balance`, `propensity`,
            `trials`, `tried` and `histories` where there are any.
    """

    study: Mapping
    cards: Mapping[str, Mapping]
    settings: Mapping
    patients: pd.DataFrame
    features: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]

    @property
    def training(self) -> pd.DataFrame:
        """Patients who take part in the splits."""
        return self.patients[self.patients["role"] == "train"]

    @property
    def learnt(self) -> pd.DataFrame:
        """Their clinical features; others, as of an external cohort alone, teach no model."""
        return self.features.reindex(self.training["patient"]).dropna(axis=1, how="all")


def checklist(items: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    """Fill in a list of points to report.

    Args:
        items: `item section topic`, all text.
        facts: Of the run.

    Returns:
        `item section topic status fact`; status is `done`, `partly` or `not done`.
    """
    said = {item: (status, fact) for item, status, fact in answers(facts)}
    rows = [said.get(item, (NOT, "")) for item in items["item"]]
    return items.assign(status=[row[0] for row in rows], fact=[row[1] for row in rows])


def answers(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Say of each point that the run knows something of: item, status, fact."""
    yield from _of_data(facts)
    yield from _of_methods(facts)
    yield from _of_evaluation(facts)
    yield from _of_results(facts)


def _of_data(facts: Facts) -> Iterator[tuple[str, str, str]]:
    study, cohorts = facts.study, [*facts.study["cohorts"], *facts.study["external"]]
    titles = "; ".join(f"{name}: {facts.cards[name]['title']}" for name in cohorts)
    ends = ", ".join(study["endpoints"])
    yield "1", PARTLY, f"development and internal validation; endpoints {ends}; {titles}"
    tested = "development and external evaluation" if study["external"] else "development"
    yield "4", PARTLY, f"{tested}; the aim itself is for people to state"
    yield "5a", DONE, titles
    sites = facts.patients["site"].nunique()
    if sites:
        yield "6a", PARTLY, f"{sites} sites, unnamed; their kind and place are not in the data"
    arms = ", ".join(sorted(facts.training["arm"].dropna().astype(str).unique()))
    told = "each has its own prediction of what is known of any patient who received it"
    yield "6c", PARTLY, f"arms {arms}; {told}"
    yield "7", DONE, f"sheets and cards refused where they contradict{_checked(facts)}"
    yield "8a", PARTLY, "; ".join(f"{name}: {_source(spec)}" for name, spec in
                                  study["endpoints"].items())  # fmt: skip


def _checked(facts: Facts) -> str:
    """Say against what samples were held, where there may be any: those of checks with a limit."""
    checks = facts.settings["quality"]["checks"].items()
    asked = [name for name, check in checks if check.get("limit", 0) is not None]
    if not asked or not facts.patients["has_genome"].any():
        return ""
    return f"; samples that are called here (none of a VCF or MAF) held against {', '.join(asked)}"


def _source(spec: str | Mapping) -> str:
    """Which outcomes of the cards an endpoint is made of."""
    return spec if isinstance(spec, str) else " and ".join(spec.values())


def _of_methods(facts: Facts) -> Iterator[tuple[str, str, str]]:
    model, study, split = facts.settings["model"], facts.study, facts.study["split"]
    learnt, columns = facts.learnt, facts.learnt.shape[1]
    yield "9a", DONE, f"{columns} clinical columns mapped in the cards; {_chosen(facts)}"
    yield "9b", PARTLY, "only values known on day 0 are read; units stand in the cards"
    share = percent(learnt.isna().to_numpy().mean()) if columns else percent(0)
    how = model["preparation"]["imputation"]["method"]
    marked = ", marked" * model["preparation"]["imputation"]["mark_missing"]
    yield (
        "11",
        DONE,
        f"{share} of training patients' clinical values missing; filled by {how} of "
        f"training patients{marked}",
    )
    yield "12a", DONE, f"{division_of(split['scheme'])}; never divided: {', '.join(split['group'])}"
    bent = ", knots or steps" * bool(model["preparation"]["clinical_knots"])
    yield "12b", DONE, f"scaled, log where skewed{bent}, all fitted on training patients"
    kinds = ", ".join(facts.study["designs"])
    searched = searched_designs(facts.tables)
    search = f"; trials of the settings of {', '.join(searched)}" if searched else ""
    tuned = f"tuned on patients held out of training{search}; tested on others"
    yield "12c", DONE, f"{kinds}; {tuned}"
    yes_or_no = [name for name, spec in study["endpoints"].items() if isinstance(spec, str)]
    if yes_or_no:
        fact = f"{', '.join(yes_or_no)} recalibrated on patients held out of training"
        yield "12f", DONE, fact
    means = ", seeds averaged" * (len(model["training"]["seeds"]) > 1)
    yield "12g", DONE, f"by the models of the folds that a patient had no part in{means}"
    read = "; accuracy beside the majority rate, PR AUC beside chance" * bool(yes_or_no)
    yield "13", DONE, f"no resampling{read}"
    outputs = [output_of(name, spec) for name, spec in study["endpoints"].items()]
    counted = threshold_words(facts.settings["evaluation"]["threshold"])
    named = f", {NAMED}" * ("response" in yes_or_no)
    read = f"accuracy and the like {counted}{named}" if yes_or_no else "no threshold"
    yield "15", DONE, "; ".join([*outputs, read])
    yield "18f", PARTLY, "digest of the code of every rule in the report; where it lies is not said"


def _chosen(facts: Facts) -> str:
    """Say which columns and genes models read, each on the training patients of its fold."""
    limits = facts.settings["model"]["preparation"]
    method = limits["selection"]["method"]
    columns = "all that vary are read" if method == "none" else (
        f"{method} chooses in the fold among them and the burdens of genes, for linear models and "
        "the linear path of networks"
    )  # fmt: skip
    if not facts.training["has_genome"].any():
        return columns
    return (
        f"{columns}; genes: of those callable in {level(limits['min_callable'])} of training "
        f"patients the {limits['max_genes']} at most that are altered in the most of them; burdens "
        f"of genes: those in which {level(limits['min_burden_share'])} of them differ"
    )


def output_of(endpoint: str, spec: str | Mapping) -> str:
    """Say what is predicted of an endpoint."""
    if isinstance(spec, str):
        return f"probability of {endpoint} under each arm"
    if "amount" in spec:
        return f"amount of {endpoint} under each arm, with a band of stated coverage"
    return f"risk and curve of {endpoint} under each arm"


def division_of(scheme: str | Mapping) -> str:
    """Say how a study's patients are divided."""
    if isinstance(scheme, str):
        return f"{scheme} per cent for training, validation and test"
    return f"{scheme['name']} division, {scheme['folds']} folds, {scheme['repeats']} repeats"


def _of_evaluation(facts: Facts) -> Iterator[tuple[str, str, str]]:
    metrics = facts.tables["metrics"]
    measured = list(dict.fromkeys(metrics["metric"][metrics["value"].notna()]))
    yield "12e", DONE, ", ".join(label(name) for name in measured) + f"; {_policy_of(facts)}"
    groups = facts.tables["subgroups"]
    known = groups[groups["metric"] != "too few"]
    names = sorted(set(known["grouping"]))
    if names:
        yield "14", PARTLY, f"performance by {', '.join(names)}; no mitigation"
        yield (
            "23a",
            DONE,
            f"metrics.tsv, and by {', '.join(names)} in subgroups.tsv, with intervals",
        )
    else:
        yield "23a", PARTLY, "metrics.tsv with intervals; no group is large enough to be measured"
    if "site" in names:
        yield "12d", DONE, "by site in subgroups.tsv, and within sites in warnings.tsv"
        yield "23b", DONE, "by site in subgroups.tsv"
    external = facts.tables.get("external")
    if external is not None and len(external):
        cohorts = ", ".join(sorted(set(external["cohort"])))
        yield "16", PARTLY, f"evaluated on {cohorts}; its table of patients stands in the report"
        yield "20c", PARTLY, f"{cohorts} beside the training cohorts in the report's first table"


def _policy_of(facts: Facts) -> str:
    """Say whether the value of recommendations was estimated, and on what it rests."""
    if "policy" not in facts.tables:
        return "value of a treatment policy not estimated, as no confounders are declared"
    declared = ", ".join(facts.study["policy"]["confounders"])
    return f"value of each design's treatment policy in policy.tsv, given that {declared} are all"


def _of_results(facts: Facts) -> Iterator[tuple[str, str, str]]:
    roles = facts.patients["role"].value_counts()
    flow = ", ".join(f"{count} {role}" for role, count in roles.items())
    yield "20a", PARTLY, f"{flow}; who was not in the data is not known"
    yield (
        "20b",
        PARTLY,
        "arms, outcomes and follow-up by cohort and role, and missing values, in the report; ages, "
        "stages and other predictors are not described",
    )
    events = "; ".join(_events(facts, name) for name in facts.study["endpoints"])
    whole = "training, tuning and test together, divided in balance.tsv"
    yield "21", PARTLY, f"of a known arm, without which nobody teaches or tests: {events}; {whole}"
    yield "22", PARTLY, "every fitted model is kept; a network has no formula to print"
    raised = int(facts.tables["warnings"]["raised"].sum())
    yield "26", PARTLY, f"the report lists limits; possible shortcuts raised: {raised}"
    yield (
        "27a",
        PARTLY,
        "missing values and genes are masked or filled; a cohort unlike is not refused",
    )
    yield "27b", PARTLY, "not for clinical use; pages say what a prediction rests on"


def _events(facts: Facts, endpoint: str) -> str:
    """Patients and events of an endpoint."""
    analysed = facts.training[facts.training["arm"].notna()]
    if endpoint in analysed:
        known = analysed[endpoint].dropna()
        return f"{endpoint}: {len(known)} patients, {int(known.sum())} with it"
    if f"{endpoint}_amount" in analysed:
        known = analysed[f"{endpoint}_amount"].dropna()
        return f"{endpoint}: {len(known)} patients, median {amount(known.median())}"
    known = analysed[[f"{endpoint}_time", f"{endpoint}_event"]].dropna()
    return f"{endpoint}: {len(known)} patients, {int(known[f'{endpoint}_event'].sum())} events"
