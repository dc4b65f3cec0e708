"""Kinds of the sample sheet, grouped by how far their samples go together."""

ALIGNMENTS = ("bam", "cram")
# Aligned here: their reads are counted, their bases covered, their variants called.
SEQUENCED = ("fastq", *ALIGNMENTS)
# Genotyped jointly, from one genomic VCF a sample.
GENOTYPED = (*SEQUENCED, "gvcf")
# In the records of a generation; a MAF has only calls.
RECORDED = (*GENOTYPED, "vcf")
