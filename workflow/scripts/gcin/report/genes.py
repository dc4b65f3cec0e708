"""What the page and the card say of the genes that designs lean on."""

from typing import NamedTuple

import pandas as pd

from gcin.report.tables import printed
from gcin.report.words import percent

MOST_GENES = 5  # named of each design and endpoint
# Where the model card says that genes were looked for.
SOURCES = {"gates": "gates (of the deep part; the linear path is not looked at)"}


def gene_table(stability: pd.DataFrame, ranks: pd.DataFrame) -> pd.DataFrame:
    """How alike seeds and folds are in the genes that matter to a design, ready to print.

    Args:
        stability: The second table of `gcin.model.gene_ranks.gene_tables`.
        ranks: The first, the most often chosen gene of a design and endpoint first.
    """
    keys = ["design", "endpoint", "source"]
    told = {key: _most_chosen(rows) for key, rows in ranks.groupby(keys)}
    often = [told.get(tuple(key), "") for key in stability[keys].to_numpy()]
    names = {"overlap_seeds": "shared by seeds", "overlap_folds": "shared by folds"}
    names |= {"source": "by", "chance": "by chance", "idle": "runs without any"}
    names |= {"nogueira_seeds": "index of seeds", "nogueira_folds": "index of folds"}
    return printed(stability.assign(**{"most often chosen": often})).rename(columns=names)


def _most_chosen(ranks: pd.DataFrame) -> str:
    rows = ranks.sort_values("chosen", ascending=False, kind="stable").head(MOST_GENES)
    return ", ".join(
        f"{row.gene} {row.chosen}" + f" of {row.read}" * (row.read < row.runs)
        for row in rows.itertuples()
    )


def gene_sentences(stability: pd.DataFrame, design: str) -> list[str]:
    """Say how far seeds and folds of a design lean on the same genes.

    Args:
        stability: The second table of `gcin.model.gene_ranks.gene_tables`.
        design: The design.
    """
    return [
        f"{row.endpoint}, by {SOURCES.get(row.source, row.source)}: {_shared(row)}"
        for row in stability[stability["design"] == design].itertuples()
    ]


def _shared(row: NamedTuple) -> str:
    """Say what two seeds and two folds share, where there are two."""
    shares = {"seeds": row.overlap_seeds, "folds": row.overlap_folds}
    told = [f"two {of} share {percent(share)}" for of, share in shares.items() if pd.notna(share)]
    if row.idle == row.runs:
        return f"no run of {row.runs} leans on any"
    if not told:
        return "nothing to compare, as neither seeds nor folds are several"
    idle = f", {row.idle} of which lean on none" * bool(row.idle)
    return (
        f"{' and '.join(told)} of their heaviest genes ({percent(row.chance)} by chance; "
        f"{row.runs} runs{idle}, {row.genes} genes)"
    )
