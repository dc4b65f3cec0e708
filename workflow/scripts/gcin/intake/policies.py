"""What a study's policy declares: confounders that every card has, endpoints with a better side."""

from collections.abc import Iterable, Mapping

from gcin.intake.endpoints import BINARY, QUANTITY, kinds_of
from gcin.intake.problems import Problems, nearest

PERSONAL = ("age", "sex", "site")


def check_policy(study: dict, cards: dict, place: str, problems: Problems) -> None:
    """Note what a study's policy asks for that cards and endpoints do not have.

    Args:
        study: The study, complete.
        cards: The readable cards.
        place: Where the study stands in the configuration.
        problems: Where problems are noted.
    """
    policy, spot = study["policy"], f"{place}.policy"
    if policy is None:
        return
    own = {name: cards[name] for name in study["cohorts"] if name in cards}
    for confounder in policy["confounders"]:
        for cohort, card in own.items():
            _check_confounder(confounder, cohort, card, f"{spot}.confounders", problems)
    kinds = kinds_of(study["endpoints"])
    for endpoint in policy["endpoints"]:
        if endpoint not in kinds:
            remedy = f"{nearest(endpoint, list(kinds))}; the study's endpoints must name it"
            problems.add(f"{spot}.endpoints", f"unknown endpoint {endpoint!r}", remedy)
        elif kinds[endpoint] == QUANTITY:
            problem = f"{endpoint!r} is a quantity, and no amount is better than another"
            problems.add(f"{spot}.endpoints", problem, "Name a yes or no, or survival")
    _check_control(policy, kinds, f"{spot}.negative_control", problems)
    _check_arms(own, spot, problems)


def _check_confounder(
    confounder: str, cohort: str, card: Mapping, place: str, problems: Problems
) -> None:
    """A confounder is a feature of day 0, or the site, in every cohort: else it stays in."""
    named = [name for name in PERSONAL if card["person"][name] is not None]
    known = ["cohort", *named, *card["condition"], *card["measurement"]]
    if confounder not in known:
        problem = f"cohort {cohort} has no {confounder!r} on day 0"
        remedy = f"{nearest(confounder, known)}; map it under measurement or condition in the card"
        problems.add(place, problem, remedy)


def _check_control(
    policy: Mapping, kinds: Mapping[str, str], place: str, problems: Problems
) -> None:
    """A negative control is a yes or no of its own: what the policy gains by can be moved."""
    control = policy["negative_control"]
    if control is None:
        return
    if control not in kinds:
        remedy = f"{nearest(control, list(kinds))}; the study's endpoints must name it"
        problems.add(place, f"unknown endpoint {control!r}", remedy)
    elif kinds[control] != BINARY:
        problem = f"{control!r} is of kind {kinds[control]}, and a control is a yes or no"
        problems.add(place, problem, "Name a yes or no that no treatment can move, or remove it")
    elif control in policy["endpoints"]:
        problem = f"{control!r} is what the policy is to gain by"
        problems.add(place, problem, "Name another endpoint, one that no treatment can move")


def _check_arms(cards: Mapping, place: str, problems: Problems) -> None:
    """Where the cards tell all arms there may be, there are two at least."""
    arms = arms_named(cards.values())
    if arms is not None and len(arms) < 2:
        problem = f"the cards name one arm at most ({', '.join(arms) or 'none'})"
        remedy = "Remove policy:, or map treatment.arm in the cards: a policy chooses between arms"
        problems.add(place, problem, remedy)


def arms_named(cards: Iterable[Mapping]) -> list[str] | None:
    """Name the arms that patients may have, sorted; None where only a table says.

    Args:
        cards: Those of a study's cohorts.
    """
    known = [_arms_of(card) for card in cards]
    return None if None in known else sorted(set().union(*known))


def _arms_of(card: Mapping) -> set[str] | None:
    """Arms that a card's patients may have; None where only its table says."""
    arm = card["treatment"].get("arm")
    if arm is None:
        return set()
    if arm["value"] is not None:
        return {str(arm["value"])}
    if arm["codes"] is not None:
        return {str(kept) for kept in arm["codes"].values() if kept is not None}
    return None
