"""Common variants: a dense matrix of dosages, samples by markers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gcin.tensors.sites import MARKER_SCHEMA

BLOCK_BYTES = 64 << 20


class MarkerMatrix:
    """Dosages of common variants, appended marker by marker and laid down sample by sample."""

    def __init__(self, scratch: Path, samples: int) -> None:
        """Open the scratch file.

        Args:
            scratch: File for the markers as they come.
            samples: Number of samples.
        """
        self._scratch = scratch
        self._samples = samples
        self._markers = []
        self._stream = scratch.open("wb")

    def append(self, marker: dict, dosage: np.ndarray) -> None:
        """Add a marker: its place, alleles and population frequency, and a dosage per sample."""
        self._markers.append(marker)
        self._stream.write(dosage.astype(np.int8).tobytes())

    def close(self) -> None:
        """Close the scratch file, also after an error."""
        self._stream.close()

    def lay_down(self, matrix: str | Path, table: str | Path) -> int:
        """Write the matrix (samples x markers, int8, -1 = no call) and its table of markers.

        Returns:
            The number of markers.
        """
        self.close()
        names = pd.DataFrame(self._markers, columns=MARKER_SCHEMA.names)
        pq.write_table(pa.Table.from_pandas(names, MARKER_SCHEMA, preserve_index=False), table)
        shape = (self._samples, len(names))
        if 0 in shape:
            np.save(matrix, np.empty(shape, np.int8))
        else:
            self._transpose(np.lib.format.open_memmap(matrix, "w+", np.int8, shape))
        self._scratch.unlink()
        return len(names)

    def _transpose(self, out: np.ndarray) -> None:
        """Turn the scratch file over, as many markers at a time as fit in a block of memory."""
        wide = max(1, BLOCK_BYTES // self._samples)
        with self._scratch.open("rb") as stream:
            for start in range(0, out.shape[1], wide):
                block = np.fromfile(stream, np.int8, wide * self._samples)
                out[:, start : start + wide] = block.reshape(-1, self._samples).T
        out.flush()
