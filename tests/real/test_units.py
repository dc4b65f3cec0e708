"""Reads of somebody else in a sample, on real reads: all, a whole lane, or one read in ten."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from gcin.quality.contamination import contamination_table
from gcin.quality.normals import compared_normals
from gcin.quality.snvs import read_snvs
from gcin.quality.units import chosen_snvs, concordances, reads_by_unit

ROOT = Path(__file__).parents[2]
QUALITY = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["quality"]
SMOKE = ROOT.parent / "shared" / "data" / "seq" / "smoke"

pytestmark = pytest.mark.skipif(not SMOKE.is_dir(), reason="the shared data is not here")

ALIGN = """
set -o errexit -o pipefail
cp {smoke}/ref/GRCh38.40kb.fa genome.fa
bwa index genome.fa
samtools faidx genome.fa
for person in NA12878:A NA19401:B; do
    name=${{person%:*}} unit=${{person#*:}}
    bwa mem -R "@RG\\tID:S.$unit\\tSM:S" genome.fa {smoke}/fastq/$name.NYGC_R[12].fastq.gz \
        | samtools sort -o $unit.bam -
done
samtools view -s 1.5 -h A.bam | sed 's/S\\.A/S.half/g' | samtools sort -o half.bam -
for unit in A B half; do samtools index $unit.bam; done
"""
CALL = """
set -o errexit -o pipefail
samtools merge -f -O cram --reference genome.fa {name}.cram {units}
samtools index {name}.cram
bcftools mpileup --fasta-ref genome.fa --annotate AD {name}.cram \
    | bcftools call --multiallelic-caller --variants-only --annotate GQ --output {name}.vcf.gz -O z
"""
MIX = """
set -o errexit -o pipefail
samtools view -s 3.11 -h B.bam | sed 's/S\\.B/S.A/g' | samtools sort -o foreign.bam -
samtools merge -f -c -p mixed.bam A.bam foreign.bam
samtools view -c A.bam
samtools view -c foreign.bam
samtools index mixed.bam
"""
ESTIMATE = """
set -o errexit -o pipefail
samtools dict --output genome.dict genome.fa
bcftools view -G -m2 -M2 -v snps -i 'INFO/AF>=0.01 && INFO/AF<=0.2' -O z -o sites.vcf.gz \\
    {smoke}/known_sites/1000G_30x.3202_samples.vcf.gz
tabix --preset vcf sites.vcf.gz
for name in A mixed; do
    mkdir --parents $name/quality
    gatk GetPileupSummaries --reference genome.fa --input $name.bam --variant sites.vcf.gz \\
        --intervals sites.vcf.gz --output $name.pileups >&2
    gatk CalculateContamination --input $name.pileups --output $name/quality/contamination.table >&2
done
"""


def shell(folder, text, **values):
    path = os.pathsep.join([str(ROOT / ".tools" / "bin"), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", text.format(smoke=SMOKE, **values)],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def aligned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("units")
    shell(folder, ALIGN)
    return folder


@pytest.mark.parametrize(("other", "least", "most"), [("half", 0.98, 1), ("B", 0, 0.3)])
def test_units_of_one_person_agree_and_those_of_two_do_not(aligned, other, least, most, tmp_path):
    shell(aligned, CALL, name=f"with_{other}", units=f"A.bam {other}.bam")
    alignment, calls = (str(aligned / f"with_{other}.{form}") for form in ("cram", "vcf.gz"))
    snvs = chosen_snvs(read_snvs(calls, tmp_path, 10, 20), 2000)
    units, reads = reads_by_unit(alignment, str(aligned / "genome.fa"), "S", snvs, tmp_path)
    table = concordances(units, reads, 8, 30)
    assert {*table["unit_1"], *table["unit_2"]} == {"A", other}
    assert least <= table["concordance"].item() <= most


@pytest.fixture(scope="module")
def mixed(aligned):
    """Reads of A and foreign reads in `mixed.bam`."""
    return tuple(map(int, shell(aligned, MIX).split()))


@pytest.fixture(scope="module")
def gvcfs(aligned):
    """What a caller makes of each person's reads."""
    for unit in "AB":
        shell(aligned, CALL, name=f"normal_{unit}", units=f"{unit}.bam")
    return {unit: str(aligned / f"normal_{unit}.vcf.gz") for unit in "AB"}


# Measured beside A and B: 1 and 0.28, 0.98 and 0.28, 0.31 and 1.
@pytest.mark.parametrize(("tumour", "own"), [("half", "A"), ("mixed", "A"), ("B", "B")])
def test_a_tumour_passes_beside_its_own_normal_only_with_one_foreign_read_in_ten_too(
    aligned, mixed, gvcfs, tumour, own, tmp_path
):
    files = {"alignment": str(aligned / f"{tumour}.bam"), "genome": str(aligned / "genome.fa")}
    limits = {key: QUALITY[key] for key in ("min_depth", "min_genotype_quality")}
    table = compared_normals("S", files, gvcfs, limits, QUALITY["normals"], tmp_path)
    assert table["normal"].tolist() == ["A", "B"]
    assert table["snvs"].min() > 40
    limit = QUALITY["checks"]["min_normal_concordance"]["limit"]
    assert table["stretches"].max() < QUALITY["normals"]["min_stretches"]
    assert (table["concordance"] >= limit).tolist() == [own == "A", own == "B"]


def test_one_foreign_read_in_ten_is_seen_within_its_error(aligned, mixed):
    own, foreign = mixed
    shell(aligned, ESTIMATE)
    reports = [str(aligned / name / "quality" / "contamination.table") for name in ("A", "mixed")]
    table = contamination_table(reports)
    assert table.loc["A", "contamination"] < 0.01
    mixed = table.loc["mixed"]
    expected = foreign / (own + foreign)
    assert abs(mixed["contamination"] - expected) < 2 * mixed["contamination_error"]
    assert mixed["contamination"] > 0.02
