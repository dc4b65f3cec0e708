"""The guide for a first run: what it says to write is a valid run, as it stands."""

import re

import pandas as pd
import pytest
import yaml
from project import ROOT
from snakemake.utils import update_config

from gcin.intake.kinds import COLUMNS_OF_MAF
from gcin.intake.run import read_run
from gcin.splits.beforehand import check_beforehand

GUIDE = (ROOT / "docs" / "first_run.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.+?)^```$", GUIDE)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of the guide, its files written from the guide's own blocks."""
    sheet, table = blocks("tsv")
    card, settings = blocks("yaml")
    written = {
        "samples.tsv": sheet,
        "cohorts/clinic.yaml": card,
        "settings.yaml": settings,
        "data/clinic.tsv": table,
        "data/panel_genes.txt": "NPM1\n",
        "data/genes.gtf.gz": 'chr1\tx\tgene\t1\t4\t.\t+\t.\tgene_id "G";\n',
        "data/calls.maf": "\t".join(COLUMNS_OF_MAF) + "\n",
    }
    for name, text in written.items():
        path = tmp_path / "my" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_run_of_the_guide_is_valid(folder):
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    update_config(config, yaml.safe_load((folder / "my" / "settings.yaml").read_text()))
    doubts = check_beforehand(read_run(config, ROOT))
    assert doubts == ["clinic: 1 of 5 patients of the tables have no row in the sheet"]


def test_the_guide_turns_a_spreadsheet_into_its_table(folder):
    path = folder / "my" / "data" / "clinic.tsv"
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    german = table.assign(hb=table["hb"].str.replace(".", ","))
    for column in ("born", "started", "last_seen"):
        german[column] = table[column].str.replace(r"(.+)-(.+)-(.+)", r"\3.\2.\1", regex=True)
    german.to_csv("clinic.csv", sep=";", index=False, encoding="utf-8-sig", lineterminator="\r\n")
    path.unlink()
    [program] = blocks("python")
    exec(program, {})
    pd.testing.assert_frame_equal(
        pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False), table
    )
