"""The evidence that an absent variant needs: reads and quality enough to have shown one.

One rule for whatever tells reference from missing: callable bases, reference genotypes of joint
calls and of given VCFs, and absent alleles of a panel.
"""

import numpy as np


def is_well_seen(
    depth: np.ndarray | int,
    quality: np.ndarray | int,
    min_depth: int,
    min_genotype_quality: int,
) -> np.ndarray | bool:
    """Tell where a base was seen well enough for an absent variant to count as reference.

    Args:
        depth: Reads, negative where they are not told.
        quality: GQ, phred, negative where it is not told.
        min_depth: Fewest reads.
        min_genotype_quality: Lowest GQ, phred.

    Returns:
        One value each; what is not told is no evidence.
    """
    return (depth >= min_depth) & (quality >= min_genotype_quality)
