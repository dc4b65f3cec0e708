"""VETS within one run: trained on the cohort's own sites, which pass or fail by their scores."""

from pathlib import Path

import pysam
import pytest
import yaml
from conftest import ROOT, TRAVELS, Project

from gcin.genotypes.sites import SENSITIVITY, kind_of_site
from gcin.simulation.files import write_hospital
from gcin.simulation.hospital import Hospital

# Enough genes for a hundred known SNVs among few people: one sequenced, others with genomic VCFs.
HOSPITAL = Hospital(patients=18, external=4, genes=40, fastq=3, gvcf=6, depth=25)
SEQUENCED = "A0002"
KNOWN = "reference/known_sites.vcf.gz"
LIMIT = 0.9
SETTINGS = {
    "reference": {"shards": 1, "known_sites": [KNOWN]},
    "alignment": {"recipe": "bqsr"},
    "genotypes": {
        "site_filter": {
            "vets": {"training": [KNOWN], "min_sites": 100},
            "snv": {"max_sensitivity": LIMIT},
        }
    },
    "studies": {},
}


@pytest.fixture(scope="module")
def generation(tmp_path_factory) -> Path:
    """The folder of a generation with its genotypes."""
    folder = tmp_path_factory.mktemp("scores")
    for name in TRAVELS:
        (folder / name).symlink_to(ROOT / name)
    (folder / "hospital").mkdir()
    write_hospital(folder / "hospital", HOSPITAL, "hospital")
    (folder / "tiny.yaml").write_text(yaml.safe_dump(SETTINGS))
    own = yaml.safe_load((folder / "hospital" / "config.yaml").read_text())
    del own["studies"], own["simulation"]
    (folder / "hospital" / "config.yaml").write_text(yaml.safe_dump(own))
    (folder / "hospital" / "cohorts" / "hospital_b.yaml").unlink()
    card = folder / "hospital" / "cohorts" / "hospital_a.yaml"
    card.write_text(yaml.safe_dump(yaml.safe_load(card.read_text()) | {"truth": {}}))
    project = Project(folder)
    rows = project.samples()
    project.write_samples(rows[(rows["sample"] == SEQUENCED) | (rows["kind"] == "gvcf")])
    project.snakemake("results/cohorts/hospital_a/current", "--until", "unite_genotypes")
    return next(folder.glob("results/cohorts/hospital_a/*/genotypes.bcf")).parent


def test_a_run_trains_on_known_sites_and_fails_those_whose_scores_are_beyond(generation):
    with pysam.VariantFile(generation / "site_scores.vcf.gz") as sites:
        scores = {(site.chrom, site.pos): site.info.get(SENSITIVITY) for site in sites}
        sites.reset()
        kinds = {(site.chrom, site.pos): kind_of_site(site.ref, site.alts) for site in sites}
    told = {place for place, score in scores.items() if score is not None}
    assert told == {place for place, kind in kinds.items() if kind == "snv"}
    beyond = {place for place in told if scores[place] > LIMIT}
    assert 0.02 < len(beyond) / len(told) < 0.5
    failed, verdicts = set(), set()
    with pysam.VariantFile(generation / "genotypes.bcf") as records:
        for record in records:
            names = set(record.filter.keys())
            if kinds.get((record.chrom, record.pos)) == "snv":
                verdicts |= names
            if "LowVETS" in names:
                failed.add((record.chrom, record.pos))
                carried = [call for call in record.samples.values() if 1 in call["GT"]]
                assert all("LowVETS" in call["FT"] for call in carried)
    assert failed == beyond
    # The hard filters judge none that was scored.
    assert verdicts <= {"PASS", "LowVETS", "NoPassingGenotype"}
