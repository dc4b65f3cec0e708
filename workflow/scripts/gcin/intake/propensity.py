"""Networks that tell which arm a patient received: which they are, and that there are arms."""

from collections.abc import Mapping

from gcin.intake.designs import read_by
from gcin.intake.policies import arms_named
from gcin.intake.problems import Problems


def heads_of(model: Mapping) -> list[str]:
    """Name the networks that have a propensity head, or may have one in a trial.

    Args:
        model: Settings of the stage.
    """
    tuning = model["tuning"]
    tried = tuning["designs"] if tuning["search"] != "none" else {}
    return [
        name
        for name, design in model["designs"].items()
        if design["kind"] == "network"
        and any(
            [
                (model["network"] | design)["propensity"],
                *tried.get(name, {}).get("propensity", []),
            ]
        )
    ]


def check_propensity(
    study: Mapping, model: Mapping, cards: Mapping, place: str, problems: Problems
) -> None:
    """Note networks of a study that are to tell arms apart where all patients have the same.

    Args:
        study: The study, complete.
        model: Settings of the stage.
        cards: The readable cards.
        place: Where the study stands in the configuration.
        problems: Where problems are noted.
    """
    asked = [
        name for name in heads_of(model) if name in read_by(study["designs"], model["designs"])
    ]
    arms = arms_named(cards[name] for name in study["cohorts"] if name in cards)
    if asked and arms is not None and len(arms) < 2:
        problem = (
            f"{', '.join(asked)} is to tell which arm a patient received (propensity), and the "
            f"cards name one arm at most ({', '.join(arms) or 'none'})"
        )
        remedy = "Write propensity: 0 for it, or map treatment.arm in the cards"
        problems.add(f"{place}.designs", problem, remedy)
