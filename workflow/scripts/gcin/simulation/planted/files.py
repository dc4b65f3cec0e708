"""A planted cohort as the files that a user would hand in, beside the store that they lead to."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from gcin.simulation.calls import header, sites_vcf
from gcin.simulation.genome import Genome
from gcin.simulation.models import gtf_text
from gcin.simulation.packed import write_gzip, write_vcf
from gcin.simulation.planted.cards import COHORT, FILES, card, configuration, sample_sheet
from gcin.simulation.planted.cohort import PlantedCohort
from gcin.simulation.planted.dials import Planted
from gcin.simulation.planted.samples import RATIO_DECIMALS, TISSUES, Delivered, deliver
from gcin.simulation.planted.sequence import Sequenced
from gcin.simulation.planted.writing import write_store, write_tables
from gcin.tensors.tally import Targets

SCORES = {"AF": "population_af", "CADD": "cadd", "REVEL": "revel", "SPLICE": "spliceai"}
PLACE = ["chromosome", "position", "reference", "alternate"]
GENOTYPES = np.array(["./.", "0/0", "0/1", "1/1"], object)
FORMATS = ("GT", "AD", "DP", "GQ")
README = """# A planted cohort

Every sequence, person and outcome here was drawn by a program (`gcin.simulation.planted`). Some
gene symbols are real; positions and sequences are not. Nobody here exists.

Run the workflow with `--configfile` and the `config.yaml` beside this file; it builds from
`samples.tsv`, `cohorts/`, `reference/`, `variants/` and `clinical/` the store that lies in
`tensors/`. `truth/` holds what was planted. Scoring alone may read it.
"""


def write_files(folder: Path, planted: Planted, sequenced: Sequenced, name: str) -> None:
    """Fill an empty folder: files to hand in, and all that `write_cohort` writes.

    Args:
        folder: An empty folder.
        planted: What is simulated.
        sequenced: The genome, and what is planted on it.
        name: Path under which a run will find the folder, as its settings shall say it.
    """
    cohort = PlantedCohort.make(planted, sequenced.ground)
    targets = pd.DataFrame(
        sequenced.genome.targets(), columns=["chromosome", "start", "end", "gene"]
    )
    delivered = deliver(cohort.genotypes, cohort.patients["patient"], Targets(targets))
    for part in ("reference", "variants", "clinical", "cohorts"):
        (folder / part).mkdir()
    (folder / "README.md").write_text(README)
    write_store(folder / "tensors", *delivered[:3])
    write_tables(folder, cohort)
    _write_reference(folder / "reference", sequenced.genome, cohort)
    _write_variants(folder, sequenced.genome, delivered)
    _write_clinical(folder / "clinical", cohort)
    chances = cohort.truth.probability.rename_axis("patient").reset_index()
    chances.melt("patient", var_name="arm", value_name="probability").to_csv(
        folder / "truth" / "probabilities.tsv", sep="\t", index=False
    )
    sample_sheet(delivered.samples).to_csv(folder / "samples.tsv", sep="\t", index=False)
    for path, settings in ((f"cohorts/{COHORT}", card()), ("config", configuration(name))):
        (folder / f"{path}.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))


def _write_reference(folder: Path, genome: Genome, cohort: PlantedCohort) -> None:
    """Write genome, gene models, targets, pathways, and scores of every allele."""
    (folder / "genome.fa").write_text(genome.fasta())
    (folder / "targets.bed").write_text(genome.bed())
    write_gzip(folder / "genes.gtf.gz", gtf_text(genome).encode())
    sets = cohort.pathways.groupby("pathway", sort=False)["gene"]
    lines = ["\t".join([name, "planted", *genes]) for name, genes in sets]
    (folder / "pathways.gmt").write_text("\n".join(lines) + "\n")
    seen = cohort.genotypes
    alleles = pd.concat([seen.sites[[*PLACE, *SCORES.values()]], seen.markers], ignore_index=True)
    write_vcf(folder / "scores.vcf.gz", sites_vcf(genome, _in_order(alleles, genome), SCORES))


def _write_variants(folder: Path, genome: Genome, delivered: Delivered) -> None:
    """Write a VCF of each tissue, and the segments of the tumours' copies."""
    for row, tissue in enumerate(TISSUES):
        write_vcf(folder / FILES[tissue], tissue_vcf(genome, delivered, row))
    genes = delivered.genotypes.genes
    ratios = delivered.genotypes.copies[1::2]
    table = pd.DataFrame(
        {
            "ID": np.repeat(delivered.samples["sample"].to_numpy()[1::2], len(genes)),
            "chrom": np.tile(genes["chromosome"], len(ratios)),
            "loc.start": np.tile(genes["start"], len(ratios)),
            "loc.end": np.tile(genes["end"], len(ratios)),
            "num.mark": 1,
            "seg.mean": ratios.ravel(),
        }
    )
    path = folder / "variants" / "segments.seg"
    table.to_csv(path, sep="\t", index=False, float_format=f"%.{RATIO_DECIMALS}f")


def tissue_vcf(genome: Genome, delivered: Delivered, tissue: int) -> Iterator[str]:
    """Write a multi-sample VCF of one tissue, of the alleles that somebody carries in it.

    Args:
        genome: Contigs of the header.
        delivered: What the samples show.
        tissue: Its place in TISSUES.

    Yields:
        The header, then a line an allele; who does not carry it has `0/0` alone.
    """
    seen, each = delivered.genotypes, len(TISSUES)
    names = delivered.samples["sample"].to_numpy()[tissue::each]
    yield header(genome, names.tolist(), [], FORMATS)
    calls = seen.calls[seen.calls["patient"] % each == tissue]
    carriers = dict(list(calls.groupby("site")))
    dosages = seen.dosages[tissue::each]
    apart = np.flatnonzero(delivered.apart & (dosages >= 0).any(axis=0))
    alleles = pd.concat([seen.sites.loc[list(carriers), PLACE], seen.markers.loc[apart, PLACE]])
    alleles = alleles.assign(marker=np.arange(len(alleles)) >= len(carriers), row=alleles.index)
    for allele in _in_order(alleles, genome).itertuples(index=False):
        place = [allele.chromosome, str(allele.position), ".", allele.reference, allele.alternate]
        if allele.marker:
            fields, texts = "GT", GENOTYPES[dosages[:, allele.row] + 1].tolist()
        else:
            fields, texts = ":".join(FORMATS), ["0/0"] * len(names)
            for sample, text in _genotypes(carriers[allele.row], each):
                texts[sample] = text
        yield "\t".join([*place, ".", "PASS", ".", fields, *texts]) + "\n"


def _genotypes(calls: pd.DataFrame, each: int) -> Iterator[tuple[int, str]]:
    """Write the genotype of each carrier of an allele, after its sample's number in the file."""
    columns = (calls[name].tolist() for name in ("patient", "dosage", "depth", "vaf", "quality"))
    for row, dosage, depth, vaf, quality in zip(*columns, strict=True):
        seen = round(vaf * depth)
        yield row // each, f"{GENOTYPES[dosage + 1]}:{depth - seen},{seen}:{depth}:{quality}"


def _in_order(alleles: pd.DataFrame, genome: Genome) -> pd.DataFrame:
    """Sort alleles as a VCF does."""
    rank = {name: place for place, name in enumerate(genome.sequences)}
    ranked = alleles.assign(rank=alleles["chromosome"].map(rank))
    order = ["rank", "position", "reference", "alternate"]
    return ranked.sort_values(order, ignore_index=True).drop(columns="rank")


def _write_clinical(folder: Path, cohort: PlantedCohort) -> None:
    """Write the baseline table, the outcomes, and the expression of those who were measured."""
    patients = cohort.patients.set_index("patient")
    described = patients[["cancer_type", "arm", "family", "site"]]
    described.join(cohort.clinical).to_csv(folder / "clinical.tsv", sep="\t")
    binary = ["response", "toxicity", "os_event", "pfs_event"]
    times = patients[["os_time", "pfs_time"]].rename(columns=lambda name: name[:-4] + "months")
    outcomes = patients[binary].astype("Int64").join(times)
    outcomes.to_csv(folder / "outcomes.tsv", sep="\t")
    cohort.expression.dropna().to_csv(folder / "expression.tsv", sep="\t")
