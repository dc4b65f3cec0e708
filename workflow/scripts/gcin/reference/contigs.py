"""Do gene models and genome speak of the same contigs?"""

import logging
from collections.abc import Mapping

import pandas as pd

from gcin.reference.order import with_prefix

logger = logging.getLogger(__name__)


def on_contigs(models: pd.DataFrame, contigs: Mapping[str, int] | None) -> pd.DataFrame:
    """Keep the transcripts that lie on the genome.

    Args:
        models: Transcripts, see `gcin.reference.models.read_models`.
        contigs: Length of each contig of the genome; None where a run has no genome (every sample
            comes as MAF), then main chromosomes are named `chr1`, `chrX`, `chrM`.

    Raises:
        ValueError: Gene models and genome have no contig in common.
    """
    if contigs is None:
        return models.assign(chromosome=models["chromosome"].map(with_prefix))
    found = list(dict.fromkeys(models["chromosome"]))
    if not set(found) & set(contigs):
        raise ValueError(
            "reference.gene_models and reference.fasta disagree on contigs: the models name "
            f"{', '.join(found[:3])}, the genome {', '.join(list(contigs)[:3])}. Give gene models "
            "of the same assembly with the same contig names."
        )
    on_genome = models["chromosome"].isin(contigs)
    inside = on_genome & (models["end"] <= models["chromosome"].map(contigs).fillna(0))
    logger.info(
        "kept %d of %d transcripts: %d on contigs that the genome lacks, %d beyond a contig's end",
        inside.sum(),
        len(models),
        (~on_genome).sum(),
        (on_genome & ~inside).sum(),
    )
    return models[inside].reset_index(drop=True)
