"""A copy of the project with a tiny simulated hospital, run from reads to report once."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
TRAVELS = ("Snakefile", "workflow", "config", "resources", "envs", "profiles")


@dataclass(frozen=True)
class Project:
    """A copy of the project on which the workflow is run as a user would run it."""

    folder: Path

    @property
    def sheet(self) -> Path:
        """The sample sheet of the hospital."""
        return self.folder / "hospital" / "samples.tsv"

    def samples(self) -> pd.DataFrame:
        """Rows of the sheet, all text."""
        return pd.read_csv(self.sheet, sep="\t", dtype=str, keep_default_na=False)

    def write_samples(self, rows: pd.DataFrame) -> None:
        """Replace the sheet."""
        rows.to_csv(self.sheet, sep="\t", index=False)

    def snakemake(
        self,
        *arguments: str,
        overlays: tuple[str, ...] = (),
        more: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> subprocess.CompletedProcess:
        """Run the workflow; its whole output is shown where it fails unexpectedly.

        It runs in a session of its own, so that it can be killed with all its jobs; `more` are
        further variables of its environment.
        """
        path = [str(Path(sys.executable).parent), str(ROOT / ".tools" / "bin"), os.environ["PATH"]]
        command = ["snakemake", "--cores", "2", *arguments, "--workflow-profile", "none"]
        command += ["--nocolor", "--configfile", "hospital/config.yaml", "tiny.yaml", *overlays]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=os.environ | {"PATH": os.pathsep.join(path)} | dict(more or {}),
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert not check or done.returncode == 0, done.stdout[-6000:]
        return done

    def planned(self, *overlays: str) -> Counter:
        """Count the jobs of a dry run by rule and sample (empty where a job has none)."""
        text = self.snakemake("--dry-run", overlays=overlays).stdout
        jobs = re.split(r"(?m)^(?:local)?rule ", text)[1:]
        named = [(job.split(":", 1)[0], re.search(r"\bsample=([\w.-]+)", job)) for job in jobs]
        return Counter((rule, sample[1] if sample else "") for rule, sample in named)

    def current(self, cohort: str = "hospital_a") -> Path:
        """Name the folder of the newest complete generation."""
        pointer = self.folder / "results" / "cohorts" / cohort / "current"
        return pointer.parent / pointer.read_text().strip()


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Project:
    """The tiny hospital without its latecomer, run to the end."""
    folder = tmp_path_factory.mktemp("project")
    for name in TRAVELS:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    shutil.copy(Path(__file__).with_name("tiny.yaml"), folder)
    size = [
        "--patients",
        "60",
        "--external",
        "20",
        "--genes",
        "12",
        "--fastq",
        "4",
        "--depth",
        "25",
    ]
    subprocess.run(
        [sys.executable, "-m", "gcin.simulation", "hospital", *size],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "workflow" / "scripts")},
        check=True,
    )
    project = Project(folder)
    shutil.copy(project.sheet, folder / "all_samples.tsv")
    rows = project.samples()
    project.write_samples(rows[rows["sample"] != latecomer_of(rows)])
    project.snakemake()
    return project


@pytest.fixture(scope="session")
def latecomer(finished) -> str:
    """The name of the FASTQ sample that the first sheet leaves out."""
    return latecomer_of(pd.read_csv(finished.folder / "all_samples.tsv", sep="\t", dtype=str))


def latecomer_of(rows: pd.DataFrame) -> str:
    return max(rows["sample"][rows["kind"] == "fastq"])


@pytest.fixture
def project(finished, latecomer):
    """The finished project; sheet and code are put back after the test, results are kept."""
    saved = {
        path: (path.read_bytes(), path.stat()) for path in [finished.sheet, *sources(finished)]
    }
    yield finished
    for path, (content, times) in saved.items():
        if path.read_bytes() != content:
            path.write_bytes(content)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def sources(project: Project) -> list[Path]:
    return [*project.folder.glob("workflow/**/*.py"), *project.folder.glob("workflow/**/*.smk")]
