"""People who stand in the data twice: patients whose genomes carry the same alleles."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from gcin.tensors.store import Store

ALLELE = ["chromosome", "position", "reference", "alternate"]
COMMON = 0.02  # an allele that a larger share of the patients carries tells few apart
FEW = 5  # but so many carriers are never too many


def twins(stores: Mapping[str, Store], min_share: float, min_alleles: int) -> pd.DataFrame:
    """Find pairs of patients, of any two cohorts or of one, who carry the same alleles.

    Relatives of the first degree share about half of their rarer alleles, so a `min_share` well
    above it finds copies. The share is of the smaller genome: a panel and an exome of one person
    agree in all that the panel sees.

    Args:
        stores: Tensor store of each cohort.
        min_share: Least share of alleles in common.
        min_alleles: Fewest alleles of the smaller genome; fewer are alike by chance.

    Returns:
        `first second shared n`: each as patient and cohort, the share, and the alleles compared.
    """
    carried = {}
    for cohort, store in stores.items():
        carried |= _carried(cohort, store)
    person = np.repeat(np.arange(len(carried)), [len(own) for own in carried.values()])
    allele, known = pd.factorize(np.concatenate([np.empty(0, np.uint64), *carried.values()]))
    ones = np.ones(len(person), np.int32)
    matrix = csr_array((ones, (person, allele)), shape=(len(carried), len(known)))
    rare = matrix.sum(axis=0) <= max(COMMON * len(carried), FEW)
    return _pairs(matrix[:, np.flatnonzero(rare)], list(carried), min_share, min_alleles)


def _carried(cohort: str, store: Store) -> dict[str, np.ndarray]:
    """Alleles of each patient of a cohort, as numbers that mean the same in every cohort."""
    alleles = pd.util.hash_pandas_object(store.sites[ALLELE].astype(str), index=False).to_numpy()
    return {
        f"{patient} of {cohort}": np.unique(alleles[sites])
        for patient, sites in store.carried(store.patients)
    }


def _pairs(matrix: csr_array, names: list[str], min_share: float, min_alleles: int) -> pd.DataFrame:
    """Pairs that share enough alleles."""
    names, sizes = np.asarray(names, dtype=object), matrix.sum(axis=1)
    common = (matrix @ matrix.T).tocoo()
    first, second, shared = common.row, common.col, common.data
    smaller = np.minimum(sizes[first], sizes[second])
    alike = (first < second) & (smaller >= min_alleles) & (shared >= min_share * smaller)
    table = {"first": names[first[alike]], "second": names[second[alike]]}
    table |= {"shared": shared[alike] / smaller[alike], "n": smaller[alike]}
    return pd.DataFrame(table).sort_values(["first", "second"], ignore_index=True)
