"""What the data, not the design, decide about a network."""

from dataclasses import dataclass, field

from gcin.model.pathways import Edges

ARM = "arm"  # output of the propensity head; a column of patients, so no endpoint has the name


@dataclass(frozen=True)
class States:
    """How the states of pathways become columns, fitted on training patients.

    Attributes:
        unseen: What stands for a gene that is not callable, its mean, genes x channels.
        mean: Of each pathway, pathways x channels.
        scale: Standard deviation of the same, one where it does not vary.
    """

    unseen: list[list[float]]
    mean: list[list[float]]
    scale: list[list[float]]


@dataclass(frozen=True)
class Shape:
    """Sizes and orders that the data set, not the design, decides.

    Attributes:
        variants: Features of a variant; a set may have any number of rows.
        track: Features of a gene.
        beside: Those of them that the variants of the gene do not tell.
        clinical: Clinical columns.
        linear: Columns offered to the linear path.
        linear_shares: Endpoint to the numbers of those that it reads, and of the states of pathways
            behind them, each with what it is multiplied by; none of a half that the design leaves
            out.
        chromosomes: Chromosome of each gene, in genome order.
        chromosome_arms: Chromosome arm of each gene.
        edges: Membership of genes in pathways; nothing without genes.
        omics: Columns of each table of omics, none where there is no table.
        visits: Names that a visit may have measured, 0 where there are no visits.
        states: Of the pathways, where the linear path and the trunk read them.
        arms: Number of treatment arms.
        endpoints: Endpoint to its number of intervals (1 where it is no survival).
    """

    variants: int
    track: int
    beside: list[int]
    clinical: int
    linear: int
    linear_shares: dict[str, dict[int, float]]
    chromosomes: list[str]
    chromosome_arms: list[str]
    edges: Edges
    arms: int
    endpoints: dict[str, int]
    omics: list[int] = field(default_factory=list)
    visits: int = 0
    states: States | None = None
