"""What is measured on the real cohorts, and beside which bounds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from measuring import print_figure
from scipy import stats

from gcin.evaluation.significance import corrected_t

SIMPLE = ("clinical", "genomic", "ridge", "forest", "survival forest", "ridge + forest")
CONFIDENCE = 0.95
TESTED_OVER_TRAINED = 1 / 4  # five folds


@dataclass(frozen=True)
class Figure:
    """An endpoint of a study, with what careful work reached outside this project.

    Attributes:
        study: In its example.
        endpoint: `response`, measured by the ROC area; a survival endpoint, by Harrell's C; or an
            amount, by the mean absolute error in its unit.
        bound: What the product is to reach.
        detectable: Smallest difference that folds can tell from none.
        alarm: Better than this is taken for a leak.
        careful: Clinical columns only, and the best simple model, measured elsewhere.
        arm: Only patients who received it; everyone where None.
        gain: What the product is to win over the best simple design, where something is asked.
        is_error: Whether less is better.
    """

    study: str
    endpoint: str
    bound: float
    detectable: float
    alarm: float
    careful: tuple[float, float]
    arm: str | None = None
    gain: float | None = None
    is_error: bool = False

    def best(self, means: pd.Series) -> str:
        """The design of the best mean."""
        return str(means.idxmin() if self.is_error else means.idxmax())


FIGURES = {
    "AML survival, C": Figure("aml", "os", 0.707, 0.009, 0.73, (0.635, 0.699), gain=0.008),
    "AML remission, AUC": Figure("aml", "response", 0.760, 0.016, 0.79, (0.656, 0.753)),
    "OAK survival, C": Figure("oak", "os", 0.680, 0.011, 0.71, (0.637, 0.679)),
    "OAK response to atezolizumab, AUC": Figure(
        "oak", "response", 0.700, 0.04, 0.78, (0.696, 0.707), arm="atezolizumab"
    ),
    "breast pCR, AUC": Figure("breast", "response", 0.820, 0.037, 0.89, (0.802, 0.824)),
    "glioma survival, C": Figure("glioma", "os", 0.858, 0.014, 0.89, (0.835, 0.855)),
    "kirc survival, C": Figure("kirc", "os", 0.797, 0.029, 0.85, (0.773, 0.789)),
    "luad survival, C": Figure("luad", "os", 0.680, 0.03, 0.74, (0.672, 0.672)),
    "warfarin dose, mean error in mg a week": Figure(
        "warfarin", "dose", 8.10, 0.06, 7.6, (9.96, 8.31), is_error=True
    ),
}


@dataclass(frozen=True)
class Measured:
    """A figure of every design.

    Attributes:
        figure: What was measured.
        folds: Folds by designs.
        best: The simple design of the best mean.
    """

    figure: Figure
    folds: pd.DataFrame
    best: str

    def gap(self, design: str) -> tuple[float, float, float, float]:
        """Mean paired difference to the best simple design, its interval and its p value.

        By Nadeau and Bengio's corrected t test over the folds of all repeats.
        """
        gaps = (self.folds[design] - self.folds[self.best]).to_numpy()
        mean, statistic, p = corrected_t(gaps, TESTED_OVER_TRAINED)
        half = stats.t.ppf((1 + CONFIDENCE) / 2, len(gaps) - 1) * abs(mean / statistic)
        return mean, mean - half, mean + half, p


def measured(figure: Figure, said: pd.DataFrame, patients: pd.DataFrame) -> Measured:
    """Measure every design in every fold.

    Args:
        figure: What to measure.
        said: `design fold patient endpoint arm value`, of the patients of part test.
        patients: `patient arm` and outcomes.
    """
    rows = said[said["endpoint"] == figure.endpoint].merge(patients, on=["patient", "arm"])
    if figure.arm is not None:
        rows = rows[rows["arm"] == figure.arm]
    measure = _error if figure.is_error else _concordance
    measure = _area if figure.endpoint == "response" else measure
    folds = pd.DataFrame(
        {
            design: {fold: measure(rows, figure.endpoint) for fold, rows in own.groupby("fold")}
            for design, own in rows.groupby("design")
        }
    )
    simple = [name for name in SIMPLE if name in folds]
    return Measured(figure, folds, figure.best(folds[simple].mean()))


def print_figures(name: str, found: Measured) -> None:
    """Print every design's mean over the folds, and the bounds."""
    figure, means = found.figure, found.folds.mean()
    high, sign = not figure.is_error, -1 if figure.is_error else 1
    for design, mean in means.items():
        bound = figure.bound if design == "product" else None
        print_figure(f"{name}: {design}", mean, bound, least=high)
        print_figure(f"{name}: {design}, s.d. over folds", found.folds[design].std())
    best = means[figure.best(means)]
    sought = f"{name}: the best, where a leak is looked for"
    print_figure(sought, best, figure.alarm, least=not high)
    gain = None if figure.gain is None else sign * figure.gain
    for design, bound in (("gcin", -sign * figure.detectable), ("product", gain)):
        if design in found.folds:
            mean, lower, upper, _ = found.gap(design)
            print_figure(f"{name}: {design} less {found.best}", mean, bound, least=high)
            print_figure(f"{name}: the same, lower limit", lower)
            print_figure(f"{name}: the same, upper limit", upper)


def table_of(found: Mapping[str, Measured]) -> list[str]:
    """List every figure and design as the rows of a table."""
    head = (
        "figure", "design", "folds", "mean (interval)", "s.d. of folds; of repeats",
        "less the best simple one (interval; p)", "to reach",
    )  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for name, one in found.items():
        for design in one.folds:
            lines.append("| " + " | ".join([name, design, *_cells(one, design)]) + " |")
    return [*lines, "", "Careful work outside this project:", ""] + [
        f"- {name}: clinical columns {one.figure.careful[0]:.3f}, best simple model "
        f"{one.figure.careful[1]:.3f}; differences below {one.figure.detectable:g} cannot be told "
        f"from none; beyond {one.figure.alarm:g} a leak is looked for"
        for name, one in found.items()
    ]


def _cells(found: Measured, design: str) -> list[str]:
    values = found.folds[design].dropna()
    mean, half = values.mean(), _half_width(values)
    repeats = values.groupby(values.index // 5).mean()
    spread = "; ".join(f"{part.std():.3f}" for part in (values, repeats) if len(part) > 1)
    gap = "the best simple one"
    if design != found.best:
        difference, low, high, p = found.gap(design)
        gap = f"{difference:+.3f} ({low:+.3f} to {high:+.3f}; {p:.2g})"
    reach = f"{found.figure.bound:.3f}" if design == "product" else ""
    whole = f"{mean:.3f} ({mean - half:.3f} to {mean + half:.3f})"
    return [str(len(values)), whole, spread, gap, reach]


def _half_width(values: pd.Series) -> float:
    """Half the interval of a mean over folds that share training patients."""
    variance = (1 / len(values) + TESTED_OVER_TRAINED) * values.var()
    return stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * np.sqrt(variance)


def _area(rows: pd.DataFrame, endpoint: str) -> float:
    from sklearn.metrics import roc_auc_score

    known = rows.dropna(subset=[endpoint])
    return roc_auc_score(known[endpoint], known["value"])


def _error(rows: pd.DataFrame, endpoint: str) -> float:
    return (rows["value"] - rows[f"{endpoint}_amount"]).abs().mean()


def _concordance(rows: pd.DataFrame, endpoint: str) -> float:
    from lifelines.utils import concordance_index

    known = rows.dropna(subset=[f"{endpoint}_time", f"{endpoint}_event"])
    return concordance_index(known[f"{endpoint}_time"], -known["value"], known[f"{endpoint}_event"])
