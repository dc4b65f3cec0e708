"""What the page and the model card say of networks that tell which arm a patient received."""

from collections.abc import Mapping

import pandas as pd

from gcin.report.words import interval, level, percent


def assignment_rows(told: pd.DataFrame) -> pd.DataFrame:
    """Designs by arms, ready to print.

    Args:
        told: As `gcin.evaluation.assignment.assignment_table` gives it.
    """
    rows = []
    for (design, arm), own in told[told["arm"].notna()].groupby(["design", "arm"], sort=False):
        named = own.set_index("metric")
        below = f"chance below {level(named['floor'].iloc[0])}"
        row = {"design": design, "arm": arm, "received it": percent(named["value"]["share"])}
        row["ROC AUC of who did"] = interval(named.loc["roc_auc"])
        rows.append(row | {below: percent(named["value"]["below_floor"])})
    return pd.DataFrame(rows)


def assignment_words(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Say of each network how far it tells the arm received, and whom few alike got an arm of.

    Args:
        tables: Of the evaluation; `propensity` where networks tell arms.
    """
    told, sentences = tables.get("propensity", pd.DataFrame(columns=["design", "arm"])), []
    for design, own in told[told["arm"].isna()].groupby("design", sort=False):
        named = own.set_index("metric")
        sentences.append(
            f"{design}: log loss {interval(named.loc['log_loss'])}, of telling everybody the "
            f"shares of the arms {interval(named.loc['log_loss_of_shares'])}; a chance below "
            f"{level(named['floor'].iloc[0])} of some arm: "
            f"{percent(named['value']['below_floor'])} of {named['n'].iloc[0]:.0f} patients"
        )
    return sentences
