"""The simulated hospital: a genome that reads, alleles that do as said of them, a known truth."""

import gzip
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from gcin.clinical.harmonise import harmonise
from gcin.intake.calls import described, gatk_of
from gcin.intake.cards import read_card
from gcin.intake.problems import Problems
from gcin.simulation.__main__ import main
from gcin.simulation.calls import cohort_vcf, gvcf, observe
from gcin.simulation.clinic import gene_logic, make_clinic
from gcin.simulation.genome import make_genome
from gcin.simulation.hospital import Hospital
from gcin.simulation.maf import maf_table
from gcin.simulation.models import gtf_text
from gcin.simulation.people import make_people
from gcin.simulation.reads import ERROR, LENGTH, _sequenced, haplotype_sequence, read_pairs
from gcin.simulation.translation import (
    coding_consequence,
    protein_change,
    reverse_complement,
    translate,
)
from gcin.simulation.variants import is_impairing, make_catalogue
from gcin.simulation.visits import laboratory

TINY = Hospital(patients=40, external=12, genes=12, fastq=3, gvcf=1, depth=8)
OPTIONS = [
    "--patients",
    "40",
    "--external",
    "12",
    "--genes",
    "12",
    "--fastq",
    "3",
    "--gvcf",
    "1",
    "--depth",
    "4",
]


@pytest.fixture(scope="module")
def genome():
    return make_genome(TINY)


@pytest.fixture(scope="module")
def catalogue(genome):
    return make_catalogue(genome, TINY)


@pytest.fixture(scope="module")
def people(catalogue):
    return make_people(catalogue, TINY)


def test_genes_stand_on_at_least_eight_chromosomes_in_order(genome):
    numbers = [int(name.removeprefix("chr")) for name in genome.sequences]
    assert numbers == sorted(numbers)
    assert len(numbers) >= 8
    for left, right in itertools.pairwise(genome.genes):
        assert left.chromosome != right.chromosome or left.end + 4_000 <= right.start


def test_every_gene_reads_from_start_to_its_only_stop(genome):
    assert {gene.strand for gene in genome.genes} == {"+", "-"}
    for gene in genome.genes:
        frame = genome.reading_frame(gene)
        assert len(frame) % 3 == 0
        assert translate(frame).startswith("M")
        assert translate(frame).index("*") == len(frame) // 3 - 1


def test_introns_have_canonical_ends(genome):
    for gene in genome.genes:
        for start, end in gene.introns:
            intron = genome.sequences[gene.chromosome][start:end]
            intron = intron if gene.strand == "+" else reverse_complement(intron)
            assert (intron[:2], intron[-2:]) == ("GT", "AG")


@pytest.mark.parametrize("genes", [7, 61])
def test_a_genome_too_small_or_too_large_is_refused(genes):
    with pytest.raises(ValueError, match="genes"):
        make_genome(Hospital(genes=genes))


def test_gene_models_say_where_the_protein_is(genome):
    lines = [line.split("\t") for line in gtf_text(genome).splitlines() if line[0] != "#"]
    for gene in genome.genes:
        coding = [row for row in lines if row[2] == "CDS" and f'"{gene.name}"' in row[8]]
        bases = "".join(
            part if gene.strand == "+" else reverse_complement(part)
            for part in (genome.sequences[row[0]][int(row[3]) - 1 : int(row[4])] for row in coding)
        )
        assert bases + genome.reading_frame(gene)[-3:] == genome.reading_frame(gene)
        assert next(int(row[7]) for row in coding) == 0
        read = 0
        for row in coding:
            assert (read + int(row[7])) % 3 == 0
            read += int(row[4]) - int(row[3]) + 1


@pytest.mark.parametrize(
    ("changed", "consequence", "hgvsp"),
    [
        ("ATGAAATGGCCCTAA", "synonymous_variant", "p.P4="),
        ("ATGAAACGGCCATAA", "missense_variant", "p.W3R"),
        ("ATGAAATGACCATAA", "stop_gained", "p.W3*"),
        ("ATGAATGGCCATAA", "frameshift_variant", "p.K2fs"),
        ("ATGTGGCCATAA", "inframe_deletion", "p.K2del"),
        ("ATGAAATGGGGGCCATAA", "inframe_insertion", "p.P4ins"),
        ("ACGAAATGGCCATAA", "other", None),
        ("ATGAAATGGCCATAC", "other", None),
    ],
)
def test_a_change_of_the_frame_has_its_consequence(changed, consequence, hgvsp):
    frame = "ATGAAATGGCCATAA"
    assert coding_consequence(frame, changed) == consequence
    if hgvsp:
        assert protein_change(frame, changed, consequence)[1] == hgvsp


@pytest.mark.parametrize(
    ("consequence", "cadd", "missense", "splice", "af", "impairing"),
    [
        ("stop_gained", 0, 0, 0, 0.2, True),
        ("frameshift_variant", 0, 0, 0, 0.2, True),
        ("missense_variant", 30, 0.5, 0, 0.001, True),
        ("missense_variant", 30, 0.4, 0, 0.001, False),
        ("missense_variant", 30, 0.5, 0, 0.01, False),
        ("splice_donor_variant", 40, 0, 0.56, 0.001, True),
        ("splice_donor_variant", 40, 0, 0.55, 0.001, False),
        ("synonymous_variant", 40, 1, 1, 0.001, False),
    ],
)
def test_impairment_follows_the_planted_rule(consequence, cadd, missense, splice, af, impairing):
    assert is_impairing(consequence, cadd, missense, splice, af) == impairing


def test_alleles_are_written_in_the_only_way_and_do_not_touch(genome, catalogue):
    for row in catalogue.itertuples():
        sequence, at = genome.sequences[row.chromosome], row.position - 1
        assert sequence[at : at + len(row.reference)] == row.reference
        longer = max(row.reference, row.alternate, key=len)
        if len(row.reference) != len(row.alternate):
            behind = sequence[at + len(row.reference)]
            assert row.reference[0] == row.alternate[0]
            assert longer[-1] != row.reference[0]
            assert longer[1] != behind
    ends = catalogue["position"] + catalogue["reference"].str.len()
    same = catalogue["chromosome"].eq(catalogue["chromosome"].shift(-1))
    assert (catalogue["position"].shift(-1)[same] >= ends[same] + 5).all()


def test_every_gene_has_both_kinds_of_alleles(catalogue):
    shares = catalogue.groupby("gene")["impairing"].agg(["sum", "size"])
    assert (shares["sum"] >= 8).all()
    assert (shares["size"] - shares["sum"] >= 15).all()


def test_siblings_share_more_than_strangers(catalogue, people):
    family = people.patients["family"]
    twice = family[family.duplicated(keep=False)]
    assert len(twice) >= 2
    for _, pair in twice.groupby(twice):
        first, second = (people.dosage[family.index.get_loc(name)] for name in pair.index)
        alike = (np.minimum(first, second) > 0).sum() / (np.maximum(first, second) > 0).sum()
        stranger = people.dosage[0]
        unlike = (np.minimum(first, stranger) > 0).sum() / (np.maximum(first, stranger) > 0).sum()
        assert alike > unlike


def test_every_cancer_gene_of_the_logic_is_often_impaired():
    hospital = Hospital(patients=2_000, genes=12)
    catalogue = make_catalogue(make_genome(hospital), hospital)
    impaired = make_people(catalogue, hospital).impaired[:2_000]
    shares = impaired[["PIK3CA", "KRAS", "PTEN", "TP53", "BRCA2"]].mean()
    assert shares.between(0.12, 0.40).all()


@pytest.mark.parametrize(
    ("impaired", "standard", "targeted"),
    [
        ([], False, False),
        (["PIK3CA"], False, True),
        (["PIK3CA", "KRAS"], False, False),
        (["PIK3CA", "PTEN"], False, False),
        (["TP53"], True, False),
        (["BRCA2"], True, False),
        (["TP53", "BRCA2"], False, False),
    ],
)
def test_genes_favour_an_arm_by_the_planted_logic(impaired, standard, targeted):
    genes = ["PIK3CA", "KRAS", "PTEN", "TP53", "BRCA2"]
    row = gene_logic(pd.DataFrame([[gene in impaired for gene in genes]], columns=genes)).iloc[0]
    assert (row["standard"], row["targeted"]) == (standard, targeted)


def test_responses_occur_as_often_as_their_exact_chance_says():
    hospital = Hospital(patients=4_000, external=4, genes=12)
    people = make_people(make_catalogue(make_genome(hospital), hospital), hospital)
    clinic = make_clinic(people, hospital)
    chance = np.where(
        clinic.facts["arm"] == "targeted",
        clinic.probability["targeted"],
        clinic.probability["standard"],
    )
    for low, high in itertools.pairwise([0, 0.2, 0.4, 0.6, 0.8, 1.01]):
        inside = (chance >= low) & (chance < high)
        observed = clinic.outcomes["response"][inside].mean()
        spread = 4 * np.sqrt(0.25 / inside.sum())
        assert abs(observed - chance[inside].mean()) < spread
    assert clinic.facts["arm"].value_counts(normalize=True).min() > 0.3


def test_a_haplotype_holds_its_alleles_and_knows_its_places():
    alleles = pd.DataFrame(
        [[2, "C", "T"], [4, "TA", "T"], [7, "G", "GCC"]],
        columns=["position", "reference", "alternate"],
    )
    bases, places = haplotype_sequence("ACGTACGT", alleles)
    assert bytes(bases) == b"ATGTCGCCT"
    assert places.tolist() == [0, 1, 2, 3, 5, 6, 6, 6, 7]


def test_errors_are_as_frequent_as_their_qualities_say():
    bases = np.full((2, 4_000, LENGTH), ord("A"), np.uint8)
    reads = _sequenced(np.random.default_rng(1), bases)
    expected = (10 ** (-reads.qualities.astype(float) / 10)).mean()
    assert (reads.bases != ord("A")).mean() == pytest.approx(expected, rel=0.1)
    assert ERROR.max() < 1


def test_reads_come_from_the_targets_in_both_directions(genome, catalogue):
    nothing = np.zeros((2, len(catalogue)), bool)
    lanes = read_pairs(genome, catalogue, nothing, TINY, "A0001", 2)
    assert len(lanes) == 2
    bases = np.concatenate([lane.bases for lane in lanes], axis=1)
    target = sum(end - start + 300 for _, start, end, _ in genome.targets())
    assert bases.shape[1] * 2 * LENGTH / target == pytest.approx(TINY.depth * 1.06, rel=0.2)
    text = "".join(genome.sequences.values())
    forward = [bytes(read).decode() in text for read in bases[0, :300]]
    backward = [reverse_complement(bytes(read).decode()) in text for read in bases[0, :300]]
    assert sum(forward) > 60
    assert sum(backward) > 60
    assert sum(forward) + sum(backward) < 300


def test_called_genotypes_are_mostly_the_true_ones_and_some_are_missing(catalogue, people):
    seen = observe(np.random.default_rng(1), people.dosage, 40, 0.015)
    called = seen.depth > 0
    assert 0.01 < 1 - called.mean() < 0.08
    assert (seen.dosage == people.dosage)[called].mean() > 0.998


def test_a_given_vcf_leaves_out_what_nobody_carries(genome, catalogue, people):
    seen = observe(np.random.default_rng(1), people.dosage, 40, 0.015)
    text = cohort_vcf(genome, catalogue, list(people.patients.index), seen)
    rows = [line.split("\t") for line in text.splitlines() if line[0] != "#"]
    assert len(rows) == (seen.dosage > 0).any(axis=0).sum()
    assert all(any("1" in call.split(":")[0] for call in row[9:]) for row in rows)
    assert any(call == "./.:.:.:." for row in rows for call in row[9:])


def test_a_gvcf_speaks_of_every_target_base_once(genome, catalogue, people):
    text = gvcf(genome, catalogue, "A", people.dosage[0], 30, np.random.default_rng(1))
    covered = {name: np.zeros(len(bases), int) for name, bases in genome.sequences.items()}
    variants = 0
    for row in (line.split("\t") for line in text.splitlines() if line[0] != "#"):
        start = int(row[1]) - 1
        block = row[7].startswith("END=")
        variants += not block
        end = int(row[7][4:]) if block else start + len(row[3])
        covered[row[0]][start:end] += 1
    wanted = {name: np.zeros(len(bases), int) for name, bases in genome.sequences.items()}
    for chromosome, start, end, _ in genome.targets():
        wanted[chromosome][start:end] = 1
    assert variants == (people.dosage[0] > 0).sum()
    assert all((covered[name] == wanted[name]).all() for name in wanted)


def test_a_gvcf_is_of_the_pinned_gatk(genome, catalogue, people):
    text = gvcf(genome, catalogue, "A", people.dosage[0], 30, np.random.default_rng(1))
    head = described([line for line in text.splitlines() if line[0] == "#"])
    assert head.version == gatk_of(Path(__file__).parents[2])


def test_a_maf_places_indels_without_their_anchor(genome, catalogue, people):
    seen = observe(np.random.default_rng(1), people.dosage, 100, 0.0)
    table = maf_table(genome, catalogue, list(people.patients.index), seen)
    assert set(table["Variant_Classification"]) >= {"Frame_Shift_Del", "Frame_Shift_Ins", "Silent"}
    for row in table[table["Variant_Type"] == "DEL"].itertuples():
        bases = genome.sequences[row.Chromosome][row.Start_Position - 1 : row.End_Position]
        assert (bases, row.Tumor_Seq_Allele2) == (row.Reference_Allele, "-")
    inserted = table[table["Variant_Type"] == "INS"]
    assert (inserted["End_Position"] == inserted["Start_Position"] + 1).all()
    assert (inserted["Reference_Allele"] == "-").all()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folders = [tmp_path_factory.mktemp(name) / "hospital" for name in ("one", "two")]
    for folder in folders:
        assert main([str(folder), *OPTIONS]) == 0
    return folders


def test_the_same_settings_give_the_same_bytes(written):
    one, two = written
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(two) for path in two.rglob("*") if path.is_file())
    own = {"config.yaml", "simulation.json"}  # they name their folder
    differ = [name for name in names if (one / name).read_bytes() != (two / name).read_bytes()]
    assert {str(name) for name in differ} == own
    with gzip.open(one / "reads" / "A0001_L2_R1.fastq.gz") as stream:
        assert stream.readline().startswith(b"@SIM:")


def test_a_hospital_that_is_there_stays_untouched(written, capsys):
    before = (written[0] / "samples.tsv").stat().st_mtime_ns
    assert main([str(written[0]), *OPTIONS]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert (written[0] / "samples.tsv").stat().st_mtime_ns == before


def test_a_hospital_without_an_external_cohort_names_none(tmp_path):
    folder = tmp_path / "hospital"
    assert main([str(folder), *OPTIONS, "--external", "0"]) == 0
    assert not [path for path in folder.rglob("*") if "hospital_b" in path.name]
    assert set(pd.read_csv(folder / "samples.tsv", sep="\t")["cohort"]) == {"hospital_a"}
    settings = yaml.safe_load((folder / "config.yaml").read_text())
    assert settings["studies"]["response"]["external"] == []


def test_an_external_patient_without_visits_is_written(tmp_path):
    folder = tmp_path / "hospital"
    assert main([str(folder), *OPTIONS, "--external", "1", "--seed", "6"]) == 0
    labs = (folder / "clinical" / "hospital_b.labs.tsv").read_text()
    assert labs == "case\ttaken\tLDH\tCRP\n"


@pytest.mark.parametrize(("option", "value"), [("--external", "-1"), ("--depth", "0")])
def test_numbers_that_describe_no_hospital_are_refused(tmp_path, capsys, option, value):
    assert main([str(tmp_path / "hospital"), *OPTIONS, option, value]) == 1
    assert "external must be at least 0, and depth at least 1" in capsys.readouterr().err


def test_a_folder_of_somebody_else_is_never_replaced(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("ten years")
    assert main([str(tmp_path), *OPTIONS]) == 1
    assert "Name another folder" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "ten years"


def test_new_patients_have_no_outcome_and_identifiers_are_not_mapped(written):
    folder = written[0]
    outcomes = pd.read_csv(folder / "clinical" / "hospital_a.outcomes.tsv", sep="\t")
    assert {"A0002", "A0003"}.isdisjoint(outcomes["patient_id"])
    assert len(outcomes) == 38
    cards = "".join(path.read_text() for path in (folder / "cohorts").iterdir())
    for column in ("clinical.name", "mrn", "insurance_no", "cycles_given"):
        assert column not in cards


@pytest.mark.parametrize(("cohort", "patients"), [("hospital_a", 40), ("hospital_b", 12)])
def test_visits_tell_a_trend_before_treatment_by_day_or_by_date(written, cohort, patients):
    """What lies after day 0 in the tables shows the response, and is not read."""
    folder, problems = written[0], Problems()
    path = folder / "cohorts" / f"{cohort}.yaml"
    card = read_card(path, lambda own: str(folder / own), problems)
    assert problems.lines == []
    visits = harmonise(card, [])["visits"]
    assert set(visits["name"]) == {"ldh", "crp"}
    assert visits["day"].between(-180, 0).all()
    assert 0.7 * patients < visits["patient"].nunique() <= patients
    labs = pd.read_csv(folder / "clinical" / f"{cohort}.labs.tsv", sep="\t")
    later = len(labs) - len(visits[visits["name"] == "ldh"])
    assert later == 2 * visits["patient"].nunique()


def test_ldh_rises_before_treatment_by_the_trend_that_lowers_the_chance():
    hospital = Hospital(patients=600, external=4, genes=12)
    people = make_people(make_catalogue(make_genome(hospital), hospital), hospital)
    clinic = make_clinic(people, hospital)
    table = laboratory(people, clinic, "hospital_a", np.random.default_rng(1))
    early = table[table["day"] <= 0].assign(ldh=lambda rows: np.log(rows["ldh"]))
    slopes = early.groupby("patient")[["day", "ldh"]].apply(
        lambda rows: np.polyfit(rows["day"], rows["ldh"], 1)[0]
    )
    trend = clinic.facts["ldh_trend"]
    assert slopes.corr(trend[slopes.index], method="spearman") > 0.8
    assert trend.corr(clinic.probability["standard"]) < -0.2
    assert trend.corr(clinic.facts["ldh"]) < 0.15
