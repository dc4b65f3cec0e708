"""What is measured of genes beside their short variants: copies, and structural variants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd

from gcin.intake.kinds import SEQUENCED
from gcin.tables import read_table
from gcin.tensors.genes import BESIDE


@dataclass(frozen=True)
class Beside:
    """Tables of other stages, of those samples in which something was measured.

    Attributes:
        copies: By sample, its `copies.tsv`.
        structural: `sample gene effect dosage` of altered genes; None where nothing was looked for.
        segments: log2 copy ratio, samples by genes, of segments that were handed in; None where
            there are none.
    """

    copies: Mapping[str, str]
    structural: pd.DataFrame | None
    segments: pd.DataFrame | None = None

    @classmethod
    def of_files(
        cls, copies: Iterable[str], structural: Iterable[str], segments: Iterable[str]
    ) -> Self:
        """Take `{sample}/copies.tsv` of samples, and of the cohort what there is of the others.

        Those are `structural.tsv` and `segments.parquet`.
        """
        tables = [read_table(path, "sample") for path in structural]
        ratios = map(pd.read_parquet, segments)
        own = {Path(path).parent.name: path for path in copies}
        return cls(own, next(iter(tables), None), next(ratios, None))

    def of_sample(
        self, sample: str, kind: str, genes: pd.DataFrame, assayed: np.ndarray
    ) -> np.ndarray:
        """Put a sample's measures into the order of the genes; copies measured here go first.

        Args:
            sample: Its name.
            kind: Its kind in the sheet.
            genes: The gene universe.
            assayed: Share of each gene that the assay looks at.

        Returns:
            float32, genes x BESIDE, NaN where nothing was measured.
        """
        table = pd.DataFrame(np.nan, index=pd.Index(genes["gene"]), columns=BESIDE)
        if sample in self.copies:
            found = pd.read_csv(self.copies[sample], sep="\t", index_col="gene", na_values=[""])
            table["copy_number"] = found["log2"].reindex(table.index)
            table["loh"] = found["loh"].reindex(table.index)
        elif self.segments is not None and sample in self.segments.index:
            table["copy_number"] = self.segments.loc[sample].reindex(table.index)
        if self.structural is not None and kind in SEQUENCED:
            own = self.structural[self.structural["sample"] == sample]
            dosage = own.groupby(["effect", "gene"])["dosage"].max()
            for effect in ("loss", "gain"):
                found = dosage[effect] if effect in dosage else dosage.droplevel(0)[:0]
                table[f"structural_{effect}"] = found.reindex(table.index, fill_value=0) / 2
        table[assayed == 0] = np.nan
        return table.to_numpy(np.float32)
