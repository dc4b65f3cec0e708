"""MultiQC over the reports of many samples, each under its sample's name."""

import html
import json
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from gcin.quality.gate import UNMEASURED
from gcin.quality.samples import sample_of
from gcin.tables import read_table

HEADER = """\
# id: gcin_{name}
# section_name: {title}
# description: {description}
"""
TABLE = """\
# plot_type: table
# pconfig:
#     namespace: {title}
# headers: {headers}
"""
SCATTER = """\
# plot_type: scatter
# pconfig:
#     id: gcin_{name}_plot
#     title: {title}
#     xlab: PC1
#     ylab: PC2
"""
SCATTERED = ("ancestry",)
# As in the tables; of itself MultiQC shows one decimal, a contamination of 0.034 as 0.0.
NUMBER, WHOLE_NUMBER = "{:.6g}", "{:,d}"
SECTIONS = {
    "samples": (
        "Samples of the generation",
        "every sample, whatever it came as; a cell is empty where nothing could be measured",
    ),
    "gate": (
        "Checks that failed",
        "what a sample was held against and did not reach; one that a check before the joint call "
        "excludes is not in the joint artefacts, one that a check after it excludes (missingness, "
        "novelty, kinship) is in them but nothing is learnt from its patient",
    ),
    "relatedness": (
        "Related samples",
        "pairs whose genotypes show kinship (KING-robust), and all that are said to be of one "
        "patient, beside what sheet and card say; relatives share a fold",
    ),
    "batch_tests": (
        "Batches compared",
        "how much of a measure's ranks its batches explain (Kruskal-Wallis, eta squared; q is "
        "corrected for the number of tests); batches are the sites of the card, months of "
        "sequencing and flow cells of germline samples",
    ),
    "ancestry": (
        "Ancestry",
        "first and second principal component of the genotypes, fitted on those who are not "
        "related; relatives are projected",
    ),
    "batches": ("Batches", "samples of each batch, and the median of each measure"),
}


def render(
    tables: Mapping[str, pd.DataFrame], reports: Iterable[str], page: str | Path, title: str
) -> None:
    """Write MultiQC's page; its data are inside it.

    Args:
        tables: By name of a section, its table; the index names the rows. One without rows is
            left out.
        reports: Reports named `…/samples/{sample}/quality/{report}`.
        page: The HTML file to write.
        title: Of the page.

    Raises:
        subprocess.CalledProcessError: MultiQC failed; its words are in the log.
    """
    with tempfile.TemporaryDirectory() as folder:
        for report in reports:
            # MultiQC takes a sample's name from the file's, and these are alike in all samples.
            name = f"{sample_of(report)}.{Path(report).name.removeprefix('coverage.')}"
            Path(folder, name).symlink_to(Path(report).resolve())
        for section, table in tables.items():
            if len(table):
                Path(folder, f"{section}_mqc.tsv").write_text(_section(section, table))
        command = ["multiqc", folder, "--filename", Path(page).name, "--outdir", folder]
        command += ["--no-data-dir", "--fn_as_s_name", "--title", title, "--no-version-check"]
        subprocess.run([*command, "--no-ansi"], check=True)
        Path(page).write_bytes(Path(folder, Path(page).name).read_bytes())


def _section(name: str, table: pd.DataFrame) -> str:
    """Write a table as MultiQC reads it: names and text go into its page as they stand."""
    title, description = SECTIONS[name]
    head = HEADER + (SCATTER if name in SCATTERED else TABLE)
    headers = json.dumps(_formats(table))
    head = head.format(name=name, title=title, description=description, headers=headers)
    plain = table.rename(index=html.escape).map(
        lambda cell: html.escape(cell) if isinstance(cell, str) else cell
    )
    return head + plain.rename_axis("Sample").to_csv(sep="\t", na_rep="")


def _formats(table: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Tell MultiQC of every column, and how the numbers of each are written."""
    numbers = table.select_dtypes("number")
    is_whole = (numbers.isna() | (numbers % 1 == 0)).all()
    formats = {name: WHOLE_NUMBER if is_whole[name] else NUMBER for name in numbers}
    return {name: {"format": formats[name]} if name in formats else {} for name in table}


def failed_checks(gate: pd.DataFrame) -> pd.DataFrame:
    """Rows of a gate that are worth a look: `check value limit verdict`, named by sample and check.

    MultiQC shows one row per name.
    """
    failed = gate[gate["verdict"].isin(["warn", "exclude", "stop"])]
    names = failed["sample"] + " " + failed["check"]
    return failed.set_index(names)[["verdict", "value", "limit"]]


def named_tests(path: str | Path) -> pd.DataFrame:
    """Read the tests that could be made, for a page: named by factor and measure."""
    table = pd.read_csv(path, sep="\t")
    told = table[table["verdict"] != UNMEASURED]
    names = told["factor"].str.replace("_", " ") + ": " + told["measure"]
    return told.set_index(names)[["verdict", "explained", "q", "batches", "samples"]]


def placed_samples(path: str | Path) -> pd.DataFrame:
    """Read the first two components of the samples that have them, or none of a single one."""
    table = read_table(path, "sample").set_index("sample")
    return table.reindex(columns=["PC1", "PC2"]).dropna()


def named_batches(path: str | Path) -> pd.DataFrame:
    """Read the medians of each batch, for a page: named by factor and batch."""
    table = read_table(path, "factor", "batch")
    names = table["factor"].str.replace("_", " ") + " " + table["batch"]
    return table.set_index(names).drop(columns=["factor", "batch"])
