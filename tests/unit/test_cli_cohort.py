"""`gcin cohort`: what lies in the results, what tells it apart, what may go."""

import io
import json
import os
import shutil
import time

import pandas as pd
import pysam
import pytest

from gcin.cli.main import main
from gcin.generations import receipt, sha256_of
from gcin.inventory.removal import remove
from gcin.inventory.stored import generation_named

OLD, NEW = "0" * 11 + "a", "0" * 11 + "b"
ROWS = {
    OLD: {"S1": "10", "S2": "20", "S3": "30"},
    NEW: {"S1": "10", "S2": "21", "S4": "40"},
}
ALLELES = {
    OLD: [("chr1", 100, "A", "T"), ("chr1", 100, "A", "T"), ("chr2", 7, "G", "GA")],
    NEW: [("chr1", 100, "A", "T"), ("chr2", 9, "C", "G")],
}


def write_generation(results, name, rare_frequency=0.01, finished=1_700_000_000):
    folder = results / "cohorts" / "c1" / name
    (folder / "tensors").mkdir(parents=True)
    rows = [("c1", sample, f"{sample}.vcf", size) for sample, size in ROWS[name].items()]
    manifest = pd.DataFrame(rows, columns=["cohort", "sample", "file", "size_bytes"])
    manifest.to_csv(folder / "manifest.tsv", sep="\t", index=False)
    sites = folder / "tensors" / "sites.parquet"
    columns = ["chromosome", "position", "reference", "alternate"]
    pd.DataFrame(ALLELES[name], columns=columns).to_parquet(sites)
    inner = receipt(name, ROWS[name], {"numpy": "2"}, sites.parent, [sites])
    (folder / "annotated.bcf").write_bytes(b"annotated")
    sources = {"annotated.bcf": sha256_of(folder / "annotated.bcf")}
    inner |= {"rare_frequency": rare_frequency, "sources": sources}
    (sites.parent / "receipt.json").write_text(json.dumps(inner))
    (folder / "genotypes.bcf").write_bytes(b"genotypes")
    (folder / "genotypes.bcf.csi").write_bytes(b"index")
    names = ["manifest.tsv", "annotated.bcf", "genotypes.bcf", "tensors/receipt.json"]
    files = [folder / name for name in names]
    sealed = folder / "receipt.json"
    sealed.write_text(json.dumps(receipt(name, ROWS[name], {"numpy": "2"}, folder, files)))
    os.utime(sealed, (finished, finished))
    return folder


@pytest.fixture
def results(tmp_path):
    """Results with two generations of a cohort, the newer of them current."""
    write_generation(tmp_path / "results", OLD)
    write_generation(tmp_path / "results", NEW, rare_frequency=0.02, finished=1_700_086_400)
    (tmp_path / "results" / "cohorts" / "c1" / "current").write_text(f"{NEW}\n")
    return tmp_path / "results"


@pytest.fixture
def cohort(results, capsys):
    """Run the command over the results; give its exit code, its table and its messages."""

    def run(*words):
        code = main(["cohort", *words, "--results", str(results)])
        said = capsys.readouterr()
        table = pd.read_csv(io.StringIO(said.out), sep="\t", dtype=str) if said.out else None
        return code, table, said.err

    return run


def names_of(table, what):
    return list(table["name"][table["what"] == what])


def test_list_tells_the_current_generation_from_the_others(cohort, results):
    code, table, _ = cohort("list")
    assert code == 0
    assert list(table["generation"]) == [OLD, NEW]
    assert list(table["state"]) == ["complete", "current"]
    assert list(table["samples"]) == ["3", "3"]
    assert table["date"].str.startswith("2023-11-1").all()
    sizes = [path.stat().st_size for path in (results / "cohorts/c1" / OLD).rglob("*.*")]
    assert int(table["bytes"][0]) == sum(sizes)


def test_a_generation_without_its_receipt_is_incomplete(cohort, results):
    (results / "cohorts" / "c1" / OLD / "receipt.json").unlink()
    table = cohort("list")[1].set_index("generation")
    assert table.loc[OLD, "state"] == "incomplete"


def test_a_generation_whose_manifest_is_broken_is_listed_and_can_go(cohort, results):
    (results / "cohorts" / "c1" / OLD / "manifest.tsv").write_bytes(b"")
    assert list(cohort("list")[1]["samples"]) == ["unreadable", "3"]
    assert cohort("remove", "c1", OLD, "--yes")[0] == 0
    assert list(cohort("list")[1]["generation"]) == [NEW]


def test_show_prints_samples_and_tools_of_the_current_generation(cohort):
    code, table, _ = cohort("show", "c1")
    assert code == 0
    assert names_of(table, "generation") == [NEW]
    assert names_of(table, "sample") == ["S1", "S2", "S4"]
    assert names_of(table, "tool") == ["numpy 2"]


def test_show_names_those_whom_a_check_leaves_out(cohort, results):
    path = results / "cohorts" / "c1" / NEW / "receipt.json"
    told = {"samples": ["S1", "S2"], "excluded": ["S4"], "not_learnt_from": ["S2"]}
    path.write_text(json.dumps(json.loads(path.read_text()) | told))
    _, table, _ = cohort("show", "c1")
    assert names_of(table, "sample") == ["S1", "S2"]
    assert names_of(table, "excluded") == ["S4"]
    assert names_of(table, "not learnt from") == ["S2"]


def test_diff_tells_samples_settings_and_variants_apart(cohort):
    code, table, said = cohort("diff", "c1", OLD, NEW)
    assert code == 0
    assert names_of(table, "sample added") == ["S4"]
    assert names_of(table, "sample removed") == ["S3"]
    assert names_of(table, "sample replaced") == ["S2"]
    assert names_of(table, "variant gained") == ["chr2:9:C:G"]
    assert names_of(table, "variant lost") == ["chr2:7:G:GA"]
    changed = table[table["what"] == "setting changed"].iloc[0]
    assert changed["name"] == "tensors/receipt.json rare_frequency"
    assert (changed["before"], changed["after"]) == ("0.01", "0.02")
    assert "variants gained: 1, variants lost: 1" in said


def test_diff_tells_settings_at_any_depth_and_what_only_one_of_both_has(cohort, results):
    checks = {"min_mean_depth": {"limit": 20, "action": "warn"}, "sex_agrees": {"action": "warn"}}
    common = {"genotypes": {"filter": {"min_allele_balance": 0.2}}, "alignment": {"trim": {}}}
    settings = {OLD: common | {"quality": {"checks": checks}}, NEW: common | {"targets": "a.bed"}}
    stricter = checks | {"min_mean_depth": {"limit": 30, "action": "exclude"}}
    settings[NEW]["quality"] = {"checks": stricter}
    for name, own in settings.items():
        path = results / "cohorts" / "c1" / name / "receipt.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"settings": own}))
    table = cohort("diff", "c1", OLD, NEW)[1].set_index("name").loc[:, ["before", "after"]]
    depth = "receipt.json settings.quality.checks.min_mean_depth"
    assert table.loc[[f"{depth}.action", f"{depth}.limit"]].to_numpy().tolist() == [
        ["warn", "exclude"],
        ["20", "30"],
    ]
    assert table.loc["receipt.json settings.targets", "after"] == "a.bed"
    assert sum("settings." in name for name in table.index) == 3


def test_diff_of_a_generation_with_itself_is_empty(cohort):
    code, table, _ = cohort("diff", "c1", NEW, "current")
    assert code == 0
    assert table.empty


def test_diff_reads_the_genotypes_where_there_are_no_tensors(cohort, results):
    contig = '##contig=<ID=chr1,length=1000>\n##FORMAT=<ID=GT,Number=1,Type=String,Description="x">'
    head = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1"
    for name, alternate in {OLD: "T", NEW: "T,G"}.items():
        folder = results / "cohorts" / "c1" / name
        (folder / "tensors" / "sites.parquet").unlink()
        record = f"chr1\t5\t.\tA\t{alternate}\t.\t.\t.\tGT\t0/1"
        text = "\n".join(["##fileformat=VCFv4.2", contig, head, record, ""])
        (folder / "genotypes.bcf").write_text(text)
    table = cohort("diff", "c1", OLD, NEW)[1]
    assert names_of(table, "variant gained") == ["chr1:5:A:G"]
    assert names_of(table, "variant lost") == []


@pytest.mark.parametrize("words", [(OLD, NEW), (NEW, OLD)])
def test_diff_refuses_a_generation_without_a_manifest(cohort, results, words):
    (results / "cohorts" / "c1" / OLD / "manifest.tsv").unlink()
    code, table, said = cohort("diff", "c1", *words)
    assert code == 1
    assert table is None
    assert f"{OLD}/manifest.tsv: it is missing, so the generation is incomplete" in said


def test_diff_refuses_genotypes_that_are_cut_off(cohort, results):
    for name in (OLD, NEW):
        folder = results / "cohorts" / "c1" / name
        (folder / "tensors" / "sites.parquet").unlink()
        with pysam.BGZFile(str(folder / "genotypes.bcf"), "wb") as stream:
            stream.write(b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n")
    cut = results / "cohorts" / "c1" / NEW / "genotypes.bcf"
    cut.write_bytes(cut.read_bytes()[:-28])
    code, table, said = cohort("diff", "c1", OLD, NEW)
    assert code == 1
    assert table is None
    assert f"{NEW}/genotypes.bcf: it cannot be read (it is cut off" in said


def test_verify_passes_what_nobody_touched_and_an_index_needs_no_receipt(cohort):
    code, table, said = cohort("verify", "c1", "--strict")
    assert code == 0
    assert table is None
    assert "0 faults, 0 files" in said


@pytest.mark.parametrize("name", ["genotypes.bcf", "tensors/sites.parquet"])
def test_verify_names_a_file_that_was_changed_after_its_receipt(cohort, results, name):
    path = results / "cohorts" / "c1" / NEW / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    code, table, said = cohort("verify", "c1")
    assert code == 1
    assert table.to_numpy().tolist() == [
        [name, "changed", "tensors/receipt.json" if "/" in name else "receipt.json"]
    ]
    assert "Delete the files named" in said


def test_verify_knows_that_the_tensors_were_made_from_another_file(cohort, results):
    folder = results / "cohorts" / "c1" / NEW
    (folder / "annotated.bcf").write_bytes(b"annotated anew")
    sealed = json.loads((folder / "receipt.json").read_text())
    sealed["files"]["annotated.bcf"] = sha256_of(folder / "annotated.bcf")
    (folder / "receipt.json").write_text(json.dumps(sealed))
    code, table, _ = cohort("verify", "c1")
    assert code == 1
    assert table.to_numpy().tolist() == [["annotated.bcf", "changed", "tensors/receipt.json"]]


@pytest.mark.parametrize(
    ("action", "name"),
    [
        (("diff", "c1", OLD, NEW), "manifest.tsv"),
        (("show", "c1"), "receipt.json"),
        (("diff", "c1", OLD, NEW), "tensors/sites.parquet"),
        (("diff", "c1", OLD, NEW), "tensors/receipt.json"),
    ],
)
@pytest.mark.parametrize("content", [b"", b"\x00\xff{]"])
def test_a_broken_file_ends_with_a_message_that_names_it(cohort, results, action, name, content):
    (results / "cohorts" / "c1" / NEW / name).write_bytes(content)
    code, table, said = cohort(*action)
    assert code == 1
    assert table is None
    assert f"{NEW}/{name}: it " in said


def test_verify_names_a_missing_file_and_a_missing_receipt(cohort, results):
    folder = results / "cohorts" / "c1" / OLD
    (folder / "genotypes.bcf").unlink()
    (folder / "tensors" / "receipt.json").unlink()
    code, table, _ = cohort("verify", "c1", OLD)
    faults = {tuple(row) for row in table[["file", "fault"]].to_numpy()}
    assert code == 1
    assert {("genotypes.bcf", "missing"), ("tensors/receipt.json", "missing")} <= faults
    (folder / "receipt.json").unlink()
    assert ("receipt.json", "missing") in {
        tuple(row) for row in cohort("verify", "c1", OLD)[1][["file", "fault"]].to_numpy()
    }


WRONG_TYPES = '{"generation": "", "samples": {}, "tools": {}, "files": []}'


@pytest.mark.parametrize("text", ["{", "[]", "{}", WRONG_TYPES])
def test_verify_names_a_receipt_that_is_none(cohort, results, text):
    (results / "cohorts" / "c1" / NEW / "receipt.json").write_text(text)
    code, table, _ = cohort("verify", "c1")
    assert code == 1
    assert ["receipt.json", "no receipt", "receipt.json"] in table.to_numpy().tolist()


def test_verify_says_where_a_generation_was_copied_under_another_name(cohort, results):
    copy = "0" * 11 + "c"
    shutil.copytree(results / "cohorts" / "c1" / OLD, results / "cohorts" / "c1" / copy)
    code, table, _ = cohort("verify", "c1", copy)
    assert code == 1
    assert set(table["fault"]) == {f"of generation {OLD}"}


def test_a_file_that_no_receipt_lists_is_said_and_fails_only_where_asked(cohort, results):
    (results / "cohorts" / "c1" / NEW / "notes.txt").write_text("mine")
    code, table, _ = cohort("verify", "c1")
    assert code == 0
    assert table["file"].tolist() == ["notes.txt"]
    assert table["fault"].tolist() == ["not listed"]
    assert cohort("verify", "c1", "--strict")[0] == 1


def test_remove_only_says_what_would_go(cohort, results):
    code, table, said = cohort("remove", "c1", OLD)
    assert code == 0
    assert f"frees {table['bytes'][0]} bytes" in said
    assert (results / "cohorts" / "c1" / OLD / "receipt.json").is_file()


def test_remove_takes_what_was_named_and_nothing_else(cohort, results):
    assert cohort("remove", "c1", OLD, OLD, "--yes")[0] == 0
    left = sorted(path.name for path in (results / "cohorts" / "c1").iterdir())
    assert left == [NEW, "current"]
    assert cohort("verify", "c1")[0] == 0


@pytest.mark.parametrize("words", [(NEW,), ("current",), (OLD, NEW)])
def test_the_current_generation_is_never_removed(cohort, results, words):
    code, _, said = cohort("remove", "c1", *words, "--yes")
    assert code == 1
    assert "it is the current generation" in said
    assert (results / "cohorts" / "c1" / OLD / "receipt.json").is_file()
    assert (results / "cohorts" / "c1" / NEW / "receipt.json").is_file()


@pytest.mark.parametrize("text", [None, "", "0" * 12, "\0"])
def test_without_a_pointer_only_an_incomplete_generation_goes(cohort, results, text):
    pointer = results / "cohorts" / "c1" / "current"
    pointer.unlink() if text is None else pointer.write_text(text)
    assert "may be the current" in cohort("remove", "c1", OLD, "--yes")[2]
    (results / "cohorts" / "c1" / OLD / "receipt.json").unlink()
    assert cohort("remove", "c1", OLD, "--yes")[0] == 0
    assert not (results / "cohorts" / "c1" / OLD).exists()


def test_a_kill_amid_a_removal_leaves_no_generation_of_that_name(cohort, results, monkeypatch):
    def killed(folder):
        (folder / "genotypes.bcf").unlink()
        raise KeyboardInterrupt

    going = generation_named(results, "c1", OLD)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            remove([going], results / "cohorts" / "c1")
    assert list(cohort("list")[1]["generation"]) == [NEW]
    write_generation(results, OLD, finished=int(time.time()))
    table = cohort("remove", "c1", OLD, "--yes")[1]
    assert list(table["state"]) == ["complete", "left by a removal"]
    left = sorted(path.name for path in (results / "cohorts" / "c1").iterdir())
    assert left == [NEW, "current"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "c2"), "it has no cohort 'c2'. Known: c1"),
        (("show", "../c1"), "it has no cohort"),
        (("show", "c1", "0" * 12), "it has no generation '000000000000'"),
        (("verify", "c1", ".."), "it has no generation '..'"),
        (("remove", "c1", "..", "--yes"), "it has no generation '..'"),
    ],
)
def test_what_is_not_there_ends_with_a_message(cohort, words, said):
    code, table, message = cohort(*words)
    assert code == 1
    assert table is None
    assert said in message


def test_no_results_at_all_end_with_a_message(tmp_path, capsys):
    assert main(["cohort", "list", "--results", str(tmp_path / "none")]) == 1
    assert "there is no such folder" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["list", "show", "diff", "verify", "remove"])
def test_each_action_has_help(action, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["cohort", action, "--help"])
    assert ended.value.code == 0
    assert "--results" in capsys.readouterr().out
