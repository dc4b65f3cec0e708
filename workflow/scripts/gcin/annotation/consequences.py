"""The terms that say what a variant does to a transcript, as Ensembl VEP ranks them.

Terms, order and impact: Ensembl Variation release 115, `Bio::EnsEMBL::Variation::Utils::Constants`.
A set of terms is held as the bits of an integer, the most severe term in the lowest bit.
"""

from collections.abc import Iterable

SEVERITY = {
    "transcript_ablation": "HIGH",
    "splice_acceptor_variant": "HIGH",
    "splice_donor_variant": "HIGH",
    "stop_gained": "HIGH",
    "frameshift_variant": "HIGH",
    "stop_lost": "HIGH",
    "start_lost": "HIGH",
    "transcript_amplification": "HIGH",
    "feature_elongation": "HIGH",
    "feature_truncation": "HIGH",
    "inframe_insertion": "MODERATE",
    "inframe_deletion": "MODERATE",
    "missense_variant": "MODERATE",
    "protein_altering_variant": "MODERATE",
    "splice_donor_5th_base_variant": "LOW",
    "splice_region_variant": "LOW",
    "splice_donor_region_variant": "LOW",
    "splice_polypyrimidine_tract_variant": "LOW",
    "incomplete_terminal_codon_variant": "LOW",
    "start_retained_variant": "LOW",
    "stop_retained_variant": "LOW",
    "synonymous_variant": "LOW",
    "coding_sequence_variant": "MODIFIER",
    "mature_miRNA_variant": "MODIFIER",
    "5_prime_UTR_variant": "MODIFIER",
    "3_prime_UTR_variant": "MODIFIER",
    "non_coding_transcript_exon_variant": "MODIFIER",
    "intron_variant": "MODIFIER",
    "NMD_transcript_variant": "MODIFIER",
    "non_coding_transcript_variant": "MODIFIER",
    "coding_transcript_variant": "MODIFIER",
    "upstream_gene_variant": "MODIFIER",
    "downstream_gene_variant": "MODIFIER",
    "TFBS_ablation": "MODERATE",
    "TFBS_amplification": "MODIFIER",
    "TF_binding_site_variant": "MODIFIER",
    "regulatory_region_ablation": "MODIFIER",
    "regulatory_region_amplification": "MODIFIER",
    "regulatory_region_variant": "MODIFIER",
    "intergenic_variant": "MODIFIER",
    "sequence_variant": "MODIFIER",
}
TERMS = list(SEVERITY)
BIT = {term: 1 << rank for rank, term in enumerate(TERMS)}


def bits_of(terms: Iterable[str]) -> int:
    """Pack terms into bits.

    Raises:
        KeyError: A term that Ensembl VEP does not use.
    """
    packed = 0
    for term in terms:
        packed |= BIT[term]
    return packed


def terms_of(bits: int) -> list[str]:
    """Unpack terms, the most severe first."""
    return [term for term, bit in BIT.items() if bits & bit]


def rank_of(bits: int) -> int:
    """Rank of the most severe term, 0 the worst."""
    return (bits & -bits).bit_length() - 1


def impact_of(bits: int) -> str:
    """Impact of the most severe term: HIGH, MODERATE, LOW or MODIFIER."""
    return SEVERITY[TERMS[rank_of(bits)]]
