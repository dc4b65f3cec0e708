"""What is wrong with a run's description is said in words before any job starts."""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pytest
import yaml
from bad_cases import ALIGNMENTS, ALLELES, BEDS, CALLS, CARDS, CONFIG, MODELS, SHEET, STUDIES
from described_run import BLOCKS, GENOTYPES, ROOT, describe, vcf_header
from snakemake.resources import Resources
from snakemake.settings.types import ResourceSettings
from spoiling import (
    alignment,
    calls,
    card,
    case,
    clinical_of,
    data,
    repeat_row,
    row,
    setting,
    truth,
)

from gcin.generations import generation_of_cohort, identity_of_sample
from gcin.intake.calls import calls_header
from gcin.intake.scratch import folder_of_jobs


@pytest.fixture
def run(tmp_path):
    return describe(tmp_path)


def problems(run, files=()) -> list[str]:
    with pytest.raises(ValueError, match="Nothing was started") as caught:
        run.read(files)
    return str(caught.value).splitlines()[1:]


@pytest.mark.parametrize(
    "bad", [*SHEET, *ALIGNMENTS, *CALLS, *BEDS, *CARDS, *CONFIG, *ALLELES, *STUDIES]
)
def test_a_bad_description_is_told(run, bad):
    bad.spoil(run)
    run.write()
    lines = problems(run)
    assert any(all(words in line for words in bad.told) for line in lines), "\n".join(lines)


def test_a_valid_description_is_read(run):
    assert run.read().sample_names == ["S1", "S2", "S3", "S4"]


@pytest.mark.parametrize("meta", [b"", b"##contig=<ID=1>"])
def test_the_records_of_a_truth_say_how_its_chromosomes_are_named(run, meta):
    truth(meta, "chr1", "any")(run)
    run.write()
    assert run.read().cards["a"]["truth"]["S2"]["vcf"].endswith("t.vcf.gz")


def test_one_unit_of_two_names_is_one_scale(run):
    for cohort, unit in (("a", "10*9/L"), ("b", "10*3/uL")):
        mapped = f"measurement:\n  wbc: {{column: clinical.arm, unit: {unit}}}\noutcome:"
        run.replace_in_card("outcome:", mapped, cohort)
    run.write()
    assert "wbc" in run.read().cards["b"]["measurement"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_windows_line_ends_and_a_byte_order_mark_are_accepted(run, end, mark):
    text = run.sheet.read_text().replace("\n", end)
    before = run.read()
    run.sheet.write_bytes(mark + text.encode())
    pd.testing.assert_frame_equal(run.read().samples, before.samples)


def test_a_file_of_many_rows_is_told_of_once(run):
    for line in (4, 5):
        run.set_row(line, file="none.vcf.gz")
    run.set_row(6, file="none.maf")
    run.write()
    lines = problems(run)
    assert len(lines) == 2
    assert "none.vcf.gz of sample S2: there is no such file (and 1 more row(s) that" in lines[0]


def test_rows_without_values_are_passed_over(run):
    before = run.read()
    run.sheet.write_text(run.sheet.read_text() + "\t" * 10 + "\n \t\n")
    pd.testing.assert_frame_equal(run.read().samples, before.samples)


def test_a_line_ends_where_its_line_end_stands(run):
    run.sheet.write_text(run.sheet.read_text().replace("lib1", "lib\u20281", 1) + "b\n")
    told = problems(run)
    assert any("line 2, column library: 'lib\\u20281' is not of the form" in line for line in told)
    assert any("line 7: it has 1 fields" in line for line in told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("\n", "\t\n", "line 1: column 12 has no name. Remove the tabs that end lines"),
        ("cohort", '"cohort"', "line 1: its names are in quotes. Save the sheet as text without"),
    ],
)
def test_a_sheet_as_a_spreadsheet_writes_it_is_told_in_one_line(run, old, new, told):
    run.sheet.write_text(run.sheet.read_text().replace(old, new))
    (line,) = problems(run)
    assert told in line


@pytest.mark.parametrize("kind", ["bam", "cram"])
@pytest.mark.parametrize("assembly", ["GRCh38", "GRCh37"])
def test_an_alignment_of_the_sample_is_accepted(run, kind, assembly):
    alignment(kind, assembly=assembly)(run)
    run.write()
    assert run.read().samples_of_kind(kind) == ["S4"]


@pytest.mark.parametrize("assembly", ["GRCh38", "GRCh37"])
def test_a_vcf_of_either_assembly_is_accepted(run, assembly):
    calls(assembly=assembly)(run)
    run.replace_in_card("assay: panel", "assay: wgs")
    run.write()
    read = run.read()
    assert read.samples_of("b", "vcf") == ["S4"]
    assert read.assembly_in("b", read.files_of("b", "vcf")[0]) == assembly
    assert read.doubts == ()


@pytest.mark.parametrize(
    ("assay", "called_over", "told"),
    [("panel", None, True), ("wes", None, True), ("wgs", None, False), ("panel", "t.bed", False)],
)
def test_a_panel_without_targets_in_a_called_genome_is_doubted(run, assay, called_over, told):
    run.replace_in_card("assay: panel", f"assay: {assay}")
    data("t.bed", "chr1\t0\t4\n")(run)
    run.config["reference"]["calling_intervals"] = called_over
    run.write()
    assert (
        "cohort(s) a are exomes or panels without targets" in "".join(run.read().doubts)
    ) == told
    run.replace_in_card(f"assay: {assay}", f"assay: {assay}\ntargets: t.bed")
    run.write()
    assert run.read().doubts == ()


def version(number):
    options = f'CommandLine="HaplotypeCaller --emit-ref-confidence GVCF",Version="{number}"'
    return (GENOTYPES, BLOCKS, f"##GATKCommandLine=<ID=HaplotypeCaller,{options}>")


@pytest.mark.parametrize(("cohort", "told"), [("a", True), ("b", False)])
def test_genomic_vcfs_of_another_gatk_are_doubted_where_they_meet_others(run, cohort, told):
    calls("gvcf", meta=version("4.1.9.0"), cohort=cohort, patient="P9")(run)
    del run.config["studies"]["trial"]
    run.write()
    said = "".join(run.read().doubts)
    assert ("cohort a: genomic VCFs of several versions" in said) == told
    assert ("4.1.9.0 (1), 4.6.2.0 (1)" in said) == told


@pytest.mark.parametrize(
    ("tool", "least", "told"), [("none", 8, False), ("depth", 1, True), ("depth", 8, True)]
)
def test_samples_without_enough_normals_are_doubted(run, tool, least, told):
    run.config["calling"]["copy_number"] |= {"tool": tool, "normals": ["S1"], "min_normals": least}
    said = "".join(run.read().doubts)
    assert ("no copy number is measured in 1 of 1 sample(s)" in said) == told
    assert ("such as S1: fewer than" in said) == told


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (
            '##GATKCommandLine=<ID=HaplotypeCaller,CommandLine="x, y",Version="4.2.0.0",Date="d">',
            "4.2.0.0",
        ),
        ("##GATKCommandLine.HaplotypeCaller=<ID=HaplotypeCaller,Version=3.8-1,Date=d>", "3.8-1"),
        ('##GATKCommandLine=<ID=ReblockGVCF,CommandLine="x",Version="4.6.2.0">', "unknown"),
    ],
)
def test_the_version_of_the_caller_is_read_from_the_header(tmp_path, line, number):
    path = tmp_path / "x.g.vcf.gz"
    path.write_bytes(vcf_header("S1", meta=(line,)))
    assert calls_header(str(path)).version == number


VARSCAN = ("SS", "Somatic status of variant (0=Reference,1=Germline,2=Somatic)")
VARDICT = ("STATUS", "Somatic or germline status")


@pytest.mark.parametrize(
    ("tissue", "field", "told"),
    [
        ("tumour", VARSCAN, """--include 'INFO/SS="2"'"""),
        ("tumour", VARDICT, """--include 'INFO/STATUS~"Somatic"'"""),
        ("germline", VARSCAN, None),
        ("germline", VARDICT, None),
        ("tumour", ("SS", "Strand bias"), None),
    ],
)
def test_calls_of_a_tumour_that_may_be_inherited_are_told(run, tissue, field, told):
    status = '##INFO=<ID={},Number=1,Type=String,Description="{}">'.format(*field)
    calls(meta=(GENOTYPES, status), tissue=tissue)(run)
    run.write()
    said = "".join(run.read().doubts)
    assert ("such as S4, come as VCF" in said) == bool(told)
    assert (told or "") in said


def test_a_unit_may_hold_both_mates_in_one_file(run):
    whole = run.read()
    run.set_row(2, mate="interleaved")
    run.write()
    halved = run.read()
    files = [f"{run.data}/reads/S1.L1_{mate}.fq.gz" for mate in (1, 2)]
    assert whole.reads_of("S1", "L1") == files
    assert halved.reads_of("S1", "L1") == files[:1]
    sizes = (halved.bytes_of("S1"), whole.bytes_of("S1"))
    assert sizes[0] == sizes[1] * 3 / 4


def test_what_describes_a_sample_makes_a_generation_anew_and_no_sample(run):
    def hashes():
        run.write()
        read = run.read()
        own = [identity_of_sample(read.units_of(name).values(), {}) for name in read.sample_names]
        return own, {name: generation_of_cohort(read.rows_in(name), {}) for name in read.cohorts}

    samples, generations = hashes()
    run.rows["sex"] = ""
    assert hashes() == (samples, generations)
    run.set_row(4, sex="male")
    run.set_row(2, sequenced="2024-03-31")
    described = hashes()
    assert described[0] == samples
    assert described[1]["a"] != generations["a"]
    assert described[1]["b"] == generations["b"]
    assert list(run.read().units_of("S1")) == ["L1", "L2"]


def test_a_sex_as_the_card_has_it_or_that_it_lacks_is_taken(run):
    data("clinical.tsv", clinical_of(["P1 alone"]))(run)
    codes = "  sex: {column: clinical.arm, codes: {1.0: male}}\n  age: {"
    run.replace_in_card("  age: {", codes)
    run.set_row(2, sex="male")
    run.set_row(4, sex="female")
    run.write()
    assert run.read().rows_in("a")["sex"].tolist() == ["male", "", "female", ""]


def test_a_maf_may_begin_with_any_comments(run):
    path = run.data / "calls.maf"
    path.write_text("#version gdc-1.0.0\n#filedate 20240101\n## annotated\n" + path.read_text())
    run.write()
    assert "maf" in set(run.read().samples["kind"])


@pytest.mark.parametrize(
    "remark",
    ["# liftoff -g GRCh37.gff3 GRCh38.fa hg19.fa", "##from hg19 to hg38", "##made by us"],
)
def test_gene_models_that_a_program_lifted_over_are_taken(run, remark):
    data("genes.gtf", f"{remark}\n{MODELS}")(run)
    run.write()
    assert run.read().settings["reference"]["name"] == "GRCh38"


def test_several_units_may_be_alignments(run):
    alignment()(run)
    shutil.copy(run.data / "S4.bam", run.data / "S4.u2.bam")
    repeat_row(6, unit="u2", file="S4.u2.bam")(run)
    run.write()
    assert list(run.read().units_of("S4")) == ["u1", "u2"]


def test_a_tumour_is_called_beside_all_sequenced_germline_samples_of_its_patient(run):
    alignment(patient="P1", tissue="tumour", cohort="a")(run)
    run.config["studies"] = {}
    run.write()
    alone = run.read()
    assert alone.normals_of("S4") == ["S1"]
    shutil.copy(run.data / "given.vcf.gz", run.data / "S1.vcf.gz")
    run.set_row(4, patient="P1")
    run.write()
    assert run.read().normals_of("S4") == ["S1"]
    row(2, tissue="tumour")(run)
    row(3, tissue="tumour")(run)
    run.write()
    assert run.read().normals_of("S4") == []


def test_each_sequenced_sample_has_the_calls_of_its_tissue(run):
    alignment(patient="P1", tissue="tumour", cohort="a")(run)
    run.config["studies"] = {}
    run.write()
    assert run.read().called_files() == [
        "S1/alignment.cram",
        "S1/variants.g.vcf.gz",
        "S4/alignment.cram",
        "S4/somatic.vcf.gz",
    ]


def test_how_tumours_are_called_and_compared_counts_only_where_one_comes_as_reads(run):
    before = run.read().in_force
    alignment(patient="P1", tissue="tumour", cohort="a")(run)
    run.config["studies"] = {}
    run.write()
    after = run.read().in_force
    for stage, part in (("calling", "somatic"), ("quality", "normals")):
        assert part not in before[stage]
        assert part in after[stage]


def test_the_panel_is_asked_of_germline_samples_and_names_a_generation(run):
    (run.data / "panel.vcf").write_text("##fileformat=VCFv4.2\n#CHROM\tPOS\n")
    before = run.read()
    run.config["calling"]["panel_sites"] = "panel.vcf"
    after = run.read()
    assert after.called_files() == [*before.called_files(), "S1/panel.vcf.gz"]
    assert "panel_sites" not in before.in_force["calling"]
    assert "require_panel" not in before.in_force["tensors"]
    assert after.in_force["calling"]["panel_sites"].endswith("panel.vcf")
    assert after.in_force["tensors"]["require_panel"]


def test_visits_count_only_where_a_card_names_any(run):
    before = run.read()
    assert "visits" not in before.in_force["model"]["network"]
    assert "visits_per_patient" not in before.in_force["model"]["preparation"]
    assert "visits" not in before.card_in_force("a")
    visits = "visits:\n  weight: {column: clinical.age, day: clinical.os_days}\ncondition:\n"
    run.replace_in_card("condition:\n", visits)
    run.write()
    after = run.read()
    for part, off in (("network", {"propensity": 0}), ("preparation", {})):
        assert after.in_force["model"][part] | off == after.settings["model"][part]
    own = after.card_in_force("a")
    assert own.keys() | {"segments", "segments_of_men"} == after.cards["a"].keys()
    weight = after.cards["a"]["visits"]["weight"]
    assert own["visits"]["weight"] | {"missing": None} == weight
    assert after.card_in_force("a")["visits"]["weight"]["type"] == "number"
    assert after.card_in_force("b") == before.card_in_force("b")


def test_numbers_that_are_missing_count_only_where_a_card_names_them(run):
    before = run.read()
    assert "missing" not in before.card_in_force("a")["person"]["age"]
    assert before.cards["a"]["person"]["age"]["missing"] is None
    run.replace_in_card("clinical.age", "clinical.age, missing: [-9]")
    run.write()
    assert run.read().card_in_force("a")["person"]["age"]["missing"] == [-9]


def test_segments_make_another_generation_and_no_card_without_them(run):
    before = run.read()
    assert "segments" not in before.card_in_force("a")
    assert "segments" not in before.assay_of("a")
    (run.data / "cohort.seg").write_text("ID\tchrom\tloc.start\tloc.end\tseg.mean\n")
    run.replace_in_card("condition:\n", "segments: cohort.seg\ncondition:\n")
    run.write()
    after = run.read()
    assert after.assay_of("a")["segments"] == str(run.data / "cohort.seg")
    assert "segments_of_men" not in after.assay_of("a") | after.card_in_force("a")
    run.replace_in_card("condition:\n", "segments_of_men: two_copies\ncondition:\n")
    run.write()
    assert run.read().assay_of("a")["segments_of_men"] == "two_copies"
    assert after.assay_of("b") == before.assay_of("b")


def test_settings_of_tumours_count_only_where_there_is_one(run):
    assert "somatic" not in run.read().in_force["calling"]
    alignment(patient="P9", tissue="tumour")(run)
    run.write()
    assert "somatic" in run.read().in_force["calling"]


@pytest.mark.parametrize(
    ("patient", "aid", "is_said"),
    [("P9", None, True), ("P1", None, False), ("P9", "germline_resource", False)],
)
def test_a_tumour_whose_inherited_alleles_nothing_shows_is_told(run, patient, aid, is_said):
    alignment(patient=patient, tissue="tumour", cohort="a")(run)
    run.config["studies"] = {}
    if aid:
        head = "##fileformat=VCFv4.2\n##INFO=<ID=AF,Number=A>\n#CHROM\tPOS\n"
        (run.data / "known.vcf.gz").write_bytes(gzip.compress(head.encode()))
        (run.data / "known.vcf.gz.tbi").write_bytes(b"index")
        run.config["calling"]["somatic"][aid] = "known.vcf.gz"
    run.write()
    said = "".join(run.read().doubts)
    assert ("1 tumour sample(s), such as S4" in said) == is_said


def test_the_order_of_columns_does_not_matter(run):
    before = run.read()
    run.rows = run.rows[run.rows.columns[::-1]]
    run.write()
    pd.testing.assert_frame_equal(run.read().samples, before.samples)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"cohort patient sample\na P1 S1\n", "no tab"),
        (b"", "the sheet is empty"),
        (b"cohort\tpatient\xff\n", "not UTF-8"),
    ],
)
def test_a_sheet_that_is_none_is_told(run, content, told):
    run.sheet.write_bytes(content)
    assert any(told in line for line in problems(run))


def test_a_row_with_too_few_fields_and_a_comment_are_told_by_line(run):
    lines = run.sheet.read_text().splitlines()
    run.sheet.write_text("\n".join([lines[0], "# my samples", *lines[1:-1], lines[-1][:-1]]) + "\n")
    told = problems(run)
    assert any("line 2: it has 1 fields, the header 11" in line for line in told)
    assert any("line 7: it has 10 fields, the header 11" in line for line in told)


def test_all_problems_are_told_at_once(run):
    run.set_row(2, file="none", platform="pen")
    run.set_row(6, kind="bam")
    run.replace_in_card("unit: d,", "unit: days,")
    run.config["quality"]["min_depth"] = -1
    run.write()
    lines = "\n".join(problems(run))
    for words in ("none of sample S1", "'pen'", "as BAM", "'days'", "min_depth"):
        assert words in lines


def test_twenty_problems_are_shown_and_the_others_counted(run):
    rows = [run.rows.iloc[[4]].assign(sample=f"T{n}", file=f"none{n}") for n in range(33)]
    run.rows = pd.concat([run.rows, *rows], ignore_index=True)
    run.write()
    lines = problems(run)
    assert len(lines) == 21
    assert lines[-1] == "- and 13 more"


def test_one_fault_makes_one_line(run):
    run.set_row(4, patient="P 2")
    run.write()
    assert len(problems(run)) == 1


def test_no_clinical_value_is_told(run):
    secret = "Nightingale"
    (run.data / "clinical.tsv").write_text(f"patient_id\tage\n{secret}\t{secret}\n")
    run.write()
    assert secret not in "\n".join(problems(run))


def test_optional_keys_of_a_card_are_filled_in(run):
    filled = run.read().cards["a"]
    assert (filled["targets"], filled["measurement"], filled["person"]["site"]) == (None, {}, None)
    assert filled["outcome"]["os_months"]["type"] == "number"
    assert filled["condition"]["cancer_type"]["column"] is None


def test_keys_of_codes_stay_the_text_that_is_written(run):
    run.replace_in_card("{0: control, 1: drug}", "{007: control, yes: drug}")
    run.write()
    assert run.read().cards["a"]["treatment"]["arm"]["codes"] == {"007": "control", "yes": "drug"}


def test_paths_start_at_the_data_root_or_at_the_project(run):
    read = run.read()
    assert Path(read.samples["file"][0]).samefile(run.data / "reads" / "S1.L1_1.fq.gz")
    pathways = run.folder / "project" / "resources" / "pathways" / "reactome.gmt.gz"
    assert Path(read.settings["reference"]["pathways"]).samefile(pathways)


def test_a_replaced_file_of_another_size_changes_the_sample(run):
    before = run.read().samples["size_bytes"][0]
    (run.data / "reads" / "S1.L1_1.fq.gz").write_bytes(
        gzip.compress(b"@r\nACGTACGT\n+\nFFFFFFFF\n")
    )
    assert run.read().samples["size_bytes"][0] != before


@pytest.mark.parametrize(
    ("scheme", "folds"),
    [("80-10-10", 1), ({"name": "k-fold", "folds": 5, "repeats": 2}, 10)],
)
def test_folds_are_numbered_over_all_repeats(run, scheme, folds):
    run.study["split"]["scheme"] = scheme
    assert run.read().folds_of("trial") == list(range(folds))


def test_five_hundred_samples_are_checked_within_a_second(run):
    names = [f"T{n}" for n in range(500)]
    for name in names:
        (run.data / f"{name}.g.vcf.gz").write_bytes(vcf_header(name, meta=(GENOTYPES, BLOCKS)))
    rows = run.rows.iloc[[3] * 500].assign(sample=names, patient=names, kind="gvcf")
    run.rows = pd.concat([run.rows, rows.assign(file=[f"{n}.g.vcf.gz" for n in names])])
    run.write()
    start = time.process_time()
    assert len(run.read().sample_names) == 504
    assert time.process_time() - start < 1


@pytest.mark.parametrize("shards", [2, "auto"])
def test_a_bed_that_is_none_is_told_once(run, shards):
    (run.data / "t.bed").write_text("chrom\tstart\tend\nchr1\t0\t4\n")
    run.config["reference"] |= {"calling_intervals": "t.bed", "shards": shards}
    assert len(problems(run)) == 1


def test_a_bed_with_track_lines_and_spaces_is_accepted(run):
    (run.data / "genome.fa.fai").write_text("chr1\t4\t14\t4\t5\n")
    (run.data / "t.bed").write_text("browser position chr1\ntrack name=x\n\nchr1 0 4\n")
    run.config["reference"]["calling_intervals"] = "t.bed"
    assert run.read().settings["reference"]["calling_intervals"].endswith("t.bed")


@pytest.mark.parametrize(("name", "is_refused"), [("a b", True), ("tmp-1.x", False)])
def test_a_folder_for_temporary_files_that_gatk_cannot_use_is_told(
    run, monkeypatch, name, is_refused
):
    monkeypatch.setattr(tempfile, "tempdir", f"/scratch/{name}")
    if not is_refused:
        assert run.read()
        return
    assert problems(run) == [
        "- TMPDIR: GATK finds no temporary file in '/scratch/a b', for a space or sign in its "
        "name. Name a folder of letters, digits and . _ - alone: export TMPDIR=/tmp."
    ]
    run.rows = run.rows[run.rows["kind"].isin(["vcf", "maf"])]
    run.write()
    assert run.read()


def test_a_folder_that_only_jobs_are_given_is_looked_at_as_well(run):
    with pytest.raises(ValueError, match=r"--default-resources, tmpdir: .*'/scratch/a b'"):
        run.read(scratch="/scratch/a b")
    assert run.read(scratch="/scratch/a-b")


def test_the_folder_of_jobs_is_the_one_that_snakemake_gives_them():
    def folder(*stated):
        default = Resources.parser_factory(allow_expressions=True, defaults="full")(list(stated))
        return folder_of_jobs(ResourceSettings(default_resources=default if stated else None))

    assert folder() == folder("mem_mb=5") == tempfile.gettempdir()
    assert folder("tmpdir='/scratch/a b'") == "/scratch/a b"
    assert folder("tmpdir=system_tmpdir + '/x y'") == tempfile.gettempdir() + "/x y"
    assert folder("tmpdir='/scratch/' + wildcards.sample") is None


def test_a_setting_that_stands_twice_is_told_by_its_line(run):
    overlay = run.folder / "config.yaml"
    overlay.write_text("quality:\n  min_depth: 5\nstudies: {}\nquality: {}\n")
    told = problems(run, [overlay])
    assert told == [
        f"- {overlay}, line 4: key 'quality' already stands in line 1. Join the two, or remove one."
    ]


@pytest.mark.parametrize(
    "bad",
    [
        case("sheet", row(2, file="none.fq.gz"), "samples.tsv, line 2", "none.fq.gz"),
        case("card", card("clinical.age", "clinical.Age"), "Did you mean age"),
        case("config", setting("quality.min_dept", 3), "quality.min_dept", "min_depth"),
        case(
            "clinical value",
            data("clinical.tsv", clinical_of(["x"]).replace("50", "fifty")),
            "Nothing was started",
            "clinical.tsv, row 2, column age: 'fifty' is no number",
        ),
    ],
)
def test_snakemake_tells_before_any_job(run, bad):
    bad.spoil(run)
    run.write()
    overlay = run.folder / "config.yaml"
    overlay.write_text(yaml.safe_dump(run.config))
    place = ["--snakefile", ROOT / "Snakefile", "--directory", run.folder, "--workflow-profile"]
    command = [sys.executable, "-m", "snakemake", *place, "none", "--configfile"]
    done = subprocess.run(
        [*command, ROOT / "config" / "config.yaml", overlay, "--cores", "1"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )
    told = done.stdout + done.stderr
    assert done.returncode != 0
    assert all(words in told for words in bad.told)
    assert "Building DAG" not in told
    assert not (run.folder / "results").exists()
