"""Quality of samples, read from the reports of the tools."""

import gzip
import re

import numpy as np
import pandas as pd
import pytest

from gcin.quality import samples
from gcin.quality.balance import WHOLE, balance_table
from gcin.quality.depths import covered_shares, mean_depths
from gcin.quality.gate import judged
from gcin.quality.multiqc import failed_checks, render
from gcin.quality.sex import read_recorded
from gcin.quality.units import least_concordances

FLAGSTAT = """\
110 + 0 in total (QC-passed reads + QC-failed reads)
100 + 0 primary
10 + 0 secondary
0 + 0 supplementary
25 + 0 duplicates
20 + 0 primary duplicates
99 + 0 mapped (90.00% : N/A)
90 + 0 primary mapped (90.00% : N/A)
"""


def report(folder, sample, name, text):
    path = folder / "samples" / sample / "quality" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    return str(path)


def test_reads_are_counted_once_however_often_they_align(tmp_path):
    counts = samples.read_counts([report(tmp_path, "S1", "flagstat.txt", FLAGSTAT)])
    assert counts.loc["S1"].to_dict() == {"reads": 100, "mapped": 0.9, "duplicates": 0.2}


def test_a_sample_without_reads_has_no_shares(tmp_path):
    empty = FLAGSTAT.replace("100 + 0 primary", "0 + 0 primary")
    counts = samples.read_counts([report(tmp_path, "S1", "flagstat.txt", empty)])
    assert counts.loc["S1", ["mapped", "duplicates"]].isna().all()


def test_the_insert_size_is_the_median_of_inward_pairs(tmp_path):
    """Columns are size, all pairs, inward, outward, others."""
    text = "SN\tsequences:\t9\nIS\t0\t9\t0\t9\t0\nIS\t300\t4\t4\t0\t0\nIS\t310\t5\t5\t0\t0\n"
    sizes = samples.insert_sizes(
        [report(tmp_path, "S1", "stats.txt", text), report(tmp_path, "S2", "stats.txt", "SN\t0\n")]
    )
    assert sizes.loc["S1"].item() == 310
    assert pd.isna(sizes.loc["S2"].item())
    assert samples.insert_sizes([]).empty


def test_covered_shares_weigh_intervals_by_their_bases(tmp_path):
    table = "#chrom\tstart\tend\tregion\t1X\t10X\t20X\t30X\n"
    table += "chr1\t0\t100\ta\t100\t100\t50\t0\nchr1\t200\t500\tb\t300\t0\t0\t0\n"
    shares = covered_shares([report(tmp_path, "S1", "coverage.thresholds.bed.gz", table)])
    assert shares.loc["S1"].tolist() == [0.25, 0.125, 0.0]


def test_mean_depth_counts_intervals_without_reads_and_weighs_them_by_their_bases(tmp_path):
    table = "chr1\t0\t100\ta\t40.0\nchr2\t0\t300\tb\t0.0\n"
    depths = mean_depths([report(tmp_path, "S1", "coverage.regions.bed.gz", table)])
    assert depths.loc["S1", "depth"] == 10


def test_depth_is_that_of_the_targets_of_the_cohort(tmp_path):
    """A sample that stands in a cohort of genomes as well was measured in all that is called."""
    targets = pd.DataFrame({"chromosome": ["2"], "start": [100], "end": [200]})
    table = "1\t0\t100\t1.0\n2\t0\t100\t1.0\n2\t100\t200\t90.0\n2\t200\t900\t1.0\n"
    path = report(tmp_path, "S1", "coverage.regions.bed.gz", table)
    assert mean_depths([path], targets).loc["S1", "depth"] == 90
    assert mean_depths([path]).loc["S1", "depth"] == pytest.approx(9.9)
    table = "#chrom\tstart\tend\tregion\t1X\t10X\t20X\t30X\n"
    table += "2\t0\t100\ta\t100\t0\t0\t0\n2\t100\t200\tb\t100\t100\t80\t0\n"
    path = report(tmp_path, "S1", "coverage.thresholds.bed.gz", table)
    assert covered_shares([path], targets).loc["S1"].tolist() == [1.0, 0.8, 0.0]


def psc(sample, hom, het, transitions, transversions, missing):
    fields = [0, sample, 5, hom, het, transitions, transversions, 0, 30.0, 0, 0, 0, missing]
    return "PSC\t" + "\t".join(map(str, fields))


def test_genotype_counts_become_ratios(tmp_path):
    path = tmp_path / "genotypes.txt"
    path.write_text("\n".join([psc("S1", 4, 6, 8, 4, 10), psc("S2", 0, 0, 0, 0, 40)]))
    counts = samples.genotype_counts([str(path)])
    assert counts.loc["S1"].to_dict() == {"ti_tv": 2.0, "het_hom": 1.5}
    assert counts.loc["S2"].isna().all()


def test_missing_is_what_the_gate_was_told_and_no_share_of_others_alleles():
    checks = {"max_missing": {"limit": 0.1, "action": "warn"}}
    measures = pd.DataFrame({"missingness": [0.02, 0.0]}, index=["S1", "tumour"])
    before = judged(pd.DataFrame(index=["S1", "tumour"]), {})
    shares = samples.missing_shares([before, judged(measures, checks)])
    assert shares["missing"].to_dict() == {"S1": 0.02, "tumour": 0.0}
    assert samples.missing_shares([before]).empty


def test_every_sample_of_the_manifest_has_a_row_in_order():
    manifest = pd.DataFrame({"sample": ["B", "A", "A"], "kind": ["maf", "fastq", "fastq"]})
    measured = pd.DataFrame({"depth": [30.0]}, index=["A"])
    table = samples.quality_table(manifest, [measured, pd.DataFrame()])
    assert table.index.tolist() == ["A", "B"]
    assert table["kind"].tolist() == ["fastq", "maf"]
    assert table["depth"].tolist() == pytest.approx([30.0, np.nan], nan_ok=True)


def test_measures_are_gathered_for_every_sample_and_read_back_exactly(tmp_path):
    manifest = pd.DataFrame({"sample": ["007", "NA", "A", "A"]})
    reads = pd.DataFrame({"depth": [0.1 + 0.2], "reads": [123_456_789]}, index=["A"])
    common = pd.DataFrame({"contamination": [np.nan]}, index=["A"])
    own = pd.DataFrame({"contamination": [0.02, 0.03], "sex": ["male", None]}, index=["007", "A"])
    measures = [reads, pd.DataFrame(), common, own]
    samples.measures_table(manifest, measures).to_csv(tmp_path / "measures.tsv", sep="\t")
    table = samples.read_measures(tmp_path / "measures.tsv")
    assert table.index.tolist() == ["007", "A", "NA"]
    assert table.loc["A", "depth"] == 0.1 + 0.2
    assert table["reads"].dropna().tolist() == [123_456_789]
    written = samples.quality_table(manifest.assign(kind="fastq"), [table])
    assert "\t123456789\t" in written.to_csv(sep="\t", float_format="%.6g")
    assert table["contamination"].tolist() == pytest.approx([0.02, 0.03, np.nan], nan_ok=True)
    assert table["sex"].fillna("").tolist() == ["male", "", ""]
    nothing = samples.measures_table(manifest, [pd.DataFrame()] * 2)
    assert nothing.isna().all().all()


def test_of_two_that_tell_a_measure_the_first_counts():
    first = pd.DataFrame({"contamination": [0.1, np.nan]}, index=["A", "B"])
    second = pd.DataFrame({"contamination": [0.2, 0.3]}, index=["A", "B"])
    manifest = pd.DataFrame({"sample": ["A", "B"]})
    table = samples.measures_table(manifest, [first, second])
    assert table["contamination"].tolist() == [0.1, 0.3]


def test_a_page_shows_what_failed_in_sections_of_its_own(tmp_path):
    gate = pd.DataFrame(
        {
            "sample": ["A", "A", "B"],
            "check": ["min_mean_depth", "sex_agrees", "sex_agrees"],
            "value": [9.0, 0.0, np.nan],
            "limit": [20.0, 1.0, 1.0],
            "verdict": ["pass", "warn", "not measured"],
        }
    )
    failed = failed_checks(gate)
    assert failed.index.tolist() == ["A sex_agrees"]
    measured = pd.DataFrame({"depth": [30.0]}, index=["A"])
    tables = {"samples": measured, "gate": failed, "relatedness": failed.iloc[:0]}
    render(tables, [], tmp_path / "page.html", "cohort a")
    page = (tmp_path / "page.html").read_text()
    assert "Checks that failed" in page
    assert "A sex_agrees" in page
    assert "Related samples" not in page


def test_a_page_shows_numbers_with_the_digits_that_tables_have(tmp_path):
    failed = pd.DataFrame({"verdict": ["warn"], "value": [0.0344827], "limit": [0.02]}, index=["A"])
    measured = pd.DataFrame({"reads": [1234567.0, np.nan], "depth": [19.998, 30]}, index=["A", "B"])
    render({"samples": measured, "gate": failed}, [], tmp_path / "page.html", "cohort a")
    page = (tmp_path / "page.html").read_text()
    cells = re.findall(r'<td data-sorting-val="[^"]+".*?<span class="val">(.*?)</span></div>', page)
    spaced = [cell.replace('<span class="mqc_small_space"></span>', " ") for cell in cells]
    assert [cell for cell in spaced if "badge" not in cell] == [
        "0.0344827", "0.02", "1 234 567", "19.998", "30",
    ]  # fmt: skip
    assert "warn</span>" in page


def test_names_of_sites_stay_text_on_the_page(tmp_path):
    batches = pd.DataFrame({"samples": [3]}, index=['site <script>alert("x")</script>'])
    samples = pd.DataFrame({"unmeasured": ["<img src=x>"], "depth": [3.0]}, index=["A"])
    render({"batches": batches, "samples": samples}, [], tmp_path / "page.html", "cohort a")
    page = (tmp_path / "page.html").read_text()
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in page
    assert "site <script>" not in page
    assert "<img src=x>" not in page


def test_what_stays_on_disk_is_summed_by_sample(tmp_path):
    sizes = {"S1/alignment.cram": 1_500_000, "S1/variants.g.vcf.gz": 240_000, "S2/x.g.vcf.gz": 9}
    for name, size in sizes.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(bytes(size))
    kept = samples.kept_megabytes([str(tmp_path / name) for name in sizes])
    assert kept["kept_mb"].to_dict() == {"S1": 1.7, "S2": 0.0}
    assert list(samples.kept_megabytes([]).columns) == ["kept_mb"]


@pytest.mark.parametrize("name", ["007", "NA", "null"])
def test_a_sample_keeps_its_name_and_measures_whatever_it_is_called(tmp_path, name):
    path = tmp_path / "report.tsv"
    head = "sample\ttargets\tnovel\tcontamination\tconcordance"
    path.write_text(f"{head}\n{name}\t{WHOLE}\t0.5\t0.3\t0.1\n")
    assert samples.novel_shares(path).to_dict() == {"novel": {name: 0.5}}
    assert balance_table([path])["contamination"].to_dict() == {name: 0.3}
    assert least_concordances([path], "concordance").to_dict() == {"concordance": {name: 0.1}}


def test_a_patient_keeps_its_recorded_sex_whatever_it_is_called(tmp_path):
    (tmp_path / "sexes.tsv").write_text("patient\tsex\nNA\tmale\nP2\t\n")
    assert read_recorded(tmp_path / "sexes.tsv").dropna().to_dict() == {"NA": "male"}
