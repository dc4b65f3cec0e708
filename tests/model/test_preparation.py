"""Preparation learns from training patients, and treats what is missing as missing."""

import numpy as np
import pandas as pd
import pytest
from memory_hospital import MemoryStore, gene_table, make_hospital, split_of

from gcin.model.burden import burden_matrix, fit_burdens
from gcin.model.clinical_matrix import clinical_matrix, fit_clinical
from gcin.model.expectation import filled_blocks, fit_expectation
from gcin.model.inputs import network_arrays, tree_columns
from gcin.model.loading import load_genomes, universe
from gcin.model.outcomes import training_table
from gcin.model.pathways import WHOLE_GENOME, Edges, choose_pathways, masked
from gcin.model.preparation import as_plain, from_plain
from gcin.model.study import prepare_fold

SETTINGS = {
    "min_callable": 0.5,
    "max_genes": 2000,
    "min_burden_share": 0.01,
    "clinical_knots": 2,
    "imputation": {
        "mark_missing": True,
        "method": "pmm",
        "donors": 5,
        "rounds": 5,
        "seed": 1,
    },
    "selection": {"method": "none", "features": 5},
    "omics": {"min_measured": 0.5, "max_features": 100, "components": 20},
    "visits_per_patient": 32,
    "intervals": 10,
}


def clinical():
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "age": random.normal(60, 10, 200),
            "wbc": random.lognormal(2, 1.5, 200),
            "stage": random.choice(["I", "II", "III"], 200),
            "constant": 1.0,
        }
    )
    table.loc[:19, "age"] = np.nan
    return table


def test_numbers_are_standard_and_missing_ones_average_and_marked():
    table = clinical()
    matrix = clinical_matrix(table, fit_clinical(table, 0))
    seen = matrix["age"][20:]
    assert abs(seen.mean()) < 1e-5
    assert abs(seen.std(ddof=0) - 1) < 1e-5
    assert (matrix["age"][:20] == 0).all()
    assert matrix["age missing"].tolist() == [1] * 20 + [0] * 180
    assert "constant" not in matrix


def test_skewed_number_is_read_on_a_log_scale():
    fitted = {column.name: column for column in fit_clinical(clinical(), 0)}
    assert fitted["wbc"].logarithm
    assert not fitted["age"].logarithm


@pytest.mark.parametrize(
    ("patients", "carriers", "is_kept"),
    [(2_000, 10, True), (2_000, 9, False), (300, 3, True), (300, 2, False)],
)
def test_a_hundredth_or_ten_patients_have_a_level_of_their_own(patients, carriers, is_kept):
    codes = ["*3/*3"] * carriers + ["*1/*3"] * 100
    codes += ["*1/*1"] * (patients - len(codes))
    (column,) = fit_clinical(pd.DataFrame({"cyp2c9": codes}), 2)
    assert column.levels == ("*1/*1", "*1/*3", *["*3/*3"] * is_kept)


def test_absent_number_is_average():
    fitted = fit_clinical(clinical(), 0)
    matrix = clinical_matrix(pd.DataFrame({"stage": ["I"], "wbc": [np.nan]}), fitted)
    assert (matrix[["age", "wbc"]] == 0).all(axis=None)
    assert matrix.notna().all(axis=None)


STAGES = [1.0] * 70 + [2.0] * 10 + [3.0] * 10 + [4.0] * 10


@pytest.mark.parametrize("values", [STAGES, np.random.default_rng(1).normal(size=100)])
@pytest.mark.parametrize(("unknown", "mark"), [(0, True), (20, False)])
def test_a_number_that_is_missing_and_not_marked_stands_for_all(values, unknown, mark):
    """At a mean stage of 1.6 a patient had most of what stage 2 has, as three in ten have."""
    table = pd.DataFrame({"x": [*values, *[np.nan] * unknown]})
    fitted = fit_clinical(table, 2, mark)
    known = clinical_matrix(table.dropna(), fitted)
    assert known.shape[1] == 3
    blank = clinical_matrix(pd.DataFrame({"x": [np.nan]}), fitted)
    assert blank.to_numpy()[0] == pytest.approx(known.mean().to_numpy(), abs=1e-6)


@pytest.mark.parametrize("values", [STAGES, np.random.default_rng(1).normal(size=100)])
def test_a_number_that_is_marked_as_missing_is_the_mean(values):
    table = pd.DataFrame({"x": [*values, *[np.nan] * 20]})
    fitted = fit_clinical(table, 2)
    asked = pd.DataFrame({"x": [np.nan, np.mean(values)]})
    blank, mean = clinical_matrix(asked, fitted).drop(columns="x missing").to_numpy()
    assert blank == pytest.approx(mean, abs=1e-6)


ONE_IN_TEN = ["a"] * 180 + ["b"] * 20


@pytest.mark.parametrize(
    ("codes", "mark", "missing", "unknown"),
    [
        (ONE_IN_TEN, True, [0.9, 0.1], [0.9, 0.1]),
        ([*ONE_IN_TEN, None], True, [0.9, 0.1], [0.9, 0.1]),
        ([*ONE_IN_TEN, "rare"], True, [0.9, 0.1], [0.9, 0.1]),
        ([*ONE_IN_TEN, *"cdef"], True, [180 / 204, 20 / 204], [0, 0]),
        ([*ONE_IN_TEN, *[None] * 20], True, [0, 0], [0.9, 0.1]),
        ([*ONE_IN_TEN, *[None] * 20], False, [0.9, 0.1], [0.9, 0.1]),
        (["a"] * 20 + [None] * 20, True, [0], [0]),
        (["a"] * 20 + [None] * 20, False, [0], [0]),
    ],
)
def test_a_code_of_which_training_tells_nothing_stands_for_all(codes, mark, missing, unknown):
    """No level at all was read as half of a common and half of a rare one."""
    table = pd.DataFrame({"code": pd.Series(codes, dtype=object)})
    fitted = fit_clinical(table, 0, mark)
    asked = pd.DataFrame({"code": pd.Series([None, "other", "a"], dtype=object)})
    matrix = clinical_matrix(asked, fitted).filter(like="=").to_numpy()
    expected = [missing, unknown, [1, 0][: len(missing)]]
    np.testing.assert_allclose(matrix, expected, rtol=1e-6)


def test_an_unknown_code_stands_for_all_where_missing_ones_are_expected():
    """Expectations fill in what is missing; of a code that training never had there is none."""
    table = pd.DataFrame({"code": pd.Series(ONE_IN_TEN, dtype=object), "x": np.arange(200.0)})
    fitted = fit_clinical(table, 0)
    asked = pd.DataFrame({"code": pd.Series(["other"], dtype=object), "x": [5.0]})
    filled = filled_blocks(asked, fitted, fit_expectation(table, fitted, rounds=2))
    shown = clinical_matrix(asked, fitted, filled)[["code=a", "code=b"]]
    np.testing.assert_allclose(shown.to_numpy(), [[0.9, 0.1]], rtol=1e-6)


def test_knots_bend_only_above_themselves():
    table = clinical()
    matrix = clinical_matrix(table, fit_clinical(table, 2))
    low = matrix["age"] < matrix["age"].quantile(0.2)
    assert (matrix.loc[low, ["age above knot 1", "age above knot 2"]] == 0).all(axis=None)
    assert (matrix["age above knot 1"] >= matrix["age above knot 2"]).all()


def ranks():
    return pd.DataFrame({"stage": [1.0] * 40 + [2.0] * 30 + [3.0] * 20 + [4.0] * 10})


def test_number_of_few_values_has_a_column_for_each_step():
    fitted = fit_clinical(ranks(), 2)
    shown = pd.DataFrame({"stage": [1, 2, 3, 4, 2.5, 7, np.nan]})
    matrix = clinical_matrix(shown, fitted)
    assert list(matrix) == ["stage step 1", "stage step 2", "stage step 3"]
    low, second, third, fourth, between, beyond, missing = matrix.to_numpy()
    climbed = np.array([low, second, third, fourth]) > 0
    np.testing.assert_array_equal(climbed, np.tri(4, 3, -1, bool))
    np.testing.assert_allclose(between, [second[0], (second[1] + third[1]) / 2, second[2]])
    np.testing.assert_array_equal(beyond, fourth)
    np.testing.assert_allclose(missing, 0)


def test_steps_are_standardised():
    matrix = clinical_matrix(ranks(), fit_clinical(ranks(), 2))
    np.testing.assert_allclose(matrix.mean(), 0, atol=1e-6)
    np.testing.assert_allclose(matrix.std(ddof=0), 1, rtol=1e-5)


@pytest.mark.parametrize("rare", [0.0, 5.0])
def test_a_step_that_hardly_anyone_is_beyond_or_before_is_none(rare):
    table = pd.concat([ranks(), ranks(), pd.DataFrame({"stage": [rare]})], ignore_index=True)
    matrix = clinical_matrix(table, fit_clinical(table, 2))
    assert list(matrix) == ["stage step 1", "stage step 2", "stage step 3"]
    nearest = matrix[table["stage"] == (1 if rare == 0 else 4)].iloc[0]
    np.testing.assert_array_equal(matrix.iloc[-1], nearest)


def test_steps_are_climbed_whole_far_from_the_mean():
    """Values more than LARGEST standard deviations out are shown as that many."""
    table = pd.DataFrame({"stage": [0.0] * 960 + [1.0] * 25 + [2.0] * 15})
    matrix = clinical_matrix(table, fit_clinical(table, 2))
    np.testing.assert_allclose(matrix.mean(), 0, atol=1e-6)
    assert matrix.nunique().tolist() == [2, 2]


@pytest.mark.parametrize("values", [[0.0, 1.0], list(range(7))])
def test_other_numbers_have_no_steps(values):
    table = pd.DataFrame({"stage": np.tile(values, 20)})
    assert list(clinical_matrix(table, fit_clinical(table, 2))) == ["stage"]


@pytest.fixture(scope="module")
def fold():
    hospital = make_hospital(count=120, genes=20)
    table = training_table(hospital.patients, split_of(hospital.patients))
    return hospital, *prepare_fold(table, hospital.cohorts, SETTINGS, 512)


def test_preparation_survives_as_plain_values(fold):
    _, preparation, _ = fold
    plain = as_plain(preparation)
    np.testing.assert_equal(as_plain(from_plain(plain)), plain)
    assert preparation.imputation is not None


def test_preparation_does_not_know_the_other_parts(fold):
    hospital, preparation, _ = fold
    table = training_table(hospital.patients, split_of(hospital.patients))
    others = table.index[table["part"] != "train"]
    changed = hospital.cohorts.clinical["hospital"].copy()
    changed.loc[others, "age"] = 500.0
    store = hospital.cohorts.stores["hospital"]
    rows = [store.names[name] for name in others]
    values = store.track.copy()
    store.track[rows] = 3
    try:
        cohorts = type(hospital.cohorts)(hospital.cohorts.stores, {"hospital": changed})
        again, _ = prepare_fold(table, cohorts, SETTINGS, 512)
    finally:
        store.track = values
    np.testing.assert_equal(
        as_plain(again) | {"variants": 0}, as_plain(preparation) | {"variants": 0}
    )


def test_gene_not_callable_is_average_for_lines_and_missing_for_trees(fold):
    _, preparation, patients = fold
    genomes = patients.genomes
    patient, gene = np.argwhere(~genomes.mask)[0]
    name = preparation.genes[gene]
    burdens = burden_matrix(genomes, preparation.genes, preparation.burdens)
    own = [number for number, burden in enumerate(preparation.burdens) if burden.gene == name]
    assert (burdens[patient, own] == 0).all()
    trees = tree_columns(patients, preparation)
    assert np.isnan(trees.loc[patient, f"{name} lof"])


def test_patient_without_a_genome_is_masked_not_wild_type(fold):
    hospital, preparation, _ = fold
    table = hospital.patients.set_index("patient").rename(index={"P0000": "stranger"})[:2]
    genomes = load_genomes(table, hospital.cohorts.stores, preparation.genes, 8)
    assert not genomes.mask[0].any()
    assert not genomes.variant_mask[0].any()
    assert genomes.mask[1].any()


def test_variants_of_genes_left_out_make_room(fold):
    hospital, preparation, patients = fold
    few = preparation.genes[5:7]
    genomes = load_genomes(patients.table, hospital.cohorts.stores, few, 512)
    carried = (genomes.feature("lof") > 0).sum(axis=1) + (genomes.feature("missense") > 0).sum(1)
    np.testing.assert_array_equal(genomes.variant_mask.sum(axis=1), carried)
    assert genomes.variant_mask.shape[1] == carried.max()
    first_empty = genomes.variant_mask.argmin(axis=1)
    assert (genomes.variant_mask.sum(axis=1)[first_empty > 0] <= first_empty[first_empty > 0]).all()


def test_variants_beyond_the_limit_are_told_of(fold, caplog):
    hospital, preparation, patients = fold
    genomes = load_genomes(patients.table, hospital.cohorts.stores, preparation.genes, 1)
    carried = (genomes.feature("lof") > 0).sum(axis=1) + (genomes.feature("missense") > 0).sum(1)
    assert genomes.variant_mask.sum(axis=1).max() == 1
    told = f"{(carried > 1).sum()} of {len(carried)} patients have more than 1 variants in the"
    assert told in caplog.text
    assert f"of theirs {(carried - 1).clip(0).sum()} are not read" in caplog.text


def test_a_design_that_reads_no_variant_by_itself_is_told_of_none(fold, caplog):
    hospital, _, patients = fold
    prepare_fold(patients.table, hospital.cohorts, SETTINGS, 0)
    assert "not read" not in caplog.text


def test_variants_frozen_are_the_limit_and_not_the_largest_set_of_training(fold):
    """A new patient with more variants than anybody in training must not lose the surplus."""
    hospital, preparation, patients = fold
    store = hospital.cohorts.stores["hospital"]
    table = patients.table.iloc[:1]
    kept = store.track[store.names[table.index[0]]].copy()
    store.track[store.names[table.index[0]], :, :2] = 1
    try:
        genomes = load_genomes(
            table, hospital.cohorts.stores, preparation.genes, preparation.variants
        )
    finally:
        store.track[store.names[table.index[0]]] = kept
    assert preparation.variants == 512
    assert genomes.variant_mask.sum() == 2 * len(preparation.genes)
    assert genomes.variant_mask.sum() > patients.genomes.variant_mask.shape[1]


def test_stores_of_different_genes_are_refused():
    one, two = (
        MemoryStore(gene_table(n), [], np.zeros((0, n)), np.zeros((0, n)), np.zeros((0, n), bool))
        for n in (3, 4)
    )
    with pytest.raises(ValueError, match="different genes"):
        universe({"a": one, "b": two})


def test_burdens_that_repeat_or_hardly_vary_are_left_out(fold):
    _, preparation, patients = fold
    rare = fit_burdens(patients.genomes, preparation.genes, 0.4)
    assert 0 < len(rare) < len(preparation.burdens)
    assert len({(b.gene, b.kind) for b in preparation.burdens}) == len(preparation.burdens)


def test_masked_arrays_are_zero(fold):
    _, preparation, patients = fold
    arrays = network_arrays(patients, preparation)
    assert (arrays["variants"][~arrays["variant_mask"]] == 0).all()
    assert (arrays["genes"][~arrays["gene_mask"]] == 0).all()
    assert all(np.isfinite(values).all() for values in arrays.values())


def test_pathways_cover_genes_without_repetition():
    genes = ["A", "B", "C", "D"]
    sets = {"one": "AB", "same": "BA", "small": "A", "two": "CD", "with both": "BC"}
    rows = [(name, gene) for name, held in sets.items() for gene in held]
    members = pd.DataFrame([*rows, ("two", "elsewhere")], columns=["pathway", "gene"])
    edges = choose_pathways(members, genes, 2, 2)
    assert sorted(edges.pathways) == ["one", "two"]
    assert choose_pathways(members, genes, 5, 2).pathways == [WHOLE_GENOME]


def test_masks_and_decoys_keep_the_sizes_of_pathways():
    edges = Edges(["one", "two"], [0, 1, 2, 5], [0, 0, 0, 1])
    assert masked(edges, "pathways", 0, 9, 1) == edges
    assert np.bincount(masked(edges, "dense", 0, 9, 1).pathway).tolist() == [9, 9]
    drawn = masked(edges, "random", 1, 9, 1)
    assert drawn.pathways == ["one", "two", "decoy 1 of one", "decoy 1 of two"]
    assert np.bincount(drawn.pathway).tolist() == [3, 1, 3, 1]
    assert len(set(zip(drawn.gene, drawn.pathway, strict=True))) == 8
    assert drawn != masked(edges, "random", 1, 9, 2)
    assert masked(edges, "pathways", 1, 9, 1).gene[:4] == edges.gene
