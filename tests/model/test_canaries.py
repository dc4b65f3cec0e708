"""Leak canaries: every leak is planted and must be seen, and the project's own path has none.

Each test compares two ways to the same number on data in which nothing is to be found, or in which
only the leak is: the wrong way must look good, or else the canary could not sing, and the way
through the project's functions must be at chance, or must raise the alarm. That locked outcomes
teach nothing is held in test_baselines, test_training and test_curves, and of every baseline that
shuffled ones do not in test_baselines.
"""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from memory_hospital import Hospital, MemoryStore, Sets, make_hospital
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier

from gcin.clinical.harmonise import harmonise
from gcin.evaluation.shortcuts import clinical_twins, shortcut_table
from gcin.intake.cards import read_card
from gcin.intake.problems import Problems
from gcin.model.baselines import fit_baseline, predict_baseline
from gcin.model.inputs import linear_columns, network_arrays, tree_columns
from gcin.model.outcomes import training_table
from gcin.model.study import Cohorts, prepare_fold
from gcin.model.training import predict_network, train_network
from gcin.simulation.planted.cohort import PlantedCohort
from gcin.simulation.planted.dials import Planted
from gcin.simulation.planted.ground import Ground
from gcin.simulation.planted.writing import write_store
from gcin.splits.folds import fold_of, folds_of
from gcin.splits.patients import patients_of
from gcin.tensors.store import Store

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*PuLP 4.0:DeprecationWarning"),
    # Keras reads its TensorFlow variables by NumPy's older protocol (keras 3.15, numpy 2.4).
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

ROOT = Path(__file__).parents[2]
CHROMOSOMES = ROOT / "resources/reference/chromosomes.grch38.tsv"
KNOWN = ["patient", "cohort", "role", "cancer_type", "arm", "family", "site", "has_genome"]
KNOWN += ["response"]
CHANCE = 0.12  # three standard errors of an AUC of about 200 patients
SEEN = 0.7  # what a leak must reach to be called seen
FOLDS = {"name": "k-fold", "folds": 5, "repeats": 1}
ALARMS = {
    "column": 0.9, "site": 0.65, "site_gap": 0.05, "twin_share": 0.8, "twin_alleles": 10,
    "min_patients": 50,
}  # fmt: skip
EVALUATION = {"alarms": ALARMS, "bootstrap_draws": 100, "seed": 1, "confidence": 0.95}
NO_ARMS = pd.DataFrame(columns=["patient", "name", "text", "day"])
NO_TWINS = pd.DataFrame(columns=["first", "second", "shared", "n"])


@pytest.fixture(scope="module")
def quick(settings):
    """The model's settings with fewer penalties to try."""
    linear = settings["linear"] | {"strengths": [0.03, 0.3, 3], "inner_folds": 3}
    boosting = settings["boosting"] | {"learning_rates": [0.1], "leaves": [8]}
    return settings | {"linear": linear, "boosting": boosting}


def silent_hospital(count=200, genes=200, seed=1):
    """One arm, no signal, and every response known."""
    hospital = make_hospital(count=count, genes=genes, seed=seed, signal=0, arms=("chemo",))
    patients = hospital.patients.assign(family=None, site=None)
    known = patients["response"].notna()
    coins = np.random.default_rng(seed).integers(0, 2, count).astype(float)
    patients["response"] = patients["response"].where(known, coins)
    return dataclasses.replace(hospital, patients=patients)


def with_clinical(hospital, **columns):
    """The hospital with further clinical columns."""
    table = hospital.cohorts.clinical["hospital"].assign(**columns)
    cohorts = dataclasses.replace(hospital.cohorts, clinical={"hospital": table})
    return dataclasses.replace(hospital, cohorts=cohorts)


def split_by(patients, group=("family", "patient")):
    """The project's folds."""
    split = {"scheme": FOLDS, "stratify": ["response"], "group": list(group)}
    folds, _ = folds_of(patients, split, seed=1, inner_share=0.2, given=[])
    return [fold_of(folds, number) for number in range(FOLDS["folds"])]


def unseen_of(hospital, kind, settings, splits):
    """Out-of-fold predictions of response, through the project's own path, as if pooled."""
    tables = []
    for number, split in enumerate(splits):
        table = training_table(hospital.patients, split)
        preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 1)
        fits = fit_baseline(kind, everyone, preparation, settings, 1)
        test = everyone.part("test")
        said = predict_baseline(kind, fits, test, preparation)["response"][:, 0]
        tables.append(pd.DataFrame({"patient": test.table.index, "value": said, "fold": number}))
    pooled = pd.concat(tables).merge(hospital.patients[["patient", "family", "response"]])
    unknown = {"time": np.nan, "event": np.nan, "uno_weight": np.nan, "amount": np.nan}
    return pooled.assign(design=kind, endpoint="response", repeat=0, **unknown)


def area(pooled):
    """Mean AUC over folds."""
    areas = [roc_auc_score(fold["response"], fold["value"]) for _, fold in pooled.groupby("fold")]
    return float(np.mean(areas))


def area_of(model, values, response, splits):
    """Mean AUC over folds of a plain classifier."""
    areas = []
    for split in splits:
        test = split.set_index("patient")["part"].eq("test").reindex(response.index).to_numpy()
        fitted = model.fit(values[~test], response[~test])
        areas.append(roc_auc_score(response[test], fitted.predict_proba(values[test])[:, 1]))
    return float(np.mean(areas))


def responses(hospital):
    return hospital.patients.set_index("patient")["response"]


def all_rows(hospital, settings):
    """Linear columns prepared on every patient at once: the wrong way to begin."""
    everybody = hospital.patients[["patient"]].assign(part="train")
    table = training_table(hospital.patients, everybody)
    preparation, patients = prepare_fold(table, hospital.cohorts, settings["preparation"], 1)
    return linear_columns(patients, preparation).to_numpy()


def test_selection_before_the_folds(quick):
    hospital = silent_hospital()
    splits, response = split_by(hospital.patients), responses(hospital)
    columns = all_rows(hospital, quick)
    strength = np.abs(columns.T @ (response - response.mean()).to_numpy())
    best = columns[:, np.argsort(-strength)[:20]]
    assert area_of(LogisticRegression(), best, response, splits) > SEEN
    assert abs(area(unseen_of(hospital, "lasso", quick, splits)) - 0.5) < CHANCE


def test_imputation_over_all_rows(quick):
    hospital, random = silent_hospital(genes=10), np.random.default_rng(3)
    splits, response = split_by(hospital.patients), responses(hospital)
    marker = pd.Series(random.normal(size=len(response)), response.index)
    marker[random.random(len(response)) < 0.8] = np.nan
    filled = marker.fillna(marker.groupby(response).transform("mean")).to_numpy()[:, None]
    trees = HistGradientBoostingClassifier(max_iter=20, min_samples_leaf=5)
    assert area_of(trees, filled, response, splits) > SEEN
    project = with_clinical(hospital, marker=marker)
    assert abs(area(unseen_of(project, "clinical_logistic", quick, splits)) - 0.5) < CHANCE


def test_what_others_are_like_says_nothing_of_a_test_patient(quick):
    hospital = silent_hospital(genes=10)
    split = split_by(hospital.patients)[0]
    tested = split["patient"][split["part"] == "test"]
    age = hospital.cohorts.clinical["hospital"]["age"].copy()
    age[tested.iloc[1:]] += 1000
    strange = with_clinical(hospital, age=age)
    one, other = (
        unseen_of(each, "clinical_logistic", quick, [split]).set_index("patient")["value"]
        for each in (hospital, strange)
    )
    assert one[tested.iloc[0]] == other[tested.iloc[0]]
    assert not one.equals(other)


def test_relatives_across_folds():
    hospital, random = silent_hospital(), np.random.default_rng(5)
    family = random.permutation(np.arange(len(hospital.patients)) // 4)
    patients = hospital.patients.assign(family=[f"F{number}" for number in family])
    response = pd.Series(random.integers(0, 2, 50)[family].astype(float), patients["patient"])
    genome = random.integers(0, 3, (50, 300))[family] + random.random((len(family), 300))
    patients["response"] = response.to_numpy()
    nearest = KNeighborsClassifier(3)
    assert area_of(nearest, genome, response, split_by(patients, ["patient"])) > SEEN
    whole = area_of(nearest, genome, response, split_by(patients, ["family", "patient"]))
    assert abs(whole - 0.5) < CHANCE


def area_by_epoch(values, response, trained, watched, random):
    """AUC of a logistic regression in the patients watched, after each of 60 steps of descent."""
    weights, areas = np.zeros(values.shape[1]), []
    for _ in range(60):
        batch = random.choice(trained, 8)
        said = 1 / (1 + np.exp(-values[batch] @ weights))
        weights += 0.5 * values[batch].T @ (response[batch] - said) / len(batch)
        areas.append([pairs_in_order(response[part], values[part] @ weights) for part in watched])
    return np.array(areas)


def pairs_in_order(response, score):
    return np.mean(score[response == 1][:, None] > score[response == 0])


def test_best_epoch_on_the_reported_patients():
    """The epoch is chosen on patients held out of training; see `locked outcomes` for the proof."""
    best_on_reported, best_on_inner = [], []
    for seed in range(40):
        random = np.random.default_rng(seed)
        values, response = random.normal(size=(200, 50)), random.integers(0, 2, 200)
        trained, inner, reported = np.split(random.permutation(200), [80, 120])
        areas = area_by_epoch(values, response, trained, (inner, reported), random)
        best_on_reported.append(areas[:, 1].max())
        best_on_inner.append(areas[areas[:, 0].argmax(), 1])
    assert np.mean(best_on_reported) > 0.58
    assert abs(np.mean(best_on_inner) - 0.5) < 0.04


def test_a_column_made_from_the_outcome(quick):
    hospital, random = silent_hospital(genes=10), np.random.default_rng(6)
    splits, response = split_by(hospital.patients), responses(hospital)
    leaky = with_clinical(hospital, cycles=4 * response + random.normal(size=len(response)))
    pooled = unseen_of(leaky, "clinical_logistic", quick, splits)
    assert area(pooled) > 0.9
    assert named(warnings_of(leaky, pooled)) == {("one column", "cycles")}
    clean = unseen_of(hospital, "clinical_logistic", quick, splits)
    assert named(warnings_of(hospital, clean)) == set()


@pytest.mark.parametrize("dated", [False, True])
def test_a_column_from_after_the_index_date(tmp_path, dated):
    """Cycles given by day 60: responders stay on treatment."""
    random = np.random.default_rng(9)
    response = random.integers(0, 2, 120)
    table = pd.DataFrame({"id": [f"P{number}" for number in range(120)], "response": response})
    table["cycles"] = 2 + 4 * response + random.integers(0, 2, 120)
    table["day"] = 60
    table.to_csv(tmp_path / "t.tsv", sep="\t", index=False)
    keys = ("column", "value", "codes", "missing", "unit", "to", "day", "type", "transform")
    mapping = dict.fromkeys(keys)
    cycles = mapping | {"column": "t.cycles", "type": "number", "day": "t.day" if dated else None}
    card = {
        "tables": {"t": {"file": str(tmp_path / "t.tsv"), "patient": "id", "index_date": None}},
        "person": dict.fromkeys(("sex", "age", "family", "site")),
        "condition": {},
        "treatment": {},
        "measurement": {"cycles": cycles},
        "visits": {},
        "outcome": {"response": mapping | {"column": "t.response", "type": "binary"}},
    }
    known = harmonise(card, [])
    patients = known["patients"].assign(cohort="a", role="train")
    pooled = patients.assign(endpoint="response", design="x", value=0.5, fold=0, repeat=0)
    pooled = pooled.assign(time=np.nan, event=np.nan, uno_weight=np.nan, amount=np.nan)
    found = shortcut_table(patients, known["features"], NO_ARMS, pooled, NO_TWINS, EVALUATION)
    raised = {("one column", "cycles")} if not dated else set()
    assert named(found[found["raised"]]) == raised
    assert known["features"]["cycles"].isna().all() == dated


@pytest.mark.parametrize("dated", [False, True])
def test_a_visit_from_after_the_index_date(tmp_path, quick, dated):
    """A laboratory value after treatment that the outcome decides; before it, there is noise."""
    hospital, random = silent_hospital(count=160, genes=6), np.random.default_rng(8)
    response, names = responses(hospital), hospital.patients["patient"]
    before = [(name, -random.integers(1, 200), random.normal()) for name in [*names, *names]]
    after = [(name, 40 if dated else 0, 4 * response[name] + random.normal()) for name in names]
    found = [visits_of_card(tmp_path, table, names) for table in (before + after, before)]
    areas, arrays = [], []
    for visits in found:
        cohorts = dataclasses.replace(hospital.cohorts, visits={"hospital": visits})
        visited = dataclasses.replace(hospital, cohorts=cohorts)
        splits = split_by(hospital.patients)
        areas.append(area(unseen_of(visited, "clinical_logistic", quick, splits)))
        table = training_table(hospital.patients, splits[0])
        preparation, patients = prepare_fold(table, cohorts, quick["preparation"], 1)
        arrays.append(network_arrays(patients, preparation)["visits"])
    assert abs(areas[1] - 0.5) < CHANCE
    if dated:
        assert areas[0] == areas[1]
        np.testing.assert_array_equal(*arrays)
    else:
        assert areas[0] > 0.9
        assert arrays[0].shape != arrays[1].shape


def visits_of_card(folder, told, names):
    """Visits of a card whose table holds these rows."""
    table = pd.DataFrame(told, columns=["id", "day", "crp"]).drop_duplicates(["id", "day"])
    table.to_csv(folder / "labs.tsv", sep="\t", index=False)
    (folder / "card.yaml").write_text(
        "{title: A, licence: CC0, assay: wes, tables: {labs: {file: labs.tsv, patient: id}},"
        " visits: {crp: {column: labs.crp, day: labs.day}}}"
    )
    problems = Problems()
    card = read_card(folder / "card.yaml", lambda path: str(folder / path), problems)
    assert problems.lines == []
    return harmonise(card, names)["visits"]


def warnings_of(hospital, pooled):
    (features,) = hospital.cohorts.clinical.values()
    table = shortcut_table(hospital.patients, features, NO_ARMS, pooled, NO_TWINS, EVALUATION)
    return table[table["raised"]]


def named(table):
    return set(zip(table["check"], table["name"], strict=True))


def test_one_person_in_two_cohorts():
    hospital, random = silent_hospital(count=240), np.random.default_rng(7)
    person = np.concatenate([np.arange(120), np.arange(120)])
    labs = pd.DataFrame(random.normal(size=(120, 8))[person]).add_prefix("lab_")
    patients = hospital.patients.assign(cohort=np.repeat(["a", "b"], 120))
    patients["response"] = random.integers(0, 2, 120)[person].astype(float)
    response = patients.set_index("patient")["response"]
    labs.index = response.index
    nearest = KNeighborsClassifier(1)
    twice = area_of(nearest, labs.to_numpy(), response, split_by(patients))
    assert twice > SEEN
    twins = clinical_twins(labs, patients.set_index("patient")["cohort"])
    assert len(twins) == 120
    first = twins["first"].str.removesuffix(" of a")
    second = twins["second"].str.removesuffix(" of b")
    family = dict(zip(second, first, strict=True)) | dict(zip(first, first, strict=True))
    whole = patients.assign(cohort="a", family=patients["patient"].map(family))
    assert abs(area_of(nearest, labs.to_numpy(), response, split_by(whole)) - 0.5) < CHANCE


def test_one_name_in_two_cohorts_is_refused():
    table = pd.DataFrame(
        {"patient": ["P1"], "cancer_type": "AML", "arm": "x", "family": None, "site": None, "y": 1}
    )
    with pytest.raises(ValueError, match="several cohorts"):
        patients_of({"a": table, "b": table}, {"a": [], "b": []}, [], {"response": "y"})


@pytest.mark.parametrize("unlike", [True, False])
def test_site_as_a_shortcut(quick, unlike):
    hospital, random = silent_hospital(genes=10), np.random.default_rng(8)
    north = random.random(len(hospital.patients)) < 0.5
    share = np.where(north, 0.15, 0.85) if unlike else 0.5
    response = (random.random(len(north)) < share).astype(float)
    patients = hospital.patients.assign(site=np.where(north, "north", "south"), response=response)
    scanner = north + random.normal(0, 0.2, len(north))
    marked = with_clinical(dataclasses.replace(hospital, patients=patients), scanner=scanner)
    pooled = unseen_of(marked, "clinical_logistic", quick, split_by(patients))
    assert (area(pooled) > SEEN) == unlike
    flags = named(warnings_of(marked, pooled))
    sites = {("site", "outcome"), ("within site", "clinical_logistic")}
    assert flags == (sites if unlike else set())


@pytest.mark.parametrize("settled", [1.0, 0.0])
def test_a_planted_site_that_settles_the_outcome(tmp_path, quick, settled):
    """Read-outs tell the site in both cohorts; only in one does it tell the outcome."""
    hardships = {"site_effects": 2.0, "site_shortcut": settled}
    planted = Planted(patients=600, genes=60, **hardships)
    cohort = PlantedCohort.make(planted, Ground.drawn(planted, pd.read_csv(CHROMOSOMES, sep="\t")))
    patients = cohort.patients.assign(arm="chemo")
    samples = pd.DataFrame({"sample": patients["patient"], "patient": patients["patient"]})
    samples = samples.assign(tissue="tumour")
    write_store(tmp_path / "tensors", cohort.genotypes, samples, np.zeros(len(samples)))
    read = ({"planted": Store.open(tmp_path / "tensors")}, {"planted": cohort.clinical})
    cohorts = Cohorts(*read, {"planted": cohort.expression.add_prefix("expression ")})
    hospital = Hospital(patients[KNOWN], cohorts, cohort.pathways, cohort.truth.probability)
    pooled = unseen_of(hospital, "ridge", quick, split_by(hospital.patients))
    raised = {("site", "outcome"), ("within site", "ridge")} if settled else set()
    assert named(warnings_of(hospital, pooled)) == raised


def area_of_network(hospital, settings, epochs):
    """AUC of a network in two fifths of the patients, of which it was taught nothing."""
    parts = np.arange(len(hospital.patients)) % 20
    named = np.select([parts < 8, parts < 11], ["test", "validation"], "train")
    split = pd.DataFrame({"patient": hospital.patients["patient"], "part": named})
    table = training_table(hospital.patients, split)
    preparation, everyone = prepare_fold(table, hospital.cohorts, settings["preparation"], 64)
    training = settings["training"] | {"max_epochs": epochs, "learning_rate": 0.01}
    network = settings["network"] | {"sparsity": 0, "dropout": 0}
    own = settings | {"training": training, "network": network}
    trained = train_network(everyone, preparation, hospital.members, own, 1)
    test = everyone.part("test")
    said = predict_network(trained.network, test, preparation)["response"].mean(axis=1)
    known = hospital.patients.set_index("patient").loc[test.table.index, "response"]
    seen = known.notna().to_numpy()
    return roc_auc_score(known[seen], said[seen])


def test_shuffled_labels(quick):
    """Of those who taught them, trees know shuffled outcomes; of others, no network does."""
    hospital = make_hospital(count=400, genes=8, signal=2.5, seed=3)
    assert area_of_network(hospital, quick, 2) > 0.65
    patients, random = hospital.patients.copy(), np.random.default_rng(0)
    columns = ["response", "os_time", "os_event"]
    patients[columns] = patients[columns].to_numpy()[random.permutation(len(patients))]
    shuffled = dataclasses.replace(hospital, patients=patients)
    response, rows = responses(shuffled), all_rows(shuffled, quick)
    known = response.notna().to_numpy()
    trees = HistGradientBoostingClassifier(min_samples_leaf=5).fit(rows[known], response[known])
    assert roc_auc_score(response[known], trees.predict_proba(rows[known])[:, 1]) > SEEN
    assert abs(area_of_network(shuffled, quick, 2) - 0.5) < CHANCE


class WithSilent(MemoryStore):
    """A store whose variant sets have synonymous variants of the first gene as well."""

    carriers = frozenset()

    def variants(self, patients, limit, genes):
        """As of any store; silent variants have a class of their own."""
        features, gene, mask, left_out = super().variants(patients, limit, genes)
        for place, patient in enumerate(patients):
            if patient in self.carriers:
                free = mask[place].sum()
                mask[place, free] = features[place, free, 4] = True
        return Sets(features, gene, mask, left_out)


@pytest.mark.parametrize("leak", [False, True])
def test_silent_variants_tell_the_network_nothing_but_what_is_planted_in_them(quick, leak):
    """Networks read them, as one class of many, so that a leak through them would be seen."""
    hospital, random = silent_hospital(count=400, genes=8), np.random.default_rng(4)
    store, response = hospital.cohorts.stores["hospital"], responses(hospital)
    store.__class__ = WithSilent
    carries = response == 1 if leak else random.random(len(response)) < 0.5
    store.carriers = frozenset(response.index[carries])
    area = area_of_network(hospital, quick, 30)
    assert area > SEEN if leak else abs(area - 0.5) < CHANCE


def silent_store(folder, left_out):
    """A study of coins and noise beside a store on disk, of which some variants are left out."""
    planted, table = Planted(patients=300, genes=60), pd.read_csv(CHROMOSOMES, sep="\t")
    cohort = PlantedCohort.make(planted, Ground.drawn(planted, table))
    patients = cohort.patients.assign(arm="chemo")
    patients["response"] = np.random.default_rng(7).integers(0, 2, len(patients)).astype(float)
    seen = cohort.genotypes
    silent = (seen.sites["consequence"] == "synonymous_variant").to_numpy()[seen.calls["site"]]
    calls = seen.calls[~silent if left_out == "silent" else silent].reset_index(drop=True)
    samples = pd.DataFrame({"sample": patients["patient"], "patient": patients["patient"]})
    samples, genotypes = samples.assign(tissue="tumour"), dataclasses.replace(seen, calls=calls)
    write_store(folder, genotypes if left_out else seen, samples, np.zeros(len(samples)))
    noise = np.random.default_rng(1).normal(60, 9, len(patients))
    clinical = {"planted": pd.DataFrame({"age": noise}, pd.Index(patients["patient"]))}
    cohorts = Cohorts({"planted": Store.open(folder)}, clinical)
    return Hospital(patients[KNOWN], cohorts, cohort.pathways, cohort.truth.probability)


def test_genomes_of_silent_variants_alone_give_no_gain(tmp_path, quick):
    """Genes that nobody has altered are not read, whatever goes along with them."""
    hospital = silent_store(tmp_path / "tensors", left_out="altering")
    splits = split_by(hospital.patients)
    table = training_table(hospital.patients, splits[0])
    preparation, _ = prepare_fold(table, hospital.cohorts, quick["preparation"], 64)
    assert preparation.genes == preparation.burdens == []
    assert abs(area(unseen_of(hospital, "boosting", quick, splits)) - 0.5) < CHANCE


def test_silent_variants_of_genes_that_are_read_count_in_their_scores_alone(tmp_path, quick):
    """What docs/designs.md says of them, from a store on disk."""
    columns = []
    for left_out in (None, "silent"):
        hospital = silent_store(tmp_path / f"{left_out}", left_out)
        table = training_table(hospital.patients, split_by(hospital.patients)[0])
        preparation, patients = prepare_fold(table, hospital.cohorts, quick["preparation"], 64)
        columns.append(tree_columns(patients, preparation))
    changed = (columns[0].fillna(-9) != columns[1].fillna(-9)).any()
    assert {name.split()[-1] for name in changed.index[changed]} == {"max_score", "sum_score"}


def test_counts_of_silent_variants_reach_no_model(quick):
    """The outcome itself, written into the synonymous track, is in none of the columns."""
    hospital = silent_hospital(genes=10)
    splits, response = split_by(hospital.patients), responses(hospital)
    store = hospital.cohorts.stores["hospital"]
    clean = unseen_of(hospital, "boosting", quick, splits)
    inputs = seen_by_models(hospital, quick, splits[0])
    store.track[..., store.features.index("synonymous")] = 5 * response.to_numpy()[:, None]
    leak = store.track[..., store.features.index("synonymous")]
    assert area_of(LogisticRegression(), leak, response, splits) > 0.99
    assert area(unseen_of(hospital, "boosting", quick, splits)) == area(clean)
    for before, after in zip(inputs, seen_by_models(hospital, quick, splits[0]), strict=True):
        np.testing.assert_array_equal(before, after)


def seen_by_models(hospital, settings, split):
    """Columns of the linear models and of the trees, and the network's gene track."""
    table = training_table(hospital.patients, split)
    preparation, patients = prepare_fold(table, hospital.cohorts, settings["preparation"], 1)
    frames = [make(patients, preparation).to_numpy() for make in (linear_columns, tree_columns)]
    return [*frames, network_arrays(patients, preparation)["genes"]]
