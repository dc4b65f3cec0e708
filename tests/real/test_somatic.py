"""A tumour of known truth: HG002's reads mixed into NA12878's, called beside NA12878."""

from pathlib import Path

import pandas as pd
import pytest
from cyvcf2 import VCF
from mixture import SHARES, common_sites, lay_out, score
from somatic_figures import CALLED, run_workflow

SEQUENCES = Path(__file__).parents[3] / "shared" / "data" / "seq" / "main"

pytestmark = pytest.mark.skipif(not SEQUENCES.is_dir(), reason="the shared data is not here")


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> Path:
    """Folder of the samples of a run that called the three mixtures."""
    folder = tmp_path_factory.mktemp("somatic")
    lay_out(SEQUENCES, folder)
    run_workflow(folder, CALLED)
    return folder / "results" / "samples"


def scored(samples, tumour, both=False):
    genome = samples.parent / "reference" / "genome.fa"
    return score(SEQUENCES, genome, samples / tumour / "somatic.vcf.gz", tumour, both)


# Measured (docs/somatic.md): 12 and 19, 37 and 30, 50 and 32 alleles, and no call in excess.
@pytest.mark.parametrize(
    ("tumour", "least"),
    [
        ("mix10", {0.05: 10, 0.1: 17}),
        ("mix25", {0.125: 34, 0.25: 28}),
        ("mix50", {0.25: 47, 0.5: 30}),
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


@pytest.mark.parametrize("tumour", SHARES)
def test_only_passing_calls_of_the_tumour_go_on(samples, tumour):
    filtered = VCF(str(samples / tumour / "somatic.vcf.gz"))
    assert set(filtered.samples) == {tumour, "normal"}
    passing = sum(len(site.ALT) for site in filtered if site.FILTER is None)
    accepted = VCF(str(samples / tumour / "somatic" / "accepted.bcf"))
    assert accepted.samples == [tumour]
    assert sum(1 for _ in accepted) == passing


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
