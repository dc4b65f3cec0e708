"""What is wrong with a run's description is said in words before any job starts."""

import gzip
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import yaml
from described_run import ROOT, Description, describe


@dataclass(frozen=True)
class Case:
    """A way to spoil a valid run, and what its user must then be told, in one line."""

    name: str
    spoil: Callable[[Description], object]
    told: tuple[str, ...]


def case(name, spoil, *told):
    return pytest.param(Case(name, spoil, told), id=name.replace(" ", "-"))


def row(line, **values):
    return lambda run: run.set_row(line, **values)


def card(old, new, cohort="a"):
    return lambda run: run.replace_in_card(old, new, cohort)


def setting(path, value):
    def spoil(run):
        *above, last = path.split(".")
        place = run.config
        for key in above:
            place = place[key]
        place[last] = value

    return spoil


def data(name, content):
    packed = content if isinstance(content, bytes) else content.encode()
    return lambda run: (run.data / name).write_bytes(packed)


def rename_column(old, new):
    def spoil(run):
        run.rows = run.rows.rename(columns={old: new})

    return spoil


def drop_column(name):
    def spoil(run):
        run.rows = run.rows.drop(columns=name)

    return spoil


def add_row(**values):
    def spoil(run):
        added = pd.concat([run.rows, run.rows.iloc[[0]].assign(**values)], ignore_index=True)
        run.rows = added

    return spoil


def both(*spoils):
    return lambda run: [spoil(run) for spoil in spoils]


def without_rows(run):
    run.rows = run.rows.iloc[:0]


def column_order(run):
    run.rows.columns = [*run.rows.columns[:-1], "platform"]


STUDY = "studies.trial"
GIVEN = {"name": "given", "folds": 2, "repeats": 2, "file": "folds.tsv", "patient": "patient_id"}

SHEET = [
    case("unknown column", rename_column("mate", "mates"), "line 1", "'mates'", "mean mate"),
    case("missing column", drop_column("library"), "line 1", "'library' is missing", "Add it"),
    case("column twice", column_order, "line 1", "'platform' stands in it twice", "Remove one"),
    case("no rows", without_rows, "has no rows", "Add one row"),
    case(
        "unit twice",
        row(3, unit="L1"),
        "line 3, column unit",
        "unit L1 of sample S1",
        "Rename the unit",
    ),
    case(
        "file missing",
        row(2, file="reads/none.fq.gz"),
        "line 2, column file",
        "reads/none.fq.gz of sample S1",
        "no such file",
        "Correct the path",
    ),
    case("file empty", data("reads/S1.L1_1.fq.gz", b""), "line 2, column file", "it is empty"),
    case("file a folder", row(2, file="reads"), "line 2, column file", "it is no file"),
    case("file not named", row(6, file=""), "line 6, column file", "it is empty"),
    case("no FASTQ", data("reads/S1.L1_1.fq.gz", "text"), "line 2, column file", "no FASTQ"),
    case("gzip broken", data("reads/S1.L1_1.fq.gz", b"\x1f\x8b\x08"), "line 2", "cannot be read"),
    case("no mate", row(2, mate=""), "line 2, column mate", "lacks read 2", "not supported yet"),
    case("mate missing", row(2, mate="none"), "line 2, column mate", "none of sample S1"),
    case("mate is the file", row(2, mate="reads/S1.L1_1.fq.gz"), "line 2", "stands in line 2"),
    case("mate of a VCF", row(4, mate="given.vcf.gz"), "line 4, column mate", "a vcf has no mate"),
    case(
        "reads of two units",
        row(3, file="reads/S1.L1_1.fq.gz"),
        "line 3",
        "already stands in line 2",
    ),
    case("no platform", row(2, platform=""), "line 2, column platform", "lacks its platform"),
    case("platform in small", row(2, platform="illumina"), "line 2, column platform", "'illumina'"),
    case("no library", row(2, library=""), "line 2, column library", "lacks its library"),
    case(
        "bad characters",
        row(4, patient="P 2"),
        "line 4, column patient",
        "'P 2'",
        "letters, digits",
    ),
    case("name with a slash", row(6, sample="../S4"), "line 6, column sample", "'../S4'"),
    case("empty name", row(6, unit=""), "line 6, column unit", "''"),
    case("spaces around", row(4, patient=" P2"), "line 4, column patient", "' P2'", "Remove them"),
    case(
        "sample of two patients",
        row(3, patient="P9"),
        "line 3, column patient",
        "sample S1 has patient P1 above and P9 here",
    ),
    case("sample of two tissues", row(3, tissue="tumour"), "line 3, column tissue", "S1"),
    case(
        "other rows in another cohort",
        add_row(cohort="c"),
        "lines 2, 3, 7",
        "sample S1 has other rows in cohort a and c",
    ),
    case("second row of a VCF", add_row(), "line 7, column unit", "already has a row"),
    case(
        "sample not in its VCF",
        row(5, sample="S33"),
        "line 5, column file",
        "given.vcf.gz of sample S33",
        "Did you mean S3",
    ),
    case("no VCF", data("given.vcf.gz", "text"), "line 4, column file", "no VCF header"),
    case("no MAF", data("calls.maf", "Hugo\tGene\n"), "line 6, column file", "it is no MAF"),
    case("unknown kind", row(6, kind="mav"), "line 6, column kind", "'mav'", "Did you mean maf"),
    case("unknown tissue", row(6, tissue="tumor"), "line 6, column tissue", "mean tumour"),
    case("unknown assembly", row(6, assembly="hg19"), "line 6, column assembly", "'hg19'"),
    case("tumour reads", both(row(2, tissue="tumour"), row(3, tissue="tumour")), "S1 is tumour"),
    case("BAM", row(6, kind="bam"), "line 6, column kind", "alignments cannot be given yet"),
    case("CRAM", row(6, kind="cram"), "line 6, column kind", "samtools fastq"),
    case("GRCh37 VCF", row(4, assembly="GRCh37"), "line 4, column assembly", "only MAF is lifted"),
]

CARDS = [
    case("card missing", row(6, cohort="c"), "c.yaml", "no such card", "Write a card"),
    case("card without title", card("title: A cohort\n", ""), "a.yaml, title", "missing key"),
    case(
        "card key misspelt", card("licence:", "license:"), "a.yaml, licen", "Did you mean licence"
    ),
    case("card key twice", card("licence: CC0", "title: CC0"), "a.yaml, line 3", "twice"),
    case("card no YAML", card("tables:", "tables: ["), "a.yaml, line", "it is no YAML"),
    case("card empty", lambda run: run.cards.update(a="# nothing\n"), "a.yaml", "holds no keys"),
    case(
        "clinical file missing",
        card("file: clinical.tsv", "file: clinic.tsv"),
        "a.yaml, tables.clinical.file",
        "clinic.tsv: there is no such file",
    ),
    case(
        "clinical column missing",
        card("clinical.age", "clinical.Age"),
        "a.yaml, person.age.column",
        "no column 'Age'",
        "Did you mean age",
    ),
    case(
        "patient column missing",
        card("patient: patient_id", "patient: patient"),
        "a.yaml, tables.clinical.patient",
        "no column 'patient'",
        "Did you mean patient_id",
    ),
    case("unknown table", card("clinical.age", "clinic.age"), "person.age.column", "'clinic'"),
    case("column without table", card("clinical.age", "age"), "person.age.column", "table.column"),
    case("unknown unit", card("unit: d,", "unit: days,"), "outcome.os_months.unit", "'days'"),
    case("incompatible unit", card("to: mo", "to: kg"), "outcome.os_months.unit", "'kg'"),
    case("to without unit", card("unit: d, to", "to"), "outcome.os_months.to", "convert from"),
    case("unit of a category", card("type: binary", "type: binary, unit: d"), "remission.unit"),
    case("column and value", card("value: AML", "value: AML, column: clinical.age"), "cancer_type"),
    case("unknown type", card("type: binary", "type: bool"), "outcome.", "'bool'"),
    case(
        "targets missing", card("assay: panel", "assay: panel\ntargets: t.bed"), "a.yaml, targets"
    ),
    case(
        "truth of nobody",
        card("assay: panel", "assay: panel\ntruth: {S9: {vcf: given.vcf.gz, bed: genes.gtf}}"),
        "a.yaml, truth",
        "none of the samples S9",
    ),
    case(
        "header twice", data("clinical.tsv", "patient_id\tage\tage\n"), "tables.clinical", "twice"
    ),
    case("clinical latin 1", data("clinical.tsv", b"patient_id\t\xe4ge\n"), "clinical", "UTF-8"),
]

CONFIG = [
    case("config key misspelt", setting("quality.min_dept", 10), "quality.min_dept", "min_depth"),
    case("config key missing", lambda run: run.config["splits"].pop("seed"), "splits.seed", "Seed"),
    case("wrong type", setting("reference.shards", "two"), "reference.shards", "a whole number"),
    case("yes for a number", setting("splits.inner_share", "x"), "splits.inner_share", "a number"),
    case("below bounds", setting("quality.min_depth", -1), "quality.min_depth", "at least 0"),
    case("above bounds", setting("splits.inner_share", 0.9), "splits.inner_share", "at most 0.5"),
    case("unknown tool", setting("annotation.tool", "veep"), "annotation.tool", "Did you mean vep"),
    case("empty list", setting("model.training.seeds", []), "model.training.seeds", "it is empty"),
    case(
        "pathway sizes", setting("reference.pathway_genes.min", 200), "pathway_genes", "above max"
    ),
    case("reads without FASTA", setting("reference.fasta", None), "reference.fasta", "fastq, vcf"),
    case("no gene models", setting("reference.gene_models", None), "reference.gene_models", "GTF"),
    case(
        "FASTA missing", setting("reference.fasta", "hg.fa"), "reference.fasta", "hg.fa: there is"
    ),
    case(
        "intervals missing",
        setting("reference.calling_intervals", "t.bed"),
        "reference.calling_intervals",
        "t.bed: there is no such file",
    ),
    case(
        "resource missing",
        setting("reference.pathways", "resources/none.gmt"),
        "reference.pathways",
        "resources/none.gmt",
    ),
    case(
        "truth missing", setting("simulation.truth", "truth"), "simulation.truth", "no such folder"
    ),
    case(
        "contigs named otherwise",
        data("genes.gtf", "1\tx\tgene\t1\t4\n"),
        "reference.gene_models",
        "'1', the FASTA has chr1",
        "same assembly",
    ),
    case(
        "contig not in the index",
        data("genome.fa.fai", "chr2\t4\t6\t4\t5\n"),
        "reference.gene_models",
        "'chr1', the FASTA has chr2",
    ),
    case("FASTA is none", data("genome.fa", ""), "reference.fasta", "it is empty"),
]

STUDIES = [
    case(
        "unknown cohort", setting(f"{STUDY}.cohorts", ["A"]), "trial.cohorts", "unknown cohort 'A'"
    ),
    case("external trains", setting(f"{STUDY}.external", ["a"]), "trial.external", "what trains"),
    case("unknown design", setting(f"{STUDY}.designs", ["gcin", "laso"]), "designs", "mean lasso"),
    case("predicts with none", setting(f"{STUDY}.designs", ["cox"]), "predict_with", "'gcin'"),
    case(
        "unknown outcome",
        setting(f"{STUDY}.endpoints.response", "remision"),
        "endpoints.response",
        "'remision'",
        "Did you mean remission",
    ),
    case(
        "survival without event",
        setting(f"{STUDY}.endpoints.os", {"months": "os_months"}),
        "endpoints.os.event",
        "missing key",
    ),
    case(
        "survival in days",
        card("unit: d, to: mo", "unit: d"),
        "endpoints.os.months",
        "not in months",
    ),
    case(
        "response no binary",
        setting(f"{STUDY}.endpoints.response", "os_months"),
        "endpoints.response",
        "not binary",
    ),
    case("unknown scheme", setting(f"{STUDY}.split.scheme", "halves"), "split.scheme", "'halves'"),
    case("shares of 90", setting(f"{STUDY}.split.scheme", "70-10-10"), "scheme", "100 per cent"),
    case("no test part", setting(f"{STUDY}.split.scheme", "85-15-0"), "scheme", "three parts"),
    case(
        "folds missing", setting(f"{STUDY}.split.scheme", GIVEN), "scheme.file", "folds.tsv: there"
    ),
    case(
        "fold column missing",
        both(
            setting(f"{STUDY}.split.scheme", GIVEN),
            data("folds.tsv", "patient_id\trepeat1\n"),
        ),
        "split.scheme",
        "no column 'repeat2'",
    ),
    case(
        "k-fold with a file",
        setting(
            f"{STUDY}.split.scheme",
            {"name": "k-fold", "folds": 2, "repeats": 1, "file": "genes.gtf"},
        ),
        "scheme.file",
        "reads no file",
    ),
    case("unknown stratum", setting(f"{STUDY}.split.stratify", ["arms"]), "stratify", "mean arm"),
    case("unknown group", setting(f"{STUDY}.split.group", ["site"]), "split.group", "'site'"),
    case(
        "patient in both cohorts",
        row(6, patient="P1"),
        "studies.trial",
        "1 patients stand in several of its cohorts (a, b)",
    ),
]


@pytest.fixture
def run(tmp_path):
    return describe(tmp_path)


def problems(run) -> list[str]:
    with pytest.raises(ValueError, match="Nothing was started") as caught:
        run.read()
    return str(caught.value).splitlines()[1:]


@pytest.mark.parametrize("bad", [*SHEET, *CARDS, *CONFIG, *STUDIES])
def test_a_bad_description_is_told(run, bad):
    bad.spoil(run)
    run.write()
    lines = problems(run)
    assert any(all(words in line for words in bad.told) for line in lines), "\n".join(lines)


def test_a_valid_description_is_read(run):
    assert run.read().sample_names == ["S1", "S2", "S3", "S4"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_windows_line_ends_and_a_byte_order_mark_are_accepted(run, end, mark):
    text = run.sheet.read_text().replace("\n", end)
    before = run.read()
    run.sheet.write_bytes(mark + text.encode())
    pd.testing.assert_frame_equal(run.read().samples, before.samples)


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
    for words in ("none of sample S1", "'pen'", "is bam", "'days'", "min_depth"):
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
        (run.data / f"{name}.g.vcf.gz").write_bytes(
            gzip.compress(f"##fileformat=VCFv4.2\n#CHROM{chr(9) * 9}{name}\n".encode())
        )
    rows = run.rows.iloc[[3] * 500].assign(sample=names, patient=names, kind="gvcf")
    run.rows = pd.concat([run.rows, rows.assign(file=[f"{n}.g.vcf.gz" for n in names])])
    run.write()
    start = time.process_time()
    assert len(run.read().sample_names) == 504
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "bad",
    [
        case("sheet", row(2, file="none.fq.gz"), "samples.tsv, line 2", "none.fq.gz"),
        case("card", card("clinical.age", "clinical.Age"), "Did you mean age"),
        case("config", setting("quality.min_dept", 3), "quality.min_dept", "min_depth"),
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
