"""GATK as the set-up brings it: started from its class archive, with the caller's options."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest
from project import ROOT

TOOLS = ROOT / ".tools"
GATK = TOOLS / "bin" / "gatk"

pytestmark = pytest.mark.skipif(not GATK.exists(), reason="`make setup` has not run here")


def run(*command: str | Path, **changes: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        command, env=os.environ | changes, capture_output=True, text=True, check=True
    )


def test_gatk_is_the_version_that_is_pinned_and_says_nothing_of_its_archive():
    done = run(GATK, "HaplotypeCaller", "--version")
    pinned = re.search(
        r"<version>(4[\d.]+)</version>", (ROOT / "envs/host/gatk/pom.xml").read_text()
    )
    assert f"(GATK) v{pinned[1]}" in done.stdout
    assert "archive" not in done.stderr


def test_classes_come_from_the_archive():
    options = "-Xshare:on -Xlog:class+load=info"
    done = run(GATK, "--java-options", options, "HaplotypeCaller", "--version")
    ours = re.findall(r" org\.broadinstitute\.\S+ source: (.+)", done.stdout)
    assert len(ours) > 50
    assert sum(source == "shared objects file" for source in ours) > 0.9 * len(ours)


def test_java_options_reach_java_and_win_over_the_launcher():
    options = "-Xmx321m\n -XX:+UseParallelGC -XX:-UseSerialGC -XX:+PrintCommandLineFlags"
    done = run(GATK, "--java-options", options, "HaplotypeCaller", "--version")
    assert f"-XX:MaxHeapSize={321 * 2**20}" in done.stdout
    assert "-XX:+UseParallelGC" in done.stdout


def test_archive_of_another_place_is_not_used_and_that_is_said(tmp_path):
    shutil.copytree(TOOLS / "bin", tmp_path / "bin")
    shutil.copytree(TOOLS / "gatk", tmp_path / "gatk", copy_function=os.link)
    done = run(tmp_path / "bin" / "gatk", "HaplotypeCaller", "--version")
    assert "slow start" in done.stderr
    (tmp_path / "gatk" / "classes" / "archive.jsa").unlink()
    done = run(tmp_path / "bin" / "gatk", "HaplotypeCaller", "--version")
    assert "no class archive" in done.stderr


@pytest.fixture
def conda(tmp_path):
    """What conda's channels would bring: Java, and GATK in one jar behind a launcher."""
    share = tmp_path / "share" / "gatk4-4.6.2.0-0"
    share.mkdir(parents=True)
    path, services = share / "gatk-package-4.6.2.0-local.jar", {}
    with ZipFile(path, "w") as whole:
        for jar in sorted((TOOLS / "gatk" / "jars").glob("*.jar")):
            with ZipFile(jar) as part:
                for name in sorted(set(part.namelist()) - set(whole.namelist())):
                    if name.startswith("META-INF/services/"):
                        services[name] = services.get(name, b"") + part.read(name) + b"\n"
                    elif not name.endswith((".SF", ".RSA", ".DSA", "/MANIFEST.MF")):
                        whole.writestr(name, part.read(name))
        for name, text in services.items():
            whole.writestr(name, text)
        whole.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMulti-Release: true\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gatk").write_text("#!/bin/sh\nexit 9\n")
    yield tmp_path
    path.unlink()  # a gigabyte


def test_a_conda_environment_starts_gatk_from_an_archive_of_its_own(conda):
    deployed = ROOT / "envs" / "gatk.post-deploy.sh"
    places = {"CONDA_PREFIX": str(conda), "GCIN_ENVS": str(ROOT / "envs")}
    run("bash", deployed, **places)
    options = "-Xshare:on -Xlog:class+load=info"
    done = run(conda / "bin" / "gatk", "--java-options", options, "HaplotypeCaller", "--version")
    ours = re.findall(r" org\.broadinstitute\.\S+ source: (.+)", done.stdout)
    assert len(ours) > 50
    assert sum(source == "shared objects file" for source in ours) > 0.9 * len(ours)
    assert "archive" not in done.stderr


def test_a_conda_environment_without_gatk_is_refused_and_keeps_its_launcher(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gatk").write_text("its own")
    deployed = ROOT / "envs" / "gatk.post-deploy.sh"
    places = os.environ | {"CONDA_PREFIX": str(tmp_path), "GCIN_ENVS": str(ROOT / "envs")}
    done = subprocess.run(["bash", deployed], env=places, capture_output=True, text=True)
    assert done.returncode == 1
    assert "not one GATK" in done.stderr
    assert (tmp_path / "bin" / "gatk").read_text() == "its own"


def test_a_failing_tool_fails_and_its_message_is_seen():
    done = subprocess.run([GATK, "NoSuchTool"], capture_output=True, text=True)
    assert done.returncode != 0
    assert "NoSuchTool" in done.stderr
    assert subprocess.run([GATK, "--java-options"], capture_output=True).returncode == 2


def test_haplotype_caller_loads_its_native_pair_hmm(tmp_path):
    subprocess.run(
        ["awk", "-f", ROOT / "envs/host/gatk/sample.awk"], cwd=tmp_path, check=True, timeout=60
    )
    subprocess.run(
        "samtools sort --output-fmt bam -o reads.bam reads.sam && samtools index reads.bam"
        " && samtools dict --output genome.dict genome.fa",
        cwd=tmp_path,
        shell=True,
        check=True,
        capture_output=True,
    )
    done = run(
        *[GATK, "--java-options", "-Xmx1g -XX:TieredStopAtLevel=1", "HaplotypeCaller"],
        *["--input", tmp_path / "reads.bam", "--reference", tmp_path / "genome.fa"],
        *["--output", tmp_path / "calls.vcf"],
    )
    assert re.search(r"Using the .*AVX.* accelerated native PairHMM|libgkl_pairhmm", done.stderr)
    calls = (tmp_path / "calls.vcf").read_text()
    assert re.findall(r"^chr1\t(\d+)", calls, re.MULTILINE) == ["1000", "2000", "3000", "4000"]
