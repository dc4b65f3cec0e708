"""Kinds of the sample sheet, grouped by how far their samples go together."""

ALIGNMENTS = ("bam", "cram")
# Written as mate of a FASTQ that holds both mates of each pair, one behind the other.
INTERLEAVED = "interleaved"
# Aligned here: their reads are counted, their bases covered, their variants called.
SEQUENCED = ("fastq", *ALIGNMENTS)
# What calling makes of a sequenced sample, by its tissue.
CALLS = {"germline": "variants.g.vcf.gz", "tumour": "somatic.vcf.gz"}
# Genotyped jointly where germline, from one genomic VCF a sample; a tumour is called by itself.
GENOTYPED = (*SEQUENCED, "gvcf")
# Columns that a sheet may lack: they describe a sample, and alter nothing that is made of it alone.
DESCRIBING = ("sex", "sequenced")
# Given as calls: lifted over where they are of an older assembly.
LIFTED = ("vcf", "maf")
# Assemblies by what the column NCBI_Build of a MAF may hold (GDC and cBioPortal formats).
BUILDS = dict.fromkeys(("37", "grch37", "hg19", "b37"), "GRCh37")
BUILDS |= dict.fromkeys(("38", "grch38", "hg38"), "GRCh38")
# In the records of a generation; a MAF has only calls.
RECORDED = (*GENOTYPED, "vcf")
# Others are read where they are there.
COLUMNS_OF_MAF = (
    "Hugo_Symbol",
    "Chromosome",
    "Start_Position",
    "Reference_Allele",
    "Tumor_Seq_Allele2",
    "Variant_Classification",
    "Tumor_Sample_Barcode",
)
