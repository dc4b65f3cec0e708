"""Damage by read orientation: what only one orientation shows, and when it counts."""

import io
import tarfile

import pytest

from gcin.genotypes.orientation import judge, measure_damage

HEAD = "## htsjdk.samtools.metrics.StringHeader\n# T\n\n\n## HISTOGRAM\tjava.lang.Integer\n"
CLEAN = {"ACA_T_F1R2": 30, "TGT_A_F2R1": 0, "ACA_T_F2R1": 30, "TGT_A_F1R2": 0}


def archive(folder, name, histogram, references=None, further=()):
    """Write what Mutect2 counted: sites of one different read, of none, and of several."""
    references = references or {"ACA": 60_000, "TGT": 40_000, "AAA": 100_000}
    table = "#<METADATA>SAMPLE=T\ncontext\tref_count\talt_count\n"
    parts = {
        "T.alt_histogram": HEAD + _histogram(histogram),
        "T.ref_histogram": HEAD + _histogram(references),
        "T.alt_table": table + "".join(f"{context}\t30\t2\n" for context in further),
    }
    path = folder / name
    with tarfile.open(path, "w:gz") as made:
        for member, text in parts.items():
            info = tarfile.TarInfo(f"./{member}")
            info.size = len(text)
            made.addfile(info, io.BytesIO(text.encode()))
    return path


def _histogram(totals):
    """Lay totals out over two depths."""
    names = "\t".join(["depth", *totals])
    halves = [[count // 2, count - count // 2] for count in totals.values()]
    rows = [
        "\t".join(map(str, [depth, *row])) for depth, row in enumerate(zip(*halves, strict=True), 1)
    ]
    return "\n".join([names, *rows]) + "\n"


def damage_of(*paths):
    return measure_damage(paths).set_index("substitution")


def test_what_both_orientations_show_alike_is_no_damage(tmp_path):
    damage = damage_of(archive(tmp_path, "0.tar.gz", CLEAN))
    assert damage.loc["C>T", ["f1r2", "f2r1"]].tolist() == [30, 30]
    assert damage["alleles_per_mb"].tolist() == [0] * 7


def test_the_strands_are_laid_upon_each_other_with_orientations_exchanged(tmp_path):
    histogram = CLEAN | {"TGT_A_F1R2": 300, "TGT_A_F2R1": 20}
    damage = damage_of(archive(tmp_path, "0.tar.gz", histogram))
    assert damage.loc["C>T", ["f1r2", "f2r1"]].tolist() == [50, 330]


def test_damage_is_the_alleles_of_two_reads_that_it_makes_by_chance(tmp_path):
    histogram = CLEAN | {"ACA_T_F1R2": 1030}
    damage = damage_of(archive(tmp_path, "0.tar.gz", histogram))
    sites, every = 100_000 + 1060, 200_000 + 1060
    expected = (1000**2 - 1060) / sites / 2 / every * 1e6
    assert damage.loc["C>T", "sites"] == sites
    assert damage.loc["C>T", "alleles_per_mb"] == pytest.approx(expected)
    assert damage.loc["all", "alleles_per_mb"] == pytest.approx(expected)
    assert damage.loc["all", "sites"] == every


def test_shards_count_together_and_sites_of_several_reads_too(tmp_path):
    shards = [
        archive(tmp_path, f"{n}.tar.gz", CLEAN, further=["ACA", "TTT"][: n + 1]) for n in (0, 1)
    ]
    damage = damage_of(*shards)
    assert damage.loc["C>T", ["sites", "f1r2"]].tolist() == [2 * 100_060 + 2, 60]
    assert damage.loc["T>A", "sites"] == 200_001


def test_nothing_looked_at_is_nothing_damaged(tmp_path):
    nothing = dict.fromkeys(CLEAN, 0)
    damage = damage_of(archive(tmp_path, "0.tar.gz", nothing, references={"ACA": 0}))
    assert (damage["alleles_per_mb"] == 0).all()


@pytest.mark.parametrize(
    ("excess", "use", "is_used"),
    [(0, "damaged", False), (0, "always", True), (40, "damaged", False), (600, "damaged", True)],
)
def test_calls_are_held_to_damage_where_there_is_some(tmp_path, excess, use, is_used):
    histogram = CLEAN | {"ACA_T_F2R1": 30 + excess}
    damage = measure_damage([archive(tmp_path, "0.tar.gz", histogram)])
    assert judge(damage, use, min_damage=1) is is_used


def test_the_verdict_is_told(tmp_path, caplog):
    caplog.set_level("INFO")
    judge(measure_damage([archive(tmp_path, "0.tar.gz", CLEAN)]), "damaged", min_damage=1)
    assert "0.00 alleles in a million bases (limit 1): the model is not used" in caplog.text
