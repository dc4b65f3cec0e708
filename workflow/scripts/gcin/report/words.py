"""What the report says in words: names of metrics, numbers, and the summary's sentences."""

import re
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

LABELS = {
    "majority": "majority rate",
    "f1": "F1",
    "mcc": "Matthews correlation",
    "roc_auc": "ROC AUC",
    "sensitivity_at_specificity": "sensitivity at 90 % specificity",
    "specificity_reached": "specificity at which this was read",
    "pr_auc": "PR AUC",
    "pr_chance": "PR AUC of knowing nothing",
    "brier": "Brier score (lower is better)",
    "scaled_brier": "scaled Brier score (1 is best, 0 that of knowing nothing)",
    "log_loss": "log loss (lower is better)",
    "observed_expected": "observed / expected (1 is right)",
    "calibration_intercept": "calibration intercept (0 is right)",
    "calibration_slope": "calibration slope (1 is right)",
    "ece": "expected calibration error (lower is better)",
    "smooth_ece": "smooth calibration error (lower is better)",
    "mae": "mean absolute error (lower is better)",
    "rmse": "root mean squared error (lower is better)",
    "r2": "R2",
    "within_20_percent": "share within 20 % of the amount",
    "bias": "predicted less true, mean (0 is right)",
    "harrell_c": "Harrell C",
    "uno_c": "Uno C",
    "integrated_brier": "integrated Brier score (lower is better)",
    "d_calibration": "D-calibration, share misplaced (0 is right)",
    "delong": "DeLong",
    "corrected_t": "corrected resampled t (Nadeau-Bengio)",
}
HORIZON = re.compile(r"auc_(?P<months>\d+)_months")
# What Markdown would read as more than text, and a line that it would take for a heading or list.
MARKS = re.compile(r"[\\`*\[\]|~]|(?<!\w)_|_(?!\w)|^(?=[#>+=]|-\D)")
NONE = "\N{EN DASH}"  # printed where there is no number
SMALL = 0.01  # below it three decimals say too little, as of an amount in a large unit
NOISE = 1e-9  # below it a number is rounding, and nought
HEADLINES = ("roc_auc", "uno_c", "mae")  # what an endpoint is summed up by: free of any threshold
LESS_IS_BETTER = ("mae",)


def label(name: str) -> str:
    """Name a metric or column as a reader would."""
    if horizon := HORIZON.fullmatch(name):
        return f"AUC at {horizon['months']} months"
    return LABELS.get(name, name.replace("_", " "))


class Markdown(str):
    """Text that is Markdown already, and no more to be escaped."""

    __slots__ = ()


def in_markdown(text: str) -> str:
    """Write text so that Markdown shows it as it is: no markup, no HTML, in one line."""
    plain = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return MARKS.sub(lambda mark: "\\" + mark[0], plain)


def number(value: float | int | str | None, digits: int | None = None) -> str:
    """Write a number, with three decimals unless told; a dash where there is none."""
    if isinstance(value, str | int | np.integer):
        return str(value)
    if value is None or not np.isfinite(value):
        return NONE
    if float(value).is_integer() and abs(value) >= 1:
        return f"{int(value)}"
    return _decimal(value, _digits(value) if digits is None else digits)


def _decimal(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}" if abs(value) < 100 else f"{value:.1f}"
    return text if float(text) else text.removeprefix("-")


def _digits(*values: float) -> int:
    """Decimals to write numbers with: three, or as many as leave three digits of small ones."""
    largest = max((abs(value) for value in values if np.isfinite(value)), default=0.0)
    return 2 - int(np.floor(np.log10(largest))) if NOISE < largest < SMALL else 3


def _telling(value: float, low: float, high: float) -> int:
    """Decimals to write an interval with: as many as show that zero is excluded, where it is."""
    digits, near = _digits(value, low, high), min(abs(low), abs(high))
    is_hidden = low * high > 0 and near > NOISE and not round(near, digits)
    return -int(np.floor(np.log10(near))) if is_hidden else digits


def amount(value: float | None) -> str:
    """Write a quantity with a decimal, a small one with three digits that count."""
    small = value is not None and 0 < abs(value) < 10
    return number(value, 2 - int(np.floor(np.log10(abs(value)))) if small else 1)


def percent(share: float | None) -> str:
    """Write a share in percent, never rounded to all or nought; a dash where there is none."""
    if share is None or not np.isfinite(share):
        return NONE
    if 0 < share < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"


def level(share: float) -> str:
    """Write a share that was chosen, such as a coverage, in percent as it was chosen."""
    return f"{100 * share:.6g} %"


def count(value: float | None) -> str:
    """Write how many there are; nothing where there is nothing to count."""
    return "" if pd.isna(value) else f"{int(value)}"


def p_value(p: float | None, is_bound: bool = False) -> str:
    """Write a p value without false precision, one that is only known to be smaller behind a <."""
    if p is None or not np.isfinite(p):
        return NONE
    if is_bound and p >= 1e-4:
        return f"< {p:.2g}"
    return "< 0.0001" if p < 1e-4 else f"{p:.2g}"


def interval(row: pd.Series, value: str = "value") -> str:
    """Write a value with its interval, all three in one form."""
    if not np.isfinite(row["low"]):
        return number(row[value])
    three = [float(row[name]) for name in (value, "low", "high")]
    whole, digits = all(one.is_integer() for one in three), _telling(*three)
    middle, low, high = (
        _decimal(one, digits) if np.isfinite(one) and not whole else number(one) for one in three
    )
    return f"{middle} ({low} to {high})"


def summary(metrics: pd.DataFrame, differences: pd.DataFrame, networks: list[str]) -> list[str]:
    """Sum up each endpoint: how good the best network is, and whether it beats the best other.

    Args:
        metrics: `design endpoint metric value low high n`.
        differences: `design reference endpoint metric difference low high n`.
        networks: Designs that are networks; empty in a study of baselines only.

    Returns:
        One sentence or two for each endpoint, in terms of its headline metric.
    """
    shown = metrics[metrics["metric"].isin(HEADLINES) & metrics["value"].notna()]
    return [
        _sentence(
            rows.sort_values("value", ascending=metric in LESS_IS_BETTER), differences, networks
        )
        for (_, metric), rows in shown.groupby(["endpoint", "metric"], sort=False)
    ]


def unmeasured(metrics: pd.DataFrame, endpoints: Iterable[str]) -> list[str]:
    """Say of which endpoints the summary has no figure.

    Args:
        metrics: `design endpoint metric value low high n`.
        endpoints: Those of the study.
    """
    shown = metrics[metrics["metric"].isin(HEADLINES) & metrics["value"].notna()]
    return [
        f"For {name}, no design could be measured: the outcome is known of nobody tested, or of "
        "none who can be compared."
        for name in endpoints
        if name not in set(shown["endpoint"])
    ]


def _sentence(rows: pd.DataFrame, differences: pd.DataFrame, networks: list[str]) -> str:
    """Sum up one endpoint; `rows` are its designs, best first."""
    trained = rows[rows["design"].isin(networks)]
    best = (trained if len(trained) else rows).iloc[0]
    text = (
        f"For {best['endpoint']}, {best['design']} reaches {label(best['metric'])} "
        f"{interval(best)} on {best['n']} patients that it had not seen."
    )
    others = rows[~rows["design"].isin([*networks, best["design"]])]
    if not len(others):
        return text
    other = others.iloc[0]
    text += f" The best other design, {other['design']}, reaches {interval(other)}."
    return f"{text} {verdict(best, other, differences)}"


def shortcuts_raised(shortcuts: pd.DataFrame, most: int = 10) -> list[str]:
    """Say which shortcuts were found, the first few by name.

    Args:
        shortcuts: `check endpoint name value limit n raised meaning`.
        most: Sentences at most.
    """
    found = shortcuts[shortcuts["raised"].astype(bool)].fillna({"endpoint": ""})
    sentences = [
        f"{' '.join(filter(None, (row.endpoint, row.check)))}, {row.name}: {number(row.value)} "
        f"(alarm at {number(row.limit)}, n = {row.n}). {row.meaning[:1].upper()}{row.meaning[1:]}."
        for row in found.head(most).itertuples(index=False)
    ]
    rest = len(found) - most
    return [*sentences, f"{rest} more stand in warnings.tsv."] if rest > 0 else sentences


def silences(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Say whom figures leave out, or rest on fewer models for.

    Args:
        tables: `answered` and, of external cohorts, `external_answered`:
            `cohort endpoint arm patients left_out by_fewer`.
    """
    known = [tables[name] for name in ("answered", "external_answered") if name in tables]
    return [
        f"{row.endpoint} under {row.arm} in {row.cohort}: of {row.patients} patients, figures "
        f"leave out {row.left_out} and rest on fewer models for {row.by_fewer}"
        for row in pd.concat(known).itertuples()
        if row.left_out or row.by_fewer
    ]


def opened(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Say how often the outcomes of each external cohort were looked at.

    Args:
        tables: `openings`, where the study has external cohorts: `cohort opened`.
    """
    if "openings" not in tables:
        return []
    looks = tables["openings"].groupby("cohort")["opened"]
    return [f"{cohort}: {_looks(days)}" for cohort, days in looks]


def locked_opened(tables: Mapping[str, pd.DataFrame]) -> str:
    """Say how often the outcomes of a locked test part were looked at; nothing where none is.

    Args:
        tables: `test_openings`: `opened`, without rows of a cross-validation.
    """
    days = tables["test_openings"]["opened"]
    return _looks(days) if len(days) else ""


def _looks(days: pd.Series) -> str:
    if len(days) == 1:
        return f"once, on {days.iloc[0]}"
    return (
        f"{len(days)} times since {days.iloc[0]}; what was changed since then may have been chosen "
        "by what was seen, and only the first look confirms"
    )


def verdict(best: pd.Series, other: pd.Series, differences: pd.DataFrame) -> str:
    """Say whether a difference was shown; only an interval that excludes zero shows one.

    Args:
        best: The metrics row of the design in question.
        other: That of the design it is held against.
        differences: Paired differences with their intervals.
    """
    found = paired_difference(best, other, differences)
    if not len(found):
        return "The two were not compared."
    gap = found.iloc[0]
    if not np.isfinite(gap["low"]):
        told = number(gap["difference"])
        return f"Their paired difference, {told}, has no interval: no difference was shown."
    if gap["low"] > 0 or gap["high"] < 0:
        is_better = (gap["low"] > 0) != (best["metric"] in LESS_IS_BETTER)
        claim = f"excludes zero: the first is {'better' if is_better else 'worse'}"
    else:
        claim = "does not exclude zero: no difference was shown"
    return f"The interval of their paired difference, {interval(gap, 'difference')}, {claim}."


def paired_difference(best: pd.Series, other: pd.Series, differences: pd.DataFrame) -> pd.DataFrame:
    """Find the difference of two designs, turned round where it was taken the other way."""
    turned = differences.rename(columns={"design": "reference", "reference": "design"})
    turned = turned.assign(
        difference=-turned["difference"], low=-turned["high"], high=-turned["low"]
    )
    both = pd.concat([differences, turned])
    return both[
        (both["design"] == best["design"])
        & (both["reference"] == other["design"])
        & (both["endpoint"] == best["endpoint"])
        & (both["metric"] == best["metric"])
    ]
