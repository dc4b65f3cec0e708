"""What the page says of answering only those of whom a design is surest."""

import pandas as pd
from matplotlib.figure import Figure

from gcin.report.panels import panels_of
from gcin.report.words import interval, number, percent

ORDERS = {"probability": "by the probability", "conformal": "by the conformal answer"}
FEWEST = 20  # of so few, 10 % of whose answers are wrong, 1 to 32 % may be
SAVED = {"saved": "value", "saved_low": "low", "saved_high": "high"}


def abstention_table(areas: pd.DataFrame) -> pd.DataFrame:
    """Areas under the curves of error by share answered, ready to print.

    Args:
        areas: The second table of `gcin.evaluation.abstention.abstention_tables`.
    """
    saved = areas[list(SAVED)].rename(columns=SAVED)
    shown = areas[["endpoint", "design"]].assign(order=areas["order"].map(ORDERS))
    shown["AURC"] = [interval(row, "aurc") for _, row in areas.iterrows()]
    shown["of a random order"] = areas["random"].map(number)
    shown["saved by the order"] = [interval(row) for _, row in saved.iterrows()]
    shown["of the best order"] = areas["best"].map(number)
    shown["single answer"] = areas["single"].map(percent)
    shown["of these wrong"] = areas["single_error"].map(percent)
    return shown.assign(n=areas["n"])


def draw_risk_coverage(table: pd.DataFrame, palette: dict) -> Figure:
    """Error among the patients answered by their share, one panel an endpoint and order.

    A curve is dotted where fewer than FEWEST patients are answered. A dot stands where the
    conformal answers stop, at their own error.
    """
    keys = table[["endpoint", "order"]].drop_duplicates()
    figure, panels = panels_of(len(keys), width=5.2, height=4.4)
    for axes, key in zip(panels, keys.itertuples(), strict=False):
        rows = table[(table["endpoint"] == key.endpoint) & (table["order"] == key.order)]
        for design in (name for name in palette if name in set(rows["design"])):
            own, colour = rows[rows["design"] == design], palette[design]
            axes.plot(own["answered"], own["error"], ":", color=colour, linewidth=1.7)
            told = own[own["answered"] * own["n"] >= FEWEST]
            axes.plot(told["answered"], told["error"], color=colour, label=design, linewidth=1.7)
            stop = own.iloc[0]
            axes.plot(stop["single"], stop["single_error"], "o", color=colour, markersize=6)
        axes.set(xlabel="share of the patients answered", ylabel="wrong among these")
        axes.set(xlim=(0, 1.01), ylim=(0, None))
        axes.set_title(f"{key.endpoint}: {ORDERS[key.order]}", loc="left", fontsize=9)
        axes.legend(fontsize=8)
    return figure
