"""Batches of a cohort: who is of which, and whether they differ."""

import gzip

import numpy as np
import pandas as pd
import pysam
import pytest
from scipy.stats import kruskal

from gcin.quality.batches import (
    FACTORS,
    batch_medians,
    batch_tests,
    batches_of,
    measures_of,
    require_alike,
)
from gcin.quality.gate import judged
from gcin.quality.multiqc import named_batches, named_tests

SETTINGS = {
    "min_samples": 5,
    "max_false": 0.05,
    "max_explained": {"limit": 0.14, "action": "warn"},
}


def reads(path, cell):
    path.write_bytes(gzip.compress(f"@A00123:45:{cell}:3:1101:1000:1 1:N:0:A\nA\n+\nF\n".encode()))
    return str(path)


def alignment(path, *groups):
    header = {
        "HD": {"VN": "1.6"},
        "RG": [{"ID": str(n), **group} for n, group in enumerate(groups)],
    }
    with pysam.AlignmentFile(str(path), "wb", header=header):
        pass
    return str(path)


def manifest(*rows):
    columns = ["sample", "patient", "tissue", "kind", "file", "sequenced"]
    return pd.DataFrame(rows, columns=columns)


def test_site_month_and_flow_cell_are_told_by_card_sheet_and_reads(tmp_path):
    bam = alignment(
        tmp_path / "c.bam",
        {"SM": "C", "PU": "HXX.1", "DT": "2024-03-31T10:00:00+0100"},
        {"SM": "C", "PU": "HXX.2", "DT": "2024-04-01"},
    )
    rows = manifest(
        ("A", "P1", "germline", "fastq", reads(tmp_path / "a1.fq.gz", "HAA"), "2023-01-05"),
        ("A", "P1", "germline", "fastq", reads(tmp_path / "a2.fq.gz", "HBB"), "2023-02-01"),
        ("B", "P2", "germline", "vcf", "given.vcf.gz", ""),
        ("C", "P3", "germline", "bam", bam, ""),
        ("D", "P3", "germline", "bam", bam, "2020-01-01"),
        ("T", "P3", "tumour", "vcf", "given.vcf.gz", "2020-01-01"),
    )
    found = batches_of(rows, pd.Series({"P1": "north", "P2": None}))
    assert found.columns.tolist() == FACTORS
    assert found.loc["A"].tolist() == ["north", "2023-01+2023-02", "HAA+HBB"]
    assert found.loc["B"].isna().all()
    assert found.loc["C"].tolist()[1:] == ["2024-03+2024-04", "HXX"]
    assert found.loc["D", "month"] == "2020-01"
    assert "T" not in found.index
    without = batches_of(rows.drop(columns="sequenced"), pd.Series(dtype=object))
    assert without["month"].dropna().to_dict() == {
        "C": "2024-03+2024-04", "D": "2024-03+2024-04",
    }  # fmt: skip


def cohort(sizes, shift=0.0):
    """Measures and batches of sites of these sizes, the last of which is shifted."""
    rng = np.random.default_rng(1)
    site = [name for name, size in sizes.items() for _ in range(size)]
    names = [f"S{n}" for n in range(len(site))]
    depth = rng.normal(30, 2, len(site)) + shift * (np.array(site) == list(sizes)[-1])
    measures = pd.DataFrame({"depth": depth, "ti_tv": rng.normal(2, 0.1, len(site))}, index=names)
    batches = pd.DataFrame({"site": site, "month": None, "flow_cell": None}, index=names)
    return measures, batches


def verdicts(measures, batches, **changes):
    table = batch_tests(measures, batches, SETTINGS | changes)
    return table.set_index(["factor", "measure"])


def test_a_batch_that_differs_is_told_and_others_are_not():
    measures, batches = cohort({"north": 40, "south": 40}, shift=4)
    table = verdicts(measures, batches)
    depth = table.loc[("site", "depth")]
    assert (depth["batches"], depth["samples"], depth["verdict"]) == (2, 80, "warn")
    split = [own["depth"] for _, own in measures.groupby(batches["site"])]
    statistic, p = kruskal(*split)
    assert depth["p"] == pytest.approx(p)
    assert depth["explained"] == pytest.approx((statistic - 1) / 78)
    assert table.loc[("site", "ti_tv"), "verdict"] == "pass"
    assert table.loc[("month", "depth"), "verdict"] == "not measured"


def test_a_difference_that_explains_little_passes_however_sure_it_is():
    table = verdicts(*cohort({"north": 4000, "south": 4000}, shift=0.5))
    assert table.loc[("site", "depth"), "q"] < 1e-6
    assert table.loc[("site", "depth"), "verdict"] == "pass"


def test_small_batches_are_not_compared_but_listed():
    measures, batches = cohort({"north": 20, "south": 20, "east": 4}, shift=50)
    table = verdicts(measures, batches)
    assert table.loc[("site", "depth"), ["batches", "samples"]].tolist() == [2, 40]
    assert table.loc[("site", "depth"), "verdict"] == "pass"
    medians = batch_medians(measures, batches).set_index(["factor", "batch"])
    assert medians["samples"].to_dict() == {
        ("site", "east"): 4, ("site", "north"): 20, ("site", "south"): 20,
    }  # fmt: skip
    assert medians.loc[("site", "east"), "depth"] > 70


def test_chance_alone_seldom_alarms():
    alarms = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        names = [f"S{n}" for n in range(60)]
        measures = pd.DataFrame(rng.normal(size=(60, 10)), index=names, columns=list("abcdefghij"))
        batches = pd.DataFrame(rng.integers(0, 3, (60, 3)).astype(str), names, FACTORS)
        alarms += (batch_tests(measures, batches, SETTINGS)["verdict"] == "warn").any()
    assert alarms <= 5


def test_a_measure_without_any_difference_passes():
    measures, batches = cohort({"north": 5, "south": 5})
    table = verdicts(measures.assign(depth=1.0), batches)
    assert table.loc[("site", "depth"), ["explained", "p", "verdict"]].tolist() == [0, 1, "pass"]


def test_batches_that_differ_stop_a_cohort_where_that_is_asked():
    stop = {"limit": 0.14, "action": "stop"}
    measures, batches = cohort({"north": 40, "south": 40}, shift=4)
    tests = batch_tests(measures, batches, SETTINGS | {"max_explained": stop})
    with pytest.raises(ValueError, match="cohort a is stopped by differences") as error:
        require_alike(tests, "a")
    assert "site explains 0." in str(error.value)
    require_alike(batch_tests(measures, batches, SETTINGS), "a")


def test_the_measures_are_those_of_the_gates():
    gate = pd.DataFrame(
        {
            "sample": ["A", "A", "B", "A"],
            "check": ["min_mean_depth", "sex_agrees", "min_mean_depth", "max_kinship"],
            "value": [30, 1, np.nan, 0.2],
        }
    )
    found = measures_of(gate)
    assert found.columns.tolist() == ["depth"]
    assert found["depth"].to_dict() == pytest.approx({"A": 30, "B": np.nan}, nan_ok=True)


def test_a_measure_with_a_limit_on_either_side_is_one_measure():
    gate = judged(
        pd.DataFrame({"insert_size": [300.0, 350.0]}, index=["A", "B"]),
        {
            "min_insert_bases": {"limit": 200, "action": "warn"},
            "max_insert_bases": {"limit": 500, "action": "warn"},
        },
    )
    assert measures_of(gate)["insert_size"].to_dict() == {"A": 300, "B": 350}


def test_tests_and_medians_are_named_for_a_page(tmp_path):
    measures, batches = cohort({"1": 5, "2": 5})
    batch_tests(measures, batches, SETTINGS).to_csv(tmp_path / "t.tsv", sep="\t", index=False)
    batch_medians(measures, batches).to_csv(tmp_path / "m.tsv", sep="\t", index=False)
    assert named_tests(tmp_path / "t.tsv").index.tolist() == ["site: depth", "site: ti_tv"]
    assert named_batches(tmp_path / "m.tsv").index.tolist() == ["site 1", "site 2"]


def test_a_cohort_without_batches_has_nothing_to_compare():
    measures, batches = cohort({"north": 5})
    none = batches.assign(site=None)
    assert (batch_tests(measures, none, SETTINGS)["verdict"] == "not measured").all()
    assert batch_medians(measures, none).empty
    assert batch_tests(measures.iloc[:0, :0], none[:0], SETTINGS).empty
