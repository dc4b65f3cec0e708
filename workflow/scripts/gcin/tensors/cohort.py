"""The encoding of a whole cohort: which records and calls there are, and where they go."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from cyvcf2 import VCF

from gcin.intake.kinds import RECORDED
from gcin.tensors.consequences import csq_fields
from gcin.tensors.encoding import Encoder, Sinks
from gcin.tensors.maf import maf_calls
from gcin.tensors.manifest import beside_tumours, require_same_samples, sources
from gcin.tensors.markers import MarkerMatrix
from gcin.tensors.sites import SiteTable
from gcin.tensors.spool import CallSpool
from gcin.tensors.tally import CarriedTally, MissingTally

logger = logging.getLogger(__name__)

MAF_COLUMNS = [
    *("sample", "chromosome", "position", "reference", "alternate", "gene", "transcript"),
    *("consequence", "impact", "hgvsp", "protein_position", "population_af", "depth", "vaf"),
    *("dosage", "filter"),
]


def encode_cohort(
    samples: pd.DataFrame,
    genes: pd.DataFrame,
    records: str | None,
    calls: pd.DataFrame | None,
    outputs: Mapping[str, str],
    scratch: str,
    marker_frequency: float,
    targets: pd.DataFrame | None = None,
) -> None:
    """Write the sites, the calls by sample, the common markers, and numbers of each sample.

    Args:
        samples: As by `gcin.tensors.manifest.samples_of_manifest`.
        genes: The gene universe, in genome order.
        records: Annotated, indexed BCF or VCF; None in a cohort of MAF only.
        calls: MAF calls, columns of MAF_COLUMNS; None in a cohort without MAF.
        outputs: File of `sites`, `indptr site dosage vaf depth quality`, `markers`, `dosages`,
            `missing_by_sample`, and `carried_by_sample`.
        scratch: Folder for what is spooled on the way.
        marker_frequency: Lowest population frequency of a common marker.
        targets: `chromosome start end` (0-based) of the assay, where it has limits: alleles outside
            are not asked of samples as missing.

    Raises:
        ValueError: The records lack annotation, or hold other samples than the manifest, or
            other contigs than the genes.
    """
    calls = pd.DataFrame(columns=MAF_COLUMNS) if calls is None else calls
    told = beside_tumours(samples)
    calls = maf_calls(calls, genes, samples["sample"].tolist(), told)
    vcf = open_records(records, samples, genes)
    outputs = {name: Path(path) for name, path in outputs.items()}
    with (
        TemporaryDirectory(dir=scratch) as spool,
        _sinks(samples, genes, targets, outputs, spool) as sinks,
    ):
        fields = csq_fields(vcf.raw_header) if vcf else []
        columns = require_same_samples(vcf.samples if vcf else [], samples)
        encoder = Encoder(genes, fields, columns, told, marker_frequency, sinks)
        for chromosome in genes["chromosome"].unique():
            found = vcf(chromosome) if vcf and chromosome in vcf.seqnames else ()
            encoder.encode(chromosome, found, calls[calls["chromosome"] == chromosome])
        encoder.report()
        sinks.calls.lay_down(sinks.sites.final, outputs, Path(spool) / "by_sample")
        markers = sinks.markers.lay_down(outputs["dosages"], outputs["markers"])
        np.save(outputs["missing_by_sample"], sinks.missing.by_sample)
        np.save(outputs["carried_by_sample"], sinks.carried.by_sample)
        logger.info("%d sites, %d markers, %d samples", sinks.sites.rows, markers, len(samples))
        if not markers:
            logger.info("no marker: no allele carries a population frequency that makes it common")


def open_records(path: str | None, samples: pd.DataFrame, genes: pd.DataFrame) -> VCF | None:
    """Open the annotated records of a cohort, where it has samples that need them.

    Raises:
        ValueError: There are samples but no records, or no contig is one of the genes'.
    """
    called = samples["kind"].isin(RECORDED).any()
    if not called:
        return None
    if path is None:
        raise ValueError("the cohort has sequenced samples, but no annotated records were given")
    vcf = VCF(path)
    if genes.shape[0] and not set(vcf.seqnames) & set(genes["chromosome"]):
        raise ValueError(
            f"{path} has contigs such as {vcf.seqnames[0]}, the gene models such as "
            f"{genes['chromosome'].iloc[0]}: use one naming for both"
        )
    return vcf


@contextmanager
def _sinks(
    samples: pd.DataFrame,
    genes: pd.DataFrame,
    targets: pd.DataFrame | None,
    outputs: Mapping[str, Path],
    spool: str,
) -> Iterator[Sinks]:
    """Open everything that the encoder writes to."""
    scratch = Path(spool)
    with (
        SiteTable(outputs["sites"], genes["gene"]) as sites,
        closing(MarkerMatrix(scratch / "by_marker", len(samples))) as markers,
    ):
        yield Sinks(
            sites,
            CallSpool(scratch / "by_site", len(samples)),
            markers,
            MissingTally(sources(samples), targets),
            CarriedTally(len(samples)),
        )
