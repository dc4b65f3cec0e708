"""The samples of a store, from the manifest of its generation."""

import numpy as np
import pandas as pd

from gcin.intake.kinds import GENOTYPED, RECORDED


def samples_of_manifest(manifest: pd.DataFrame) -> pd.DataFrame:
    """List the samples of a manifest.

    Args:
        manifest: Rows of the sample sheet, all text.

    Returns:
        One row per sample, sorted: `sample patient tissue kind file`. Files are those of the
        first unit.
    """
    columns = ["sample", "patient", "tissue", "kind", "file"]
    samples = manifest.sort_values(["sample", "unit"]).drop_duplicates("sample")
    return samples[columns].reset_index(drop=True)


def sources(samples: pd.DataFrame) -> np.ndarray:
    """Number the source of each sample's genotypes: all that were called together are one.

    Germline samples are called jointly, a tumour by itself.

    Args:
        samples: As by `samples_of_manifest`.

    Returns:
        Codes from 0 on, one per sample.
    """
    joint = samples["kind"].isin(GENOTYPED) & (samples["tissue"] == "germline")
    return (joint.astype(str) + samples["file"].where(~joint, "")).factorize()[0]


def beside_tumours(samples: pd.DataFrame) -> np.ndarray:
    """Tell which are germline samples of patients who have a tumour sample, too; bool.

    Of these an allele that the germline shows in doubt is kept, so that the tumour's is not said to
    be somatic.

    Args:
        samples: As by `samples_of_manifest`.
    """
    is_tumour = samples["tissue"] == "tumour"
    return (~is_tumour & samples["patient"].isin(samples["patient"][is_tumour])).to_numpy()


def require_same_samples(found: list[str], samples: pd.DataFrame) -> np.ndarray:
    """Find the samples of a joint call set among those of the store.

    Args:
        found: Samples of the call set, in its order.
        samples: As by `samples_of_manifest`.

    Returns:
        Row in the store of each, int32.

    Raises:
        ValueError: The call set lacks a sample of the manifest, or has one too many.
    """
    expected = samples["sample"][samples["kind"].isin(RECORDED)]
    if set(found) != set(expected):
        missing = ", ".join(sorted(set(expected) - set(found))[:5]) or "none"
        surplus = ", ".join(sorted(set(found) - set(expected))[:5]) or "none"
        raise ValueError(
            "the annotated records do not hold the samples of the manifest: missing "
            f"{missing}; not expected {surplus}. Delete the generation's folder and run again."
        )
    row_of = {sample: row for row, sample in enumerate(samples["sample"])}
    return np.array([row_of[sample] for sample in found], dtype=np.int32)
