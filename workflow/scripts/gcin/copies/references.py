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
    known = rows.drop_duplicates("sample").set_index("sample")
    patient = known.loc[sample, "patient"]
    others = sorted(name for name in normals if known.loc[name, "patient"] != patient)
    if len(others) < min_normals and known.loc[sample, "tissue"] == "tumour":
        own = known[known["patient"].eq(patient) & known["tissue"].eq("germline")]
        own = sorted(own.index[own["kind"].isin(SEQUENCED)])
        if own:
            return Reference(own, len(own))
    return Reference(others, min_normals)
