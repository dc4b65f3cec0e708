"""Which pathways the network gets as tokens, and which genes belong to each."""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd

logger = logging.getLogger(__name__)

WHOLE_GENOME = "all genes"


@dataclass(frozen=True)
class Edges:
    """Membership of genes in pathways.

    Attributes:
        pathways: Names, in the order of their numbers.
        gene: Place of the gene, one per edge.
        pathway: Number of the pathway, one per edge.
    """

    pathways: list[str]
    gene: list[int]
    pathway: list[int]


def choose_pathways(members: pd.DataFrame, genes: list[str], smallest: int, most: int) -> Edges:
    """Choose pathways that cover the network's genes with little repetition.

    Each turn takes the pathway with the most genes, a gene counting the less the more of the
    chosen pathways hold it. A pathway with the genes of another adds nothing and is left out.
    Where no pathway is large enough, one token holds all genes.

    Args:
        members: `pathway` and `gene`, one row per membership.
        genes: Genes of the network, in order.
        smallest: Fewest of these genes that a pathway must hold.
        most: Most pathways to choose.
    """
    place = {gene: number for number, gene in enumerate(genes)}
    known = members[members["gene"].isin(place)].drop_duplicates()
    sets = known.groupby("pathway")["gene"].agg(lambda names: frozenset(map(place.get, names)))
    distinct = {held: name for name, held in sorted(sets.items(), reverse=True)}
    left = {name: sorted(held) for held, name in distinct.items() if len(held) >= smallest}
    chosen = _cover(left, len(genes), most) or {WHOLE_GENOME: list(range(len(genes)))}
    logger.info("chose %d of %d pathways: at least %d genes", len(chosen), len(sets), smallest)
    edges = [(gene, number) for number, held in enumerate(chosen.values()) for gene in held]
    gene, pathway = (list(side) for side in zip(*edges, strict=True))
    return Edges(list(chosen), gene, pathway)


def _cover(left: dict[str, list[int]], genes: int, most: int) -> dict[str, list[int]]:
    times, chosen = np.zeros(genes), {}
    names = sorted(left)
    while names and len(chosen) < most:
        worth = [np.sum(1 / (1 + times[left[name]])) for name in names]
        best = names.pop(int(np.argmax(worth)))
        chosen[best] = left[best]
        times[left[best]] += 1
    return chosen
