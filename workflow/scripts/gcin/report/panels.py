"""Panels that the report's figures are drawn in: their look, colours, layout, intervals."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PANEL = 3.6  # inches, height of a panel
STYLE = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e9ee",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "legend.frameon": False,
    "savefig.dpi": 130,
    "text.parse_math": False,  # an arm or a group may be named with two dollars
}


def palette_of(designs: list[str]) -> dict[str, tuple]:
    """Give each design a colour that the colour-blind can tell from the others."""
    colours = sns.color_palette("colorblind", max(len(designs), 1))
    return dict(zip(designs, colours, strict=False))


def panels_of(count: int, width: float = 4.2, height: float = PANEL) -> tuple[Figure, list[Axes]]:
    """Lay out panels, at most three in a row."""
    columns = min(max(count, 1), 3)
    rows = int(np.ceil(max(count, 1) / columns))
    figure = Figure(figsize=(width * columns, height * rows), layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for unused in axes[count:]:
        unused.set_axis_off()
    return figure, axes


def draw_intervals(
    axes: Axes, rows: pd.DataFrame, value: str, palette: dict, names: list[str]
) -> None:
    """Draw a point with its interval on a line of its own for each row."""
    for place, (_, row) in enumerate(rows.iterrows()):
        colour = palette.get(row["design"], "#444444")
        axes.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=2)
        axes.plot(row[value], place, "o", color=colour, markersize=5)
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)


def in_order(rows: pd.DataFrame, palette: dict) -> pd.DataFrame:
    """Sort rows as the study lists its designs."""
    return rows.sort_values("design", key=lambda names: names.map(list(palette).index))
