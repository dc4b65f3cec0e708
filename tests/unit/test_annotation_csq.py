"""VEP's blocks from gene models and from what bcftools csq says."""

import pandas as pd
import pysam
import pytest

from gcin.annotation.alleles import place_alleles
from gcin.annotation.blocks import FIELDS, describe
from gcin.annotation.consequences import SEVERITY, bits_of, impact_of, rank_of, terms_of
from gcin.annotation.csq import as_vep, gains_stop, read_changes
from gcin.annotation.files import csq_fields, csq_lines, custom_values
from gcin.annotation.overlaps import near_transcripts
from gcin.annotation.protein import protein_change
from gcin.annotation.transcripts import flatten

# Exons 1001-1100, 1201-1300, 1401-1500; coding 1051-1100, 1201-1300, 1401-1450.
MODEL = {
    "transcript": "T1",
    "gene": "AAA",
    "gene_id": "G1",
    "chromosome": "chr1",
    "start": 1001,
    "end": 1500,
    "strand": "+",
    "biotype": "protein_coding",
    "protein": "P1",
    "mane": False,
    "canonical": False,
    "phase": 0,
    "exon_starts": [1001, 1201, 1401],
    "exon_ends": [1100, 1300, 1500],
    "coding_starts": [1051, 1201, 1401],
    "coding_ends": [1100, 1300, 1450],
}
NOT_CODING = {"biotype": "lncRNA", "coding_starts": [], "coding_ends": []}


def blocks_of(position, reference="A", alternate="G", prediction=None, models=None, unknown=False):
    models = [MODEL] if models is None else models
    row = ["chr1", position, reference, alternate, prediction]
    columns = ["chromosome", "position", "reference", "alternate", "prediction"]
    text = describe(
        pd.DataFrame([row], columns=columns),
        flatten(pd.DataFrame(models)),
        distance=5000,
        has_unknown=lambda contig, first, last: unknown,
    )
    return [dict(zip(FIELDS, block.split("|"), strict=True)) for block in text.iloc[0].split(",")]


@pytest.mark.parametrize(
    ("position", "forward", "backward"),
    [
        (900, "upstream_gene_variant", "downstream_gene_variant"),
        (6500, "downstream_gene_variant", "upstream_gene_variant"),
        (6501, "intergenic_variant", "intergenic_variant"),
        (1010, "5_prime_UTR_variant", "3_prime_UTR_variant"),
        (1480, "3_prime_UTR_variant", "5_prime_UTR_variant"),
        (1150, "intron_variant", "intron_variant"),
        (1101, "splice_donor_variant", "splice_acceptor_variant"),
        (1200, "splice_acceptor_variant", "splice_donor_variant"),
        (
            1105,
            "splice_donor_5th_base_variant&intron_variant",
            "splice_region_variant&splice_polypyrimidine_tract_variant&intron_variant",
        ),
        (
            1104,
            "splice_donor_region_variant&intron_variant",
            "splice_region_variant&splice_polypyrimidine_tract_variant&intron_variant",
        ),
        (
            1186,
            "splice_polypyrimidine_tract_variant&intron_variant",
            "intron_variant",
        ),
        (
            1108,
            "splice_region_variant&intron_variant",
            "splice_region_variant&splice_polypyrimidine_tract_variant&intron_variant",
        ),
        (
            1099,
            "splice_region_variant&coding_sequence_variant",
            "splice_region_variant&coding_sequence_variant",
        ),
    ],
)
def test_where_a_variant_lies_is_told_by_strand(position, forward, backward):
    assert blocks_of(position)[0]["Consequence"] == forward
    assert blocks_of(position, models=[MODEL | {"strand": "-"}])[0]["Consequence"] == backward


@pytest.mark.parametrize(
    ("position", "terms"),
    [
        (1250, "non_coding_transcript_exon_variant"),
        (1150, "intron_variant&non_coding_transcript_variant"),
        (1102, "splice_donor_variant&non_coding_transcript_variant"),
    ],
)
def test_exon_and_intron_of_a_non_coding_transcript_differ(position, terms):
    assert blocks_of(position, models=[MODEL | NOT_CODING])[0]["Consequence"] == terms


def test_a_coding_change_has_its_places_and_names():
    block = blocks_of(1210, prediction="missense|AAA|T1|protein_coding|+|20R>20G|1210A>G")[0]
    assert block["Consequence"] == "missense_variant"
    assert block["IMPACT"] == "MODERATE"
    assert block["EXON"] == "2/3"
    assert (block["cDNA_position"], block["CDS_position"], block["Protein_position"]) == (
        "110",
        "60",
        "20",
    )
    assert block["Amino_acids"] == "R/G"
    assert (block["HGVSc"], block["HGVSp"]) == ("T1:c.60A>G", "P1:p.Arg20Gly")


def test_the_reverse_strand_counts_from_its_own_end():
    block = blocks_of(
        1450,
        prediction="start_lost|AAA|T1|protein_coding|-|1M>1T|1450A>G",
        models=[MODEL | {"strand": "-"}],
    )[0]
    assert (block["EXON"], block["CDS_position"], block["HGVSc"]) == ("1/3", "1", "T1:c.1T>C")
    assert (block["Consequence"], block["HGVSp"]) == ("start_lost", "P1:p.Met1?")


def test_unknown_bases_in_the_codon_leave_the_change_unknown():
    told = "missense|AAA|T1|protein_coding|+|20R>20G|1210A>G"
    assert blocks_of(1210, prediction=told, unknown=True)[0]["Consequence"] == (
        "coding_sequence_variant"
    )


def test_a_deletion_over_an_exon_boundary_names_both_sides():
    block = blocks_of(1097, "ACGTACGT", "A")[0]
    assert block["Consequence"] == (
        "splice_donor_variant&splice_donor_region_variant&coding_sequence_variant&intron_variant"
    )
    assert (block["Allele"], block["VARIANT_CLASS"]) == ("-", "deletion")
    assert (block["EXON"], block["INTRON"], block["CDS_position"]) == ("1/3", "1/2", "48-?")


@pytest.mark.parametrize("strand", ["+", "-"])
@pytest.mark.parametrize(
    ("position", "reference", "alternate", "forward", "backward"),
    [
        (1048, "ACGTA", "A", "start_lost&5_prime_UTR_variant", "stop_lost&3_prime_UTR_variant"),
        (1050, "AC", "TTG", "start_lost&5_prime_UTR_variant", "stop_lost&3_prime_UTR_variant"),
        (
            *(1050, "AC", "TG", "start_lost&5_prime_UTR_variant"),
            "coding_sequence_variant&3_prime_UTR_variant",
        ),
        (1050, "A", "ACC", "5_prime_UTR_variant", "3_prime_UTR_variant"),
        (1448, "ACGTA", "A", "stop_lost&3_prime_UTR_variant", "start_lost&5_prime_UTR_variant"),
        *(
            (place, "A", inserted, f"{term}&splice_region_variant", None)
            for place in (1100, 1200)
            for inserted, term in (("AC", "frameshift_variant"), ("ACCC", "inframe_insertion"))
        ),
    ],
)
def test_what_reaches_over_the_end_of_coding_bases_tells_what_becomes_of_them(
    position, reference, alternate, forward, backward, strand
):
    model = MODEL | {"strand": strand}
    block = blocks_of(position, reference, alternate, models=[model])[0]
    assert block["Consequence"] == (forward if strand == "+" else backward or forward)


@pytest.mark.parametrize(
    ("alternate", "term"),
    [("CG", "frameshift_variant"), ("CGCC", "frameshift_variant"), ("CGCCCC", None)],
)
def test_bases_that_are_replaced_shift_the_frame_by_their_number(alternate, term):
    told = "inframe_deletion|AAA|T1|protein_coding"
    block = blocks_of(1220, "GTC", alternate, prediction=told)[0]
    assert block["Consequence"] == (term or "protein_altering_variant")


def test_a_first_codon_of_unknown_bases_is_not_known_to_be_lost():
    block = blocks_of(1048, "ACGTA", "A", unknown=True)[0]
    assert block["Consequence"] == "coding_sequence_variant&5_prime_UTR_variant"


def test_a_variant_may_begin_before_the_first_transcript_whose_exon_codes():
    naked = MODEL | {"start": 1051, "exon_starts": [1051, 1201, 1401]}
    far = MODEL | {"transcript": "T9", "start": 9001, "end": 9500, "exon_starts": [9001]}
    far |= {"exon_ends": [9500], "coding_starts": [9001], "coding_ends": [9500]}
    seen = []
    variants = pd.DataFrame(
        [["chr1", 1048, "ACGTA", "A", None]],
        columns=["chromosome", "position", "reference", "alternate", "prediction"],
    )
    describe(
        variants,
        flatten(pd.DataFrame([naked, far])),
        distance=100,
        has_unknown=lambda contig, first, last: seen.append((first, last)) or False,
    )
    assert seen
    assert all(1051 <= first <= last <= 1053 for first, last in seen)


def test_a_deletion_of_everything_is_an_ablation():
    block = blocks_of(1000, "A" * 502, "A")[0]
    assert (block["Consequence"], block["IMPACT"]) == ("transcript_ablation", "HIGH")


def test_one_block_speaks_for_each_gene():
    models = [
        MODEL,
        MODEL | {"transcript": "T2", "mane": True},
        MODEL | {"transcript": "T3", "gene": "BBB", "gene_id": "G2"} | NOT_CODING,
    ]
    told = blocks_of(1150, models=models)
    assert {(block["Feature"], block["PICK"]) for block in told} == {
        ("T1", ""),
        ("T2", "1"),
        ("T3", "1"),
    }


def test_a_deleted_allele_has_no_block():
    with pytest.raises(IndexError):
        blocks_of(1150, alternate="*")


@pytest.mark.parametrize(
    ("reference", "alternate", "start", "end", "allele", "kind"),
    [
        ("A", "G", 10, 10, "G", "SNV"),
        ("A", "AGT", 11, 10, "GT", "insertion"),
        ("AGT", "A", 11, 12, "-", "deletion"),
        ("AG", "CT", 10, 11, "CT", "substitution"),
        ("AGT", "CC", 10, 12, "CC", "indel"),
        ("A", "<DEL>", 10, 10, "<DEL>", "sequence_alteration"),
    ],
)
def test_alleles_are_trimmed_and_named(reference, alternate, start, end, allele, kind):
    columns = ["chromosome", "position", "reference", "alternate"]
    placed = place_alleles(pd.DataFrame([["chr1", 10, reference, alternate]], columns=columns))
    row = placed.iloc[0]
    assert (row["start"], row["end"], row["allele"], row["kind"]) == (start, end, allele, kind)


def test_csq_values_are_read_by_transcript():
    text = "missense&splice_region|A|T1|x|+|12A>12B|5A>G,5_prime_utr|A|T2|x"
    text += ",synonymous|A|T3|x|+|7K|5A>G"
    changes = read_changes(pd.Series([text, None], index=["v", "w"]))
    assert changes[["variant", "transcript", "place", "old", "new"]].to_numpy().tolist() == [
        ["v", "T1", 12, "A", "B"],
        ["v", "T3", 7, "K", "K"],
    ]
    assert [terms_of(bits) for bits in changes["bits"]] == [
        ["missense_variant"],
        ["synonymous_variant"],
    ]


@pytest.mark.parametrize("term", ["feature_elongation", "feature_truncation"])
def test_replaced_bases_in_frame_alter_the_protein(term):
    told = f"splice_region&{term}|A|T1|protein_coding,{term}|A|T1|protein_coding|+|5VL>5AHV|9TG>C"
    changes = read_changes(pd.Series([told, f"frameshift&{told.split(',')[1]}"]))
    assert changes["bits"].tolist() == [
        bits_of(["protein_altering_variant"]), bits_of(["frameshift_variant"]),
    ]  # fmt: skip
    assert changes["new"].tolist() == ["AHV", "AHV"]


def test_joined_records_of_csq_are_refused():
    with pytest.raises(ValueError, match="--local-csq"):
        read_changes(pd.Series(["missense|A|T1|x|+|1A>1B|5A>G,@5"]))


@pytest.mark.parametrize(
    ("terms", "old", "new", "kind", "start", "vep"),
    [
        (["inframe_insertion"], "A", "AC", "insertion", False, ["inframe_insertion"]),
        (["inframe_insertion"], "A", "CD", "insertion", False, ["protein_altering_variant"]),
        (["inframe_deletion"], "AC", "A", "deletion", False, ["inframe_deletion"]),
        (["inframe_deletion"], "AC", "D", "indel", False, ["protein_altering_variant"]),
        (["missense_variant"], "L", "P", "SNV", True, ["start_lost"]),
        (["missense_variant"], "L", "P", "SNV", False, ["missense_variant"]),
    ],
)
def test_terms_are_those_of_vep(terms, old, new, kind, start, vep):
    assert terms_of(as_vep(bits_of(terms), old, new, kind, in_start_codon=start)) == vep


@pytest.mark.parametrize(
    ("old", "new", "term"),
    [("ER", "A*", "stop_gained"), ("K*", "KR", "stop_lost"), ("ER", "AK", "missense_variant")],
)
def test_a_stop_among_several_residues_is_gained_or_lost(old, new, term):
    bits = bits_of(["missense_variant"])
    assert terms_of(as_vep(bits, old, new, "substitution", in_start_codon=False)) == [term]


def test_a_frameshift_gains_a_stop_only_in_its_own_codons():
    assert gains_stop("*", "Y", 1)
    assert not gains_stop("AC*", "Y", 1)
    assert not gains_stop("*", "Y", 0)


@pytest.mark.parametrize(
    ("terms", "place", "old", "new", "name"),
    [
        (["missense_variant"], 57, "R", "Q", "p.Arg57Gln"),
        (["stop_gained"], 842, "Q", "*", "p.Gln842Ter"),
        (["stop_gained"], 70, "YG", "*F", "p.Tyr70_Gly71delinsTer"),
        (["synonymous_variant"], 7, "K", "K", "p.Lys7%3D"),
        (["inframe_deletion"], 129, "PD", "P", "p.Asp130del"),
        (["inframe_deletion"], 129, "PDE", "P", "p.Asp130_Glu131del"),
        (["inframe_insertion"], 5, "AC", "AKC", "p.Ala5_Cys6insLys"),
        (["frameshift_variant"], 105, "TPVS", "TRF*", "p.Pro106ArgfsTer3"),
        (["frameshift_variant"], 105, "TPVS", "TRFA", "p.Pro106ArgfsTer?"),
        (["start_lost"], 0, "", "", "p.Met1?"),
        (["missense_variant"], 0, "", "", ""),
    ],
)
def test_protein_changes_have_their_hgvs_names(terms, place, old, new, name):
    assert protein_change(bits_of(terms), place, old, new) == name


def test_terms_pack_and_unpack_in_the_order_of_severity():
    bits = bits_of(["intron_variant", "splice_donor_variant"])
    assert terms_of(bits) == ["splice_donor_variant", "intron_variant"]
    assert impact_of(bits) == "HIGH"
    assert [rank_of(bits_of([term])) for term in SEVERITY] == list(range(len(SEVERITY)))


def test_the_written_file_has_veps_header_and_the_custom_fields(tmp_path):
    sites = pd.DataFrame(
        [["chr1", 5, "A", "G", "CLIN_SIG=benign,risk;OTHER=1"], ["chr1", 6, "A", "*", "."]],
        columns=["chromosome", "position", "reference", "alternate", "info"],
    )
    told = pd.Series(["G|missense_variant,G|intron_variant"], index=[0])
    lines = csq_lines(
        [sites],
        lambda chunk: told,
        ["CLIN_SIG"],
        ["Allele", "Consequence"],
        ["##contig=<ID=chr1>"],
    )
    path = tmp_path / "sites.vcf"
    path.write_text("\n".join(lines) + "\n")
    assert csq_fields(path) == ["Allele", "Consequence", "CLIN_SIG"]
    with pysam.VariantFile(str(path)) as stream:
        records = [(record.pos, record.info["CSQ"]) for record in stream]
    assert records == [(5, ("G|missense_variant|benign&risk", "G|intron_variant|benign&risk"))]


@pytest.mark.parametrize(
    ("info", "text"),
    [
        ("Hotspot;AF=0.1", "|1"),
        ("AF=0.1;Hotspot", "|1"),
        ("Hotspot", "|1"),
        ("Hotspot=2", "|2"),
        ("Hotspot=.", "|"),
        ("NoHotspot;AF=Hotspot", "|"),
        (".", "|"),
    ],
)
def test_a_flag_that_is_set_is_told(info, text):
    assert custom_values(site_of(info), ["Hotspot"]).tolist() == [text]


def site_of(info):
    columns = ["chromosome", "position", "reference", "alternate", "info"]
    return pd.DataFrame([["chr1", 5, "A", "G", info]], columns=columns, index=[7])


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("SpliceAI_max", "G|TP53|0.01|0.00|0.91|0.00|-5|10|2|-30", "no number from 0 to 1"),
        ("SpliceAI_max", "0.9,35", "no number from 0 to 1"),
        ("gnomAD_AF", "0.9,0.1", "several frequencies of one allele"),
        ("AF", "12", "no number from 0 to 1"),
        ("CADD_PHRED", "-0.31", "no number from 0 to 99"),
    ],
)
def test_what_would_be_read_as_another_number_is_refused(field, value, problem):
    with pytest.raises(ValueError, match=rf"{field} .*chr1:5 A>G, .*{problem}\. Name an INFO"):
        custom_values(site_of(f"X=1;{field}={value}"), ["X", field])


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("gnomAD_AF", "0.1,.", "|0.1&."),
        ("gnomAD_AF", "1e-05", "|1e-05"),
        ("REVEL", "0.3,0.5", "|0.3&0.5"),
        ("CADD_PHRED", "nan", "|nan"),
        ("Other", "9|x", "|9&x"),
    ],
)
def test_a_number_that_is_one_is_told_as_it_stands(field, value, text):
    assert custom_values(site_of(f"{field}={value}"), [field]).tolist() == [text]


def test_a_transcript_near_the_start_of_its_contig_is_found_from_every_position():
    positions = pd.Series(range(1, 9_000))
    placed = pd.DataFrame({"chromosome": "chrM", "low": positions, "high": positions})
    models = pd.DataFrame({"chromosome": ["chrM"], "start": [3307], "end": [4262]})
    variants, _ = near_transcripts(placed, models, 2000)
    assert positions[variants].tolist() == list(range(1307, 6263))
    variants, _ = near_transcripts(placed, models, 5000)
    assert positions[variants].tolist() == list(range(1, 9_000))
