"""Figures of docs/somatic.md: `python tests/real/somatic_figures.py SEQUENCES FOLDER`.

Mixes the reads, runs the workflow on them, runs Mutect2 by hand on the same alignments, and prints
what each found, by the share of the reads that carry an allele.
"""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
from mixture import SHARES, lay_out, score

ROOT = Path(__file__).parents[2]
CALLED = ["--until", "adopt_somatic"]
BARE = """
gatk Mutect2 -R {genome} -I {samples}/{tumour}/alignment.cram -I {samples}/normal/alignment.cram \\
    --normal-sample normal -L calling.bed -O bare/{tumour}.raw.vcf.gz
gatk FilterMutectCalls -R {genome} -V bare/{tumour}.raw.vcf.gz -O bare/{tumour}.vcf.gz
"""


def run_workflow(folder: Path, goal: list[str], *overlays: str) -> None:
    """Run the workflow on the description in a folder, to a goal; temporary files are kept."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", folder]
    command += ["--snakefile", ROOT / "Snakefile", "--workflow-profile", "none"]
    command += [*goal, "--notemp", "--configfile", ROOT / "config" / "config.yaml"]
    command += ["config.yaml", *overlays]
    places = [str(Path(sys.executable).parent), str(ROOT / ".tools" / "bin"), os.environ["PATH"]]
    environment = os.environ | {"PATH": os.pathsep.join(places)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)
    assert done.returncode == 0, done.stderr[-3000:]


def run_bare(folder: Path, tumour: str) -> None:
    """Call a tumour with Mutect2 by hand, as its manual begins."""
    (folder / "bare").mkdir(exist_ok=True)
    places = {"genome": "results/reference/genome.fa", "samples": "results/samples"}
    commands = BARE.format(tumour=tumour, **places)
    path = os.pathsep.join([str(ROOT / ".tools" / "bin"), os.environ["PATH"]])
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env=os.environ | {"PATH": path},
        check=True,
        capture_output=True,
    )


def main(sequences: Path, folder: Path) -> None:
    """Print the table, tab-separated."""
    lay_out(sequences, folder)
    run_workflow(folder, CALLED)
    for tumour in SHARES:
        run_bare(folder, tumour)
    called = "results/samples/{}/somatic.vcf.gz"
    tables = [scores(sequences, folder, "workflow", called)]
    tables.append(scores(sequences, folder, "bare", "bare/{}.vcf.gz"))
    (folder / "always.yaml").write_text("calling: {somatic: {orientation_model: {use: always}}}\n")
    run_workflow(folder, CALLED, "always.yaml")
    tables.append(scores(sequences, folder, "orientation model always", called))
    print(pd.concat(tables).to_csv(sep="\t", index=False), end="")


def scores(sequences: Path, folder: Path, way: str, calls: str) -> pd.DataFrame:
    """Score every tumour, within the regions of HG002 and of both."""
    genome = folder / "results" / "reference" / "genome.fa"
    return pd.concat(
        score(sequences, genome, folder / calls.format(tumour), tumour, both)
        .reset_index()
        .assign(tumour=tumour, way=way, both=both)
        for tumour in SHARES
        for both in (False, True)
    )


if __name__ == "__main__":
    main(*(Path(argument).resolve() for argument in sys.argv[1:]))
