"""The report's figures, each drawn from one table."""

from collections.abc import Callable
from textwrap import fill

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gcin.report.abstention import draw_risk_coverage
from gcin.report.learning import draw_learning_curve
from gcin.report.panels import STYLE, draw_intervals, in_order, palette_of, panels_of
from gcin.report.policy import draw_overlap, draw_policy
from gcin.report.words import HORIZON, label

mpl.use("Agg")

ORDER = (
    "accuracy",
    "precision",
    "recall",
    "f1",
    "roc_auc",
    "pr_auc",
    "brier",
    "harrell_c",
    "uno_c",
    "auc_months",
    "integrated_brier",
    "mae",
    "r2",
    "within_20_percent",
)
CHANCE = {
    "accuracy": "majority",
    "pr_auc": "pr_chance",
    "roc_auc": 0.5,
    "harrell_c": 0.5,
    "uno_c": 0.5,
    "auc_months": 0.5,
}
HEADLINES = ("roc_auc", "brier", "uno_c", "integrated_brier", "accuracy", "mae")
HEADLINES += ("within_20_percent",)
ORDERED = ("roc_auc", "harrell_c", "mae")  # shown of each group


def draw(figure: str, table: pd.DataFrame, designs: list[str]) -> Figure:
    """Draw a figure of the report.

    Args:
        figure: A key of `FIGURES`.
        table: The table it is drawn from.
        designs: The study's designs in order, which fixes their colours in all figures.
    """
    with mpl.rc_context(STYLE):
        return FIGURES[figure](table, palette_of(designs))


def draw_metrics(metrics: pd.DataFrame, palette: dict) -> Figure:
    """Every metric of every design with its interval, beside what ignorance would reach."""
    by_cohort = metrics.assign(cohort=metrics.get("cohort", ""))
    known = by_cohort["value"].notna()
    shown = by_cohort[known & by_cohort["metric"].map(_kind).isin(ORDER)]
    keys = shown[["cohort", "endpoint", "metric"]].drop_duplicates()
    place = keys["metric"].map(_kind).map(ORDER.index)
    keys = keys.assign(place=place).sort_values(["cohort", "endpoint", "place"])
    figure, panels = panels_of(len(keys), height=0.9 + 0.24 * len(palette))
    for axes, key in zip(panels, keys.itertuples(), strict=False):
        own = by_cohort.query("cohort == @key.cohort and endpoint == @key.endpoint")
        rows = in_order(own[(own["metric"] == key.metric) & own["value"].notna()], palette)
        draw_intervals(axes, rows, "value", palette, list(rows["design"]))
        _mark_chance(axes, own, key.metric)
        where = f"{key.cohort}, {key.endpoint}" if key.cohort else key.endpoint
        axes.set_title(f"{where}: {label(key.metric)}", loc="left", fontsize=9)
    return figure


def _kind(metric: str) -> str:
    """A metric's name in `ORDER`, where all horizons share one."""
    return HORIZON.sub("auc_months", metric)


def _mark_chance(axes: Axes, metrics: pd.DataFrame, metric: str) -> None:
    """Draw what a metric has to be read against: chance, or the majority."""
    chance = CHANCE.get(_kind(metric))
    if isinstance(chance, str):
        # Chance gives a design that says the same of many less than one that orders all.
        chance = metrics.loc[metrics["metric"] == chance, "value"].max()
    if chance is not None:
        axes.axvline(chance, color="#888888", linestyle="--", linewidth=1)


def draw_differences(differences: pd.DataFrame, palette: dict) -> Figure:
    """Differences between designs in the measures that do not depend on a threshold."""
    shown = differences[differences["metric"].isin(HEADLINES)]
    keys = shown[["endpoint", "metric"]].drop_duplicates()
    pairs = shown[["design", "reference"]].drop_duplicates()
    figure, panels = panels_of(len(keys), height=0.9 + 0.24 * max(len(pairs), 1))
    for axes, key in zip(panels, keys.itertuples(), strict=False):
        rows = shown[(shown["endpoint"] == key.endpoint) & (shown["metric"] == key.metric)]
        names = [f"{row.design} - {row.reference}" for row in rows.itertuples()]
        draw_intervals(axes, rows, "difference", palette, names)
        axes.axvline(0, color="#888888", linestyle="--", linewidth=1)
        axes.set_title(f"{key.endpoint}: {label(key.metric)}", loc="left", fontsize=9)
    return figure


def _curves(table: pd.DataFrame, palette: dict, x: str, y: str) -> tuple[Figure, list[Axes]]:
    """One panel per endpoint with the curve of each design."""
    endpoints = list(table["endpoint"].unique())
    figure, panels = panels_of(len(endpoints), width=5.2, height=4.4)
    for axes, endpoint in zip(panels, endpoints, strict=False):
        rows = table[table["endpoint"] == endpoint]
        for design in (name for name in palette if name in set(rows["design"])):
            own = rows[rows["design"] == design]
            axes.plot(own[x], own[y], color=palette[design], label=design, linewidth=1.7)
        axes.set(xlabel=label(x), ylabel=label(y), xlim=(0, 1), ylim=(0, 1.01), title=endpoint)
        axes.legend(fontsize=8)
    return figure, panels


def draw_roc(table: pd.DataFrame, palette: dict) -> Figure:
    """True against false positives."""
    figure, panels = _curves(table, palette, "false_positive_rate", "true_positive_rate")
    for axes in panels[: table["endpoint"].nunique()]:
        axes.plot([0, 1], [0, 1], color="#888888", linestyle="--", linewidth=1)
    return figure


def draw_pr(table: pd.DataFrame, palette: dict) -> Figure:
    """Precision against recall, beside that of one probability for everybody."""
    figure, panels = _curves(table, palette, "recall", "precision")
    for axes, (_, rows) in zip(panels, table.groupby("endpoint", sort=False), strict=False):
        axes.axhline(rows["prevalence"].iloc[0], color="#888888", linestyle="--", linewidth=1)
    return figure


def draw_calibration(table: pd.DataFrame, palette: dict) -> Figure:
    """Observed against predicted share, one panel a design and endpoint."""
    figure, panels = _agreement(table, palette, "observed", lambda rows: (0, 1))
    for axes in panels:
        axes.set(xlim=(0, 1), ylim=(0, 1))
    return figure


def draw_agreement(table: pd.DataFrame, palette: dict) -> Figure:
    """Median and quartiles of true amounts against predicted ones, one panel a design."""
    figure, _ = _agreement(
        table, palette, "median", lambda rows: (rows["predicted"].min(), rows["predicted"].max())
    )
    return figure


def _agreement(
    table: pd.DataFrame, palette: dict, value: str, ends: Callable
) -> tuple[Figure, list[Axes]]:
    """What was seen in groups of patients by prediction, beside what would be right."""
    keys = table[["endpoint", "design"]].drop_duplicates()
    keys = in_order(keys, palette).sort_values("endpoint", kind="stable")
    figure, panels = panels_of(len(keys), width=3.6, height=3.6)
    for axes, key in zip(panels, keys.itertuples(), strict=False):
        rows = table[(table["endpoint"] == key.endpoint) & (table["design"] == key.design)]
        rows, colour = rows.sort_values("predicted"), palette[key.design]
        axes.plot(ends(rows), ends(rows), color="#888888", linestyle="--", linewidth=1)
        axes.vlines(rows["predicted"], rows["low"], rows["high"], color=colour, alpha=0.5)
        axes.plot(rows["predicted"], rows[value], "o-", color=colour, markersize=4)
        axes.set(xlabel="predicted", ylabel=value)
        axes.set_title(f"{key.endpoint}: {key.design}", loc="left", fontsize=9)
    return figure, panels[: len(keys)]


def draw_net_benefit(table: pd.DataFrame, palette: dict) -> Figure:
    """Net benefit by threshold, beside treating everybody and nobody."""
    figure, panels = _curves(table, palette, "threshold", "net_benefit")
    for axes, (_, rows) in zip(panels, table.groupby("endpoint", sort=False), strict=False):
        all_treated = rows.drop_duplicates("threshold")
        axes.plot(
            all_treated["threshold"], all_treated["treat_all"], color="#444444", linewidth=1,
            linestyle="--", label="treat all",
        )  # fmt: skip
        axes.axhline(0, color="#888888", linewidth=1, linestyle=":", label="treat none")
        highest = rows[["net_benefit", "treat_all"]].max(axis=None)
        axes.set(ylim=(-0.15 * highest, 1.1 * highest), xlabel="treated from this probability on")
        axes.legend(fontsize=8)
    return figure


def draw_kaplan_meier(table: pd.DataFrame, palette: dict) -> Figure:
    """Survival by predicted risk group, one panel a design and endpoint."""
    keys = table[["endpoint", "design"]].drop_duplicates()
    keys = in_order(keys, palette).sort_values("endpoint", kind="stable")
    groups = sorted(table["group"].unique())
    colours = dict(zip(groups, sns.color_palette("viridis", len(groups)), strict=True))
    figure, panels = panels_of(len(keys))
    for axes, key in zip(panels, keys.itertuples(), strict=False):
        rows = table[(table["endpoint"] == key.endpoint) & (table["design"] == key.design)]
        for group, own in rows.groupby("group"):
            name = f"group {group} (n = {own['n'].iloc[0]})"
            axes.step(own["time"], own["survival"], where="post", color=colours[group], label=name)
            axes.fill_between(
                own["time"], own["low"], own["high"], step="post", color=colours[group], alpha=0.15
            )
        axes.set(ylim=(0, 1.01), xlim=(0, None), xlabel="months", ylabel="without event")
        axes.set_title(f"{key.endpoint}: {key.design}", loc="left", fontsize=9)
        axes.legend(fontsize=7, loc="best")
    return figure


def draw_history(table: pd.DataFrame, palette: dict) -> Figure:
    """Loss by epoch of every run of each network: training, and the patients held out from it."""
    designs = [name for name in palette if name in set(table["design"])]
    figure, panels = panels_of(len(designs), width=5.2)
    losses = {"loss": "#9aa5b1", "val_loss": "#b5340e"}
    for axes, design in zip(panels, designs, strict=False):
        rows = table[table["design"] == design]
        for (_, _), run in rows.groupby(["fold", "seed"]):
            for name, colour in losses.items():
                axes.plot(run["epoch"], run[name], color=colour, linewidth=1, alpha=0.7)
        axes.set(xlabel="epoch", ylabel="loss")
        axes.set_title(
            f"{design}: {rows.groupby(['fold', 'seed']).ngroups} runs", loc="left", fontsize=9
        )
        axes.legend(axes.lines[:2], ["training", "held out (early stopping)"], fontsize=8)
    return figure


def draw_subgroups(table: pd.DataFrame, palette: dict) -> Figure:
    """Order within each group of patients, designs side by side, one panel an endpoint."""
    shown = table[table["metric"].isin(ORDERED) & table["value"].notna()]
    keys = shown[["endpoint", "metric"]].drop_duplicates()
    most = shown.groupby("endpoint")["group"].nunique().max() if len(keys) else 1
    each = max(0.12 * (len(palette) + 1), 0.45)  # inches; a group's name takes up to three lines
    figure, panels = panels_of(len(keys), height=1.2 + each * most)
    drawn = {}
    for axes, key in zip(panels, keys.itertuples(), strict=False):
        rows = shown[(shown["endpoint"] == key.endpoint) & (shown["metric"] == key.metric)]
        rows = rows.assign(name=rows["grouping"] + ": " + rows["group"].astype(str))
        names = list(dict.fromkeys(rows["name"]))
        step = 0.7 / len(palette)
        for design, own in rows.groupby("design"):
            place = list(palette).index(design)
            height = own["name"].map(names.index) + step * (place - (len(palette) - 1) / 2)
            axes.hlines(height, own["low"], own["high"], color=palette[design], linewidth=1.5)
            dots = axes.plot(own["value"], height, "o", color=palette[design], markersize=3)
            drawn.setdefault(design, dots[0])
        sizes = rows.drop_duplicates("name").set_index("name")["n"]
        told = [f"{fill(name, 24)}\nn = {sizes[name]}" for name in names]
        axes.set_yticks(range(len(names)), told, fontsize=8)
        axes.set_ylim(len(names) - 0.5, -0.5)
        if key.metric in CHANCE:
            axes.axvline(CHANCE[key.metric], color="#888888", linestyle="--", linewidth=1)
        axes.set_title(f"{key.endpoint}: {label(key.metric)}", loc="left", fontsize=9)
    kept = [design for design in palette if design in drawn]
    shapes = [drawn[design] for design in kept]
    figure.legend(shapes, kept, loc="outside lower left", ncols=8, fontsize=8)
    return figure


def draw_planted(table: pd.DataFrame, palette: dict) -> Figure:
    """Each design beside the best that anybody could reach on the simulated patients."""
    shown = table[table["design"].isin(palette) & table["bayes"].notna()]
    keys = shown[["endpoint", "metric"]].drop_duplicates()
    figure, panels = panels_of(len(keys), height=0.9 + 0.24 * len(palette))
    for axes, key in zip(panels, keys.itertuples(), strict=False):
        rows = shown[(shown["endpoint"] == key.endpoint) & (shown["metric"] == key.metric)]
        rows = in_order(rows, palette)
        colours = [palette[design] for design in rows["design"]]
        axes.barh(rows["design"], rows["value"], color=colours, height=0.6)
        axes.axvline(rows["bayes"].iloc[0], color="#222222", linestyle="--", linewidth=1)
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set_title(f"{key.endpoint}: {label(key.metric)}", loc="left", fontsize=9)
    return figure


FIGURES: dict[str, Callable[[pd.DataFrame, dict], Figure]] = {
    "metrics": draw_metrics,
    "differences": draw_differences,
    "external": draw_metrics,
    "roc": draw_roc,
    "pr": draw_pr,
    "calibration": draw_calibration,
    "net_benefit": draw_net_benefit,
    "risk_coverage": draw_risk_coverage,
    "agreement": draw_agreement,
    "kaplan_meier": draw_kaplan_meier,
    "history": draw_history,
    "subgroups": draw_subgroups,
    "learning_curve": draw_learning_curve,
    "planted": draw_planted,
    "policy": draw_policy,
    "overlap": draw_overlap,
}
