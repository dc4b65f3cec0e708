"""Kinds of the sample sheet, grouped by how far their samples go together."""

ALIGNMENTS = ("bam", "cram")
# Written as mate of a FASTQ that holds both mates of each pair, one behind the other.
INTERLEAVED = "interleaved"
# Aligned here: their reads are counted, their bases covered, their variants called.
SEQUENCED = ("fastq", *ALIGNMENTS)
# Genotyped jointly, from one genomic VCF a sample.
GENOTYPED = (*SEQUENCED, "gvcf")
# In the records of a generation; a MAF has only calls.
RECORDED = (*GENOTYPED, "vcf")
