"""Calls on their way to disk: they come by site, and are laid down by sample."""

from pathlib import Path

import numpy as np

from gcin.tensors.layout import COLUMNS, Carriers

RECORD = np.dtype([("sample", np.int32), *COLUMNS.items()])
CHUNK = 1 << 20


class CallSpool:
    """An append-only file of calls in the order of the sites.

    Memory holds one chunk of calls, whatever the number of samples and sites.
    """

    def __init__(self, path: Path, samples: int) -> None:
        """Begin an empty file.

        Args:
            path: File to write.
            samples: Number of samples.
        """
        self.path = path
        self.counts = np.zeros(samples, dtype=np.int64)
        self._waiting = []
        self._held = 0
        path.write_bytes(b"")

    def append(self, site: int, carriers: Carriers) -> None:
        """Add the carriers of a site, by the number that the site has for now."""
        if not len(carriers.sample):
            return
        records = np.empty(len(carriers.sample), dtype=RECORD)
        records["site"] = site
        for name, values in carriers._asdict().items():
            records[name] = values
        self._waiting.append(records)
        self._held += len(records)
        self.counts += np.bincount(carriers.sample, minlength=len(self.counts))
        if self._held >= CHUNK:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            with self.path.open("ab") as stream:
                np.concatenate(self._waiting).tofile(stream)
        self._waiting, self._held = [], 0

    def lay_down(self, final_sites: np.ndarray, outputs: dict[str, Path], scratch: Path) -> None:
        """Write the calls by sample, as CSR arrays.

        Args:
            final_sites: Row in the site table of each number given to `append`.
            outputs: File of `indptr` and of each column of COLUMNS.
            scratch: File for the calls between the two orders; it is removed.
        """
        self._flush()
        starts = np.concatenate([[0], np.cumsum(self.counts)])
        if starts[-1] == 0:
            return _write_rows(np.empty(0, RECORD), starts, outputs)
        rows = np.memmap(scratch, dtype=RECORD, mode="w+", shape=int(starts[-1]))
        self._scatter(rows, starts[:-1].copy(), final_sites)
        ends = _compact(rows, starts)
        _write_rows(rows[: ends[-1]], ends, outputs)
        del rows
        scratch.unlink()

    def _scatter(self, rows: np.ndarray, cursors: np.ndarray, final_sites: np.ndarray) -> None:
        """Put each call behind the earlier calls of its sample, chunk by chunk."""
        with self.path.open("rb") as stream:
            while len(chunk := np.fromfile(stream, RECORD, CHUNK)):
                chunk["site"] = final_sites[chunk["site"]]
                chunk = chunk[np.argsort(chunk["sample"], kind="stable")]
                samples, first, count = np.unique(
                    chunk["sample"], return_index=True, return_counts=True
                )
                offset = np.arange(len(chunk)) - np.repeat(first, count)
                rows[np.repeat(cursors[samples], count) + offset] = chunk
                cursors[samples] += count


def _compact(rows: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Sort each sample's calls by site and drop repeated ones, moving the rest up.

    An allele can come twice, where two records were normalised to the same one: the call with
    the most alternate alleles stands.

    Returns:
        The new row offsets.
    """
    ends = np.zeros_like(starts)
    for sample in range(len(starts) - 1):
        own = np.array(rows[starts[sample] : starts[sample + 1]])
        own = own[np.lexsort((-own["depth"].astype(int), -own["dosage"].astype(int), own["site"]))]
        own = own[np.concatenate([[True], np.diff(own["site"]) > 0])[: len(own)]]
        ends[sample + 1] = ends[sample] + len(own)
        rows[ends[sample] : ends[sample + 1]] = own
    return ends


def _write_rows(rows: np.ndarray, indptr: np.ndarray, outputs: dict[str, Path]) -> None:
    """Write the row offsets and each column, a chunk at a time."""
    np.save(outputs["indptr"], indptr.astype(np.int64))
    for name, dtype in COLUMNS.items():
        # an empty file cannot be mapped, so that no calls at all are saved in one piece
        if not len(rows):
            np.save(outputs[name], np.empty(0, dtype))
            continue
        column = np.lib.format.open_memmap(outputs[name], "w+", dtype, (len(rows),))
        for start in range(0, len(rows), CHUNK):
            column[start : start + CHUNK] = rows[name][start : start + CHUNK]
        column.flush()
