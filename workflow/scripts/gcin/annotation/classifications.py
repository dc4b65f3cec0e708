"""Words that MAF files use for consequences, as Sequence Ontology terms."""

from collections.abc import Mapping

import pandas as pd

from gcin.annotation.consequences import BIT

# The MAF vocabulary of the NCI Genomic Data Commons, which vcf2maf and Funcotator write as well.
CLASSIFICATIONS = {
    "Missense_Mutation": "missense_variant",
    "Nonsense_Mutation": "stop_gained",
    "Nonstop_Mutation": "stop_lost",
    "Silent": "synonymous_variant",
    "Splice_Site": "splice_donor_variant",
    "Splice_Region": "splice_region_variant",
    "Frame_Shift_Del": "frameshift_variant",
    "Frame_Shift_Ins": "frameshift_variant",
    "In_Frame_Del": "inframe_deletion",
    "In_Frame_Ins": "inframe_insertion",
    "Translation_Start_Site": "start_lost",
    "Start_Codon_SNP": "start_lost",
    "Start_Codon_Del": "start_lost",
    "Start_Codon_Ins": "start_lost",
    "Stop_Codon_Del": "stop_lost",
    "Stop_Codon_Ins": "stop_lost",
    "De_novo_Start_InFrame": "5_prime_UTR_variant",
    "De_novo_Start_OutOfFrame": "5_prime_UTR_variant",
    "Targeted_Region": "coding_sequence_variant",
    "Intron": "intron_variant",
    "5'UTR": "5_prime_UTR_variant",
    "3'UTR": "3_prime_UTR_variant",
    "5'Flank": "upstream_gene_variant",
    "3'Flank": "downstream_gene_variant",
    "RNA": "non_coding_transcript_exon_variant",
    "lincRNA": "non_coding_transcript_exon_variant",
    "IGR": "intergenic_variant",
    "missense": "missense_variant",
    "nonsense": "stop_gained",
    "silent": "synonymous_variant",
    "synonymous": "synonymous_variant",
    "frameshift": "frameshift_variant",
    "insertion_frameshift": "frameshift_variant",
    "deletion_frameshift": "frameshift_variant",
    "essential_splice": "splice_donor_variant",
    "splice_region": "splice_region_variant",
    "ITD": "inframe_insertion",
    "PTD": "feature_elongation",
}


def as_terms(words: pd.Series, own: Mapping[str, str], path: str) -> pd.Series:
    """Turn classifications into Sequence Ontology terms.

    Args:
        words: The column `Variant_Classification`, indexed by line number.
        own: Further words, and words with another meaning, of this cohort; values are terms.
        path: Of the MAF, for messages.

    Raises:
        ValueError: Names the first words that are not known with their lines, and the known ones.
    """
    known = {**CLASSIFICATIONS, **{term: term for term in BIT}, **own}
    strange = words[~words.isin(known)].drop_duplicates()
    if len(strange):
        listed = "; ".join(f"line {line}: '{word}'" for line, word in strange.head(5).items())
        raise ValueError(
            f"{path}: unknown Variant_Classification, {listed}. Known are "
            f"{', '.join(CLASSIFICATIONS)}; say what yours means under "
            "annotation.maf.classifications."
        )
    return words.map(known)
