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


def own_germlines(rows: pd.DataFrame) -> dict[str, list[str]]:
    """By tumour, the germline samples of its patient that come as reads, sorted.

    A patient is one within a cohort.

    Args:
        rows: The sample sheet.
    """
    germline = rows[rows["tissue"].eq("germline") & rows["kind"].isin(SEQUENCED)]
    of_patient = germline.groupby(["cohort", "patient"])["sample"].unique().map(sorted).to_dict()
    tumours = rows[rows["tissue"] == "tumour"].drop_duplicates("sample")
    places = zip(tumours["cohort"], tumours["patient"], strict=True)
    found = (of_patient.get(place, []) for place in places)
    return dict(zip(tumours["sample"], found, strict=True))


def references_of(
    rows: pd.DataFrame, normals: Iterable[str], min_normals: int
) -> dict[str, Reference]:
    """Choose the reference of each sample.

    The configured normals, without those of the sample's own patient; where they are too few, a
    tumour is compared with the germline of its own patient. Nobody else of a cohort counts, so
    that a patient's copy number does not change when another joins.

    Args:
        rows: The sample sheet.
        normals: Configured reference samples.
        min_normals: Fewest of them that make a reference.
    """
    patient_of = dict(zip(rows["sample"], rows["patient"], strict=True))
    germlines, chosen = own_germlines(rows), sorted(normals)
    references = {}
    for sample, patient in patient_of.items():
        others = [name for name in chosen if patient_of[name] != patient]
        own = germlines.get(sample, []) if len(others) < min_normals else []
        references[sample] = Reference(own, len(own)) if own else Reference(others, min_normals)
    return references
