"""Divisions of patients are exact, even, whole by family, and the same every time."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcin.splits import division as dividing
from gcin.splits.division import divide, strata_of
from gcin.splits.folds import fold_of, folds_of, given_folds, require_enough
from gcin.splits.groups import groups_of
from gcin.splits.patients import patients_of
from gcin.splits.programme import best_counts, deviation_of
from gcin.splits.teachers import as_taught
from gcin.splits.turns import parts_at

# PuLP 3.3 announces the interface of 4.0, which the conda environment's release does not have.
pytestmark = pytest.mark.filterwarnings("ignore:.*PuLP 4.0:DeprecationWarning")

SPLIT = {"scheme": "70-15-15", "stratify": ["cancer_type", "arm"], "group": ["family", "patient"]}
DRAWING = {"seed": 1, "inner_share": 0.2}


def patients(count, seed=0, families=0, types="AB"):
    random = np.random.default_rng(seed)
    family = random.integers(0, families, count) if families else np.zeros(count, int)
    return pd.DataFrame(
        {
            "patient": [f"P{number:04}" for number in range(count)],
            "cohort": "a",
            "role": "train",
            "cancer_type": random.choice(list(types), count),
            "arm": random.choice(["x", "y", None], count),
            "family": [f"F{number}" if families else None for number in family],
        }
    )


def k_fold(folds, repeats=1):
    return SPLIT | {"scheme": {"name": "k-fold", "folds": folds, "repeats": repeats}}


def given_scheme(folds, repeats=1):
    scheme = {"name": "given", "folds": folds, "repeats": repeats}
    return SPLIT | {"scheme": scheme | {"file": "folds.tsv", "patient": "patient"}}


def least_deviation_by_trying_all(table, groups, shares):
    """Put every group into every part in turn; the least total deviation without an empty part."""
    members = [table[groups == group].sum().to_numpy() for group in sorted(set(groups))]
    wanted = np.outer(table.sum().to_numpy(), shares)
    least = np.inf
    for places in itertools.product(range(len(shares)), repeat=len(members)):
        if len(set(places)) < len(shares):
            continue
        got = np.zeros_like(wanted)
        for place, content in zip(places, members, strict=True):
            got[:, place] += content
        least = min(least, np.abs(got - wanted).sum())
    return least


@pytest.mark.parametrize("shares", [[0.7, 0.15, 0.15], [0.8, 0.2], [1 / 3] * 3])
@pytest.mark.parametrize(("seed", "families"), [(0, 0), (1, 0), (2, 5), (3, 6), (4, 7)])
def test_no_division_is_better(shares, seed, families):
    people = patients(9 if families else 8, seed, families).set_index("patient")
    table, groups = strata_of(people, ["cancer_type", "arm"]), groups_of(people, ["family"])
    [division] = divide(table, groups, shares, [1])
    least = least_deviation_by_trying_all(table, groups, shares)
    assert division.balance["deviation"].sum() == pytest.approx(least)
    assert (division.balance["optimum_gap"] == 0).all()


def test_a_division_that_splitting_off_misses_is_still_found():
    contents = np.array([[3], [2]])
    sizes, wanted = np.array([2, 3]), np.array([[6.0, 6.0]])
    counts, gap = best_counts(contents, sizes, wanted, sizes > 0)
    assert (deviation_of(contents, counts, wanted), gap) == (0, 0)


@settings(max_examples=10)
@given(
    count=st.integers(12, 60),
    seed=st.integers(0, 100),
    families=st.sampled_from([0, 8, 30]),
    split=st.sampled_from([SPLIT, k_fold(2), k_fold(3, 2)]),
)
def test_everyone_has_one_part_in_each_fold_and_no_family_is_divided(count, seed, families, split):
    people = patients(count, seed, families)
    folds, _ = folds_of(people, split, given=[], **DRAWING)
    for _, fold in folds.groupby("fold"):
        assert sorted(fold["patient"]) == list(people["patient"])
        assert set(fold["part"]) == {"train", "validation", "test"}
        family_of = people.dropna(subset="family").set_index("patient")["family"]
        placed = fold.assign(family=fold["patient"].map(family_of)).dropna()
        assert placed[["family", "part"]].drop_duplicates()["family"].is_unique


@pytest.mark.parametrize("split", [SPLIT, k_fold(4)])
@pytest.mark.parametrize("families", [0, 40])
def test_seeds_take_turns_and_nobody_validates_for_two(split, families):
    people = patients(120, families=families)
    folds, balance = folds_of(people, split, given=[], **DRAWING)
    family_of = people.set_index("patient")["family"]
    for number, rows in folds.groupby("fold"):
        fold, turns = fold_of(folds, number), rows["turn"].max()
        assert not fold["turn"][fold["part"] == "test"].any()
        assert turns == (5 if split is SPLIT else 4)
        seeds = [parts_at(fold, seed).set_index("patient")["part"] for seed in range(1, 2 + turns)]
        assert (seeds[0].to_numpy() == fold["part"]).all()
        assert seeds[-1].equals(seeds[0])
        held = [set(parts.index[parts == "validation"]) for parts in seeds[:-1]]
        assert len(set.union(*held)) == sum(map(len, held))
        assert np.ptp([len(names) for names in held]) <= (2 if not families else 9)
        for parts in seeds:
            assert set(parts.index[parts == "test"]) == set(fold["patient"][fold["part"] == "test"])
            places = pd.DataFrame({"family": family_of, "part": parts}).dropna().drop_duplicates()
            assert places["family"].is_unique
    assert {f"validation {turn}" for turn in range(2, 5)} <= set(balance["part"])


def test_few_patients_validate_for_every_seed():
    folds, _ = folds_of(patients(3), SPLIT, given=[], **DRAWING)
    assert folds["turn"].max() == 1
    assert parts_at(folds, 1).equals(parts_at(folds, 2))


@pytest.mark.parametrize(
    ("split", "seeds", "parts"),
    [
        (SPLIT, [1], {"train"}),
        (SPLIT, [1, 2], {"train", "validation"}),
        (k_fold(3), [1], {"train"}),
    ],
)
def test_only_who_taught_a_model_counts_as_training(split, seeds, parts):
    table = patients(60)
    table.loc[:1, "role"] = "new", "external"
    folds, _ = folds_of(table, split, **DRAWING, given=[])
    role = as_taught(table, folds, seeds).set_index("patient")["role"]
    assert role[["P0000", "P0001"]].tolist() == ["new", "external"]
    shown = folds["patient"][folds["part"].isin(parts)]
    armed = set(table["patient"][table["arm"].notna()])
    assert set(role.index[role == "train"]) == set(shown) & armed
    assert (role == "held").sum() == 58 - len(set(shown) & armed)


def test_a_fold_from_its_file_has_the_same_turns(tmp_path):
    folds, _ = folds_of(patients(60), SPLIT, given=[], **DRAWING)
    fold_of(folds, 0).to_csv(tmp_path / "fold-0.tsv", sep="\t", index=False)
    read = pd.read_csv(tmp_path / "fold-0.tsv", sep="\t", dtype=str)
    assert parts_at(read, 2)["part"].tolist() == parts_at(fold_of(folds, 0), 2)["part"].tolist()


@pytest.mark.parametrize("split", [SPLIT, k_fold(3, 2)])
def test_the_order_of_rows_does_not_matter(split):
    people = patients(40, families=15)
    first, balance = folds_of(people, split, given=[], **DRAWING)
    again, balance_again = folds_of(
        people.sample(frac=1, random_state=3), split, given=[], **DRAWING
    )
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(balance, balance_again)


def test_another_seed_draws_others_in_the_same_numbers():
    people = patients(60)
    one, balance = folds_of(people, SPLIT, given=[], **DRAWING)
    two, balance_two = folds_of(people, SPLIT, given=[], **(DRAWING | {"seed": 2}))
    assert not one.equals(two)
    pd.testing.assert_frame_equal(balance, balance_two)


def test_each_patient_tests_once_in_a_repeat_and_repeats_differ():
    folds, _ = folds_of(patients(50), k_fold(5, 2), given=[], **DRAWING)
    tests = folds[folds["part"] == "test"]
    for repeat in (0, 1):
        mine = tests[tests["fold"] // 5 == repeat]
        assert mine["patient"].is_unique
        assert len(mine) == 50
    sets = [frozenset(group["patient"]) for _, group in tests.groupby("fold")]
    assert set(sets[:5]) != set(sets[5:])


def test_repeats_differ_where_hardly_anybody_is_like_another():
    random = np.random.default_rng(3)
    levels = {"cancer_type": 5, "arm": 3, "site": 6, "response": 2}
    table = pd.DataFrame({name: random.integers(0, n, 120) for name, n in levels.items()})
    strata = strata_of(table, [*levels])
    divisions = divide(strata, pd.Series(table.index), [0.2] * 5, [1, 2, 3])
    first, *others = (division.parts.to_numpy() for division in divisions)
    together = np.triu(first[:, None] == first, 1)
    for other, division in zip(others, divisions[1:], strict=True):
        # Of those who test together a fifth do so again by chance.
        assert (other[:, None] == other)[together].mean() < 0.3
        assert division.balance["deviation"].sum() <= divisions[0].balance["deviation"].sum() + 1e-6
        got = pd.crosstab(other, table["arm"]).T.to_numpy().ravel()
        told = division.balance[division.balance["stratum"].str.match(r"arm=\d$")]
        assert got.tolist() == told["got"].tolist()


@pytest.mark.parametrize("sizes", [[2] * 15 + [3] * 10, [2, 3, 4, 5, 6, 7, 8]])
def test_relatives_test_beside_others_in_each_repeat(sizes):
    family = pd.Series(np.repeat(np.arange(60 + len(sizes)), [1] * 60 + sizes))
    random = np.random.default_rng(5)
    table = pd.DataFrame({name: random.integers(0, 2, len(family)) for name in ("arm", "response")})
    divisions = divide(strata_of(table, [*table]), family, [0.2] * 5, [1, 2, 3, 4])
    first, *others = (division.parts.to_numpy() for division in divisions)
    is_related = family.map(family.value_counts()).to_numpy() > 1
    apart = np.triu(family.to_numpy()[:, None] != family.to_numpy(), 1)
    together = apart & (first[:, None] == first) & is_related[:, None] & is_related
    again = [(other[:, None] == other)[together].mean() for other in others]
    # Of those who test together a fifth do so again by chance.
    assert np.mean(again) < 0.35
    for division in divisions:
        assert division.parts.groupby(family).nunique().eq(1).all()
        deviation = division.balance["deviation"].sum()
        assert deviation == pytest.approx(divisions[0].balance["deviation"].sum())


def test_where_nobody_has_relatives_families_exchange_nothing(monkeypatch):
    table = patients(60)
    told = folds_of(table.assign(family=None), k_fold(5, 3), given=[], **DRAWING)[0]
    monkeypatch.setattr(dividing, "_families_exchanged", lambda places, *_: places)
    without = folds_of(table.assign(family=None), k_fold(5, 3), given=[], **DRAWING)[0]
    pd.testing.assert_frame_equal(told, without)


def test_each_repeat_leaves_a_site_out_of_each_fold():
    table = patients(100)
    names = [f"s{number}" for number, size in enumerate([10, 9, 9, 8]) for _ in range(size)]
    table = table.assign(site=[*names, *[None] * 64], cancer_type="A", arm="x")
    scheme = by_site(4)
    scheme["scheme"]["repeats"] = 4
    folds, _ = folds_of(table, scheme, given=[], **DRAWING)
    placed = folds[folds["part"] == "test"].merge(table, on="patient")
    assert placed.groupby("fold")["site"].nunique().tolist() == [1] * 16


def test_fractions_are_never_missed_by_a_patient_or_more_without_families():
    _, balance = folds_of(patients(300, types="AAABBC"), SPLIT, given=[], **DRAWING)
    assert balance["deviation"].max() < 1
    assert (balance["deviation"] == (balance["got"] - balance["wanted"]).abs()).all()


def test_a_stratum_of_two_leaves_the_others_even():
    people = patients(102, types="A")
    people.loc[:1, "cancer_type"] = "rare"
    _, balance = folds_of(people, k_fold(5), given=[], **DRAWING)
    tested = balance[(balance["stratum"] == "all") & (balance["part"] == "test")]
    assert tested["got"].between(20, 21).all()


def test_a_missing_value_is_a_stratum_of_its_own():
    table = strata_of(patients(30).set_index("patient"), ["arm"])
    assert list(table.columns) == ["all", "arm=missing", "arm=x", "arm=y"]
    assert table["all"].all()


def test_too_few_families_are_refused():
    with pytest.raises(ValueError, match="cannot fill 3 parts"):
        folds_of(patients(12, families=2), SPLIT, given=[], **DRAWING)


def test_only_training_patients_are_divided():
    people = patients(30)
    people.loc[:3, "role"] = ["external", "new", "external", "new"]
    folds, _ = folds_of(people, SPLIT, given=[], **DRAWING)
    assert set(folds["patient"]) == set(people["patient"][4:])


def given_table(people, folds, repeats):
    numbers = {f"repeat{n + 1}": people.index // (n + 1) % folds for n in range(repeats)}
    return pd.DataFrame({"patient": people["patient"], **numbers}).astype(str)


def test_given_folds_are_kept():
    people = patients(30)
    given = given_folds(given_table(people, 3, 2), "patient", 2)
    folds, balance = folds_of(people, given_scheme(3, 2), given=[given], **DRAWING)
    fifth = fold_of(folds, 5)
    tested = fifth["patient"][fifth["part"] == "test"]
    assert list(tested) == list(people["patient"][people.index // 2 % 3 == 2])
    assert balance.loc[balance["part"] == "test", "optimum_gap"].isna().all()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda table: table.iloc[1:], "leave out 1 patient"),
        (lambda table: table.replace({"repeat1": {"2": "3"}}), "hold 10 number"),
        (lambda table: pd.concat([table, table.iloc[:1]]), "1 patient.* twice"),
        (lambda table: table.replace({"repeat1": {"2": "two"}}), "10 value"),
        (lambda table: table.replace({"repeat1": {"2": "1"}}), "nobody in 1 fold"),
    ],
)
def test_given_folds_that_do_not_fit_are_refused(spoil, told):
    people = patients(30)
    with pytest.raises(ValueError, match=told):
        folds_of(
            people,
            given_scheme(3),
            given=[given_folds(spoil(given_table(people, 3, 1)), "patient", 1)],
            **DRAWING,
        )


@pytest.mark.parametrize("shift", [0, 1])
def test_a_given_repeat_that_is_another_again_is_refused(shift):
    people = patients(30)
    table = given_table(people, 3, 1).assign(repeat2=((people.index + shift) % 3).astype(str))
    given = given_folds(table, "patient", 2)
    with pytest.raises(ValueError, match=r"divide all patients in 1 repeat\(s\) as in another"):
        folds_of(people, given_scheme(3, 2), given=[given], **DRAWING)


def test_given_folds_that_divide_a_family_are_refused():
    people = patients(30).assign(family=["F1"] * 2 + [None] * 28)
    given = given_folds(given_table(people, 3, 1), "patient", 1)
    with pytest.raises(ValueError, match="divide 1 families"):
        folds_of(people, given_scheme(3), given=[given], **DRAWING)


def test_a_fold_that_is_none_is_refused():
    folds, _ = folds_of(patients(30), SPLIT, given=[], **DRAWING)
    with pytest.raises(ValueError, match="no fold 1"):
        fold_of(folds, 1)


ENDPOINTS = {"response": "remission", "os": {"months": "os_months", "event": "dead"}}


def clinical(names, **columns):
    table = {"patient": names, "cancer_type": "A", "arm": "x", "family": None, "site": "h"}
    outcomes = {"remission": 1.0, "os_months": 3.0, "dead": 0.0}
    return pd.DataFrame(table | outcomes | columns)


def test_roles_follow_cohort_and_outcomes():
    none = {"remission": [1.0, None], "os_months": [3.0, None], "dead": [0.0, None]}
    tables = {"a": clinical(["P2", "P1"], **none), "b": clinical(["P3"])}
    listed = patients_of(tables, {"a": ["P2", "P9"], "b": []}, ["b"], ENDPOINTS)
    assert dict(zip(listed["patient"], listed["role"], strict=True)) == {
        "P1": "new",
        "P2": "train",
        "P3": "external",
        "P9": "new",
    }
    assert listed.set_index("patient")["has_genome"].to_dict() == {
        "P1": False,
        "P2": True,
        "P3": False,
        "P9": True,
    }
    assert list(listed.columns[-3:]) == ["response", "os_time", "os_event"]


def test_a_time_without_its_event_is_no_outcome():
    """Nothing can be learnt of such a patient, who is to be predicted instead."""
    none = {"remission": [1.0, None], "os_months": [3.0, 9.0], "dead": [0.0, None]}
    listed = patients_of({"a": clinical(["P1", "P2"], **none)}, {"a": []}, [], ENDPOINTS)
    assert listed["role"].tolist() == ["train", "new"]


def test_who_was_never_watched_is_to_be_predicted():
    """0 months without an event stand in the records as followed, and tell nothing."""
    people = clinical(
        ["dead", "entered", "seen", "told"], remission=[None, None, None, 0.0],
        os_months=[0.0, 0.0, 0.1, 0.0], dead=[1.0, 0.0, 0.0, 0.0],
    )  # fmt: skip
    listed = patients_of({"a": people}, {"a": []}, [], ENDPOINTS).set_index("patient")["role"]
    assert listed.to_dict() == {"dead": "train", "entered": "new", "seen": "train", "told": "train"}


def test_an_external_cohort_of_other_arms_is_refused_and_single_patients_are_told_of(caplog):
    tables = {"a": clinical(["P1"]), "b": clinical(["P2", "P3"], arm=["X", "y"])}
    with pytest.raises(ValueError, match="cohort b received arm X, y, and training patients x"):
        patients_of(tables, {"a": [], "b": []}, ["b"], ENDPOINTS)
    tables["b"]["arm"] = ["x", "y"]
    assert len(patients_of(tables, {"a": [], "b": []}, ["b"], ENDPOINTS)) == 3
    assert "1 patients of b received arm y, and training patients x: not tested" in caplog.text


def families_of(tables, *pairs, external=()):
    relatives = pd.DataFrame(pairs, columns=["patient_1", "patient_2"], dtype=object)
    genomes = dict.fromkeys(tables, ())
    listed = patients_of(tables, genomes, external, ENDPOINTS, relatives)
    return listed.set_index("patient")


def test_equal_family_names_of_two_cohorts_are_two_families():
    tables = {"a": clinical(["P1", "P2"], family="F1"), "b": clinical(["P3"], family="F1")}
    listed = families_of(tables)
    assert listed["family"].tolist() == ["a.F1", "a.F1", "b.F1"]
    assert groups_of(listed, ["family"]).tolist() == [0, 0, 1]


def test_found_relatives_join_patients_and_families():
    tables = {
        "a": clinical(["P1", "P2", "P3", "P4", "P5", "P6"], family=["F1", "F1", "F2", *"   "])
    }
    tables["a"].loc[3:, "family"] = None
    listed = families_of(tables, ("P2", "P3"), ("P4", "P5"), ("P6", "elsewhere"))
    assert listed["family"].tolist() == ["F1", "F1", "F1", "kin of P4", "kin of P4", None]
    assert groups_of(listed, ["family"]).nunique() == 3


def test_families_stay_as_the_card_names_them_where_nobody_was_found():
    listed = families_of({"a": clinical(["P1", "P2"], family=["F1", None])})
    assert listed["family"].tolist() == ["F1", None]


def test_relatives_across_cohorts_are_one_family_and_no_external_test():
    tables = {"a": clinical(["P1", "P2"], family=["F1", None]), "b": clinical(["P3", "P4"])}
    trained = families_of(tables, ("P1", "P3"))
    assert trained["family"].tolist() == ["F1", None, "F1", None]
    assert groups_of(trained, ["family"]).nunique() == 3
    assert (trained["role"] == "train").all()
    tested = families_of(tables, ("P1", "P3"), external=["b"])
    assert tested["role"].tolist() == ["train", "train", "related", "external"]


def test_an_external_cohort_may_lack_an_outcome():
    tables = {"a": clinical(["P1"]), "b": clinical(["P2"]).drop(columns="remission")}
    listed = patients_of(tables, {"a": ["P1"], "b": ["P2"]}, ["b"], ENDPOINTS)
    assert listed["response"].tolist()[0] == 1
    assert listed["response"].isna().tolist() == [False, True]


def test_a_patient_of_two_cohorts_is_refused_without_a_name():
    tables = {"a": clinical(["P1"]), "b": clinical(["P1"])}
    with pytest.raises(ValueError, match=r"1 patient\(s\) stand in several cohorts") as caught:
        patients_of(tables, {"a": [], "b": []}, [], ENDPOINTS)
    assert "P1" not in str(caught.value)


@pytest.mark.parametrize("external", [[], ["b"]])
def test_a_study_of_which_the_checks_leave_nobody_is_refused(external):
    tables = {"a": clinical(["P1", "P2"]), "b": clinical(["P3"])}
    names = {"a": ["P1", "P2"], "b": ["P3"]}
    with pytest.raises(ValueError, match=r"Each of the \d patients .* joint_checks and"):
        patients_of(tables, names, external, ENDPOINTS, unfit={"P1", "P2", "P3"})
    left = patients_of(tables, names, external, ENDPOINTS, unfit={"P1"})
    assert left["role"].tolist()[:2] == ["excluded", "train"]


def test_a_study_without_outcomes_is_refused():
    table = clinical(["P1"], remission=None, os_months=None, dead=None)
    with pytest.raises(ValueError, match="No patient of the training cohorts has an outcome"):
        patients_of({"a": table}, {"a": []}, [], ENDPOINTS)


def by_site(folds):
    scheme = {"name": "site", "folds": folds, "repeats": 1}
    return SPLIT | {"scheme": scheme, "stratify": []}


def sited(sizes):
    """Patients of sites of these sizes, and three of an unknown one."""
    table = patients(sum(sizes) + 3)
    names = [f"site {number}" for number, size in enumerate(sizes) for _ in range(size)]
    return table.assign(site=[*names, None, None, None])


def test_a_site_is_tested_whole_by_models_that_never_saw_it():
    table = sited([20, 15, 10, 7, 5, 4])
    folds, _ = folds_of(table, by_site(3), given=[], **DRAWING)
    placed = folds.merge(table, on="patient").dropna(subset="site")
    tested = placed[placed["part"] == "test"]
    assert tested["patient"].value_counts().eq(1).all()
    assert tested.groupby("site")["fold"].agg(set).map(len).eq(1).all()
    for fold, rows in placed.groupby("fold"):
        learnt = set(rows.loc[rows["part"] != "test", "site"])
        assert not learnt & set(tested.loc[tested["fold"] == fold, "site"])


def test_as_many_folds_as_sites_leave_each_out_once():
    table = sited([20, 12, 9, 5]).dropna(subset="site")
    folds, _ = folds_of(table, by_site(4), given=[], **DRAWING)
    placed = folds[folds["part"] == "test"].merge(table, on="patient")
    assert placed.groupby("fold")["site"].agg(set).map(len).tolist() == [1, 1, 1, 1]


def test_patients_of_unknown_site_make_no_fold_that_leaves_no_site_out():
    table = patients(112)
    names = [f"s{number}" for number, size in enumerate([60, 10, 9, 8]) for _ in range(size)]
    table = table.assign(site=[*names, *[None] * 25])
    folds, _ = folds_of(table, by_site(4), given=[], **DRAWING)
    placed = folds[folds["part"] == "test"].merge(table, on="patient")
    assert placed["patient"].nunique() == 112
    assert placed.groupby("fold")["site"].nunique().tolist() == [1, 1, 1, 1]


def test_more_folds_than_sites_are_refused():
    with pytest.raises(ValueError, match="3 folds needs as many sites"):
        folds_of(sited([40, 30]), by_site(3), given=[], **DRAWING)


def test_sites_of_one_family_are_one_and_more_folds_than_that_are_refused():
    table = sited([20, 15, 10]).assign(family=None)
    table.loc[[0, 20], "family"] = "F"
    with pytest.raises(ValueError, match="come from 3, 2 when those of one family"):
        require_enough(table, by_site(3), [])
    require_enough(table, by_site(2), [])
