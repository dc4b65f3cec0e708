"""Model card and checklist say what the run did, and that the rest was not done."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import synthetic_study as made
import yaml

from gcin.report.checklist import DONE, NOT, PARTLY, Facts, answers, checklist
from gcin.report.model_card import card_facts, markdown
from gcin.report.pages import render
from gcin.report.pretraining import read_runs
from gcin.report.study import origin, study_facts
from gcin.report.words import in_markdown

ROOT = Path(__file__).parents[2]
ITEMS = pd.read_csv(ROOT / "resources" / "reporting" / "tripod_ai.tsv", sep="\t", dtype=str)
SETTINGS = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
STUDY = made.SETTINGS | {"split": {"scheme": "70-15-15", "group": ["family", "patient"]}}


@pytest.fixture(scope="module")
def facts():
    table = made.patients()
    tables = made.tables_of(table, made.predictions(table), draws=30)
    cards = {name: {"title": f"Patients of {name}"} for name in ("hospital_a", "hospital_b")}
    return Facts(STUDY, cards, SETTINGS, table, made.features(table), tables)


def card_of(facts, tried=None, budgets=()):
    checked = checklist(ITEMS, facts)
    search = {"tried": tried or {}, "budgets": budgets}
    return render("model_card.md", study="s", edition="e", **card_facts(facts, checked), **search)


def without_external(facts):
    tables = {name: table for name, table in facts.tables.items() if name != "external"}
    study, inner = facts.study | {"external": []}, facts.patients["role"] != "external"
    return Facts(study, facts.cards, facts.settings, facts.patients[inner], facts.features, tables)


def status(facts):
    return checklist(ITEMS, facts).set_index("item")["status"]


def test_every_answer_is_to_a_point_of_the_list_and_given_once(facts):
    given = [item for item, _, _ in answers(facts)]
    assert set(given) <= set(ITEMS["item"])
    assert len(given) == len(set(given))


def test_what_only_people_know_is_not_done(facts):
    undone = status(facts)
    assert (undone[["8b", "8c", "10", "17", "18a", "18b", "18c", "18d", "19"]] == NOT).all()
    assert undone["23a"] == DONE


def test_what_only_part_is_told_of_is_not_called_done(facts):
    told = checklist(ITEMS, facts).set_index("item")
    assert (told.loc[["18f", "20b", "21"], "status"] == PARTLY).all()
    assert "threshold" not in told.loc["15", "fact"]
    assert "one half and more as a yes" in told.loc["15", "fact"]
    survival = facts.study | {"endpoints": {"os": facts.study["endpoints"]["os"]}}
    alone = checklist(ITEMS, replace(facts, study=survival)).set_index("item")["fact"]
    assert alone["13"] == "no resampling"
    assert alone["15"].endswith("no threshold")


def test_missing_values_are_those_of_who_teaches(facts):
    trained = facts.patients["patient"][facts.patients["role"] == "train"]
    wide = facts.features.assign(elsewhere=1.0, heard=facts.features["age"])
    wide.loc[trained, "elsewhere"] = None
    wide.loc[~wide.index.isin(trained), "heard"] = None
    told = checklist(ITEMS, replace(facts, features=wide)).set_index("item")["fact"]
    assert told["9a"].startswith("4 clinical columns")
    share = facts.features.loc[trained].isna().to_numpy().sum() / (4 * len(trained))
    assert told["11"].startswith(f"{100 * share:.0f} % of training patients' clinical values")


def test_sizes_are_those_of_the_patients(facts):
    fact = checklist(ITEMS, facts).set_index("item").loc["21", "fact"]
    train = facts.patients[facts.patients["role"] == "train"]
    assert f"response: 300 patients, {int(train['response'].sum())} with it" in fact
    assert f"os: 300 patients, {int(train['os_event'].sum())} events" in fact


def told_of(facts, item):
    return checklist(ITEMS, facts).set_index("item").loc[item, "fact"]


def test_patients_of_an_analysis_are_those_of_a_known_arm(facts):
    train = facts.patients["role"] == "train"
    armless = facts.patients.index[train][:7]
    patients = facts.patients.assign(arm=facts.patients["arm"].drop(armless))
    fact = told_of(replace(facts, patients=patients), "21")
    rest = patients[train].drop(armless)
    assert f"response: 293 patients, {int(rest['response'].sum())} with it" in fact
    assert f"os: 293 patients, {int(rest['os_event'].sum())} events" in fact


def test_checks_that_nobody_asks_are_not_claimed(facts):
    fact = told_of(facts, "7")
    assert "min_mean_depth" in fact
    assert "insert_bases" not in fact
    unread = facts.patients.assign(has_genome=False)
    assert told_of(replace(facts, patients=unread), "7").endswith("where they contradict")
    quality = {"checks": {"min_mean_depth": {"limit": None, "action": "warn"}}}
    none = replace(facts, settings=facts.settings | {"quality": quality})
    assert told_of(none, "7").endswith("where they contradict")


def test_genes_that_models_read_are_told_with_their_limits(facts):
    fact = told_of(facts, "9a")
    assert "all that vary are read; genes: of those callable in 50 % of training" in fact
    assert "patients the 2000 at most that are altered in the most of them" in fact
    assert "those in which 1 % of them differ" in fact
    unread = facts.patients.assign(has_genome=False)
    assert told_of(replace(facts, patients=unread), "9a").endswith("all that vary are read")
    chosen = {"selection": {"method": "lasso", "features": 9}}
    model = facts.settings["model"]
    preparation = {"preparation": model["preparation"] | chosen}
    own = replace(facts, settings=facts.settings | {"model": model | preparation})
    assert "; lasso chooses in the fold among them and the burdens" in told_of(own, "9a")


def test_no_page_is_said_to_name_an_outcome_that_it_does_not_name(facts):
    assert "pages of new patients name an outcome" in told_of(facts, "15")
    other = facts.study | {"endpoints": {"rash": "rash"}}
    patients = facts.patients.rename(columns={"response": "rash"})
    own = replace(facts, study=other, patients=patients)
    assert "pages of new" not in told_of(own, "15")
    assert "one half and more as a yes" in told_of(own, "15")


def test_seeds_are_averaged_where_there_are_several(facts):
    model = facts.settings["model"]
    for seeds, told in (([1], False), ([1, 2], True)):
        training = {"training": model["training"] | {"seeds": seeds}}
        own = replace(facts, settings=facts.settings | {"model": model | training})
        assert ("seeds averaged" in told_of(own, "12g")) == told


def test_external_evaluation_is_claimed_only_where_it_was_made(facts):
    assert status(facts)["16"] != NOT
    assert status(without_external(facts))["16"] == NOT
    assert "## Performance on external cohorts" in card_of(facts)
    alone = card_of(without_external(facts))
    assert "## Performance on external cohorts" not in alone
    assert "none: performance elsewhere is not known" in alone


def test_every_look_at_external_outcomes_is_told(facts):
    looks = facts.tables["openings"]
    assert "hospital_b: 2 times since 2026-01-02; what was changed" in card_of(facts)
    once = replace(facts, tables=facts.tables | {"openings": looks.head(1)})
    assert (
        "- Outcomes looked at, over all editions of the study: hospital_b: once, on 2026-01-02."
        in (card_of(once))
    )


def test_the_card_says_whether_runs_lean_on_the_same_genes(facts):
    told = "two seeds share 50 % and two folds share 25 % of their heaviest genes (20 % by chance"
    gates = "by gates (of the deep part; the linear path is not looked at)"
    assert f"- Genes that it leans on, every endpoint, {gates}: {told}" in card_of(facts)
    once = facts.tables["gene_stability"].assign(overlap_seeds=np.nan, overlap_folds=np.nan)
    card = card_of(replace(facts, tables=facts.tables | {"gene_stability": once}))
    assert f"{gates}: nothing to compare, as neither seeds nor folds are several." in card
    none = once.assign(idle=4, chance=0.0)
    card = card_of(replace(facts, tables=facts.tables | {"gene_stability": none}))
    assert f"{gates}: no run of 4 leans on any." in card
    some = facts.tables["gene_stability"].assign(idle=1)
    card = card_of(replace(facts, tables=facts.tables | {"gene_stability": some}))
    assert "; 4 runs, 1 of which lean on none, 60 genes)" in card
    folds = facts.tables["gene_stability"].assign(overlap_seeds=np.nan)
    card = card_of(replace(facts, tables=facts.tables | {"gene_stability": folds}))
    assert f"{gates}: two folds share" in card


def test_every_look_at_the_locked_test_part_is_told_and_nothing_of_a_cross_validation(facts):
    words = "Outcomes of its test part looked at, over all editions of the study: "
    assert f"- {words}once, on 2026-05-06." in card_of(facts)
    looks = facts.tables["test_openings"]
    again = facts.tables | {"test_openings": pd.concat([looks, looks.assign(opened="2026-06-07")])}
    card = card_of(replace(facts, tables=again))
    assert f"- {words}2 times since 2026-05-06; what was changed" in card
    told = study_facts(again, facts.patients, facts.features, made.SETTINGS, ["gcin"])
    assert told["test_openings"].startswith("2 times since 2026-05-06")
    none = facts.tables | {"test_openings": looks.head(0)}
    assert words not in card_of(replace(facts, tables=none))


def test_external_cohorts_of_nobody_to_be_held_against_have_no_table_but_words(facts):
    nobody = replace(facts, tables=facts.tables | {"external": facts.tables["external"].head(0)})
    assert "No patient of theirs could be held against an outcome" in card_of(nobody)
    assert "| cohort | endpoint |" not in card_of(nobody)
    assert status(nobody)["16"] == NOT
    told = study_facts(
        nobody.tables, facts.patients, facts.features, made.SETTINGS, ["gcin"]
    )  # fmt: skip
    html = render(
        "report.html", title="t", study="s", edition="e", confidence=0.95, draws=1, figures={},
        budgets=[], counted="",
        quality=[], **told, **origin([], {}),
    )  # fmt: skip
    assert "No patient of theirs could be held against an outcome" in html
    assert "over all editions of this study: hospital_b: 2 times since 2026-01-02" in html


def test_who_tried_how_many_settings_is_told(facts):
    told = card_of(facts, {"gcin": 21, "boosting_per_arm": 4}, ["gcin chose among 21."])
    assert "by patients held out: gcin 21; boosting_per_arm 4.\n" in told
    assert "- Unequal search: gcin chose among 21.\n" in told
    assert "Unequal" not in card_of(facts, {"gcin": 1})
    assert "held out: gcin 1.\n" in card_of(facts, {"gcin": 1})
    assert "among which" not in card_of(facts)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("half", "count a probability of one half and more as a yes"),
        (0.25, "count a probability of 0.25 and more as a yes, as the settings say"),
        ("youden", "had the best sensitivity and specificity (Youden's index) among patients whom"),
        ("f1", "had the best F1 among patients whom its models were not taught by"),
    ],
)
def test_the_rule_by_which_a_response_counts_as_predicted_is_told(facts, rule, words):
    evaluation = facts.settings["evaluation"] | {"threshold": rule}
    own = replace(facts, settings=facts.settings | {"evaluation": evaluation})
    assert words in checklist(ITEMS, own).set_index("item").loc["15", "fact"]
    assert words in card_of(own)
    survival = facts.study | {"endpoints": {"os": facts.study["endpoints"]["os"]}}
    assert "as a yes" not in card_of(replace(own, study=survival))


def test_searched_trees_stand_in_the_checklist(facts):
    tried = pd.DataFrame({"design": ["boosting"], "trial": [0], "leaves": [3], "loss": [0.5]})
    tried = tried.assign(fold=0, seed=1, endpoint="response", arm=None, trees=9, chosen=True)
    own = replace(facts, tables=facts.tables | {"tried": tried})
    assert (
        "trials of the settings of boosting;"
        in checklist(ITEMS, own).set_index("item").loc["12c", "fact"]
    )
    assert "- Settings searched in each fold: boosting: leaves; settings tried" in card_of(own)


def test_a_policy_is_claimed_only_where_it_was_valued(facts):
    plain = {name: table for name, table in facts.tables.items() if "policy" not in name}
    silent = replace(facts, study=facts.study | {"policy": None}, tables=plain)
    told = [checklist(ITEMS, own).set_index("item").loc["12e", "fact"] for own in (facts, silent)]
    assert told[0].endswith("in policy.tsv, given that age, sex are all")
    assert told[1].endswith("not estimated, as no confounders are declared")
    assert "- response (share): " in card_of(facts)
    assert "- gcin for response: 0.004" in card_of(facts)
    assert "boosting for response" not in card_of(facts)
    bare = facts.tables | {"policy_control": facts.tables["policy_control"].head(0)}
    assert "(fracture): gcin says nothing of it" in card_of(replace(facts, tables=bare))
    assert "Not estimated: the study declares no confounders." in card_of(silent)


def test_the_card_says_whom_figures_leave_out(facts):
    assert "- response under target in hospital_a: of 90 patients, figures leave" in card_of(facts)
    spoken = {name: facts.tables[name].assign(left_out=0, by_fewer=0)
              for name in ("answered", "external_answered")}  # fmt: skip
    assert "figures leave" not in card_of(replace(facts, tables=facts.tables | spoken))


def test_a_shortcut_is_called_absent_only_where_it_was_looked_for(facts):
    quiet = facts.tables["warnings"].assign(raised=False)
    looked = card_of(replace(facts, tables=facts.tables | {"warnings": quiet}))
    assert "no single one of these orders the outcomes by itself: clinical columns, site" in looked
    assert "not looked at" in looked
    assert "alike: cohorts." in looked
    small = card_of(replace(facts, tables=facts.tables | {"warnings": quiet.iloc[:0]}))
    assert "by itself" not in small
    assert "alike: clinical columns, sites, cohorts." in small


def test_fairness_is_not_claimed_where_no_group_was_measured(facts):
    small = facts.tables["subgroups"].assign(metric="too few")
    bare = Facts(
        facts.study, facts.cards, facts.settings, facts.patients, facts.features,
        facts.tables | {"subgroups": small},
    )  # fmt: skip
    assert status(facts)["14"] != NOT
    assert (status(bare)[["14", "12d", "23b"]] == NOT).all()
    assert "No group was large enough to be measured." in card_of(bare)


def test_the_card_shows_figures_warnings_and_what_is_not_done(facts):
    card = card_of(facts)
    assert "| response | ROC AUC | 300 |" in card
    assert "P0001 of hospital_a, P0310 of hospital_b" in card
    assert "- funding (18a)" in card
    assert "north" not in card
    assert "{" not in card


def test_the_card_says_what_networks_learnt_before_outcomes(facts, tmp_path):
    runs = {
        "gcin/fold-0/seed-1": {},
        "gcin/fold-1/seed-1": {},
        "primed/fold-0/seed-1": {"masked genes left": 0.9, "masked genes kept": True},
        "primed/fold-1/seed-1": {"masked genes left": 1.0, "masked genes kept": False},
    }
    paths = []
    for number, (run, told) in enumerate(runs.items()):
        paths.append(tmp_path / "model" / run / "history.tsv")
        paths[-1].parent.mkdir(parents=True)
        losses = {"epoch": [0, 1], "val_loss": [0.9, 0.6 - 0.1 * number]}
        pd.DataFrame(losses).assign(**told).to_csv(paths[-1], sep="\t", index=False)
    told = facts.tables | read_runs([str(path) for path in paths])
    card = card_of(replace(facts, tables=told))
    best = "mean of its best losses on the inner split"
    assert f"- Learnt before outcomes, gcin: nothing; {best} 0.5500." in card
    means = (
        "masked genes, which left 0.950 of the variance in patients held out, kept in 1 of 2 runs"
    )
    assert f"- Learnt before outcomes, primed: {means}; {best} 0.3500." in card
    assert read_runs([]) == {}
    assert "Learnt before outcomes" not in card_of(facts)


def test_the_card_names_no_output_of_which_the_design_is_silent(facts):
    assert "- Puts out: probability of response under each arm; risk" in card_of(facts)
    card = card_of(replace(facts, study=facts.study | {"predict_with": "cox"}))
    assert "- Puts out: nothing of response; risk and curve of os under each arm." in card


def test_tables_are_markdown():
    table = pd.DataFrame({"a": ["x|y"], "b": [2]})
    assert markdown(table) == "| a | b |\n| --- | --- |\n| x\\|y | 2 |"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("clinical_logistic -0.5 (p < 1)", "clinical_logistic -0.5 (p &lt; 1)"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)>"),
        ("a&lt;b", "a&amp;lt;b"),
        ("*A* _b_ `c` ~d~ [e](f) \\", r"\*A\* \_b\_ \`c\` \~d\~ \[e\](f) \\"),
        ("one\n\n# two", "one # two"),
        ("# one", r"\# one"),
        ("- one", r"\- one"),
        ("-1.5", "-1.5"),
    ],
)
def test_text_is_no_markup_in_markdown(text, shown):
    assert in_markdown(text) == shown


def test_names_from_cards_and_tables_stay_text_in_the_card(facts):
    bad = "a|b <script>x</script> [c](d)\n## e"
    patients = facts.patients.assign(arm=facts.patients["arm"].mask(lambda arm: arm != "", bad))
    groups = facts.tables["subgroups"].assign(group=bad)
    raised = facts.tables["warnings"].assign(raised=True, name=bad)
    study = facts.study | {"policy": facts.study["policy"] | {"confounders": [bad]}}
    tables = facts.tables | {"subgroups": groups, "warnings": raised}
    card = card_of(replace(facts, patients=patients, tables=tables, study=study))
    told = r"a\|b &lt;script>x&lt;/script> \[c\](d) ## e"
    assert card.count(told) > 10
    assert "<script" not in card
    assert "\n## e" not in card
    rows = [line for line in card.split("\n") if line.startswith("| ")]
    assert {line.count("|") - line.count("\\|") for line in rows if told in line} <= {
        line.count("|") for line in rows if told not in line
    }


def test_the_card_says_how_far_networks_tell_the_arm_received(facts):
    card = card_of(facts)
    section = card.split("## Which arm patients received")[1].split("\n## ")[0]
    assert "- gcin: log loss" in section
    assert "Policies are not weighed by it" in section
    tables = {name: table for name, table in facts.tables.items() if name != "propensity"}
    assert "## Which arm" not in card_of(replace(facts, tables=tables))


def test_no_knots_and_no_undefined_measures_are_claimed(facts):
    def told(own):
        fact = checklist(ITEMS, own).set_index("item")["fact"]
        return fact["12b"], fact["12e"]

    preparation = facts.settings["model"]["preparation"] | {"clinical_knots": 0}
    model = facts.settings["model"] | {"preparation": preparation}
    metrics = facts.tables["metrics"]
    lost = metrics.assign(value=metrics["value"].where(metrics["metric"] != "uno_c"))
    own = replace(
        facts,
        settings=facts.settings | {"model": model},
        tables=facts.tables | {"metrics": lost},
    )
    assert ["knots" in told(one)[0] for one in (facts, own)] == [True, False]
    assert ["Uno C" in told(one)[1] for one in (facts, own)] == [True, False]
