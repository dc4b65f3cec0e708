"""What a network found out about a planted cohort, beside what was planted."""

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from gcin.simulation.planted.genome import PATHWAYS
from gcin.tensors.calls import FILES
from gcin.tensors.variants import SITE_FEATURES, site_features

OCCLUDED = 500  # patients in whom pathways are hidden


def impairment_auc(
    strengths: np.ndarray, mask: np.ndarray, patients: pd.Index, genes: list[str], cohort: Path
) -> float:
    """How well strengths tell the variants that impair from others, by ROC AUC.

    Args:
        strengths: Of each variant as the network reads them, `(patients, variants)`.
        mask: Where a variant is real.
        patients: Of these rows.
        genes: Genes that the network reads.
        cohort: Folder of the cohort.
    """
    from sklearn.metrics import roc_auc_score

    store = cohort / "tensors"
    sites = pd.read_parquet(store / "sites.parquet")
    score = site_features(sites)[:, SITE_FEATURES.index("score")]
    read = sites["gene"].isin(genes).to_numpy()
    site, ends = np.load(store / FILES["site"]), np.load(store / FILES["indptr"])
    impairing = np.load(cohort / "truth" / "impairing.npy")
    place = {
        name: row
        for row, name in enumerate(pd.read_parquet(cohort / "patients.parquet")["patient"])
    }
    truth = []
    for patient in patients:
        calls = np.arange(ends[place[patient]], ends[place[patient] + 1])
        # As the store gives them: by descending score, then by site.
        calls = calls[np.argsort(-score[site[calls]], kind="stable")]
        truth.append(impairing[calls[read[site[calls]]]])
    return float(roc_auc_score(np.concatenate(truth), strengths[mask]))


def pathway_shifts(
    predict: object, arrays: Mapping[str, np.ndarray], genes: list[str], members: pd.DataFrame
) -> pd.Series:
    """How far predictions move when nothing is known to be wrong with a pathway's genes.

    Args:
        predict: From arrays to log odds, `(patients, arms)`.
        arrays: Of the network.
        genes: Genes that it reads, in order.
        members: `pathway gene`.

    Returns:
        Mean absolute shift over patients and arms, by pathway.
    """
    some = {name: values[:OCCLUDED] for name, values in arrays.items()}
    before = predict(some)
    shifts = {}
    for name, held in members.groupby("pathway")["gene"]:
        hidden = np.isin(genes, held)
        seen = some["variant_mask"] & ~hidden[some["variant_gene"]]
        normal = np.where(hidden[:, None], 0, some["genes"]).astype("float32")
        after = predict({**some, "variant_mask": seen, "genes": normal})
        shifts[name] = np.abs(after - before).mean()
    return pd.Series(shifts)


def gene_shifts(predict: object, arrays: Mapping[str, np.ndarray], genes: list[str]) -> pd.Series:
    """How far predictions move when nothing is known to be wrong with a gene, as of pathways."""
    alone = pd.DataFrame({"pathway": genes, "gene": genes})
    return pathway_shifts(predict, arrays, genes, alone)


def planted_genes(genes: Collection[str]) -> list[str]:
    """Of some genes, those by which the planted logic settles response."""
    logic = {gene for own in PATHWAYS.values() for gene in own}
    return [gene for gene in genes if gene in logic]


def first_decoy(shifts: pd.Series, planted: Collection[str]) -> int:
    """Rank of the first that is not planted, among the planted ones, by the shift of predictions.

    One more than how many are planted is best: all of them come before it.
    """
    decoy = shifts.drop(list(planted)).max()
    return 1 + int((shifts[list(planted)] > decoy).sum())


def worst_rank(shifts: pd.Series) -> int:
    """Rank of the last planted pathway, among all, by the shift of predictions."""
    return int(shifts.rank(ascending=False)[list(PATHWAYS)].max())
