"""Genes are ranked by the weights and gates of their own, and runs are compared in them."""

import joblib
import keras
import numpy as np
import pandas as pd
import pytest

from gcin.intake.designs import LINEAR_KINDS
from gcin.model.burden import Burden
from gcin.model.cox import CoxFit
from gcin.model.gene_ranks import (
    gene_tables,
    genes_of_columns,
    heaviest,
    overlap,
    runs_of,
    weights_of_baseline,
    weights_of_network,
)
from gcin.model.layers.sparsity import SparseGates
from gcin.model.linear import LinearFit
from gcin.model.omics import Omics
from gcin.model.preparation import Preparation, as_plain
from gcin.model.selection import Selection

PAIRS = (("TP53", "altered"), ("TP53", "lost"), ("KRAS", "altered"))
BURDENS = [Burden(gene, kind, 0.0, 1.0) for gene, kind in PAIRS]


def prepared(selection=None, omics=()):
    return Preparation(
        arms=["a", "b"], endpoints={}, clinical=[], imputation=None, genes=["KRAS", "TP53"],
        chromosomes=["12", "17"], chromosome_arms=["12p", "17p"], burdens=BURDENS, track={},
        variant_mean=[], variant_scale=[], variants=0, selection=selection, omics=list(omics),
    )  # fmt: skip


def frozen(kind, fit, **changes):
    return {"kind": kind, "preparation": as_plain(prepared(**changes)), "fits": {"os": fit}}


def linear(*weights):
    """Two arms; in the second each weight is three times as large."""
    shared = np.array(weights, float)
    return LinearFit(shared, np.stack([0 * shared, 2 * shared]), np.zeros((2, 1)), 1.0, 0.5)


def test_a_gene_weighs_as_much_as_its_heaviest_burden_in_any_arm():
    found = weights_of_baseline(frozen("lasso", linear(9.0, 7.0, 0.5, -1.0, 0.2)))
    assert found["os", "weights"].to_dict() == pytest.approx({"TP53": 3.0, "KRAS": 0.6})
    alone = weights_of_baseline(frozen("genomic_logistic", linear(0.5, -1.0, 0.2)))
    assert alone["os", "weights"].to_dict() == pytest.approx({"TP53": 3.0, "KRAS": 0.6})


def test_columns_of_omics_and_clinical_ones_are_of_no_gene():
    whole = Omics("rna", ["rna x", "rna TP53"], [0.0, 0.0], [1.0, 1.0], None, True)
    summed = Omics("protein", ["protein x"], [0.0], [1.0], [[1.0]], False)
    found = genes_of_columns(prepared(omics=[whole, summed]), True)
    assert found == ["TP53", "TP53", "KRAS", None, None, None, None]
    fit = linear(9.0, 0.1, 0.2, 0.3, 8.0, 8.0, 8.0, 8.0)
    weights = weights_of_baseline(frozen("ridge", fit, omics=[whole, summed]))
    assert weights["os", "weights"].to_dict() == pytest.approx({"TP53": 0.6, "KRAS": 0.9})


def test_weights_of_columns_selected_are_those_of_their_genes():
    names = ["age", "KRAS altered", "TP53 lost"]
    selection = Selection(["age", *[f"{gene} {kind}" for gene, kind in PAIRS]], names)
    cox = CoxFit(np.array([5.0, -0.4, 0.1]), np.zeros(2), np.zeros(1), np.zeros(1))
    found = weights_of_baseline(frozen("cox", cox, selection=selection))
    assert found["os", "weights"].to_dict() == pytest.approx({"KRAS": 0.4, "TP53": 0.1})
    none = Selection(selection.candidates, ["age"])
    one = CoxFit(np.array([5.0]), np.zeros(2), np.zeros(1), np.zeros(1))
    assert weights_of_baseline(frozen("cox", one, selection=none)) == {}
    whole = weights_of_baseline(
        frozen("genomic_logistic", linear(0.5, -1.0, 0.2), selection=selection)
    )
    assert whole["os", "weights"]["TP53"] == pytest.approx(3.0)


@pytest.mark.parametrize("kind", ["clinical_logistic", "majority", "boosting"])
def test_designs_without_weights_of_burdens_tell_nothing(kind):
    assert weights_of_baseline(frozen(kind, linear(1.0, 1.0, 1.0, 1.0))) == {}


@pytest.mark.parametrize("kind", LINEAR_KINDS)
def test_the_designs_that_are_read_are_those_that_have_weights(kind):
    found = weights_of_baseline(frozen(kind, linear(0.5, -1.0, 0.2)))
    assert found["os", "weights"].to_dict() == pytest.approx({"TP53": 3.0, "KRAS": 0.6})


def gated(gates):
    inputs = keras.Input((2, 3))
    network = keras.Model(inputs, SparseGates(0.01, name="gene_gates")(inputs))
    network.get_layer("gene_gates").set_weights([np.array(gates, "float32")])
    return network


def test_gates_of_a_network_rank_its_genes():
    network = gated([[0.1, 0.2, 0.3], [0.0, 0.0, 0.0]])
    (found,) = weights_of_network(network, ["KRAS", "TP53"]).values()
    assert found.to_dict() == pytest.approx({"KRAS": 0.2, "TP53": 0.0})
    assert heaviest(found).chosen == ["KRAS"]
    inputs = keras.Input((2, 3))
    assert weights_of_network(keras.Model(inputs, keras.layers.Flatten()(inputs)), ["a"]) == {}


def test_gates_that_are_all_alike_rank_no_gene():
    genes = [f"G{n:02}" for n in range(30)]
    inputs = keras.Input((30, 3))
    begun = keras.Model(inputs, SparseGates(0.01, name="gene_gates")(inputs))
    found = weights_of_network(begun, genes)
    assert heaviest(found["every endpoint", "gates"]).chosen == []
    ranks, table = gene_tables([("gcin", fold, 1, found) for fold in (0, 1)])
    assert ranks.empty
    assert (table["runs"].item(), table["idle"].item(), table["genes"].item()) == (2, 2, 30)
    assert np.isnan(table["overlap_folds"].item())


def test_a_gene_is_counted_among_the_runs_that_read_it():
    seen = [{"G0": 1.0, "G1": 2.0}, {"G0": 1.0}, {"G0": 0.0}]
    told = [
        ("lasso", fold, 1, {("os", "weights"): pd.Series(own)}) for fold, own in enumerate(seen)
    ]
    ranks = gene_tables(told)[0].set_index("gene")
    assert ranks[["chosen", "read", "runs"]].T.to_dict("list") == {"G0": [2, 3, 3], "G1": [1, 1, 3]}


def test_runs_that_lean_on_no_gene_are_counted():
    _, table = gene_tables(runs(lambda fold, seed: {"G0"} if fold else set()))
    row = table.iloc[0]
    assert (row["runs"], row["idle"], row["overlap_seeds"], row["overlap_folds"]) == (4, 2, 1, 0)


def test_only_the_twenty_heaviest_count():
    weights = pd.Series(np.arange(30.0), [f"G{n:02}" for n in range(30)])
    assert heaviest(weights).chosen == [f"G{n:02}" for n in range(29, 9, -1)]


def runs(genes_of):
    """Two folds and two seeds of one design."""
    everyone = [f"G{n}" for n in range(10)]
    for fold in (0, 1):
        for seed in (1, 2):
            heavy = genes_of(fold, seed)
            yield "lasso", fold, seed, {
                ("os", "weights"): pd.Series({name: float(name in heavy) for name in everyone})
            }  # fmt: skip


def test_what_seeds_and_folds_share_is_told_apart():
    ranks, table = gene_tables(runs(lambda fold, seed: {"G0", f"G{fold + 1}"}))
    row = table.iloc[0]
    assert (row["genes"], row["runs"], row["seeds"], row["folds"]) == (10, 4, 2, 2)
    assert (row["overlap_seeds"], row["overlap_folds"]) == (1.0, pytest.approx(1 / 3))
    assert row["nogueira_seeds"] == pytest.approx(1.0)
    # Of two choices of 2 in 10 that share one: 1 - mean variance over that of drawing.
    assert row["nogueira_folds"] == pytest.approx(1 - (2 * 0.5 / 10) / (0.2 * 0.8))
    assert row["chance"] == pytest.approx(0.2 / 1.8)
    assert ranks.set_index("gene")["chosen"].to_dict() == {"G0": 4, "G1": 2, "G2": 2}


def test_choices_by_chance_share_what_chance_says():
    rng = np.random.default_rng(3)
    drawn = [Selection(list(range(200)), list(rng.choice(200, 20, False))) for _ in range(60)]
    assert overlap(drawn) == pytest.approx(0.1 / 1.9, abs=0.01)


def test_one_run_shares_nothing_and_none_has_no_row():
    one = [next(runs(lambda fold, seed: {"G1"}))]
    row = gene_tables(one)[1].iloc[0]
    assert row[["overlap_seeds", "overlap_folds", "nogueira_seeds"]].isna().all()
    assert all(table.empty for table in gene_tables([]))


def test_runs_are_read_by_their_places(tmp_path):
    places = {}
    for name, design, what in (
        ("model", "lasso", frozen("lasso", linear(0.5, -1.0, 0.2))),
        ("preparation", "gcin", {"preparation": as_plain(prepared())}),
    ):
        path = tmp_path / "model" / design / "fold-3" / "seed-2" / f"{name}.joblib"
        path.parent.mkdir(parents=True)
        joblib.dump(what, path)
        places[name] = str(path)
    network = places["preparation"].replace("preparation.joblib", "network.keras")
    load = {network: gated([[1.0] * 3, [2.0] * 3])}.__getitem__
    found = list(runs_of([places["model"]], [network], [places["preparation"]], load))
    assert [run[:3] for run in found] == [("lasso", 3, 2), ("gcin", 3, 2)]
    assert list(found[1][3]["every endpoint", "gates"]) == [1.0, 2.0]
