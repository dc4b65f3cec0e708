"""A cohort that grows, shrinks, changes or fails a check is never stale, and recomputes no more.

One module, since every worker of a test run would build a hospital of its own.
"""

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pandas as pd
import pysam
import pytest
import yaml
from conftest import ROOT, TRAVELS, Project
from faults import MET, NO_MOUNT, differences, expect_survival, files_below, jobs_in

from gcin.inventory.changes import setting_changes
from gcin.tensors.store import Store

TARGET = "results/cohorts/hospital_a/current"
SHARED = ROOT.parent / "shared"
REFERENCE = Path("results", "reference")


def with_latecomer(project):
    return pd.read_csv(
        project.folder / "all_samples.tsv", sep="\t", dtype=str, keep_default_na=False
    )


def samples_run(jobs: Counter) -> set[str]:
    return {sample for _, sample in jobs if sample}


def rules_run(jobs: Counter) -> set[str]:
    return {rule for rule, _ in jobs}


def test_a_finished_project_has_nothing_to_do(project):
    assert project.planned() == Counter()


def test_a_declared_policy_is_valued_on_unseen_patients(finished):
    study = finished.folder / "results" / "studies" / "response"
    edition = study / (study / "current").read_text().strip()
    values = pd.read_csv(edition / "evaluation" / "policy.tsv", sep="\t")
    assert set(values["endpoint"]) == {"response", "os"}
    assert {"gcin", "clinical_logistic", "average"} <= set(values["design"])
    assert "majority" not in set(values["design"])
    parts = pd.read_csv(edition / "splits" / "fold-0.tsv", sep="\t", dtype=str)
    assert values["n"].max() <= (parts["part"] == "test").sum()
    gains = values[values["estimate"].str.startswith("gain_")]
    assert ((gains["low"] <= gains["value"]) & (gains["value"] <= gains["high"])).all()
    assert "Value of a treatment policy" in (edition / "report" / "index.html").read_text()


def test_another_policy_trains_nothing(project):
    changed = {"studies": {"response": {"policy": {"months": 6}}}}
    (project.folder / "other_policy.yaml").write_text(yaml.safe_dump(changed))
    assert rules_run(project.planned("other_policy.yaml")) == {
        "weigh_treatments", "value_policies", "draw_figures", "render_report", "write_model_card",
        "point_to_edition", "all",
    }  # fmt: skip


def test_every_kind_of_design_is_refitted_on_fewer_patients(project):
    curve = {"sizes": [10, 20], "designs": ["gcin", "lasso", "trees", "average"]}
    (project.folder / "learning.yaml").write_text(f"evaluation: {{learning_curve: {curve}}}\n")
    (edition,) = project.folder.glob("results/studies/response/*/splits")
    target = edition.parent.relative_to(project.folder) / "evaluation" / "learning_curve.tsv"
    project.snakemake(str(target), overlays=("learning.yaml",))
    table = pd.read_csv(project.folder / target, sep="\t")
    rows = table[(table["endpoint"] == "response") & (table["metric"] == "brier")]
    traced = set(zip(rows["design"], rows["size"], strict=True))
    assert traced == {(design, size) for design in curve["designs"] for size in curve["sizes"]}
    assert len(set(rows["n"])) == 1
    assert rows["value"].between(0, 1).all()
    assert not list(project.folder.glob(f"{target.parent}/learning/**/*.state"))


def test_the_order_of_the_sheet_does_not_matter(project):
    project.write_samples(project.samples().iloc[::-1])
    assert project.planned() == Counter()


def test_adding_a_sample_runs_its_own_jobs_and_the_joint_stages_only(project, latecomer):
    project.write_samples(with_latecomer(project))
    jobs = project.planned()
    assert samples_run(jobs) == {latecomer}
    assert {"align_reads", "genotype_shard", "assemble_tensors", "evaluate_designs"} <= rules_run(
        jobs
    )
    assert not rules_run(jobs) & {"prepare_genome", "index_genome", "list_genes", "read_maf"}


def test_removing_a_sample_runs_the_joint_stages_only(project):
    rows = project.samples()
    gone = min(rows["sample"][rows["kind"] == "fastq"])
    project.write_samples(rows[rows["sample"] != gone])
    jobs = project.planned()
    assert samples_run(jobs) == set()
    assert "genotype_shard" in rules_run(jobs)


def test_replacing_a_sample_runs_every_one_of_its_jobs_again(project, latecomer):
    rows = project.samples()
    replaced = min(rows["sample"][rows["kind"] == "fastq"])
    project.write_samples(with_reads_of(project, replaced, latecomer))
    jobs = project.planned()
    assert samples_run(jobs) == {replaced}
    assert {"align_reads", "mark_duplicates", "reblock_gvcf"} <= rules_run(jobs)


def test_a_comment_runs_nothing_and_a_code_edit_runs_what_reaches_it(project):
    module = project.folder / "workflow/scripts/gcin/evaluation/metrics.py"
    original = module.read_text()
    module.write_text(original + "\n# a remark\n")
    assert project.planned() == Counter()
    module.write_text(original + "\nUNUSED = 1\n")
    rules = rules_run(project.planned())
    assert "evaluate_designs" in rules
    assert not rules & {"train_network", "train_baseline", "assemble_tensors"}


def test_no_fault_of_a_joint_rule_changes_a_cohort_that_grew(project, latecomer, tmp_path):
    """Each rule meets each fault while the generation without the new sample is the current one."""
    before, earlier_sheet, right = project.current(), project.samples(), tmp_path / "right"
    project.write_samples(with_latecomer(project))
    project.snakemake(TARGET)
    after = project.current()
    assert after != before
    for name in ("receipt.json", "tensors/receipt.json"):
        assert latecomer in json.loads((after / name).read_text())["samples"], name
        assert latecomer not in json.loads((before / name).read_text())["samples"], name

    back_to(project, earlier_sheet, before)
    mutations = project.current("hospital_b") / "maf"
    places = [path.relative_to(project.folder) for path in (after, mutations)]
    for place in places:
        shutil.move(project.folder / place, right / place)
    project.write_samples(with_latecomer(project))
    target = [TARGET, str(places[1] / "calls.parquet")]
    jobs = jobs_in(project.snakemake(*target, "--dry-run").stdout)
    assert {job.rule for job in jobs} >= MET["joint"]
    whole = expect_survival(project, target, jobs, tmp_path)
    assert differences(right, project.folder, places) == {}
    for name in ("genotypes.bcf", "annotated.bcf"):
        assert (after / name).read_bytes() == (right / places[0] / name).read_bytes(), name
    assert project.current() == after
    back_to(project, earlier_sheet, before)
    if not whole:
        pytest.skip(NO_MOUNT)


def back_to(project, sheet, generation) -> None:
    """Go back to an earlier sheet, whose generation is there already."""
    project.write_samples(sheet)
    assert rules_run(project.planned()) <= {"point_to_generation", "all"}
    project.snakemake(TARGET)
    assert project.current() == generation


def with_reads_of(project, sample: str, donor: str) -> pd.DataFrame:
    """The sheet, with the reads of another sample for one of its own."""
    rows, everything = project.samples(), with_latecomer(project)
    mine = rows[rows["sample"] == sample]
    source = everything[everything["sample"] == donor].iloc[0]
    rows = rows.drop(index=mine.index[1:])
    rows.loc[mine.index[0], ["file", "mate"]] = source[["file", "mate"]]
    return rows


def test_no_fault_of_a_rule_changes_what_becomes_of_a_sample(project, latecomer, tmp_path):
    """Each rule meets each fault while results of other reads lie in its place."""
    sheet, right = project.samples(), tmp_path / "right"
    sample = min(sheet["sample"][sheet["kind"] == "fastq"])
    place = Path("results", "samples", sample)
    for folder in (place, REFERENCE):
        shutil.copytree(project.folder / folder, right / folder)
    made = [place / path for path in files_below(right / place)]
    target = [str(path) for path in made if path.parent.name != "units"]
    project.write_samples(with_reads_of(project, sample, latecomer))
    project.snakemake(*target)
    project.write_samples(sheet)
    jobs = jobs_in(project.snakemake(*target, "--dry-run").stdout)
    assert {job.rule for job in jobs} >= MET["sample"]

    whole = expect_survival(project, target, jobs, tmp_path)
    assert differences(right, project.folder, [place]) == {}
    if not whole:
        pytest.skip(NO_MOUNT)


def test_no_fault_of_a_rule_changes_the_reference(finished, tmp_path):
    fresh = Project(tmp_path / "fresh")
    fresh.folder.mkdir()
    for name in (*TRAVELS, "hospital", "tiny.yaml"):
        (fresh.folder / name).symlink_to(finished.folder / name)
    target = [str(REFERENCE / path) for path in files_below(finished.folder / REFERENCE)]
    jobs = jobs_in(fresh.snakemake(*target, "--dry-run").stdout)
    assert {job.rule for job in jobs} >= MET["reference"]

    whole = expect_survival(fresh, target, jobs, tmp_path)
    assert differences(finished.folder, fresh.folder, [REFERENCE]) == {}
    if not whole:
        pytest.skip(NO_MOUNT)


def test_a_vcf_is_lifted_within_a_run_whatever_faults_happen(project, tmp_path):
    """Its positions are given as those of GRCh37, and the chain leads each to itself."""
    rows = project.samples()
    of_vcf = rows["kind"] == "vcf"
    project.write_samples(rows.assign(assembly=rows["assembly"].mask(of_vcf, "GRCh37")))
    index = pd.read_csv(project.folder / REFERENCE / "genome.fa.fai", sep="\t", header=None)
    chain = tmp_path / "same.chain"
    chain.write_text("".join(map(chain_to_itself, index[0], index[1])))
    overlay = tmp_path / "lifting.yaml"
    overlay.write_text(yaml.safe_dump({"annotation": {"maf": {"chain": str(chain)}}}))
    dry_run = ("--dry-run", "--until", "lift_vcf")
    (job,) = [
        job
        for job in jobs_in(project.snakemake(*dry_run, overlays=(str(overlay),)).stdout)
        if job.rule == "lift_vcf"
    ]
    whole = expect_survival(project, job.outputs, [job], tmp_path, (str(overlay),))
    lifted, unplaced = (project.folder / path for path in job.outputs)
    given = project.sheet.parent / rows["file"][of_vcf].iloc[0]
    assert alleles_and_genotypes(lifted) == alleles_and_genotypes(given) != []
    assert len(unplaced.read_text().splitlines()) == 1
    if not whole:
        pytest.skip(NO_MOUNT)


def test_no_fault_of_vep_changes_what_it_says(project, tmp_path, monkeypatch):
    """The default annotator's rules meet their faults with the joint ones."""
    given = SHARED / "tools" / "ensembl-vep"
    monkeypatch.setenv("PATH", os.pathsep.join([os.environ["PATH"], str(given)]))
    vep = shutil.which("vep")
    if vep is None or subprocess.run([vep, "--help"], capture_output=True).returncode:
        pytest.skip("Ensembl VEP does not run here: see envs/host/packages-vep.txt")
    overlay = tmp_path / "vep.yaml"
    overlay.write_text(yaml.safe_dump({"annotation": {"tool": "vep"}}))
    overlays = (str(overlay),)
    dry_run = project.snakemake(
        "--dry-run", "--until", "extend_consequences", overlays=overlays
    ).stdout
    (made,) = [job.outputs for job in jobs_in(dry_run) if job.rule == "extend_consequences"]
    project.snakemake(*made, overlays=overlays)
    place, right = Path(made[0]).parent, tmp_path / "right"
    shutil.move(project.folder / place, right / place)
    jobs = jobs_in(project.snakemake(*made, "--dry-run", overlays=overlays).stdout)
    assert {job.rule for job in jobs} == MET["vep"]

    whole = expect_survival(project, made, jobs, tmp_path, overlays)
    assert differences(right, project.folder, [place]) == {}
    with pysam.VariantFile(project.folder / made[0]) as records:
        assert sum("CSQ" in record.info for record in records) > 5
    if not whole:
        pytest.skip(NO_MOUNT)


def chain_to_itself(contig: str, size: int) -> str:
    return f"chain 1 {contig} {size} + 0 {size} {contig} {size} + 0 {size} 1\n{size}\n\n"


def alleles_and_genotypes(path) -> list[tuple]:
    with pysam.VariantFile(path) as records:
        return [
            (r.chrom, r.pos, r.alleles, [call["GT"] for call in r.samples.values()])
            for r in records
        ]


def with_least_depth(project, limit: float, action: str, check: bool = True):
    checks = {"checks": {"min_mean_depth": {"limit": limit, "action": action}}}
    checks["joint_checks"] = {"max_missing": {"limit": 0.1, "action": "exclude"}}
    policy = {"quality": checks}
    (project.folder / "policy.yaml").write_text(yaml.safe_dump(policy))
    return project.snakemake(TARGET, overlays=("policy.yaml",), check=check)


def depths(project) -> pd.Series:
    gate = pd.read_csv(project.current() / "quality" / "gate.tsv", sep="\t", dtype={"sample": str})
    rows = gate[gate["check"] == "min_mean_depth"].dropna(subset="value")
    return rows.set_index("sample")["value"].sort_values()


def test_a_sample_that_fails_is_left_out_but_stays_in_the_manifest(project):
    before, measured = project.current(), depths(project)
    shallow = measured.index[0]
    done = with_least_depth(project, float(measured.iloc[:2].mean()), "exclude")
    after = project.current()
    project.snakemake(TARGET)

    assert project.current() == before != after
    assert "rule align_reads:" not in done.stdout
    assert shallow in (after / "manifest.tsv").read_text()
    for name in ("receipt.json", "tensors/receipt.json"):
        receipt = json.loads((after / name).read_text())
        assert receipt["excluded"] == [shallow], name
        assert shallow not in receipt["samples"], name
        assert measured.index[1] in receipt["samples"], name
    receipts = [json.loads((folder / "receipt.json").read_text()) for folder in (before, after)]
    settings = {name for name in setting_changes(*receipts) if name.startswith("settings.")}
    assert settings == {
        "settings.quality.checks.min_mean_depth.limit",
        "settings.quality.checks.min_mean_depth.action",
        "settings.quality.joint_checks.max_missing.action",
    }
    with pysam.VariantFile(after / "genotypes.bcf") as genotypes:
        assert shallow not in genotypes.header.samples
        assert measured.index[1] in genotypes.header.samples
    table = pd.read_csv(after / "quality" / "samples.tsv", sep="\t", index_col="sample")
    assert table.loc[shallow, "verdict"] == "exclude"

    gate = pd.read_csv(after / "quality" / "genotype_gate.tsv", sep="\t")
    missing = gate[gate["check"] == "max_missing"].set_index("sample")["value"]
    unfit = sorted(missing.index[missing > 0.1])
    receipt = json.loads((after / "receipt.json").read_text())
    assert receipt["not_learnt_from"] == unfit != []
    assert set(unfit) <= set(receipt["samples"])
    assert table.loc[unfit, "verdict"].eq("exclude").all()


def test_a_check_that_stops_ends_the_run_before_the_joint_call(project):
    before, measured = project.current(), depths(project)
    limit = float(measured.iloc[:2].mean())
    done = with_least_depth(project, limit, "stop", check=False)
    assert done.returncode != 0
    assert "Error in rule gate_samples:" in done.stdout
    assert "rule genotype_shard:" not in done.stdout
    logs = (project.folder / "logs" / "gate_samples" / "hospital_a").glob("*.log")
    said = "".join(path.read_text() for path in logs)
    assert f"sample {measured.index[0]}, check min_mean_depth: {measured.iloc[0]:.6g}" in said
    assert project.current() == before


def test_those_who_were_given_go_on_where_a_check_excludes_all_called_jointly(project, latecomer):
    before, rows, everything = project.current(), project.samples(), with_latecomer(project)
    away = everything[everything["sample"] == latecomer].assign(cohort="hospital_b")
    away["patient"] = rows["patient"][rows["kind"] == "maf"].iloc[0]
    called = {
        "hospital_a": sorted(set(rows["sample"][rows["kind"] == "fastq"])),
        "hospital_b": [latecomer],
    }
    project.write_samples(pd.concat([rows[rows["kind"] != "gvcf"], away]))
    policy = {"quality": {"checks": {"min_mean_depth": {"limit": 10_000, "action": "exclude"}}}}
    policy |= {"calling": {"panel_sites": str(project.folder / "hospital/truth/A0001.vcf.gz")}}
    if shutil.which("delly"):
        policy["calling"]["structural"] = {"tool": "delly"}
    (project.folder / "policy.yaml").write_text(yaml.safe_dump(policy))
    other = "results/cohorts/hospital_b/current"
    project.snakemake(TARGET, other, overlays=("policy.yaml",))
    for cohort, kind in (("hospital_a", "vcf"), ("hospital_b", "maf")):
        receipt = json.loads((project.current(cohort) / "receipt.json").read_text())
        assert receipt["excluded"] == called[cohort]
        assert receipt["samples"] == sorted(
            rows["sample"][(rows["kind"] == kind) & (rows["cohort"] == cohort)]
        )
        store = Store.open(project.current(cohort) / "tensors")
        carried = store.variants(store.patients, 200)[2].sum(axis=1)
        assert (carried > 0).mean() > 0.5
    with pysam.VariantFile(project.current() / "genotypes.bcf") as genotypes:
        assert list(genotypes.header.samples) == sorted(rows["sample"][rows["kind"] == "vcf"])
    with pysam.VariantFile(project.current("hospital_b") / "genotypes.bcf") as genotypes:
        assert list(genotypes.header.samples) == []

    project.write_samples(rows)
    project.snakemake(TARGET, other)
    assert project.current() == before


def as_tumour_of(normal: str, rows: pd.DataFrame, reads: pd.DataFrame) -> pd.DataFrame:
    """Rows that give another person's reads as those of a tumour of this sample's patient."""
    patient = rows.loc[rows["sample"] == normal, "patient"].iloc[0]
    return reads.assign(sample="T1", patient=patient, tissue="tumour")


def test_a_tumour_joins_its_patient_and_leaves_the_germline_as_it_was(project, latecomer):
    before, rows, everything = project.current(), project.samples(), with_latecomer(project)
    normal = min(rows["sample"][rows["kind"] == "fastq"])
    tumour = as_tumour_of(normal, rows, everything[everything["sample"] == latecomer])
    project.write_samples(pd.concat([rows, tumour]))
    jobs = project.planned()
    assert samples_run(jobs) == {"T1"}
    assert "call_somatic_shard" in rules_run(jobs)
    assert "call_shard" not in rules_run(jobs)

    project.snakemake(TARGET)
    germline, both = (genotypes_of(folder) for folder in (before, project.current()))
    own = {allele for allele, calls in both.items() if "1" in calls["T1"]}
    assert len(own) > 5
    assert all(both[allele]["T1"] == "./." for allele in set(both) - own)
    assert set(germline) <= set(both)
    absent = dict.fromkeys(next(iter(germline.values())), "./.")
    assert all(germline.get(a, absent).items() <= both[a].items() for a in both)
    patient = tumour["patient"].iloc[0]
    store = Store.open(project.current() / "tensors")
    values, _, mask, _ = store.variants([patient], 200)
    somatic = values[0, mask[0]][:, store.variant_features.index("somatic")]
    assert 0 < somatic.mean() < 1
    assert "T1" in json.loads((project.current() / "receipt.json").read_text())["samples"]
    gate = pd.read_csv(project.current() / "quality" / "gate.tsv", sep="\t")
    identity = gate[gate["check"] == "min_normal_concordance"].set_index("sample")
    assert identity["value"].dropna().index.tolist() == ["T1"]
    assert identity.loc["T1", "value"] < 0.6
    assert identity.loc["T1", "verdict"] == "warn"

    changed = rows.assign(library=rows["library"].mask(rows["sample"] == normal, "another"))
    project.write_samples(pd.concat([changed, tumour]))
    jobs = project.planned()
    assert {("align_reads", normal), ("call_somatic_shard", "T1")} <= set(jobs)
    assert ("align_reads", "T1") not in jobs
    project.write_samples(pd.concat([rows[rows["sample"] != normal], tumour]))
    assert ("call_somatic_shard", "T1") in project.planned()

    project.write_samples(rows)
    project.snakemake(TARGET)
    assert project.current() == before


def genotypes_of(generation) -> dict[tuple, dict[str, str]]:
    """Map each allele to the genotype of each sample, as written."""
    with pysam.VariantFile(generation / "genotypes.bcf") as records:
        return {
            (record.chrom, record.pos, record.ref, record.alts[0]): {
                name: "/".join("." if a is None else str(a) for a in sorted_alleles(call))
                for name, call in record.samples.items()
            }
            for record in records
        }


def sorted_alleles(call) -> list[int | None]:
    return sorted(call["GT"], key=lambda allele: -1 if allele is None else allele)
