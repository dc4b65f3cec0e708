"""From sites and calls to the gene track, the callable shares, the scalars and the receipt."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from gcin.generations import receipt, sha256_of
from gcin.tensors.beside import Beside
from gcin.tensors.callability import callable_share
from gcin.tensors.calls import Calls, open_array
from gcin.tensors.genes import GENE_FEATURES, SiteEffects, gene_features, gene_rows, is_callable
from gcin.tensors.scalars import SCALARS, allele_numbers, sample_scalars
from gcin.tensors.store import ARRAYS, SCHEMA_VERSION, TABLES
from gcin.tensors.untold import WHOLE
from gcin.tensors.variants import VARIANT_FEATURES, site_features

logger = logging.getLogger(__name__)


class Untold(NamedTuple):
    """What the VCF that a sample came as does not tell of it.

    Attributes:
        genes: Share of no-calls among each gene's alleles.
        whole: The same of all alleles, NaN of none.
    """

    genes: np.ndarray
    whole: float


@dataclass(frozen=True)
class Assay:
    """What was looked at.

    Attributes:
        assayed: Share of each gene's coding bases that the assay looks at.
        measured: By sample, the share of each gene that its gVCF shows to be callable.
        beside: What was measured of the genes beside their short variants.
        untold: By sample of a given VCF.
        missing_by_sample: Share of no-calls of each sample among the alleles called with it.
        reached: By sample whose calls are lifted from an older assembly, the share of each gene
            that calls can be lifted to.
        carried: Of each sample the alleles that it carries in genes, and those with one copy; None
            where the store holds every call.
    """

    assayed: np.ndarray
    measured: Mapping[str, np.ndarray]
    beside: Beside
    untold: Mapping[str, Untold]
    missing_by_sample: np.ndarray
    reached: Mapping[str, np.ndarray] = field(default_factory=dict)
    carried: np.ndarray | None = None


def measured_shares(
    tables: Mapping[str, pd.DataFrame], genes: pd.DataFrame
) -> dict[str, np.ndarray]:
    """Put the callable bases of samples into the order of the genes.

    Args:
        tables: By sample, `gene bases callable`.
        genes: The gene universe.

    Returns:
        By sample, float32 shares; 0 for a gene without coding bases.
    """
    return {
        sample: (table.set_index("gene")["callable"] / table.set_index("gene")["bases"])
        .reindex(genes["gene"])
        .fillna(0)
        .to_numpy(np.float32)
        for sample, table in tables.items()
    }


def read_untold(paths: Iterable[str], genes: pd.DataFrame) -> dict[str, Untold]:
    """Read what several given VCFs do not tell, by sample.

    A gene without coding bases has none to tell of.
    """
    untold = {}
    for table in map(pd.read_parquet, paths):
        shares = table.reindex(genes["gene"], fill_value=0).to_numpy(np.float32).T
        rows = zip(table.columns, shares, table.loc[WHOLE].tolist(), strict=True)
        untold |= {sample: Untold(*row) for sample, *row in rows}
    return untold


def assemble(
    folder: Path,
    samples: pd.DataFrame,
    genes: pd.DataFrame,
    assay: Assay,
    rare_frequency: float,
    min_callable: float,
) -> None:
    """Write `genes.npy`, `callable.npy` and `scalars.parquet` beside the encoded calls.

    One sample at a time: memory holds the site table and one sample's rows.

    Args:
        folder: The store, with `sites.parquet` and `calls/`.
        samples: As by `gcin.tensors.manifest.samples_of_manifest`.
        genes: The gene universe, in genome order.
        assay: What was looked at.
        rare_frequency: Highest population frequency that is still rare.
        min_callable: Lowest callable share of a gene that is not missing.
    """
    sites = pd.read_parquet(folder / "sites.parquet")
    effects = SiteEffects.of(sites, site_features(sites), rare_frequency)
    alleles, coding_bases = allele_numbers(sites), genes["coding_bases"].to_numpy(dtype=float)
    calls = Calls.open(folder)
    track = _array(folder / "genes.npy", (len(samples), len(genes), len(GENE_FEATURES)), np.float16)
    shares = _array(folder / "callable.npy", (len(samples), len(genes)), np.float32)
    scalars = []
    for row, sample in enumerate(samples.itertuples()):
        measured, untold = (own.get(sample.sample) for own in (assay.measured, assay.untold))
        share = callable_share(sample.kind, assay.assayed, measured, untold and untold.genes)
        if sample.sample in assay.reached:
            share = share * assay.reached[sample.sample]
        own = calls.of_sample(row)
        features = gene_features(own["site"], own["dosage"], effects, len(genes))
        beside = assay.beside.of_sample(sample.sample, sample.kind, genes, assay.assayed)
        track[row], shares[row] = gene_rows(features, share, beside, min_callable), share
        carried = None if assay.carried is None else assay.carried[row]
        scalars.append(sample_scalars(own, alleles, effects, share, coding_bases, carried))
    _save(folder, {"genes.npy": track, "callable.npy": shares})

    seen = is_callable(shares, min_callable)
    logger.info("%d of %d genes in samples are callable", seen.sum(), seen.size)
    table = pd.DataFrame(scalars, columns=SCALARS, dtype=float)
    own = samples["sample"].map({name: untold.whole for name, untold in assay.untold.items()})
    table["missingness"] = own.astype(float).fillna(pd.Series(assay.missing_by_sample))
    names = samples[["sample", "patient", "tissue", "kind"]]
    names.join(table).to_parquet(folder / "scalars.parquet", index=False)


def _array(path: Path, shape: tuple[int, ...], dtype: type) -> np.ndarray:
    """Make an array on disk, or in memory where it is empty and cannot be mapped."""
    if 0 in shape:
        return np.empty(shape, dtype)
    return np.lib.format.open_memmap(path, "w+", dtype, shape)


def _save(folder: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write out what is still in memory."""
    for name, array in arrays.items():
        if isinstance(array, np.memmap):
            array.flush()
        else:
            np.save(folder / name, array)


def store_receipt(
    folder: Path,
    generation: str,
    samples: pd.DataFrame,
    sources: Iterable[str],
    excluded: Iterable[str],
    **limits: float,
) -> dict:
    """Describe a finished store.

    Args:
        folder: The store, complete but for its receipt.
        generation: Whose artefact it is.
        samples: As by `gcin.tensors.manifest.samples_of_manifest`.
        sources: Files that the calls came from.
        excluded: Samples of the manifest that the gate left out.
        limits: `rare_frequency` and `min_callable`, which the reader needs again.

    Returns:
        A mapping to be written as JSON.
    """
    tools = {name: version(name) for name in ("cyvcf2", "numpy", "pandas", "pyarrow")}
    files = [folder / name for name in [*ARRAYS, *TABLES]]
    arrays = {name: open_array(folder / name) for name in ARRAYS}
    return {
        "schema": SCHEMA_VERSION,
        **receipt(generation, samples["sample"], tools, folder, files),
        "excluded": list(excluded),
        "patients": samples["patient"].tolist(),
        "kinds": samples["kind"].value_counts().sort_index().to_dict(),
        "sources": {Path(path).name: sha256_of(path) for path in sources},
        "features": GENE_FEATURES,
        "variant_features": VARIANT_FEATURES,
        **limits,
        "arrays": {name: [list(array.shape), str(array.dtype)] for name, array in arrays.items()},
    }
