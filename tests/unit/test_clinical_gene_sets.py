"""A gene set is the mean of the same genes in every cohort of a study, or missing."""

import numpy as np
import pandas as pd
import pytest

from gcin.clinical.gene_sets import common_genes, lacked_sets, with_common_sets
from gcin.clinical.omics import read_omics

GENES = [f"G{number}" for number in range(1, 11)]
CARD = {
    "patient": "id", "columns": None, "feature": None, "value": None, "absent": None,
    "limit": None, "min_genes": 2,
}  # fmt: skip


@pytest.fixture
def read(tmp_path):
    """Read a cohort of which each gene has the number of its name in everybody."""
    (tmp_path / "sets.gmt").write_text("ALL\tnote\t" + "\t".join(GENES) + "\n")

    def reading(cohort, genes, patients=4, **lacking):
        names = [f"{cohort}{number}" for number in range(patients)]
        values = pd.DataFrame({gene: float(gene[1:]) for gene in genes}, pd.Index(names, name="id"))
        for name, own in lacking.items():
            values.loc[name, own] = np.nan
        values.to_csv(tmp_path / f"{cohort}.tsv", sep="\t")
        table = CARD | {"file": str(tmp_path / f"{cohort}.tsv"), "sets": str(tmp_path / "sets.gmt")}
        return read_omics({"rna": table}, names)

    return reading


def taken(own, common):
    return with_common_sets(own, common, ["rna"])["rna ALL"]


def shared(cohorts, fewest=2):
    trained = [patient for read in cohorts.values() for patient in read.features.index]
    return common_genes(cohorts, trained, {"rna": fewest})


def test_the_sets_of_a_single_cohort_are_as_it_has_them(read):
    own = read("a", GENES[:6], a0=GENES[:3], a1=GENES[:4])
    found = with_common_sets(own, shared({"a": own}), ["rna"])
    pd.testing.assert_frame_equal(found, own.features, check_exact=True)


@pytest.mark.parametrize(
    ("genes", "mean"),
    [
        (GENES, 5.5),
        (GENES[:5], 3.0),
        (GENES[:4], np.nan),
        (["G9", "G10"], np.nan),
    ],
)
def test_a_table_of_few_genes_of_a_set_has_no_mean_of_it(read, genes, mean):
    """The mean of G9 and G10 is 9.5, and that of all 5.5: it read as a set high in everybody."""
    found = taken(read("b", genes), shared({"a": read("a", GENES)}))
    np.testing.assert_allclose(found, mean)


def test_a_table_of_more_genes_is_averaged_over_those_that_models_learnt(read):
    found = taken(read("b", GENES), shared({"a": read("a", GENES[:3])}))
    np.testing.assert_allclose(found, 2.0)


def test_few_measured_genes_are_counted_among_those_of_the_study(read):
    """Three of the five genes of the table, and three of the ten of the set."""
    other = read("b", GENES[:6], b0=["G1", "G2"], b1=["G1"])
    found = taken(other, shared({"a": read("a", GENES)}))
    np.testing.assert_allclose(found, [np.nan, 4.0, 3.5, 3.5])


@pytest.mark.parametrize(("small", "genes"), [(3, 10), (4, 3), (5, 3)])
def test_genes_of_most_training_patients_stand_for_a_set(read, small, genes):
    cohorts = {"a": read("a", GENES, patients=4), "b": read("b", GENES[:3], patients=small)}
    common = shared(cohorts)
    assert len(common) == genes
    means = pd.concat([taken(own, common) for own in cohorts.values()])
    assert set(means.dropna()) == {5.5 if genes == 10 else 2.0}
    assert means.isna().sum() == (small if genes == 10 else 0)


def test_patients_without_the_table_have_no_vote(read):
    few = read("b", GENES[:3], patients=6, **{f"b{number}": GENES for number in range(4)})
    assert len(shared({"a": read("a", GENES, patients=4), "b": few})) == 10


@pytest.mark.parametrize(("genes", "fewest"), [(GENES[4:8], 2), (GENES[2:6], 3)])
def test_a_set_that_cohorts_do_not_share_is_missing_in_both(read, genes, fewest):
    cohorts = {"a": read("a", GENES[:4]), "b": read("b", genes)}
    common = shared(cohorts, fewest)
    assert common.empty
    assert all(taken(own, common).isna().all() for own in cohorts.values())


def test_a_table_that_nobody_trains_with_stays_as_it_is(read):
    own = read("b", GENES[:3])
    found = with_common_sets(own, shared({"a": read("a", GENES)}).iloc[:0], learnt=())
    pd.testing.assert_frame_equal(found, own.features, check_exact=True)


def test_cohorts_without_sets_have_none_in_common(read):
    bare = read_omics({}, ["P1"])
    assert common_genes({"a": bare}, ["P1"], {}).empty
    assert len(shared({"a": read("a", GENES), "b": bare})) == 10
    assert lacked_sets(bare, shared({"a": read("a", GENES)})) == (0, 0)
