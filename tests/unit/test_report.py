"""Pages: self-contained, honest, complete, and without what they should not show."""

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import synthetic_study as made

from gcin.intake.halves import HALVES, halves_read
from gcin.report._templates import templates
from gcin.report.failures import failures_of
from gcin.report.figures import FIGURES, draw
from gcin.report.genes import gene_table
from gcin.report.pages import inline_images, patient_documents, render
from gcin.report.patients import (
    doubles_of,
    panel_by_patient,
    patient_pages,
    risk_place,
    unseen_risks,
    verdict_of,
)
from gcin.report.policy import policy_sentences, policy_tables, worst_imbalances
from gcin.report.reading import read_tables
from gcin.report.study import cohort_sections, origin, study_facts
from gcin.report.tables import (
    cohort_table,
    hazard_ratio_table,
    metric_tables,
    prediction_table,
    quality_summary,
    restricted_mean_table,
    subgroup_tables,
    threshold_table,
)
from gcin.report.words import interval, level, number, percent, summary, unmeasured, verdict

BORROWED = "weighed_by_others"


@pytest.fixture(scope="module")
def study():
    table = made.patients()
    return table, made.tables_of(table, made.predictions(table))


@pytest.fixture(scope="module")
def report(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return write_report(*study, folder)


def write_report(table, tables, folder):
    """Render the whole report as the workflow would; figures drawn on the way."""
    for name in FIGURES:
        draw(name, tables[name], list(made.DESIGNS)).savefig(folder / f"{name}.png")
    paths = made.write_cohort(folder, table)
    return render(
        "report.html",
        title="GCIN report",
        study="response",
        edition="ba9876543210",
        confidence=0.95,
        draws=100,
        counted="count a probability of one half and more as a yes, whatever the data say",
        budgets=["gcin chose among 21 settings, boosting among 4"],
        figures=inline_images(sorted(map(str, folder.glob("*.png")))),
        quality=cohort_sections(paths["quality"], paths["concordance"]),
        **study_facts(tables, table, made.features(table), made.SETTINGS, ["gcin"]),
        **origin(paths["receipts"], {"train_network": {"gcin/model/network.py": "abc"}}),
    )


class Links(HTMLParser):
    """Collects addresses and open tags."""

    def __init__(self, html):
        """Read a page."""
        super().__init__()
        self.addresses, self.open, self.unbalanced = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        """Note a tag and where it points."""
        self.addresses += [value for name, value in attributes if name in ("src", "href")]
        if tag not in ("meta", "img", "br", "link", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Note a tag that closes another than the innermost."""
        if self.open.pop() != tag:
            self.unbalanced.append(tag)


def test_a_policy_stands_beside_its_assumptions(report):
    section = report.split('<h2 id="policy">')[1].split("<h2")[0]
    assert "nothing that matters for the outcome but age, sex" in section
    for words in ("gain over care as given", "followers less others", "E-value", "boosting"):
        assert words in section
    assert "no effect of the policy" in section
    first, second = re.findall(r"<li>(.*?)</li>", section, re.S)
    assert first.startswith("boosting for response: 0.080 (0.030 to 0.130) of fracture")
    assert "zero is excluded" in first
    assert "zero is not excluded" in second


@pytest.mark.parametrize(
    ("control", "words"),
    [("fracture", "was not checked: no design"), (None, "No negative control is declared")],
)
def test_a_negative_control_that_was_not_looked_at_is_told(study, control, words):
    table, tables = study
    none = tables | {"policy_control": tables["policy_control"].head(0)}
    policy = made.SETTINGS["policy"] | {"negative_control": control}
    settings = made.SETTINGS | {"policy": policy}
    facts = study_facts(none, table, made.features(table), settings, ["gcin"])
    html = render(
        "report.html", title="t", study="s", edition="e", confidence=0.95, draws=1, figures={},
        budgets=[], counted="", quality=[], **facts, **origin([], {}),
    )  # fmt: skip
    assert words in html


def test_arms_told_stand_beside_what_they_are_not_for(report, study):
    section = report.split('<h2 id="propensity">')[1].split("<h2")[0]
    assert "gcin: log loss" in section
    assert "Policies are not weighed by these chances" in section
    table, tables = study
    for rows in (None, tables["propensity"].head(0)):
        other = {name: own for name, own in tables.items() if name != "propensity"}
        given = other if rows is None else other | {"propensity": rows}
        facts = study_facts(given, table, made.features(table), made.SETTINGS, ["gcin"])
        assert facts["arms_told"] is None


@pytest.mark.parametrize("share", [0.0, 0.25])
def test_who_is_weighed_by_the_follow_up_of_others_stands_beside_a_policy(study, share):
    _, tables = study
    policy = tables["policy"]
    own = policy.assign(value=policy["value"].mask(policy["estimate"] == BORROWED, share))
    for each in policy_tables(own, tables["policy_balance"]):
        told = each["table"].get("weighed by follow-up of other arms or cohorts")
        assert (set(told) == {"25 %"}) if share else told is None


def test_no_policy_is_shown_where_none_is_declared(study):
    table, tables = study
    plain = {name: rows for name, rows in tables.items() if "policy" not in name}
    facts = study_facts(plain, table, made.features(table), made.SETTINGS, ["gcin"])
    assert facts["policy"] is None
    assert "policies" not in facts


def test_what_was_shown_of_a_policy_is_what_its_interval_says():
    columns = ["design", "endpoint", "unit", "floor", "estimate", "value", "low", "high", "n"]
    rows = []
    for endpoint, value, followers in (
        ("x", 0.2, 50),
        ("y", 0, 50),
        ("z", -0.2, 50),
        ("v", 0.2, 9),
    ):
        named = ("a", endpoint, "share", 0.05)
        rows.append((*named, "gain_over_care_given", value, value - 0.1, value + 0.1, 90.0))
        rows.append((*named, "effective_patients", followers, None, None, 90.0))
    rows.append(("a", "x", "share", 0.5, "gain_over_care_given", 0.0, -1.0, 1.0, 90.0))
    said = policy_sentences(pd.DataFrame(rows, columns=columns), "a", 30)
    assert [sentence.split("; ")[1] for sentence in said] == [
        "a gain was shown",
        "no difference was shown",
        "a loss was shown",
        "9 effective followers are too few to tell",
    ]
    assert said[0].startswith("x (share): 0.200 (0.100 to 0.300) over care as given, 90 patients")


def test_the_largest_imbalance_is_that_after_weighting():
    rows = [("d", "e", "a", "age", 0.9, 0.1), ("d", "e", "b", "sex", 0.2, -0.3)]
    columns = ["design", "endpoint", "arm", "confounder", "unweighted", "weighted"]
    worst = worst_imbalances(pd.DataFrame(rows, columns=columns))
    assert worst["d", "e"]["confounder"] == "sex"


def test_the_report_needs_nothing_but_itself(report):
    links = Links(report)
    assert not links.unbalanced
    assert not links.open
    assert "<script" not in report
    assert "http" not in re.sub(r"data:image/png;base64,[^\"]+", "", report)
    outside = {a for a in links.addresses if not a.startswith(("data:", "#"))}
    assert outside == {
        "../prediction/pages/index.html",
        "model_card.md",
        "tripod_ai.tsv",
        "../../../../cohorts/hospital_a/0123456789ab/quality/multiqc.html",
    }


def test_every_section_is_there_and_linked(report):
    targets = set(re.findall(r'<h2 id="([a-z]+)"', report))
    linked = {a[1:] for a in Links(report).addresses if a.startswith("#")}
    assert targets == linked
    assert {"summary", "quality", "survival", "external", "planted", "limits", "origin"} <= targets
    assert report.count("data:image/png") == len(FIGURES)


def test_the_report_says_who_searched_more_and_which_threshold_was_read(study, report):
    before = report.split("Paired differences")[0]
    assert "gcin chose among 21 settings, boosting among 4" in before
    assert "correlation count a probability of one half and more as a yes, whatever" in report
    assert "Thresholds chosen" not in report
    told = study[1]["thresholds"].assign(rule="youden", n=30)
    assert len(threshold_table(told)) == len(told) > 0


def test_the_report_says_how_often_answers_held_the_truth(report):
    assert "Answers and bands of stated coverage" in report
    assert "<h3>Answering only the surest</h3>" in report
    assert "its outcomes were looked at, over all editions of this study: once" in report
    assert "response=0" in report


def test_a_study_without_external_cohorts_or_truth_has_no_such_section(study, tmp_path):
    table, tables = study
    fewer = {name: t for name, t in tables.items() if name not in ("external", "planted")}
    settings = made.SETTINGS | {"external": []}
    facts = study_facts(fewer, table, made.features(table), settings, ["gcin"])
    html = render(
        "report.html", title="t", study="s", edition="e", confidence=0.95, draws=1, figures={},
        budgets=[], counted="",
        quality=[], **facts, **origin([], {}),
    )  # fmt: skip
    assert not {"external", "planted", "survival", "curves"} & set(re.findall(r'id="(\w+)"', html))


def test_shortcuts_stand_at_the_top_and_only_where_there_are_any(study, report):
    table, tables = study
    assert "Possible shortcuts" in report.split('id="summary"')[0]
    assert "P0001 of hospital_a, P0310 of hospital_b: 0.960 (alarm at 0.800, n = 212)" in report
    silent = tables["warnings"].assign(raised=False)
    facts = study_facts(
        tables | {"warnings": silent}, table, made.features(table), made.SETTINGS, ["gcin"]
    )
    assert facts["warnings"] == []
    assert len(facts["shortcuts"]) == len(silent)


def test_subgroups_and_hazard_ratios_stand_in_tables_with_sizes(study):
    _, tables = study
    groups = subgroup_tables(tables["subgroups"], list(made.DESIGNS))
    captions = [each["caption"] for each in groups]
    assert captions[0] == "os: Harrell C"
    assert "response: ROC AUC" in captions
    assert list(groups[0]["table"])[:5] == ["grouping", "group", "n", "events", "gcin"]
    ratios = hazard_ratio_table(tables["hazard_ratios"])
    assert set(ratios["model"]) == {"alone", "adjusted"}
    assert ratios["hazard ratio"].str.contains("to").any()
    pooled = hazard_ratio_table(tables["hazard_ratios"].assign(strata=[1, 2] * (len(ratios) // 2)))
    assert pooled["adjusted for"].str.startswith("cohort (strata)").tolist()[:2] == [False, True]
    means = restricted_mean_table(tables["restricted_means"])
    sure = means[(means["design"] == "gcin") & (means["group"] == 2)]
    assert sure["less that of group 1"].str.fullmatch(r"-[\d.]+ \(-[\d.]+ to -[\d.]+\)").all()
    assert (means.loc[means["group"] == 1, "less that of group 1"] == "\N{EN DASH}").all()


def test_a_small_study_has_empty_tables_of_checks_groups_and_ratios(study, tmp_path):
    table, tables = study
    empty = {}
    for name in (
        "warnings",
        "subgroups",
        "hazard_ratios",
        "restricted_means",
        "policy",
        "policy_balance",
        "policy_control",
    ):
        tables[name].head(0).to_csv(tmp_path / f"{name}.tsv", sep="\t", index=False)
        empty[name] = pd.read_csv(tmp_path / f"{name}.tsv", sep="\t")
    facts = study_facts(tables | empty, table, made.features(table), made.SETTINGS, ["gcin"])
    assert facts["warnings"] == facts["subgroups"] == facts["policies"] == []
    assert not len(facts["shortcuts"])
    assert not len(facts["hazards"])
    draw("subgroups", empty["subgroups"], list(made.DESIGNS)).savefig(tmp_path / "figure.png")


def test_time_watched_is_not_shown_as_median_survival(study):
    table = cohort_table(study[0], made.SETTINGS["endpoints"])
    assert table["os"].str.contains(r"events, watched for [\d.]+ mo in the median").any()


def test_metrics_stand_in_one_table_an_endpoint_with_designs_in_order(study):
    _, tables = study
    both = metric_tables(tables["metrics"], list(made.DESIGNS))
    columns = {each["caption"].split(":")[0]: list(each["table"]) for each in both}
    assert columns["os"] == ["metric", "gcin", "majority", "boosting", "cox"]
    assert columns["response"] == ["metric", "gcin", "majority", "boosting"]
    assert "(" in both[0]["table"]["gcin"].iloc[0]


def test_the_report_says_what_it_is_not_for(report):
    assert "Not for clinical use" in report


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.01, 0.09, "the first is better"), (-0.09, -0.01, "worse"), (-0.01, 0.1, "no difference")],
)
def test_a_difference_is_claimed_only_where_its_interval_excludes_zero(low, high, words):
    metrics = pd.DataFrame(
        {"design": ["gcin", "cox"], "endpoint": "os", "metric": "uno_c", "value": [0.7, 0.65]}
    ).assign(low=0.6, high=0.8, n=90)
    gap = {"design": ["gcin"], "reference": "cox", "endpoint": "os", "metric": "uno_c"}
    differences = pd.DataFrame(gap).assign(difference=0.05, low=low, high=high, n=90)
    (sentence,) = summary(metrics, differences, ["gcin"])
    assert words in sentence


def test_an_endpoint_without_a_figure_is_told(study):
    table, tables = study
    metrics = tables["metrics"]
    lost = metrics.assign(value=metrics["value"].mask(metrics["metric"] == "roc_auc"))
    assert unmeasured(metrics, ["response", "os"]) == []
    for known in (lost, metrics[metrics["endpoint"] == "os"]):
        told = study_facts(
            tables | {"metrics": known}, table, made.features(table), made.SETTINGS, ["gcin"]
        )
        assert [each.startswith("For response, no design") for each in told["sentences"]] == [
            False, True,
        ]  # fmt: skip


def test_a_difference_without_an_interval_has_none_that_holds_zero():
    row = {"design": "a", "endpoint": "e", "metric": "roc_auc"}
    other = pd.Series(row | {"design": "b"})
    gap = row | {"reference": "b", "difference": 0.1, "low": np.nan, "high": np.nan}
    told = verdict(pd.Series(row), other, pd.DataFrame([gap]))
    assert told == "Their paired difference, 0.100, has no interval: no difference was shown."


def test_a_difference_taken_the_other_way_is_turned_round():
    gap = {"design": ["cox"], "reference": "gcin", "endpoint": "os", "metric": "uno_c"}
    differences = pd.DataFrame(gap).assign(difference=-0.05, low=-0.09, high=-0.01, n=90)
    first = pd.Series({"design": "gcin", "endpoint": "os", "metric": "uno_c"})
    words = verdict(first, pd.Series({"design": "cox"}), differences)
    assert "0.050 (0.010 to 0.090), excludes zero: the first is better" in words


def test_a_quality_measure_that_nobody_has_is_not_listed():
    samples = pd.DataFrame({"sample": ["a"], "depth": [30.0], "duplicates": [np.nan]})
    assert list(quality_summary(samples)["measure"]) == ["depth"]
    assert quality_summary(samples[["sample", "duplicates"]]).empty


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (
            {"a": "both", "b": "no response"},
            "Not enough evidence: no single outcome is left under a",
        ),
        (
            {"a": "response", "b": "neither"},
            "Not enough evidence: no single outcome is left under b",
        ),
        ({"a": "response", "b": None}, "Not enough evidence: no single outcome is left under b"),
        ({"a": "both"}, "Not enough evidence: no single outcome is left under a"),
        (
            {"a": "few patients", "b": "no response"},
            "Not enough evidence: too few patients with a known outcome were given a.",
        ),
        ({"a": "response", "b": "few patients"}, "were given b. Response is expected under a."),
        ({"a": "response", "b": "no response"}, "So a is preferred"),
        ({"a": "response", "b": "response"}, "Response is expected under a and b."),
        ({"a": "no response"}, "No response is expected under a."),
        ({}, "Nothing is said of response"),
    ],
)
def test_an_arm_is_preferred_only_where_every_answer_is_single(answers, words):
    arms = pd.DataFrame({"arm": list(answers), "answer": list(answers.values())}, dtype=object)
    verdict = verdict_of(arms, "")
    assert words in verdict
    assert ("is preferred" in verdict) == ("is preferred" in words)


def test_no_arm_is_preferred_to_one_of_which_nothing_is_known(study):
    table, tables = study
    risks, known = (
        unseen_risks(tables["pooled"], "gcin"),
        (made.features(table), made.scalars(table)),
    )
    sure = tables["patients"].assign(
        answer=tables["patients"]["arm"].map({"chemo": "response", "target": "no response"})
    )
    said = sure[sure["patient"] == "P0400"]
    [page] = patient_pages(said, risks, table, *known, {}, {})
    assert "So chemo is preferred" in page["verdict"]
    third = table.assign(arm=table["arm"].mask(table["patient"] == "P0007", "palliative"))
    [page] = patient_pages(said, risks, third, *known, {}, {})
    assert "Response is expected under chemo." in page["verdict"]
    assert (
        "Nothing is said of response, as no model learnt it, under palliative." in page["verdict"]
    )
    assert "preferred" not in page["verdict"]


def test_outside_experience_nothing_is_preferred():
    arms = pd.DataFrame({"arm": ["a", "b"], "answer": ["response", "no response"]})
    assert verdict_of(arms, "age 101") == (
        "Not enough evidence. Outside what the model has seen: age 101."
    )
    assert verdict_of(arms[:0], "age 101") == verdict_of(arms, "age 101")


UNITS = {"dose": "mg/wk", "level": None}
PANEL = pd.DataFrame(
    [
        ("P0400", "DPYD", "chr1", "97450058", "C", "T", "rs3918290", "carried"),
        ("P0400", "DPYD", "chr1", "97082391", "T", "A", "rs67376798", "not covered"),
        ("P0400", "", "chr2", "5", "A", "G", ".", "not covered"),
        ("P0400", "", "chr2", "6", "A", "G", ".", "absent"),
        ("P0401", "DPYD", "chr1", "97450058", "C", "T", "rs3918290", "absent"),
        ("P0401", "DPYD", "chr1", "97082391", "T", "A", "rs67376798", "not covered"),
        ("P0401", "DPYD", "chr1", "97082391", "T", "A", "rs67376798", "absent"),
    ],
    columns=["patient", "gene", "chromosome", "position", "reference", "alternate", "id", "state"],
)


def documents_of(facts, coverage=0.9, reads=HALVES):
    said = {"study": "response", "edition": "e", "design": "gcin", "coverage": coverage}
    return patient_documents(facts, **said, reads=reads, units=UNITS)


@pytest.fixture(scope="module")
def pages(study):
    table, tables = study
    risks = unseen_risks(tables["pooled"], "gcin")
    known = made.features(table), made.scalars(table)
    facts = patient_pages(tables["patients"], risks, table, *known, panel_by_patient([PANEL]), {})
    return documents_of(facts)


def test_alleles_of_one_id_are_named_apart():
    place = {"patient": "P1", "gene": "TPMT", "chromosome": "chr6", "position": "9", "id": "rs1"}
    states = {"C": "absent", "T": "carried", "G": "not covered"}
    rows = [place | {"reference": "A", "alternate": k, "state": v} for k, v in states.items()]
    facts = panel_by_patient([pd.DataFrame(rows)])["P1"]
    assert facts["alleles"] == 3
    assert facts["carried"] == ["rs1 chr6:9 A>T (TPMT)"]
    assert facts["unseen"] == ["rs1 chr6:9 A>G (TPMT)"]


def test_every_new_patient_has_a_page_and_the_index_links_it(pages):
    assert set(pages) == {"index", "P0400", "P0401"}
    assert {"P0400.html", "P0401.html"} <= set(Links(pages["index"]).addresses)
    assert not any(Links(html).unbalanced or Links(html).open for html in pages.values())


def test_a_page_says_when_arms_cannot_be_told_apart(pages):
    assert "Not enough evidence: no single outcome is left under chemo and target" in pages["P0400"]
    assert "Not enough evidence. Outside what the model has seen: age 101" in pages["P0401"]


def test_no_number_of_who_is_outside_experience_stands_without_its_reason(pages):
    rows = re.findall(r"<tr>.*?</tr>", pages["index"], re.DOTALL)
    inside, outside = (next(row for row in rows if name in row) for name in ("P0400", "P0401"))
    assert "%" in inside
    assert "%" not in outside
    assert "Outside what the model has seen" in outside
    told = "Of this patient neither says how far off it may be."
    assert told in pages["P0401"]
    assert told not in pages["P0400"]


def test_no_sign_is_escaped_twice(report, pages):
    """What a reader would see as &lt; in place of <."""
    for html in (report, *pages.values()):
        assert not re.findall(r"&amp;(?:\w+|#\d+);", html)


def test_a_rank_among_patients_is_not_written_like_a_chance(pages):
    assert "higher than in " in pages["P0400"].split("Risk over time")[1]
    assert "higher than in " not in pages["P0400"].split("Risk over time")[0]


def test_a_page_says_what_fewer_models_say(pages):
    told = "fewer models than the rest:</strong> response under target by 12 of 15. The others"
    assert told in pages["P0400"]
    assert "fewer models" not in pages["P0401"]


def test_the_report_says_what_averaging_over_seeds_gives(study, report):
    assert "What averaging over seeds gives" in report
    assert "single seeds, mean" in report


def test_the_report_says_whether_runs_lean_on_the_same_genes(study, report):
    table = gene_table(study[1]["gene_stability"], study[1]["gene_ranks"])
    assert table["most often chosen"].tolist() == ["TP53 4, NPM1 2, KRAS 1 of 3"]
    assert table["index of folds"].tolist() == ["\N{EN DASH}"]
    assert "Whether seeds and folds lean on the same genes" in report


def test_the_report_says_whom_figures_leave_out(study, report):
    table, tables = study
    assert "response under target in hospital_a: of 90 patients, figures leave out 0" in report
    assert "response under chemo in hospital_b: of 90 patients, figures leave out 4" in report
    assert "response under chemo in hospital_a" not in report
    assert ", by 12 of 15" in report
    spoken = {name: tables[name].assign(left_out=0, by_fewer=0)
              for name in ("answered", "external_answered")}  # fmt: skip
    facts = study_facts(tables | spoken, table, made.features(table), made.SETTINGS, ["gcin"])
    assert facts["silences"] == []


def test_a_risk_of_a_single_model_is_shown_without_an_interval(study):
    table, tables = study
    risks = unseen_risks(tables["pooled"], "gcin")
    alone = tables["patients"].assign(low=np.nan, high=np.nan)
    known = made.features(table), made.scalars(table), {}, {}
    html = documents_of(patient_pages(alone, risks, table, *known))["P0400"]
    shown = html.split("Risk over time")[1].split("<h2>")[0]
    assert "Where there is no bar, a single model" in shown
    assert "The bar spans" not in shown
    assert " to " not in re.sub(r"<[^>]+>", "", shown.split("</div>\n</div>")[0].split("<h3>")[1])
    assert 'class="range"' not in shown
    silent = tables["patients"].copy()
    silent.loc[silent["arm"] == silent["arm"].max(), ["low", "high"]] = np.nan
    html = documents_of(patient_pages(silent, risks, table, *known))["P0400"]
    shown = html.split("Risk over time")[1].split("<h2>")[0]
    assert "Where there is no bar, a single model" in shown
    assert "The bar spans" in shown


def test_a_bar_of_a_single_model_is_not_said_to_span_others(study):
    table, tables = study
    risks = unseen_risks(tables["pooled"], "gcin")
    known = made.features(table), made.scalars(table), {}, {}
    alone = tables["patients"]["apart"].mask(tables["patients"]["arm"] == "target", 1)
    for apart, told in ((tables["patients"]["apart"], False), (alone, True)):
        facts = patient_pages(tables["patients"].assign(apart=apart), risks, table, *known)
        words = "as of target, the bar spans calibrations alone"
        assert (words in documents_of(facts)["P0400"]) == told


def test_genes_are_not_said_to_lie_within_those_of_nobody(study):
    table, tables = study
    bare = table.assign(has_genome=table["has_genome"] & table["role"].ne("train"))
    risks = unseen_risks(tables["pooled"], "gcin")
    known = made.features(table), made.scalars(table), {}, {}
    html = documents_of(patient_pages(tables["patients"], risks, bare, *known))["P0400"]
    assert "in the laboratory lie within" in html


def test_a_page_names_what_is_missing_and_what_is_outside_experience(pages):
    assert "Missing: wbc" in pages["P0401"]
    assert "in the laboratory, the genes covered, and number and kind of the" in pages["P0400"]
    assert (
        "in patients it was trained on:</strong> omics rna. Unless some of these" in pages["P0401"]
    )
    assert "3 of the genes that it covers took no part" in pages["P0401"]
    assert "took no part" not in pages["P0400"]
    assert "Not measured, though" not in pages["P0400"]


@pytest.mark.parametrize("value", [-1e-12, -0.0, 0.0])
def test_no_number_is_less_than_nothing_by_its_sign_alone(value):
    assert number(value) == "0.000"


def test_a_page_tells_how_many_received_each_arm(pages, study):
    table, _ = study
    trained = table["arm"][table["role"] == "train"]
    told = f"chemo {(trained == 'chemo').sum()}, target {(trained == 'target').sum()}. Where"
    assert f"by the arm they received: {told}" in pages["P0400"]


def test_a_page_tells_of_how_many_an_endpoint_itself_is_known(study):
    table, tables = study
    is_target = (table["role"] == "train") & (table["arm"] == "target")
    said = tables["patients"]
    of_target = (said["endpoint"] == "response") & (said["arm"] == "target")
    few = said.assign(taught=said["taught"].mask(of_target, 3))
    chemo = ((table["role"] == "train") & (table["arm"] == "chemo")).sum()
    risks, known = (
        unseen_risks(tables["pooled"], "gcin"),
        (made.features(table), made.scalars(table)),
    )
    facts = patient_pages(few, risks, table, *known, {}, {})
    told = f"target {is_target.sum()}; of response itself: chemo {chemo}, target 3. Where they are"
    assert told in documents_of(facts)["P0400"]


def test_a_page_tells_alleles_of_a_panel_that_are_carried_and_not_covered(pages):
    told = "Panel of 4 alleles: rs3918290 (DPYD) carried; <strong>not covered, so not known"
    assert told in pages["P0400"]
    assert "rs67376798 (DPYD), chr2:5 A&gt;G." in pages["P0400"]
    assert "Panel of 2 alleles: none carried; all covered." in pages["P0401"]
    assert "Carried by nobody" not in pages["P0400"]
    unknown = "carries it is <strong>not known</strong> of rs3918290 (DPYD)."
    assert unknown in pages["P0400"]
    assert "carries it is" not in pages["P0401"]


@pytest.mark.parametrize(
    ("state", "strange", "untold"),
    [
        ("carried", [], []),
        ("absent", ["rs3918290 (DPYD)"], []),
        ("not covered", [], ["rs3918290 (DPYD)"]),
    ],
)
def test_an_allele_is_strange_only_where_training_patients_are_known_to_lack_it(
    study, state, strange, untold
):
    table, tables = study
    own = PANEL.assign(patient=PANEL["patient"].replace({"P0401": "P0001"}))
    own.loc[own["patient"] == "P0001", "state"] = state
    risks = unseen_risks(tables["pooled"], "gcin")
    known = made.features(table), made.scalars(table)
    facts = patient_pages(tables["patients"], risks, table, *known, panel_by_patient([own]), {})
    assert table.set_index("patient")["role"]["P0001"] == "train"
    found = facts[0]["data"]["panel"]
    assert (found["strange"], found["untold"]) == (strange, untold)
    alone = "Carried by nobody whom it was trained on</strong>, as far as known: rs3918290 (DPYD)."
    assert (alone in documents_of(facts)["P0400"]) == bool(strange)


def test_a_patient_who_may_be_one_that_trained_or_kin_is_told_so(study):
    table, tables = study
    names = ["P0001 of a, P0400 of a", "P0002 of a, P0003 of a", "age"]
    warnings = pd.DataFrame({"name": names, "check": ["same genome"] * 2 + ["one column"]})
    assert doubles_of(warnings)["P0400"] == ["P0001 of a (same genome)"]
    kin = table.assign(family=table["family"].mask(table["patient"].isin(["P0001", "P0401"]), "F"))
    risks = unseen_risks(tables["pooled"], "gcin")
    known = made.features(table), made.scalars(table), {}, doubles_of(warnings)
    pages = documents_of(patient_pages(tables["patients"], risks, kin, *known))
    told = "<strong>Perhaps the same person as</strong> P0001 of a (same genome)."
    assert told in pages["P0400"]
    assert "Perhaps the same" not in pages["P0401"]
    doubt = "No forecast, if this is P0001 of a (same genome): models learnt the outcome."
    assert pages["index"].count(doubt) == 1
    assert "Of one family with 1 of these patients" in pages["P0401"]
    unlearnt = kin.assign(role=kin["role"].mask(kin["patient"] == "P0001", "held"))
    pages = documents_of(patient_pages(tables["patients"], risks, unlearnt, *known))
    assert "No forecast" not in pages["index"]


def test_all_of_several_who_look_alike_are_named_on_each_page():
    names = ["A of x, B of x", "A of x, C of y", "B of x, C of y"]
    for known in (names[:2], names):
        found = doubles_of(pd.DataFrame({"name": known, "check": "same clinical row"}))
        assert found["C"] == ["A of x (same clinical row)", "B of x (same clinical row)"]
        assert {name: len(told) for name, told in found.items()} == {"A": 2, "B": 2, "C": 2}
    assert doubles_of(pd.DataFrame({"name": [], "check": []}, dtype=object)) == {}


@pytest.mark.parametrize(
    ("design", "halves"),
    [
        ({"kind": "lasso"}, HALVES),
        ({"kind": "clinical_logistic"}, ["clinical", "visits"]),
        ({"kind": "network"}, HALVES),
        ({"kind": "network", "genome": False}, ["clinical", "visits", "omics"]),
        ({"kind": "network", "clinical": False}, ["genome", "omics"]),
        ({"kind": "stack", "of": ["bedside", "dull"]}, ["clinical", "visits"]),
    ],
)
def test_a_page_does_not_claim_what_its_design_does_not_read(study, design, halves):
    network = dict.fromkeys(HALVES, True)
    designs = {
        "one": design,
        "bedside": {"kind": "clinical_logistic"},
        "dull": {"kind": "majority"},
    }
    reads = halves_read("one", {"designs": designs, "network": network})
    assert reads == list(halves)
    table, tables = study
    genome = table.assign(has_genome=True)
    risks = unseen_risks(tables["pooled"], "gcin")
    known = made.features(table), made.scalars(genome), {}, {}
    html = documents_of(patient_pages(tables["patients"], risks, genome, *known), reads=reads)
    assert ("no genome</strong>, and genes took no part" in html["P0401"]) == (
        "genome" not in reads
    )
    assert ("3 of the genes that it covers" in html["P0401"]) == ("genome" in reads)
    assert ("the design reads <strong>none" in html["P0401"]) == ("clinical" not in reads)


GATES = pd.DataFrame(
    [
        ("S1", "sex_agrees", 0.0, 1.0, "warn"),
        ("S1", "max_contamination", 0.0712, 0.02, "warn"),
        ("S1", "min_mean_depth", 30.0, 20.0, "pass"),
        ("S2", "min_share_20x", 0.31, 0.8, "exclude"),
        ("S3", "max_contamination", np.nan, 0.02, "not measured"),
    ],
    columns=["sample", "check", "value", "limit", "verdict"],
)
MANIFEST = pd.DataFrame({"patient": ["P0400", "P0400", "P0401"], "sample": ["S1", "S2", "S3"]})


def test_a_page_tells_which_checks_of_quality_a_sample_failed(study):
    table, tables = study
    failures = failures_of([GATES, GATES.iloc[:0]], [MANIFEST, MANIFEST])
    assert failures == {
        "P0400": [
            "sample S1: contamination 0.0712 (max. 0.02), sex agrees: no",
            "sample S2, left out for one of them: share 20x 0.31 (min. 0.8)",
        ]
    }
    risks = unseen_risks(tables["pooled"], "gcin")
    known = made.features(table), made.scalars(table), {}, {}, failures
    pages = documents_of(patient_pages(tables["patients"], risks, table, *known))
    told = f"<strong>Failed checks of quality:</strong> {'; '.join(failures['P0400'])}. What"
    assert told in pages["P0400"]
    assert "Failed checks" not in pages["P0401"]


@pytest.mark.parametrize("gates", [[], [GATES.iloc[:0]]])
def test_nobody_failed_where_nothing_was_checked(gates):
    assert failures_of(gates, [MANIFEST]) == {}


def test_an_arm_that_nobody_received_is_told(study):
    table, tables = study
    new = table["role"] == "new"
    risks = unseen_risks(tables["pooled"], "gcin")
    known = made.features(table), made.scalars(table), {}, {}
    for arm, told in {"cell therapy": "cell therapy", "chemo": None, None: None}.items():
        planned = table.assign(arm=table["arm"].mask(new, arm))
        facts = patient_pages(tables["patients"], risks, planned, *known)
        assert {page["planned"] for page in facts} == {told}
        assert ("nothing on this page is about it" in documents_of(facts)["P0400"]) == bool(told)


def test_risk_is_placed_among_patients_the_model_had_not_seen():
    assert risk_place(2.0, np.array([1.0, 2.0, 3.0, 4.0])) == 0.375
    assert np.isnan(risk_place(2.0, np.array([])))


def test_text_from_tables_is_escaped(pages, study):
    table, tables = study
    odd = tables["patients"].replace({"arm": {"chemo": "<script>x</script>"}})
    risks = unseen_risks(tables["pooled"], "gcin")
    facts = patient_pages(odd, risks, table, made.features(table), made.scalars(table), {}, {})
    html = documents_of(facts)["P0400"]
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_page_tells_side_effects_and_amounts_apart_from_response(study):
    table, tables = study
    columns = ["patient", "arm", "endpoint", "kind", "value", "low", "high"]
    further = [
        ("P0400", "chemo", "neutropenia", "binary", 0.31, 0.2, 0.4),
        ("P0400", "chemo", "dose", "quantity", 34.7, 21.2, 51.4),
        ("P0400", "chemo", "level", "quantity", 0.0347, 0.0, 0.0514),
        ("P0400", "target", "dose", "quantity", 30.0, np.nan, np.nan),
        ("P0400", "target", "level", "quantity", 0.05, -np.inf, np.inf),
    ]
    more = pd.DataFrame(further, columns=columns).assign(answer=None, outside="", lacking="")
    more["models"] = more["of"] = 15
    told = pd.concat([tables["patients"], more])
    risks = unseen_risks(tables["pooled"], "gcin")
    facts = patient_pages(told, risks, table, made.features(table), made.scalars(table), {}, {})
    html = documents_of(facts)["P0400"]
    assert "Chance of neutropenia" in html
    assert "31 %" in html
    assert "<strong>34.7</strong>, between 21.2 and 51.4 in 90 %" in html
    assert "<h2>Amount of dose, in mg/wk</h2>" in html
    assert "<strong>0.0347</strong>, between 0.0 and 0.0514 in 90 %" in html
    assert html.count("how far off is not known") == 2
    strange = patient_pages(told.assign(outside="age 9"), risks, table, made.features(table),
                            made.scalars(table), {}, {})  # fmt: skip
    html = documents_of(strange)["P0400"]
    assert "51.4 in 90 % of the patients it was checked on, <strong>whom this one is unlike" in html
    assert "patients like this one" not in html
    effect = html.split("Chance of neutropenia")[1].split("<h2>")[0]
    assert "Bar: what other models and calibrations" in effect
    assert "Of this patient neither says how far off it may be." in effect
    risk = html.split("Risk over time")[1].split("<h2>")[0]
    assert "Of this patient the bar does not say how far off it may be." in risk
    assert {risk["endpoint"] for page in facts for risk in page["risks"]} == {"os"}


@pytest.mark.parametrize("names", [("None", "null"), ("1", "2")])
def test_an_arm_keeps_its_name_from_the_table_to_the_page(study, tmp_path, names):
    table, tables = study
    renamed = tables["patients"].replace(
        {"arm": dict(zip(("chemo", "target"), names, strict=True))}
    )
    renamed.to_csv(tmp_path / "patients.tsv", sep="\t", index=False)
    read = read_tables([tmp_path / "patients.tsv"])["patients"]
    assert list(prediction_table(read)["arm"].unique()) == list(names)
    risks = unseen_risks(tables["pooled"], "gcin")
    facts = patient_pages(read, risks, table, made.features(table), made.scalars(table), {}, {})
    assert {arm["arm"] for page in facts for arm in page["arms"]} == set(names)
    assert f"under {' and '.join(names)}" in facts[0]["verdict"]


def test_a_cohort_may_be_named_by_digits_alone(study, tmp_path):
    tables = study[1]
    named = tables["external"].assign(cohort="007")
    named.to_csv(tmp_path / "external.tsv", sep="\t", index=False)
    read = read_tables([tmp_path / "external.tsv"])["external"]
    captions = [each["caption"] for each in metric_tables(read, list(made.DESIGNS))]
    assert captions == ["007, os: 100 patients", "007, response: 100 patients"]


@pytest.mark.parametrize("name", ["conformal", "learning_curve", "warnings"])
def test_no_row_of_a_table_of_figures_is_passed_over(study, tmp_path, name):
    table, tables = study
    many = pd.concat([tables[name]] * 300, ignore_index=True)
    facts = study_facts(tables | {name: many}, table, made.features(table), made.SETTINGS, ["gcin"])
    shown = {"conformal": "conformal", "learning_curve": "learning", "warnings": "shortcuts"}
    assert len(facts[shown[name]]) == len(many)


def test_the_gap_of_a_division_is_not_called_its_balance(report):
    assert "a division may miss the best that whole families allow" in report


def test_a_table_that_is_cut_says_so(study, tmp_path):
    table, tables = study
    long = tables | {"balance": pd.concat([tables["balance"]] * 300)}
    html = write_report(table, long, tmp_path)
    assert "The first 200 of 300 rows" in html


def test_the_report_says_of_whom_no_number_is_to_be_trusted(study):
    table = prediction_table(study[1]["patients"]).set_index("patient")
    doubts = table["outside what it has seen"]
    assert doubts["P0400"].eq("").all()
    assert doubts["P0401"].eq("age 101 (training 40 to 80)").all()


def test_a_band_that_bounds_nothing_is_no_interval_in_the_report(study):
    rows = study[1]["patients"].iloc[:2].assign(kind="quantity", endpoint="dose", value=2.5)
    rows = rows.assign(low=[0.0, 1.0], high=[np.inf, 4.0], models=1, of=1)
    assert prediction_table(rows)["dose"].tolist() == ["2.500", "2.500 (1.000 to 4.000)"]


def test_no_new_patient_makes_an_index_that_says_so():
    assert "no patient without an outcome" in documents_of([])["index"]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_shows_every_design_of_its_table(study, name):
    _, tables = study
    figure = draw(name, tables[name], list(made.DESIGNS))
    assert any(axes.has_data() for axes in figure.axes)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_an_empty_table_is_drawn(study, name):
    _, tables = study
    draw(name, tables[name].iloc[:0], list(made.DESIGNS))


@pytest.mark.parametrize("name", ["kaplan_meier", "subgroups", "overlap"])
def test_a_figure_shows_names_as_they_are_and_not_as_formulas(study, name, tmp_path):
    _, tables = study
    named = {column: r"$\frac{$" for column in ("group", "arm") if column in tables[name]}
    table = tables[name].assign(
        **{c: tables[name][c].astype(str) + end for c, end in named.items()}
    )
    draw(name, table, list(made.DESIGNS)).savefig(tmp_path / "drawn.png")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12345, "0.123"), (412, "412"), (0, "0"), (1.0, "1"), (np.nan, "\N{EN DASH}"), ("x", "x"),
     (0.00047, "0.000470"), (1e-17, "0.000")],
)  # fmt: skip
def test_numbers_are_written_for_readers(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("three", "text"),
    [
        ((1.0, 0.66, 1.0), "1.000 (0.660 to 1.000)"),
        ((3.0, 2.0, 5.0), "3 (2 to 5)"),
        ((2.5, 1.0, np.inf), "2.500 (1.000 to \N{EN DASH})"),
        ((0.5, np.nan, np.nan), "0.500"),
        ((0.0012, 0.0011, 0.0014), "0.00120 (0.00110 to 0.00140)"),
        ((-0.0002, -0.011, 0.012), "0.000 (-0.011 to 0.012)"),
        ((0.0121, 0.0003, 0.0242), "0.0121 (0.0003 to 0.0242)"),
        ((-0.0121, -0.0242, -0.00031), "-0.0121 (-0.0242 to -0.0003)"),
        ((0.5, 1e-12, 0.9), "0.500 (0.000 to 0.900)"),
    ],
)
def test_a_value_and_its_limits_are_written_in_one_form(three, text):
    assert interval(pd.Series(three, ["value", "low", "high"])) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"), (0.004, "< 1 %"), (0.01, "1 %"), (0.306, "31 %"), (0.99, "99 %"),
        (0.996, "> 99 %"), (1.0, "100 %"), (np.nan, "\N{EN DASH}"),
    ],
)  # fmt: skip
def test_a_chance_is_never_rounded_to_certainty(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.9, "90 %"), (0.975, "97.5 %"), (0.025, "2.5 %"), (0.999, "99.9 %")]
)
def test_a_share_that_was_chosen_is_written_as_chosen(share, text, study):
    assert level(share) == text
    table, tables = study
    risks, known = unseen_risks(tables["pooled"], "gcin"), made.features(table)
    facts = patient_pages(tables["patients"], risks, table, known, made.scalars(table), {}, {})
    html = documents_of(facts, coverage=share)["P0400"]
    assert f"keeps the true one in {text} of those who respond" in html


def test_a_changed_template_changes_its_digest(tmp_path, monkeypatch):
    assert {"report.html", "patient.html", "patients.html", "style.css"} <= set(templates())
    (tmp_path / "a.html").write_text("one")
    monkeypatch.setattr("gcin.report._templates.TEMPLATES", tmp_path)
    before = templates()
    (tmp_path / "a.html").write_text("two")
    assert templates() != before


def test_the_line_of_pr_auc_is_what_chance_gives_an_order_of_all(study):
    """One probability for everybody has less, and luck would beat a line between the two."""
    metrics = study[1]["metrics"].copy()
    chance = (metrics["endpoint"] == "response") & (metrics["metric"] == "pr_chance")
    metrics.loc[chance, "value"] = np.linspace(0.2, 0.3, chance.sum())
    figure = draw("metrics", metrics, list(made.DESIGNS))
    [axes] = [axes for axes in figure.axes if "response: PR AUC" in axes.get_title("left")]
    dashed = [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"]
    assert dashed == [0.3]
