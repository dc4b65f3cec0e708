"""Kinds of endpoint, told apart by the columns of a study's table, and the scale of quantities."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

# What a table says of a patient beside outcomes.
FACTS = ("patient", "cohort", "role", "cancer_type", "arm", "family", "site", "has_genome", "part")
BINARY, SURVIVAL, QUANTITY = "binary", "survival", "quantity"
PARTS = {SURVIVAL: ("_time", "_event"), QUANTITY: ("_amount",)}
PLAIN = "none"  # of a quantity without a transform

# A model can say any number, and a root or logarithm has no other origin than these.
THERE = {PLAIN: np.asarray, "sqrt": np.sqrt, "log": np.log}
BACK = {PLAIN: np.asarray, "sqrt": lambda root: np.square(np.maximum(root, 0)), "log": np.exp}


@dataclass(frozen=True)
class Scale:
    """How an amount becomes the number that models learn: transformed, then standardised.

    Attributes:
        transform: `none`, `sqrt` or `log`.
        centre: Mean of the transformed amounts of training patients.
        spread: Their standard deviation; 1 where they do not vary.
    """

    transform: str
    centre: float
    spread: float

    def scores(self, amounts: np.ndarray) -> np.ndarray:
        """Standardised numbers; NaN stays NaN."""
        return (THERE[self.transform](amounts) - self.centre) / self.spread

    def amounts(self, scores: np.ndarray) -> np.ndarray:
        """Amounts in their own unit: of a root or a logarithm the median rather than the mean."""
        return BACK[self.transform](scores * self.spread + self.centre)


@dataclass(frozen=True)
class Endpoint:
    """What a model is asked.

    Attributes:
        kind: `binary`, `survival` or `quantity`.
        cuts: Inner limits of the intervals of survival in months; none for others.
        scale: Of a quantity; None for others.
        untaught: Arms of whose patients no outcome is known in training: nothing is said of them.
    """

    kind: str
    cuts: list[float] = field(default_factory=list)
    scale: Scale | None = None
    untaught: list[str] = field(default_factory=list)

    @property
    def intervals(self) -> int:
        """Number of questions that each patient may be asked."""
        return len(self.cuts) + 1

    @property
    def numeric(self) -> bool:
        """Whether the answer is a number rather than yes or no."""
        return self.kind == QUANTITY


def kinds_in(patients: pd.DataFrame) -> dict[str, str]:
    """Tell the kind of each endpoint of a table, in the order of its columns.

    Survival has `{endpoint}_time` and `{endpoint}_event`, a quantity `{endpoint}_amount`; every
    other column that is no fact of the patient is a binary endpoint of its own name.
    """
    kinds: dict[str, str] = {}
    for column in patients:
        kind, ending = _kind_of(column)
        if column not in FACTS:
            kinds.setdefault(column.removesuffix(ending), kind)
    return kinds


def columns_of(endpoint: str, kind: str) -> list[str]:
    """Name the columns that hold an endpoint."""
    return [endpoint + ending for ending in PARTS.get(kind, ("",))]


def fit_scale(amounts: np.ndarray, transform: str) -> Scale:
    """Fit the scale of a quantity.

    Args:
        amounts: Of training patients, none missing.
        transform: `none`, `sqrt` or `log`.
    """
    moved = THERE[transform](amounts)
    spread = float(moved.std())
    return Scale(transform, float(moved.mean()), spread if spread > 0 else 1.0)


def from_plain(plain: Mapping) -> Endpoint:
    """Make an endpoint of its plain values."""
    return Endpoint(**{**plain, "scale": plain["scale"] and Scale(**plain["scale"])})


def _kind_of(column: str) -> tuple[str, str]:
    """Kind and ending of a column of outcomes."""
    endings = [(kind, ending) for kind, parts in PARTS.items() for ending in parts]
    found = [(kind, ending) for kind, ending in endings if column.endswith(ending)]
    return found[0] if found else (BINARY, "")
