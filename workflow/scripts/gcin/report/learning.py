"""The figure of learning curves."""

import pandas as pd
from matplotlib.figure import Figure

from gcin.report.panels import panels_of
from gcin.report.words import label

SHOWN = ("roc_auc", "harrell_c", "mae")


def draw_learning_curve(table: pd.DataFrame, palette: dict) -> Figure:
    """How good each design is by the number of its training patients, one panel an endpoint."""
    shown = table[table["metric"].isin(SHOWN) & table["value"].notna()]
    keys = shown[["endpoint", "metric"]].drop_duplicates()
    figure, panels = panels_of(len(keys))
    for axes, key in zip(panels, keys.itertuples(), strict=False):
        rows = shown[(shown["endpoint"] == key.endpoint) & (shown["metric"] == key.metric)]
        for design, own in rows.groupby("design"):
            colour = palette[design]
            axes.plot(own["size"], own["value"], "o-", color=colour, label=design, markersize=4)
            axes.fill_between(own["size"], own["low"], own["high"], color=colour, alpha=0.12)
        axes.set(xlabel="training patients of a fold", ylabel=label(key.metric))
        axes.set_title(key.endpoint, loc="left", fontsize=9)
        axes.legend(fontsize=8)
    return figure
