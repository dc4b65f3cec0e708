"""Trials of a network's settings in one fold: what one gave, and which is chosen."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

logger = logging.getLogger(__name__)


def with_changes(settings: Mapping[str, Mapping], changes: Mapping) -> dict:
    """Put what a trial changes into the settings that a network is trained with.

    Args:
        settings: `network`, `training` and others.
        changes: Value of each key that differs, of the network or of its training.
    """
    own = {key: value for key, value in changes.items() if key in settings["training"]}
    deep = {key: value for key, value in changes.items() if key not in own}
    changed = {"network": settings["network"] | deep, "training": settings["training"] | own}
    return {**settings, **changed}


def with_chosen(settings: Mapping[str, Mapping], chosen: Sequence[str]) -> dict:
    """Put what trials chose into the settings that a network is trained with.

    Args:
        settings: `network`, `training` and others.
        chosen: File of what was chosen in the fold; none where nothing was searched.
    """
    for path in chosen:
        changes = json.loads(Path(path).read_text())
        logger.info("chosen in this fold, beside what is configured: %s", changes or "nothing")
        settings = with_changes(settings, changes)
    return dict(settings)


def outcome_of(changes: Mapping, history: pd.DataFrame, patients: int) -> dict:
    """Sum up a trial in one inner fold.

    Args:
        changes: What it changed.
        history: `epoch val_loss` from before training on; part test has no share in it.
        patients: Of the inner split.

    Returns:
        `changes`; `loss` on the inner split, of the best `epoch` of so many `epochs`; `patients`.
        The loss is rounded: trials that trained nothing differ by the order of a sum, and would
        not be a tie.
    """
    best = int(history["val_loss"].idxmin())
    loss = round(float(history["val_loss"].iloc[best]), 6)
    summed = {"changes": dict(changes), "loss": loss, "epoch": best, "epochs": len(history) - 1}
    return summed | {"patients": patients}


def over_inner_folds(outcomes: Sequence[Mapping]) -> dict:
    """Judge a trial by all patients who validated it, each of whom counts once and alike.

    A mean over inner folds would let a patient of a small one count for more than another.

    Args:
        outcomes: Of one trial, from `outcome_of`, one an inner fold.

    Returns:
        `changes`; `loss`, the mean over these patients; `epoch` and `epochs`, those of the inner
        fold, or means over several; and, of several, `loss_1` and so on, the loss on each.
    """
    first, *others = outcomes
    if not others:
        return {key: first[key] for key in ("changes", "loss", "epoch", "epochs")}
    losses = [outcome["loss"] for outcome in outcomes]
    loss = np.average(losses, weights=[outcome["patients"] for outcome in outcomes])
    own = {"changes": first["changes"], "loss": round(float(loss), 6)}
    spent = {key: float(np.mean([one[key] for one in outcomes])) for key in ("epoch", "epochs")}
    return own | spent | {f"loss_{number}": loss for number, loss in enumerate(losses, start=1)}


def by_trial(outcomes: Sequence[Mapping], inner_folds: int) -> list[dict]:
    """Judge each trial; `outcomes` has those of its inner folds one after the other."""
    firsts = range(0, len(outcomes), inner_folds)
    return [over_inner_folds(outcomes[first : first + inner_folds]) for first in firsts]


def trial_table(outcomes: Sequence[Mapping], own: Mapping) -> pd.DataFrame:
    """Put the trials of a fold side by side; the first of those with the least loss is chosen.

    Args:
        outcomes: From `over_inner_folds`, in the order of the trials; the first changed nothing.
        own: What the design itself says of each key that was searched.

    Returns:
        `trial`, a column for each key, `loss epoch epochs`, the losses of single inner folds where
        there were several, and `chosen`.
    """
    rows = [
        {"trial": number, **own, **outcome["changes"]}
        | {key: value for key, value in outcome.items() if key != "changes"}
        for number, outcome in enumerate(outcomes)
    ]
    table = pd.DataFrame(rows)
    best = table["loss"].idxmin()
    logger.info("chose trial %d of %d: loss %.4f, as configured %.4f", best, len(table) - 1,
                table["loss"][best], table["loss"][0])  # fmt: skip
    return table.assign(chosen=table.index == best)
