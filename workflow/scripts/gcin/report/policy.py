"""What the page says of treatment policies: gains with intervals, and what they rest on."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from gcin.report.panels import draw_intervals, in_order, panels_of
from gcin.report.words import interval, number, percent

GAINS = {
    "gain_over_care_given": "gain over care as given",
    "gain_over_best_arm": "gain over the best single arm",
}
VALUES = {"policy": "under the policy", "care_given": "care as given"} | GAINS
RECEIVED = {"yes": ("#0173b2", "received it"), "no": ("#888888", "received another")}


def own_floor(policy: pd.DataFrame) -> pd.DataFrame:
    """Keep the estimates at the study's own floor, which stands first."""
    return policy[policy["floor"] == policy["floor"].iloc[0]] if len(policy) else policy


def policy_tables(policy: pd.DataFrame, balance: pd.DataFrame) -> list[dict]:
    """Designs by estimates, one table an endpoint.

    Args:
        policy: As `gcin.evaluation.policies.policy_table` gives it.
        balance: As `gcin.evaluation.policies.balance_table` gives it.

    Returns:
        `caption` and `table` of each; the plain comparison stands beside the estimates only.
    """
    tables, worst = [], worst_imbalances(balance)
    for (endpoint, unit), rows in own_floor(policy).groupby(["endpoint", "unit"], sort=False):
        caption = f"{endpoint}, {unit}: {rows['n'].max():.0f} patients"
        table = [
            {"design": design} | _row(own.set_index("estimate"), worst.get((design, endpoint)))
            for design, own in rows.groupby("design", sort=False)
        ]
        tables.append({"caption": caption, "table": pd.DataFrame(table)})
    return tables


def worst_imbalances(balance: pd.DataFrame) -> dict[tuple[str, str], pd.Series]:
    """The row of the largest difference left after weighting, by design and endpoint."""
    ordered = balance.sort_values("weighted", key=np.abs, ascending=False)
    first = ordered.drop_duplicates(["design", "endpoint"])
    return {(row["design"], row["endpoint"]): row for _, row in first.iterrows()}


def _row(own: pd.DataFrame, worst: pd.Series | None) -> dict[str, str]:
    """One design at one endpoint, ready to print."""
    cells = {name: interval(own.loc[key]) for key, name in VALUES.items()}
    value = own["value"]
    left = (
        ""
        if worst is None
        else f"{number(abs(worst['weighted']), 2)}, {worst['confounder']} of "
        f"{worst['arm']} ({number(abs(worst['unweighted']), 2)} unweighted)"
    )
    others = value["weighed_by_others"]
    told = {"weighed by follow-up of other arms or cohorts": percent(others)} if others > 0 else {}
    return cells | {
        "E-value (of the limit)": f"{number(value['e_value'], 2)} "
        f"({number(value['e_value_of_limit'], 2)})",
        "promised by the design": number(value["predicted_gain"]),
        "followers less others": number(value["concordance_gap"]),
        "no recommendation for lack of overlap": percent(value["without_overlap"]),
        "followers, effective": number(value["effective_patients"], 0),
        "largest imbalance left": left,
        **told,
    }


def control_sentences(control: pd.DataFrame, design: str | None = None) -> list[str]:
    """Say what policies gain of an outcome that no treatment can move, those flagged first.

    Args:
        control: As `gcin.evaluation.controls.control_table` gives it.
        design: Of which it is said; None = of all.
    """
    own = control if design is None else control[control["design"] == design]
    return [
        f"{row['design']} for {row['endpoint']}: {interval(row, 'gain')} of {row['control']}, "
        f"{row['n']:.0f} patients; "
        + (
            "zero is excluded, so the estimates above are not to be believed until it is "
            "explained, as by a confounder that was not declared"
            if row["flagged"]
            else "zero is not excluded"
        )
        for _, row in own.sort_values("flagged", ascending=False, kind="stable").iterrows()
    ]


def floor_table(policy: pd.DataFrame) -> pd.DataFrame:
    """How gains and overlap move with the floor, ready to print."""
    rows = []
    for (endpoint, design, floor), own in policy.groupby(
        ["endpoint", "design", "floor"], sort=False
    ):
        named = own.set_index("estimate")
        row = {"endpoint": endpoint, "design": design, "least chance of the arm": number(floor)}
        row |= {name: interval(named.loc[key]) for key, name in GAINS.items()}
        row["without overlap"] = percent(named["value"]["without_overlap"])
        row["followers, effective"] = number(named["value"]["effective_patients"], 0)
        rows.append(row)
    return pd.DataFrame(rows)


def policy_sentences(policy: pd.DataFrame, design: str, min_patients: int) -> list[str]:
    """Say for each endpoint whether following a design was shown to gain over care as given.

    Args:
        policy: As `gcin.evaluation.policies.policy_table` gives it.
        design: The design that predicts new patients.
        min_patients: Effective number of followers below which no interval is trusted.
    """
    own = own_floor(policy)
    sentences = []
    for (endpoint, unit), rows in own[own["design"] == design].groupby(
        ["endpoint", "unit"], sort=False
    ):
        named = rows.set_index("estimate")
        gain, followers = named.loc["gain_over_care_given"], named["value"]["effective_patients"]
        shown = "a gain" if gain["low"] > 0 else "a loss" if gain["high"] < 0 else "no difference"
        few = f"{number(followers, 0)} effective followers are too few to tell"
        sentences.append(
            f"{endpoint} ({unit}): {interval(gain)} over care as given, {gain['n']:.0f} patients; "
            + (f"{shown} was shown" if followers >= min_patients else few)
        )
    return sentences


def draw_policy(policy: pd.DataFrame, palette: dict) -> Figure:
    """Gains of every design with their intervals, beside no gain."""
    shown = own_floor(policy)
    shown = shown[shown["estimate"].isin(GAINS)]
    keys = shown[["endpoint", "unit", "estimate"]].drop_duplicates()
    figure, panels = panels_of(len(keys), height=0.9 + 0.24 * len(palette))
    for axes, key in zip(panels, keys.itertuples(), strict=False):
        own = shown[(shown["endpoint"] == key.endpoint) & (shown["estimate"] == key.estimate)]
        rows = in_order(own, palette)
        draw_intervals(axes, rows, "value", palette, list(rows["design"]))
        axes.axvline(0, color="#888888", linestyle="--", linewidth=1)
        axes.set_xlabel(key.unit)
        axes.set_title(f"{key.endpoint}: {GAINS[key.estimate]}", loc="left", fontsize=9)
    return figure


def draw_overlap(overlap: pd.DataFrame, palette: dict) -> Figure:
    """Chance of each arm among those who received it and the others, beside the floor."""
    arms = list(overlap["arm"].unique())
    figure, panels = panels_of(len(arms), height=2.6)
    for axes, arm in zip(panels, arms, strict=False):
        own = overlap[overlap["arm"] == arm]
        for received, (colour, name) in RECEIVED.items():
            rows = own[own["received"] == received]
            edges = [*rows["low"], *rows["high"].tail(1)]
            axes.stairs(rows["patients"], edges, color=colour, label=name, fill=True, alpha=0.5)
        axes.axvline(own["floor"].iloc[0], color="#222222", linestyle="--", linewidth=1)
        axes.set(xlabel=f"chance of {arm}", ylabel="patients", xlim=(0, 1))
        axes.legend(fontsize=8)
    return figure
