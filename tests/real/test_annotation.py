"""The embedded annotator against the real Ensembl VEP: real variants, the same gene models."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from vep_agreement import matters, read_blocks

from gcin.annotation.consequences import rank_of

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
VARIANTS = "data/seq/annotation/HG002.GIAB_v4.2.1.chr20_0-10M.vcf.gz"
FREQUENCIES = "data/seq/cohort/1000G_phase3.chr20_2.0-2.1M.vcf.gz"
VEP = SHARED / "tools" / "ensembl-vep"
SETTINGS = {
    "reference": {
        "fasta": "data/seq/main/ref/GRCh38.slices.fa.gz",
        "gene_models": "data/seq/main/ref/genes.refseq.gtf.gz",
    },
    "annotation": {"custom": [{"file": FREQUENCIES, "fields": {"AF": "gnomAD_AF"}}]},
}
CARD = {"title": "HG002", "licence": "public domain (NIST)", "assay": "wgs"}
COLUMNS = ["cohort", "patient", "sample", "unit", "tissue", "kind", "assembly", "file"]
COLUMNS += ["mate", "platform", "library"]
# Fields that both tell in the same words; others differ by what VEP adds (HGVS of introns).
SAME = [
    *("Allele", "IMPACT", "SYMBOL", "Gene", "BIOTYPE", "EXON", "INTRON", "cDNA_position"),
    *("CDS_position", "Protein_position", "DISTANCE", "STRAND", "PICK", "VARIANT_CLASS"),
    "gnomAD_AF",
]

pytestmark = pytest.mark.skipif(
    not (SHARED / VARIANTS).exists(), reason="the shared data is not here"
)


def annotate(folder, tool):
    """Run the workflow up to the consequences of HG002, by one of the two annotators."""
    rows = [["hg", "HG002", "HG002", "1", "germline", "vcf", "GRCh38", VARIANTS, "", "", ""]]
    (folder / "cards").mkdir(parents=True)
    (folder / "cards" / "hg.yaml").write_text(yaml.safe_dump(CARD))
    pd.DataFrame(rows, columns=COLUMNS).to_csv(folder / "samples.tsv", sep="\t", index=False)
    own = {"samples": "samples.tsv", "cards": "cards", "data_root": str(SHARED)}
    annotation = SETTINGS["annotation"] | {"tool": tool}
    (folder / "own.yaml").write_text(yaml.safe_dump(SETTINGS | own | {"annotation": annotation}))
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", folder]
    command += ["--snakefile", ROOT / "Snakefile", "--workflow-profile", "none"]
    command += ["--configfile", ROOT / "config" / "config.yaml", folder / "own.yaml"]
    command += ["--until", "annotate_variants"]
    places = [str(Path(sys.executable).parent), os.environ["PATH"], str(VEP)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"PATH": os.pathsep.join(places)}
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return next(folder.glob("results/cohorts/hg/*/annotated.vcf.gz"))


@pytest.fixture(scope="module")
def embedded(tmp_path_factory):
    """Blocks of the embedded annotator."""
    return read_blocks(annotate(tmp_path_factory.mktemp("csq") / "run", "csq"))


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Blocks of Ensembl VEP itself."""
    vep = shutil.which("vep", path=os.pathsep.join([os.environ["PATH"], str(VEP)]))
    if vep is None or subprocess.run([vep, "--help"], capture_output=True).returncode:
        pytest.skip("Ensembl VEP does not run here: see envs/host/packages-vep.txt")
    return read_blocks(annotate(tmp_path_factory.mktemp("vep") / "run", "vep"))


def test_every_variant_has_a_block_and_one_picked_for_each_gene(embedded):
    assert len(set(embedded.index.get_level_values("variant"))) == 16385
    picked = embedded[embedded["PICK"] == "1"]
    keys = picked.reset_index()[["variant", "Gene"]]
    assert not keys.duplicated().any()
    assert len(keys) == len(embedded.reset_index()[["variant", "Gene"]].drop_duplicates())


def test_transcripts_near_a_variant_are_those_of_vep(embedded, real):
    assert set(embedded.index) == set(real.index)


def test_consequences_are_those_of_vep(embedded, real):
    pairs = embedded["bits"].to_frame("own").join(real["bits"].rename("vep"))
    assert (pairs["own"] == pairs["vep"]).mean() >= 0.999
    worst = pairs.map(rank_of)
    chosen = pairs["own"].map(matters) | pairs["vep"].map(matters)
    assert chosen.sum() > 250
    assert (worst["own"] == worst["vep"])[chosen].mean() >= 0.99


def test_protein_changes_are_those_of_vep(embedded, real):
    single = embedded["VARIANT_CLASS"].eq("SNV") & real["Amino_acids"].reindex(embedded.index).ne(
        ""
    )
    assert single.sum() > 300
    assert (embedded["Amino_acids"] == real["Amino_acids"].reindex(embedded.index))[single].all()
    named = embedded["HGVSp"].str.split(":").str[-1]
    theirs = real["HGVSp"].reindex(embedded.index).str.split(":").str[-1]
    assert (named == theirs)[single].all()


@pytest.mark.parametrize("field", SAME)
def test_field_is_that_of_vep(embedded, real, field):
    assert (embedded[field] == real[field].reindex(embedded.index)).mean() >= 0.999


def test_custom_frequencies_are_fields_of_every_block(embedded):
    known = embedded[embedded["gnomAD_AF"] != ""]
    positions = [variant[1] for variant in known.index.get_level_values("variant")]
    assert len(known) > 50
    assert min(positions) >= 1_990_005
    assert max(positions) <= 2_109_926
    assert known["gnomAD_AF"].astype(float).between(0, 1).all()
