"""The second hospital's calls as a mutation annotation format (MAF) file."""

import numpy as np
import pandas as pd

from gcin.simulation.calls import Evidence
from gcin.simulation.genome import Genome

CLASSIFICATION = {
    "missense_variant": "Missense_Mutation",
    "stop_gained": "Nonsense_Mutation",
    "synonymous_variant": "Silent",
    "inframe_deletion": "In_Frame_Del",
    "inframe_insertion": "In_Frame_Ins",
    "splice_donor_variant": "Splice_Site",
    "splice_acceptor_variant": "Splice_Site",
    "intron_variant": "Intron",
    "5_prime_UTR_variant": "5'UTR",
    "3_prime_UTR_variant": "3'UTR",
}


def maf_table(
    genome: Genome, catalogue: pd.DataFrame, samples: list[str], evidence: Evidence
) -> pd.DataFrame:
    """List the rare calls of a panel in the columns and words of TCGA's MAF files.

    Args:
        genome: Gene transcripts.
        catalogue: The alleles.
        samples: Barcodes, in the order of the evidence's rows.
        evidence: Calls.

    Returns:
        One row per call of an allele rarer than 1 %, text and numbers, sorted by barcode.
    """
    rare = (catalogue["frequency"] < 0.01).to_numpy()
    sample, allele = np.nonzero((evidence.dosage > 0) & rare)
    rows = catalogue.iloc[allele].reset_index(drop=True)
    transcripts = {gene.name: gene.transcript for gene in genome.genes}
    alternate, depth = evidence.alternate[sample, allele], evidence.depth[sample, allele]
    placed = _placed(rows)
    first_allele = np.where(
        evidence.dosage[sample, allele] == 2, placed["alternate"], placed["reference"]
    )
    return pd.DataFrame(
        {
            "Hugo_Symbol": rows["gene"],
            "Center": "Harbour (simulated)",
            "NCBI_Build": "GRCh38",
            "Chromosome": rows["chromosome"],
            "Start_Position": placed["start"],
            "End_Position": placed["end"],
            "Strand": "+",
            "Variant_Classification": _classification(rows),
            "Variant_Type": placed["type"],
            "Reference_Allele": placed["reference"],
            "Tumor_Seq_Allele1": first_allele,
            "Tumor_Seq_Allele2": placed["alternate"],
            "Tumor_Sample_Barcode": np.array(samples)[sample],
            "Mutation_Status": "Germline",
            "HGVSp_Short": rows["hgvsp"],
            "Transcript_ID": rows["gene"].map(transcripts),
            "t_depth": depth,
            "t_ref_count": depth - alternate,
            "t_alt_count": alternate,
            "gnomAD_AF": rows["frequency"],
            "FILTER": "PASS",
        }
    )


def _placed(rows: pd.DataFrame) -> pd.DataFrame:
    """Turn VCF alleles into MAF's: no anchor base, `-` for the empty allele."""
    growth = rows["alternate"].str.len() - rows["reference"].str.len()
    start = rows["position"] + (growth < 0)
    end = np.where(growth > 0, start + 1, start + np.maximum(-growth, 1) - 1)
    trimmed = {
        name: np.where(growth == 0, rows[name], rows[name].str[1:].replace("", "-"))
        for name in ("reference", "alternate")
    }
    kind = np.where(growth == 0, "SNP", np.where(growth < 0, "DEL", "INS"))
    return pd.DataFrame({"start": start, "end": end, "type": kind, **trimmed})


def _classification(rows: pd.DataFrame) -> pd.Series:
    """Name consequences in the MAF's vocabulary."""
    shorter = rows["alternate"].str.len() < rows["reference"].str.len()
    shift = np.where(shorter, "Frame_Shift_Del", "Frame_Shift_Ins")
    return rows["consequence"].map(CLASSIFICATION).fillna(pd.Series(shift, rows.index))
