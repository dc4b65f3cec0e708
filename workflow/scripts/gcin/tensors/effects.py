"""What a consequence means for a gene: its class, and a prior score where none was annotated.

Terms are those of the Sequence Ontology, most severe first, in the order that Ensembl VEP gives
them. The prior is a rough chance that the variant impairs its gene; it stands in only where no
pathogenicity score was annotated. It is fixed here, not estimated from any cohort, and its
meaning is in its order: truncation > essential splice site > start or stop lost > in-frame and
missense > splice region > silent and non-coding.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

CLASSES = ("lof", "splice", "missense", "inframe", "synonymous", "utr", "intron", "other")
PROTEIN_CHANGING = ("lof", "splice", "missense", "inframe")
# Of these a store has the common alleles as markers only: its sites are the rare ones.
SILENT = ("utr", "intron", "other")


class Effect(NamedTuple):
    """What one consequence term means."""

    kind: str
    prior: float
    loses_function: bool = False


# Essential splice sites count as loss of function as well, which is LOFTEE's convention.
EFFECTS = {
    "transcript_ablation": Effect("lof", 1.0, True),
    "splice_acceptor_variant": Effect("splice", 0.95, True),
    "splice_donor_variant": Effect("splice", 0.95, True),
    "stop_gained": Effect("lof", 1.0, True),
    "frameshift_variant": Effect("lof", 1.0, True),
    "stop_lost": Effect("lof", 0.7),
    "start_lost": Effect("lof", 0.8, True),
    "transcript_amplification": Effect("other", 0.5),
    "feature_elongation": Effect("other", 0.3),
    "feature_truncation": Effect("lof", 0.7),
    "inframe_insertion": Effect("inframe", 0.5),
    "inframe_deletion": Effect("inframe", 0.5),
    "missense_variant": Effect("missense", 0.5),
    "protein_altering_variant": Effect("inframe", 0.5),
    "splice_donor_5th_base_variant": Effect("splice", 0.4),
    "splice_region_variant": Effect("splice", 0.2),
    "splice_donor_region_variant": Effect("splice", 0.2),
    "splice_polypyrimidine_tract_variant": Effect("splice", 0.1),
    "incomplete_terminal_codon_variant": Effect("other", 0.1),
    "start_retained_variant": Effect("synonymous", 0.05),
    "stop_retained_variant": Effect("synonymous", 0.05),
    "synonymous_variant": Effect("synonymous", 0.05),
    "coding_sequence_variant": Effect("other", 0.3),
    "mature_miRNA_variant": Effect("other", 0.1),
    "5_prime_UTR_variant": Effect("utr", 0.05),
    "3_prime_UTR_variant": Effect("utr", 0.03),
    "non_coding_transcript_exon_variant": Effect("other", 0.02),
    "intron_variant": Effect("intron", 0.01),
    "NMD_transcript_variant": Effect("other", 0.01),
    "non_coding_transcript_variant": Effect("other", 0.01),
    "coding_transcript_variant": Effect("other", 0.01),
}
RANKS = {term: rank for rank, term in enumerate(EFFECTS)}
# One of these stands beside every other term of a transcript that makes no protein.
OF_NO_PROTEIN = {"non_coding_transcript_exon_variant", "non_coding_transcript_variant"}


def effect_of(consequence: str) -> str | None:
    """Name the most severe term of a consequence that lies within a transcript.

    A splice site of a transcript that makes no protein, as genes have them beside those that do, is
    none of the protein's: such terms do not count.

    Args:
        consequence: Terms joined by `&`, as VEP writes them.

    Returns:
        A key of EFFECTS; None where the variant lies outside every transcript (upstream,
        downstream, intergenic, regulatory) or no term is known.
    """
    inside = [term for term in consequence.split("&") if term in RANKS]
    if not OF_NO_PROTEIN.isdisjoint(inside):
        inside = [term for term in inside if EFFECTS[term].kind in SILENT]
    return min(inside, key=RANKS.__getitem__) if inside else None


def are_silent(consequences: pd.Series) -> np.ndarray:
    """Tell which consequences, of sites of a store, lie outside coding bases and splice sites."""
    silent = {term: EFFECTS[effect_of(term)].kind in SILENT for term in consequences.unique()}
    return consequences.map(silent).to_numpy(dtype=bool)
