"""Inner folds of a search: that a study's division has as many turns to validate."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil

from gcin.intake.designs import read_by
from gcin.intake.problems import Problems


def turns_of(scheme: str | Mapping, inner_share: float) -> int:
    """Count the turns to validate that a division has room for, of as many patients each.

    Nobody has two turns, and somebody is left who has none. Few patients may have one turn less
    or more, by how shares of them are rounded.

    Args:
        scheme: Of the study's split.
        inner_share: Share of a fold's training patients that validate, where the scheme is silent.
    """
    share = Fraction(str(inner_share))
    if isinstance(scheme, str):
        train, held, _ = map(int, scheme.split("-"))
        share = Fraction(held, train + held)
    return max(ceil(1 / share) - 1, 1)


def check_inner_folds(settings: Mapping, problems: Problems) -> None:
    """Note studies whose division has fewer turns than a search has inner folds.

    Args:
        settings: The settings, their form and the shares of their splits checked.
        problems: Where problems are noted.
    """
    tuning, share = settings["model"]["tuning"], settings["splits"]["inner_share"]
    if tuning["search"] == "none":
        return
    for name, study in settings["studies"].items():
        turns = turns_of(study["split"]["scheme"], share)
        if tuning["inner_folds"] > turns and _reads_searched(study, settings["model"]):
            problem = (
                f"{tuning['inner_folds']} inner folds are asked for, but patients of study {name} "
                f"take {turns} turn(s) to validate"
            )
            remedy = (
                f"Write inner_folds: {turns}, or lower splits.inner_share, or the second number "
                "of the study's scheme"
            )
            problems.add("config, model.tuning.inner_folds", problem, remedy)


def _reads_searched(study: Mapping, model: Mapping) -> bool:
    """Whether a study has a network whose settings are searched, by itself or within a design."""
    read = read_by(study["designs"], model["designs"])
    kinds = [model["designs"][name]["kind"] for name in read if name in model["tuning"]["designs"]]
    return "network" in kinds
