"""Real reads to genotypes: HG002 and NA12878 against Genome in a Bottle, and three genomes."""

import gzip
import json
import os
import resource
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pandas as pd
import pysam
import pytest
import yaml
from cyvcf2 import VCF

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
EXAMPLES = ROOT / "config" / "examples"
SMOKE_SECONDS = 300
TRIO = ["NA12878", "NA12891", "NA12892"]  # daughter, father, mother

pytestmark = pytest.mark.skipif(
    not (SHARED / "data" / "seq").is_dir(), reason="the shared data is not here"
)


def run(folder, example, until, sheet=None, cards=None, **settings):
    """Run a worked example in `folder`, on its own sheet and cards unless others are given."""
    own = {"data_root": str(SHARED), "samples": str(sheet or EXAMPLES / example / "samples.tsv")}
    own |= settings
    own["cards"] = str(cards or EXAMPLES / example / "cohorts")
    (folder / "own.yaml").write_text(yaml.safe_dump(own))
    configs = [ROOT / "config" / "config.yaml", EXAMPLES / example / "config.yaml", "own.yaml"]
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", folder]
    command += ["--snakefile", ROOT / "Snakefile", "--workflow-profile", "none"]
    command += ["--until", *until, "--configfile", *configs]
    places = [str(Path(sys.executable).parent), str(ROOT / ".tools" / "bin"), os.environ["PATH"]]
    environment = os.environ | {"PATH": os.pathsep.join(places)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)
    assert done.returncode == 0, done.stderr[-3000:]
    return {path.parent.name: path for path in (folder / "results" / "cohorts").glob("*/*")}


def table(generation, name):
    return pd.read_csv(generation / "quality" / name, sep="\t", index_col=0)


def passing(generation, sample):
    """Every passing genotype of a sample that carries an alternate."""
    return {
        (site.CHROM, site.POS, site.REF, site.ALT[0], tuple(sorted(site.genotypes[0][:-1])))
        for site in VCF(str(generation / "genotypes.bcf"), samples=[sample])
        if 1 in site.genotypes[0][:-1] and site.format("FT")[0] == "PASS"
    }


@pytest.fixture(scope="module")
def giab(tmp_path_factory):
    """HG002, NA12878, its parents and two exomes as one cohort, HG002 alone as another."""
    folder = tmp_path_factory.mktemp("giab")
    rows = pd.read_csv(EXAMPLES / "giab" / "samples.tsv", sep="\t", dtype=str).fillna("")
    some = rows[rows["sample"].isin(["HG002", "NA12003", "NA12275", *TRIO])]
    alone = some[some["sample"] == "HG002"].assign(cohort="alone")
    pd.concat([some, alone]).to_csv(folder / "samples.tsv", sep="\t", index=False)
    card = yaml.safe_load((EXAMPLES / "giab" / "cohorts" / "giab.yaml").read_text())
    (folder / "cards").mkdir()
    (folder / "cards" / "giab.yaml").write_text(yaml.safe_dump(card))
    card["truth"] = {"HG002": card["truth"]["HG002"]}
    (folder / "cards" / "alone.yaml").write_text(yaml.safe_dump(card))
    until = ["render_multiqc", "measure_concordance"]
    generations = run(folder, "giab", until, folder / "samples.tsv", folder / "cards")
    return folder, generations["giab"], generations["alone"]


@pytest.mark.parametrize("cohort", [1, 2])
def test_hg002_is_called_as_genome_in_a_bottle_says(giab, cohort):
    counts = table(giab[cohort], "concordance.tsv").loc["HG002"].set_index("type").loc["ALL"]
    assert counts["found"] >= 410
    assert counts["missed"] <= 2
    assert counts["extra"] <= 2
    assert counts["genotype_agreement"] == 1


def test_na12878_is_called_without_a_fault(giab):
    counts = table(giab[1], "concordance.tsv").loc["NA12878"].set_index("type").loc["ALL"]
    assert counts[["truth", "found", "missed", "extra"]].tolist() == [49, 49, 0, 0]


def well_seen(site):
    """Whether each genotype of a site has depth and quality enough, and does not fail."""
    failed = site.format("FT") == "AlleleBalance"
    return (site.gt_depths >= 10).all() and (site.gt_quals >= 20).all() and not failed.any()


def test_a_daughter_has_one_allele_of_each_parent(giab):
    reader = VCF(str(giab[1] / "genotypes.bcf"), samples=TRIO)
    assert reader.samples == TRIO
    seen = [site.genotype.array()[:, :-1] for site in reader if well_seen(site)]
    carried = [alleles for alleles in seen if (alleles == 1).any()]
    assert len(carried) >= 15
    inherited = [
        any(first in father and second in mother for first, second in (child, child[::-1]))
        for child, father, mother in (alleles.tolist() for alleles in carried)
    ]
    assert sum(inherited) >= 0.98 * len(inherited)


def test_what_an_exome_carries_in_tp53_is_known(giab):
    known = {
        (site.CHROM, site.POS, alternate)
        for site in VCF(str(SHARED / "data/seq/main/known_sites/dbsnp138.TP53.vcf.gz"))
        for alternate in site.ALT
    }
    carried = {
        call[:2] + call[3:4]
        for sample in ("NA12275", "NA12878")
        for call in passing(giab[1], sample)
        if call[0] == "chr17" and len(call[2]) == len(call[3]) == 1
    }
    assert len(carried) >= 3
    assert carried <= known


def test_company_changes_no_passing_genotype(giab):
    _, together, alone = giab
    assert len(passing(alone, "HG002")) > 400
    assert passing(alone, "HG002") == passing(together, "HG002")


def test_all_units_of_a_sample_are_in_one_old_cram(giab):
    cram = giab[0] / "results" / "samples" / "HG002" / "alignment.cram"
    assert cram.read_bytes()[:6] == b"CRAM\x03\x00"
    command = ["samtools", "view", "--header-only", cram]
    header = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    groups = [line.split("\t")[1] for line in header.splitlines() if line.startswith("@RG")]
    assert groups == ["ID:HG002.HSX_B", "ID:HG002.HSX_C", "ID:HG002.NIST150"]


def test_all_records_of_a_copied_read_are_marked(giab):
    folder = giab[0] / "results"
    cram, genome = folder / "samples" / "HG002" / "alignment.cram", folder / "reference/genome.fa"
    copied, parts = {}, []
    with pysam.AlignmentFile(str(cram), reference_filename=str(genome)) as reads:
        for read in reads.fetch(until_eof=True):
            name = (read.query_name, read.is_read2)
            if read.is_supplementary:
                parts.append((name, read.is_duplicate))
            else:
                copied[name] = read.is_duplicate
    assert sum(is_copy for _, is_copy in parts) > 1000
    assert all(copied[name] == is_copy for name, is_copy in parts)


def test_quality_says_what_the_samples_are(giab):
    samples = table(giab[1], "samples.tsv")
    assert samples.index.tolist() == ["HG002", "NA12003", "NA12275", *TRIO]
    assert samples.loc["HG002", "depth"] == pytest.approx(46, abs=2)
    assert samples.loc["HG002", "duplicates"] == pytest.approx(0.18, abs=0.02)
    assert samples["mapped"].between(0.99, 1).all()
    assert samples.loc["NA12003", "depth"] < 1
    page = (giab[1] / "quality" / "multiqc.html").read_text()
    assert all(name in page for name in samples.index)


def test_a_panel_falls_back_to_the_default_repeat_model_and_says_so(giab):
    log = (giab[0] / "logs" / "calibrate_dragstr" / "NA12003.log").read_text()
    assert "using defaults" in log


def test_three_genomes_in_under_five_minutes(tmp_path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    generation = run(tmp_path, "smoke", ["measure_concordance", "render_multiqc"])["smoke"]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # Processor time, which a busy machine does not stretch: the clock shows half of it on 2 cores.
    assert spent < SMOKE_SECONDS
    counts = table(generation, "concordance.tsv").set_index("type").loc["ALL"]
    assert counts[["found", "missed", "extra"]].tolist() == [7, 2, 0]


@pytest.fixture(scope="module")
def recalibrated(tmp_path_factory):
    """NA12878 by recipe bqsr, from one file of both mates, gzipped in two parts, trimmed.

    Its alignment is not kept.
    """
    folder = tmp_path_factory.mktemp("recalibrated")
    rows = pd.read_csv(EXAMPLES / "smoke" / "samples.tsv", sep="\t", dtype=str).fillna("")
    rows = rows[rows["sample"] == "NA12878"]
    interleave(SHARED / rows["file"].item(), SHARED / rows["mate"].item(), folder / "both.fq.gz")
    rows.assign(file=str(folder / "both.fq.gz"), mate="interleaved").to_csv(
        folder / "samples.tsv", sep="\t", index=False
    )
    known = ["dbsnp_146.hg38.chr22.vcf.gz", "mills_and_1000G.indels.vcf.gz"]
    generations = run(
        folder,
        "smoke",
        ["measure_concordance", "render_multiqc"],
        folder / "samples.tsv",
        alignment={"recipe": "bqsr", "trim": {"tool": "fastp"}, "keep_cram": False},
        reference={
            "known_sites": [f"data/seq/smoke/known_sites/{name}" for name in known],
            "shards": 2,
        },
    )
    return folder / "results" / "samples" / "NA12878", generations["smoke"]


def interleave(reads, mates, joined):
    """Write the mates of each pair in turn, each half of the pairs as a gzip of its own."""
    records = []
    with gzip.open(reads, "rt") as first, gzip.open(mates, "rt") as second:
        while record := list(islice(first, 4)):
            records += [*record, *islice(second, 4)]
    half = len(records) // 16 * 8
    parts = ("".join(records[:half]), "".join(records[half:]))
    joined.write_bytes(b"".join(gzip.compress(part.encode()) for part in parts))


def test_recalibrated_reads_are_called_without_dragen_mode(recalibrated):
    sample, _ = recalibrated
    assert "--dragen-mode false" in VCF(str(sample / "variants.g.vcf.gz")).raw_header
    assert not (sample / "dragstr.txt").exists()
    assert "NA12878.NYGC" in (sample / "quality" / "recalibration.txt").read_text()


def test_recalibrated_reads_are_filtered_by_site_and_find_the_truth(recalibrated):
    _, generation = recalibrated
    counts = table(generation, "concordance.tsv").set_index("type").loc["ALL"]
    assert counts[["found", "missed", "extra"]].tolist() == [7, 2, 0]
    verdicts = {name for site in VCF(str(generation / "genotypes.bcf")) for name in site.FILTERS}
    assert {"PASS", "LowQD"} <= verdicts


def test_every_pair_of_a_joined_file_is_read_and_what_trimming_cut_is_shown(recalibrated):
    sample, generation = recalibrated
    report = json.loads((sample / "quality" / "NYGC.fastp.json").read_text())
    assert report["summary"]["before_filtering"]["total_reads"] == 2 * 9642
    assert report["adapter_cutting"]["adapter_trimmed_bases"] == 2092
    assert 'id="fastp"' in (generation / "quality" / "multiqc.html").read_text()


def test_an_alignment_that_is_not_kept_is_gone_once_all_is_made_from_it(recalibrated):
    sample, generation = recalibrated
    assert not list(sample.glob("*.cram*"))
    assert not list(sample.glob("*.bam*"))
    kept = (sample / "variants.g.vcf.gz").stat().st_size
    assert table(generation, "samples.tsv").loc["NA12878", "kept_mb"] == round(kept / 1e6, 1)
