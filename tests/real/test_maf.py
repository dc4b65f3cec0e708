"""The MAF of a real leukaemia cohort, from GRCh37 and old symbols to calls on GRCh38."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from gcin.annotation.cohort import calls_of_cohort
from gcin.reference.genes import gene_table
from gcin.reference.liftover import read_chains
from gcin.reference.models import read_models
from gcin.reference.tables import read_older_symbols, read_shared_regions, read_symbols

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
RESOURCES = ROOT / "resources"
MAF = "data/cohorts/aml_amlsg/variants.maf.gz"
EXAMPLE = ROOT / "config" / "examples" / "aml"

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")


@pytest.fixture(scope="module")
def read():
    """Calls and unplaced calls of the worked example."""
    settings = yaml.safe_load((EXAMPLE / "config.yaml").read_text())
    sheet = pd.read_csv(EXAMPLE / "samples.tsv", sep="\t", dtype=str, keep_default_na=False)
    sheet["file"] = [str(SHARED / name) for name in sheet["file"]]
    models = read_models(SHARED / settings["reference"]["gene_models"])
    genes = gene_table(models, read_symbols(ROOT / settings["reference"]["genes"]))
    return calls_of_cohort(
        sheet=sheet,
        genes=genes,
        symbols=read_older_symbols(RESOURCES / "reference" / "gene_aliases.tsv.gz"),
        shared=read_shared_regions(RESOURCES / "reference" / "pseudoautosomal.tsv"),
        chains=read_chains(RESOURCES / "liftover" / "GRCh37_to_GRCh38.ensembl.chain.gz"),
        classifications=settings["annotation"]["maf"]["classifications"],
        fetch=None,
    )


def test_every_call_of_the_sheets_samples_finds_its_place(read):
    calls, unplaced = read
    assert len(calls) == 3823
    assert unplaced.empty
    assert calls["gene"].nunique() == 54
    raw = pd.read_csv(SHARED / MAF, sep="\t", dtype=str)["Tumor_Sample_Barcode"]
    sheet = pd.read_csv(EXAMPLE / "samples.tsv", sep="\t", dtype=str)["sample"]
    assert set(calls["sample"]) == set(raw) & set(sheet)
    assert len(set(raw) - set(sheet)) == 33


@pytest.mark.parametrize(
    ("gene", "change", "chromosome", "position", "alleles"),
    [
        ("KRAS", "p.G12S", "chr12", 25_245_351, "C>T"),
        ("DNMT3A", "p.R882H", "chr2", 25_234_373, "C>T"),
        ("IDH1", "p.R132H", "chr2", 208_248_388, "C>T"),
        ("JAK2", "p.V617F", "chr9", 5_073_770, "G>T"),
        ("NPM1", "p.W288fs*12", "chr5", 171_410_543, "->TCTG"),
    ],
)
def test_known_hotspots_lie_where_they_should(read, gene, change, chromosome, position, alleles):
    calls = read[0]
    own = calls[(calls["gene"] == gene) & (calls["hgvsp"] == change)]
    told = own["reference"] + ">" + own["alternate"]
    assert (own["chromosome"] == chromosome).all()
    assert (chromosome, position, alleles) in set(
        zip(own["chromosome"], own["position"], told, strict=True)
    )


def test_events_without_alleles_keep_gene_and_consequence(read):
    calls = read[0]
    found = calls.groupby("alternate")[["gene", "consequence"]].agg(lambda values: set(values))
    assert found.loc["<ITD>"].tolist() == [{"FLT3"}, {"inframe_insertion"}]
    assert found.loc["<PTD>"].tolist() == [{"KMT2A"}, {"feature_elongation"}]
    assert (calls["alternate"] == "<PTD>").sum() == 78


def test_shares_of_reads_are_shares(read):
    known = read[0]["vaf"].dropna()
    assert len(known) > 3000
    assert known.between(0, 1).all()
