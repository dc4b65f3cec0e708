"""A tumour of known truth: HG002's reads mixed into NA12878's, called beside NA12878."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from cyvcf2 import VCF
from mixture import SHARES, common_sites, lay_out, score
from somatic_figures import CALLED, run_workflow
from tumour_only import make_aids, part_from_normal, passing

from gcin.tensors.store import Store

TENSORS = ["--until", "assemble_tensors"]
SEQUENCES = Path(__file__).parents[3] / "shared" / "data" / "seq" / "main"

pytestmark = pytest.mark.skipif(not SEQUENCES.is_dir(), reason="the shared data is not here")


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> Path:
    """Folder of the samples of a run that called the three mixtures."""
    folder = tmp_path_factory.mktemp("somatic")
    lay_out(SEQUENCES, folder)
    run_workflow(folder, CALLED)
    return folder / "results" / "samples"


def called(samples, tumour):
    return VCF(str(samples / tumour / "somatic.vcf.gz"))


def scored(samples, tumour, both=False):
    genome = samples.parent / "reference" / "genome.fa"
    return score(SEQUENCES, genome, samples / tumour / "somatic.vcf.gz", tumour, both)


# Measured (docs/somatic.md): 16 and 25, 47 and 30, 50 and 32, 12 and 19 alleles.
@pytest.mark.parametrize(
    ("tumour", "least"),
    [
        ("mix10", {0.05: 14, 0.1: 23}),
        ("mix25", {0.125: 44, 0.25: 28}),
        ("mix50", {0.25: 47, 0.5: 30}),
        ("worn10", {0.05: 10, 0.1: 17}),
    ],
)
def test_mixed_alleles_are_found_and_nothing_else(samples, tumour, least):
    table = scored(samples, tumour)
    for share, found in least.items():
        assert table.loc[share, "found"] >= found
    assert table["extra"].sum() <= 1


def test_what_both_are_sure_of_is_found(samples):
    table = scored(samples, "mix50", both=True)
    assert table["truth"].sum() == 9
    assert table["found"].sum() >= 7
    assert table["extra"].sum() == 0


@pytest.mark.parametrize(
    ("tumour", "least", "most", "model"),
    [("mix10", 0.1, 0.9, "not used"), ("worn10", 20, 100, "used")],
)
def test_only_a_damaged_tumour_is_filtered_by_the_orientation_model(
    samples, tumour, least, most, model
):
    damage = pd.read_csv(samples / tumour / "quality" / "damage.tsv", sep="\t")
    assert least < damage["alleles_per_mb"].iloc[-1] < most
    assert set(damage["model"]) == {model}
    filters = {name for site in called(samples, tumour) for name in site.FILTERS}
    assert ("orientation" in filters) == (model == "used")


@pytest.mark.parametrize("tumour", SHARES)
def test_only_passing_calls_of_the_tumour_go_on(samples, tumour):
    filtered = called(samples, tumour)
    assert set(filtered.samples) == {tumour, "normal"}
    passing = sum(len(site.ALT) for site in filtered if site.FILTER is None)
    accepted = VCF(str(samples / tumour / "somatic" / "accepted.bcf"))
    assert accepted.samples == [tumour]
    assert sum(1 for _ in accepted) == passing


@pytest.fixture(scope="module")
def alone(samples, tmp_path_factory) -> Path:
    """Folder of a run that called a mixture without its normal: `unaided.vcf.gz`, then aided."""
    folder = tmp_path_factory.mktemp("alone") / "run"
    shutil.copytree(samples.parents[1], folder)
    part_from_normal(folder, "mix25")
    make_aids(SEQUENCES, folder)
    calls = "results/samples/mix25/somatic.vcf.gz"
    run_workflow(folder, [calls])
    shutil.copy(folder / calls, folder / "unaided.vcf.gz")
    run_workflow(folder, ["results/cohorts/alone/current", *TENSORS], "aided.yaml")
    return folder


# Measured (docs/somatic.md): germline 119 and 42 before, 3 and 15 after.
def test_known_alleles_are_taken_out_of_a_tumour_without_a_normal(alone):
    genome = alone / "results" / "reference" / "genome.fa"
    aided = alone / "results" / "samples" / "mix25" / "somatic.vcf.gz"
    before = passing(SEQUENCES, genome, alone / "unaided.vcf.gz", "mix25")["passing"]
    after = passing(SEQUENCES, genome, aided, "mix25")["passing"]
    assert before["resource", "germline"] > 100
    assert before["panel", "germline"] > 35
    assert after["resource", "germline"] < 0.1 * before["resource", "germline"]
    assert after["panel", "germline"] < 0.5 * before["panel", "germline"]
    for place in ("panel", "resource"):
        assert after[place, "somatic"] >= before[place, "somatic"] - 2


def test_calls_without_a_normal_reach_the_tensors_as_somatic_rows(alone):
    receipt = next(alone.glob("results/cohorts/alone/*/tensors/receipt.json"))
    store = Store.open(receipt.parent)
    calls = called(alone / "results" / "samples", "mix25")
    of_tumour = calls.samples.index("mix25")
    shares = {
        (site.POS, site.REF, site.ALT[0]): site.format("AD")[of_tumour]
        for site in calls
        if site.FILTER is None and len(site.ALT) == 1
    }
    values, _, mask, _ = store.variants(["P2"], limit=512)
    rows = pd.DataFrame(values[mask], columns=store.variant_features)
    _, carried = next(store.carried(["P2"]))
    assert len(rows) == len(carried) > 10
    assert (rows["somatic"] == 1).all()
    sites = store.sites.iloc[carried][["position", "reference", "alternate"]]
    expected = [shares[tuple(site)] for site in sites.itertuples(index=False)]
    assert sorted(rows["vaf"]) == pytest.approx(
        sorted(alternate / (reference + alternate) for reference, alternate in expected), abs=1e-3
    )


def test_contamination_is_measured_at_common_sites_and_filters_calls(samples):
    folder = samples.parents[1]
    common_sites(SEQUENCES, folder)
    (folder / "common.yaml").write_text("quality: {common_sites: common.vcf.gz}\n")
    calls = samples / "mix25" / "somatic.vcf.gz"
    before = [site.FILTER for site in VCF(str(calls))]
    run_workflow(folder, [str(calls.relative_to(folder))], "common.yaml")
    table = pd.read_csv(samples / "mix25" / "somatic" / "contamination.table", sep="\t")
    assert table["sample"].tolist() == ["mix25"]
    assert table["contamination"].between(0.02, 0.25).all()
    after = [site.FILTER for site in VCF(str(calls))]
    assert len(after) == len(before)
    assert sum("contamination" in (found or "") for found in after) > 0
