"""New and external patients: averages over frozen models, with intervals."""

import numpy as np
import pandas as pd
import pytest
from memory_hospital import make_hospital, split_of

from gcin.intake.halves import HALVES
from gcin.model.calibration import Calibration
from gcin.model.loading import genes_seen, universe
from gcin.model.outcomes import training_table
from gcin.model.study import prepare_fold
from gcin.prediction import genomes
from gcin.prediction.applying import run_rows, unseen_patients
from gcin.prediction.averaging import (
    external_table,
    patient_table,
    validation_rows,
    with_answers,
    with_bands,
)
from gcin.prediction.experience import (
    joined,
    most_of,
    not_taken,
    outside_experience,
    read_alone,
)
from gcin.prediction.genomes import Sequencing, genes_read, outside_genomes, unlike_genomes
from gcin.splits.teachers import as_taught

RANDOM = np.random.default_rng(0)
NO_VISITS = pd.DataFrame(columns=["patient", "day", "name", "value"])
UNTREATED = pd.DataFrame({"patient": ["N1"], "role": "new", "cancer_type": "AML"}).assign(
    arm=None, response=np.nan, os_time=np.nan, os_event=np.nan, dose_amount=np.nan
)


def applied(values, endpoint="response", role="new"):
    return pd.DataFrame(
        {
            "cohort": "a",
            "role": role,
            "run": range(len(values)),
            "patient": "N1",
            "endpoint": endpoint,
            "arm": "drug",
            "raw": values,
            "value": values,
            "models": 1,
        }
    )


def held(patients, runs=3):
    raw = RANDOM.uniform(0.1, 0.9, (runs, patients))
    response = (RANDOM.random(patients) < raw.mean(axis=0)).astype(float)
    blocks = [
        pd.DataFrame(
            {"run": run, "patient": range(patients), "raw": raw[run], "response": response}
        ).assign(endpoint="response", family=None)
        for run in range(runs)
    ]
    return pd.concat(blocks)


def test_value_is_the_mean_and_lies_in_its_interval():
    row = patient_table(applied([0.4, 0.5, 0.6]), held(60), 20).iloc[0]
    assert row["value"] == pytest.approx(0.5)
    assert 0 < row["low"] < 0.5 < row["high"] < 1


def test_interval_narrows_with_validation_patients():
    widths = []
    for patients in (20, 2000):
        row = patient_table(applied([0.5, 0.5, 0.5]), held(patients), 50).iloc[0]
        widths.append(row["high"] - row["low"])
    assert widths[1] < widths[0] / 2


def test_a_model_without_patients_to_calibrate_by_counts_as_much_as_others():
    past = held(60, 1)
    row = patient_table(applied([0.2, 0.8]), past, 100).iloc[0]
    assert row["low"] < 0.2
    assert row["high"] == pytest.approx(0.8)
    assert row["value"] == pytest.approx(0.5)


def test_kin_who_share_a_genome_and_an_outcome_narrow_no_interval():
    """Sixty families of three tell of a calibration what sixty patients do."""
    alone = held(60, 1)
    kin = pd.concat([alone.assign(family=[f"F{place}" for place in range(60)])] * 3)
    widths = {}
    for name, past in {"alone": alone, "kin": kin, "strangers": kin.assign(family=None)}.items():
        row = patient_table(applied([0.5]), past, 200).iloc[0]
        widths[name] = row["high"] - row["low"]
    assert widths["strangers"] < 0.7 * widths["alone"]
    assert widths["kin"] > 0.9 * widths["alone"]


def test_risk_spreads_over_models_alone():
    row = patient_table(applied([1.0, 2.0, 3.0], "os"), held(20), 20).iloc[0]
    assert (row["low"], row["value"], row["high"]) == pytest.approx((1.05, 2.0, 2.95))


def test_one_model_alone_gives_risk_no_interval_and_a_probability_its_own():
    row = patient_table(applied([2.0], "os"), held(20, 1), 20).iloc[0]
    assert row["value"] == 2
    assert np.isnan([row["low"], row["high"]]).all()
    row = patient_table(applied([0.5]), held(60, 1), 20).iloc[0]
    assert row["low"] < 0.5 < row["high"]


def test_without_new_patients_the_table_is_empty_but_named():
    table = patient_table(applied([0.5], role="external"), held(20, 1), 5)
    assert table.empty
    told = ["value", "low", "high", "apart", "models", "of"]
    assert list(table) == ["patient", "arm", "endpoint", *told]


def test_an_arm_that_some_models_never_learnt_is_said_by_fewer():
    both = [applied([0.4, 0.5, 0.6]), applied([0.2, 0.3]).assign(arm="rare", run=[0, 2])]
    table = patient_table(pd.concat(both), held(60), 5).set_index("arm")
    assert table[["models", "of"]].to_dict("index") == {
        "drug": {"models": 3, "of": 3},
        "rare": {"models": 2, "of": 3},
    }
    external = external_table([pd.concat(both).assign(role="external")], ["gcin"])
    assert external.set_index("arm")["models"].to_dict() == {"drug": 3, "rare": 2}
    assert (external["of"] == 3).all()


def test_the_average_of_a_stack_stands_in_an_interval_as_one():
    said = [applied([0.4, 0.5]), applied([0.4]).assign(arm="rare")]
    table = patient_table(pd.concat(said).assign(models=9), held(60), 5).set_index("arm")
    assert table["apart"].to_dict() == {"drug": 2, "rare": 1}
    assert table["models"].to_dict() == {"drug": 18, "rare": 9}


def test_external_table_averages_the_models_of_each_design():
    designs = [applied([0.2, 0.4], role="external"), applied([0.9], role="external")]
    table = external_table([*designs, applied([0.1])], ["gcin", "lasso", "cox"])
    assert table.set_index("design")["value"].to_dict() == pytest.approx(
        {"gcin": 0.3, "lasso": 0.9}
    )


def test_validation_rows_are_of_the_arm_received():
    runs = [
        pd.DataFrame(
            {
                "patient": ["P1", "P1", "P2"],
                "part": ["validation", "validation", "test"],
                "endpoint": "response",
                "arm": ["drug", "control", "drug"],
                "raw": [0.8, 0.3, 0.9],
                "value": [0.7, 0.4, 0.8],
            }
        )
    ]
    patients = pd.DataFrame(
        {
            "patient": ["P1", "P2"],
            "role": "train",
            "arm": ["control", "drug"],
            "cancer_type": "AML",
            "response": [1.0, 0.0],
        }
    )
    rows = validation_rows(runs, patients)
    columns = ["run", "patient", "endpoint", "arm", "raw", "value", "response"]
    kept = [0, "P1", "response", "control", 0.3, 0.4, 1.0]
    assert rows[columns].to_numpy().tolist() == [kept]


def test_without_response_there_are_no_validation_rows():
    run = pd.DataFrame(
        {"patient": ["P1"], "part": "validation", "endpoint": "os", "arm": "drug", "raw": 0.1}
    ).assign(value=0.1)
    patients = pd.DataFrame({"patient": ["P1"], "role": "train", "arm": "drug"})
    assert validation_rows([run], patients).empty


CONFORMAL = {"coverage": 0.9, "min_patients": 50}


def with_teachers(count, arm="drug"):
    """The new patient, and so many of an arm who train with a known response."""
    teachers = pd.DataFrame({"patient": [f"T{number}" for number in range(count)], "arm": arm})
    return pd.concat([UNTREATED, teachers.assign(role="train", response=1.0)])


def answered(values, past, patients):
    new = applied(values)
    table = patient_table(new, past, 5)
    return with_answers(table, new, past, patients, CONFORMAL, 20)["answer"].tolist()


def certain(runs=3):
    """Validation patients whose response is the one more likely."""
    value = np.linspace(0.02, 0.98, 200)
    rows = pd.DataFrame({"patient": range(200), "value": value, "raw": value, "arm": "drug"})
    rows = rows.assign(response=(value > 0.5).astype(float), cancer_type="AML", endpoint="response")
    rows = rows.assign(family=None)
    return pd.concat(rows.assign(run=run) for run in range(runs))


def test_new_patients_are_answered_where_validation_patients_leave_one_outcome():
    past, patients = certain(), with_teachers(20)
    assert answered([0.97, 0.95, 0.96], past, patients) == ["response"]
    assert answered([0.03, 0.05, 0.04], past, patients) == ["no response"]
    assert answered([0.97, 0.95, 0.96], past.iloc[:0], patients) == ["both"]


@pytest.mark.parametrize("patients", [with_teachers(19), with_teachers(200, "other"), UNTREATED])
def test_no_answer_rests_on_few_patients_of_the_arm(patients):
    assert answered([0.97, 0.95, 0.96], certain(), patients) == ["few patients"]


def test_patients_without_the_outcome_do_not_make_an_arm_known():
    patients = with_teachers(40).assign(response=[np.nan, *19 * [1.0], *21 * [np.nan]])
    assert answered([0.97, 0.95, 0.96], certain(), patients) == ["few patients"]


def test_patients_who_taught_an_endpoint_are_counted_by_arm():
    new, patients = applied([0.5]), pd.concat([with_teachers(7), with_teachers(9, "other")])
    table = with_answers(patient_table(new, certain(1), 5), new, certain(1), patients, CONFORMAL, 1)
    assert table["taught"].tolist() == [7]


def test_a_locked_test_part_is_nothing_that_the_models_have_seen():
    """Eighteen of an arm taught, five tested; the oldest of all is one of these."""
    patients = with_teachers(23).assign(response=lambda table: (table.index % 2).astype(float))
    patients.loc[patients["role"] == "new", "response"] = np.nan
    train = patients["patient"][patients["role"] == "train"].tolist()
    parts = ["train"] * 18 + ["test"] * 5
    folds = pd.DataFrame({"fold": 0, "patient": train, "part": parts, "turn": [1, 2] * 9 + [0] * 5})
    taught = as_taught(patients, folds, [1, 2])
    assert answered([0.97, 0.95, 0.96], certain(), patients) == ["response"]
    assert answered([0.97, 0.95, 0.96], certain(), taught) == ["few patients"]
    ages = pd.DataFrame({"age": [70.0, *[60.0] * 18, *[80.0] * 5]}, index=["N1", *train])
    found = outside_experience(ages, NO_VISITS, ages[[]], taught)
    assert found.to_dict() == {"N1": "age 70 (training 60 to 60)"}


def test_risk_has_no_answer_and_nobody_no_rows():
    new = applied([0.1, 0.2], "os")
    past = held(20).assign(arm="drug", cancer_type="AML", value=lambda rows: rows["raw"])
    table = with_answers(patient_table(new, past, 5), new, past, UNTREATED, CONFORMAL, 20)
    assert table["answer"].isna().all()
    assert (table["kind"] == "survival").all()
    nobody = applied([0.5], role="external")
    table = with_answers(patient_table(nobody, past, 5), nobody, past, UNTREATED, CONFORMAL, 20)
    assert table.empty
    assert "answer" in table


def test_what_lies_outside_experience_is_named():
    features = pd.DataFrame(
        {"age": [40.0, 60.0, 50.0, 71.5], "stage": ["I", "II", None, "IV"], "never": np.nan},
        index=["T1", "T2", "N1", "N2"],
    )
    patients = pd.DataFrame(
        {"patient": ["T1", "T2", "N1", "N2", "N3"], "role": ["train"] * 2 + ["new"] * 3}
    )
    assert outside_experience(features, NO_VISITS, features[[]], patients).to_dict() == {
        "N1": "",
        "N2": "age 71.5 (training 40 to 60); stage IV (not in training)",
        "N3": "no clinical feature is known",
    }


KNOWN = pd.DataFrame(
    {"patient": ["T1", "T2", "T3", "N1", "N2"], "role": ["train"] * 3 + ["new"] * 2}
)


def test_the_limit_of_training_in_another_unit_is_within_experience():
    features = pd.DataFrame({"x": [1.0, 1.1 * 1.1, 0.5, 1.21, 1.22]}, index=KNOWN["patient"])
    found = outside_experience(features[::-1], NO_VISITS, features[[]], KNOWN)
    assert found.to_dict() == {"N1": "", "N2": "x 1.22 (training 0.5 to 1.21)"}


def test_a_visit_outside_experience_is_named_whenever_it_was():
    rows = [("T1", -9, 100.0), ("T2", -2, 300.0), ("N1", -40, 900.0), ("N1", 0, 200.0)]
    visits = pd.DataFrame(rows, columns=["patient", "day", "value"]).assign(name="ldh")
    found = outside_experience(pd.DataFrame(), visits, pd.DataFrame(), KNOWN)
    assert found.to_dict() == {"N1": "ldh of a visit 900 (training 100 to 300)", "N2": ""}


def test_omics_on_another_scale_are_outside_experience():
    random = np.random.default_rng(0)
    training, new = random.normal(8, 1, (40, 50)), random.normal(8, 1, (2, 50))
    values = np.vstack([training, new[0], 2 ** new[1]])
    names = [f"T{number}" for number in range(40)]
    patients = pd.DataFrame({"patient": [*names, "N1", "N2"], "role": ["train"] * 40 + ["new"] * 2})
    omics = pd.DataFrame(values, patients["patient"], [f"rna G{place}" for place in range(50)])
    found = outside_experience(pd.DataFrame(), NO_VISITS, omics, patients)
    assert found["N1"] == ""
    assert found["N2"].startswith("omics rna: 50 of 50 features (training at most ")
    few = outside_experience(pd.DataFrame(), NO_VISITS, omics.iloc[:, :1], patients)
    assert few["N1"] == ""
    assert few["N2"].startswith("rna G0 ")


def test_features_of_a_single_training_patient_hide_nobody_on_another_scale():
    random = np.random.default_rng(0)
    names, new = [f"T{number}" for number in range(40)], ["N1", "N2"]
    patients = pd.DataFrame({"patient": [*names, *new], "role": ["train"] * 40 + ["new"] * 2})
    values = np.full((42, 150), np.nan)
    values[:, :50] = random.normal(8, 1, (42, 50))
    values[[0, 41], 50:] = random.normal(8, 1, (2, 100))
    values[40, :50] **= 2
    omics = pd.DataFrame(values, patients["patient"], [f"rna G{place}" for place in range(150)])
    found = outside_experience(pd.DataFrame(), NO_VISITS, omics, patients)
    assert found["N1"].startswith("omics rna: 50 of 150 features (training at most ")
    assert found["N2"] == ""


def test_what_was_measured_in_training_alone_is_named():
    omics = pd.DataFrame(
        {"rna A": [1.0, 2, 3, 4, np.nan], "cna A": [np.nan] * 3 + [1, np.nan]}, KNOWN["patient"]
    )
    visits = pd.DataFrame({"patient": ["T1", "N2"], "day": 0, "name": "ldh", "value": 1.0})
    found = not_taken(pd.DataFrame(), visits, omics, KNOWN)
    assert found.to_dict() == {"N1": "visits", "N2": "omics rna"}


def test_what_every_training_patient_has_and_a_new_one_lacks_is_outside_experience():
    gap = np.nan
    omics = pd.DataFrame(
        {"rna A": [1, 2, 3, gap, 2], "rna B": [gap, 2, 3, gap, gap]}, KNOWN["patient"]
    )
    omics["cna A"] = [1, gap, 2, gap, gap]
    visits = pd.DataFrame(
        {"patient": ["T1", "T2", "T3", "N1"], "day": 0, "name": "ldh", "value": 1}
    )
    found = outside_experience(pd.DataFrame(), visits, omics, KNOWN)
    assert found.to_dict() == {
        "N1": "no omics rna (all training patients have some)",
        "N2": "no visit (all training patients have some)",
    }
    omics.loc["T2"], visits = gap, visits[visits["patient"] != "T3"]
    assert not outside_experience(pd.DataFrame(), visits, omics, KNOWN).any()


def test_a_table_of_omics_that_lacks_more_features_than_in_training_is_told():
    gap = np.nan
    rows = [[1, 2, gap], [1, gap, 3], [1, 2, 3], [1, gap, gap], [gap, 1, 2]]
    omics = pd.DataFrame(rows, KNOWN["patient"], ["rna A", "rna B", "rna C"]).astype(float)
    found = not_taken(pd.DataFrame(), NO_VISITS, omics, KNOWN)
    assert found.to_dict() == {"N1": "2 of 3 features of omics rna", "N2": ""}


def test_fewer_clinical_features_than_anybody_had_are_told_and_none_at_all_is_outside():
    gap = np.nan
    features = pd.DataFrame(
        {"a": [1, 2, gap, 1, gap], "b": [1, gap, 1, gap, gap], "c": [1, 1, 1, gap, gap], "d": gap},
        index=KNOWN["patient"],
    )
    found = not_taken(features, NO_VISITS, features[[]], KNOWN)
    assert found.to_dict() == {"N1": "2 of 3 clinical features", "N2": "3 of 3 clinical features"}
    found = outside_experience(features, NO_VISITS, features[[]], KNOWN)
    assert found.to_dict() == {"N1": "", "N2": "no clinical feature is known"}
    bare = features.assign(a=gap, b=gap, c=gap)
    assert not outside_experience(bare, NO_VISITS, features[[]], KNOWN).any()
    assert not not_taken(bare, NO_VISITS, features[[]], KNOWN).any()


def test_one_patient_of_whom_little_is_known_hides_nothing_that_others_lack():
    names = [f"T{number}" for number in range(24)] + ["poor", "N"]
    roles = pd.DataFrame({"patient": names, "role": ["train"] * 25 + ["new"]})
    features = pd.DataFrame(1.0, names, [f"x{number}" for number in range(12)])
    features.loc["poor", "x1":] = np.nan
    features.loc["N", "x4":] = np.nan
    omics = features.add_prefix("rna ")
    found = not_taken(features, NO_VISITS, omics, roles)
    assert found["N"] == "8 of 12 clinical features; 8 of 12 features of omics rna"
    features.loc["N", "x4":"x10"] = 1.0
    assert not not_taken(features, NO_VISITS, features[[]], roles)["N"]


GENES = [f"G{number}" for number in range(6)]


def sequencing(train, new, measures=None, tissues=None, genes=GENES):
    """Genes that each patient covers, and has altered; measures are those of all unless given."""
    rows = {**train, **new}
    seen = pd.DataFrame([[gene in rows[name] for gene in genes] for name in rows], rows, genes)
    table = pd.DataFrame(10.0, rows, ["variants", "burden", "heterozygosity"])
    table.update(pd.DataFrame(measures or {}, dtype=float))
    told = pd.Series("germline", rows).where(seen.any(axis=1), None)
    told.update(pd.Series(tissues or {}, dtype=object))
    roles = pd.Series({name: "train" if name in train else "new" for name in rows})
    found = Sequencing(seen, seen, table, told)
    limits = {"min_callable": 0.5, "max_genes": 1000}
    return found, roles, genes_read(found, [pd.Index(list(train))], limits)


def test_genes_that_training_patients_have_and_a_new_one_lacks_are_named():
    train = {"T1": GENES[:4], "T2": GENES[:4], "T3": GENES[1:4]}
    new = {"same": GENES[:4], "as T3": GENES[1:4], "few": GENES[2:4], "more": GENES, "none": []}
    outside, unread = unlike_genomes(*sequencing(train, new))
    assert outside.to_dict() == {
        "same": "",
        "as T3": "",
        "few": "2 of 4 genes not covered (G0, G1)",
        "more": "",
        "none": "no genome (all training patients have one)",
    }
    assert unread.to_dict() == {"same": 0, "as T3": 0, "few": 0, "more": 2, "none": 0}


def test_another_gene_is_lacking_by_chance_as_often_as_among_training_patients():
    train = {f"T{n}": [g for g in GENES if g != GENES[n]] for n in range(3)} | {"T9": GENES}
    new = {"one": [g for g in GENES if g != GENES[4]], "two": GENES[:4]}
    outside, _ = unlike_genomes(*sequencing(train, new))
    assert outside.to_dict() == {"one": "", "two": "2 of 6 genes not covered (G4, G5)"}


def test_one_poor_sample_of_training_hides_no_other_gaps():
    genes = [f"G{number:02}" for number in range(60)]
    train = {f"T{number}": genes for number in range(38)}
    train |= {"one gap": genes[1:], "poor": genes[30:]}
    new = {"other gaps": genes[:40], "as poor": genes[30:], "a gap": [*genes[:50], *genes[51:]]}
    outside, _ = unlike_genomes(*sequencing(train, new, genes=genes))
    told = {name: words.split(" (")[0] for name, words in outside.items()}
    assert told["other gaps"] == "20 of 60 genes not covered"
    assert told["a gap"] == ""
    poor = {f"P{number}": genes[30:] for number in range(9)}
    outside, _ = unlike_genomes(*sequencing(train | poor, new, genes=genes))
    assert outside["as poor"] == ""
    assert outside["other gaps"].startswith("20 of 60 genes")


@pytest.mark.parametrize(
    ("counts", "most"),
    [
        ([3], 3),
        ([0] * 10 + [50], 50),
        ([0] * 19 + [50], 1),
        ([0] * 18 + [1, 50], 3),
        ([5] * 18 + [20, 41], 41),
        ([5] * 38 + [50, 400], 11),
        ([5] * 30 + [400] * 10, 400),
    ],
)
def test_few_who_have_far_more_than_all_others_are_no_measure(counts, most):
    assert most_of(counts[::-1]) == most


def test_genes_that_no_model_reads_take_no_part_and_may_be_missing():
    """Of three genes that training patients cover, nobody has G0 altered, and one alone has G1."""
    rows, genes = ["T1", "T2", "T3", "N1", "N2"], ["G0", "G1", "G2"]
    seen = pd.DataFrame(True, rows, genes)
    seen.loc["N2", "G0"] = False
    altered = pd.DataFrame([[0, 1, 1], [0, 0, 1], [0, 0, 1], [1, 1, 1], [0] * 3], rows, genes) > 0
    measures = pd.DataFrame(1.0, rows, ["variants", "burden", "heterozygosity"])
    found = Sequencing(seen, altered, measures, pd.Series("germline", rows))
    roles = pd.Series(["train"] * 3 + ["new"] * 2, rows)
    runs = [pd.Index(["T1", "T2"]), pd.Index(["T2", "T3"])]
    wide = genes_read(found, runs, {"min_callable": 0.5, "max_genes": 9})
    narrow = genes_read(found, runs, {"min_callable": 0.5, "max_genes": 1})
    assert (list(wide), list(narrow)) == (["G1", "G2"], ["G2"])
    outside, unread = unlike_genomes(found, roles, wide)
    assert outside.to_dict() == {"N1": "", "N2": ""}
    assert unread.to_dict() == {"N1": 1, "N2": 0}
    assert unlike_genomes(found, roles, narrow)[1].to_dict() == {"N1": 2, "N2": 1}


def test_many_genes_are_counted_and_not_named(monkeypatch):
    monkeypatch.setattr(genomes, "MOST_NAMED", 1)
    outside, _ = unlike_genomes(*sequencing({"T": GENES}, {"N": GENES[:2]}))
    assert outside.to_dict() == {"N": "4 of 6 genes not covered"}


def test_more_variants_or_another_burden_than_anybody_had_is_told():
    measures = {"variants": {"T1": 3, "N1": 11}, "burden": {"N2": 4}, "heterozygosity": {"T2": 9}}
    given = sequencing({"T1": GENES, "T2": GENES}, {"N1": GENES, "N2": GENES}, measures)
    outside, _ = unlike_genomes(*given)
    assert outside.to_dict() == {
        "N1": "variants in genes 11 (training 3 to 10)",
        "N2": "rare variants that change a protein, per megabase, 4 (training 10 to 10)",
    }


def test_a_study_without_new_patients_reads_no_genome():
    patients = pd.DataFrame({"patient": ["T1"], "cohort": "a", "role": "train"})
    outside, unread = outside_genomes(patients, [], {"a": None}, {}, HALVES)
    assert outside.empty
    assert unread.empty
    new = patients.assign(role="new")
    outside, unread = outside_genomes(new, [], {"a": None}, {}, ["clinical"])
    assert (outside.to_dict(), unread.to_dict()) == ({"T1": ""}, {"T1": 0})


def test_what_a_design_does_not_read_is_not_outside_what_it_has_seen():
    gap = np.nan
    features = pd.DataFrame({"age": [50.0, 60, 70, 99, gap]}, KNOWN["patient"])
    omics = pd.DataFrame({"rna A": [1.0, 2, 3, 9, gap]}, KNOWN["patient"])
    visits = pd.DataFrame({"patient": ["T1", "T2", "T3"], "day": 0, "name": "ldh", "value": 1.0})
    told = {
        "clinical": {"N1": "age 99 (training 50 to 70)", "N2": "no clinical feature is known"},
        "visits": {name: "no visit (all training patients have some)" for name in ("N1", "N2")},
        "omics": {
            "N1": "rna A 9 (training 1 to 3)",
            "N2": "no omics rna (all training patients have some)",
        },
        "genome": {"N1": "", "N2": ""},
    }
    for half, words in told.items():
        known = read_alone(features, visits, omics, [half])
        assert outside_experience(*known, KNOWN).to_dict() == words
        lacks = {"clinical": "1 of 1 clinical features", "visits": "visits", "omics": "omics rna"}
        assert not_taken(*known, KNOWN)["N2"] == lacks.get(half, "")


def test_a_tissue_that_nobody_was_sequenced_of_is_told():
    tissues = {"T1": "germline and tumour", "N1": "tumour"}
    given = sequencing({"T1": GENES, "T2": GENES}, {"N1": GENES, "N2": GENES}, None, tissues)
    outside, _ = unlike_genomes(*given)
    told = "genome of tumour (training: germline or germline and tumour)"
    assert outside.to_dict() == {"N1": told, "N2": ""}


def test_where_some_train_without_a_genome_nobody_must_have_one():
    outside, _ = unlike_genomes(*sequencing({"T1": GENES, "T2": []}, {"N": []}))
    assert outside.to_dict() == {"N": ""}
    outside, unread = unlike_genomes(*sequencing({"T1": []}, {"N": GENES}))
    assert outside.to_dict() == {"N": ""}
    assert unread.to_dict() == {"N": 6}


def test_clinic_and_genome_are_told_together():
    clinic = pd.Series({"A": "age 3", "B": "", "C": "x"})
    genome = pd.Series({"C": "y", "B": "", "A": ""})
    assert joined(clinic, genome).to_dict() == {"A": "age 3", "B": "", "C": "x; y"}


def test_rows_of_a_run_belong_to_their_patients():
    patients = pd.DataFrame(
        {
            "patient": ["T", "E", "N"],
            "cohort": ["a", "b", "a"],
            "role": ["train", "external", "new"],
        }
    )
    table = unseen_patients(patients)
    predicted = {"response": np.array([[0.1, 0.2], [0.3, 0.4]]), "os": np.ones((2, 2))}
    rows = run_rows(table, predicted, ["x", "y"], {"response": Calibration(1.0, 0.0)}, 4)
    new = rows[(rows["patient"] == "N") & (rows["endpoint"] == "response")].set_index("arm")
    assert new["value"].to_dict() == pytest.approx({"x": 0.3, "y": 0.4})
    assert set(rows.loc[rows["patient"] == "E", "cohort"]) == {"b"}
    assert len(rows) == 8


def test_a_quantity_has_the_band_of_the_validation_patients():
    """Two models that say 30 and 34 of a new patient, and were off by at most 9 and 19 before."""
    new = applied([30.0, 34.0], "dose")
    past = pd.concat(
        [
            pd.DataFrame({"run": run, "value": 50.0, "amount": 50.0 + np.arange(10) * (run + 1)})
            for run in (0, 1)
        ]
    ).assign(endpoint="dose", arm="drug", cancer_type="AML")
    past["amount"] += past["run"]
    table = patient_table(new, past.iloc[:0], 5).assign(taught=20)
    row = with_bands(table, new, past, UNTREATED, CONFORMAL, 20, {}).iloc[0]
    assert row[["low", "value", "high"]].tolist() == pytest.approx([18.0, 32.0, 46.0])
    few = with_bands(table.assign(taught=19), new, past, UNTREATED, CONFORMAL, 20, {}).iloc[0]
    assert few["value"] == pytest.approx(32.0)
    assert np.isnan([few["low"], few["high"]]).all()


@pytest.mark.parametrize(
    ("said", "lowest", "band"), [(4, 0, (0, 4, 14)), (-3, 0, (0, 0, 7)), (4, -1, (-6, 4, 14))]
)
def test_no_amount_is_below_zero_that_is_so_in_nobody(said, lowest, band):
    past = pd.DataFrame({"run": 0, "value": 10.0, "amount": [lowest, *[20.0] * 19]})
    past = past.assign(endpoint="dose", arm="drug", cancer_type="AML")
    table = patient_table(applied([float(said)], "dose"), past.iloc[:0], 5).assign(taught=20)
    row = with_bands(table, applied([float(said)], "dose"), past, UNTREATED, CONFORMAL, 20, {})
    assert row[["low", "value", "high"]].iloc[0].tolist() == pytest.approx(band)


def test_a_band_under_a_root_is_wider_for_larger_amounts_and_never_below_zero():
    past = pd.DataFrame({"run": 0, "value": 49.0, "amount": [36.0, 64.0] * 10})
    past = past.assign(endpoint="dose", arm="drug", cancer_type="AML")
    widths = []
    for value in (0.25, 25.0, 100.0):
        new = applied([value], "dose")
        empty = patient_table(new, past.iloc[:0], 5).assign(taught=20)
        row = with_bands(empty, new, past, UNTREATED, CONFORMAL, 20, {"dose": "sqrt"}).iloc[0]
        assert 0 <= row["low"] < value < row["high"]
        widths.append(row["high"] - row["low"])
    assert widths == sorted(widths)
    assert widths[1:] == pytest.approx([36 - 16, 121 - 81])


def test_genes_that_are_said_to_be_read_are_those_that_models_read(settings):
    hospital = make_hospital(count=120, genes=20)
    fold = training_table(hospital.patients, split_of(hospital.patients))
    limits = settings["preparation"] | {"max_genes": 9}
    preparation, patients = prepare_fold(fold, hospital.cohorts, limits, variants=0)
    table = patients.part("train").table
    seen, altered = (
        pd.DataFrame(found, table.index, universe(hospital.cohorts.stores)["gene"])
        for found in genes_seen(table, hospital.cohorts.stores)
    )
    found = Sequencing(seen, altered, pd.DataFrame(), pd.Series(dtype=object))
    assert set(preparation.genes) == set(genes_read(found, [table.index], limits))
    assert len(preparation.genes) == 9
