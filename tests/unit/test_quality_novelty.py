"""Which share of a sample's variants no population is known to have."""

import numpy as np
import pandas as pd
import pytest

from gcin.quality.novelty import novelty
from gcin.tensors.effects import are_silent

SITES = pd.DataFrame(
    {
        "chromosome": "chr1",
        "position": [5, 5, 9, 9, 11],
        "reference": "A",
        "alternate": ["G", "G", "G", "T", "T"],
        "population_af": [0.1, np.nan, np.nan, 0.0, np.nan],
        "consequence": [
            *("missense_variant", "intron_variant", "synonymous_variant"),
            *("splice_donor_variant&intron_variant", "intron_variant"),
        ],
    }
)
SITES["silent"] = are_silent(SITES["consequence"])


def told(sites, indptr, site, samples, dosage=None):
    site = np.array(site, int)
    dosage = np.ones(len(site)) if dosage is None else np.array(dosage)
    return novelty(sites, samples, np.array(indptr), site, dosage)


def named(*samples, tissue="germline"):
    return pd.DataFrame({"sample": list(samples), "tissue": tissue})


def test_an_allele_of_two_genes_counts_once_and_is_known_where_one_row_says_so():
    indptr, site = np.array([0, 3, 4, 4]), np.array([0, 1, 2, 3])
    table = told(SITES, indptr, site, named("A", "B", "C")).set_index("sample")
    assert table["variants"].to_dict() == {"A": 2, "B": 1, "C": 0}
    assert table["novel"].tolist() == pytest.approx([0.5, 0, np.nan], nan_ok=True)


def test_introns_of_which_a_store_has_the_rare_alleles_alone_do_not_count():
    table = told(SITES, np.array([0, 2, 3]), np.array([0, 4, 4]), named("A", "B"))
    assert table["variants"].tolist() == [1, 0]
    assert table["novel"].tolist() == pytest.approx([0, np.nan], nan_ok=True)


def test_a_tumour_s_own_variants_are_expected_to_be_new():
    indptr, site = np.array([0, 1, 2]), np.array([2, 2])
    table = told(SITES, indptr, site, named("A", "T", tissue=["germline", "tumour"]))
    assert table["variants"].tolist() == [1, 1]
    assert table["novel"].tolist() == pytest.approx([1, np.nan], nan_ok=True)


def test_an_allele_that_a_genotype_shows_in_doubt_does_not_count():
    table = told(SITES, [0, 2], [0, 2], named("A"), dosage=[1, 0])
    assert table["variants"].tolist() == [1]
    assert table["novel"].tolist() == [0]


def test_without_any_frequency_nothing_is_measured(caplog):
    sites = SITES.assign(population_af=np.nan)
    with caplog.at_level("INFO"):
        table = told(sites, np.array([0, 1]), np.array([2]), named("A"))
    assert table["novel"].isna().all()
    assert "novelty is not measured" in caplog.text
    empty = told(SITES[:0], np.array([0]), np.array([], int), named())
    assert empty.columns.tolist() == ["sample", "variants", "novel"]
