"""The alleles of a panel in a cohort: one state each, and the genes that they tell of."""

import numpy as np
import pandas as pd
import pysam
import pytest

from gcin.genotypes.panel_table import NOT_COVERED, genes_at, panel_table
from gcin.tables import read_text
from gcin.tensors import panel as tensors_panel

GENES = pd.DataFrame(
    {
        "gene": ["AAA", "BBB", "CCC", "DDD"],
        "chromosome": ["chr1", "chr1", "chr1", "chr2"],
        "start": [100, 180, 900, 100],
        "end": [200, 300, 999, 200],
    }
)
LIMITS = {"min_depth": 10, "min_genotype_quality": 20}


def told(folder, sample, *calls):
    """Write alleles of one sample: position, genotype, depth and quality."""
    header = pysam.VariantHeader()
    header.contigs.add("chr1", length=2000)
    for name, kind in (("GT", "String"), ("DP", "Integer"), ("GQ", "Integer")):
        header.formats.add(name, 1, kind, name)
    header.add_sample(sample)
    path = str(folder / f"{sample}.vcf.gz")
    with pysam.VariantFile(path, "wz", header=header) as out:
        for position, genotype, depth, quality in calls:
            record = out.new_record("chr1", position - 1, alleles=("A", "G"), id=f"rs{position}")
            call = record.samples[0]
            call["GT"], call["DP"], call["GQ"] = genotype, depth, quality
            out.write(record)
    return path


def tabulated(paths, **limits):
    patients = {sample: f"P{sample}" for sample in paths}
    return panel_table(paths, patients, GENES, 50, LIMITS | limits)


@pytest.mark.parametrize(
    ("call", "genotype", "state"),
    [
        (((0, 1), 30, 99), "0/1", "carried"),
        (((1,), 30, 99), "1", "carried"),
        (((0, 1), 4, 9), "0/1", "carried"),
        (((0, 0), 10, 20), "0/0", "absent"),
        (((0, 0), 9, 99), "0/0", "not covered"),
        (((0, 0), 99, 19), "0/0", "not covered"),
        (((None, None), 40, 99), "./.", "not covered"),
    ],
)
def test_absence_is_told_by_depth_and_quality_alone(tmp_path, call, genotype, state):
    (row,) = tabulated({"S": told(tmp_path, "S", (150, *call))}).to_dict("records")
    assert (row["sample"], row["patient"], row["gene"]) == ("S", "PS", "AAA")
    assert (row["position"], row["reference"], row["alternate"]) == (150, "A", "G")
    assert (row["genotype"], row["depth"], row["quality"], row["state"]) == (
        genotype,
        *call[1:],
        state,
    )


@pytest.mark.parametrize(
    ("position", "reference", "genes"),
    [
        (150, "A", "AAA"),
        (190, "A", "AAA,BBB"),
        (170, "A" * 20, "AAA,BBB"),
        (340, "A", "BBB"),
        (350, "A", "BBB"),
        (351, "A", ""),
        (860, "A", "CCC"),
    ],
)
def test_an_allele_tells_of_the_genes_that_it_lies_in_or_next_to(position, reference, genes):
    assert genes_at("chr1", position, reference, GENES, 50) == genes


def test_a_contig_without_genes_has_none():
    assert genes_at("chrM", 150, "A", GENES, 50) == ""


def test_samples_keep_their_order_and_blind_spots_are_told(tmp_path, caplog):
    calls = {"T": [(150, (0, 0), 30, 90), (950, (None,), 0, 0)]}
    calls["S"] = [(150, (None,), 0, 0), (950, (None,), 0, 0)]
    table = tabulated({sample: told(tmp_path, sample, *own) for sample, own in calls.items()})
    assert table["sample"].tolist() == ["T", "T", "S", "S"]
    assert table["state"].tolist() == ["absent", *[NOT_COVERED] * 3]
    assert "no sample covers chr1:950 A>G" in caplog.text
    assert "chr1:150" not in caplog.text


def test_genes_of_alleles_that_were_not_covered_are_untold_in_their_sample(tmp_path):
    calls = {"S": [(190, (None,), 0, 0), (500, (None,), 0, 0)], "T": [(190, (0, 0), 30, 90)]}
    table = tabulated({sample: told(tmp_path, sample, *own) for sample, own in calls.items()})
    table.to_csv(tmp_path / "panel.tsv", sep="\t", index=False)
    panels = [read_text(tmp_path / "panel.tsv")]
    whole = {sample: np.full(4, 0.9, np.float32) for sample in "STU"}
    shares = tensors_panel.without_untold(whole, panels, GENES)
    kept = {sample: (share > 0).tolist() for sample, share in shares.items()}
    assert kept == {"S": [False, False, True, True], "T": [True] * 4, "U": [True] * 4}


def test_both_ends_call_it_by_one_name():
    assert tensors_panel.NOT_COVERED == NOT_COVERED


def test_a_cohort_that_no_asked_sample_enters_has_an_empty_table(tmp_path):
    table = tabulated({})
    assert len(table) == 0
    table.to_csv(tmp_path / "panel.tsv", sep="\t", index=False)
    panels = [read_text(tmp_path / "panel.tsv")]
    assert tensors_panel.without_untold({}, panels, GENES) == {}
