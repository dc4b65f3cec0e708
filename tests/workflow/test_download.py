"""A file from the network is taken only where it is the one that was named."""

import gzip
import hashlib
import os
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from described_run import describe
from project import ROOT

GENOME = gzip.compress(b">chr1\nACGT\n>chr2\nACGT\n")


class SilentHandler(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *arguments: object) -> None:
        """Nothing to say."""


@pytest.fixture
def address(tmp_path):
    """Where a server on this machine offers the genome."""
    offered = tmp_path / "offered"
    offered.mkdir()
    (offered / "analysis_set.fna.gz").write_bytes(GENOME)
    handler = partial(SilentHandler, directory=str(offered))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/analysis_set.fna.gz"
        server.shutdown()


def fetch(folder: Path, url: str, sha256: str, *targets: str) -> subprocess.CompletedProcess:
    """Ask Snakemake for the genome of a run that names this file."""
    described = describe(folder)
    described.config["reference"]["fasta"] = None
    described.config["reference"]["download"] = {
        "fasta": {"url": url, "sha256": sha256},
        "known_sites": [],
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(described.config))
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--directory", str(folder), "--replace-workflow-config", "--cores", "1"]
    command += ["--configfile", str(folder / "config.yaml"), "--workflow-profile", "none"]
    return subprocess.run(
        [*command, "--", *targets],
        cwd=folder,
        env=os.environ | {"no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
    )


def test_the_named_file_becomes_the_genome_of_the_run(tmp_path, address):
    run = tmp_path / "run"
    done = fetch(run, address, hashlib.sha256(GENOME).hexdigest(), "results/reference/genome.fa")
    assert done.returncode == 0, done.stderr
    assert (run / "results/reference/genome.fa").read_text() == gzip.decompress(GENOME).decode()


def test_another_file_under_that_address_is_refused_and_removed(tmp_path, address):
    run = tmp_path / "run"
    done = fetch(run, address, "0" * 64, "results/reference/genome.fa")
    assert done.returncode == 1
    assert "resources/external/analysis_set.fna.gz" in done.stderr
    assert "checksum" in done.stderr.lower()
    assert not (run / "resources/external/analysis_set.fna.gz").exists()
    assert not (run / "results/reference/genome.fa").exists()


def test_nothing_is_fetched_for_a_run_that_names_nothing(tmp_path):
    described = describe(tmp_path / "run")
    assert described.config["reference"]["download"] is None
    assert "external" not in described.read().settings["reference"]["fasta"]
