"""Of which kind an endpoint is, told by the outcomes that stand beside its predictions."""

import pandas as pd

BINARY, SURVIVAL, QUANTITY = "binary", "survival", "quantity"


def kind_of(rows: pd.DataFrame) -> str:
    """Tell the kind of one endpoint.

    Args:
        rows: Its patients with the outcome: `response` (0 or 1), or `amount`, or `time event`.
    """
    if rows["response"].notna().all():
        return BINARY
    return QUANTITY if rows["amount"].notna().all() else SURVIVAL
