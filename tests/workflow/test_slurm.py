"""Jobs go through a real SLURM with the project's own profile, a GPU job among them."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from project import ROOT

LAB = ROOT.parent / "shared" / "tools" / "slurm"

pytestmark = pytest.mark.skipif(
    not LAB.is_dir(), reason="no SLURM to try on: ../shared/tools/slurm"
)


@pytest.fixture(scope="module")
def cluster():
    """Environment of a client of a cluster on this machine, which is removed at the end."""
    folder = tempfile.mkdtemp(prefix="gcin-slurm-")
    path = [str(Path(sys.executable).parent), str(ROOT / ".tools" / "bin"), os.environ["PATH"]]
    lab = os.environ | {
        "PATH": os.pathsep.join(path),
        "SLURM_LAB": folder,
        "SLURM_LAB_ACCOUNTING": "0",
        "SLURM_LAB_MEM": "32000",
        "SLURM_LAB_PORT": "26817",
    }
    try:
        up = subprocess.run([LAB / "slurm-up"], env=lab, capture_output=True, text=True)
        assert up.returncode == 0, up.stderr
        printed = subprocess.run(
            ["/bin/bash", "-c", f"{up.stdout}\nprintenv PATH"],
            env=lab,
            capture_output=True,
            text=True,
            check=True,
        )
        yield lab | {"PATH": printed.stdout.strip()}
    finally:
        subprocess.run([LAB / "slurm-down", "--purge"], env=lab, capture_output=True, check=True)


def submit(folder: Path, cluster: dict[str, str], *arguments: str) -> str:
    """Run Snakemake as on a cluster, but with the tools of this machine instead of conda's."""
    command = [sys.executable, "-m", "snakemake", "--profile", "slurm"]
    command += ["--software-deployment-method", "env-modules", "--latency-wait", "5"]
    command += ["--slurm-init-seconds-before-status-checks", "2", *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env=cluster,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


def test_gpu_jobs_see_their_gpu_and_a_failed_job_gets_more_memory_and_time(cluster, tmp_path):
    shutil.copy(Path(__file__).with_name("slurm") / "Snakefile", tmp_path)
    shutil.copytree(ROOT / "profiles", tmp_path / "profiles")
    (tmp_path / "slurm").symlink_to("profiles/slurm")
    said = submit(tmp_path, cluster)
    time, memory, *devices = (tmp_path / "report.txt").read_text().splitlines()
    assert time == "TimeLimit=1-00:00:00"
    assert memory == "mem=800M"
    assert {line.split()[0] for line in devices} == {"gpu1"}
    assert {line.split()[1] for line in devices} <= {"0", "1"}
    assert said.count("has been submitted with SLURM jobid") == 4


def test_python_rule_of_the_workflow_runs_on_a_cluster(cluster, copy):
    sheet = pd.read_csv(copy / "hospital" / "samples.tsv", sep="\t", dtype=str)
    sample, unit = sheet.loc[sheet["kind"] == "fastq", ["sample", "unit"]].iloc[0]
    pairs = f"results/samples/{sample}/units/{unit}.pairs.tsv"
    said = submit(copy, cluster, "--configfile", "hospital/config.yaml", "--", pairs)
    assert said.count("has been submitted with SLURM jobid") == 1
    assert (copy / pairs).stat().st_size > 0
