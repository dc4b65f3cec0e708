"""How calls lie in memory and on disk; imports nothing that reads variants."""

from typing import NamedTuple

import numpy as np

UNKNOWN_QUALITY = 255
PASSING = ("PASS", ".", "")
COLUMNS = {
    "site": np.dtype(np.int32),
    "dosage": np.dtype(np.int8),
    "vaf": np.dtype(np.float16),
    "depth": np.dtype(np.uint16),
    "quality": np.dtype(np.uint8),
}


class Carriers(NamedTuple):
    """The samples that carry an allele, or show it in doubt.

    Attributes:
        sample: Column of the sample, int32.
        dosage: Alternate alleles, int8; 0 where a germline sample beside a tumour shows the allele
            by a genotype that failed, which is no call of it.
        vaf: Share of reads with the alternate, float16, NaN where reads were not counted.
        depth: Reads, uint16, 0 where unknown.
        quality: Phred quality of the genotype, uint8, at most 99, 255 where unknown.
    """

    sample: np.ndarray
    dosage: np.ndarray
    vaf: np.ndarray
    depth: np.ndarray
    quality: np.ndarray
