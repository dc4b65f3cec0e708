"""What may be wrong with a run, and the words that its user must find in one line."""

import gzip

from described_run import GENOTYPES
from spoiling import (
    add_row,
    alignment,
    both,
    calls,
    card,
    case,
    clinical_of,
    data,
    drop_column,
    known_sites,
    policy,
    rename_column,
    repeat_column,
    repeat_row,
    row,
    searched,
    setting,
    truth,
    without_rows,
)

from gcin.intake.kinds import COLUMNS_OF_MAF

STUDY = "studies.trial"
MODELS = 'chr1\tx\tgene\t1\t4\t.\t+\t.\tgene_id "G";\n'
SOMATIC = "calling.somatic"
GVCF = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS4\n"
HAEMOGLOBIN = "measurement:\n  hb: {{column: clinical.arm, {kept}}}\noutcome:"
GIVEN = {"name": "given", "folds": 2, "repeats": 2, "file": "folds.tsv", "patient": "patient_id"}

SHEET = [
    case("unknown column", rename_column("mate", "mates"), "line 1", "'mates'", "mean mate"),
    case("missing column", drop_column("library"), "line 1", "'library' is missing", "Add it"),
    case("column twice", repeat_column, "line 1", "'platform' stands in it twice", "Remove one"),
    case("no rows", without_rows, "has no rows", "Add one row"),
    case(
        "unit twice",
        row(3, unit="L1"),
        "line 3, column unit",
        "unit L1 of sample S1",
        "Rename the unit",
    ),
    case(
        "file missing",
        row(2, file="reads/none.fq.gz"),
        "line 2, column file",
        "reads/none.fq.gz of sample S1",
        "no such file",
        "Correct the path",
    ),
    case("file empty", data("reads/S1.L1_1.fq.gz", b""), "line 2, column file", "it is empty"),
    case(
        "file out of reach",
        row(2, file="x" * 999),
        "line 2, column file",
        "of sample S1: it cannot be reached (File name too long)",
    ),
    case(
        "file of a name that rules cannot hold",
        both(row(2, file="reads/{S1}.fq"), data("reads/{S1}.fq", "@r\nACGT\n+\nFFFF\n")),
        "line 2, column file",
        "reads/{S1}.fq of sample S1: its path holds { or }",
        "link to it from another",
    ),
    case("file a folder", row(2, file="reads"), "line 2, column file", "it is no file"),
    case("file not named", row(6, file=""), "line 6, column file", "it is empty"),
    case("no FASTQ", data("reads/S1.L1_1.fq.gz", "text"), "line 2, column file", "no FASTQ"),
    case(
        "FASTQ without reads",
        data("reads/S1.L1_1.fq.gz", gzip.compress(b"")),
        "line 2, column file",
        "of sample S1: it holds no reads",
    ),
    case(
        "mate without reads",
        data("reads/S1.L1_2.fq.gz", "\n"),
        "line 2, column mate",
        "it is no FASTQ: it does not begin with @",
    ),
    case(
        "MAF parted by commas",
        data("calls.maf", "Hugo_Symbol,Tumor_Sample_Barcode\nTP53,S4\n"),
        "line 6, column file",
        "its header has no tab, but ',' 1 times: save it as text",
    ),
    case(
        "qualities of another encoding",
        data("reads/S1.L1_1.fq.gz", "@r\nACGT\n+\nBefh\n"),
        "line 2, column file",
        "of sample S1: its base qualities run from B to h",
        "seqtk seq -Q64 -V",
    ),
    case("gzip broken", data("reads/S1.L1_1.fq.gz", b"\x1f\x8b\x08"), "line 2", "cannot be read"),
    case("sex of no kind", row(4, sex="F"), "line 4, column sex", "'F'", "female"),
    case(
        "two sexes of a patient",
        both(row(2, sex="female"), row(3, sex="male")),
        "line 3, column sex",
        "sample S1 is male, and its patient female above",
    ),
    case(
        "sex that the card gainsays",
        both(
            card("  age: {", "  sex: {column: clinical.arm, codes: {1: male}}\n  age: {"),
            row(3, sex="female"),
        ),
        "line 3, column sex",
        "sample S1 is female here, and its patient male by person.sex of the card of a",
        "Correct whichever is wrong",
    ),
    case(
        "day in another order",
        row(2, sequenced="31.03.2024"),
        "line 2, column sequenced",
        "31.03.2024",
        "2024-03-31",
    ),
    case("day of no calendar", row(2, sequenced="2024-02-30"), "line 2", "is no day"),
    case("day to come", row(2, sequenced="2999-01-01"), "column sequenced", "still to come"),
    case("no mate", row(2, mate=""), "line 2, column mate", "lacks read 2", "interleaved"),
    case("mate missing", row(2, mate="none"), "line 2, column mate", "none of sample S1"),
    case("mate is the file", row(2, mate="reads/S1.L1_1.fq.gz"), "line 2", "stands in line 2"),
    case(
        "interleaved reads of two units",
        both(row(2, mate="interleaved"), row(3, mate="interleaved", file="reads/S1.L1_1.fq.gz")),
        "line 3",
        "already stands in line 2",
    ),
    case(
        "file of two kinds",
        row(6, kind="bam", file="given.vcf.gz", tissue="germline", assembly="GRCh38"),
        "line 6, column file",
        "given.vcf.gz of sample S4: it cannot be read as BAM",
    ),
    case("interleaved BAM", alignment(mate="interleaved"), "line 6", "a bam has no mate"),
    case("mate of a VCF", row(4, mate="given.vcf.gz"), "line 4, column mate", "a vcf has no mate"),
    case(
        "reads of two units",
        row(3, file="reads/S1.L1_1.fq.gz"),
        "line 3",
        "already stands in line 2",
    ),
    case(
        "reads of two samples by another path",
        add_row(patient="P9", sample="S9", file="./reads/S1.L1_1.fq.gz", mate="reads/S9_2.fq.gz"),
        "line 7, column file",
        "./reads/S1.L1_1.fq.gz is the same file as reads/S1.L1_1.fq.gz in line 2",
        "Name each file of reads once",
    ),
    case(
        "reads of two samples by a link",
        both(
            lambda run: (run.data / "again").symlink_to("reads"),
            add_row(
                patient="P9",
                sample="S9",
                file="again/S1.L1_1.fq.gz",
                mate="again/S1.L1_2.fq.gz",
            ),
        ),
        "line 7, column mate",
        "again/S1.L1_2.fq.gz is the same file as reads/S1.L1_2.fq.gz in line 2",
    ),
    case(
        "mate by another path is the file",
        row(2, mate="reads/../reads/S1.L1_1.fq.gz"),
        "line 2, column mate",
        "is the same file as reads/S1.L1_1.fq.gz in line 2",
    ),
    case(
        "mates exchanged",
        data("reads/S1.L1_1.fq.gz", "@r 2:N:0:ACGT\nACGT\n+\nFFFF\n"),
        "line 2, column file",
        "of sample S1: its first read says that it is read 2 of its pair",
        "name the file of read 1 in column file",
    ),
    case(
        "read 1 twice",
        data("reads/S1.L1_2.fq.gz", "@r/1\nACGT\n+\nFFFF\n"),
        "line 2, column mate",
        "its first read says that it is read 1",
    ),
    case("no platform", row(2, platform=""), "line 2, column platform", "lacks its platform"),
    case("platform in small", row(2, platform="illumina"), "line 2, column platform", "'illumina'"),
    case("no library", row(2, library=""), "line 2, column library", "lacks its library"),
    case(
        "bad characters",
        row(4, patient="P 2"),
        "line 4, column patient",
        "'P 2'",
        "letters, digits",
    ),
    *(
        case(
            f"{column} of a name longer than a file's may be",
            row(6, **{column: "x" * 101}),
            f"line 6, column {column}",
            "at most 100 letters",
        )
        for column in ("cohort", "patient", "sample", "unit")
    ),
    case("name with a slash", row(6, sample="../S4"), "line 6, column sample", "'../S4'"),
    case("empty name", row(6, unit=""), "line 6, column unit", "''"),
    case("spaces around", row(4, patient=" P2"), "line 4, column patient", "' P2'", "Remove them"),
    case(
        "sample of two patients",
        row(3, patient="P9"),
        "line 3, column patient",
        "sample S1 has patient P1 above and P9 here",
    ),
    case("sample of two tissues", row(3, tissue="tumour"), "line 3, column tissue", "S1"),
    case(
        "other rows in another cohort",
        add_row(cohort="c"),
        "lines 2, 3, 7",
        "sample S1 has other rows in cohort a and c",
    ),
    case("second row of a VCF", add_row(), "line 7, column unit", "already has a row"),
    case(
        "sample not in its VCF",
        row(5, sample="S33"),
        "line 5, column file",
        "given.vcf.gz of sample S33",
        "Did you mean S3",
    ),
    case("no VCF", data("given.vcf.gz", "text"), "line 4, column file", "no VCF header"),
    case("no MAF", data("calls.maf", "Hugo\tGene\n"), "line 6, column file", "it is no MAF"),
    case(
        "MAF without alleles",
        data("calls.maf", "\t".join(COLUMNS_OF_MAF).replace("Allele", "Base") + "\n"),
        "line 6, column file",
        "it is no MAF: it has no column Reference_Allele, Tumor_Seq_Allele2",
    ),
    case(
        "MAF whose rows end with a tab",
        data("calls.maf", "#version 2.4\nHugo_Symbol\tTumor_Sample_Barcode\nTP53\tS4\t\n"),
        "line 6, column file",
        "its first row has 3 fields, its header 2",
    ),
    case("unknown kind", row(6, kind="mav"), "line 6, column kind", "'mav'", "Did you mean maf"),
    case("unknown tissue", row(6, tissue="tumor"), "line 6, column tissue", "mean tumour"),
    case("unknown assembly", row(6, assembly="hg19"), "line 6, column assembly", "'hg19'"),
    case(
        "gVCF of a tumour",
        both(row(6, kind="gvcf", assembly="GRCh38", file="S4.g.vcf"), data("S4.g.vcf", GVCF)),
        "line 6, column tissue",
        "S4 is tumour: a gVCF holds the genotypes of a germline",
        "Give the tumour's reads, or its somatic calls as VCF or MAF",
    ),
    case(
        "tumour with another normal in another cohort",
        both(
            add_row(sample="T1", tissue="tumour", file="reads/T1_1.fq.gz", mate="reads/T1_2.fq.gz"),
            add_row(
                cohort="b",
                sample="T1",
                tissue="tumour",
                file="reads/T1_1.fq.gz",
                mate="reads/T1_2.fq.gz",
            ),
            data("reads/T1_1.fq.gz", "@r\nA\n+\nF\n"),
            data("reads/T1_2.fq.gz", "@r\nA\n+\nF\n"),
        ),
        "line 8, column cohort",
        "tumour T1 is called once, but stands beside germline sample(s) S1 and none",
        "Repeat its patient's germline rows",
    ),
]

CALLS = [
    case(
        "VCF of two assemblies",
        row(4, assembly="GRCh37"),
        "line 5, column assembly",
        "given.vcf.gz is of GRCh37 above and of GRCh38 here",
    ),
    case(
        "VCF of another assembly",
        calls(meta=(GENOTYPES, "##contig=<ID=1,length=249250621,assembly=b37>")),
        "S4.vcf.gz of sample S4: its contigs are those of GRCh37, the sheet says GRCh38",
        "write GRCh37 in column assembly",
    ),
    case(
        "VCF with chromosomes of other names",
        calls(meta=(GENOTYPES, "##contig=<ID=GL1>", "##contig=<ID=1,length=9>")),
        "line 6, column file",
        "S4.vcf.gz of sample S4: its chromosomes are named 1, the genome's chr1",
        "bcftools annotate --rename-chrs",
    ),
    case(
        "VCF with a sample twice",
        calls(samples=("S4", "S4")),
        "S4.vcf.gz of sample S4: its header names this sample twice",
    ),
    case(
        "VCF of a tumour whose normal the sample is",
        calls(meta=(GENOTYPES, "##normal_sample=S4"), samples=("S4", "T4")),
        "S4.vcf.gz of sample S4: its header names this sample as the normal of a tumour",
        "leave the row out",
    ),
    case(
        "VCF without genotypes",
        calls(meta=()),
        "line 6, column file",
        "S4.vcf.gz of sample S4: its header declares no genotypes (FORMAT/GT)",
        "give the VCF that its caller wrote",
    ),
    case(
        "VCF without samples",
        calls(samples=()),
        "S4.vcf.gz of sample S4: its header names no sample",
        "correct the sheet",
    ),
    case("VCF cut off", calls(cut=28), "S4.vcf.gz of sample S4: it is cut off"),
    case("VCF broken", data("given.vcf.gz", b"\x1f\x8b\x08"), "line 4", "cannot be read"),
    case(
        "second row of a gVCF", both(calls("gvcf"), repeat_row(6, unit="u2")), "a second gvcf row"
    ),
    case(
        "gVCF of another sample",
        calls("gvcf", samples=("S9",)),
        "S4.gvcf.gz of sample S4: its header names S9, not this sample",
        "bcftools reheader --samples",
    ),
    case(
        "gVCF of two samples",
        calls("gvcf", samples=("S4", "S5")),
        "S4.gvcf.gz of sample S4: it holds 2 samples",
        "give each its own",
    ),
    case(
        "gVCF without blocks",
        calls("gvcf", meta=(GENOTYPES,)),
        "S4.gvcf.gz of sample S4: its header declares no <NON_REF>",
        "-ERC GVCF, or give it as kind vcf",
    ),
    case(
        "gVCF of GRCh37",
        calls("gvcf", assembly="GRCh37"),
        "line 6, column assembly",
        "sample S4 is GRCh37: reference blocks of GRCh37 cannot be lifted",
        "Give its reads",
    ),
]

CALLED_OVER = setting("reference.calling_intervals", "t.bed")
BEDS = [
    case(
        "intervals on strange contigs",
        both(data("t.bed", "1\t0\t4\n"), CALLED_OVER),
        "config, reference.calling_intervals",
        "t.bed is on '1', the FASTA has chr1",
        "same contig names",
    ),
    case(
        "targets on strange contigs",
        both(data("t.bed", "1\t0\t4\n"), card("assay: panel", "assay: panel\ntargets: t.bed")),
        "a.yaml, targets",
        "t.bed is on '1', the FASTA has chr1",
    ),
    case(
        "truth on strange contigs",
        both(
            data("t.bed", "22\t0\t4\n"),
            card("assay: panel", "assay: panel\ntruth: {S2: {vcf: given.vcf.gz, bed: t.bed}}"),
        ),
        "a.yaml, truth.S2.bed",
        "t.bed is on '22', the FASTA has chr1",
    ),
    case(
        "truth on strange chromosomes",
        truth(b"##contig=<ID=chr1>\n", "1", "any"),
        "a.yaml, truth.S2.vcf",
        "t.vcf.gz: its chromosomes are named 1, the genome's chr1",
        "--rename-chrs",
    ),
    case(
        "truth of the older assembly",
        truth(b"##contig=<ID=chr1,length=249250621>\n", "chr1", "any"),
        "a.yaml, truth.S2.vcf",
        "its contigs are those of GRCh37, the genome is GRCh38",
        "lift it over",
    ),
    case(
        "truth of several",
        truth(b"", "chr1", "one", "other"),
        "a.yaml, truth.S2.vcf",
        "it has 2 samples, a truth has one",
        "--samples",
    ),
    case(
        "truth that is no VCF",
        both(
            data("t.bed", "chr1\t0\t4\n"),
            card("assay: panel", "assay: panel\ntruth: {S2: {vcf: genes.gtf, bed: t.bed}}"),
        ),
        "a.yaml, truth.S2.vcf",
        "it has no VCF header",
    ),
    case(
        "targets in UTF-16",
        both(
            data("t.bed", "chr1\t0\t4\n".encode("utf-16")),
            card("assay: panel", "assay: panel\ntargets: t.bed"),
        ),
        "a.yaml, targets",
        "t.bed: it is not text in UTF-8",
    ),
    case(
        "targets with a header",
        both(
            data("t.bed", "track name=x\nchrom\tstart\tend\nchr1\t0\t4\n"),
            card("assay: panel", "assay: panel\ntargets: t.bed"),
        ),
        "a.yaml, targets",
        "t.bed: 'chrom\\tstart\\tend' is no interval of a BED",
        "without a header",
    ),
    case(
        "intervals that end before they start",
        both(data("t.bed", "chr1\t0\t4\nchr1\t4\t2\n"), CALLED_OVER),
        "config, reference.calling_intervals",
        "'chr1\\t4\\t2' is no interval of a BED",
    ),
    case(
        "intervals of which there are none",
        both(data("t.bed", "#chrom\tstart\tend\n"), CALLED_OVER),
        "config, reference.calling_intervals",
        "t.bed: it holds no intervals",
    ),
]

ALIGNMENTS = [
    case("no BAM", row(6, kind="bam"), "line 6, column file", "cannot be read as BAM"),
    case("no CRAM", row(6, kind="cram"), "line 6, column file", "cannot be read as CRAM"),
    case("SAM as BAM", alignment(form="sam"), "of sample S4: it is SAM, not BAM", "its kind sam"),
    case("CRAM as BAM", alignment(form="cram"), "it is CRAM, not BAM; name its kind cram"),
    case("BAM as CRAM", alignment("cram", form="bam"), "it is BAM, not CRAM; name its kind bam"),
    case("BAM cut off", alignment(cut=28), "line 6, column file", "S4.bam of sample S4: it is cut"),
    case("CRAM cut off", alignment("cram", cut=38), "S4.cram of sample S4: it is cut off"),
    case(
        "BAM without read groups",
        alignment(groups=()),
        "S4.bam of sample S4: it has no read group",
        "samtools addreplacerg -r ID:1 -r SM:S4",
    ),
    case(
        "BAM with a read group of nobody",
        alignment(groups=[{"ID": "1", "SM": "S4"}, {"ID": "2"}]),
        "its read group 2 names no sample (SM)",
        "samtools reheader",
    ),
    case(
        "BAM of two samples",
        alignment(groups=[{"ID": "1", "SM": "S4"}, {"ID": "2", "SM": "S5"}]),
        "its read groups are of 2 samples (S4, S5)",
        "samtools split",
    ),
    case(
        "BAM of another sample",
        alignment(groups=[{"ID": "1", "SM": "S9"}]),
        "S4.bam of sample S4: its read groups are of sample S9",
        "correct the sheet",
        "s/SM:S9/SM:S4/",
    ),
    case(
        "BAM of another assembly",
        alignment(length=249_250_621),
        "its contigs are those of GRCh37, the sheet says GRCh38",
        "write GRCh37",
    ),
    case("mate of a BAM", alignment(mate="S4.bam"), "line 6, column mate", "a bam has no mate"),
    case(
        "one BAM for two units",
        both(alignment(), repeat_row(6, unit="u2")),
        "line 7",
        "S4.bam already stands in line 6",
        "Name each file of reads once",
    ),
]

CARDS = [
    case("card missing", row(6, cohort="c"), "c.yaml", "no such card", "Write a card"),
    case("card without title", card("title: A cohort\n", ""), "a.yaml, title", "missing key"),
    case(
        "card key misspelt", card("licence:", "license:"), "a.yaml, licen", "Did you mean licence"
    ),
    case("card key twice", card("licence: CC0", "title: CC0"), "a.yaml, line 3", "twice"),
    case("card no YAML", card("tables:", "tables: ["), "a.yaml, line", "it is no YAML"),
    case("card empty", lambda run: run.cards.update(a="# nothing\n"), "a.yaml", "holds no keys"),
    case(
        "clinical file missing",
        card("file: clinical.tsv", "file: clinic.tsv"),
        "a.yaml, tables.clinical.file",
        "clinic.tsv: there is no such file",
    ),
    case(
        "clinical column missing",
        card("clinical.age", "clinical.Age"),
        "a.yaml, person.age.column",
        "no column 'Age'",
        "Did you mean age",
    ),
    case(
        "patient column missing",
        card("patient: patient_id", "patient: patient"),
        "a.yaml, tables.clinical.patient",
        "no column 'patient'",
        "Did you mean patient_id",
    ),
    *[
        case(
            f"clinical table parted by {mark}",
            data("clinical.tsv", mark.join(["patient_id", "age", "arm"]) + "\n"),
            "a.yaml, tables.clinical.file",
            f"its header has no tab, but {mark!r} 2 times: save it as text whose columns",
        )
        for mark in ";,|"
    ],
    *[
        case(
            f"column of {seems} without a type",
            both(
                card("condition:\n", "condition:\n  fact: {column: clinical.fact}\n"),
                data("clinical.tsv", clinical_of(values)),
            ),
            "a.yaml, condition.fact: no word says what clinical.fact holds",
            f"it seems to be {seems}",
            remedy,
        )
        for seems, values, remedy in (
            ("numbers", ["9.1", "NA", "10"], "Write unit: or type: number"),
            ("numbers", ["9,1", "", "10"], "Write unit: or type: number"),
            ("numbers", [str(n) for n in range(10)], "Write unit: or type: number"),
            ("dates", ["31.12.2020", "1.1.21"], "Write type: date"),
            ("dates", ["2020-12-31"], "Write type: date"),
            ("a text of its own", [f"x{n}" for n in range(20)], "Remove the mapping"),
        )
    ],
    case(
        "patient as a fact",
        card("condition:\n", "condition:\n  who: {column: clinical.patient_id, type: category}\n"),
        "a.yaml, condition.who.column",
        "clinical.patient_id names the patients",
        "Remove the mapping",
    ),
    case(
        "sex as a number",
        card("person:\n", "person:\n  sex: {column: clinical.arm, type: binary}\n"),
        "a.yaml, person.sex.type",
        "sex is a code, and no binary",
        "such as {1: male, 2: female}",
    ),
    *[
        case(
            f"arm with {key}",
            card("codes: {0: control, 1: drug}", key),
            "a.yaml, treatment.arm.type",
            f"arm is a code, and no {kind}",
            "such as {0: control, 1: drug}",
        )
        for key, kind in (("type: binary", "binary"), ("unit: mg/d", "number"))
    ],
    case(
        "cancer type as a number",
        card("{value: AML}", "{column: clinical.arm, type: number}"),
        "a.yaml, condition.cancer_type.type",
        "cancer_type is a code, and no number",
    ),
    case(
        "date without day 0",
        card("clinical.age, unit: a", "clinical.age, type: date"),
        "a.yaml, person.age",
        "no table names the column of its date",
        "Write index_date:",
    ),
    case(
        "yes or no by words",
        card("type: binary}\n  os_m", "type: binary, codes: {j: yes, n: nobody}}\n  os_m"),
        "a.yaml, outcome.remission.codes.n",
        "'nobody' is not 0 or 1",
    ),
    case("unknown table", card("clinical.age", "clinic.age"), "person.age.column", "'clinic'"),
    case("column without table", card("clinical.age", "age"), "person.age.column", "table.column"),
    case(
        "outcome as a feature",
        card("condition:\n", "condition:\n  responder: {column: clinical.remission}\n"),
        "condition.responder.column",
        "column of outcome remission",
        "Remove the mapping",
    ),
    case(
        "day of an outcome as a feature",
        both(
            card(
                "clinical.remission, type: binary",
                "clinical.remission, type: binary, day: clinical.arm",
            ),
            card(
                "condition:\n",
                "measurement:\n  seen: {column: clinical.arm, unit: d}\ncondition:\n",
            ),
        ),
        "measurement.seen.column",
        "column of outcome remission",
        "Remove the mapping",
    ),
    *[
        case(
            f"visit {what}",
            card("condition:\n", f"visits:\n  crp: {{{keys}}}\ncondition:\n"),
            "a.yaml, visits.crp",
            *told,
        )
        for what, keys, told in (
            ("without day", "column: clinical.age, unit: a", ["each has a day", "Write column:"]),
            ("of everybody", "value: 3, type: number", ["read from a column"]),
            (
                "that is a word",
                "column: clinical.arm, day: clinical.age, type: category",
                ["type", "no category", "type: binary with codes:"],
            ),
            (
                "in an unknown column",
                "column: clinical.Age, day: clinical.age",
                ["column", "no column 'Age'", "Did you mean age"],
            ),
            (
                "of an unknown day",
                "column: clinical.age, day: labs.day",
                ["day", "unknown table 'labs'", "add it under tables"],
            ),
            (
                "on a scale of its own",
                "column: clinical.age, day: clinical.age, transform: log",
                ["transform", "Remove transform:"],
            ),
        )
    ],
    case(
        "outcome named as a fact",
        card("outcome:\n", "outcome:\n  arm: {column: clinical.remission, type: binary}\n"),
        "a.yaml, outcome.arm: the name is that of a fact",
        "another name",
    ),
    *[
        case(
            f"feature {name} twice",
            card("treatment:\n", f"measurement:\n  {name}: {{{keys}}}\ntreatment:\n"),
            f"a.yaml, measurement.{name}: {place} is a feature of the same name",
            "Give one another name",
        )
        for name, keys, place in (
            ("age", "column: clinical.age, unit: a", "person.age"),
            ("cancer_type", "value: AML", "condition.cancer_type"),
        )
    ],
    case(
        "outcome among omics",
        card(
            "condition:\n",
            "omics: {o: {file: clinical.tsv, patient: patient_id, taken: before_treatment}}\n"
            "condition:\n",
        ),
        "a.yaml, omics.o",
        "that of outcome remission",
        "Name the features",
    ),
    case(
        "segments without places",
        both(
            card("condition:\n", "segments: short.seg\ncondition:\n"),
            data("short.seg", "ID\tchrom\nS4\t1\n"),
        ),
        "a.yaml, segments",
        "has 2 column(s): ID",
        "Write sample, chromosome",
    ),
    case(
        "what segments of men are, without segments",
        card("condition:\n", "segments_of_men: one_copy\ncondition:\n"),
        "a.yaml, segments_of_men",
        "the card names no segments",
        "Name the SEG file",
    ),
    case(
        "omics feature missing",
        card(
            "condition:\n",
            "omics: {o: {file: clinical.tsv, patient: patient_id, taken: before_treatment,"
            " columns: [Age]}}\ncondition:\n",
        ),
        "a.yaml, omics.o.columns[0]",
        "no column 'Age'",
    ),
    case(
        "omics feature without value",
        card(
            "condition:\n",
            "omics: {o: {file: clinical.tsv, patient: patient_id, taken: before_treatment,"
            " feature: age}}\ncondition:\n",
        ),
        "a.yaml, omics.o",
        "belong together",
    ),
    case(
        "omics of no stated time",
        card(
            "condition:\n",
            "omics: {o: {file: clinical.tsv, patient: patient_id}}\ncondition:\n",
        ),
        "a.yaml, omics.o.taken",
        "missing key",
    ),
    case("unknown unit", card("unit: d,", "unit: days,"), "outcome.os_months.unit", "'days'"),
    case("incompatible unit", card("to: mo", "to: kg"), "outcome.os_months.unit", "'kg'"),
    case("to without unit", card("unit: d, to", "to"), "outcome.os_months.to", "convert from"),
    case("unit of a category", card("type: binary", "type: binary, unit: d"), "remission.unit"),
    case("column and value", card("value: AML", "value: AML, column: clinical.age"), "cancer_type"),
    case("unknown type", card("type: binary", "type: bool"), "outcome.", "'bool'"),
    case(
        "targets missing", card("assay: panel", "assay: panel\ntargets: t.bed"), "a.yaml, targets"
    ),
    case(
        "truth of nobody",
        card("assay: panel", "assay: panel\ntruth: {S9: {vcf: given.vcf.gz, bed: genes.gtf}}"),
        "a.yaml, truth",
        "none of the samples S9",
    ),
    case(
        "header twice", data("clinical.tsv", "patient_id\tage\tage\n"), "tables.clinical", "twice"
    ),
    case(
        "clinical rows that end with a tab",
        data("clinical.tsv", "patient_id\tage\nP1\t50\t\n"),
        "a.yaml, tables.clinical.file",
        "its first row has 3 fields, its header 2",
        "where rows end with a tab, remove it",
    ),
    case(
        "segments that end with a tab",
        both(
            data("s.seg", "ID\tchrom\tstart\tend\tmean\n\nS2\t1\t1\t9\t0.1\t\n"),
            card("condition:\n", "segments: s.seg\ncondition:\n"),
        ),
        "a.yaml, segments",
        "its first row has 6 fields, its header 5",
    ),
    case("clinical latin 1", data("clinical.tsv", b"patient_id\t\xe4ge\n"), "clinical", "UTF-8"),
]

CONFIG = [
    case("config key misspelt", setting("quality.min_dept", 10), "quality.min_dept", "min_depth"),
    case("config key missing", lambda run: run.config["splits"].pop("seed"), "splits.seed", "Seed"),
    case(
        "assembly by another name",
        setting("reference.name", "hg38"),
        "config, reference.name",
        "pseudoautosomal.tsv lists no regions that X and Y share in 'hg38'",
        "Did you mean GRCh38",
    ),
    case("wrong type", setting("reference.shards", "two"), "reference.shards", "a whole number"),
    case(
        "number as text",
        setting("quality.min_depth", "12"),
        "quality.min_depth: '12' is not a whole number, but text",
        "inside a mapping for --config",
        "write it into a file for --configfile",
    ),
    case(
        "no day for a number",
        setting("quality.min_depth", "2024-02-31"),
        "quality.min_depth: '2024-02-31' is not a whole number",
    ),
    case("yes for a number", setting("splits.inner_share", "x"), "splits.inner_share", "a number"),
    case(
        "limit that is no number",
        setting("quality.checks.min_mean_depth.limit", float("nan")),
        "checks.min_mean_depth.limit",
        "nan is not a number",
    ),
    case("below bounds", setting("quality.min_depth", -1), "quality.min_depth", "at least 0"),
    case("above bounds", setting("splits.inner_share", 0.9), "splits.inner_share", "at most 0.5"),
    case("unknown tool", setting("annotation.tool", "veep"), "annotation.tool", "Did you mean vep"),
    case(
        "answers always right",
        setting("prediction.conformal.coverage", 1),
        "conformal.coverage",
        "less than 1",
    ),
    case(
        "unknown imputation",
        setting("model.preparation.imputation.method", "pm"),
        "imputation.method",
        "Did you mean pmm",
    ),
    case(
        "no column selected",
        setting("model.preparation.selection.features", 0),
        "selection.features",
        "at least 1",
    ),
    case("empty list", setting("model.training.seeds", []), "model.training.seeds", "it is empty"),
    case(
        "pathway sizes", setting("reference.pathway_genes.min", 200), "pathway_genes", "above max"
    ),
    case("reads without FASTA", setting("reference.fasta", None), "reference.fasta", "fastq, vcf"),
    case("no gene models", setting("reference.gene_models", None), "reference.gene_models", "GTF"),
    case(
        "FASTA missing", setting("reference.fasta", "hg.fa"), "reference.fasta", "hg.fa: there is"
    ),
    case(
        "intervals missing",
        setting("reference.calling_intervals", "t.bed"),
        "reference.calling_intervals",
        "t.bed: there is no such file",
    ),
    case(
        "resource missing",
        setting("reference.pathways", "resources/none.gmt"),
        "reference.pathways",
        "resources/none.gmt",
    ),
    case(
        "truth missing", setting("simulation.truth", "truth"), "simulation.truth", "no such folder"
    ),
    case(
        "contigs named otherwise",
        data("genes.gtf", "1\tx\tgene\t1\t4\n"),
        "reference.gene_models",
        "'1', the FASTA has chr1",
        "same assembly",
    ),
    case(
        "contig not in the index",
        data("genome.fa.fai", "chr2\t4\t6\t4\t5\n"),
        "reference.gene_models",
        "'chr1', the FASTA has chr2",
    ),
    case("unknown recipe", setting("alignment.recipe", "bsqr"), "alignment.recipe", "mean bqsr"),
    case(
        "recalibration without known sites",
        setting("alignment.recipe", "bqsr"),
        "reference.known_sites",
        "recipe bqsr needs known sites",
        "write recipe: dragen",
    ),
    case(
        "known sites missing",
        known_sites("none.vcf"),
        "reference.known_sites[0]",
        "none.vcf: there is no such file",
    ),
    *[
        case(
            f"gene models that {what}",
            data("genes.gtf", text),
            "config, reference.gene_models",
            told,
            "Name a GTF or GFF3 of GRCh38",
        )
        for what, text, told in (
            ("are a BED", "chr1\t0\t4\n", "it is no GTF or GFF3: its first row 'chr1\\t0\\t4'"),
            ("are a FASTA", ">chr1\nACGT\n", "it is no GTF or GFF3"),
            ("are remarks", "#!genome-build GRCh38\n", "it holds no gene models"),
            ("are of GRCh37", "#!genome-build GRCh37.p13\n" + MODELS, "says that it is of GRCh37"),
            ("were lifted", "##description: (GRCh38), mapped to GRCh37\n" + MODELS, "of GRCh37"),
        )
    ],
    case("known sites no VCF", known_sites("genes.gtf"), "known_sites[0]", "no VCF header", "VCF"),
    case(
        "known sites named otherwise",
        both(known_sites("dbsnp.vcf"), data("dbsnp.vcf", "##x\n#CHROM\tPOS\n1\t4\n")),
        "reference.known_sites[0]",
        "'1', the FASTA has chr1",
    ),
    case(
        "common sites no VCF",
        setting("quality.common_sites", "genes.gtf"),
        "quality.common_sites",
        "no VCF header",
        "or write null",
    ),
    case(
        "common sites without frequencies",
        setting("quality.common_sites", "given.vcf.gz"),
        "quality.common_sites",
        "declares no frequencies (INFO/AF)",
    ),
    case(
        "sexes that overlap",
        setting("quality.sex.max_male_x_depth", 0.75),
        "quality.sex.max_male_x_depth",
        "0.75 is not below min_female_x_depth 0.75",
    ),
    case(
        "relatives dropped",
        setting("quality.relatedness.checks.max_kinship.action", "drop"),
        "quality.relatedness.checks.max_kinship.action",
        "'drop'",
    ),
    case(
        "novelty in per cent",
        setting("quality.joint_checks.max_novel.limit", 10),
        "quality.joint_checks.max_novel.limit",
        "10",
    ),
    case(
        "batches excluded",
        setting("quality.batches.max_explained.action", "exclude"),
        "quality.batches.max_explained.action",
        "'exclude'",
    ),
    case(
        "training sites without index",
        setting("genotypes.site_filter.vets.training", ["given.vcf.gz"]),
        "genotypes.site_filter.vets.training[0]",
        "given.vcf.gz has no index given.vcf.gz.tbi",
    ),
    case("known sites twice", known_sites("calls.maf", "calls.maf"), "known_sites", "twice"),
    case("unknown trimmer", setting("alignment.trim.tool", "cutadapt"), "trim.tool", "fastp"),
    case(
        "adapters missing",
        setting("alignment.trim.adapters", "adapters.fa"),
        "alignment.trim.adapters",
        "adapters.fa: there is no such file",
    ),
    case(
        "shards of a genome without index",
        setting("reference.shards", "auto"),
        "reference.shards",
        "genome.fa.fai (samtools faidx)",
    ),
    case("shards too small", setting("reference.shard_bases", 1), "shard_bases", "at least 1000"),
    case(
        "structural variants of alignments that are not kept",
        both(setting("alignment.keep_cram", False), setting("calling.structural.tool", "delly")),
        "alignment.keep_cram",
        "calling.structural needs them again",
    ),
    case("FASTA is none", data("genome.fa", ""), "reference.fasta", "it is empty"),
    case(
        "normal not in the sheet",
        setting("calling.copy_number.normals", ["S11"]),
        "calling.copy_number.normals",
        "no sample 'S11'",
        "Did you mean S1",
    ),
    case(
        "normal without reads",
        setting("calling.copy_number.normals", ["S2"]),
        "calling.copy_number.normals",
        "S2 is a germline sample that comes as vcf",
        "Name germline samples",
    ),
    case(
        "normal a tumour",
        setting("calling.copy_number.normals", ["S4"]),
        "S4 is a tumour sample that comes as maf",
    ),
    case("unknown copy tool", setting("calling.copy_number.tool", "deep"), "mean depth"),
    case("unknown structural tool", setting("calling.structural.tool", "dely"), "mean delly"),
    case(
        "excluded regions missing",
        setting("calling.structural.exclude", "telomeres.tsv"),
        "calling.structural.exclude",
        "telomeres.tsv: there is no such file",
    ),
    case("no bin", setting("calling.copy_number.bin_bases", 10), "bin_bases", "at least 100"),
]

ALLELES = [
    case(
        "germline resource without index",
        both(setting(f"{SOMATIC}.germline_resource", "af.vcf.gz"), data("af.vcf.gz", GVCF)),
        "calling.somatic.germline_resource",
        "af.vcf.gz has no index af.vcf.gz.tbi",
        "tabix -p vcf",
    ),
    case(
        "panel of normals missing",
        setting(f"{SOMATIC}.panel_of_normals", "pon.vcf.gz"),
        "calling.somatic.panel_of_normals",
        "no such file",
    ),
    case(
        "germline resource without frequencies",
        both(
            setting(f"{SOMATIC}.germline_resource", "af.vcf.gz"),
            data("af.vcf.gz", GVCF),
            data("af.vcf.gz.tbi", "index"),
        ),
        "calling.somatic.germline_resource",
        "has no INFO field AF",
        "the population frequency",
    ),
    case(
        "panel that is no VCF",
        both(setting("calling.panel_sites", "panel.bed"), data("panel.bed", "chr1\t1\t2\n")),
        "calling.panel_sites",
        "no VCF header",
        "Give a VCF of the alleles",
    ),
    case(
        "unknown use of the orientation model",
        setting(f"{SOMATIC}.orientation_model.use", "sometimes"),
        "calling.somatic.orientation_model.use",
        "'sometimes'",
        "always",
    ),
    case(
        "negative damage",
        setting(f"{SOMATIC}.orientation_model.min_damage", -1),
        "calling.somatic.orientation_model.min_damage",
        "-1",
    ),
    case(
        "unknown word of a filter",
        setting(f"{SOMATIC}.accepted_filters", ["Weak evidence"]),
        "calling.somatic.accepted_filters[0]",
        "'Weak evidence'",
        "small letters",
    ),
]

STUDIES = [
    case(
        "unknown cohort", setting(f"{STUDY}.cohorts", ["A"]), "trial.cohorts", "unknown cohort 'A'"
    ),
    case("external trains", setting(f"{STUDY}.external", ["a"]), "trial.external", "what trains"),
    case(
        "study of a name longer than a file's may be",
        lambda run: run.config["studies"].update({"x" * 101: run.study}),
        "studies",
        "at most 100 letters",
    ),
    case("unknown design", setting(f"{STUDY}.designs", ["gcin", "laso"]), "designs", "mean lasso"),
    case(
        "stack of nobody",
        setting("model.designs.both", {"kind": "stack", "of": ["gcin", "boosted"]}),
        "model.designs.both.of",
        "unknown design 'boosted'",
        "mean boosting",
    ),
    case(
        "stack of one",
        setting("model.designs.both", {"kind": "stack", "of": ["gcin"]}),
        "model.designs.both.of",
        "two designs or more",
    ),
    case(
        "stack of a stack",
        both(
            setting("model.designs.one", {"kind": "stack", "of": ["gcin", "lasso"]}),
            setting("model.designs.two", {"kind": "stack", "of": ["one", "cox"]}),
        ),
        "model.designs.two.of",
        "one is a stack itself",
    ),
    case(
        "trees on no network",
        setting("model.designs.trees", {"kind": "boosting_on_network"}),
        "model.designs.trees.network",
        "is not named",
        "network: gcin",
    ),
    case(
        "trees on a baseline",
        setting("model.designs.trees", {"kind": "boosting_on_network", "network": "lasso"}),
        "model.designs.trees.network",
        "'lasso' is no design of kind network",
        "Known: gcin",
    ),
    *(
        case(
            f"trees on a network without {key}",
            both(
                setting("model.designs.part", {"kind": "network", key: False}),
                setting("model.designs.trees", {"kind": "boosting_on_network", "network": "part"}),
            ),
            "model.designs.trees.network",
            f"part reads no variants ({key}: false)",
            f"with {key}: true",
        )
        for key in ("genome", "variant_set")
    ),
    case(
        "trees on a network without variants by default",
        both(
            setting("model.network.variant_set", False),
            setting("model.designs.trees", {"kind": "boosting_on_network", "network": "gcin"}),
        ),
        "model.designs.trees.network",
        "gcin reads no variants",
    ),
    case(
        "key of another kind",
        setting("model.designs.lasso.dropout", 0.1),
        "model.designs.lasso.dropout",
        "kind lasso does not read it",
    ),
    case(
        "network of nothing",
        setting("model.designs.gcin", {"kind": "network", "genome": False, "clinical": False}),
        "model.designs.gcin",
        "neither genomes nor clinical facts",
    ),
    case(
        "hidden genes of a network that has none",
        setting(
            "model.designs.gcin",
            {"kind": "network", "genome": False, "masked_pretraining": "both"},
        ),
        "model.designs.gcin",
        "hides genes, and genome: false has none",
        "masked_pretraining: none",
    ),
    case(
        "hidden variants of a network that reads none",
        searched(
            gcin={"variant_set": [True, False], "masked_pretraining": ["none", "variants"]},
            search="grid",
        ),
        "model.tuning.designs.gcin",
        "hides variants, and variant_set: false has none",
        "masked_pretraining: genes",
    ),
    case(
        "heads that do not divide",
        setting("model.network.attention_heads", 3),
        "model.designs.gcin",
        "3 attention heads do not divide 4",
    ),
    case(
        "search of a baseline",
        searched(lasso={"dropout": [0.1]}),
        "model.tuning.designs.lasso",
        "kind lasso, which is not searched",
        "lists of its own block",
    ),
    case(
        "search of trees by a key of networks",
        searched(boosting={"dropout": [0.1]}),
        "model.tuning.designs.boosting.dropout",
        "no setting of boosted trees",
        "max_features",
    ),
    case(
        "search of trees beyond a limit",
        searched(boosting={"max_features": [0.5, 2], "leaves": [3, 1]}),
        "model.tuning.designs.boosting.max_features[1]",
        "2 is out of bounds: it must be at most 1",
        "Share of the columns",
    ),
    case(
        "more trials than trees have",
        searched(boosting={"learning_rate": [0.03, 0.1, 0.3], "leaves": [3, 5]}),
        "model.tuning.trials",
        "20 trials are asked for, but boosting has 4 combinations",
        "Write trials: 4",
    ),
    case(
        "more inner folds than turns",
        both(
            searched(gcin={"dropout": [0.1, 0.3]}, search="grid"),
            setting("model.tuning.inner_folds", 6),
        ),
        "model.tuning.inner_folds",
        "6 inner folds are asked for, but patients of study trial take 5 turn(s) to validate",
        "Write inner_folds: 5",
    ),
    case(
        "a threshold by an unknown rule",
        setting("evaluation.threshold", "jouden"),
        "evaluation.threshold",
        "'jouden' is not of the form: half, youden or f1, or a number between 0 and 1",
        "counts as predicted",
    ),
    case(
        "a threshold in per cent",
        setting("evaluation.threshold", 30),
        "evaluation.threshold",
        "30 is out of bounds: it must be less than 1",
    ),
    case(
        "search of no design",
        searched(gcim={"dropout": [0.1]}),
        "model.tuning.designs.gcim",
        "unknown design 'gcim'",
        "mean gcin",
    ),
    case(
        "search of nothing",
        setting("model.tuning.search", "grid"),
        "model.tuning.designs",
        "no design is named",
        "search: none",
    ),
    case(
        "search of an unknown key",
        searched(gcin={"droput": [0.1]}),
        "model.tuning.designs.gcin.droput",
        "no setting of a network",
        "mean dropout",
    ),
    case(
        "search beyond a limit",
        searched(gcin={"dropout": [0.1, 1.5]}),
        "model.tuning.designs.gcin.dropout[1]",
        "less than 1",
        "Share of activations",
    ),
    case(
        "search of a word that is none",
        searched(gcin={"pooling": ["max", "min"]}),
        "model.tuning.designs.gcin.pooling[1]",
        "unknown value 'min'",
    ),
    case(
        "a value alone",
        searched(gcin={"dropout": 0.1}),
        "model.tuning.designs.gcin.dropout",
        "not a list",
    ),
    case(
        "more trials than combinations",
        searched(gcin={"dropout": [0.1, 0.2], "batch_size": [16, 32]}),
        "model.tuning.trials",
        "20 trials are asked for, but gcin has 3 combinations",
        "Write trials: 3",
    ),
    case(
        "a grid beyond its trials",
        both(
            searched(gcin={"dropout": [0.1, 0.2, 0.3], "batch_size": [8, 16, 32]}, search="grid"),
            setting("model.tuning.trials", 7),
        ),
        "model.tuning.trials",
        "at most 7 trials are allowed, but gcin has 8",
        "search: random",
    ),
    case(
        "trials that cannot be",
        searched(gcin={"attention_heads": [1, 2, 3]}, search="grid"),
        "model.tuning.designs.gcin",
        "3 attention heads do not divide 4",
    ),
    case(
        "trials without what trees read",
        both(
            setting("model.designs.trees", {"kind": "boosting_on_network", "network": "gcin"}),
            searched(gcin={"variant_set": [True, False]}, search="grid"),
        ),
        "model.tuning.designs.gcin.variant_set",
        "trees reads variants of it",
    ),
    case("predicts with none", setting(f"{STUDY}.designs", ["cox"]), "predict_with", "'gcin'"),
    case(
        "unknown outcome",
        setting(f"{STUDY}.endpoints.response", "remision"),
        "endpoints.response",
        "'remision'",
        "Did you mean remission",
    ),
    case(
        "survival without event",
        setting(f"{STUDY}.endpoints.os", {"months": "os_months"}),
        "endpoints.os.event",
        "missing key",
    ),
    case(
        "survival in days",
        card("unit: d, to: mo", "unit: d"),
        "endpoints.os.months",
        "not in months",
    ),
    case(
        "cohort without an arm",
        card("treatment:\n  arm: {column: clinical.arm, codes: {0: control, 1: drug}}\n", ""),
        "studies.trial.cohorts",
        "the card of a maps no treatment.arm",
        "arm: {value: standard}",
    ),
    case(
        "external cohort without an arm",
        card("treatment:\n  arm: {column: clinical.arm, codes: {0: control, 1: drug}}\n", "", "b"),
        "studies.trial.external",
        "the card of b maps no treatment.arm",
    ),
    case(
        "survival in days elsewhere",
        card("unit: d, to: mo", "unit: d", "b"),
        "endpoints.os.months",
        "outcome 'os_months' of cohort b is not in months",
    ),
    case(
        "a fact in another unit elsewhere",
        both(
            card("outcome:", HAEMOGLOBIN.format(kept="unit: g/dL")),
            card("outcome:", HAEMOGLOBIN.format(kept="unit: g/L"), "b"),
        ),
        "studies.trial",
        "different scales: g/dL in a, g/L in b",
    ),
    case(
        "a fact in codes elsewhere",
        both(
            card("outcome:", HAEMOGLOBIN.format(kept="unit: g/dL")),
            card("outcome:", HAEMOGLOBIN.format(kept="type: category"), "b"),
        ),
        "different scales: g/dL in a, codes in b",
    ),
    case(
        "an amount in another unit elsewhere",
        both(
            setting(f"{STUDY}.endpoints.dose", {"amount": "os_months"}),
            card("unit: d, to: mo", "unit: d, to: a", "b"),
        ),
        "outcome.os_months on different scales: mo in a, a in b",
    ),
    case(
        "response no binary",
        setting(f"{STUDY}.endpoints.response", "os_months"),
        "endpoints.response",
        "not binary",
    ),
    case(
        "learning curve of nothing",
        setting("evaluation.learning_curve.sizes", [100]),
        "learning_curve.designs",
        "no design",
    ),
    case(
        "endpoint under a taken name",
        setting(f"{STUDY}.endpoints.site", "remission"),
        "endpoints.site",
        "'site' is taken",
    ),
    case(
        "amount no number",
        setting(f"{STUDY}.endpoints.dose", {"amount": "remission"}),
        "endpoints.dose.amount",
        "not a number",
    ),
    case(
        "amount with an event",
        setting(f"{STUDY}.endpoints.dose", {"amount": "os_months", "event": "os_event"}),
        "endpoints.dose.event",
        "neither months nor event",
    ),
    case(
        "transform of no number",
        card("remission, type: binary", "remission, type: binary, transform: sqrt"),
        "outcome.remission.transform",
        "only an outcome that is a number",
    ),
    case(
        "missing numbers of no number",
        card("remission, type: binary", "remission, type: binary, missing: [-9]"),
        "outcome.remission.missing",
        "Write null in codes:",
    ),
    case(
        "unknown transform",
        card("unit: d, to: mo", "unit: d, to: mo, transform: cube"),
        "os_months.transform",
        "'cube'",
    ),
    case("unknown scheme", setting(f"{STUDY}.split.scheme", "halves"), "split.scheme", "'halves'"),
    case("shares of 90", setting(f"{STUDY}.split.scheme", "70-10-10"), "scheme", "100 per cent"),
    case("no test part", setting(f"{STUDY}.split.scheme", "85-15-0"), "scheme", "three parts"),
    case(
        "folds missing", setting(f"{STUDY}.split.scheme", GIVEN), "scheme.file", "folds.tsv: there"
    ),
    case(
        "fold column missing",
        both(
            setting(f"{STUDY}.split.scheme", GIVEN),
            data("folds.tsv", "patient_id\trepeat1\n"),
        ),
        "split.scheme",
        "no column 'repeat2'",
    ),
    case(
        "k-fold with a file",
        setting(
            f"{STUDY}.split.scheme",
            {"name": "k-fold", "folds": 2, "repeats": 1, "file": "genes.gtf"},
        ),
        "scheme.file",
        "reads no file",
    ),
    case(
        "sites without a site",
        setting(f"{STUDY}.split.scheme", {"name": "site", "folds": 3, "repeats": 1}),
        "split.scheme",
        "the card of a maps no site",
    ),
    case(
        "sites twice",
        setting(f"{STUDY}.split.scheme", {"name": "site", "folds": 3, "repeats": 2}),
        "scheme.repeats",
        "the same again",
    ),
    case("unknown stratum", setting(f"{STUDY}.split.stratify", ["arms"]), "stratify", "mean arm"),
    case("unknown group", setting(f"{STUDY}.split.group", ["site"]), "split.group", "'site'"),
    case(
        "patient in both cohorts",
        row(6, patient="P1"),
        "studies.trial",
        "1 patients stand in several of its cohorts (a, b)",
    ),
    case(
        "confounder of no card", policy(confounders=["age", "stag"]), "policy.confounders", "'stag'"
    ),
    case(
        "confounder of one cohort only",
        both(
            setting(f"{STUDY}.cohorts", ["a", "b"]),
            setting(f"{STUDY}.external", []),
            card("person:\n  age: {column: clinical.age, unit: a}\n", ""),
            policy(confounders=["age"]),
        ),
        "policy.confounders",
        "cohort a has no 'age' on day 0",
    ),
    case(
        "outcome as a confounder",
        policy(confounders=["remission"]),
        "cohort a has no 'remission' on day 0",
    ),
    case(
        "design of survival without such an endpoint",
        both(
            setting(f"{STUDY}.endpoints", {"response": "remission"}),
            setting(f"{STUDY}.designs", ["gcin", "cox"]),
        ),
        "studies.trial.designs",
        "cox is of kind cox, and no endpoint of the study is survival",
        "Remove cox",
    ),
    case("policy without confounders", policy(confounders=[]), "policy.confounders", "it is empty"),
    case("policy of no endpoint", policy(endpoints=["os2"]), "policy.endpoints", "mean os"),
    case(
        "policy of a quantity",
        both(
            setting(f"{STUDY}.endpoints.dose", {"amount": "os_months"}),
            policy(endpoints=["dose"]),
        ),
        "policy.endpoints",
        "'dose' is a quantity",
        "Name a yes or no, or survival",
    ),
    case(
        "policy of one arm",
        both(card("codes: {0: control, 1: drug}", "codes: {0: drug, 1: drug}"), policy()),
        "studies.trial.policy",
        "one arm at most (drug)",
        "Remove policy:",
    ),
    case(
        "policy without arms",
        both(
            card("treatment:\n  arm: {column: clinical.arm, codes: {0: control, 1: drug}}\n", ""),
            policy(),
        ),
        "one arm at most (none)",
    ),
    case(
        "negative control of no endpoint",
        policy(endpoints=["os"], negative_control="responce"),
        "policy.negative_control",
        "mean response",
    ),
    case(
        "negative control of survival",
        policy(endpoints=["response"], negative_control="os"),
        "policy.negative_control",
        "a control is a yes or no",
    ),
    case(
        "negative control that is to be gained",
        policy(negative_control="response"),
        "policy.negative_control",
        "what the policy is to gain by",
    ),
    case(
        "head for arms where there is one",
        both(
            card("codes: {0: control, 1: drug}", "codes: {0: drug, 1: drug}"),
            setting("model.designs.gcin", {"kind": "network", "propensity": 0.1}),
        ),
        "studies.trial.designs",
        "gcin is to tell which arm a patient received (propensity), and the cards name one arm",
        "Write propensity: 0",
    ),
    case(
        "trial of a head for arms where there is one",
        both(
            card("codes: {0: control, 1: drug}", "codes: {0: drug, 1: drug}"),
            searched(gcin={"propensity": [0, 1]}, search="grid"),
        ),
        "studies.trial.designs",
        "gcin is to tell which arm",
    ),
    case(
        "weight below nothing", setting("model.network.propensity", -1), "model.network.propensity"
    ),
    case("floor above a half", policy(min_propensity=0.7), "min_propensity", "at most 0.5"),
]
