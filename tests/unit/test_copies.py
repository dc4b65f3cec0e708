"""Copy number: whose depth is compared, and what is said of one copy, three, none and nothing."""

import numpy as np
import pandas as pd
import pytest

from gcin.copies import ratios
from gcin.copies.alleles import gene_imbalance, heterozygous_sites, read_shares, read_sites
from gcin.copies.bins import gc_shares, gene_bins, read_depths
from gcin.copies.ratios import FLOOR
from gcin.copies.references import references_of

GENES_EACH, BINS_EACH = 40, 10
DEPTH = 60


def gene_copies(bins, depths, genes, needed):
    """Copies in a germline sample, the first of those whose depths are given."""
    return ratios.gene_copies(bins, depths, genes, needed, inherited=depths[:, 0])


def made(chromosomes=("chr1", "chr2", "chrX")):
    """Genes of ten bins each, 40 on each chromosome, and their bins."""
    genes, bins = [], []
    rng = np.random.default_rng(5)
    for chromosome in chromosomes:
        for number in range(GENES_EACH):
            start = 10_000 * number
            genes.append((f"{chromosome}.{number}", chromosome, start + 1, start + 5_000))
            bins += [
                (chromosome, start + 500 * place, start + 500 * (place + 1), gc)
                for place, gc in enumerate(rng.uniform(0.3, 0.6, BINS_EACH).round(4))
            ]
    return (
        pd.DataFrame(genes, columns=["gene", "chromosome", "start", "end"]),
        pd.DataFrame(bins, columns=["chromosome", "start", "end", "gc"]),
    )


def sequenced(bins, samples, seed=1, copies=None, males=(), gc_slope=0.0):
    """Depths of samples that share capture biases; `copies` scales bins of the first sample."""
    rng = np.random.default_rng(seed)
    bias = rng.lognormal(0, 0.4, len(bins))[:, None]
    depth = DEPTH * bias * rng.uniform(0.7, 1.4, samples)
    depth[:, 0] *= 1 if copies is None else copies
    depth[:, 0] *= np.exp2(gc_slope * (bins["gc"] - 0.45))
    depth[np.ix_((bins["chromosome"] == "chrX").to_numpy(), list(males))] /= 2
    return rng.poisson(depth).astype(np.float32)


def scaled(bins, gene, copies, whole=2):
    chromosome, number = gene.split(".")
    start = 10_000 * int(number)
    own = (bins["chromosome"] == chromosome) & bins["start"].between(start, start + 4_999)
    return np.where(own, copies / whole, 1.0)


def log2_of(table, gene):
    return table.set_index("gene").loc[gene, "log2"]


@pytest.mark.parametrize(("copies", "log2"), [(1, -1), (2, 0), (3, np.log2(1.5)), (6, np.log2(3))])
def test_copies_of_a_gene_are_the_log2_of_its_depth_beside_normals(copies, log2):
    genes, bins = made()
    depths = sequenced(bins, 9, copies=scaled(bins, "chr1.7", copies))
    table = gene_copies(bins, depths, genes, needed=8)
    assert table["gene"].tolist() == genes["gene"].tolist()
    assert log2_of(table, "chr1.7") == pytest.approx(log2, abs=0.15)
    others = table[table["gene"] != "chr1.7"]["log2"]
    assert others.abs().max() < 0.25
    assert others.median() == pytest.approx(0, abs=0.02)
    assert (table["bins"] == BINS_EACH).all()
    assert (table["normals"] == 8).all()


def test_the_error_says_how_far_ratios_lie_from_the_truth_whatever_the_copies():
    genes, bins = made()
    depths = sequenced(bins, 9, copies=np.where(bins["chromosome"] == "chr1", 1.5, 1.0))
    table = gene_copies(bins, depths, genes, needed=8)
    by_chromosome = table.groupby(genes["chromosome"])
    strays, said = by_chromosome["log2"].std(), by_chromosome["error"].median()
    assert (said / strays).between(0.6, 1.5).all()


@pytest.mark.parametrize("number", [3, 4, 10])
def test_the_median_of_bins_is_drawn_to_neither_side(number):
    values = np.random.default_rng(1).normal(0, 0.3, (5000, number))
    medians = [ratios._summed(own, np.ones(number))[0] for own in values]
    assert medians == pytest.approx(np.median(values, axis=1))


def test_a_gene_without_a_read_is_gone_and_not_missing():
    genes, bins = made()
    depths = sequenced(bins, 9, copies=scaled(bins, "chr2.3", 0))
    assert log2_of(gene_copies(bins, depths, genes, needed=8), "chr2.3") == FLOOR


def test_how_depth_depends_on_gc_in_the_sample_alone_is_taken_off():
    genes, bins = made()
    bins["gc"] = np.repeat(np.random.default_rng(2).uniform(0.3, 0.6, len(genes)), BINS_EACH)
    depths = sequenced(bins, 9, copies=scaled(bins, "chr1.7", 1), gc_slope=3)
    table = gene_copies(bins, depths, genes, needed=8)
    assert log2_of(table, "chr1.7") == pytest.approx(-1, abs=0.15)
    assert table[table["gene"] != "chr1.7"]["log2"].abs().max() < 0.25


def test_too_few_normals_leave_every_gene_missing_and_never_normal():
    genes, bins = made()
    table = gene_copies(bins, sequenced(bins, 8), genes, needed=8)
    assert table["log2"].isna().all()
    alone = gene_copies(bins, sequenced(bins, 1), genes, needed=8)
    assert alone["log2"].isna().all()


def test_x_is_compared_with_normals_that_have_as_many():
    genes, bins = made()
    depths = sequenced(bins, 12, males=(0, 1, 2, 3, 4, 5))
    few = gene_copies(bins, depths, genes, needed=6)
    on_x = genes["chromosome"].eq("chrX").to_numpy()
    assert few["log2"][on_x].isna().all()
    assert few["log2"][~on_x].notna().all()
    enough = gene_copies(bins, depths, genes, needed=5)
    assert enough["log2"][on_x].abs().max() < 0.4
    assert (enough["normals"][on_x] == 5).all()
    assert (enough["normals"][~on_x] == 11).all()


@pytest.mark.parametrize("left", [0.75, 0.5])
def test_a_lost_x_is_seen_beside_the_patient_s_own_germline(left):
    genes, bins = made()
    lost = np.where(bins["chromosome"] == "chrX", left, 1.0)
    depths = sequenced(bins, 2, copies=lost)
    table = ratios.gene_copies(bins, depths, genes, needed=1, inherited=depths[:, 1])
    on_x = genes["chromosome"].eq("chrX").to_numpy()
    assert table["log2"][on_x].median() == pytest.approx(np.log2(left), abs=0.1)


def people(x, y):
    """Depths of one sample with so many X and Y as given, of eight women and of eight men."""
    genes, bins = made(("chr1", "chr2", "chrX", "chrY"))
    depths = sequenced(bins, 17)
    for name, copies in (("chrX", [x, *[2] * 8, *[1] * 8]), ("chrY", [y, *[0] * 8, *[1] * 8])):
        depths[(bins["chromosome"] == name).to_numpy()] *= np.array(copies) / 2
    return genes, bins, depths


def by_chromosome(table, genes, chromosome):
    return table["log2"][genes["chromosome"].eq(chromosome).to_numpy()]


@pytest.mark.parametrize(
    ("sex", "x", "y", "on_x", "on_y"),
    [
        ("female", 2, 0, 0, None),
        ("female", 1.3, 0, np.log2(1.3 / 2), None),  # most cells lost an X
        ("female", 1, 0, -1, None),
        ("male", 1, 1, 0, 0),
        ("male", 2, 1, 1, 0),
        ("male", 1, 0.25, 0, -2),  # three quarters of the cells lost the Y
    ],
)
def test_a_tumour_s_x_and_y_are_held_against_people_of_its_patient_s_sex(sex, x, y, on_x, on_y):
    genes, bins, depths = people(x, y)
    inherited = depths[:, 1 if sex == "female" else 9]
    table = ratios.gene_copies(bins, depths, genes, 7, inherited)
    for chromosome, log2 in (("chrX", on_x), ("chrY", on_y)):
        own = by_chromosome(table, genes, chromosome)
        assert own.isna().all() if log2 is None else own.median() == pytest.approx(log2, abs=0.1)


@pytest.mark.parametrize(
    ("x", "y", "log2"), [(2, 0, 0), (1, 1, 0), (1.6, 0, np.log2(0.8)), (1, 0, None), (2, 1, None)]
)
def test_a_tumour_alone_tells_of_x_where_x_and_y_agree(x, y, log2):
    genes, bins, depths = people(x, y)
    own = by_chromosome(ratios.gene_copies(bins, depths, genes, 7, None), genes, "chrX")
    assert own.isna().all() if log2 is None else own.median() == pytest.approx(log2, abs=0.1)


def test_a_tumour_alone_without_bins_on_y_tells_nothing_of_x():
    genes, bins = made()
    table = ratios.gene_copies(bins, sequenced(bins, 9), genes, 8, None)
    assert by_chromosome(table, genes, "chrX").isna().all()
    assert by_chromosome(table, genes, "chr1").notna().all()


def test_bins_that_normals_hardly_show_are_left_out():
    genes, bins = made()
    depths = sequenced(bins, 9)
    depths[:8] /= 100
    table = gene_copies(bins, depths, genes, needed=8)
    assert np.isnan(log2_of(table, "chr1.0"))
    assert table["bins"][0] == 2
    assert table["log2"].notna().sum() == len(genes) - 1


def test_a_sample_without_reads_and_a_gene_without_bins_are_missing():
    genes, bins = made()
    depths = sequenced(bins, 9)
    depths[:, 0] = 0
    assert gene_copies(bins, depths, genes, needed=8)["log2"].isna().all()
    elsewhere = pd.concat([genes, genes.iloc[:1].assign(gene="far", chromosome="chr9")])
    table = gene_copies(bins, sequenced(bins, 9), elsewhere, needed=8)
    assert np.isnan(log2_of(table, "far"))
    assert table["bins"].iloc[-1] == 0


def test_mitochondrial_genes_are_not_measured():
    genes, bins = made(("chr1", "chr2", "chrM"))
    table = gene_copies(bins, sequenced(bins, 9), genes, needed=8)
    assert table["log2"][genes["chromosome"].eq("chrM")].isna().all()


def sheet(*rows):
    table = pd.DataFrame(rows, columns=["sample", "patient", "tissue", "kind"])
    return table.assign(cohort="a")


SHEET = sheet(
    *[(f"N{number}", f"N{number}", "germline", "bam") for number in range(3)],
    ("P1", "P1", "germline", "fastq"),
    ("P1T", "P1", "tumour", "fastq"),
    ("P2", "P2", "germline", "vcf"),
    ("P2T", "P2", "tumour", "cram"),
)


@pytest.mark.parametrize(
    ("sample", "normals", "least", "expected"),
    [
        ("P1", ["N2", "N0", "N1"], 3, (["N0", "N1", "N2"], 3)),
        ("N1", ["N2", "N0", "N1"], 3, (["N0", "N2"], 3)),
        ("P1T", ["N2", "N0", "N1"], 3, (["N0", "N1", "N2"], 3)),
        ("P1T", ["N2", "N0", "N1"], 4, (["P1"], 1)),
        ("P1T", ["N0", "P1"], 2, (["P1"], 1)),
        ("P2T", [], 4, ([], 4)),
        ("P1", [], 4, ([], 4)),
    ],
)
def test_the_reference_is_the_named_normals_or_a_tumour_s_own_germline(
    sample, normals, least, expected
):
    assert tuple(references_of(SHEET, normals, least)[sample]) == expected


def test_one_of_a_patient_s_own_germline_samples_is_enough():
    rows = pd.concat([SHEET, sheet(("P1B", "P1", "germline", "bam"))])
    assert references_of(rows, [], 4)["P1T"] == (["P1", "P1B"], 1)


def test_a_patient_of_another_cohort_is_nobody_s_germline():
    rows = SHEET.assign(cohort=["b" if name == "P1" else "a" for name in SHEET["sample"]])
    assert references_of(rows, [], 4)["P1T"] == ([], 4)


def test_bins_are_the_called_bases_of_genes_cut_evenly():
    calling = pd.DataFrame(
        [("chr1", 0, 1_000), ("chr1", 2_000, 2_030), ("chr2", 50, 1_250)],
        columns=["chromosome", "start", "end"],
    )
    genes = pd.DataFrame(
        [("A", "chr1", 101, 5_000), ("B", "chr1", 501, 900), ("C", "chr2", 1, 9_000)],
        columns=["gene", "chromosome", "start", "end"],
    )
    bins = gene_bins(calling, genes, {"chr1": 9_000, "chr2": 9_000}, 500)
    assert bins.to_numpy().tolist() == [
        ["chr1", 100, 550],
        ["chr1", 550, 1000],
        ["chr2", 50, 450],
        ["chr2", 450, 850],
        ["chr2", 850, 1250],
    ]


def test_gc_is_of_the_known_bases(tmp_path):
    (tmp_path / "genome.fa").write_text(">chr1\nGGCCNNNNatATNNNN\n")
    bins = pd.DataFrame(
        [("chr1", 0, 8), ("chr1", 2, 10), ("chr1", 12, 16)], columns=["chromosome", "start", "end"]
    )
    assert gc_shares(bins, tmp_path / "genome.fa").tolist() == [1, 0.5, 0]


def test_depths_of_other_bins_are_refused(tmp_path):
    (tmp_path / "a").write_text("chr1\t0\t9\t0.5\t3.00\nchr1\t9\t18\t0.25\t4.00\n")
    (tmp_path / "b").write_text("chr1\t0\t9\t0.5\t3.00\nchr1\t9\t19\t0.25\t4.00\n")
    bins, depths = read_depths([tmp_path / "a", tmp_path / "a"])
    assert depths.tolist() == [[3, 3], [4, 4]]
    assert bins["gc"].tolist() == [0.5, 0.25]
    with pytest.raises(ValueError, match=r"b is of other bins than the rest\. Delete it"):
        read_depths([tmp_path / "a", tmp_path / "b"])


def observed(loss, sites=200, reads=60, seed=3):
    """Heterozygous SNVs of a tumour, `loss` of whose cells lack one allele or the other."""
    rng = np.random.default_rng(seed)
    kept = rng.random(sites) < 0.5
    share = np.where(kept, 1, 1 - loss) / (2 - loss)
    return pd.DataFrame(
        {
            "chromosome": "chr1",
            "position": np.arange(sites) * 1_000,
            "share": rng.binomial(reads, share) / reads,
            "reads": reads,
        }
    )


LOCI = pd.DataFrame(
    [("A", "chr1", 90_001, 110_000), ("B", "chr1", 900_001, 900_100), ("C", "chr2", 1, 100)],
    columns=["gene", "chromosome", "start", "end"],
)


@pytest.mark.parametrize(
    ("loss", "loh"), [(0, 0), (0.5, 1 / 3), (0.8, 2 / 3), (1, 1)], ids=["none", "half", "80", "all"]
)
def test_a_lost_allele_tips_the_balance_of_the_gene_s_neighbourhood(loss, loh):
    table = gene_imbalance(observed(loss), LOCI)
    assert table["loh"][0] == pytest.approx(loh, abs=0.1)
    assert table["heterozygous"].tolist() == [200, 0, 0]
    assert table["loh"][1:].isna().all()


def test_chance_alone_is_no_loss():
    found = [gene_imbalance(observed(0, 20, 15, seed), LOCI)["loh"][0] for seed in range(40)]
    assert np.median(found) < 0.05
    assert max(found) < 0.35


def test_few_heterozygous_sites_tell_nothing():
    assert gene_imbalance(observed(1, sites=4), LOCI)["loh"].isna().all()
    assert gene_imbalance(observed(1, sites=5), LOCI)["loh"][0] == 1


def test_alleles_are_counted_by_the_germline_s_alternate(tmp_path):
    snvs = pd.DataFrame(
        [
            ("chr1", 5, "A", "G", 2, True, 20, 40),
            ("chr1", 6, "A", "G", 2, False, 0, 40),
            ("chr1", 7, "C", "T", 2, True, 31, 40),
            ("chr1", 8, "C", "T", 2, True, 22, 40),
            ("chr1", 9, "C", "T", 2, True, 22, 40),
        ],
        columns=[
            *["chromosome", "position", "reference", "alternate", "ploidy", "is_het"],
            "reference_reads",
            "reads",
        ],
    )
    sites = heterozygous_sites(snvs)
    assert sites["position"].tolist() == [5, 8, 9]
    (tmp_path / "alleles.tsv").write_text(
        "chr1\t5\tA\tT,G,<*>\t30,1,10,0\nchr1\t6\tA\tG\t9,9\nchr1\t8\tC\t<*>\t12,0\nchr1\t9\tC\tT\t5,4\n"
    )
    shares = read_shares([tmp_path / "alleles.tsv"], sites)
    assert shares.to_numpy().tolist() == [["chr1", 5, 0.25, 40], ["chr1", 8, 0, 12]]


def test_without_a_germline_no_loss_is_measured():
    shares = read_shares([], read_sites([]))
    assert gene_imbalance(shares, LOCI)["loh"].isna().all()
