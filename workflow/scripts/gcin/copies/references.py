"""Whose depth a sample's is compared with."""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from gcin.intake.kinds import SEQUENCED


class Reference(NamedTuple):
    """Samples that show what depth to expect.

    Attributes:
        samples: Their names, sorted.
        needed: How many must be comparable before anything is measured.
    """

    samples: list[str]
    needed: int


def own_germline(sample: str, rows: pd.DataFrame) -> list[str]:
    """Name the germline samples of a tumour's patient that come as reads, sorted.

    A patient is one within a cohort. A germline sample has none.
    """
    first = rows[rows["sample"] == sample].iloc[0]
    mine = rows["cohort"].eq(first["cohort"]) & rows["patient"].eq(first["patient"])
    germline = mine & rows["tissue"].eq("germline") & rows["kind"].isin(SEQUENCED)
    return sorted(set(rows["sample"][germline])) if first["tissue"] == "tumour" else []


def reference_of(
    sample: str, rows: pd.DataFrame, normals: Iterable[str], min_normals: int
) -> Reference:
    """Choose the reference of a sample.

    The configured normals, without those of the sample's own patient; where they are too few, a
    tumour is compared with the germline of its own patient. Nobody else of a cohort counts, so
    that a patient's copy number does not change when another joins.

    Args:
        sample: Whose copy number is asked for.
        rows: The sample sheet.
        normals: Configured reference samples.
        min_normals: Fewest of them that make a reference.
    """
    patient_of = rows.drop_duplicates("sample").set_index("sample")["patient"]
    others = sorted(name for name in normals if patient_of[name] != patient_of[sample])
    own = own_germline(sample, rows) if len(others) < min_normals else []
    return Reference(own, len(own)) if own else Reference(others, min_normals)
