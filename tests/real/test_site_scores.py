"""VETS on real calls: GATK's tools and the forest agree, and known sites are what they promise."""

import os
from pathlib import Path

import pysam
import pytest
from pysam import bcftools

from gcin.genotypes.vets import score_sites

ROOT = Path(__file__).parents[2]
CALLS = ROOT.parent / "shared/data/seq/annotation/NA18566.chr21_lt40M.v111.input.vcf.gz"

pytestmark = pytest.mark.skipif(not CALLS.exists(), reason="the shared data is not here")


def share_above(limit, told):
    return sum(value > limit for value in told) / len(told)


def places_of(path, wanted=lambda site: True):
    with pysam.VariantFile(str(path)) as sites:
        return {(site.chrom, site.pos) for site in sites if wanted(site)}


def is_doubtful(site):
    told = {"QD": 9, "FS": 0, "MQ": 60} | dict(site.info)
    return told["QD"] < 2 or told["FS"] > 60 or told["MQ"] < 40


def is_snv(site):
    return all(len(allele) == len(site.ref) for allele in site.alts)


def test_known_sites_have_the_sensitivities_of_their_ranks(tmp_path, monkeypatch):
    """The calls of best quality stand for known sites; of these only 98 are indels."""
    tools = str(ROOT / ".tools" / "bin")
    monkeypatch.setenv("PATH", os.pathsep.join([tools, os.environ["PATH"]]))
    known, scored = str(tmp_path / "known.vcf.gz"), str(tmp_path / "scored.vcf.gz")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    bcftools.view("-G", "-i", "QUAL>500", "-Oz", "-o", known, str(CALLS), catch_stdout=False)
    bcftools.index("--tbi", known, catch_stdout=False)
    score_sites([str(CALLS)], [known], 100, "-Xmx2g -XX:TieredStopAtLevel=1", str(scratch), scored)

    with pysam.VariantFile(scored) as sites:
        assert "GATKCommandLine" not in str(sites.header)
        told = {
            (site.chrom, site.pos): site.info["CALIBRATION_SENSITIVITY"]
            for site in sites
            if "CALIBRATION_SENSITIVITY" in site.info
        }
    snvs, trained = places_of(CALLS, is_snv), places_of(known, is_snv)
    assert set(told) == snvs
    own = [told[place] for place in trained]
    assert sum(value <= 0.9 for value in own) / len(own) == pytest.approx(0.9, abs=0.02)
    doubtful = places_of(CALLS, is_doubtful) & snvs - trained
    others = snvs - trained - doubtful
    shares = [share_above(0.9, [told[p] for p in group]) for group in (doubtful, others)]
    assert shares[0] > 5 * shares[1]
