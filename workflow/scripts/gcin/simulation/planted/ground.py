"""What a planted cohort stands on: its genes, and the alleles that people can carry."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from gcin.simulation.planted.carriers import MARKERS
from gcin.simulation.planted.dials import Planted
from gcin.simulation.planted.genome import gene_table, site_table


@dataclass(frozen=True)
class Ground:
    """Tables in genome order.

    Attributes:
        genes: The gene table of the store.
        sites: The catalogue, as the site table of the store.
        markers: `chromosome position reference alternate` of the common markers.
    """

    genes: pd.DataFrame
    sites: pd.DataFrame
    markers: pd.DataFrame

    @classmethod
    def drawn(cls, planted: Planted, chromosomes: pd.DataFrame) -> Self:
        """Draw positions without a sequence; markers lie side by side on the first chromosome.

        Args:
            planted: What is simulated.
            chromosomes: `chrom length_grch38 centromere_boundary`, in genome order.
        """
        genes = gene_table(planted, chromosomes)
        position = np.arange(1, MARKERS + 1) * 1000
        places = {"chromosome": "chr1", "position": position, "reference": "A", "alternate": "G"}
        return cls(genes, site_table(planted, genes), pd.DataFrame(places))
