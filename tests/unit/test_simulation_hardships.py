"""Hardships of planted cohorts: off they change nothing, on they change what they say alone."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gcin.evaluation.policies import scores_at
from gcin.evaluation.policy import influence_interval
from gcin.evaluation.policy_cases import cases_of
from gcin.evaluation.propensity import confounders_of, propensity_table
from gcin.evaluation.restricted import outcome_table
from gcin.quality.ancestry import ancestry
from gcin.quality.kinship import kinship
from gcin.quality.markers import Markers
from gcin.simulation.planted import clinic
from gcin.simulation.planted.__main__ import main
from gcin.simulation.planted.carriers import people
from gcin.simulation.planted.cohort import PlantedCohort
from gcin.simulation.planted.decoys import AGE_GENE, BURDEN_GENE
from gcin.simulation.planted.dials import BOUNDS, Planted
from gcin.simulation.planted.genome import DRIVER
from gcin.simulation.planted.ground import Ground
from gcin.simulation.planted.hospitals import PANEL_SITES, SETTLED
from gcin.simulation.planted.linkage import BLOCK, blocks_of
from gcin.simulation.planted.sequence import Sequenced
from gcin.simulation.planted.truth import impaired_genes
from gcin.tensors.store import Store

TABLE = Path(__file__).parents[2] / "resources/reference/chromosomes.grch38.tsv"
CHROMOSOMES = pd.read_csv(TABLE, sep="\t")


def made(patients=400, genes=60, **choices):
    planted = Planted(patients=patients, genes=genes, **choices)
    return PlantedCohort.make(planted, Ground.drawn(planted, CHROMOSOMES))


def facts(patients):
    return clinic.facts(Planted(patients=patients))


def digest_of(*tables):
    """Of names and values; six decimals, since logarithms differ between processors beyond."""
    seen = hashlib.sha256()
    for table in tables:
        for name, values in pd.DataFrame(table).items():
            plain = values.to_numpy()
            is_number = pd.api.types.is_numeric_dtype(plain)
            told = np.round(plain.astype(float), 6) + 0.0 if is_number else plain.astype(str)
            seen.update(f"{name} {told.tolist()}".encode())
    return seen.hexdigest()[:16]


def digests(cohort):
    """Of what a study sees, of genotypes, and of the truth."""
    own, truth = cohort.genotypes, cohort.truth
    return [
        digest_of(cohort.patients, cohort.clinical, cohort.expression, cohort.pathways),
        digest_of(own.genes, own.sites, own.calls, own.copies, own.dosages, own.markers),
        digest_of(truth.probability, truth.toxicity, truth.logic, truth.impairing, truth.amplified),
    ]


def test_without_hardships_cohorts_are_those_of_before_there_were_any():
    """These digests were taken from the code of before."""
    planted = Planted(patients=80, genes=60)
    drawn = PlantedCohort.make(planted, Ground.drawn(planted, CHROMOSOMES))
    assert digests(drawn) == ["b56b97c5a16b43b2", "30ba2099df3628e5", "33706c0f2f8831a8"]
    planted = Planted(patients=20, genes=44)
    made_of_bases = PlantedCohort.make(planted, Sequenced.made(planted, CHROMOSOMES).ground)
    assert digests(made_of_bases) == ["c0e78d149979fed8", "9f82b029b585545c", "5ba0c8663699d521"]
    assert drawn.genotypes.assayed.all()
    assert not drawn.truth.trait.any()


def parts_of(cohort):
    """Everything of a cohort, piece by piece."""
    own, patients, truth = cohort.genotypes, cohort.patients, cohort.truth
    outcomes = ["response", "os_time", "os_event", "pfs_time", "pfs_event"]
    return {
        "arm": patients[["arm"]],
        "outcomes": patients[outcomes],
        "others": patients.drop(columns=["arm", *outcomes]),
        "clinical": cohort.clinical,
        "expression": cohort.expression,
        "pathways": cohort.pathways,
        "sites": own.sites,
        "calls": own.calls,
        "copies": pd.DataFrame(own.copies),
        "dosages": pd.DataFrame(own.dosages),
        "markers": own.markers,
        "assayed": pd.DataFrame(own.assayed),
        "chances": truth.probability,
        "logic": truth.logic,
        "impairing": pd.Series(truth.impairing),
    }


@pytest.mark.parametrize(
    ("choices", "changed"),
    [
        ({"hidden": 1.0}, {"arm", "outcomes", "chances", "others"}),
        ({"missing": "mar"}, {"clinical"}),
        ({"missing": "mnar"}, {"clinical"}),
        ({"missing_share": 0.3}, {"clinical"}),
        ({"site_effects": 1.0}, {"expression", "calls", "impairing"}),
        ({"panels": True}, {"calls", "copies", "assayed", "impairing"}),
        ({"linkage": 0.6}, {"dosages", "markers"}),
        ({"site_shortcut": 1.0}, {"outcomes", "chances"}),
        ({"decoy_genes": True}, {"calls", "expression", "impairing"}),
    ],
)
def test_a_hardship_touches_what_it_says_and_nothing_else(choices, changed):
    """Of the others, toxicity goes with the arm."""
    before, after = parts_of(made()), parts_of(made(**choices))
    assert {name for name in before if not before[name].equals(after[name])} == changed


def test_the_chances_stay_exact_given_the_trait():
    cohort = made(4000, hidden=1.0)
    chance = cohort.truth.received(cohort.patients["arm"])
    gap = (cohort.patients["response"] - chance).groupby(pd.cut(chance, 5, labels=False)).mean()
    assert gap.abs().max() < 0.08
    odds = np.log(cohort.truth.probability / (1 - cohort.truth.probability))
    plain = made(4000).truth.probability
    added = odds.sub(np.log(plain / (1 - plain))).div(4.0)
    np.testing.assert_allclose(added, np.tile(cohort.truth.trait[:, None], 3), atol=1e-6)


def test_the_trait_moves_arm_and_response_and_shows_in_no_column():
    cohort = made(4000, hidden=1.0)
    trait, patients = cohort.truth.trait, cohort.patients
    high = trait > 0
    assert (patients["arm"] == "targeted")[high].mean() > 0.15 + (patients["arm"] == "targeted")[
        ~high
    ].mean()
    assert patients["response"][high].mean() > patients["response"][~high].mean() + 0.1
    numbers = [cohort.clinical.select_dtypes("number"), cohort.expression]
    shown = pd.concat([table.set_axis(range(4000)) for table in numbers], axis=1)
    assert shown.corrwith(pd.Series(trait)).abs().max() < 0.08


FOLDS, FLOOR = 3, 0.02


def policy_errors(seed, hidden):
    """By policy, whether its interval holds its true value, and the error of its estimate.

    The study adjusts for all that decides who gets which arm but the trait, and what it expects of
    an outcome is the exact chance in the same cohort without a trait.
    """
    cohort, blind = made(2000, seed=seed, hidden=hidden), made(2000, seed=seed)
    patients = cohort.patients.assign(role="train")
    impaired = impaired_genes(
        cohort.genotypes.calls, cohort.truth.impairing, cohort.genotypes.sites,
        list(cohort.genotypes.genes["gene"]), len(patients),
    )  # fmt: skip
    features = cohort.clinical[["stage"]].assign(driver=impaired[DRIVER].to_numpy(float))
    fold = np.arange(len(patients)) % FOLDS
    folds = {
        number: pd.DataFrame(
            {"patient": patients["patient"], "part": np.where(fold == number, "test", "train")}
        )
        for number in range(FOLDS)
    }
    arms = patients.set_index("patient")["arm"]
    declared = confounders_of(patients, features, ["cancer_type", "stage", "driver"])
    said = blind.truth.probability.rename_axis("patient").reset_index()
    said = said.melt("patient", var_name="arm", value_name="value")
    said["fold"] = said["patient"].map(dict(zip(patients["patient"], fold, strict=True)))
    said = said.assign(expected=said["value"], endpoint="response", design="blind")
    (case,) = cases_of(
        said,
        propensity_table(declared, arms, folds, 30),
        outcome_table(patients, folds, ["response"], 12.0, 30),
        patients,
    )
    scores, truth = scores_at(case, FLOOR), cohort.truth.probability
    given = pd.Series(cohort.truth.received(patients["arm"]), truth.index)
    best = blind.truth.probability.idxmax(axis=1)
    chosen = pd.Series(
        truth.to_numpy()[np.arange(len(truth)), truth.columns.get_indexer(best)], truth.index
    )
    exact = {f"arm_{arm}": truth[arm] for arm in truth}
    exact |= {"policy": chosen, "gain_over_care_given": chosen - given}
    family, rows = patients.set_index("patient")["family"], {}
    for name, values in exact.items():
        own = scores[name]
        low, high = influence_interval(own.to_numpy(), family[own.index], 0.95)
        rows[name] = {"held": low <= values.mean() <= high, "error": own.mean() - values.mean()}
    return pd.DataFrame(rows).T.astype(float)


def over_seeds(hidden):
    found = [policy_errors(seed, hidden) for seed in range(31, 41)]
    return pd.concat(found).groupby(level=0).mean()


def test_values_of_policies_hold_the_truth_without_a_trait_and_miss_it_with_one():
    clean, biased = over_seeds(0.0), over_seeds(1.0)
    assert clean["held"].mean() >= 0.9
    assert clean["error"].abs().max() < 0.02
    # Who was given it would have done better anyway, whatever the arm.
    assert biased.loc["arm_targeted", "error"] > 0.04
    assert biased.loc[["arm_chemotherapy", "arm_immunotherapy"], "error"].max() < -0.02
    assert biased.loc["arm_targeted", "held"] <= 0.1


@pytest.mark.parametrize(("missing", "by"), [("mar", "frailty"), ("mnar", "value")])
def test_values_are_missing_for_the_reason_given_and_as_often_as_said(missing, by):
    complete = facts(3000)
    planted = Planted(patients=3000, missing=missing, missing_share=0.3)
    seen = clinic.observed(complete, planted)
    frailty = complete["age"] / 11 + complete["ecog"] / 0.75
    for name in clinic.MEASURED:
        gone = seen[name].isna()
        assert gone.mean() == pytest.approx(0.3, abs=0.03)
        told = {"frailty": frailty.corr(gone), "value": complete[name].rank().corr(gone)}
        (other,) = set(told) - {by}
        assert told[by] > 0.4
        assert abs(told[other]) < 0.08
    assert not seen[["age", "ecog", "stage", "sex"]].isna().any(axis=None)


def test_at_random_means_by_neither():
    complete = facts(3000)
    seen = clinic.observed(complete, Planted(patients=3000, missing_share=0.3))
    for name in clinic.MEASURED:
        gone = seen[name].isna()
        assert gone.mean() == pytest.approx(0.3, abs=0.03)
        assert abs(complete[name].rank().corr(gone)) < 0.08
        assert abs(complete["age"].corr(gone)) < 0.08


def test_sites_shift_read_outs_and_lose_reads_and_their_truth_stays():
    plain, batched = made(1200), made(1200, site_effects=1.0)
    site = plain.patients.set_index("patient")["site"]
    gap = (batched.expression - plain.expression).groupby(site).mean()
    assert gap.std().mean() == pytest.approx(1.0, abs=0.3)
    of_call = site.to_numpy()[batched.genotypes.calls["patient"]]
    depths = batched.genotypes.calls["depth"].groupby(of_call).mean()
    assert depths.min() < 0.7 * 120
    assert depths.max() <= 121
    lost = len(plain.genotypes.calls) - len(batched.genotypes.calls)
    assert 0 < lost < 0.02 * len(plain.genotypes.calls)
    calls = batched.genotypes.calls
    assert (calls["vaf"] > 0).all()
    assert (calls["vaf"] <= 1).all()
    assert (calls["quality"] <= 99).all()
    key = ["patient", "site"]
    truth = plain.genotypes.calls[key].assign(impairs=plain.truth.impairing)
    both = calls[key].assign(impairs=batched.truth.impairing).merge(truth, on=key)
    assert len(both) == len(calls)
    assert (both["impairs_x"] == both["impairs_y"]).all()


@pytest.fixture(scope="module")
def on_panels(tmp_path_factory):
    """A folder with a cohort of two panels, and the same people assayed whole."""
    folder = tmp_path_factory.mktemp("panels") / "cohort"
    size = ["--patients", "120", "--genes", "60", "--chromosomes", str(TABLE)]
    assert main([str(folder), *size, "--panels"]) == 0
    return folder, made(120)


def test_genes_outside_the_panel_are_unknown_and_never_wild_type(on_panels):
    folder, whole = on_panels
    store = Store.open(folder / "tensors")
    site = whole.patients["site"]
    values, mask = store.gene_tensor(store.patients)
    small = site.isin(PANEL_SITES).to_numpy()
    assert mask[~small].all()
    assert (mask[small] == mask[small][0]).all()
    listed = mask[small][0]
    assert listed.mean() == pytest.approx(0.5, abs=0.01)
    assert listed[(store.genes["gene"] == DRIVER).to_numpy()].all()
    assert (values[small][:, ~listed] == 0).all()
    shares = np.load(folder / "tensors" / "callable.npy")
    assert (shares == mask).all()
    genes = store.sites["gene_index"].to_numpy()
    sets = whole.genotypes.calls
    kept = mask[sets["patient"], genes[sets["site"]]]
    assert (~kept).sum() > 0
    assert store.variants(store.patients, 512).mask.sum() == kept.sum()
    assert len(np.load(folder / "truth" / "impairing.npy")) == kept.sum()


def test_what_is_on_the_panel_is_as_without_one(on_panels):
    folder, whole = on_panels
    store = Store.open(folder / "tensors")
    values, mask = store.gene_tensor(store.patients)
    copies = values[:, :, store.features.index("copy_number")]
    np.testing.assert_allclose(copies[mask], whole.genotypes.copies[mask], atol=0.01)
    chances = pd.read_parquet(folder / "truth" / "probability.parquet")
    pd.testing.assert_frame_equal(chances, whole.truth.probability, check_freq=False)


def correlations(dosages, by):
    """Squared correlation of markers so many places apart, of pairs called in both."""
    values = np.where(dosages < 0, np.nan, dosages.astype(float))
    pairs = pd.DataFrame(values[:, :-by]), pd.DataFrame(values[:, by:])
    return np.square(pairs[0].corrwith(pairs[1].set_axis(pairs[0].columns, axis=1)).to_numpy())


def test_neighbours_in_a_block_correlate_as_said_and_blocks_do_not():
    cohort, planted = made(3000, linkage=0.7), Planted(patients=3000)
    one = (people(planted)["ancestry"] == "P1").to_numpy()
    own = cohort.genotypes.dosages[one]
    block = blocks_of(cohort.genotypes.markers["chromosome"])
    assert np.bincount(block).tolist() == [BLOCK] * (len(block) // BLOCK)
    for by in (1, 3):
        found, within = correlations(own, by), block[:-by] == block[by:]
        assert found[within].mean() == pytest.approx(0.7**by, abs=0.03)
        assert found[~within].mean() < 0.01
    assert (cohort.genotypes.dosages < 0).mean() == pytest.approx(0.01, abs=0.001)


def test_blocks_end_with_their_chromosome():
    assert (
        blocks_of(pd.Series(["chr1"] * 12 + ["chr2"] * 3)).tolist() == [0] * 10 + [1] * 2 + [2] * 3
    )


def test_siblings_are_kin_by_linked_markers_and_what_strangers_seem_to_be_scatters():
    found = {}
    for linkage in (0.0, 0.8):
        dosages = made(1000, linkage=linkage).genotypes.dosages
        second = np.arange(1, 80, 2)
        siblings = [kinship(dosages[[i - 1]], dosages[[i]], 100)[0][0, 0] for i in second]
        same = np.flatnonzero((people(Planted(patients=1000))["ancestry"] == "P1").to_numpy())
        same = same[same >= 80][:300]
        strangers, _ = kinship(dosages[same[:150]], dosages[same[150:]], 100)
        found[linkage] = np.mean(siblings), strangers.mean(), strangers.std()
    assert found[0.8][0] == pytest.approx(0.25, abs=0.04)
    assert abs(found[0.0][0]) < 0.06
    assert -0.1 < found[0.8][1] < 0.03
    assert found[0.8][2] > 2 * found[0.0][2]


def test_components_of_ancestry_are_blurred_by_linkage_and_still_tell_the_farthest():
    lives = people(Planted(patients=600))["ancestry"].to_numpy()
    apart = {}
    for linkage in (0.0, 0.8):
        dosages = made(600, linkage=linkage).genotypes.dosages
        samples = [f"S{number}" for number in range(600)]
        pairs = pd.DataFrame(columns=["sample_1", "sample_2", "relation"])
        first = ancestry(Markers(samples, pd.DataFrame(), dosages), pairs, 2, 100)["PC1"]
        groups = first.groupby(lives).agg(["mean", "std"])
        apart[linkage] = abs(groups["mean"]["P3"] - groups["mean"]["P1"]) / groups["std"]["P1"]
    assert apart[0.0] > 2 * apart[0.8] > 2


def test_two_sites_settle_the_outcome_and_others_do_not():
    plain, cohort = made(1200), made(1200, site_shortcut=1.0)
    site = cohort.patients.set_index("patient")["site"]
    for name, chance in SETTLED.items():
        np.testing.assert_allclose(cohort.truth.probability[site == name], chance)
        share = cohort.patients["response"][(site == name).to_numpy()].mean()
        assert share == pytest.approx(chance, abs=0.06)
    others = ~site.isin(list(SETTLED))
    kept = cohort.truth.probability[others], plain.truth.probability[others]
    pd.testing.assert_frame_equal(*kept)
    half = made(1200, site_shortcut=0.5).truth.probability
    mean = (cohort.truth.probability + plain.truth.probability) / 2
    pd.testing.assert_frame_equal(half, mean)


def test_decoy_genes_go_with_age_and_burden_and_do_nothing():
    cohort = made(3000, decoy_genes=True)
    calls, own = cohort.genotypes.calls, cohort.genotypes
    gene = own.sites["gene"].to_numpy()[calls["site"]]
    assert not calls.duplicated(["patient", "site"]).any()

    def carried(name):
        return np.bincount(calls["patient"][gene == name], minlength=3000)

    others = ~np.isin(gene, [AGE_GENE, BURDEN_GENE])
    somatic = calls["somatic"].to_numpy()
    burden = np.bincount(calls["patient"][others & somatic], minlength=3000)
    age = cohort.clinical["age"].to_numpy()
    facts = {AGE_GENE: age, BURDEN_GENE: burden, "NULL003": None}
    for name, fact in facts.items():
        for label, values in (("age", age), ("burden", burden)):
            found = np.corrcoef(carried(name), values)[0, 1]
            assert found > 0.4 if fact is values else abs(found) < 0.1, (name, label)
    pd.testing.assert_frame_equal(cohort.truth.probability, made(3000).truth.probability)


@pytest.mark.parametrize("dial", list(BOUNDS))
@pytest.mark.parametrize("beyond", ["below", "above", "nan"])
def test_a_dial_out_of_bounds_is_refused(dial, beyond):
    value = {"below": -0.1, "above": BOUNDS[dial] + 0.01, "nan": float("nan")}[beyond]
    with pytest.raises(ValueError, match=f"{dial} is .*give a number from 0 to"):
        Planted(**{dial: value})


def test_a_reason_that_is_none_is_refused():
    with pytest.raises(ValueError, match="missing is often; give one of mcar, mar, mnar"):
        Planted(missing="often")


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        (["--linkage", "1"], "linkage is 1.0; give a number from 0 to 0.99"),
        (["--panels", "--files"], "--panels cannot go with --files"),
        (["--missing", "often"], "invalid choice: 'often'"),
    ],
)
def test_the_command_refuses_with_a_remedy_and_writes_nothing(tmp_path, capsys, choices, told):
    folder = tmp_path / "cohort"
    with pytest.raises(SystemExit):
        main([str(folder), *choices, "--chromosomes", str(TABLE)])
    assert told in capsys.readouterr().err
    assert not folder.exists()


def test_all_hardships_together_are_written_and_read(tmp_path):
    choices = ["--hidden", "1", "--missing", "mnar", "--missing-share", "0.3", "--panels"]
    choices += ["--site-effects", "1", "--linkage", "0.5", "--site-shortcut", "0.5"]
    size = ["--patients", "80", "--genes", "60", "--chromosomes", str(TABLE)]
    assert main([str(tmp_path / "cohort"), *size, *choices, "--decoy-genes"]) == 0
    store = Store.open(tmp_path / "cohort" / "tensors")
    assert len(store.patients) == len(np.load(tmp_path / "cohort" / "truth" / "trait.npy")) == 80
    assert not (tmp_path / "cohort").with_name(".cohort.partial").exists()
