"""The set-up brings what is missing, once, and says what to do where it cannot."""

import os
import resource
import shutil
import subprocess
from pathlib import Path

import pytest
from project import ROOT

DONE = ROOT / ".tools" / "gatk" / "classes" / "made-from"


@pytest.mark.skipif(not DONE.exists(), reason="`make setup` has not run here")
def test_a_second_set_up_does_nothing_within_a_second():
    noted = {path: path.stat().st_mtime_ns for path in (ROOT / ".venv/made-from", DONE)}
    bare = {"HOME": os.environ["HOME"], "PATH": "/usr/bin:/bin"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        ["make", "setup"], cwd=ROOT, env=bare, capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stdout == ""
    # Processor time, which a busy machine does not stretch as it does the clock's.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1
    assert noted == {path: path.stat().st_mtime_ns for path in noted}


@pytest.mark.skipif(not DONE.exists(), reason="`make setup` has not run here")
def test_packages_are_compiled_before_anybody_imports_them():
    never_imported = "pandas/io/sas/__pycache__/sas7bdat.*.pyc"
    assert list((ROOT / ".venv").glob(f"lib/python*/site-packages/{never_imported}"))


@pytest.fixture
def machine(tmp_path):
    """A copy of the set-up, and a PATH on which only what the test puts there is found."""
    project, commands = tmp_path / "project", tmp_path / "commands"
    shutil.copytree(ROOT / "envs" / "host", project / "envs" / "host")
    commands.mkdir()
    needed = "bash cat cut dirname env flock grep mapfile mkdir python3 readlink sha256sum sh sort"
    for name in needed.split():
        found = shutil.which(name, path="/usr/bin:/bin")
        if found:
            (commands / name).symlink_to(found)
    return project, commands


def set_up(machine: tuple[Path, Path], *more: str) -> subprocess.CompletedProcess:
    project, commands = machine
    return subprocess.run(
        ["/bin/bash", project / "envs" / "host" / "setup", *more],
        env={"PATH": str(commands)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def give(machine: tuple[Path, Path], name: str, text: str) -> None:
    (machine[1] / name).write_text(f"#!/bin/bash\n{text}\n")
    (machine[1] / name).chmod(0o755)


def test_packages_that_cannot_be_had_end_the_set_up_with_the_line_to_run(machine):
    give(machine, "apt-get", "echo 'E: Unable to locate package' >&2; exit 100")
    done = set_up(machine)
    assert done.returncode == 1
    assert "apt-get install --yes --no-install-recommends" in done.stderr
    for package in ("bwa", "samtools", "mosdepth", "maven", "openjdk-17-jre-headless"):
        assert package in done.stderr
    assert not (machine[0] / ".venv").exists()


def test_a_machine_without_apt_is_told_what_to_bring(machine):
    done = set_up(machine)
    assert done.returncode == 1
    assert "bring these yourself" in done.stderr
    assert "bcftools" in done.stderr


@pytest.mark.parametrize("name", [".venv", ".tools"])
def test_a_folder_that_another_project_may_use_is_left_alone(machine, tmp_path, name):
    used = tmp_path / "used"
    used.mkdir()
    (used / "kept").touch()
    (machine[0] / name).symlink_to(used)
    done = set_up(machine)
    assert done.returncode == 1
    assert f"{name} is a link to {used}" in done.stderr
    assert f"  rm {machine[0] / name}" in done.stderr
    assert [path.name for path in used.iterdir()] == ["kept"]


def test_what_vep_needs_is_brought_only_where_it_is_asked_for(machine):
    assert "libbio-db-hts-perl" not in set_up(machine).stderr
    assert "libbio-db-hts-perl" in set_up(machine, "vep").stderr


def test_without_root_nothing_is_installed(machine):
    give(machine, "apt-get", "echo installed")
    script = machine[0] / "envs" / "host" / "setup"
    assert "((EUID == 0))" in script.read_text()
    script.write_text(script.read_text().replace("((EUID == 0))", "((1 == 0))"))
    done = set_up(machine)
    assert done.returncode == 1
    assert "sudo sh -c 'apt-get update" in done.stderr
    assert "installed" not in done.stdout


@pytest.mark.parametrize(
    ("said", "is_old"),
    [
        ("samtools 1.16.1", False),
        ("samtools 1.11", False),
        ("samtools 1.9", True),
        ("[main] unrecognized command", True),
    ],
)
def test_a_program_that_lacks_options_of_rules_is_refused(machine, said, is_old):
    script = machine[0] / "envs" / "host" / "setup"
    start = script.read_text().rindex("mkdir -p")
    script.write_text(script.read_text()[:start] + "refuse_old_programs\n")
    for name in ("bcftools", "bgzip", "tabix"):
        give(machine, name, f"echo '{name} (htslib) 1.16'")
    give(machine, "samtools", f"echo '{said}'")
    done = set_up(machine)
    assert done.returncode == is_old
    assert (f"{machine[1]}/samtools is older than 1.11 ({said})" in done.stderr) == is_old


def test_an_older_java_does_not_count(machine):
    for name in [
        "bwa",
        "samtools",
        "bcftools",
        "bgzip",
        "tabix",
        "mosdepth",
        "fastp",
        "curl",
        "mvn",
    ]:
        give(machine, name, "exit 0")
    give(machine, "java", "echo 'openjdk version \"11.0.2\"' >&2")
    done = set_up(machine)
    assert done.returncode == 1
    assert "openjdk-17-jre-headless" in done.stderr
    assert "bwa" not in done.stderr
