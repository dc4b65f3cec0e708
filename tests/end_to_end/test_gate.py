"""A sample that fails a check is left out of the joint artefacts, and said so."""

import json

import pandas as pd
import pysam
import yaml

TARGET = "results/cohorts/hospital_a/current"


def with_least_depth(project, limit: float, action: str, check: bool = True):
    policy = {"quality": {"checks": {"min_mean_depth": {"limit": limit, "action": action}}}}
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
    with pysam.VariantFile(after / "genotypes.bcf") as genotypes:
        assert shallow not in genotypes.header.samples
        assert measured.index[1] in genotypes.header.samples
    table = pd.read_csv(after / "quality" / "samples.tsv", sep="\t", index_col="sample")
    assert table.loc[shallow, "verdict"] == "exclude"


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
