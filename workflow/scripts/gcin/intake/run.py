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
