"""Visits before treatment: packed by day, read with a memory that fades, and never from later."""

from dataclasses import replace

import joblib
import keras
import numpy as np
import pandas as pd
import pytest
from memory_hospital import make_hospital, split_of
from sklearn.metrics import roc_auc_score
from test_network import DESIGN, SHAPE, arrays_of, assert_same, awake, predicted

from gcin.model.baselines import fit_baseline, predict_baseline
from gcin.model.inputs import column_blocks, linear_columns, network_arrays, tree_columns
from gcin.model.layers.visits import VisitRecurrence
from gcin.model.network import build_network
from gcin.model.outcomes import training_table
from gcin.model.predictions import frozen
from gcin.model.preparation import as_plain, from_plain
from gcin.model.study import Cohorts, prepare_fold, read_patients
from gcin.model.training import fit_network, predict_network, train_network
from gcin.model.visits import DAYS_PER_MONTH, VISIT_ARRAYS, fit_visits, visit_arrays, visit_frame
from gcin.prediction.networks import apply_networks

# Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RANDOM = np.random.default_rng(0)
L2 = {"response": 0.0, "os": 0.0}


def rows(*told):
    table = pd.DataFrame(told, columns=["row", "day", "name", "value"])
    return table.astype({"day": float, "value": float})


def labs(patients, slope, seed=1, gone=0.1):
    """Two to eight visits within a year; `ldh` follows a level and a slope, `crp` nothing."""
    random, table = np.random.default_rng(seed), []
    for patient, rise in zip(patients, slope, strict=True):
        if random.random() < gone:
            continue
        days = np.unique(-random.integers(0, 365, random.integers(2, 9)))
        ldh = random.normal() + rise * (days + 180) / 180 + 0.3 * random.normal(size=len(days))
        for name, values in (("ldh", ldh), ("crp", random.normal(size=len(days)))):
            table += [(patient, *at, name) for at in zip(days, values, strict=True)]
    found = pd.DataFrame(table, columns=["patient", "day", "value", "name"])
    return found.astype({"day": float})[["patient", "day", "name", "value"]]


@pytest.fixture(scope="module")
def hospital():
    """Response follows the slope of a laboratory value before treatment, and nothing else."""
    made = make_hospital(count=400, genes=8, signal=0.0)
    random = np.random.default_rng(2)
    slope = random.normal(size=400)
    response = (random.random(400) < 1 / (1 + np.exp(-3 * slope))).astype(float)
    visits = labs(made.patients["patient"], slope)
    cohorts = replace(made.cohorts, visits={"hospital": visits})
    return replace(made, patients=made.patients.assign(response=response), cohorts=cohorts)


@pytest.fixture(scope="module")
def fold(hospital, settings):
    table = training_table(hospital.patients, split_of(hospital.patients))
    return prepare_fold(table, hospital.cohorts, settings["preparation"], 16)


def area(said, test, hospital):
    """AUC among those with visits."""
    seen = test.table.index.isin(hospital.cohorts.visits["hospital"]["patient"])
    known = hospital.patients.set_index("patient").loc[test.table.index, "response"]
    return roc_auc_score(known[seen], said["response"].mean(axis=1)[seen])


# What the recurrence remembers


def some_visits(patients=4, visits=5, names=2, seed=0):
    """Values, changes, what was seen and months before day 0; the last visits are padding."""
    random = np.random.default_rng(seed)
    seen = (random.random((patients, visits, names)) < 0.7).astype("float32")
    seen[:, -1] = 0
    values, changes = (random.normal(size=seen.shape).astype("float32") * seen for _ in range(2))
    months = np.sort(random.uniform(0, 12, (patients, visits)))[:, ::-1].astype("float32")
    return values, changes, seen, months


def memory(*arrays, units=3, seed=0):
    layer = VisitRecurrence(units)
    layer.build(*(array.shape for array in arrays))
    random = np.random.default_rng(seed)
    layer.bias.assign(random.normal(size=2 * units))
    layer.kernel.assign(random.normal(size=layer.kernel.shape))
    return layer


def test_the_memory_is_what_reading_visit_by_visit_leaves():
    values, changes, seen, months = arrays = some_visits()
    layer = memory(*arrays)
    rate = np.log1p(np.exp(np.asarray(layer.fading)))
    told = np.concatenate([values, changes, seen], axis=-1)
    gate, candidate = np.split(told @ np.asarray(layer.kernel) + np.asarray(layer.bias), 2, axis=-1)
    state, before = np.zeros((4, 3)), months[:, 0]
    for visit in range(5):
        state *= np.exp(-rate * (before - months[:, visit])[:, None])
        before = months[:, visit]
        share = seen[:, visit].max(axis=1, keepdims=True) / (1 + np.exp(-gate[:, visit]))
        state = (1 - share) * state + share * np.tanh(candidate[:, visit])
    state *= np.exp(-rate * before[:, None])
    np.testing.assert_allclose(np.asarray(layer(*arrays)), state, atol=1e-5)


def test_half_lives_begin_between_weeks_and_years():
    layer = memory(*some_visits(), units=4)
    rate = np.log1p(np.exp(np.asarray(layer.fading)))
    np.testing.assert_allclose(np.log(2) / rate[[0, -1]], [0.5, 24], rtol=1e-5)


def test_a_longer_gap_means_less_memory():
    values, changes, seen, months = arrays = some_visits()
    layer, there, months = memory(*arrays), seen[:, 0].any(axis=1), months / 10
    assert there.any()
    to_day_0 = np.abs([layer(*arrays[:3], months + gap) for gap in range(4)])[:, there]
    assert (to_day_0[:-1] > to_day_0[1:]).all()
    later = np.array([0, 1, 1, 1, 1], "float32")[:, None]
    without_first = np.asarray(layer(values * later, changes * later, seen * later, months))
    left = []
    for gap in range(4):
        apart = months + gap * (1 - later[:, 0])
        left.append(np.abs(np.asarray(layer(*arrays[:3], apart)) - without_first)[there])
    assert (np.array(left[:-1]) > np.array(left[1:])).all()


def test_padding_and_what_was_not_measured_change_nothing():
    values, changes, seen, months = arrays = some_visits()
    layer = memory(*arrays)
    said = np.asarray(layer(*arrays))
    junk = [np.where(seen > 0, array, 9.0).astype("float32") for array in (values, changes)]
    np.testing.assert_allclose(np.asarray(layer(*junk, seen, months)), said, atol=1e-6)
    wider = [np.pad(x, ((0, 0), (0, 6)) + ((0, 0),) * (x.ndim - 2)) for x in arrays]
    np.testing.assert_allclose(np.asarray(layer(*wider)), said, atol=1e-6)


def test_without_visits_there_is_no_memory():
    values, changes, seen, months = some_visits()
    layer = memory(values, changes, seen, months)
    assert (np.asarray(layer(values, changes, np.zeros_like(seen), months)) == 0).all()


def test_gradients_are_finite_also_of_old_visits_and_of_none():
    values, changes, seen, months = some_visits()
    seen[0], months[1] = 0, 600
    inputs = [keras.Input(array.shape[1:]) for array in (values, changes, seen, months)]
    model = keras.Model(inputs, VisitRecurrence(3)(*inputs))
    model.compile(keras.optimizers.Adam(0.1), "mse")
    before = [weights.copy() for weights in model.get_weights()]
    for _ in range(3):
        assert np.isfinite(model.train_on_batch([values, changes, seen, months], np.ones((4, 3))))
    after = model.get_weights()
    assert all(np.isfinite(weights).all() for weights in after)
    assert all((one != other).any() for one, other in zip(before, after, strict=True))


# How visits become numbers


TOLD = rows(
    (0, -60, "ldh", 4), (0, -60, "crp", 7), (0, -30, "ldh", 6), (0, 0, "ldh", 8),
    (2, -10, "crp", 1), (2, -5, "flat", 3), (0, -2, "flat", 3),
)  # fmt: skip


def test_what_varies_among_training_visits_is_standardised_and_read():
    fitted = fit_visits(TOLD, 32)
    assert fitted.names == ["crp", "ldh"]
    assert fitted.mean == [4, 6]
    assert fitted.scale == pytest.approx([3, np.std([4, 6, 8])])
    assert fit_visits(TOLD[TOLD["name"] == "flat"], 32) is None
    assert fit_visits(TOLD[:0], 32) is None


def test_arrays_begin_with_the_earliest_visit_and_mask_what_was_not_measured():
    found = visit_arrays(TOLD, 3, fit_visits(TOLD, 32))
    assert list(found) == list(VISIT_ARRAYS)
    assert found["visit_seen"].tolist() == [
        [[1, 1], [0, 1], [0, 1]],
        [[0, 0]] * 3,
        [[1, 0], [0, 0], [0, 0]],
    ]
    far = 2 / np.std([4, 6, 8])
    np.testing.assert_allclose(found["visits"][0], [[1, -far], [0, 0], [0, far]], atol=1e-6)
    np.testing.assert_allclose(found["visit_changes"][0], [[0, 0], [0, far], [0, far]], atol=1e-6)
    np.testing.assert_allclose(found["visits"][2, 0], [-1, 0])
    months = np.array([[60, 30, 0], [0, 0, 0], [10, 0, 0]]) / DAYS_PER_MONTH
    np.testing.assert_allclose(found["visit_months"], months, atol=1e-5)


def test_the_latest_visits_are_read_and_nobody_s_none_is_room_for_one():
    fitted = fit_visits(TOLD, 2)
    found = visit_arrays(TOLD, 3, fitted)
    assert found["visits"].shape == (3, 2, 2)
    np.testing.assert_allclose(found["visit_months"][0] * DAYS_PER_MONTH, [30, 0], atol=1e-4)
    # What changed is still told from the visit that is read no more.
    assert found["visit_changes"][0, 0, 1] > 0
    assert visit_arrays(TOLD[:0], 3, fitted)["visit_seen"].tolist() == [[[0, 0]]] * 3


def test_summaries_are_the_latest_value_and_the_slope_and_the_mean_where_unknown():
    days = np.array([-90, -60, -30, 0])
    told = [(row, day, "ldh", level + rise * day / 30) for row, level, rise in
            ((0, 1, 2.0), (1, 5, -1.0), (2, 3, 0.5)) for day in days]  # fmt: skip
    told = rows(*told, (3, -7, "ldh", 4), (3, -8, "crp", 1), (3, 0, "crp", 2))
    fitted = fit_visits(told, 32)
    frame = visit_frame(told, 5, fitted)
    assert list(frame) == ["crp latest", "crp slope", "ldh latest", "ldh slope"]
    spread = (told["value"][told["name"] == "ldh"]).std(ddof=0)
    latest = (np.array([1, 5, 3, 4]) - fitted.mean[1]) / spread
    np.testing.assert_allclose(frame["ldh latest"][:4], latest, atol=1e-5)
    slopes = np.array([2.0, -1.0, 0.5])
    np.testing.assert_allclose(
        frame["ldh slope"][:3], (slopes - slopes.mean()) / slopes.std(), atol=1e-4
    )
    assert frame["ldh slope"][3] == 0
    assert (frame.loc[4] == 0).all()
    assert (frame["crp slope"] == 0).all()


def test_what_changes_in_no_training_patient_has_no_slope_to_tell():
    """Sums of days about their mean are not nought but 1e-17, which was scaled up to one."""
    random, told = np.random.default_rng(1), []
    for row in range(60):
        days = np.unique(-random.integers(0, 365, 5))
        told += [(row, day, "height", 150 + row % 40) for day in days]
        told += [(row, day, "platinum", row % 3 == 0) for day in days]
    told = rows(*told)
    fitted = fit_visits(told, 32)
    assert fitted.slope_scale == [1, 1]
    frame = visit_frame(told, 60, fitted)
    assert frame[["height slope", "platinum slope"]].abs().to_numpy().max() < 1e-6
    assert frame["height latest"].std() > 0.5
    switched = rows((0, -180, "platinum", 0), (0, 0, "platinum", 1))
    assert 0 < visit_frame(switched, 1, fitted)["platinum slope"][0] < 1


def test_slopes_between_neighbouring_days_are_drawn_towards_none():
    plain = replace(fit_visits(TOLD, 32), mean=[0, 0], scale=[1, 1])
    plain = replace(plain, slope_mean=[0, 0], slope_scale=[1, 1])

    def slope(days):
        told = rows((0, -days, "ldh", 0), (0, 0, "ldh", 1))
        return visit_frame(told, 1, plain)["ldh slope"][0]

    assert slope(1) < slope(30)
    assert slope(365) == pytest.approx(DAYS_PER_MONTH / 365, rel=0.02)


def test_an_order_of_rows_or_patients_changes_nothing(hospital, settings, fold):
    preparation, patients = fold
    shuffled = hospital.cohorts.visits["hospital"].sample(frac=1, random_state=3)
    cohorts = replace(hospital.cohorts, visits={"hospital": shuffled})
    table = training_table(hospital.patients, split_of(hospital.patients))
    again, same = prepare_fold(table, cohorts, settings["preparation"], 16)
    assert again.visits == preparation.visits
    order = np.random.default_rng(4).permutation(len(table))
    before, after = network_arrays(patients, preparation), network_arrays(same, again)
    turned = network_arrays(patients.rows(order), preparation)
    for name in before:
        np.testing.assert_array_equal(after[name], before[name])
        np.testing.assert_array_equal(turned[name], before[name][order])


def test_some_patients_keep_their_own_visits_also_when_asked_for_twice(fold):
    preparation, patients = fold
    whole = network_arrays(patients, preparation)["visits"]
    chosen = np.array([7, 3, 3, 50])
    few = network_arrays(patients.rows(chosen), preparation)["visits"]
    np.testing.assert_array_equal(few, whole[chosen][:, : few.shape[1]])
    assert not whole[chosen][:, few.shape[1] :].any()


def test_nothing_is_learnt_from_other_patients(hospital, settings, fold):
    table = training_table(hospital.patients, split_of(hospital.patients))
    visits = hospital.cohorts.visits["hospital"].copy()
    others = ~visits["patient"].isin(table.index[table["part"] == "train"])
    assert others.any()
    visits.loc[others, "value"] += 7
    cohorts = replace(hospital.cohorts, visits={"hospital": visits})
    shifted, patients = prepare_fold(table, cohorts, settings["preparation"], 16)
    assert shifted == fold[0]
    assert not np.allclose(
        network_arrays(patients, shifted)["visits"], network_arrays(fold[1], shifted)["visits"]
    )


def test_a_cohort_without_visits_beside_one_with_them_has_none():
    visits = pd.DataFrame({"patient": ["P1"], "day": [-3.0], "name": ["ldh"], "value": [2.0]})
    table = pd.DataFrame({"cohort": ["b", "a", "a"]}, index=["P1", "P2", "P1"])
    for others in ({}, {"b": visits[:0]}):
        found = Cohorts({}, {}, {}, {"a": visits, **others}).visits_of(table)
        assert found.to_numpy().tolist() == [[2, -3.0, "ldh", 2.0]]
    assert Cohorts({}, {}).visits_of(table).empty


def test_without_visits_nothing_is_other_than_it_was(settings):
    hospital = make_hospital(count=60, genes=6)
    table = training_table(hospital.patients, split_of(hospital.patients))
    preparation, patients = prepare_fold(table, hospital.cohorts, settings["preparation"], 8)
    assert preparation.visits is None
    assert set(VISIT_ARRAYS).isdisjoint(network_arrays(patients, preparation))
    blocks = column_blocks(linear_columns(patients, preparation), patients, preparation)
    assert "visits" not in blocks
    for read in (True, False):
        layers = build_network({**DESIGN, "visits": read}, SHAPE, L2).layers
        assert "visit_memory" not in {layer.name for layer in layers}


def test_preparation_with_visits_survives_as_plain_values(fold):
    preparation, _ = fold
    plain = as_plain(preparation)
    assert from_plain(plain) == preparation
    del plain["visits"]
    assert from_plain(plain) == replace(preparation, visits=None)


# What designs make of them


def test_every_design_that_reads_clinical_facts_reads_summaries(fold):
    preparation, patients = fold
    wanted = {"ldh latest", "ldh slope", "crp latest", "crp slope"}
    for columns in (linear_columns, tree_columns):
        frame = columns(patients, preparation)
        blocks = column_blocks(frame, patients, preparation)
        own = {name for name, block in zip(frame, blocks, strict=True) if block == "visits"}
        assert own == wanted


@pytest.mark.parametrize("kind", ["clinical_logistic", "random_forest"])
def test_simple_designs_find_a_slope(hospital, fold, settings, kind):
    preparation, patients = fold
    fits = fit_baseline(kind, patients, preparation, settings, 1)
    test = patients.part("test")
    assert area(predict_baseline(kind, fits, test, preparation), test, hospital) > 0.75


def test_genomic_design_reads_no_visits(hospital, fold, settings):
    preparation, patients = fold
    fits = fit_baseline("genomic_logistic", patients, preparation, settings, 1)
    test = patients.part("test")
    said = predict_baseline("genomic_logistic", fits, test, preparation)
    assert area(said, test, hospital) < 0.7


@pytest.fixture(scope="module")
def trained(hospital, fold, settings):
    preparation, patients = fold
    return {
        read: train_network(
            patients,
            preparation,
            hospital.members,
            settings | {"network": settings["network"] | {"visits": read, "genome": False}},
            1,
        ).network
        for read in (True, False)
    }


def test_a_planted_slope_is_learnt_with_visits_and_not_without(trained, fold, hospital):
    preparation, patients = fold
    test = patients.part("test")
    with_visits, without = (
        area(predict_network(trained[read], test, preparation), test, hospital)
        for read in (True, False)
    )
    assert with_visits > 0.75
    assert without < 0.65


def test_the_recurrence_finds_a_slope_without_the_linear_path(fold, hospital, settings):
    preparation, patients = fold
    shape = replace(SHAPE, clinical=1, linear=1, visits=2, endpoints={"response": 1}, arms=1)
    shape = replace(shape, linear_shares={"response": {0: 1.0}}, track=len(preparation.track))
    shape = replace(shape, chromosomes=["chr1"] * 8, chromosome_arms=["1p"] * 8)
    keras.utils.set_random_seed(1)
    network = build_network({**DESIGN, "genome": False, "bidirectional": False}, shape, L2)
    network.get_layer("linear_response").trainable = False

    def examples(part):
        some = patients.part(part)
        arrays = network_arrays(some, preparation)
        nothing = np.zeros((len(some.table), 1), "float32")
        known = some.table["response"].notna()
        answers = np.stack([some.table["response"].fillna(0), known], -1)[:, None, None]
        return arrays | {"clinical": nothing, "linear": nothing}, {"response": answers}

    training = settings["training"] | {"max_epochs": 40, "patience_epochs": 40}
    training |= {"learning_rate": 0.005}
    fit_network(network, examples("train"), examples("validation"), training, 1)
    test = patients.part("test")
    logits = network.predict(examples("test")[0], verbose=0)["response"][..., 0]
    assert area({"response": logits}, test, hospital) > 0.7


def test_saved_network_answers_the_same_and_a_frozen_one_reads_new_patients(
    trained, fold, hospital, tmp_path
):
    preparation, patients = fold
    path = tmp_path / "network.keras"
    trained[True].save(path)
    again = keras.saving.load_model(path)
    first, second = (predict_network(net, patients, preparation) for net in (trained[True], again))
    np.testing.assert_allclose(first["response"], second["response"], atol=1e-6)

    joblib.dump(frozen(preparation, {}), tmp_path / "preparation.joblib")
    new = hospital.patients.set_index("patient")[:20].assign(role="new", response=np.nan)
    files = [str(path)], [str(tmp_path / "preparation.joblib")]
    said = apply_networks(*files, new, hospital.cohorts)
    told = said[said["endpoint"] == "response"].pivot_table("value", "patient", "arm")
    places = patients.table.index.get_indexer(told.index)
    np.testing.assert_allclose(told, first["response"][places], atol=1e-5)
    unseen = apply_networks(*files, new, replace(hospital.cohorts, visits={}))
    assert not np.allclose(unseen["value"], said["value"])


def visiting(seed=0, patients=8):
    arrays = dict(zip(VISIT_ARRAYS, some_visits(patients, seed=seed), strict=True))
    return arrays_of(patients, seed) | arrays


@pytest.fixture(scope="module")
def network():
    return awake(build_network(DESIGN, replace(SHAPE, visits=2), L2))


def test_every_array_of_visits_matters_and_padding_does_not(network):
    before = predicted(network, visiting())
    for name in VISIT_ARRAYS:
        changed = {**visiting(), name: visiting(seed=1)[name]}
        assert not np.allclose(before["os"], predicted(network, changed)["os"], atol=1e-4), name
    wider = visiting()
    for name in VISIT_ARRAYS:
        spare = [(0, 0), (0, 4), (0, 0)][: wider[name].ndim]
        wider[name] = np.pad(wider[name], spare)
    assert_same(before, predicted(network, wider))


def test_patient_without_visits_has_a_prediction_that_no_visit_of_others_moves(network):
    arrays, other = visiting(), visiting(seed=1)
    for name in VISIT_ARRAYS:
        arrays[name][0] = other[name][0] = 0
    mixed = {name: other[name] if name in VISIT_ARRAYS else arrays[name] for name in arrays}
    before, after = predicted(network, arrays), predicted(network, mixed)
    assert np.isfinite(before["os"][0]).all()
    np.testing.assert_allclose(before["os"][0], after["os"][0], atol=1e-6)


@pytest.mark.parametrize("change", [{"visits": False}, {"clinical": False}])
def test_ablation_is_blind_to_visits(change):
    design = {**DESIGN, **change}
    blind = awake(build_network(design, replace(SHAPE, visits=2), L2))
    other = {name: visiting(seed=1)[name] for name in VISIT_ARRAYS}
    assert_same(predicted(blind, visiting()), predicted(blind, visiting() | other), atol=0)


def test_linear_path_leaves_visits_out_with_their_ablation(trained, fold):
    preparation, patients = fold
    changed = replace(patients, visits=patients.visits.assign(value=lambda rows: rows["value"] + 1))
    for read, network in trained.items():
        one, other = (predict_network(network, who, preparation) for who in (patients, changed))
        assert np.allclose(one["response"], other["response"], atol=1e-6) == (not read)


def test_new_patients_are_read_with_what_was_frozen(fold, hospital):
    """A name that training did not know, and values beyond all that it saw, move no one else's."""
    preparation, _ = fold
    own = hospital.cohorts.visits["hospital"]
    strange = own[own["patient"] == own["patient"].iloc[0]].assign(name="ferritin")
    cohorts = replace(hospital.cohorts, visits={"hospital": pd.concat([own, strange])})
    table = hospital.patients.set_index("patient")
    for name in ("visits", "visit_seen"):
        one, other = (
            network_arrays(read_patients(table, known, preparation.genes, 16), preparation)[name]
            for known in (hospital.cohorts, cohorts)
        )
        np.testing.assert_array_equal(one, other)
