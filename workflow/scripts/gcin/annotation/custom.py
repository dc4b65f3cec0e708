"""Custom fields that models read as numbers: one value of an allele, within what it can be."""

import pandas as pd

FREQUENCY_FIELDS = ("gnomAD_AF", "gnomADg_AF", "gnomADe_AF", "MAX_AF", "AF")
SPLICE_FIELDS = ("SpliceAI_max", *(f"SpliceAI_pred_DS_{part}" for part in ("AG", "AL", "DG", "DL")))
# Least and greatest value; of CADD the phred of 36 billion substitutions ends at 99.
LIMITS = dict.fromkeys((*FREQUENCY_FIELDS, *SPLICE_FIELDS, "REVEL"), (0, 1)) | {
    "CADD_PHRED": (0, 99)
}
NOTHING = (".", "", "nan")


def require_numbers(sites: pd.DataFrame, field: str, values: pd.Series) -> None:
    """Refuse values of a custom field that would be read as another number than is meant.

    Of several words the largest is read: of a text of scores and distances (SpliceAI's own) a
    distance, of the frequencies of all alleles (dbSNP's CAF) mostly the reference's.

    Args:
        sites: `chromosome position reference alternate`.
        field: Name of the annotation field.
        values: Its text at each site, missing where it has none.

    Raises:
        ValueError: Names field, site, value and remedy.
    """
    if field not in LIMITS:
        return
    least, greatest = LIMITS[field]
    words = values.dropna().str.split(",").explode()
    words = words[~words.str.lower().isin(NOTHING)]
    bad = words.index[~pd.to_numeric(words, errors="coerce").between(least, greatest)]
    if len(bad):
        what = f"and no number from {least} to {greatest}"
        remedy = "Name an INFO field that holds the number alone"
        _refuse(sites, field, values, bad[0], what, remedy)
    several = words.index[words.index.duplicated()]
    if field in FREQUENCY_FIELDS and len(several):
        what = "several frequencies of one allele"
        remedy = "Name an INFO field of one value for each alternate (Number=A)"
        _refuse(sites, field, values, several[0], what, remedy)


def _refuse(
    sites: pd.DataFrame, field: str, values: pd.Series, row: int, what: str, remedy: str
) -> None:
    site = sites.loc[row]
    raise ValueError(
        f"{field} of annotation.custom is {values[row]} at {site['chromosome']}:"
        f"{site['position']} {site['reference']}>{site['alternate']}, {what}. {remedy}."
    )
