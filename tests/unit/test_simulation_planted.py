"""A planted cohort: decided by variant, as hard as its dial says, and readable as any store."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from gcin.intake.cards import read_card
from gcin.intake.problems import Problems
from gcin.simulation.genome import Genome
from gcin.simulation.planted import carriers, clinic
from gcin.simulation.planted.__main__ import main
from gcin.simulation.planted.clinic import FLOOR, treatment
from gcin.simulation.planted.cohort import PlantedCohort
from gcin.simulation.planted.dials import Difficulty, Planted
from gcin.simulation.planted.genome import (
    AMPLICON,
    COMMON_SITES,
    DECOYS,
    DRIVER,
    RARE_SITES,
    RESISTANCE,
    TOXICITY,
)
from gcin.simulation.planted.ground import Ground
from gcin.simulation.planted.sequence import Sequenced
from gcin.simulation.planted.truth import (
    ARMS,
    gene_logic,
    impaired_genes,
    impairs,
    response_logits,
    toxicity_chance,
)
from gcin.simulation.translation import coding_consequence
from gcin.tensors.store import Store

ROOT = Path(__file__).parents[2]
CHROMOSOMES = pd.read_csv(ROOT / "resources/reference/chromosomes.grch38.tsv", sep="\t")


def made(patients=3000, **choices):
    planted = Planted(patients=patients, **choices)
    return PlantedCohort.make(planted, Ground.drawn(planted, CHROMOSOMES))


@pytest.fixture(scope="module")
def paper():
    return made()


def auc(outcome, score):
    ranks = pd.Series(score).rank().to_numpy()
    n = outcome.sum()
    return (ranks[outcome == 1].sum() - n * (n + 1) / 2) / (n * (len(outcome) - n))


def best_accuracy(cohort):
    chance = cohort.truth.received(cohort.patients["arm"])
    return np.maximum(chance, 1 - chance).mean()


def test_as_much_can_be_known_as_the_paper_claims(paper):
    assert best_accuracy(paper) == pytest.approx(0.92, abs=0.015)


def test_realistic_is_as_hard_as_real_cohorts_are():
    cohort = made(difficulty=Difficulty.REALISTIC)
    chance = cohort.truth.received(cohort.patients["arm"])
    assert auc(cohort.patients["response"].to_numpy(), chance) == pytest.approx(0.78, abs=0.025)


def test_in_the_null_cohort_there_is_nothing_to_know():
    cohort = made(patients=200, difficulty=Difficulty.NULL)
    assert (cohort.truth.probability == 0.5).all(axis=None)
    assert cohort.truth.toxicity.nunique().tolist() == [1, 1, 1]


def test_outcomes_follow_the_exact_chances(paper):
    chance = paper.truth.received(paper.patients["arm"])
    gap = (paper.patients["response"] - chance).groupby(pd.cut(chance, 5, labels=False)).mean()
    assert gap.abs().max() < 0.08


def test_the_same_choices_give_the_same_cohort_and_another_seed_another():
    first, again, other = made(patients=60), made(patients=60), made(patients=60, seed=2)
    pd.testing.assert_frame_equal(first.patients, again.patients)
    pd.testing.assert_frame_equal(first.genotypes.calls, again.genotypes.calls)
    assert not first.genotypes.calls.equals(other.genotypes.calls)


TRUNCATION = {"consequence": "stop_gained", "protein_fraction": 0.5, "population_af": 1e-5}
MISSENSE = TRUNCATION | {"consequence": "missense_variant", "revel": 0.6, "cadd": 28.0}
SPLICE = TRUNCATION | {"consequence": "splice_region_variant", "spliceai": 0.6}


@pytest.mark.parametrize(
    ("site", "vaf", "expected"),
    [
        (TRUNCATION, 0.4, True),
        (TRUNCATION, 0.1, False),
        (TRUNCATION | {"protein_fraction": 0.96}, 0.4, False),
        (MISSENSE, 0.05, True),
        (MISSENSE | {"cadd": 20.0}, 0.4, False),
        (MISSENSE | {"population_af": 0.002}, 0.4, False),
        (SPLICE, 0.4, True),
        (SPLICE | {"spliceai": 0.5}, 0.4, False),
        (TRUNCATION | {"consequence": "synonymous_variant", "cadd": 12.0}, 0.4, False),
    ],
)
def test_a_variant_impairs_by_consequence_scores_frequency_and_reads(site, vaf, expected):
    scores = {"revel": np.nan, "cadd": np.nan, "spliceai": np.nan}
    table = pd.DataFrame([scores | site])
    assert impairs(table, np.array([0]), np.array([vaf])).tolist() == [expected]


def genes_impaired(*names):
    genes = [DRIVER, *RESISTANCE, "GATA3", "ESR1", "BRCA1", "BRCA2", "PALB2", "ATM", "CHEK2"]
    genes += ["RAD51C", "RAD51D", "BRIP1"]
    return pd.DataFrame([[gene in names for gene in genes]], columns=genes)


@pytest.mark.parametrize(
    ("names", "favoured"),
    [
        ((), set()),
        ((DRIVER,), {"targeted"}),
        ((DRIVER, "PTEN"), set()),
        (("GATA3",), {"immunotherapy"}),
        (("GATA3", "ESR1"), set()),
        (("BRIP1",), {"chemotherapy"}),
        (("BRIP1", "ATM"), {"chemotherapy"}),
    ],
)
def test_each_arm_has_a_logic_of_its_own(names, favoured):
    (row,) = gene_logic(genes_impaired(*names)).to_dict("records")
    assert {arm for arm, here in row.items() if here} == favoured


def test_treatment_is_confounded_and_every_arm_stays_possible(paper):
    facts = pd.DataFrame({"cancer_type": ["breast"] * 4000, "stage": [4] * 4000})
    given = treatment(facts, pd.Series([True] * 4000), Planted(patients=4000))
    shares = pd.Series(given).value_counts(normalize=True)
    assert set(shares.index) == set(ARMS)
    assert shares.min() > FLOOR
    assert shares["targeted"] > 0.4


def test_the_chance_of_an_arm_is_never_below_its_floor(monkeypatch):
    """With a floor of nearly a third no fact counts; without one the driver counts for more."""
    facts = pd.DataFrame({"cancer_type": ["breast"] * 20_000, "stage": [1] * 20_000})
    shares = []
    for floor in (0.33, FLOOR, 0.0):
        monkeypatch.setattr(clinic, "FLOOR", floor)
        given = treatment(facts, pd.Series([True] * 20_000), Planted(patients=20_000))
        shares.append(np.mean(given == "targeted"))
    assert shares[0] == pytest.approx(1 / 3, abs=0.02)
    assert shares[0] < shares[1] < shares[2]


def impaired_in(cohort):
    seen = cohort.genotypes
    genes = list(seen.genes["gene"])
    return impaired_genes(
        seen.calls, cohort.truth.impairing, seen.sites, genes, len(cohort.patients)
    )


def test_driver_and_stage_decide_who_gets_which_arm(paper):
    arm, facts = paper.patients["arm"], clinic.facts(Planted(patients=3000))
    driver = impaired_in(paper)[DRIVER]
    assert (arm == "targeted")[driver].mean() > (arm == "targeted")[~driver].mean() + 0.1
    late = facts["stage"] == 4
    assert (arm == "immunotherapy")[late].mean() > (arm == "immunotherapy")[~late].mean()


def test_a_trend_of_the_laboratory_counts_and_is_seen_through_draws_alone(paper):
    facts = clinic.facts(Planted(patients=3000))
    none = pd.concat([genes_impaired()] * 3000, ignore_index=True)
    steep = facts.assign(ldh_slope=facts["ldh_slope"] + 0.2)
    before, after = (response_logits(own, none, np.zeros(3000), 4.0) for own in (facts, steep))
    np.testing.assert_allclose(after - before, 4 * -0.35)
    trend = np.log(facts["ldh_0"] / facts["ldh_28"])
    assert trend.corr(facts["ldh_slope"]) > 0.9
    assert "ldh_slope" not in paper.clinical
    assert {"ldh_28", "ldh_14", "ldh_0"} <= set(paper.clinical)


def test_expression_reads_impaired_pathways_with_noise_and_is_missing_in_forty_percent(paper):
    missing = paper.expression.isna()
    assert (missing.any(axis=1) == missing.all(axis=1)).all()
    assert missing.all(axis=1).mean() == pytest.approx(0.4, abs=0.03)
    impaired = impaired_in(paper)
    for name, members in paper.pathways.groupby("pathway")["gene"]:
        share = impaired[list(members)].mean(axis=1).set_axis(paper.expression.index)
        assert paper.expression[name].corr(share) == pytest.approx(0.5**0.5, abs=0.05)


def test_each_arm_is_toxic_by_one_gene_of_its_own():
    genes = list(TOXICITY.values())
    none = pd.DataFrame(np.zeros((1, 3), bool), columns=genes)
    base = toxicity_chance(none, 4.0).iloc[0]
    for arm, gene in TOXICITY.items():
        chance = toxicity_chance(none.assign(**{gene: True}), 4.0).iloc[0]
        assert set(chance.index[chance > base]) == {arm}


def test_times_follow_the_chance_and_old_patients_leave_earlier(paper):
    patients = paper.patients
    assert (patients["pfs_time"] <= patients["os_time"]).all()
    good = paper.truth.received(patients["arm"]) > 0.5
    for name in ("os", "pfs"):
        assert 0.2 < patients[f"{name}_event"].mean() < 0.95
        assert (
            patients[f"{name}_time"][good].median() > 1.3 * patients[f"{name}_time"][~good].median()
        )
    planted = Planted(patients=4000)
    facts = pd.DataFrame({"age": np.repeat([30, 90], 2000)})
    immortal = clinic.outcomes(np.full(4000, 50.0), np.zeros(4000), facts, planted)
    assert (immortal["os_event"] == 0).all()
    left = immortal["os_time"].groupby(facts["age"]).mean()
    assert left[90] < left[30] - 2


def test_ancestries_differ_by_the_distance_planted_and_sites_are_six(paper):
    planted = Planted(patients=3000)
    ancestry = carriers.people(planted)["ancestry"]
    dosages, root = carriers.markers(planted, ancestry)
    for name, distance in carriers.FST.items():
        own = dosages[(ancestry == name).to_numpy()]
        called = np.where(own < 0, np.nan, own)
        frequency = np.nanmean(called, axis=0) / 2
        spread = np.square(frequency - root) - frequency * (1 - frequency) / (2 * len(own))
        found = spread.sum() / (root * (1 - root)).sum()
        assert found == pytest.approx(distance, rel=0.25)
    assert (dosages < 0).mean() == pytest.approx(0.01, abs=0.001)
    assert paper.patients["site"].nunique() == 6


def test_segments_span_neighbours(paper):
    outside = ~paper.genotypes.genes["gene"].isin(AMPLICON).to_numpy()
    ratio = paper.genotypes.copies[:, outside]
    near, far = (np.corrcoef(ratio[:, :-by].ravel(), ratio[:, by:].ravel())[0, 1] for by in (1, 60))
    assert near > 0.02 > abs(far) + 0.01


def test_neighbours_share_the_gain_of_the_amplicon(paper):
    here = paper.genotypes.genes["gene"].isin(AMPLICON).to_numpy()
    ratio = paper.genotypes.copies[:, here].mean(axis=1)
    amplified = paper.truth.amplified
    assert ratio[amplified].mean() - ratio[~amplified].mean() == pytest.approx(1.5, abs=0.1)
    assert paper.genotypes.copies[amplified][:, here].std(axis=1).mean() > 0.8


def test_siblings_share_rare_germline_variants_and_others_do_not(paper):
    calls = paper.genotypes.calls
    rare = paper.genotypes.sites["population_af"].to_numpy()[calls["site"]] < 0.001
    sets = calls[rare].groupby("patient")["site"].agg(set)
    shared = [len(sets[row] & sets[row + 1]) for row in range(0, 200, 2)]
    strangers = [len(sets[row] & sets[row + 1]) for row in range(1000, 1200, 2)]
    assert np.mean(shared) > np.mean(strangers) + 2
    families = paper.patients["family"].value_counts()
    assert families.max() == 2
    assert (families == 2).sum() == pytest.approx(0.04 * len(paper.patients), abs=1)


def test_pathways_are_the_planted_ones_and_decoys_of_null_genes(paper):
    names = paper.pathways["pathway"].drop_duplicates().tolist()
    assert len(names) == 5 + DECOYS
    decoys = paper.pathways[paper.pathways["pathway"].isin(names[5:])]
    assert decoys["gene"].str.startswith("NULL").all()


def test_the_store_reads_what_was_planted_and_the_truth_lies_apart(tmp_path, capsys):
    folder = tmp_path / "cohort"
    choices = ["--patients", "40", "--genes", "60", "--chromosomes"]
    choices.append(str(ROOT / "resources/reference/chromosomes.grch38.tsv"))
    assert main([str(folder), *choices]) == 0
    assert main([str(folder), *choices]) == 0
    assert "nothing to do" in capsys.readouterr().out
    cohort = made(patients=40, genes=60)
    store = Store.open(folder / "tensors")
    patients = cohort.patients["patient"].tolist()
    assert store.patients == patients
    values, mask = store.gene_tensor(patients)
    assert mask.all()
    copies = values[:, :, store.features.index("copy_number")]
    np.testing.assert_allclose(copies, cohort.genotypes.copies, atol=0.01)
    sets = store.variants(patients, 512)
    expected = cohort.genotypes.calls.groupby("patient").size().to_numpy()
    assert sets.mask.sum(axis=1).tolist() == expected.tolist()
    seen = {path.name for path in folder.iterdir()} - {"truth"}
    assert seen == {
        "tensors",
        "patients.parquet",
        "clinical.parquet",
        "omics.parquet",
        "pathways.tsv",
        "simulation.json",
    }
    probability = pd.read_parquet(folder / "truth" / "probability.parquet")
    pd.testing.assert_frame_equal(probability, cohort.truth.probability, check_freq=False)


@pytest.fixture(scope="module")
def sequenced():
    return Sequenced.made(Planted(genes=44), CHROMOSOMES)


def test_each_allele_changes_the_protein_as_is_said_of_it(sequenced):
    genes = {gene.name: gene for gene in sequenced.genome.genes}
    sites = sequenced.ground.sites
    coding = sites[~sites["consequence"].str.startswith("splice")]
    for row in coding.iloc[::5].itertuples():
        gene, place = genes[row.gene], row.position - 1
        bases = sequenced.genome.sequences[row.chromosome]
        changed = bases[:place] + row.alternate + bases[place + len(row.reference) :]
        assert bases[place : place + len(row.reference)] == row.reference
        grown = len(row.alternate) - len(row.reference)
        moved = [
            (start + grown * (start > place), end + grown * (end > place))
            for start, end in gene.coding
        ]
        altered = replace(gene, coding=tuple(moved))
        after = Genome({row.chromosome: changed}, (altered,)).reading_frame(altered)
        before = sequenced.genome.reading_frame(gene)
        assert coding_consequence(before, after) == row.consequence
        assert 1 <= row.protein_position <= len(before) // 3


def test_a_sequence_has_the_genes_and_as_many_alleles_as_a_cohort_without_one(sequenced):
    planted = Planted(genes=44)
    drawn = Ground.drawn(planted, CHROMOSOMES)
    own = sequenced.ground
    assert own.genes["gene"].tolist() == drawn.genes["gene"].tolist()
    assert own.sites.groupby("gene").size().eq(RARE_SITES + COMMON_SITES).all()
    assert len(own.markers) == len(drawn.markers)
    assert not own.sites.duplicated(["chromosome", "position", "reference", "alternate"]).any()
    assert (own.sites["population_af"] > 0.01).groupby(own.sites["gene"]).sum().eq(1).all()
    assert own.sites["consequence"].str.partition("&")[0].nunique() == 7


def test_files_are_written_beside_the_store_and_name_their_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = str(ROOT / "resources/reference/chromosomes.grch38.tsv")
    choices = ["--files", "--patients", "6", "--genes", "42", "--chromosomes", table]
    assert main(["here/cohort", *choices]) == 0
    sheet = pd.read_csv("here/cohort/samples.tsv", sep="\t", dtype=str, keep_default_na=False)
    assert sheet["sample"].tolist() == Store.open("here/cohort/tensors").receipt["samples"]
    assert all((tmp_path / "here/cohort" / name).is_file() for name in set(sheet["file"]))
    settings = yaml.safe_load(Path("here/cohort/config.yaml").read_text())
    assert settings["samples"] == "here/cohort/samples.tsv"
    problems = Problems()
    card = Path("here/cohort/cohorts/planted.yaml")
    read_card(card, lambda own: f"here/cohort/{own}", problems)
    assert problems.lines == []


def test_the_same_choices_give_the_same_bytes(tmp_path):
    table = str(ROOT / "resources/reference/chromosomes.grch38.tsv")
    choices = ["--files", "--patients", "6", "--genes", "42", "--chromosomes", table]
    for name in ("one", "two"):
        assert main([str(tmp_path / name), *choices]) == 0
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*")]
    differ = {
        str(name)
        for name in files
        if (tmp_path / "one" / name).is_file()
        and (tmp_path / "one" / name).read_bytes() != (tmp_path / "two" / name).read_bytes()
    }
    assert differ == {"config.yaml"}  # it names its folder


def test_too_few_genes_are_refused(tmp_path, capsys):
    table = str(ROOT / "resources/reference/chromosomes.grch38.tsv")
    assert main([str(tmp_path / "cohort"), "--genes", "20", "--chromosomes", table]) == 1
    assert "genes is 20; the planted logic needs" in capsys.readouterr().err
    assert not (tmp_path / "cohort").exists()
