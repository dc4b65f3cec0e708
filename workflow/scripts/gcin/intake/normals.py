"""Normals: the samples of the sheet whose depth shows how many copies of a gene are usual."""

import pandas as pd

from gcin.intake.kinds import SEQUENCED
from gcin.intake.problems import Problems, nearest


def check_normals(copy_number: dict, rows: pd.DataFrame, problems: Problems) -> None:
    """Note normals that the sheet does not have, or that cannot be one.

    Args:
        copy_number: Settings of copy number.
        rows: The sheet.
        problems: Where problems are noted.
    """
    place = "config, calling.copy_number.normals"
    known = rows.drop_duplicates("sample").set_index("sample")
    for name in copy_number["normals"]:
        if name not in known.index:
            problem = f"the sheet has no sample {name!r}"
            problems.add(place, problem, f"{nearest(name, list(known.index))}; or add its rows")
            continue
        kind, tissue = known.loc[name, ["kind", "tissue"]]
        if kind not in SEQUENCED or tissue == "tumour":
            problem = f"sample {name} is a {tissue} sample that comes as {kind}"
            remedy = f"Name germline samples that come as {', '.join(SEQUENCED)}"
            problems.add(place, problem, remedy)


def doubts_about_normals(copy_number: dict, rows: pd.DataFrame) -> list[str]:
    """Say of whom no copy number will be measured, since too few normals are of other patients.

    Args:
        copy_number: Settings of copy number.
        rows: The sheet.
    """
    if copy_number["tool"] == "none":
        return []
    known = rows[rows["kind"].isin(SEQUENCED)].drop_duplicates("sample").set_index("sample")
    patients = known["patient"].loc[copy_number["normals"]]
    germline = set(known["patient"][known["tissue"] == "germline"])
    without = [
        sample
        for sample, own in known[["patient", "tissue"]].iterrows()
        if (patients != own["patient"]).sum() < copy_number["min_normals"]
        and not (own["tissue"] == "tumour" and own["patient"] in germline)
    ]
    if not without:
        return []
    return [
        f"no copy number is measured in {len(without)} of {len(known)} sample(s) that come as "
        f"reads, such as {', '.join(sorted(without)[:5])}: fewer than "
        f"{copy_number['min_normals']} normals are of other patients. Name more samples under "
        "calling: copy_number: normals, or lower min_normals."
    ]
