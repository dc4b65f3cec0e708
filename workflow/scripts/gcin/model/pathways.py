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
    gene, pathway = [gene for gene, _ in edges], [number for _, number in edges]
    return Edges(list(chosen), gene, pathway)


def masked(edges: Edges, mask: str, decoys: int, genes: int, seed: int) -> Edges:
    """Put other memberships in the place of the chosen pathways', or decoys beside them.

    Args:
        edges: From `choose_pathways`.
        mask: `pathways` leaves the memberships as they are, `random` draws as many genes for each
            pathway, `dense` puts every gene into every pathway.
        decoys: Pathways of drawn genes added for each pathway, of its size.
        genes: Number of genes.
        seed: Of the draws.
    """
    random = np.random.default_rng(seed)
    sizes = np.bincount(edges.pathway, minlength=len(edges.pathways))
    sets = [
        [g for g, p in zip(edges.gene, edges.pathway, strict=True) if p == number]
        for number in range(len(sizes))
    ]
    if mask == "dense":
        sets = [list(range(genes)) for _ in sets]
    if mask == "random":
        sets = [_drawn(random, genes, size) for size in sizes]
    names = [f"decoy {turn} of {name}" for turn in range(1, decoys + 1) for name in edges.pathways]
    sets += [_drawn(random, genes, size) for _ in range(decoys) for size in sizes]
    gene = [place for held in sets for place in held]
    pathway = [number for number, held in enumerate(sets) for _ in held]
    return Edges([*edges.pathways, *names], gene, pathway)


def _drawn(random: np.random.Generator, genes: int, size: int) -> list[int]:
    return sorted(random.choice(genes, size, replace=False).tolist())


def _cover(left: dict[str, list[int]], genes: int, most: int) -> dict[str, list[int]]:
    times, chosen = np.zeros(genes), {}
    names = sorted(left)
    while names and len(chosen) < most:
        worth = [np.sum(1 / (1 + times[left[name]])) for name in names]
        best = names.pop(int(np.argmax(worth)))
        chosen[best] = left[best]
        times[left[best]] += 1
    return chosen
