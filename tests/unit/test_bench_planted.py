"""The benchmark on planted truth measures what it says, and finds what earlier runs have kept."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

import planted
from hardships import HARDSHIPS, row
from planted import ENDPOINTS, RIVALS, Job, report
from recovery import first_decoy, gene_shifts, planted_genes
from scores import effect_error, scores_of

from gcin.simulation.planted.__main__ import main
from gcin.simulation.planted.genome import PATHWAYS, TOXICITY

TABLE = Path(__file__).parents[2] / "resources/reference/chromosomes.grch38.tsv"


def test_error_of_effects_is_that_of_differences_between_arms():
    exact = np.array([[0.2, 0.5, 0.9], [0.4, 0.1, 0.3]])
    assert effect_error(exact, exact) == 0
    # An error that all arms share is none of an effect.
    assert effect_error(exact + 0.1, exact) == pytest.approx(0)
    said = exact + np.array([[0.3, 0, 0], [0, 0, 0.4]])
    by_hand = [(0.09 / 2) ** 0.5, ((0.09 + 0.16) / 2) ** 0.5, (0.16 / 2) ** 0.5]
    assert effect_error(said, exact) == pytest.approx(np.mean(by_hand))


def test_scores_align_arms_by_name():
    truth = pd.DataFrame({"a": [0.9, 0.2], "b": [0.1, 0.7]}, index=["P1", "P2"])
    tested = pd.DataFrame({"arm": ["a", "a"], "response": [1.0, 0.0]}, index=["P1", "P2"])
    found = scores_of(truth[["b", "a"]], truth, tested)
    assert found["PEHE"] == found["mean error of p"] == 0
    assert found["accuracy"] == found["AUC"] == found["policy share"] == 1


def test_the_first_decoy_ranks_behind_those_planted_that_move_more():
    shifts = pd.Series({"planted 1": 0.9, "planted 2": 0.1, "decoy 1": 0.2, "decoy 2": 0.05})
    assert first_decoy(shifts, ["planted 1", "planted 2"]) == 2
    assert first_decoy(shifts.drop("decoy 1"), ["planted 1", "planted 2"]) == 3
    assert first_decoy(shifts + pd.Series({"decoy 1": 1.0}).reindex(shifts.index).fillna(0),
                       ["planted 1", "planted 2"]) == 1  # fmt: skip


def test_a_gene_that_predictions_use_moves_them_and_others_do_not():
    genes = ["ERBB2", "NULL001", "NULL002"]
    random = np.random.default_rng(1)
    arrays = {
        "variant_mask": random.random((40, 5)) < 0.8,
        "variant_gene": random.integers(0, 3, (40, 5)),
        "genes": random.normal(size=(40, 3, 2)).astype("float32"),
    }

    def odds(some):
        """A variant of the first gene counts, and a feature of the second."""
        hit = (some["variant_mask"] & (some["variant_gene"] == 0)).sum(axis=1)
        return (hit + some["genes"][:, 1, 0])[:, None]

    shifts = gene_shifts(odds, arrays, genes)
    assert set(shifts.index) == set(genes)
    assert shifts["NULL002"] == 0
    assert shifts["ERBB2"] > 0
    assert shifts["NULL001"] == pytest.approx(np.abs(arrays["genes"][:, 1, 0]).mean())


def test_genes_of_the_planted_logic_are_those_of_pathways_and_not_of_toxicity():
    listed = [*PATHWAYS["ERBB2 signalling"], *TOXICITY.values(), "AMPLICON03", "NULL001"]
    assert planted_genes(listed) == ["ERBB2", "AMPLICON03"]


def test_what_was_kept_lies_under_the_name_that_earlier_runs_gave_it(tmp_path, monkeypatch):
    """Size, test, seed, and a digest of settings and of the code that fits; no simulation in it."""
    reached = {}

    def code_of(rule):
        reached[rule] = found = original(rule)
        return found

    original = planted.code_of
    monkeypatch.setattr(planted, "code_of", code_of)
    job = Job(tmp_path / "paper-1000", 1000, 4000, "gcin", 2)
    kept = planted.digest([planted.MODEL, planted.VARIANTS, original("train_network")])
    folder = tmp_path / "paper-1000-predictions"
    assert job.result == folder / f"gcin-1000-of-4000-seed-2-{kept}.parquet"
    assert job.network == job.result.with_suffix(".keras")
    assert job.genes == job.result.with_suffix(".genes.json")
    assert not [name for name in reached["train_network"] if "simulation" in name]


def test_a_kept_prediction_is_read_and_not_trained_again(tmp_path, monkeypatch):
    def fails(*_, **__):
        raise AssertionError("trained again")

    monkeypatch.setattr(planted.subprocess, "run", fails)
    job = Job(tmp_path / "cohort", 10, 5, "gcin", 1)
    job.result.parent.mkdir()
    said = pd.DataFrame({"patient": ["P1"], "arm": ["a"], "value": [0.5]})
    said.to_parquet(job.result, index=False)
    pd.testing.assert_frame_equal(planted.predictions(job), said)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench") / "cohort"
    size = ["--patients", "120", "--genes", "60", "--chromosomes", str(TABLE)]
    assert main([str(folder), *size]) == 0
    return folder


def test_rows_have_a_cell_for_each_column_and_the_rival_is_once_itself(cohort, capsys):
    truth = pd.read_parquet(cohort / "truth" / "probability.parquet")
    random = np.random.default_rng(2)
    said = {name: (truth + random.normal(0, 0.3, truth.shape)).clip(0, 1) for name in ENDPOINTS}
    said["stack"] = said["gcin"] = truth
    rows = report(cohort, "paper", 1000, said)
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in rows]
    assert {len(line) for line in cells} == {len(planted.COLUMNS)}
    ratios = {line[1]: line[-1] for line in cells}
    assert ratios["gcin"] == "0.00"
    assert "1.00" in [ratios[name] for name in RIVALS]
    told = capsys.readouterr().out
    assert "paper, 1000 patients: PEHE of gcin over that of boosting\t0\t-\t-" in told


def test_hardships_are_dials_of_the_simulation_and_rows_tell_the_best(cohort, tmp_path):
    size = ["--patients", "20", "--genes", "60", "--chromosomes", str(TABLE)]
    for number, dials in enumerate(HARDSHIPS.values()):
        assert main([str(tmp_path / str(number)), *size, *dials]) == 0
    truth = pd.read_parquet(cohort / "truth" / "probability.parquet")
    cells = [cell.strip() for cell in row("none", "gcin", truth, cohort).split("|")]
    assert cells[1:2] + cells[4:6] == ["none", "gcin", "1.000"]
    assert cells[7:9] == ["0.000", "0.000"]
