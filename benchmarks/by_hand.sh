# Reads to filtered genotypes as GATK documents it, by hand: BQSR, hard filters, GATK's own Java
# options. Needs GENOME (indexed), INTERVALS, KNOWN (VCFs), JARS and, one line each on standard
# input, the sample and its pairs of FASTQ files.
set -euo pipefail

gatk() {
    java -Dsamjdk.use_async_io_read_samtools=false -Dsamjdk.use_async_io_write_samtools=true \
        -Dsamjdk.use_async_io_write_tribble=false -Dsamjdk.compression_level=2 -Xmx4g \
        --class-path "$JARS/*" org.broadinstitute.hellbender.Main "$@"
}

known=()
for path in $KNOWN; do known+=(--known-sites "$path"); done
gvcfs=()
while read -r sample pairs; do
    read -r -a files <<<"$pairs"
    inputs=()
    for ((unit = 0; unit < ${#files[@]}; unit += 2)); do
        bwa mem -K 100000000 -Y -R "@RG\tID:$sample.$unit\tSM:$sample\tLB:$sample.$unit\tPL:ILLUMINA" \
            "$GENOME" "${files[unit]}" "${files[unit + 1]}" | samtools sort -o "$sample.$unit.bam" -
        inputs+=(--INPUT "$sample.$unit.bam")
    done
    gatk MarkDuplicates "${inputs[@]}" --OUTPUT "$sample.bam" --METRICS_FILE "$sample.txt" --CREATE_INDEX true
    gatk BaseRecalibrator -R "$GENOME" -I "$sample.bam" "${known[@]}" -L "$INTERVALS" -O "$sample.table"
    gatk ApplyBQSR -R "$GENOME" -I "$sample.bam" -bqsr "$sample.table" -L "$INTERVALS" -O "$sample.recal.bam"
    gatk HaplotypeCaller -R "$GENOME" -I "$sample.recal.bam" -L "$INTERVALS" -ERC GVCF -O "$sample.raw.g.vcf.gz"
    gatk ReblockGVCF -R "$GENOME" -V "$sample.raw.g.vcf.gz" -O "$sample.g.vcf.gz"
    gvcfs+=(-V "$sample.g.vcf.gz")
done

gatk GenomicsDBImport "${gvcfs[@]}" -L "$INTERVALS" --merge-input-intervals --genomicsdb-workspace-path db
gatk GenotypeGVCFs -R "$GENOME" -V gendb://db -L "$INTERVALS" -O joint.vcf.gz
for type in SNP INDEL; do
    gatk SelectVariants -R "$GENOME" -V joint.vcf.gz -select-type "$type" -O "$type.vcf.gz"
done
gatk VariantFiltration -R "$GENOME" -V SNP.vcf.gz -O SNP.filtered.vcf.gz \
    -filter "QD < 2.0" --filter-name QD2 -filter "QUAL < 30.0" --filter-name QUAL30 \
    -filter "SOR > 3.0" --filter-name SOR3 -filter "FS > 60.0" --filter-name FS60 \
    -filter "MQ < 40.0" --filter-name MQ40 -filter "MQRankSum < -12.5" --filter-name MQRankSum-12.5 \
    -filter "ReadPosRankSum < -8.0" --filter-name ReadPosRankSum-8
gatk VariantFiltration -R "$GENOME" -V INDEL.vcf.gz -O INDEL.filtered.vcf.gz \
    -filter "QD < 2.0" --filter-name QD2 -filter "QUAL < 30.0" --filter-name QUAL30 \
    -filter "FS > 200.0" --filter-name FS200 -filter "ReadPosRankSum < -20.0" --filter-name ReadPosRankSum-20
gatk MergeVcfs -I SNP.filtered.vcf.gz -I INDEL.filtered.vcf.gz -O filtered.vcf.gz
