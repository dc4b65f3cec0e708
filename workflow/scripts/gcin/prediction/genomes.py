"""Where the genome of a new patient is unlike all that training patients showed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from gcin.model.loading import genes_seen, universe
from gcin.prediction.experience import MOST_NAMED, unlike_values
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
        seen: Patients by genes, true where the model may read the gene; false of who has no genome.
        measures: Patients by the keys of `MEASURED`; NaN without a genome.
        tissues: By patient, such as `germline and tumour`; missing without a genome.
    """

    seen: pd.DataFrame
    measures: pd.DataFrame
    tissues: pd.Series


def outside_genomes(
    patients: pd.DataFrame,
    stores: Mapping[str, Store],
    min_callable: float,
    reads: Collection[str],
) -> tuple[pd.Series, pd.Series]:
    """Read the genomes of a study, where it has new patients, and hold these against the others.

    Args:
        patients: `patient cohort role`; those of roles `train` and `new` are looked at.
        stores: Tensor store of each cohort.
        min_callable: As in `unlike_genomes`.
        reads: What the design that predicts may read, of `gcin.intake.halves`.

    Returns:
        As from `unlike_genomes`; of a design that reads no genome none is unlike, nor any gene
        covered in vain.
    """
    new = pd.Index(patients["patient"][patients["role"] == "new"])
    if "genome" not in reads or not len(new):
        return pd.Series("", index=new, dtype=object), pd.Series(0, index=new)
    asked = patients[patients["role"].isin(["train", "new"])].set_index("patient")
    return unlike_genomes(read_sequencing(asked, stores), asked["role"], min_callable)


def read_sequencing(patients: pd.DataFrame, stores: Mapping[str, Store]) -> Sequencing:
    """Read what training and new patients were sequenced for.

    Args:
        patients: Indexed by `patient`, with `cohort`; each of a cohort of `stores`.
        stores: Tensor store of each cohort.
    """
    seen = pd.DataFrame(
        genes_seen(patients, stores), index=patients.index, columns=universe(stores)["gene"]
    )
    own = [(store, patients.index[patients["cohort"] == name]) for name, store in stores.items()]
    measures = pd.concat([store.scalars(names)[list(MEASURED)] for store, names in own])
    tissues = pd.concat([store.tissues(names) for store, names in own])
    return Sequencing(seen, measures.reindex(patients.index), tissues.reindex(patients.index))


def unlike_genomes(
    sequencing: Sequencing, roles: pd.Series, min_callable: float
) -> tuple[pd.Series, pd.Series]:
    """Hold the genomes of new patients against those of training patients.

    Args:
        sequencing: Of both.
        roles: `train` or `new`, by patient.
        min_callable: Share of the training patients with a genome in whom a gene must be callable
            for a model to read it.

    Returns:
        For each new patient what is unlike all training patients, joined by `; `, empty where
        nothing is: no genome where all have one, a tissue that nobody was sequenced of alone,
        genes not covered that all have or more of them than anybody lacks, and measures beyond the
        lowest or highest. And how many genes are covered that no model reads.
    """
    has = sequencing.tissues.notna()
    train, new = (roles.index[roles == role] for role in ("train", "new"))
    known = train[has[train]]
    if not len(known):
        return pd.Series("", index=new, dtype=object), sequencing.seen.loc[new].sum(axis=1)
    read = sequencing.seen.columns[sequencing.seen.loc[known].mean() >= min_callable]
    words = [
        _without(has, train, new),
        _of_other_tissue(sequencing.tissues, known, new),
        _uncovered(sequencing.seen[read], known, new, has),
    ]
    for name, told in MEASURED.items():
        own = sequencing.measures[name].rename(told).round(3)
        words.append(unlike_values(own[new], own[known]))
    joined = ["; ".join(filter(None, row)) for row in zip(*words, strict=True)]
    unread = sequencing.seen.loc[new].drop(columns=read).sum(axis=1).astype(int)
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
    """Say which genes were not covered, where no training patient lacks like ones or so many."""
    lacking, among = ~seen.loc[new], ~seen.loc[known]
    often = among.sum()
    # Genes that everybody has, and what a training patient alone lacks, as chance will have it.
    odd, alone = lacking.loc[:, often == 0].sum(axis=1), among.loc[:, often == 1].sum(axis=1).max()
    total, most = lacking.sum(axis=1), among.sum(axis=1).max()
    words = []
    for patient, strange in zip(new, odd, strict=True):
        if not has[patient] or (strange <= alone and total[patient] <= most):
            words.append("")
            continue
        names = ", ".join(seen.columns[lacking.loc[patient]])
        number = f"{total[patient]} of {seen.shape[1]} genes not covered"
        words.append(f"{number} ({names})" if total[patient] <= MOST_NAMED else number)
    return words
