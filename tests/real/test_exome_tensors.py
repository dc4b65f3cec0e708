"""The tensor store from a real exome with real Ensembl VEP annotation (shared data)."""

import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gcin.tensors.cohort import encode_cohort
from gcin.tensors.effects import RANKS

DATA = Path(__file__).parents[3] / "shared" / "data" / "seq" / "annotation"
EXOME = DATA / "NA18566.chr21_lt40M.v111.vep.vcf.gz"
SAMPLE = "NA18566_ERR031862"
FORMAT = "%CHROM\t%POS\t%REF\t%ALT\t%SYMBOL\t%Gene\t%Consequence\t%gnomADg_AF\t[%GT\t%GQ]\n"
COLUMNS = [
    *("chromosome", "position", "reference", "alternate", "gene", "gene_id", "consequence"),
    *("frequency", "genotype", "quality"),
]

pytestmark = pytest.mark.skipif(not EXOME.exists(), reason="the shared data is not here")
BY_SAMPLE = ("missing_by_sample", "carried_by_sample")


@pytest.fixture(scope="module")
def exome(tmp_path_factory):
    """The exome's biallelic records as BCF, and its blocks as bcftools +split-vep tells them."""
    path = tmp_path_factory.mktemp("exome") / "annotated.bcf"
    view = ["bcftools", "view", "--min-alleles", "2", "--max-alleles", "2", "--output-type", "b"]
    subprocess.run([*view, "--output", path, EXOME], check=True)
    subprocess.run(["bcftools", "index", path], check=True)
    split = ["bcftools", "+split-vep", "--duplicate", "--format", FORMAT, path]
    lines = subprocess.run(split, check=True, capture_output=True, text=True).stdout.splitlines()
    blocks = pd.DataFrame([line.split("\t") for line in lines], columns=COLUMNS)
    return path, blocks.astype({"position": int})


def universe(blocks):
    """Make a gene universe of every symbol that VEP names."""
    named = blocks[blocks["gene"] != "."].drop_duplicates("gene")
    genes = named[["gene", "gene_id", "chromosome"]].reset_index(drop=True)
    return genes.assign(transcript="", protein_length=0)


def encode(path, genes, folder):
    samples = pd.DataFrame(
        [[SAMPLE, "P", "germline", "vcf", "a.vcf"]],
        columns=["sample", "patient", "tissue", "kind", "file"],
    )
    names = ["indptr", "site", "dosage", "vaf", "depth", "quality"]
    names += ["sites", "markers", "dosages", *BY_SAMPLE]
    outputs = {name: folder / f"{name}.npy" for name in names}
    encode_cohort(samples, genes, str(path), None, outputs, str(folder), marker_frequency=0.01)
    sites, markers = (pd.read_parquet(outputs[name]) for name in ("sites", "markers"))
    return sites, markers, {name: np.load(outputs[name]) for name in names[:6]}


def test_sites_of_a_real_exome_are_those_that_bcftools_finds(exome, tmp_path):
    path, blocks = exome
    sites, markers, calls = encode(path, universe(blocks), tmp_path)
    terms = blocks["consequence"].str.split("&")
    silent = {term for term in RANKS if "UTR" in term or "coding_transcript" in term}
    silent |= {"intron_variant", "NMD_transcript_variant", "non_coding_transcript_exon_variant"}
    silent |= {"mature_miRNA_variant", "coding_sequence_variant"}
    common = pd.to_numeric(blocks["frequency"], errors="coerce") >= 0.01
    loud = terms.map(lambda found: any(term in RANKS and term not in silent for term in found))
    # A splice site of a transcript that makes no protein is none of the gene's.
    loud &= ~blocks["consequence"].str.contains("non_coding_transcript")
    inside = terms.map(lambda found: any(term in RANKS for term in found))
    key = ["position", "reference", "alternate", "gene"]
    named = blocks["gene"] != "."
    expected = blocks[named & (loud | (inside & ~common))].drop_duplicates(key)
    assert len(expected) > 300
    assert set(map(tuple, sites[key].to_numpy())) == set(map(tuple, expected[key].to_numpy()))

    place = ["position", "reference", "alternate"]
    expected = blocks[named & common].drop_duplicates(place)
    assert len(expected) > 300
    assert set(map(tuple, markers[place].to_numpy())) == set(map(tuple, expected[place].to_numpy()))

    alleles = blocks.drop_duplicates(place).set_index(place)
    found = sites.loc[calls["site"], place].assign(dosage=calls["dosage"], gq=calls["quality"])
    truth = alleles.loc[pd.MultiIndex.from_frame(found[place])]
    assert (truth["genotype"].str.count("1").to_numpy() == found["dosage"]).all()
    assert (truth["quality"].astype(int).clip(upper=99).to_numpy() == found["gq"]).all()
    assert calls["indptr"].tolist() == [0, len(sites)]
