"""Pairs of samples and their kinship, as the step that measured them wrote them."""

from pathlib import Path

import pandas as pd


def read_pairs(path: str | Path) -> pd.DataFrame:
    """Read pairs that `measure_relatedness` wrote; names are text."""
    names = ["sample_1", "patient_1", "sample_2", "patient_2", "relation", "said", "verdict"]
    return pd.read_csv(
        path, sep="\t", dtype=dict.fromkeys(names, str), na_values={"kinship": [""]},
        keep_default_na=False,
    )  # fmt: skip


def read_samples(path: str | Path) -> pd.DataFrame:
    """Read samples that `measure_relatedness` wrote, indexed by sample; names are text."""
    types = {"sample": str, "patient": str}
    table = pd.read_csv(
        path, sep="\t", dtype=types, na_values={"relatives": [""]}, keep_default_na=False
    )
    return table.set_index("sample")


def kinship_counts(path: str | Path) -> pd.DataFrame:
    """Samples by `kinship_markers relatives`, from what `measure_relatedness` wrote."""
    return read_samples(path).rename(columns={"markers": "kinship_markers"}).drop(columns="patient")


def named_pairs(path: str | Path) -> pd.DataFrame:
    """Read pairs for a page: named by both samples, without their patients."""
    pairs = read_pairs(path)
    names = pairs["sample_1"] + " and " + pairs["sample_2"]
    return pairs.set_index(names)[["kinship", "markers", "relation", "said", "verdict"]]
