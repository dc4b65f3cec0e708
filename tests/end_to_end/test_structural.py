"""A deletion within a gene, from reads to the table of altered genes, by the workflow's own rules.

Calling and the gate's measures are left out: alignments and the gate are laid down here, and only
the rules of structural variants and copy number run, with those that prepare the reference.
"""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pysam
import pytest
import yaml
from conftest import ROOT, TRAVELS, Project
from faults import MET, NO_MOUNT, differences, expect_survival, jobs_in

from gcin.reference.alleles import COMPLEMENT
from gcin.simulation.files import write_hospital
from gcin.simulation.genome import make_genome
from gcin.simulation.hospital import Hospital
from gcin.simulation.people import make_people
from gcin.simulation.reads import fastq_text, read_pairs
from gcin.simulation.variants import make_catalogue

HOSPITAL = Hospital(patients=12, external=4, genes=8, fastq=4, gvcf=1, depth=40)
CARRIER, LOSER, *OTHERS = (f"A{number:04d}" for number in range(1, 5))
GENE = "PTEN"
RULES = [
    *("prepare_genome", "prepare_intervals", "prepare_gene_models", "list_genes"),
    *sorted(MET["structural"]),
]
# A chromosome without genes, and most of an arm of it; reads lie at the breakpoints alone.
ARM, ARM_BASES, ARM_LOST = "chr21", 1_500_000, (100_000, 1_350_000)
ARM_REACH, INSERT, READ = 4_000, 300, 100
SWITCHED_ON = {
    "calling": {
        "structural": {"tool": "delly"},
        "copy_number": {
            "tool": "depth", "normals": OTHERS, "min_normals": 2, "bin_bases": 100
        },
    }
}  # fmt: skip

pytestmark = pytest.mark.skipif(shutil.which("delly") is None, reason="delly is not installed")


def within(gene):
    """A deletion of most of a gene, from one intron to the flank behind the last exon but one."""
    (_, first), *_, (last, _) = gene.exons
    return first + 40, last - 40


def whole(gene):
    return gene.start - 400, gene.end + 400


def reads_with_deletion(genome, catalogue, haplotypes, patient, chromosome, start, end):
    """Sequence a patient whose first haplotype lacks the bases from `start` (0-based) to `end`."""
    inside = catalogue["chromosome"].eq(chromosome) & catalogue["position"].between(start - 9, end)
    haplotypes = haplotypes & ~inside.to_numpy()
    sequence = genome.sequences[chromosome]
    row = {
        "chromosome": chromosome,
        "position": start,
        "reference": sequence[start - 1 : end],
        "alternate": sequence[start - 1],
    }
    catalogue = pd.concat([catalogue, pd.DataFrame([row])], ignore_index=True)
    haplotypes = np.hstack([haplotypes, [[True], [False]]])
    order = catalogue.sort_values("position", kind="stable").index.to_numpy()
    return read_pairs(
        genome, catalogue.loc[order], haplotypes[:, order], HOSPITAL, patient, units=1
    )


def write_arm(genome):
    """Add the chromosome to a genome, and return its sequence."""
    sequence = "".join(np.random.default_rng(4).choice(list("ACGT"), ARM_BASES))
    with genome.open("a") as stream:
        stream.write(f">{ARM}\n{sequence}\n")
    return sequence


def arm_reads(sequence, is_lost):
    """Read pairs of two haplotypes around the breakpoints; the first lacks what lies between."""
    start, end = ARM_LOST
    whole = [sequence[place - ARM_REACH : place + ARM_REACH] for place in ARM_LOST]
    joined = sequence[start - ARM_REACH : start] + sequence[end : end + ARM_REACH]
    rng, mates = np.random.default_rng(5), ([], [])
    for piece in [*whole, *([joined] if is_lost else whole)]:
        for place in range(0, len(piece) - 2 * INSERT, 13):
            size = INSERT + int(rng.integers(-40, 41))
            fragment = piece[place : place + size]
            name, pair = f"@arm{len(mates[0])}", (fragment, reverse_complement(fragment))
            for reads, text in zip(mates, pair, strict=True):
                reads.append(f"{name}\n{text[:READ]}\n+\n{'I' * READ}\n")
    return tuple("".join(reads).encode() for reads in mates)


def reverse_complement(sequence):
    return sequence[::-1].translate(COMPLEMENT)


def align(folder, patient, lanes, more=(b"", b"")):
    """Align a patient's reads as the workflow would, duplicates left in."""
    place = folder / "results" / "samples" / patient
    place.mkdir(parents=True)
    for mate in (0, 1):
        text = b"".join(fastq_text(reads, mate, "L1") for reads in lanes)
        (folder / f"{patient}_{mate}.fastq").write_bytes(text + more[mate])
    genome, reads = "hospital/reference/genome.fa", f"{patient}_0.fastq {patient}_1.fastq"
    cram = f"results/samples/{patient}/alignment.cram"
    command = (
        f"bwa mem -Y -R '@RG\\tID:1\\tSM:{patient}' {genome} {reads} 2>bwa.log"
        f" | samtools sort --output-fmt cram --reference {genome} -o {cram} - 2>sort.log"
        f" && samtools index {cram}"
    )
    subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=folder, check=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """Four patients: one lacks part of a gene on one haplotype, one a whole gene."""
    folder = tmp_path_factory.mktemp("structural")
    for name in TRAVELS:
        (folder / name).symlink_to(ROOT / name)
    (folder / "hospital").mkdir()
    write_hospital(folder / "hospital", HOSPITAL, "hospital")
    arm = write_arm(folder / "hospital" / "reference" / "genome.fa")
    subprocess.run(
        ["bwa", "index", "genome.fa"],
        cwd=folder / "hospital" / "reference",
        check=True,
        capture_output=True,
    )
    (folder / "tiny.yaml").write_text(yaml.safe_dump(SWITCHED_ON))
    genome = make_genome(HOSPITAL)
    catalogue = make_catalogue(genome, HOSPITAL)
    people = make_people(catalogue, HOSPITAL)
    gene = next(gene for gene in genome.genes if gene.name == GENE)
    for patient in (CARRIER, LOSER, *OTHERS):
        own = people.haplotypes[people.patients.index.get_loc(patient)]
        if patient in OTHERS:
            lanes = read_pairs(genome, catalogue, own, HOSPITAL, patient, units=1)
        else:
            place = within(gene) if patient == CARRIER else whole(gene)
            lanes = reads_with_deletion(genome, catalogue, own, patient, gene.chromosome, *place)
        align(folder, patient, lanes, arm_reads(arm, patient == CARRIER))
    return Project(folder)


def laid_down(project):
    """Make the folder of hospital A's generation, with a gate that leaves one sample out."""
    planned = project.snakemake("--dry-run", "--until", "write_manifest").stdout
    name = re.search(r"cohort=hospital_a, generation=([0-9a-f]{12})", planned)[1]
    folder = project.folder / "results" / "cohorts" / "hospital_a" / name
    (folder / "quality").mkdir(parents=True)
    depths = dict.fromkeys((CARRIER, LOSER, *OTHERS), "30\t20\tpass") | {
        OTHERS[1]: "1\t20\texclude"
    }
    rows = [f"{sample}\tmin_mean_depth\t{told}\n" for sample, told in depths.items()]
    head = "sample\tcheck\tvalue\tlimit\tverdict\n"
    (folder / "quality" / "gate.tsv").write_text(head + "".join(rows))
    return folder


def wanted(project, folder, samples):
    """Name the tables of a generation and its samples, and the rules that may make them."""
    tables = [f"{folder.relative_to(project.folder)}/structural.tsv"]
    tables += [f"results/samples/{name}/copies.tsv" for name in samples]
    return [*tables, "--allowed-rules", *RULES]


@pytest.fixture(scope="module")
def generation(project):
    """The folder of hospital A's generation, with what the allowed rules made of it."""
    folder = laid_down(project)
    project.snakemake(*wanted(project, folder, [CARRIER, LOSER, *OTHERS]))
    return folder


def test_a_deletion_is_found_genotyped_and_mapped_in_its_carrier_alone(project, generation):
    with pysam.VariantFile(generation / "structural.vcf.gz") as calls:
        assert list(calls.header.samples) == [CARRIER, LOSER, OTHERS[0]]
        found = [
            (r.pos, r.stop, [s["GT"] for s in r.samples.values()]) for r in calls if r.chrom != ARM
        ]
    gene = next(gene for gene in make_genome(HOSPITAL).genes if gene.name == GENE)
    start, end = within(gene)
    ((first, last, genotypes),) = found
    assert end - start > 900
    assert (abs(first - start), abs(last - end)) <= (3, 3)
    assert genotypes == [(0, 1), (0, 0), (0, 0)]
    table = pd.read_csv(generation / "structural.tsv", sep="\t")
    assert table[["sample", "gene", "effect", "dosage", "type"]].to_numpy().tolist() == [
        [CARRIER, GENE, "loss", 1, "DEL"]
    ]


def test_a_loss_of_most_of_an_arm_is_kept(generation):
    with pysam.VariantFile(generation / "structural.vcf.gz") as calls:
        ((kind, first, last, genotypes),) = [
            (r.info["SVTYPE"], r.pos, r.stop, [s["GT"] for s in r.samples.values()])
            for r in calls
            if r.chrom == ARM
        ]
    assert (kind, genotypes) == ("DEL", [(0, 1), (0, 0), (0, 0)])
    assert (abs(first - ARM_LOST[0]), abs(last - ARM_LOST[1])) <= (3, 3)
    assert last - first > 1_000_000


def test_a_gene_that_one_haplotype_lacks_has_half_the_depth(project, generation):
    copies = pd.concat(
        pd.read_csv(project.folder / f"results/samples/{name}/copies.tsv", sep="\t").assign(
            sample=name
        )
        for name in (CARRIER, LOSER, *OTHERS)
    )
    log2 = copies.pivot_table(index="sample", columns="gene", values="log2", dropna=False)
    assert log2.loc[LOSER, GENE] == pytest.approx(-1, abs=0.35)
    assert log2.loc[LOSER].drop(GENE).abs().max() < 0.5
    # A sample is never compared with itself, and one normal is too few.
    assert log2.loc[OTHERS].isna().all(axis=None)


def test_no_fault_of_a_rule_changes_what_is_found(project, generation, tmp_path):
    right, samples = tmp_path / "right", [CARRIER, LOSER, *OTHERS]
    place = generation.relative_to(project.folder)
    made = [place / name for name in ("structural", "structural.vcf.gz", "structural.vcf.gz.tbi")]
    made += [place / "structural.tsv", Path("results", "reference", "copies")]
    made += [
        Path("results", "samples", sample, name)
        for sample in samples
        for name in ("structural.bcf", "structural.bcf.csi", "bins.bed.gz", "copies.tsv")
    ]
    for path in made:
        (right / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(project.folder / path, right / path)
    target = wanted(project, generation, samples)
    jobs = jobs_in(project.snakemake(*target, "--dry-run").stdout)
    assert {job.rule for job in jobs} == MET["structural"]
    whole = expect_survival(project, target, jobs, tmp_path)
    assert differences(right, project.folder, made) == {}
    if not whole:
        pytest.skip(NO_MOUNT)


def test_another_cohort_finds_nothing_anew_and_genotypes_everyone_again(project, generation):
    rows = project.samples()
    project.write_samples(rows[rows["sample"] != LOSER])
    left = [CARRIER, *OTHERS]
    try:
        folder = laid_down(project)
        jobs = project.snakemake(*wanted(project, folder, left), "--dry-run").stdout
    finally:
        project.write_samples(rows)
    assert folder != generation
    found = set(re.findall(r"(?m)^rule (\w+):", jobs))
    assert {"merge_structural", "unite_structural", "map_structural"} <= found
    assert not found & {"discover_structural", "measure_bins", "measure_copies", "cut_copy_bins"}
    genotyped = re.findall(r"genotype_structural/hospital_a/\w+/(\w+)\.log", jobs)
    assert set(genotyped) == set(left)


def test_a_sample_without_read_pairs_is_named_with_the_remedy(project, generation):
    samples = project.folder / "results" / "samples"
    empty = samples / "A0012" / "alignment.cram"
    empty.parent.mkdir()
    with pysam.AlignmentFile(samples / OTHERS[0] / "alignment.cram", check_sq=False) as whole:
        reference = str(project.folder / "hospital" / "reference" / "genome.fa")
        pysam.AlignmentFile(empty, "wc", template=whole, reference_filename=reference).close()
    pysam.index(str(empty))
    table = "results/samples/A0012/structural.bcf"
    done = project.snakemake(table, "--allowed-rules", "discover_structural", check=False)
    assert done.returncode != 0
    said = (project.folder / "logs" / "discover_structural" / "A0012.log").read_text()
    assert "A0012: where delly lacks data for library parameters" in said
    assert "take the sample out of the sheet" in said


def test_what_is_switched_off_is_not_planned(project, generation):
    (project.folder / "off.yaml").write_text(
        yaml.safe_dump(
            {"calling": {"structural": {"tool": "none"}, "copy_number": {"tool": "none"}}}
        )
    )
    jobs = project.snakemake("--dry-run", overlays=("off.yaml",)).stdout
    assert "rule assemble_tensors:" in jobs
    assert not re.search(r"rule (\w*structural|cut_copy_bins|measure_bins|measure_copies):", jobs)
