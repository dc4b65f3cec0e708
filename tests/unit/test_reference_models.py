"""Gene models of every dialect, and the gene universe made of them."""

import gzip

import pandas as pd
import pytest

from gcin.reference.arms import arms_of
from gcin.reference.contigs import on_contigs
from gcin.reference.genes import coding_bed, gene_table
from gcin.reference.model_files import gff3_lines, gtf_lines
from gcin.reference.models import read_models
from gcin.reference.pathways import pathways_of, read_gmt

GENCODE = """\
##description: a gene on each strand
chr2\tHAVANA\tgene\t101\t400\t.\t+\t.\tgene_id "ENSG1.2"; gene_name "AAA";
chr2\tHAVANA\ttranscript\t101\t400\t.\t+\t.\tgene_id "ENSG1.2"; transcript_id "ENST1.1"; gene_type \
"protein_coding"; gene_name "AAA"; transcript_type "protein_coding"; tag "basic"; tag "MANE_Select";
chr2\tHAVANA\texon\t101\t200\t.\t+\t.\tgene_id "ENSG1.2"; transcript_id "ENST1.1"; exon_number 1;
chr2\tHAVANA\texon\t301\t400\t.\t+\t.\tgene_id "ENSG1.2"; transcript_id "ENST1.1"; exon_number 2;
chr2\tHAVANA\tCDS\t151\t200\t.\t+\t0\ttranscript_id "ENST1.1"; protein_id "ENSP1.1";
chr2\tHAVANA\tCDS\t301\t307\t.\t+\t1\ttranscript_id "ENST1.1"; protein_id "ENSP1.1";
chr2\tHAVANA\tstop_codon\t308\t310\t.\t+\t0\tgene_id "ENSG1.2"; transcript_id "ENST1.1";
chr10\tHAVANA\ttranscript\t11\t90\t.\t-\t.\tgene_id "ENSG2.1"; transcript_id "ENST2.1"; gene_type \
"lncRNA"; gene_name "BBB"; transcript_type "lncRNA";
chr10\tHAVANA\texon\t11\t90\t.\t-\t.\tgene_id "ENSG2.1"; transcript_id "ENST2.1";
"""
NCBI = """\
##gff-version 3
chr2\tRefSeq\tgene\t101\t400\t.\t+\t.\tID=gene-AAA;Name=AAA;gene=AAA;gene_biotype=protein_coding
chr2\tRefSeq\tmRNA\t101\t400\t.\t+\t.\tID=rna-NM_1.1;Parent=gene-AAA;Name=NM_1.1;tag=MANE Select
chr2\tRefSeq\texon\t101\t200\t.\t+\t.\tID=exon-1;Parent=rna-NM_1.1
chr2\tRefSeq\texon\t301\t400\t.\t+\t.\tID=exon-2;Parent=rna-NM_1.1
chr2\tRefSeq\tCDS\t151\t200\t.\t+\t0\tID=cds-1;Parent=rna-NM_1.1;protein_id=NP_1.1
chr2\tRefSeq\tCDS\t301\t310\t.\t+\t1\tID=cds-1;Parent=rna-NM_1.1;protein_id=NP_1.1
"""
BARE = """\
chr2\tmine\texon\t101\t200\t.\t+\t.\tgene_id "AAA"; transcript_id "T1";
chr2\tmine\texon\t301\t400\t.\t+\t.\tgene_id "AAA"; transcript_id "T1";
chr2\tmine\tCDS\t151\t200\t.\t+\t0\tgene_id "AAA"; transcript_id "T1";
chr2\tmine\tCDS\t301\t310\t.\t+\t1\tgene_id "AAA"; transcript_id "T1";
"""


def models_of(folder, text, name="models.gtf"):
    path = folder / name
    opener = gzip.open if name.endswith(".gz") else open
    with opener(path, "wt") as stream:
        stream.write(text)
    return read_models(path)


@pytest.mark.parametrize(
    ("text", "name", "transcript", "protein", "mane"),
    [
        (GENCODE, "m.gtf", "ENST1.1", "ENSP1.1", True),
        (GENCODE, "m.gtf.gz", "ENST1.1", "ENSP1.1", True),
        (NCBI, "m.gff3", "NM_1.1", "NP_1.1", True),
        (BARE, "m.gtf", "T1", "", False),
    ],
)
def test_every_dialect_tells_the_same_transcript(tmp_path, text, name, transcript, protein, mane):
    model = models_of(tmp_path, text, name).iloc[0]
    assert (model["gene"], model["transcript"], model["protein"]) == ("AAA", transcript, protein)
    assert model["exon_starts"] == [101, 301]
    assert model["exon_ends"] == [200, 400]
    assert model["coding_starts"] == [151, 301]
    assert model["coding_ends"] == [200, 310]
    assert model["mane"] == mane
    assert model["biotype"] == "protein_coding"


def test_chromosomes_stand_in_genome_order(tmp_path):
    assert models_of(tmp_path, GENCODE)["chromosome"].tolist() == ["chr2", "chr10"]


def twice(text, *changes):
    """The same models once more, on Y 50 bases further on."""
    again = text.replace("chr2\t", "chrY\t")
    for old, new in changes:
        again = again.replace(old, new)
    rows = [line.split("\t") for line in again.splitlines() if line.startswith("chrY")]
    moved = [[*row[:3], *(str(int(place) + 50) for place in row[3:5]), *row[5:]] for row in rows]
    return text.replace("chr2\t", "chrX\t") + "".join("\t".join(row) + "\n" for row in moved)


SUFFIX = [("rna-NM_1.1", "rna-NM_1.1-2"), ("gene-AAA", "gene-AAA-2")]
OF_GENCODE = NCBI.replace("Name=AAA", "gene_id=ENSG1.2;Name=AAA")


@pytest.mark.parametrize(
    ("text", "name", "transcripts", "genes"),
    [
        (twice(BARE), "m.gtf", ["T1", "T1_chrY"], ["AAA", "AAA"]),
        (twice(GENCODE), "m.gtf", ["ENST1.1", "ENST1.1_chrY"], ["ENSG1.2", "ENSG1.2"]),
        (twice(NCBI, *SUFFIX), "m.gff3", ["NM_1.1", "NM_1.1-2"], ["AAA", "AAA-2"]),
        (twice(OF_GENCODE, *SUFFIX), "m.gff3", ["NM_1.1", "NM_1.1-2"], ["ENSG1.2", "ENSG1.2"]),
    ],
)
def test_a_transcript_of_x_and_y_stands_at_both_places(tmp_path, text, name, transcripts, genes):
    models = models_of(tmp_path, text, name).query("gene == 'AAA'")
    assert models["chromosome"].tolist() == ["chrX", "chrY"]
    assert models["transcript"].tolist() == transcripts
    assert models["gene_id"].tolist() == genes
    assert models["exon_starts"].tolist() == [[101, 301], [151, 351]]
    assert models["coding_ends"].tolist() == [[200, 310], [250, 360]]
    parents = [line.split("ID=gene:")[1] for line in gff3_lines(models) if "ID=gene:" in line]
    assert len({parent.split(";")[0] for parent in parents}) == len(parents) == 2


OF_GFF3 = """\
chrM\tRefSeq\tgene\t3307\t4262\t.\t+\t.\tID=gene-ND1;Name=ND1;gene=ND1;gene_biotype=protein_coding
chrM\tRefSeq\tCDS\t3307\t4262\t.\t+\t0\tID=cds-YP_1;Parent=gene-ND1;protein_id=YP_1
"""
OF_GTF = """\
chrM\tRefSeq\tgene\t3307\t4262\t.\t+\t.\tgene_id "ND1"; transcript_id ""; gene "ND1";
chrM\tRefSeq\tCDS\t3307\t4259\t.\t+\t0\tgene_id "ND1"; transcript_id "T_7"; gene "ND1"; \
protein_id "YP_1";
chrM\tRefSeq\tstop_codon\t4260\t4262\t.\t+\t0\tgene_id "ND1"; transcript_id "T_7"; gene "ND1";
"""


@pytest.mark.parametrize(
    ("text", "name", "transcript"),
    [(NCBI + OF_GFF3, "m.gff3", "ND1"), (GENCODE + OF_GTF, "m.gtf", "T_7")],
)
def test_a_gene_without_exons_is_what_it_codes(tmp_path, text, name, transcript):
    """RefSeq has the genes of the mitochondrion so."""
    models = models_of(tmp_path, text, name)
    model = models.query("chromosome == 'chrM'").iloc[0]
    named = ["gene", "gene_id", "transcript", "protein", "biotype"]
    assert model[named].tolist() == ["ND1", "ND1", transcript, "YP_1", "protein_coding"]
    assert (model["exon_starts"], model["exon_ends"]) == ([3307], [4262])
    assert (model["coding_starts"], model["coding_ends"]) == ([3307], [4262])
    assert "ND1" in gene_table(models, None)["gene"].tolist()


@pytest.mark.parametrize("text", ["", "# nothing\n", "chr1\tx\tgene\t1\t9\t.\t+\t.\tID=g1\n"])
def test_a_file_without_transcripts_is_refused(tmp_path, text):
    with pytest.raises(ValueError, match=r"models\.gtf"):
        models_of(tmp_path, text)


def test_written_models_read_back_the_same(tmp_path):
    models = models_of(tmp_path, GENCODE)
    again = models_of(tmp_path, "\n".join(gtf_lines(models)) + "\n", "again.gtf")
    pd.testing.assert_frame_equal(models, again)


def test_csq_gets_ids_phases_and_untranslated_parts(tmp_path):
    lines = [line.split("\t") for line in gff3_lines(models_of(tmp_path, GENCODE))][1:]
    own = [(line[2], int(line[3]), int(line[4]), line[7]) for line in lines if "ENST1.1" in line[8]]
    assert ("CDS", 151, 200, "0") in own
    assert ("CDS", 301, 310, "1") in own
    assert ("five_prime_UTR", 101, 150, ".") in own
    assert ("three_prime_UTR", 311, 400, ".") in own
    heads = {line[8] for line in lines if line[2] == "transcript"}
    assert "ID=transcript:ENST2.1;Parent=gene:ENSG2.1;biotype=lincRNA" in heads


def test_models_of_another_naming_are_refused(tmp_path):
    models = models_of(tmp_path, GENCODE)
    with pytest.raises(ValueError, match="disagree on contigs: the models name chr2, chr10"):
        on_contigs(models, {"2": 1000, "10": 1000})


def test_models_beyond_the_genome_are_left_out(tmp_path):
    models = models_of(tmp_path, GENCODE)
    assert on_contigs(models, {"chr2": 1000})["gene"].tolist() == ["AAA"]
    assert on_contigs(models, {"chr2": 350, "chr10": 500})["gene"].tolist() == ["BBB"]


def test_without_a_genome_chromosomes_get_their_prefix(tmp_path):
    models = models_of(tmp_path, GENCODE.replace("chr", ""))
    assert on_contigs(models, None)["chromosome"].tolist() == ["chr2", "chr10"]


def transcript(name, gene, contig, coding, **changes):
    row = {
        "transcript": name,
        "gene": gene,
        "gene_id": gene,
        "chromosome": contig,
        "start": coding[0][0],
        "end": coding[-1][1],
        "strand": "+",
        "mane": False,
        "canonical": False,
        "coding_starts": [part[0] for part in coding],
        "coding_ends": [part[1] for part in coding],
    }
    return row | changes


def test_the_representative_is_mane_then_canonical_then_the_longest():
    rows = [
        transcript("short_mane", "A", "chr1", [(1, 30)], mane=True),
        transcript("long", "A", "chr1", [(1, 90)]),
        transcript("canonical", "B", "chr1", [(101, 130)], canonical=True),
        transcript("longer", "B", "chr1", [(101, 190)]),
        transcript("first", "C", "chr1", [(201, 230)]),
        transcript("longest", "C", "chr1", [(201, 290)]),
    ]
    table = gene_table(pd.DataFrame(rows), None)
    assert table["transcript"].tolist() == ["short_mane", "canonical", "longest"]
    assert table["protein_length"].tolist() == [9, 9, 29]


def test_coding_bases_of_overlapping_transcripts_count_once():
    rows = [
        transcript("T1", "A", "chr1", [(11, 20), (31, 40)]),
        transcript("T2", "A", "chr1", [(16, 25)]),
    ]
    models = pd.DataFrame(rows)
    table = gene_table(models, None)
    assert table["coding_bases"].tolist() == [25]
    bed = coding_bed(models, table)
    assert bed[["start", "end"]].to_numpy().tolist() == [[10, 25], [30, 40]]


def test_a_symbol_on_x_and_y_keeps_x():
    rows = [
        transcript("T1", "CD99", "chrX", [(1, 30)]),
        transcript("T2", "CD99", "chrY", [(1, 90)]),
    ]
    assert gene_table(pd.DataFrame(rows), None)["transcript"].tolist() == ["T1"]


def test_a_universe_with_an_unknown_gene_is_refused():
    with pytest.raises(ValueError, match=r"1 gene\(s\) without a coding model: NOPE"):
        gene_table(pd.DataFrame([transcript("T1", "A", "chr1", [(1, 30)])]), ["A", "NOPE"])


def test_arms_follow_centromeres_and_else_the_middle():
    genes = pd.DataFrame(
        {"chromosome": ["chr17", "chr17", "scaffold"], "start": [10, 60, 10], "end": [20, 70, 20]}
    )
    lengths = {"chr17": 100, "scaffold": 100}
    assert arms_of(genes, {"chr17": 25}, lengths) == ["17p", "17q", "scaffoldp"]
    assert arms_of(genes, {}, lengths) == ["17p", "17q", "scaffoldp"]


@pytest.mark.parametrize("contig", ["chr17", "17"])
@pytest.mark.parametrize("known", ["chr17", "17"])
def test_a_centromere_is_found_whether_chromosomes_have_a_prefix_or_not(contig, known):
    genes = pd.DataFrame({"chromosome": [contig], "start": [30], "end": [40]})
    assert arms_of(genes, {known: 25}, {contig: 100}) == ["17q"]


def test_pathways_keep_genes_of_the_universe_within_limits(tmp_path):
    path = tmp_path / "sets.gmt"
    path.write_text("wide\tn\tA\tB\tC\tX\nnarrow\tn\tA\nsame\tn\tC\tB\tA\nsmall\tn\tC\tA\n")
    kept = pathways_of(read_gmt(path), ["C", "B", "A"], 2, 3)
    assert kept.groupby("pathway")["gene"].agg(list).to_dict() == {
        "same": ["C", "B", "A"],
        "small": ["C", "A"],
    }


def test_a_gene_set_without_genes_is_refused(tmp_path):
    path = tmp_path / "sets.gmt"
    path.write_text("fine\tn\tA\nempty\tn\n")
    with pytest.raises(ValueError, match="line 2: gene set 'empty' has no gene"):
        read_gmt(path)
