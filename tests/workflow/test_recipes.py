"""What the settings of alignment ask for is planned, and nothing of what they leave out."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from described_run import describe
from planning import files, planned
from project import ROOT

from gcin.intake.problems import Problems
from gcin.intake.schema import check, schema_of

EXAMPLES = ROOT / "config" / "examples"
DBSNP = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
OVERLAYS = [path for path in EXAMPLES.glob("*/*.yaml")] + [*ROOT.glob("config/reference*.yaml")]


def plan(folder: Path, change, file="variants.g.vcf.gz") -> set[str]:
    """Rules that a dry run up to a file of a sample of reads plans."""
    described = describe(folder)
    (described.data / "known.vcf").write_text(DBSNP)
    change(described.config)
    (folder / "config.yaml").write_text(yaml.safe_dump(described.config))
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--directory", str(folder), "--replace-workflow-config", "--dry-run", "--nocolor"]
    command += ["--configfile", str(folder / "config.yaml"), "--workflow-profile", "none"]
    command += ["--cores", "1", "--", f"results/samples/S1/{file}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(re.findall(r"(?m)^(?:local)?rule (\w+):", done.stdout + done.stderr))


def recalibrated(config):
    config["alignment"]["recipe"] = "bqsr"
    config["reference"]["known_sites"] = ["known.vcf"]
    config["reference"]["download"] = {
        "fasta": None,
        "known_sites": [{"url": "http://127.0.0.1/indels.vcf.gz", "sha256": "0" * 64}],
    }
    config["alignment"]["trim"]["tool"] = "fastp"


def test_by_default_reads_are_neither_trimmed_nor_recalibrated(tmp_path):
    rules = plan(tmp_path / "run", lambda config: None)
    assert {"align_reads", "calibrate_dragstr", "call_shard"} <= rules
    assert not {"trim_reads", "learn_recalibration", "prepare_known_sites"} & rules


def test_recalibration_takes_given_and_fetched_sites_and_no_model_of_repeats(tmp_path):
    rules = plan(tmp_path / "run", recalibrated)
    asked = {"trim_reads", "download_reference", "prepare_known_sites", "index_marked"}
    assert {*asked, "learn_recalibration", "recalibrate_alignment", "call_shard"} <= rules
    assert not {"calibrate_dragstr", "compose_str_table"} & rules


def test_a_tumour_s_foreign_reads_are_told_beside_its_normal(tmp_path):
    described = describe(tmp_path / "run")
    frequency = '##INFO=<ID=AF,Number=A,Type=Float,Description="">\n#CHROM'
    (described.data / "common.vcf").write_text(DBSNP.replace("#CHROM", frequency))
    units = described.rows[:2].assign(tissue="tumour", library="lib2")
    tumours = [
        units.assign(sample=name, patient=patient).replace({"S1": name}, regex=True)
        for name, patient in (("T1", "P1"), ("T2", "P2"))
    ]
    described.rows = pd.concat([described.rows, *tumours])
    for name in ("T1", "T2"):
        for path in list(described.data.glob("reads/S1.*")):
            shutil.copy(path, path.with_name(path.name.replace("S1", name)))
    described.write()
    own = {key: described.config[key] for key in ("samples", "cards", "data_root", "studies")}
    own["reference"] = {"fasta": "genome.fa", "gene_models": "genes.gtf"}
    own["quality"] = {"common_sites": "common.vcf"}
    (described.folder / "own.yaml").write_text(yaml.safe_dump(own))
    jobs = planned(described.folder)
    [read] = [
        files(body, "input") for rule, body in jobs if rule == "gather_measures" and "/a/" in body
    ]
    assert {path for path in read if path.endswith("contamination.table")} == {
        "results/samples/S1/quality/contamination.table",
        "results/samples/T1/somatic/contamination.table",
        "results/samples/T2/quality/contamination.table",
    }


@pytest.mark.parametrize("path", OVERLAYS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_overlay_of_the_project_keeps_to_the_schema(path):
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    problems = Problems()
    check(overlaid(config, yaml.safe_load(path.read_text())), schema_of("config"), "x", problems)
    assert problems.lines == []


def overlaid(below: dict, above: dict) -> dict:
    """Merge settings key by key, as Snakemake does."""
    merged = dict(below)
    for key, value in above.items():
        nested = isinstance(value, dict) and isinstance(below.get(key), dict)
        merged[key] = overlaid(below[key], value) if nested else value
    return merged


def test_foreign_reads_and_single_copies_are_looked_for_where_the_settings_ask(tmp_path):
    def asked(config):
        config["quality"]["common_sites"] = "common.vcf"
        config["calling"]["sex_ploidy"] = True
        header = DBSNP.replace(
            "#CHROM", '##INFO=<ID=AF,Number=A,Type=Float,Description="">\n#CHROM'
        )
        Path(config["data_root"], "common.vcf").write_text(header)

    on_request = {"prepare_common_sites", "estimate_contamination", "list_haploid"}
    assert not on_request & plan(tmp_path / "plain", lambda config: None)
    assert on_request <= plan(tmp_path / "run", asked)


@pytest.mark.parametrize(
    ("check", "action", "judged"),
    [
        ("max_contamination", "warn", False),
        ("max_contamination", "exclude", True),
        ("sex_agrees", "exclude", False),
        ("min_insert_bases", "exclude", False),
    ],
)
def test_normals_of_copy_number_are_judged_where_a_check_excludes(tmp_path, check, action, judged):
    def asked(config):
        config["calling"]["copy_number"] |= {"tool": "depth", "normals": ["S5"], "min_normals": 1}
        config["quality"]["checks"][check]["action"] = action
        rows = pd.read_csv(config["samples"], sep="\t", dtype=str, keep_default_na=False)
        normal = rows[rows["sample"] == "S1"].replace({"S1": "S5", "P1": "P5", "lib1": "lib5"})
        for name in ("file", "mate"):
            named = normal[name].str.replace("S1", "S5")
            for old, new in zip(normal[name], named, strict=True):
                shutil.copy(Path(config["data_root"], old), Path(config["data_root"], new))
            normal[name] = named
        pd.concat([rows, normal]).to_csv(config["samples"], sep="\t", index=False)

    rules = plan(tmp_path / "run", asked, "copies.tsv")
    assert "measure_copies" in rules
    assert ({"judge_normal", "measure_balance"} <= rules) == judged
