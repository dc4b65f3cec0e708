"""What bcftools csq says of coding changes, in VEP's words."""

import re

import pandas as pd

from gcin.annotation.consequences import BIT, bits_of

# Only coding terms: where a variant lies is told more finely by `gcin.annotation.locations`.
CODING_TERMS = {
    "missense": "missense_variant",
    "synonymous": "synonymous_variant",
    "stop_gained": "stop_gained",
    "stop_lost": "stop_lost",
    "stop_retained": "stop_retained_variant",
    "start_lost": "start_lost",
    "start_retained": "start_retained_variant",
    "frameshift": "frameshift_variant",
    "inframe_insertion": "inframe_insertion",
    "inframe_deletion": "inframe_deletion",
    "inframe_altering": "protein_altering_variant",
    "coding_sequence": "coding_sequence_variant",
}
# Of replaced bases csq 1.24 tells no more where they are in frame.
OTHER_LENGTH = {"feature_elongation", "feature_truncation"}
CHANGE = re.compile(r"^(\d+)([A-Z*?]*)(?:>(\d+)([A-Z*?]*))?$")


def read_changes(predictions: pd.Series) -> pd.DataFrame:
    """Read the INFO/BCSQ values of variants.

    Args:
        predictions: BCSQ texts by variant, empty or missing where csq had nothing to say.

    Returns:
        One row per variant and transcript with a coding term: `variant` (the index of
        `predictions`), `transcript`, `bits`, `place` (first residue, 0 unknown), `old` and `new`
        (residues, one letter each).

    Raises:
        ValueError: A value that refers to another record (csq must run record by record).
    """
    told = predictions.dropna()
    told = told[told.str.contains("|", regex=False)].str.split(",").explode()
    if told.str.startswith("@").any():
        raise ValueError("bcftools csq joined neighbouring records; run it with --local-csq.")
    fields = told.str.split("|")
    rows = [
        (variant, values[2], _coding_bits(values), *_residues(values))
        for variant, values in fields.items()
    ]
    table = pd.DataFrame(rows, columns=["variant", "transcript", "bits", "place", "old", "new"])
    table = table[table["bits"] > 0]
    return table.drop_duplicates(["variant", "transcript"], ignore_index=True)


def _coding_bits(values: list[str]) -> int:
    """Pack the coding terms among csq's terms."""
    terms = set(values[0].lstrip("*").split("&"))
    found = bits_of(CODING_TERMS[term] for term in terms if term in CODING_TERMS)
    if not found and terms & OTHER_LENGTH and _residues(values)[0]:
        return BIT["protein_altering_variant"]
    return found


def _residues(values: list[str]) -> tuple[int, str, str]:
    """Split csq's amino acid change `12AB>12C` into place, old and new residues."""
    match = CHANGE.match(values[5]) if len(values) > 5 else None
    if match is None:
        return 0, "", ""
    place, old, _, new = match.groups()
    return int(place), old, old if new is None else new


def as_vep(bits: int, old: str, new: str, kind: str, in_start_codon: bool) -> int:
    """Turn csq's terms into those that VEP would use for the same residues.

    Args:
        bits: Coding terms of csq.
        old: Residues before.
        new: Residues after.
        kind: VEP's VARIANT_CLASS.
        in_start_codon: Whether the first codon is touched.
    """
    inserted, deleted = BIT["inframe_insertion"], BIT["inframe_deletion"]
    altering = BIT["protein_altering_variant"]
    if bits & inserted and old:
        kept = new.split("*")[0] + "*" if "*" in new else new
        if not (kept.startswith(old) or kept.endswith(old)):
            moved = bits & (BIT["stop_gained"] | BIT["stop_lost"])
            bits = bits & ~inserted | (0 if moved else altering)
    elif bits & deleted and kind == "indel":
        bits = bits & ~deleted | altering
    elif bits & BIT["missense_variant"] and in_start_codon:
        bits = bits & ~BIT["missense_variant"] | BIT["start_lost"]
    elif bits & BIT["missense_variant"] and ("*" in old) != ("*" in new):
        # csq 1.16 looks at the first of several residues only
        stop = BIT["stop_gained"] if "*" in new else BIT["stop_lost"]
        bits = bits & ~BIT["missense_variant"] | stop
    return bits


def in_frame(bits: int, added: int) -> int:
    """Correct the frame of a change within coding bases: csq 1.16 has some shifts in frame.

    Args:
        bits: Coding terms.
        added: Bases that the allele is longer than the reference.
    """
    kept = BIT["inframe_insertion"] | BIT["inframe_deletion"] | BIT["protein_altering_variant"]
    return bits & ~kept | BIT["frameshift_variant"] if added % 3 and bits & kept else bits


def gains_stop(new: str, old: str, whole_codons: int) -> bool:
    """Whether a shifted frame meets a stop in the codons that the variant itself makes.

    Args:
        new: Residues after, from the first codon that is touched.
        old: Residues before.
        whole_codons: Whole codons between the ends of the touched ones, after the change.
    """
    return "*" in new[:whole_codons] and "*" not in old[:1]
