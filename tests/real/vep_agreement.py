"""Two annotated VCFs, compared transcript by transcript."""

import gzip
from pathlib import Path

import pandas as pd

from gcin.annotation.consequences import BIT, bits_of, rank_of
from gcin.annotation.files import csq_fields

LOCAL = {
    "splice_donor_5th_base_variant",
    "splice_region_variant",
    "splice_donor_region_variant",
    "splice_polypyrimidine_tract_variant",
}


def read_blocks(path: Path) -> pd.DataFrame:
    """Blocks by variant and transcript."""
    fields = csq_fields(path)
    rows = []
    with gzip.open(path, "rt") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            contig, position, _, reference, alternate, _, _, info = line.rstrip("\n").split("\t")[
                :8
            ]
            told = dict(item.partition("=")[::2] for item in info.split(";"))
            for block in told.get("CSQ", "").split(",") if "CSQ" in told else ():
                key = (contig, int(position), reference, alternate)
                rows.append((key, *block.split("|")))
    table = pd.DataFrame(rows, columns=["variant", *fields])
    table["bits"] = [bits_of(terms.split("&")) for terms in table["Consequence"]]
    return table.set_index(["variant", "Feature"]).sort_index()


def matters(bits: int) -> bool:
    """Whether a variant changes coding bases or a splice site proper."""
    worst = rank_of(bits)
    local = {rank_of(BIT[term]) for term in LOCAL}
    return worst <= rank_of(BIT["coding_sequence_variant"]) and worst not in local
