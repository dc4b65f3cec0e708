"""MAF files become calls on GRCh38."""

import gzip

import pandas as pd
import pytest

from gcin.annotation.anchoring import anchor
from gcin.annotation.classifications import as_terms
from gcin.annotation.cohort import calls_of_cohort
from gcin.annotation.maf import read_maf, select_samples
from gcin.annotation.symbols import match_genes
from gcin.reference.liftover import read_chains
from gcin.reference.tables import Symbols

CHAIN = """\
chain 1 chr1 1000 + 0 500 chr1 2000 + 1000 1500 1
500

chain 1 chrX 1000 + 0 500 chrX 2000 + 1000 1500 2
500

chain 1 chrY 1000 + 0 900 chrY 2000 + 1000 1900 3
900
"""
ROW = {
    "Hugo_Symbol": "AAA",
    "NCBI_Build": "GRCh37",
    "Chromosome": "1",
    "Start_Position": "101",
    "End_Position": "101",
    "Reference_Allele": "A",
    "Tumor_Seq_Allele2": "G",
    "Variant_Type": "SNP",
    "Variant_Classification": "Missense_Mutation",
    "Tumor_Sample_Barcode": "S1",
    "HGVSp_Short": "p.R57G",
    "t_depth": "100",
    "t_alt_count": "25",
}
GENES = pd.DataFrame(
    {
        "gene": ["AAA", "NEW", "XXX", "Y2"],
        "chromosome": ["chr1", "chr1", "chrX", "chrY"],
        "start": [1050, 1300, 1000, 1600],
        "end": [1200, 1350, 1400, 1700],
    }
)
SHARED = pd.DataFrame(
    [
        ("GRCh37", "PAR1", "chrX", 101, 200),
        ("GRCh37", "PAR1", "chrY", 51, 150),
        ("GRCh37", "PAR2", "chrX", 401, 450),
        ("GRCh37", "PAR2", "chrY", 801, 850),
        ("GRCh38", "PAR1", "chrX", 1001, 1200),
        ("GRCh38", "PAR1", "chrY", 1001, 1200),
    ],
    columns=["build", "region", "chrom", "start", "end"],
)
SYMBOLS = Symbols(
    {"OLD": "NEW", "Old-n1": "NEW"},
    {"OLD": ["NEW"], "9-SEP": ["NEW"], "TWO": ["AAA", "NEW"], "Y2": ["AAA"]},
)


@pytest.fixture
def read(tmp_path):
    """Read a MAF of the given rows for sample S1."""

    def read_rows(
        *rows,
        words=None,
        fetch=None,
        assembly="GRCh37",
        comment="",
        header_only=False,
        tissue="tumour",
        genes=GENES,
    ):
        path = tmp_path / "calls.maf"
        table = pd.DataFrame([ROW | row for row in rows or ({},)])[: 0 if header_only else None]
        path.write_text(comment + table.to_csv(sep="\t", index=False))
        chain = tmp_path / "small.chain"
        chain.write_text(CHAIN)
        row = {"sample": "S1", "file": str(path), "assembly": assembly, "tissue": tissue}
        return calls_of_cohort(
            sheet=pd.DataFrame([row]),
            genes=genes,
            symbols=SYMBOLS,
            chains=read_chains(chain),
            shared=SHARED,
            classifications=words or {},
            fetch=fetch,
        )

    return read_rows


def test_a_call_is_lifted_and_translated(read):
    call = read({}, comment="#version 2.4\n")[0].iloc[0]
    assert (call["chromosome"], call["position"]) == ("chr1", 1101)
    assert (call["reference"], call["alternate"], call["gene"]) == ("A", "G", "AAA")
    assert (call["consequence"], call["impact"]) == ("missense_variant", "MODERATE")
    assert (call["hgvsp"], call["protein_position"]) == ("p.R57G", 57)
    assert (call["depth"], call["vaf"], call["dosage"]) == (100, 0.25, 1)
    assert call["filter"] == "PASS"


def test_a_call_on_the_new_assembly_stays(read):
    row = {"NCBI_Build": "GRCh38", "Chromosome": "chr1", "Start_Position": "1101"}
    assert read(row, assembly="GRCh38")[0]["position"].tolist() == [1101]


def test_an_assembly_that_contradicts_the_sheet_is_refused(read):
    with pytest.raises(
        ValueError, match="line 2: NCBI_Build is 'GRCh37', but the sheet says GRCh38"
    ):
        read({}, assembly="GRCh38")


def test_chromosomes_may_be_numbered_through(read):
    on_x = {"Hugo_Symbol": "XXX", "Chromosome": "23"}
    calls, unplaced = read({}, on_x, on_x | {"Chromosome": "X", "Start_Position": "201"})
    assert calls["chromosome"].tolist() == ["chr1", "chrX", "chrX"]
    assert unplaced.empty


def test_chromosomes_that_the_genome_does_not_have_are_refused(read):
    with pytest.raises(ValueError, match=r"line 3: Chromosome is '25', and in 1 of 2 rows"):
        read({}, {"Chromosome": "25"})


def test_other_barcodes_are_not_read(read):
    assert len(read({}, {"Tumor_Sample_Barcode": "S9"})[0]) == 1


def test_a_file_of_other_barcodes_alone_is_refused(read):
    with pytest.raises(ValueError, match=r"none of its 1 barcodes .* as S1\. Did you mean S1-T"):
        read({"Tumor_Sample_Barcode": "S1-T"})


@pytest.mark.parametrize(("sample", "barcode"), [("S2", "s2"), ("007", "7")])
def test_a_sample_that_the_file_writes_otherwise_is_refused(sample, barcode):
    table = pd.DataFrame([ROW | {"Tumor_Sample_Barcode": name} for name in ("S1", barcode)])
    sheet = pd.DataFrame({"sample": ["S1", sample], "assembly": "GRCh37", "tissue": "tumour"})
    with pytest.raises(ValueError, match=f"sample {sample} has no call, and barcode {barcode}, "):
        select_samples(table, sheet, "calls.maf")
    rows = sheet.replace(sample, barcode)
    assert select_samples(table, rows, "calls.maf")["sample"].tolist() == ["S1", barcode]


def test_spaces_around_a_barcode_do_not_count(read):
    assert read({"Tumor_Sample_Barcode": "S1 "})[0]["sample"].tolist() == ["S1"]


def test_a_file_without_calls_is_of_samples_without_variants(read):
    assert read(header_only=True)[0].empty


@pytest.mark.parametrize("comment", ["#version 2.4\n", "#version 2.4\n# two\n"])
def test_comments_are_passed_over_wherever_they_stand(read, comment):
    calls, _ = read({}, {"Hugo_Symbol": "# the end", "Tumor_Sample_Barcode": ""}, comment=comment)
    assert len(calls) == 1


def test_a_row_without_barcode_is_told_by_its_line(read):
    with pytest.raises(ValueError, match=r"calls\.maf, line 4: the row names no Tumor_Sample"):
        read({}, {"Tumor_Sample_Barcode": ""}, comment="#version 2.4\n")


def test_a_gzipped_file_is_read_under_any_name(tmp_path):
    path = tmp_path / "calls.maf"
    path.write_bytes(gzip.compress(pd.DataFrame([ROW]).to_csv(sep="\t", index=False).encode()))
    assert read_maf(str(path)).index.tolist() == [2]


@pytest.mark.parametrize("end", [b"TP\xe9\n", b"a" + b"\tb" * 20 + b"\n"])
def test_a_row_that_cannot_be_read_is_told_with_the_file(tmp_path, end):
    path = tmp_path / "calls.maf"
    path.write_bytes(pd.DataFrame([ROW]).to_csv(sep="\t", index=False).encode() + end)
    with pytest.raises(ValueError, match=r"calls\.maf cannot be read as MAF: .*(utf-8|fields)"):
        read_maf(str(path))


def test_calls_without_place_or_gene_are_listed_with_the_reason(read):
    calls, unplaced = read(
        {},
        {"Start_Position": "700"},
        {"Hugo_Symbol": "NOBODY"},
        {"Chromosome": "2"},
    )
    assert len(calls) == 1
    assert unplaced["reason"].tolist() == [
        "not in GRCh38",
        "gene without a model",
        "not in GRCh38",
    ]
    assert unplaced["position"].tolist() == [700, 101, 101]


def test_events_without_alleles_stay_with_their_gene(read):
    event = {"Start_Position": "", "Reference_Allele": "na", "Tumor_Seq_Allele2": "na"}
    event |= {"Variant_Type": "ITD", "Variant_Classification": "ITD", "HGVSp_Short": "na"}
    call = read(event)[0].iloc[0]
    assert (call["position"], call["reference"], call["alternate"]) == (1050, "N", "<ITD>")
    assert call["consequence"] == "inframe_insertion"
    assert pd.isna(call["protein_position"])


def test_copies_of_a_call_count_once(read):
    assert len(read({}, {})[0]) == 1


def test_of_copies_that_differ_in_their_filter_one_that_passes_stays(read):
    calls = read({"FILTER": "oxog"}, {"FILTER": "PASS"}, {"FILTER": "oxog"})[0]
    assert calls["filter"].tolist() == ["PASS"]


def test_a_population_frequency_is_a_share_or_told_to_be_none(read, caplog):
    with pytest.raises(ValueError, match=r"calls\.maf, line 3: 12\.5 is no population frequency"):
        read({"gnomAD_AF": "0.5"}, {"gnomAD_AF": "12.5"})
    calls, _ = read({"gnomAD_AF": "T:0.1"})
    assert calls["population_af"].isna().all()
    assert "1 frequencies are no number, as T:0.1" in caplog.text


@pytest.mark.parametrize(
    ("written", "tumour", "germline"),
    [
        ("common_variant", "common_variant", "PASS"),
        ("PASS,common_variant", "PASS,common_variant", "PASS"),
        ("oxog;common_variant", "oxog;common_variant", "oxog"),
        ("oxog,low", "oxog,low", "oxog,low"),
        ("common_variant,oxog", "common_variant,oxog", "oxog"),
    ],
)
def test_an_inherited_allele_may_be_common(read, written, tumour, germline):
    told = [read({"FILTER": written}, tissue=t)[0]["filter"].item() for t in ("tumour", "germline")]
    assert told == [tumour, germline]


def test_the_alternate_may_stand_first(read):
    first = {"Tumor_Seq_Allele1": "C", "Tumor_Seq_Allele2": "A"}
    calls, unplaced = read({"Tumor_Seq_Allele1": "A"}, first | {"Start_Position": "111"})
    assert calls[["reference", "alternate"]].to_numpy().tolist() == [["A", "G"], ["A", "C"]]
    assert unplaced.empty


@pytest.mark.parametrize(("first", "told"), [("C", True), ("G", False), ("A", False), ("", False)])
def test_a_second_alternate_is_told_of(read, caplog, first, told):
    assert read({"Tumor_Seq_Allele1": first})[0]["alternate"].tolist() == ["G"]
    assert ("1 rows have two alternates; Allele1 is not read" in caplog.text) == told


@pytest.mark.parametrize("first", ["A", "", "NA"])
def test_a_row_without_an_alternate_is_no_call(read, first):
    calls, unplaced = read({"Tumor_Seq_Allele1": first, "Tumor_Seq_Allele2": "A"})
    assert calls.empty
    assert unplaced["reason"].tolist() == ["no alternate allele"]


@pytest.mark.parametrize(
    ("rows", "shares"),
    [
        ([{"t_vaf": "45.5"}, {"t_vaf": "0.8"}, {"t_vaf": "100"}], [0.455, 0.008, 1]),
        ([{"t_vaf": "0.45"}, {"t_vaf": "1"}, {"t_vaf": "1.2"}], [0.45, 1, 0.25]),
        # plasma: in percent, few of them above 1
        (
            [{"t_vaf": v, "t_alt_count": v[-1], "t_depth": "1000"} for v in ("0.4", "0.6", "0.9")],
            [0.004, 0.006, 0.009],
        ),
        (
            [{"t_vaf": v, "t_alt_count": ""} for v in ("0.4", "0.6", "0.9", "2.5")],
            [0.004, 0.006, 0.009, 0.025],
        ),
        (
            [{"t_vaf": "0.4", "t_alt_count": ""}] * 10 + [{"t_vaf": "1.1", "t_alt_count": ""}],
            [0.4] * 10 + [None],
        ),
        ([{"t_depth": "", "t_ref_count": "30", "t_alt_count": "10"}], [0.25]),
        ([{"t_depth": "", "t_ref_count": "", "t_alt_count": "10"}], [None]),
        ([{"t_depth": "0", "t_ref_count": "0", "t_alt_count": "0"}], [None]),
    ],
)
def test_shares_of_reads_are_told_in_parts_or_percent_or_counted(read, rows, shares):
    placed = [row | {"Start_Position": str(101 + place)} for place, row in enumerate(rows)]
    found = read(*placed)[0]["vaf"]
    assert found.tolist() == pytest.approx(
        [float("nan") if s is None else s for s in shares], nan_ok=True
    )


@pytest.mark.parametrize(
    ("row", "depth"),
    [
        ({"t_depth": "50", "t_ref_count": "30", "t_alt_count": "10"}, 50),
        ({"t_depth": "", "t_ref_count": "30", "t_alt_count": "10"}, 40),
        ({"t_depth": "", "t_ref_count": "30", "t_alt_count": ""}, None),
    ],
)
def test_reads_are_counted_where_their_number_is_not_told(read, row, depth):
    found = read(row)[0]["depth"].iloc[0]
    assert pd.isna(found) if depth is None else found == depth


@pytest.mark.parametrize(
    ("tissue", "kept"),
    [
        ("tumour", ["Somatic", "Unknown", "", "odd"]),
        ("germline", ["Germline", "Unknown", "", "odd"]),
    ],
)
def test_only_rows_that_are_calls_of_the_sample_s_tissue_enter(read, caplog, tissue, kept):
    words = ["Somatic", "Germline", "LOH", "None", "WILDTYPE", "Unknown", "", "odd"]
    words += ["Post-transcriptional modification"]
    rows = [
        {"Mutation_Status": word, "Start_Position": str(101 + i)} for i, word in enumerate(words)
    ]
    calls, unplaced = read(*rows, tissue=tissue)
    assert calls["position"].tolist() == sorted(1101 + words.index(word) for word in kept)
    left = [word for word in words if word not in kept]
    assert unplaced["reason"].tolist() == [f"Mutation_Status is {word}" for word in left]
    assert "2 calls of status Unknown, odd pass for the tissue's own" in caplog.text


def test_a_file_of_the_other_tissue_is_refused(read):
    with pytest.raises(
        ValueError, match=r"line 3: Mutation_Status is Germline, and no row .*tumour"
    ):
        read({"Mutation_Status": "LOH"}, {"Mutation_Status": "Germline"})


def test_a_tumour_that_only_lost_alleles_is_no_fault_of_the_sheet(read):
    calls, unplaced = read({"Mutation_Status": "LOH"}, {"Mutation_Status": "None"})
    assert calls.empty
    assert unplaced["reason"].tolist() == ["Mutation_Status is LOH", "Mutation_Status is None"]


@pytest.mark.parametrize(
    ("assembly", "position", "place"),
    [("GRCh37", 60, 1110), ("GRCh37", 810, 1410), ("GRCh38", 1101, 1101)],
)
def test_a_call_in_what_x_and_y_share_is_one_of_x(read, assembly, position, place):
    row = {"Hugo_Symbol": "XXX", "Chromosome": "Y", "NCBI_Build": assembly}
    calls, unplaced = read(row | {"Start_Position": str(position)}, assembly=assembly)
    assert calls[["chromosome", "position"]].to_numpy().tolist() == [["chrX", place]]
    assert unplaced.empty


@pytest.mark.parametrize("chromosome", ["1", "chr1"])
def test_chromosomes_are_named_as_the_genes_are(read, chromosome):
    bare = GENES.assign(chromosome=GENES["chromosome"].str.removeprefix("chr"))
    rows = [{"Chromosome": chromosome}, {"Chromosome": "Y", "Hugo_Symbol": "XXX"}]
    calls, unplaced = read(*rows, genes=bare, fetch=lambda contig, *place: "A" * (contig in "1X"))
    assert calls["chromosome"].tolist() == ["1", "X"]
    assert unplaced.empty


def test_a_call_in_y_s_own_part_stays(read):
    calls, _ = read({"Hugo_Symbol": "Y2", "Chromosome": "Y", "Start_Position": "620"})
    assert calls[["chromosome", "position"]].to_numpy().tolist() == [["chrY", 1620]]


def test_the_first_column_that_has_a_word_counts_row_by_row(read):
    rows = [
        {"gnomAD_AF": "0.3", "ExAC_AF": "0.2", "HGVSp": "p.Arg57Gly"},
        {"gnomAD_AF": "", "ExAC_AF": "0.2", "HGVSp_Short": "", "HGVSp": "p.Arg77Gly"},
        {"gnomAD_AF": "NA", "ExAC_AF": ".", "HGVSp_Short": ".", "HGVSp": "."},
    ]
    placed = [row | {"Start_Position": str(101 + place)} for place, row in enumerate(rows)]
    calls = read(*placed)[0]
    assert calls["population_af"].tolist() == pytest.approx([0.3, 0.2, float("nan")], nan_ok=True)
    assert calls["hgvsp"].tolist() == ["p.R57G", "p.Arg77Gly", ""]
    assert calls["protein_position"].fillna(0).tolist() == [57, 77, 0]


def test_a_share_of_the_tumour_s_reads_is_no_population_frequency(read):
    assert read({"AF": "0.4"})[0]["population_af"].isna().all()
    assert read({"AF": "0.4", "EUR_AF": ""})[0]["population_af"].tolist() == [0.4]


def test_older_symbols_are_brought_up_to_date(read):
    assert read({"Hugo_Symbol": "OLD"})[0]["gene"].tolist() == ["NEW"]


def test_symbols_in_other_capitals_are_known(read):
    assert read({"Hugo_Symbol": "OLD-N1"})[0]["gene"].tolist() == ["NEW"]


def test_a_symbol_in_other_capitals_of_two_genes_is_nobody_s():
    found = match_genes(pd.Series(["ab", "aB", "Cd"]), ["AB", "Ab", "CD"], {"cD": "gone"})
    assert found.isna().all()


@pytest.mark.parametrize(
    ("symbol", "position", "gene"),
    [
        ("2009-09-01 00:00:00", "301", "NEW"),
        ("2009-09-01", "101", None),
        ("TWO", "101", "AAA"),
        ("Two", "301", "NEW"),
        ("TWO", "401", None),
        ("Y2", "101", "AAA"),
    ],
)
def test_of_a_symbol_s_meanings_that_counts_in_which_the_call_lies(read, symbol, position, gene):
    calls, unplaced = read({"Hugo_Symbol": symbol, "Start_Position": position})
    assert calls["gene"].tolist() == [gene] * (gene is not None)
    assert unplaced["gene"].tolist() == [symbol] * (gene is None)


def test_a_universe_with_older_symbols_is_met_too():
    found = match_genes(pd.Series(["NEW", "OLD", "X"]), ["OLD"], {"OLD": "NEW"})
    assert found[:2].tolist() == ["OLD", "OLD"]
    assert pd.isna(found[2])


def test_an_unknown_classification_names_line_and_value(read):
    with pytest.raises(
        ValueError, match=r"calls\.maf: unknown Variant_Classification, line 3: 'odd'"
    ):
        read({}, {"Variant_Classification": "odd"})


def test_the_configuration_may_explain_a_classification(read):
    calls, _ = read({"Variant_Classification": "odd"}, words={"odd": "stop_gained"})
    assert calls["consequence"].tolist() == ["stop_gained"]


def test_sequence_ontology_terms_are_taken_as_they_are():
    assert as_terms(pd.Series(["stop_gained"]), {}, "x").tolist() == ["stop_gained"]


def test_a_missing_column_is_named(tmp_path):
    path = tmp_path / "bad.maf"
    path.write_text("Chromosome\tStart_Position\n1\t5\n")
    with pytest.raises(ValueError, match=r"bad\.maf: no column Hugo_Symbol"):
        read_maf(str(path))


GENOME = "NNACGTTTTTGCA"


def fetch(contig, first, last):
    return GENOME[max(first - 1, 0) : last]


@pytest.mark.parametrize(
    ("position", "reference", "alternate", "written"),
    [
        (3, "A", "G", (3, "A", "G")),
        (8, "T", "-", (5, "GT", "G")),
        (8, "-", "T", (5, "G", "GT")),
        (11, "GC", "-", (10, "TGC", "T")),
        (5, "GT", "CA", (5, "GT", "CA")),
        (5, "GTT", "CTT", (5, "G", "C")),
        (3, "ACG", "ATG", (4, "C", "T")),
        (4, "CG", "GG", (4, "C", "G")),
        (1, "NN", "-", (1, "NNA", "A")),
        (5, "N", "<ITD>", (5, "N", "<ITD>")),
    ],
)
def test_alleles_are_anchored_and_left_aligned(position, reference, alternate, written):
    columns = ["chromosome", "position", "reference", "alternate"]
    calls = pd.DataFrame([["chr1", position, reference, alternate]], columns=columns)
    table, contradicts = anchor(calls, fetch)
    assert tuple(table.iloc[0][["position", "reference", "alternate"]]) == written
    assert not contradicts.any()


@pytest.mark.parametrize(
    ("position", "reference", "alternate"), [(14, "-", "T"), (14, "C", "-"), (13, "AC", "-")]
)
def test_a_call_beyond_the_end_of_its_contig_contradicts_the_genome(position, reference, alternate):
    columns = ["chromosome", "position", "reference", "alternate"]
    calls = pd.DataFrame([["chr1", position, reference, alternate]], columns=columns)
    table, contradicts = anchor(calls, fetch)
    assert table.iloc[0].tolist() == ["chr1", position, reference, alternate]
    assert contradicts.all()


def test_a_reference_allele_that_the_genome_contradicts_is_listed(read):
    calls, unplaced = read({}, fetch=lambda contig, first, last: "C" * (last - first + 1))
    assert calls.empty
    assert unplaced["reason"].tolist() == ["reference allele differs from the genome"]


def test_a_file_of_another_assembly_is_refused(read):
    rows = [{"Start_Position": str(101 + place)} for place in range(10)]
    few = lambda contig, first, last: "A" if first < 1107 else "C"  # noqa: E731
    assert len(read(*rows, fetch=few)[0]) == 6
    with pytest.raises(ValueError, match=r"calls\.maf: 10 of 10 reference alleles .* assembly"):
        read(*rows, fetch=lambda contig, first, last: "C")


def test_neighbouring_bases_replaced_at_once_are_as_frequent_as_the_rarest(read):
    """Patients of other haplotypes have the bases apart, each with what a database says of it."""
    several = {"Reference_Allele": "ACG", "Tumor_Seq_Allele2": "GCT", "Variant_Type": "TNP"}
    first = {"gnomAD_AF": "0.3"}
    last = {"Start_Position": "103", "Reference_Allele": "G", "Tumor_Seq_Allele2": "T"}

    def frequency(*others, **own):
        calls, _ = read({"gnomAD_AF": ""} | several | own, *others)
        return calls.set_index("reference").loc["ACG", "population_af"]

    assert frequency(first, last | {"gnomAD_AF": "0.2"}) == 0.2
    assert frequency(first, last | {"gnomAD_AF": "0.2"}, gnomAD_AF="0.01") == 0.01
    assert pd.isna(frequency(first, last | {"gnomAD_AF": ""}))
    assert pd.isna(frequency(first))
    assert pd.isna(frequency(first, last | {"gnomAD_AF": "0.2", "Tumor_Seq_Allele2": "A"}))
