"""Sites alone, and what other VCFs say of their alleles."""

import pytest
from cyvcf2 import VCF
from pysam import faidx, tabix_index

from gcin.annotation.selection import select_sites

SEQUENCE = "ACGTTGCACCATTTTTGACGTACGGATCCA"
HEAD = """\
##fileformat=VCFv4.2
##contig=<ID={contig},length=30>
##INFO=<ID=AF,Number=A,Type=Float,Description="Frequency">
##INFO=<ID=AC,Number=A,Type=Integer,Description="Copies">
##INFO=<ID=CLNSIG,Number=.,Type=String,Description="Significance">
##FILTER=<ID=RF,Description="Failed random forest">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"""
SITES = [(10, "C", "A"), (10, "C", "T"), (11, "AT", "A"), (20, "G", "A"), (21, "T", "C")]


def vcf(path, rows, samples=(), contig="chr1"):
    """Write `pos ref alt info` rows, with a filter after them or none, bgzipped and indexed."""
    genotypes = ["GT", *["0/1"] * len(samples)] if samples else []
    lines = ["\t".join([HEAD.format(contig=contig), *(["FORMAT", *samples] if samples else [])])]
    for position, old, new, info, *verdict in rows:
        place = [contig, str(position), "rs1", old, new, "9", *(verdict or ["PASS"]), info]
        lines.append("\t".join([*place, *genotypes]))
    path.write_text("\n".join(lines) + "\n")
    return tabix_index(str(path), preset="vcf", force=True)


@pytest.fixture
def looked_up(tmp_path):
    """Look the alleles of SITES up in VCFs of the given rows."""

    def look_up(*known, contig="chr1", fields=None, sites=SITES):
        fields = fields or {"AF": "gnomAD_AF"}
        genome = tmp_path / "genome.fa"
        genome.write_text(f">chr1\n{SEQUENCE}\n")
        faidx(str(genome))
        genotypes = vcf(tmp_path / "own.vcf", [(*site, "AF=0.5") for site in sites], ["S"])
        files = [
            (vcf(tmp_path / f"known-{number}.vcf", rows, contig=contig), fields)
            for number, rows in enumerate(known)
        ]
        out = str(tmp_path / "sites.vcf.gz")
        select_sites(genotypes, files, str(genome), {"chr1": 30}, tmp_path, out)
        return out

    return look_up


def told(path, field):
    return {(site.POS, site.REF, site.ALT[0]): site.INFO.get(field) for site in VCF(path)}


def test_sites_have_no_genotypes_and_no_words_of_their_own(looked_up):
    found = list(VCF(looked_up()))
    assert [(site.POS, site.REF, *site.ALT) for site in found] == SITES
    assert not VCF(looked_up()).samples
    assert all(site.ID is None and site.QUAL is None and not dict(site.INFO) for site in found)


def test_an_allele_is_found_in_a_record_of_several_and_with_bases_to_spare(looked_up):
    rows = [
        (9, "CC", "CT,C", "AF=0.2,0.05"),
        (14, "TT", "T", "AF=0.3"),
        (20, "G", "A,C", "AF=0.1,0.4"),
    ]
    found = told(looked_up(rows), "gnomAD_AF")
    assert found == {
        (10, "C", "A"): None,
        (10, "C", "T"): pytest.approx(0.2),
        (11, "AT", "A"): None,
        (20, "G", "A"): pytest.approx(0.1),
        (21, "T", "C"): None,
    }


def test_what_others_filtered_is_no_rarer_for_it(looked_up):
    path = looked_up([(20, "G", "A", "AF=0.1", "RF"), (21, "T", "C", "AF=0", "RF")])
    assert told(path, "gnomAD_AF")[20, "G", "A"] == pytest.approx(0.1)
    assert told(path, "gnomAD_AF")[21, "T", "C"] == 0


def test_a_field_that_is_not_as_its_header_says_does_not_matter_unless_it_is_read(looked_up):
    rows = [(10, "C", "A,T", "AF=0.1,0.2;AC=7")]
    assert told(looked_up(rows), "gnomAD_AF")[10, "C", "T"] == pytest.approx(0.2)
    with pytest.raises(ValueError, match=r"(?s)known-0.vcf.gz .* fields in INFO/AC"):
        looked_up(rows, fields={"AC": "AC"})


def test_fields_of_several_files_stand_side_by_side(looked_up):
    frequencies = [(20, "G", "A", "AF=0.1")]
    meanings = [(20, "G", "A", "CLNSIG=Pathogenic,risk"), (21, "T", "G", "CLNSIG=Benign")]
    both = {"AF": "gnomAD_AF", "CLNSIG": "CLIN_SIG"}
    path = looked_up(frequencies, meanings, fields=both)
    assert told(path, "gnomAD_AF")[20, "G", "A"] == pytest.approx(0.1)
    assert told(path, "CLIN_SIG")[20, "G", "A"] == "Pathogenic,risk"
    assert told(path, "CLIN_SIG")[21, "T", "C"] is None


def test_a_file_on_other_contigs_is_refused(looked_up):
    with pytest.raises(ValueError, match=r"known-0.vcf.gz .* no record .* it has 1, .* chr1"):
        looked_up([(20, "G", "A", "AF=0.1")], contig="1")


def test_a_field_that_a_file_lacks_is_told(looked_up):
    with pytest.raises(ValueError, match=r"(?s)known-0.vcf.gz of annotation.custom .*XX"):
        looked_up([(20, "G", "A", "AF=0.1")], fields={"XX": "gnomAD_AF"})


@pytest.mark.parametrize(
    ("rows", "frequency"),
    [
        ([(20, "G", "A", "AF=0.3"), (21, "T", "C", "AF=0.2")], 0.2),
        ([(20, "G", "A", "AF=0.3")], None),
        ([(20, "G", "A", "AF=0.3"), (21, "T", "G", "AF=0.2")], None),
        ([(20, "G", "A", "AF=0.3"), (21, "T", "C", ".")], None),
        ([(20, "G", "A", "AF=0.3"), (20, "GT", "AC", "AF=0.01"), (21, "T", "C", "AF=0.2")], 0.01),
        ([(20, "G", "C,A", "AF=0.4,0.3"), (21, "T", "C", "AF=0")], 0),
    ],
)
def test_bases_replaced_at_once_are_no_more_frequent_than_the_rarest(looked_up, rows, frequency):
    sites = [(10, "C", "A"), (20, "GT", "AC"), (21, "T", "C")]
    found = told(looked_up(rows, sites=sites), "gnomAD_AF")
    expected = None if frequency is None else pytest.approx(frequency)
    assert found[20, "GT", "AC"] == expected
    assert found[10, "C", "A"] is None


def test_a_base_between_that_stays_needs_no_frequency_and_other_fields_none(looked_up):
    rows = [(20, "G", "A", "AF=0.3;CLNSIG=Benign"), (22, "A", "G", "AF=0.2;CLNSIG=Benign")]
    fields = {"AF": "MAX_AF", "CLNSIG": "CLIN_SIG"}
    path = looked_up(rows, fields=fields, sites=[(20, "GTA", "ATG")])
    assert told(path, "MAX_AF") == {(20, "GTA", "ATG"): pytest.approx(0.2)}
    assert told(path, "CLIN_SIG") == {(20, "GTA", "ATG"): None}


def test_a_cohort_without_a_site_has_none_to_look_up(looked_up):
    assert told(looked_up([(20, "G", "A", "AF=0.3")], sites=[]), "gnomAD_AF") == {}


def test_another_file_adds_its_own_and_takes_no_bound_away(looked_up):
    bases = [(20, "G", "A", "AF=0.3"), (21, "T", "C", "AF=0.2")]
    sites = [(20, "GT", "AC"), (21, "T", "C")]
    found = told(looked_up(bases, [(10, "C", "T", "AF=0.9")], sites=sites), "gnomAD_AF")
    assert found[20, "GT", "AC"] == pytest.approx(0.2)
    found = told(looked_up(bases, [(20, "GT", "AC", "AF=0.05")], sites=sites), "gnomAD_AF")
    assert found[20, "GT", "AC"] == pytest.approx(0.05)
