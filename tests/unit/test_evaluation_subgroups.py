"""Groups are told apart by what is known of their patients, and small ones are not measured."""

import numpy as np
import pandas as pd
import pytest
import synthetic_study as made
from sklearn.metrics import roc_auc_score

from gcin.evaluation.subgroups import groupings_of, levels, subgroup_table, thirds
from gcin.report.tables import subgroup_tables

SETTINGS = {
    "subgroups": {"min_patients": 30, "min_events": 10},
    "bootstrap_draws": 50, "seed": 1, "confidence": 0.95,
}  # fmt: skip


@pytest.fixture(scope="module")
def study():
    table = made.patients()
    return table, made.pooled_of(table, made.predictions(table))


def groups_of(table, **columns):
    features = made.features(table).assign(ancestry="EUR", **columns)
    samples = made.scalars(table).assign(burden=np.arange(table["has_genome"].sum(), dtype=float))
    return groupings_of(table, features, samples, ["ancestry", "never_mapped"])


def test_thirds_hold_a_third_each_and_equal_numbers_stay_together():
    values = pd.Series([*range(1, 10), np.nan])
    found = thirds(values)
    assert found.value_counts().to_dict() == {
        "lowest third (1 to 3)": 3, "middle third (4 to 6)": 3, "highest third (7 to 9)": 3,
    }  # fmt: skip
    assert pd.isna(found[9])
    assert thirds(pd.Series([1.0] * 9 + [2.0])).isna().all()
    assert thirds(pd.Series([np.nan, np.nan])).isna().all()


def test_a_number_divides_by_its_values_or_by_thirds(study):
    table, pooled = study
    ecog = np.resize([0.0, 1.0, np.nan], len(table))
    groups = groups_of(table, never_mapped=ecog)[["never_mapped"]]
    found = subgroup_table(pooled, groups, SETTINGS)
    assert found["group"].unique().tolist() == ["0", "1"]
    assert (found["n"] == 100).all()
    assert levels(pd.Series(np.arange(30.0))).nunique() == 3
    assert levels(pd.Series(["EUR", None])).tolist() == ["EUR", None]


def test_groupings_are_named_and_sites_are_not(study):
    groups = groups_of(study[0])
    assert set(groups) == {
        "cancer_type", "arm", "site", "sex", "age", "complexity", "ancestry",
    }  # fmt: skip
    assert set(groups["site"].dropna()) == {"site 1", "site 2"}
    assert groups["complexity"].notna().sum() == study[0]["has_genome"].sum()


def test_a_tumour_speaks_for_the_complexity_of_its_patient():
    table = pd.DataFrame({"patient": list("abc"), "cancer_type": "x", "arm": "y", "site": None})
    samples = pd.DataFrame(
        {
            "patient": ["a", "a", "b", "c"],
            "tissue": ["germline", "tumour", "tumour", "tumour"],
            "burden": [1.0, 30.0, 20.0, 10.0],
        }
    )
    features = pd.DataFrame({"sex": None, "age": np.nan}, index=list("abc"))
    groups = groupings_of(table, features, samples, [])
    assert groups["complexity"].str.split(" ").str[0].to_dict() == {
        "a": "highest", "b": "middle", "c": "lowest",
    }  # fmt: skip


def test_values_are_those_of_scikit_learn_within_folds(study):
    table, pooled = study
    found = subgroup_table(pooled, groups_of(table), SETTINGS)
    one = found.query("design == 'gcin' and grouping == 'arm' and metric == 'roc_auc'")
    for row in one.itertuples():
        rows = pooled.query("design == 'gcin' and endpoint == 'response' and arm == @row.group")
        pairs, areas = [], []
        for _, fold in rows.groupby("fold"):
            positives = fold["response"].sum()
            pairs.append(positives * (len(fold) - positives))
            areas.append(roc_auc_score(fold["response"], fold["value"]))
        assert row.value == pytest.approx(np.average(areas, weights=pairs))
        assert row.low < row.value < row.high
        assert (row.n, row.events) == (len(rows), rows["response"].sum())


def test_a_quantity_has_no_events(study):
    table, pooled = study
    doses = pooled[pooled["endpoint"] == "os"].assign(
        endpoint="dose", amount=lambda rows: rows["time"], time=np.nan, event=np.nan
    )
    both = pd.concat([pooled, doses])
    found = subgroup_table(both, groups_of(table)[["arm"]], SETTINGS)
    assert found.loc[found["endpoint"] == "dose", "events"].isna().all()
    assert found.loc[found["endpoint"] != "dose", "events"].notna().all()
    shown = {each["caption"]: each["table"] for each in subgroup_tables(found, ["gcin"])}
    amounts = next(shown[caption] for caption in shown if caption.startswith("dose"))
    assert amounts["events"].tolist() == ["", ""]
    whole = found[(found["metric"] == "roc_auc") & (found["design"] == "gcin")]
    assert shown["response: ROC AUC"]["events"].tolist() == [str(n) for n in whole["events"]]


def test_thirds_are_listed_from_the_lowest(study):
    found = subgroup_table(study[1], groups_of(study[0])[["age"]], SETTINGS)
    words = [group.split(" ")[0] for group in dict.fromkeys(found["group"])]
    assert words == ["lowest", "middle", "highest"]


def test_a_grouping_of_one_group_is_left_out(study):
    found = subgroup_table(study[1], groups_of(study[0]), SETTINGS)
    assert not {"cancer_type", "ancestry"} & set(found["grouping"])
    assert set(found["metric"]) == {"roc_auc", "brier", "observed_expected", "harrell_c"}


def test_a_small_group_is_listed_with_its_size_alone(study):
    rare = pd.Series("common", study[0]["patient"])
    rare[study[0]["patient"].head(12).tolist()] = "rare"
    found = subgroup_table(study[1], rare.to_frame("kind"), SETTINGS)
    small = found[found["group"] == "rare"]
    assert set(small["metric"]) == {"too few"}
    assert small["value"].isna().all()
    assert (small["n"] == 12).all()
    assert found.loc[found["group"] == "common", "value"].notna().all()


def test_a_group_without_others_is_too_small_for_response(study):
    table, pooled = study
    answer = table.set_index("patient")["response"].map({0.0: "no", 1.0: "yes"})
    found = subgroup_table(pooled, answer.to_frame("answer"), SETTINGS)
    of_response = found[found["endpoint"] == "response"]
    assert set(of_response["metric"]) == {"too few"}
    assert set(found.loc[found["endpoint"] == "os", "metric"]) == {"harrell_c"}
