"""VETS: the sites of a cohort scored by their annotations, with GATK's own three tools.

Extract, train, score: an isolation forest learns what annotations of known variants look like. A
site's score is told as the share of the known ones that score better, its sensitivity.
"""

import json
import logging
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from cyvcf2 import VCF
from pysam import bcftools

from gcin.genotypes import isolation
from gcin.genotypes.joint import timeless_header
from gcin.genotypes.sites import SENSITIVITY, kind_of_site

logger = logging.getLogger(__name__)

# What a site of each kind is told by (GATK, "Which training sets, arguments"); GATK's own names.
MODES = {"snv": "SNP", "indel": "INDEL"}
ANNOTATIONS = {
    "snv": ("QD", "MQRankSum", "ReadPosRankSum", "FS", "MQ", "SOR"),
    "indel": ("QD", "MQRankSum", "ReadPosRankSum", "FS", "SOR"),
}
SEED = {"random_state": 0}
DECLARATION = (
    f'##INFO=<ID={SENSITIVITY},Number=1,Type=Float,Description="Share of known sites that score '
    'better">'
)


def score_sites(
    shards: Sequence[str],
    training: Sequence[str],
    min_sites: int,
    java_options: str,
    scratch: str,
    scored: str,
) -> None:
    """Score the sites of each kind of which enough are known; others stay without a score.

    Args:
        shards: Joint calls of the parts of the genome, in its order.
        training: VCFs of known variants, bgzipped and indexed.
        min_sites: Fewest known sites of a kind.
        java_options: Options of Java, among them its heap.
        scratch: A folder for files that are not kept.
        scored: The VCF of sites to write, with INFO `CALIBRATION_SENSITIVITY`; indexed.
    """
    place = Path(scratch)
    sites, known = str(place / "sites.vcf.gz"), str(place / "known.vcf.gz")
    joined = str(place / "joined.bcf")
    bcftools.concat("--no-version", "-Ob", "-o", joined, *shards, catch_stdout=False)
    bcftools.view("--no-version", "-G", "-Oz", "-o", sites, joined, catch_stdout=False)
    bcftools.index("--tbi", sites, catch_stdout=False)
    shared = ("-n+2", "-c", "all", "-w1", "-Oz", "-o", known)
    bcftools.isec("--no-version", *shared, sites, *training, catch_stdout=False)
    counts, told = annotations_of(known)
    for kind, mode in MODES.items():
        names = [name for name in ANNOTATIONS[kind] if told[kind, name]]
        if counts[kind] < min_sites or not names:
            logger.warning(
                "%s: %d known sites, fewer than %d: the hard filters judge its sites",
                kind, counts[kind], min_sites,
            )  # fmt: skip
            continue
        logger.info("%s: %d known sites, told by %s", kind, counts[kind], ", ".join(names))
        sites = _scored(sites, mode, names, training, java_options, place)
    bare, header = str(place / "bare.vcf.gz"), str(place / "header.txt")
    kept = ("-x", f"^INFO/{SENSITIVITY}")
    bcftools.annotate("--no-version", *kept, "-Oz", "-o", bare, sites, catch_stdout=False)
    Path(header).write_text(_declared(timeless_header(bare)))
    bcftools.reheader("-h", header, "-o", scored, bare, catch_stdout=False)
    bcftools.index("--tbi", scored, catch_stdout=False)


def _declared(header: str) -> str:
    """Declare the score in a header, though no site has one."""
    if f"##INFO=<ID={SENSITIVITY}," in header:
        return header
    return header.replace("#CHROM", f"{DECLARATION}\n#CHROM")


def annotations_of(path: str) -> tuple[Counter, Counter]:
    """Count the sites of each kind, and those of each kind that have each annotation."""
    counts, told = Counter(), Counter()
    for site in VCF(path):
        kind = kind_of_site(site.REF, site.ALT)
        counts[kind] += 1
        told.update((kind, name) for name in ANNOTATIONS[kind] if site.INFO.get(name) is not None)
    return counts, told


def _scored(
    sites: str,
    mode: str,
    names: Iterable[str],
    training: Sequence[str],
    java_options: str,
    place: Path,
) -> str:
    """Train on the known sites of one kind, and score all of it; name the VCF with the scores."""
    prefix, scored = str(place / mode), str(place / f"{mode}.scored")
    settings = place / "forest.json"
    settings.write_text(json.dumps(SEED))
    resources = [
        word
        for number, path in enumerate(training)
        for word in (f"--resource:known{number},training=true,calibration=true", path)
    ]
    told = [word for name in names for word in ("--annotation", name)]
    forest = ["--model-backend", "PYTHON_SCRIPT", "--python-script", isolation.__file__]
    seen = ["--variant", sites, *told, "--mode", mode, *resources, "--ignore-all-filters", "true"]
    steps = {
        "ExtractVariantAnnotations": [*seen, "--output", prefix, "--omit-alleles-in-hdf5", "true"],
        "TrainVariantAnnotationsModel": [
            *("--annotations-hdf5", f"{prefix}.annot.hdf5", "--mode", mode, "--output", prefix),
            *(*forest, "--hyperparameters-json", str(settings)),
        ],
        "ScoreVariantAnnotations": [*seen, *forest, "--model-prefix", prefix, "--output", scored],
    }
    for tool, words in steps.items():
        _run(tool, [*words, "--tmp-dir", str(place)], java_options)
    return f"{scored}.vcf.gz"


def _run(tool: str, words: list[str], java_options: str) -> None:
    """Run a tool of GATK, which finds the Python of this step by PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = ["gatk", "--java-options", java_options, tool, *words]
    done = subprocess.run(command, check=False, env=os.environ | {"PATH": path})
    if done.returncode != 0:
        raise RuntimeError(f"{tool} failed (exit code {done.returncode}); it says why above")
