"""A lane of somebody else among a sample's units, on real reads."""

import subprocess
from pathlib import Path

import pytest

from gcin.quality.snvs import read_snvs
from gcin.quality.units import chosen_snvs, concordances, reads_by_unit

SMOKE = Path(__file__).parents[3] / "shared" / "data" / "seq" / "smoke"

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
"""
CALL = """
set -o errexit -o pipefail
samtools merge -f -O cram --reference genome.fa {name}.cram {units}
samtools index {name}.cram
bcftools mpileup --fasta-ref genome.fa --annotate AD {name}.cram \
    | bcftools call --multiallelic-caller --variants-only --annotate GQ --output {name}.vcf.gz -O z
"""


def shell(folder, text, **values):
    done = subprocess.run(
        ["bash", "-c", text.format(smoke=SMOKE, **values)],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


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
