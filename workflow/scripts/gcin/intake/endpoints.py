"""The endpoints of a study: of which kind each is, and that the cards have its outcomes."""

from collections.abc import Mapping

from gcin.intake.problems import Problems, nearest
from gcin.intake.references import cards_of

# Columns of a study's table of patients, and endings that it gives to outcomes.
TAKEN = ("patient", "cohort", "role", "cancer_type", "arm", "family", "site", "has_genome", "part")
ENDINGS = ("_time", "_event", "_amount")
BINARY, SURVIVAL, QUANTITY = "binary", "survival", "quantity"
PARTS = {SURVIVAL: ("months", "event"), QUANTITY: ("amount",)}
# What each part of an endpoint must be: words for a message, and what to do.
NEEDED = {
    "binary": ("binary", "Write type: binary in the card, with codes where needed"),
    "months": ("in months", "Write its unit in the card, and to: mo"),
    "amount": ("a number", "Write type: number in the card, or name the outcome alone"),
}


def kinds_of(endpoints: Mapping[str, str | Mapping]) -> dict[str, str]:
    """Tell the kind of each endpoint as configured: `binary`, `survival` or `quantity`."""
    return {
        name: BINARY
        if isinstance(endpoint, str)
        else QUANTITY
        if "amount" in endpoint
        else SURVIVAL
        for name, endpoint in endpoints.items()
    }


def transforms_of(endpoints: Mapping[str, str | Mapping], card: Mapping) -> dict[str, str | None]:
    """Name the transform of each quantity whose outcome a card maps; None where it has none."""
    kinds = kinds_of(endpoints)
    amounts = {name: endpoints[name]["amount"] for name in kinds if kinds[name] == QUANTITY}
    return {
        name: card["outcome"][outcome]["transform"]
        for name, outcome in amounts.items()
        if outcome in card["outcome"]
    }


def units_of(endpoints: Mapping[str, str | Mapping], card: Mapping) -> dict[str, str | None]:
    """Name the unit of each quantity whose outcome a card maps; None where it has none."""
    kinds, known = kinds_of(endpoints), card["outcome"]
    amounts = {name: endpoints[name]["amount"] for name in kinds if kinds[name] == QUANTITY}
    return {
        name: known[outcome]["to"] or known[outcome]["unit"]
        for name, outcome in amounts.items()
        if outcome in known
    }


def check_endpoints(study: dict, cards: dict, place: str, problems: Problems) -> None:
    """Every outcome stands in the cards of all training cohorts, some in each external one.

    What an outcome must be, it must be in external cohorts too.
    """
    for name, endpoint in study["endpoints"].items():
        wanted = {"": endpoint} if isinstance(endpoint, str) else endpoint
        _check_name(name, f"{place}.endpoints.{name}", problems)
        if isinstance(endpoint, dict):
            _check_parts(endpoint, f"{place}.endpoints.{name}", problems)
        for key, outcome in wanted.items():
            spot = f"{place}.endpoints.{name}" + f".{key}" * bool(key)
            for cohort, card in cards_of(study["cohorts"], cards):
                _check_outcome(outcome, key, cohort, card["outcome"], spot, problems)
            for cohort, card in cards_of(study["external"], cards):
                if outcome in card["outcome"]:
                    _check_outcome(outcome, key, cohort, card["outcome"], spot, problems)
    _check_transforms(study, cards, place, problems)
    outcomes = {
        outcome
        for endpoint in study["endpoints"].values()
        for outcome in ([endpoint] if isinstance(endpoint, str) else endpoint.values())
    }
    for cohort, card in cards_of(study["external"], cards):
        if not outcomes & set(card["outcome"]):
            problem = f"the card of {cohort} has none of the study's outcomes"
            problems.add(f"{place}.external", problem, "Map an outcome in it, or leave it out")


def _check_name(name: str, place: str, problems: Problems) -> None:
    """An endpoint's name is a column of the study's table of patients."""
    if name in TAKEN or name.endswith(ENDINGS):
        problem = f"the name {name!r} is taken, or ends in {', '.join(ENDINGS)}"
        problems.add(place, problem, "Give the endpoint another name; its outcome keeps its own")


def _check_parts(endpoint: dict, place: str, problems: Problems) -> None:
    """Survival has months and event, a quantity has an amount and nothing else."""
    parts = PARTS[QUANTITY if "amount" in endpoint else SURVIVAL]
    for key in (key for key in parts if key not in endpoint):
        problems.add(f"{place}.{key}", "missing key", f"Add it, beside {' and '.join(endpoint)}")
    for key in (key for key in endpoint if key not in parts):
        problem = "an amount has neither months nor event"
        problems.add(f"{place}.{key}", problem, f"Remove {key}:, or amount:")


def _check_outcome(
    outcome: str, key: str, cohort: str, known: dict, place: str, problems: Problems
) -> None:
    """A yes or no and an event are binary; a time is a number of months; an amount is a number."""
    if outcome not in known:
        remedy = f"{nearest(outcome, known)}; map it under outcome in the card"
        problems.add(place, f"cohort {cohort} has no outcome {outcome!r}", remedy)
        return
    mapping = known[outcome]
    months = "mo" in (mapping["to"], mapping["unit"] if mapping["to"] is None else None)
    fits = {
        "binary": mapping["type"] == "binary",
        "months": mapping["type"] in ("number", "date") and months,
        "amount": mapping["type"] == "number",
    }
    need = key if key in fits else "binary"
    if not fits[need]:
        words, remedy = NEEDED[need]
        problems.add(place, f"outcome {outcome!r} of cohort {cohort} is not {words}", remedy)


def _check_transforms(study: dict, cards: dict, place: str, problems: Problems) -> None:
    """Cohorts of a study measure a quantity on one scale."""
    seen: dict[str, dict[str | None, str]] = {}
    for cohort, card in cards_of(study["cohorts"], cards):
        for name, transform in transforms_of(study["endpoints"], card).items():
            seen.setdefault(name, {})[transform] = cohort
    for name, cohorts in seen.items():
        if len(cohorts) > 1:
            told = ", ".join(f"{how or 'none'} in {cohort}" for how, cohort in cohorts.items())
            problem = f"cards declare different transforms: {told}"
            problems.add(f"{place}.endpoints.{name}", problem, "Write the same transform in each")
