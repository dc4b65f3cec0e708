"""Where the genome of a new patient is unlike all that training patients showed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from gcin.model.loading import GeneUse, genes_seen, universe
from gcin.model.preparation import choose_genes
from gcin.prediction.experience import MOST_NAMED, most_of, unlike_values
from gcin.tensors.store import Store

# What the store sums a sample up by, as a page names it.
MEASURED = {
    "variants": "variants in genes",
    "burden": "rare variants that change a protein, per megabase,",
    "heterozygosity": "share of variants with one copy",
}


@dataclass(frozen=True)
class Sequencing:
    """What is known of the sequencing of some patients.

    Attributes:
        seen: Patients by genes, true where a model may read the gene; false of who has no genome.
        altered: The same, true where it is altered there.
        measures: Patients by the keys of `MEASURED`; NaN without a genome.
        tissues: By patient, such as `germline and tumour`; missing without a genome.
    """

    seen: pd.DataFrame
    altered: pd.DataFrame
    measures: pd.DataFrame
    tissues: pd.Series


def outside_genomes(
    patients: pd.DataFrame,
    teachers: Iterable[pd.Series],
    stores: Mapping[str, Store],
    limits: Mapping,
    reads: Collection[str],
) -> tuple[pd.Series, pd.Series]:
    """Read the genomes of a study, where it has new patients, and hold these against the others.

    Args:
        patients: `patient cohort role`; those of roles `train` and `new` are looked at.
        teachers: Patients who train, of each model.
        stores: Tensor store of each cohort.
        limits: As in `genes_read`.
        reads: What the design that predicts may read, of `gcin.intake.halves`.

    Returns:
        As from `unlike_genomes`; of a design that reads no genome none is unlike, nor any gene
        covered in vain.
    """
    new = pd.Index(patients["patient"][patients["role"] == "new"])
    if "genome" not in reads or not len(new):
        return pd.Series("", index=new, dtype=object), pd.Series(0, index=new)
    asked = patients[patients["role"].isin(["train", "new"])].set_index("patient")
    sequencing = read_sequencing(asked, stores)
    learnt = asked.index[asked["role"] == "train"]
    runs = [learnt.intersection(names) for names in teachers]
    return unlike_genomes(sequencing, asked["role"], genes_read(sequencing, runs, limits))


def read_sequencing(patients: pd.DataFrame, stores: Mapping[str, Store]) -> Sequencing:
    """Read what training and new patients were sequenced for.

    Args:
        patients: Indexed by `patient`, with `cohort`; each of a cohort of `stores`.
        stores: Tensor store of each cohort.
    """
    genes = universe(stores)["gene"]
    seen, altered = (
        pd.DataFrame(values, index=patients.index, columns=genes)
        for values in genes_seen(patients, stores)
    )
    own = [(store, patients.index[patients["cohort"] == name]) for name, store in stores.items()]
    measures = pd.concat([store.scalars(names)[list(MEASURED)] for store, names in own])
    tissues = pd.concat([store.tissues(names) for store, names in own])
    index = patients.index
    return Sequencing(seen, altered, measures.reindex(index), tissues.reindex(index))


def genes_read(sequencing: Sequencing, runs: Iterable[pd.Index], limits: Mapping) -> pd.Index:
    """Name the genes that any model reads, each as its own training patients chose.

    Args:
        sequencing: Of training patients.
        runs: Those who taught each model.
        limits: `min_callable`, the share of them in whom a gene must be callable, and `max_genes`,
            the most genes that a model reads.
    """
    found = pd.Index([], dtype=object)
    for names in runs:
        seen = sequencing.seen.loc[names]
        own = names[seen.any(axis=1)]
        if not len(own):
            continue
        shares = [table.loc[own].to_numpy().mean(axis=0) for table in (seen, sequencing.altered)]
        places = choose_genes(GeneUse(*shares), limits["min_callable"], limits["max_genes"])
        found = found.union(seen.columns[places])
    return found


def unlike_genomes(
    sequencing: Sequencing, roles: pd.Series, read: pd.Index
) -> tuple[pd.Series, pd.Series]:
    """Hold the genomes of new patients against those of training patients.

    Args:
        sequencing: Of both.
        roles: `train` or `new`, by patient.
        read: Genes that models read, from `genes_read`; whether others are covered matters to none.

    Returns:
        For each new patient what is unlike all training patients, joined by `; `, empty where
        nothing is: no genome where all have one, a tissue that nobody was sequenced of alone,
        genes not covered that all have or more of them than training patients lack, and measures
        beyond the lowest or highest. And how many genes are covered that no model reads.
    """
    has = sequencing.tissues.notna()
    train, new = (roles.index[roles == role] for role in ("train", "new"))
    known, covered = train[has[train]], sequencing.seen.loc[new]
    unread = covered.loc[:, ~covered.columns.isin(read)].sum(axis=1).astype(int)
    if not len(known):
        return pd.Series("", index=new, dtype=object), unread
    words = [
        _without(has, train, new),
        _of_other_tissue(sequencing.tissues, known, new),
        _uncovered(sequencing.seen.loc[:, sequencing.seen.columns.isin(read)], known, new, has),
    ]
    for name, told in MEASURED.items():
        own = sequencing.measures[name].rename(told).round(3)
        words.append(unlike_values(own[new], own[known]))
    joined = ["; ".join(filter(None, row)) for row in zip(*words, strict=True)]
    return pd.Series(joined, index=new, dtype=object), unread


def _without(has: pd.Series, train: pd.Index, new: pd.Index) -> list[str]:
    """Say of whom no genome is known, where everybody's else is."""
    told = "no genome (all training patients have one)" if has[train].all() else ""
    return ["" if own else told for own in has[new]]


def _of_other_tissue(tissues: pd.Series, known: pd.Index, new: pd.Index) -> list[str]:
    """Say which tissues were sequenced, where no training patient has just these."""
    others = set(tissues[known])
    told = " or ".join(sorted(others))
    return [
        "" if pd.isna(own) or own in others else f"genome of {own} (training: {told})"
        for own in tissues[new]
    ]


def _uncovered(seen: pd.DataFrame, known: pd.Index, new: pd.Index, has: pd.Series) -> list[str]:
    """Say which genes were not covered, where training patients lack neither like ones nor so many.

    Those few of theirs who lack far more than all others are no measure of it, see `most_of`.
    """
    lacking, among = ~seen.loc[new], ~seen.loc[known]
    often = among.sum()
    # Genes that everybody has, and what a training patient alone lacks, as chance will have it.
    odd, alone = lacking.loc[:, often == 0].sum(axis=1), among.loc[:, often == 1].sum(axis=1)
    alone, total, most = most_of(alone), lacking.sum(axis=1), most_of(among.sum(axis=1))
    words = []
    for patient, strange in zip(new, odd, strict=True):
        if not has[patient] or (strange <= alone and total[patient] <= most):
            words.append("")
            continue
        names = ", ".join(seen.columns[lacking.loc[patient]])
        number = f"{total[patient]} of {seen.shape[1]} genes not covered"
        words.append(f"{number} ({names})" if total[patient] <= MOST_NAMED else number)
    return words
