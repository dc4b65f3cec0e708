"""A run as its user described it: sheet, cards and settings, checked and with paths resolved."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml


@dataclass(frozen=True)
class Run:
    """What is to be processed.

    Attributes:
        samples: One row per sequenced unit, all text, with the sheet's columns and `size_bytes`.
        cards: Each cohort's card, paths resolved.
        settings: The configuration, paths resolved.
    """

    samples: pd.DataFrame
    cards: dict[str, dict]
    settings: dict

    @property
    def cohorts(self) -> list[str]:
        """Cohorts in the order of the sheet."""
        return list(dict.fromkeys(self.samples["cohort"]))

    @property
    def sample_names(self) -> list[str]:
        """Samples, sorted, each once however many cohorts it stands in."""
        return sorted(set(self.samples["sample"]))

    def rows_of(self, sample: str) -> pd.DataFrame:
        """Rows of the sheet that describe a sample, in every cohort it stands in."""
        return self.samples[self.samples["sample"] == sample]

    def units_of(self, sample: str) -> pd.DataFrame:
        """One row per unit of a sample, indexed by `unit`."""
        rows = self.rows_of(sample).drop(columns="cohort")
        return rows.drop_duplicates().set_index("unit").sort_index()

    def rows_in(self, cohort: str) -> pd.DataFrame:
        """Rows of the sheet that belong to a cohort."""
        return self.samples[self.samples["cohort"] == cohort]

    def samples_of(self, cohort: str, *kinds: str) -> list[str]:
        """Samples of a cohort, sorted, of these kinds (of every kind where none is named)."""
        rows = self.rows_in(cohort)
        return sorted(set(rows["sample"][rows["kind"].isin(kinds) | (not kinds)]))

    def samples_of_kind(self, *kinds: str) -> list[str]:
        """Samples of every cohort, sorted, of these kinds."""
        return sorted(set(self.samples["sample"][self.samples["kind"].isin(kinds)]))

    def files_of(self, cohort: str, kind: str) -> list[str]:
        """Distinct files of one kind in a cohort, sorted."""
        rows = self.rows_in(cohort)
        return sorted(set(rows["file"][rows["kind"] == kind]))

    def assay_of(self, cohort: str) -> dict:
        """What a cohort's card says of its assay: all of it that a tensor depends on."""
        return {key: self.cards[cohort][key] for key in ("assay", "targets", "genes")}

    def cohorts_of(self, study: str) -> list[str]:
        """Cohorts of a study: those trained on, then the external ones."""
        return self.settings["studies"][study]["cohorts"] + self.settings["studies"][study]["external"]


def read_run(config: dict, project: str | Path) -> Run:
    """Read and check the sheet, the cards and the settings.

    Args:
        config: The merged configuration.
        project: The project's own folder, where paths that begin with `resources/` start.

    Raises:
        ValueError: Lists the problems, each with file, row, column, value and remedy.
    """
    sheet = pd.read_csv(config["samples"], sep="\t", dtype=str, keep_default_na=False)
    root = Path(config["data_root"])
    for column in ("file", "mate"):
        sheet[column] = [str(root / name) if name else "" for name in sheet[column]]
    sheet["size_bytes"] = [
        " ".join(str(Path(f).stat().st_size) for f in files if f)
        for files in sheet[["file", "mate"]].to_numpy()
    ]
    cards = {
        cohort: yaml.safe_load((Path(config["cards"]) / f"{cohort}.yaml").read_text())
        for cohort in dict.fromkeys(sheet["cohort"])
    }
    return Run(sheet, cards, config)
