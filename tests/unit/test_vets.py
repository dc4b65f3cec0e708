"""VETS: the forest that GATK asks for, who is trained on, and scores on their way to the calls."""

import json
import subprocess
import sys

import h5py
import numpy as np
import pysam
import pytest

from gcin.genotypes import isolation
from gcin.genotypes.scores import with_scores
from gcin.genotypes.vets import ANNOTATIONS, MODES, annotations_of, score_sites

FIELDS = "".join(
    f'##INFO=<ID={name},Number=1,Type=Float,Description="">\n' for name in ANNOTATIONS["snv"]
)
SCORE = '##INFO=<ID=CALIBRATION_SENSITIVITY,Number=1,Type=Float,Description="">\n'
CONTIG = "##contig=<ID=chr1,length=1000>\n"
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"


def annotations(path, sites, names=("QD", "FS"), chunk=40):
    """Write a table as GATK does, in chunks."""
    parts = [sites[start : start + chunk] for start in range(0, len(sites), chunk)]
    with h5py.File(path, "w") as table:
        table["annotations/names"] = np.array([name.encode() for name in names])
        table["annotations/num_chunks"] = [float(len(parts))]
        for number, part in enumerate(parts):
            table[f"annotations/chunk_{number}"] = part
    return str(path)


def forest(*words):
    command = [sys.executable, isolation.__file__, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True)


def vcf(path, *records, header=FIELDS):
    lines = ["\t".join([*record[:1], record[1], ".", *record[2:4], "50", ".", record[4]])
             for record in records]  # fmt: skip
    plain = path.with_suffix("")
    plain.write_text("##fileformat=VCFv4.2\n" + header + CONTIG + COLUMNS + "\n".join(lines) + "\n")
    pysam.tabix_compress(str(plain), str(path), force=True)
    pysam.tabix_index(str(path), preset="vcf", force=True)
    return str(path)


@pytest.fixture
def trained(tmp_path):
    sites = np.random.default_rng(1).normal(10, 1, (100, 2))
    sites[3, 1] = np.nan
    table = annotations(tmp_path / "train.hdf5", sites)
    (tmp_path / "forest.json").write_text(json.dumps({"random_state": 0}))
    words = ["--annotations_file", table, "--hyperparameters_json_file", tmp_path / "forest.json"]
    done = forest(*words, "--output_prefix", tmp_path / "snp")
    assert done.returncode == 0, done.stderr
    return tmp_path / "snp.scorer.pkl"


def test_a_site_far_from_known_ones_scores_low_and_a_missing_value_does_not(trained, tmp_path):
    sites = np.array([[10.0, 10.0], [10.0, np.nan], [30.0, 10.0]])
    scores = tmp_path / "scores.hdf5"
    words = ["--annotations_file", annotations(tmp_path / "new.hdf5", sites, chunk=2)]
    words += ["--scorer_pkl_file", trained, "--output_scores_file", scores]
    assert forest(*words).returncode == 0
    with h5py.File(scores) as table:
        usual, missing, far = table["data/scores"][()]
    assert far < missing
    assert far < usual
    assert missing == pytest.approx(usual, abs=0.05)


def test_a_forest_refuses_other_annotations_than_its_own(trained, tmp_path):
    table = annotations(tmp_path / "new.hdf5", np.ones((3, 2)), names=("QD", "SOR"))
    with pytest.raises(ValueError, match="trained on"):
        isolation.score(table, str(trained), str(tmp_path / "scores.hdf5"))


def test_known_sites_are_counted_by_kind_with_what_tells_them(tmp_path):
    path = vcf(
        tmp_path / "known.vcf.gz",
        ("chr1", "10", "A", "C", "QD=20;MQRankSum=0.1"),
        ("chr1", "20", "A", "C", "QD=20"),
        ("chr1", "30", "A", "AC", "FS=1"),
    )
    counts, told = annotations_of(path)
    assert counts == {"snv": 2, "indel": 1}
    assert (told["snv", "QD"], told["snv", "MQRankSum"], told["indel", "FS"]) == (2, 1, 1)
    assert told["snv", "SOR"] == told["indel", "QD"] == 0
    assert set(ANNOTATIONS) == set(MODES)


def test_a_kind_of_which_too_few_are_known_stays_without_a_score(tmp_path, caplog):
    """No tool of GATK is started."""
    calls = vcf(tmp_path / "calls.vcf.gz", ("chr1", "10", "A", "C", "QD=20"))
    known = vcf(tmp_path / "known.vcf.gz", ("chr1", "10", "A", "G", "."))
    scored = str(tmp_path / "scored.vcf.gz")
    score_sites([calls], [known], 100, "-Xmx1g", str(tmp_path), scored)
    with pysam.VariantFile(with_scores(calls, [scored], str(tmp_path))) as sites:
        assert [list(site.info) for site in sites] == [["QD"]]
    assert "snv: 1 known sites, fewer than 100: the hard filters judge its sites" in caplog.text
    assert "indel: 0 known sites" in caplog.text


def test_a_score_goes_to_the_site_of_the_same_alleles(tmp_path):
    calls = vcf(
        tmp_path / "calls.vcf.gz",
        ("chr1", "10", "A", "C,G", "QD=20"),
        ("chr1", "10", "AC", "A", "QD=20"),
    )
    scores = vcf(
        tmp_path / "scores.vcf.gz",
        ("chr1", "10", "A", "C,G", "CALIBRATION_SENSITIVITY=0.5"),
        header=SCORE,
    )
    with pysam.VariantFile(with_scores(calls, [scores, f"{scores}.tbi"], str(tmp_path))) as sites:
        told = {site.ref: site.info.get("CALIBRATION_SENSITIVITY") for site in sites}
    assert told == {"A": 0.5, "AC": None}
    assert with_scores(calls, [], str(tmp_path)) == calls
