"""Whose depth a sample's is compared with."""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from gcin.intake.tumours import normals_by_tumour


class Reference(NamedTuple):
    """Samples that show what depth to expect.

    Attributes:
        samples: Their names, sorted.
        needed: How many must be comparable before anything is measured.
    """

    samples: list[str]
    needed: int


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
    germlines, chosen = normals_by_tumour(rows), sorted(normals)
    references = {}
    for sample, patient in patient_of.items():
        others = [name for name in chosen if patient_of[name] != patient]
        own = germlines.get(sample, []) if len(others) < min_normals else []
        # any of its own tells what is usual in the patient, should a check leave another out
        references[sample] = Reference(own, 1) if own else Reference(others, min_normals)
    return references
