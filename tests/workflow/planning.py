"""Plans of the workflow on described runs: what Snakemake says that it would do."""

import re
import subprocess
import sys
from pathlib import Path

from project import ROOT

JOB = re.compile(r"(?m)^(?:local)?rule (\w+):\n((?: {4}.*\n)+)")


def snakemake(folder: Path, *arguments: str, project: Path = ROOT, fails: bool = False) -> str:
    """Run the workflow in a folder by its `own.yaml`, and give what it said."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", project / "Snakefile"]
    command += ["--directory", folder, "--workflow-profile", "none", "--nocolor", "--cores", "1"]
    command += [*arguments, "--configfile", project / "config" / "config.yaml", "own.yaml"]
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert bool(done.returncode) == fails, done.stdout[-3000:]
    return done.stdout


def planned(folder: Path, project: Path = ROOT) -> list[tuple[str, str]]:
    """Give each job of a dry run, but the last that only asks for all: its rule, and its text."""
    said = snakemake(folder, "--dry-run", project=project)
    return [job for job in JOB.findall(said) if job[0] != "all"]


def files(body: str, kind: str) -> list[str]:
    """Name the files of a job, of kind `input` or `output`."""
    found = re.search(rf"(?m)^ {{4}}{kind}: (.+)$", body)
    return found[1].split(", ") if found else []


def pretend_to_run(folder: Path, outputs: list[str], project: Path = ROOT) -> None:
    """Leave what a finished run leaves: outputs, with what Snakemake notes of their making."""
    for place in (folder / path for path in outputs):
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.name == "pages":
            place.mkdir(exist_ok=True)
        else:
            place.touch()
    snakemake(folder, "--touch", "--force", *outputs, project=project)
