"""What failed or was lost is made in the next run, with all that stands behind it."""

import os
import shutil

import pytest
import yaml
from described_run import describe
from planning import files, planned, pretend_to_run, snakemake
from project import ROOT

# Readers, near and far, of what `evaluate_designs` makes.
BEHIND = {"render_report", "draw_figures", "write_model_card", "point_to_edition"}


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """Rules of a run without its pages; after an edit of code; once the edited job has failed.

    And first those of a run whose clinical table was replaced by one of the same size, but older.
    """
    project = tmp_path_factory.mktemp("project")
    for name in ("config", "envs", "profiles", "resources", "workflow"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Snakefile", project)
    run = describe(tmp_path_factory.mktemp("staleness"))
    run.rows = run.rows[run.rows["kind"] != "fastq"]
    run.write()
    own = {name: run.config[name] for name in ("samples", "cards", "data_root", "studies")}
    own["reference"] = {name: run.config["reference"][name] for name in ("fasta", "gene_models")}
    (run.folder / "own.yaml").write_text(yaml.safe_dump(own))
    first = planned(run.folder, project)
    made = [path for _, body in first for path in files(body, "output")]
    pretend_to_run(run.folder, made, project)
    assert planned(run.folder, project) == []
    table = run.data / "clinical.tsv"
    was, when = table.read_text(), table.stat().st_mtime
    table.write_text(was.replace("\t9\t", "\t8\t"))
    os.utime(table, (0, 0))
    corrected = {rule for rule, _ in planned(run.folder, project)}
    table.write_text(was)
    os.utime(table, (when, when))
    lost = [path for path in map(run.folder.joinpath, made) if path.match("*.html")]
    for path in lost:
        path.rename(path.with_suffix(".lost"))
    without = {rule for rule, _ in planned(run.folder, project)}
    for path in lost:
        path.with_suffix(".lost").rename(path)
    with (project / "workflow/scripts/gcin/evaluation/significance.py").open("a") as module:
        module.write('\nraise ValueError("an edit that fails")\n')
    before = {rule for rule, _ in planned(run.folder, project)}
    assert "an edit that fails" in snakemake(run.folder, project=project, fails=True)
    return without, before, {rule for rule, _ in planned(run.folder, project)}, corrected


def test_a_page_that_was_lost_is_made_again(plans):
    assert {"render_multiqc", "render_report"} <= plans[0]


def test_an_older_table_in_the_place_of_another_is_read(plans):
    assert {"harmonise_clinical", "divide_patients", "evaluate_designs"} <= plans[3]
    assert plans[3].isdisjoint({"assemble_tensors", "gate_samples"})


def test_an_edit_plans_what_it_reaches_and_all_behind_it(plans):
    assert plans[1] == {"evaluate_designs", *BEHIND}


def test_what_failed_is_made_again_with_all_behind_it(plans):
    assert plans[2] == plans[1]
