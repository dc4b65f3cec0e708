"""Known sites come into the form that recalibration reads, or are refused by name."""

import gzip
from pathlib import Path

import pytest
from pysam import VariantFile

from gcin.reference.known_sites import prepare_known_sites

SIZES = {"chr1": 1000, "chr2": 500}
HEADER = "##fileformat=VCFv4.2\n{contigs}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"


def known(tmp_path, *places, contigs=""):
    rows = "".join(f"{contig}\t{pos}\trs{pos}\tA\tC\t.\t.\t.\n" for contig, pos in places)
    path = tmp_path / "known.vcf.gz"
    path.write_bytes(gzip.compress((HEADER.format(contigs=contigs) + rows).encode()))
    return str(path)


def prepare(tmp_path, path):
    out = tmp_path / "sites.vcf.gz"
    prepare_known_sites(path, SIZES, str(out), f"{out}.tbi")
    return out


def test_a_gzipped_file_without_index_becomes_one_that_can_be_asked_by_place(tmp_path):
    path = known(tmp_path, ("chr1", 5), ("chr1", 900), ("chr9", 7))
    with VariantFile(str(prepare(tmp_path, path))) as sites:
        assert [site.pos for site in sites.fetch("chr1", 100, 1000)] == [900]


@pytest.mark.parametrize(
    ("places", "contigs", "told"),
    [
        ([("1", 5)], "", "no site on a contig of the genome: it has 1, the genome chr1, chr2"),
        ([], "", "it has no contig"),
        ([("chr1", 5)], "##contig=<ID=chr1,length=9>\n", "chr1 has 9 bases, the genome says 1000"),
        ([("chr1", 50), ("chr1", 5)], "", "sorted by position"),
    ],
)
def test_sites_of_another_genome_are_refused(tmp_path, places, contigs, told):
    with pytest.raises(ValueError, match=rf"known\.vcf\.gz .*{told}"):
        prepare(tmp_path, known(tmp_path, *places, contigs=contigs))


def test_a_cut_file_is_refused(tmp_path):
    path = Path(known(tmp_path, *(("chr1", pos) for pos in range(1, 1000))))
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(ValueError, match=r"known\.vcf\.gz cannot be used as known sites"):
        prepare(tmp_path, str(path))
