"""Positions carried from one assembly to another by a chain file."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gcin.reference.alleles import COMPLEMENT
from gcin.reference.order import with_prefix

REMEDY = "Name a chain of UCSC or Ensembl under annotation: maf: chain, or fetch this one again."


@dataclass(frozen=True)
class Chains:
    """Ungapped blocks of a chain file, by contig of the old assembly.

    Attributes:
        blocks: For each contig the table `start end contig place forward chain`, by start; `start`
            and `end` are 0-based and half-open on the old assembly, `place` is the new position
            (0-based, forward strand) of the block's first base.
    """

    blocks: dict[str, pd.DataFrame]

    def lift(self, contigs: pd.Series, positions: pd.Series) -> pd.DataFrame:
        """Lift positions.

        Args:
            contigs: Contig names on the old assembly, with or without `chr`.
            positions: Positions, 1-based.

        Returns:
            `contig position forward chain`, one row per position: 1-based on the new assembly,
            whether the strand stays, and which chain it went by; position 0 where nothing lifts.
        """
        lifted = pd.DataFrame(
            {"contig": "", "position": 0, "forward": True, "chain": -1}, index=positions.index
        )
        for contig, rows in positions.groupby(contigs.map(with_prefix)):
            if contig in self.blocks:
                lifted.loc[rows.index] = _lift_within(self.blocks[contig], rows)
        return lifted

    def lift_spans(
        self, contigs: pd.Series, first: pd.Series, last: pd.Series
    ) -> tuple[pd.Series, pd.Series, pd.Series]:
        """Lift long spans by their ends, to the contig that has the most bases of theirs.

        An end that does not lift there moves inwards, to the next base that does.

        Args:
            contigs: Contig names on the old assembly, with or without `chr`.
            first: First bases, 1-based.
            last: Last bases, 1-based.

        Returns:
            Contig, first and last base on the new assembly; contig empty where nothing lifts.
        """
        lifted = pd.DataFrame({"contig": "", "first": 0, "last": 0}, index=first.index)
        for contig, rows in first.groupby(contigs.map(with_prefix)):
            if contig in self.blocks:
                spans = _lift_spans_within(self.blocks[contig], rows, last[rows.index])
                lifted.loc[rows.index] = spans
        return lifted["contig"], lifted["first"], lifted["last"]

    def reached(self) -> pd.DataFrame:
        """Bases of the new assembly that something lifts to, `chromosome start end`, 0-based."""
        blocks = pd.concat(self.blocks.values(), ignore_index=True)
        length = blocks["end"] - blocks["start"]
        first = blocks["place"].where(blocks["forward"], blocks["place"] - length + 1)
        return pd.DataFrame({"chromosome": blocks["contig"], "start": first, "end": first + length})


def _lift_spans_within(blocks: pd.DataFrame, first: pd.Series, last: pd.Series) -> pd.DataFrame:
    """Lift spans of one contig."""
    carried = (blocks["end"] - blocks["start"]).groupby(blocks["contig"]).sum()
    main = blocks[blocks["contig"] == carried.idxmax()]
    start, end, place = (main[name].to_numpy(np.int64) for name in ("start", "end", "place"))
    way = np.where(main["forward"], 1, -1)
    begin, finish = first.to_numpy(np.int64) - 1, last.to_numpy(np.int64) - 1
    head = np.searchsorted(end, begin, "right")
    tail = np.searchsorted(start, finish, "right") - 1
    found = head <= tail
    head, tail = (np.where(found, block, 0) for block in (head, tail))
    ends = [
        place[head] + way[head] * (np.maximum(begin, start[head]) - start[head]),
        place[tail] + way[tail] * (np.minimum(finish, end[tail] - 1) - start[tail]),
    ]
    lifted = {
        "contig": np.where(found, main["contig"].iloc[0], ""),
        "first": np.where(found, np.min(ends, axis=0) + 1, 0),
        "last": np.where(found, np.max(ends, axis=0) + 1, 0),
    }
    return pd.DataFrame(lifted, index=first.index)


def _lift_within(blocks: pd.DataFrame, positions: pd.Series) -> pd.DataFrame:
    """Lift positions of one contig."""
    offset = positions.to_numpy(np.int64) - 1
    found = np.searchsorted(blocks["start"].to_numpy(), offset, "right") - 1
    block = blocks.iloc[np.maximum(found, 0)]
    ahead = offset - block["start"].to_numpy()
    inside = (found >= 0) & (offset < block["end"].to_numpy())
    forward = block["forward"].to_numpy()
    place = block["place"].to_numpy() + np.where(forward, ahead, -ahead)
    lifted = {
        "contig": np.where(inside, block["contig"].to_numpy(), ""),
        "position": np.where(inside, place + 1, 0),
        "forward": forward,
        "chain": np.where(inside, block["chain"].to_numpy(), -1),
    }
    return pd.DataFrame(lifted, index=positions.index)


def read_chains(path: str | Path) -> Chains:
    """Read a chain file (UCSC format), plain or gzipped.

    Raises:
        ValueError: The file is not one, or is cut short.
    """
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rt") as lines:
        try:
            table = pd.DataFrame(
                _blocks(lines),
                columns=["old", "start", "end", "contig", "place", "forward", "chain"],
            )
        except (ValueError, IndexError, OSError, EOFError) as error:
            raise ValueError(f"{path}: no whole chain file ({error}). {REMEDY}") from None
    if table.empty:
        raise ValueError(f"{path}: no chain in it. {REMEDY}")
    groups = table.sort_values("start").groupby("old")
    return Chains({with_prefix(name): rows.reset_index(drop=True) for name, rows in groups})


def _blocks(lines: Iterator[str]) -> Iterator[tuple[str, int, int, str, int, bool, int]]:
    """Walk along the chains of a file."""
    chain, old, new = -1, 0, 0
    head: list[str] = []
    for line in lines:
        fields = line.split()
        if not fields or fields[0].startswith("#"):
            continue
        if fields[0] == "chain":
            head, chain = fields, chain + 1
            old, new = int(head[5]), int(head[10])
            continue
        size, *gaps = (int(field) for field in fields)
        forward = head[9] == "+"
        place = new if forward else int(head[8]) - 1 - new
        yield head[2], old, old + size, with_prefix(head[7]), place, forward, chain
        old, new = (old + size + gaps[0], new + size + gaps[1]) if gaps else (old, new)


def lift_alleles(calls: pd.DataFrame, chains: Chains) -> tuple[pd.DataFrame, pd.Series]:
    """Lift calls with their alleles.

    Args:
        calls: `chromosome position end reference alternate`, 1-based; `-` is an empty allele (an
            insertion lies between `position` and `end`). Sequences are upper case; other alleles
            (`<ITD>`) are left as they are.
        chains: From the old assembly to the new one.

    Returns:
        The calls on the new assembly, and why a call did not lift (empty where it did). Both ends
        must go by the same chain and stay as far apart as they were.
    """
    first = chains.lift(calls["chromosome"], calls["position"])
    last = chains.lift(calls["chromosome"], calls["end"])
    lost = (first["position"] == 0) | (last["position"] == 0)
    span = (last["position"] - first["position"]).abs()
    torn = (first["chain"] != last["chain"]) | (span != calls["end"] - calls["position"])
    reason = pd.Series(np.select([lost, torn], ["not in GRCh38", "torn apart in GRCh38"], ""))
    lifted = calls.assign(
        chromosome=first["contig"],
        position=np.minimum(first["position"], last["position"]),
        end=np.maximum(first["position"], last["position"]),
    )
    turned = ~first["forward"].to_numpy(bool)
    for name in ("reference", "alternate"):
        lifted.loc[turned, name] = calls.loc[turned, name].map(reverse_complement)
    return lifted, reason.set_axis(calls.index)


def reverse_complement(allele: str) -> str:
    """Read a sequence on the other strand; symbolic and empty alleles stay."""
    return allele if allele.startswith(("<", "-")) else allele.translate(COMPLEMENT)[::-1]
