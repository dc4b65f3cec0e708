"""One scale for each fact: the cohorts of a study count it in the same unit.

Models read a fact by its name. Where one hospital's haemoglobin is kept in g/dL and another's in
g/L, a model of the first takes every patient of the second for ten times what they are.
"""

from collections.abc import Iterator, Mapping

from gcin.intake.problems import Problems
from gcin.intake.references import cards_of, mappings_of
from gcin.intake.units import UNITS, Unit

FACTS = ("condition", "measurement")


def check_scales(study: Mapping, cards: Mapping, place: str, problems: Problems) -> None:
    """Note facts that the cards of a study's cohorts, external ones too, keep on other scales.

    Args:
        study: The study, complete.
        cards: The readable cards.
        place: Where the study stands in the configuration.
        problems: Where problems are noted.
    """
    seen: dict[str, dict[str | Unit, tuple[str, str]]] = {}
    for cohort, card in cards_of([*study["cohorts"], *study["external"]], cards):
        for name, mapping in _modelled(study, card):
            if _unit_of(mapping) not in (None, *UNITS):
                continue  # its own card tells of an unknown unit
            scale, words = _scale_of(mapping)
            seen.setdefault(name, {}).setdefault(scale, (words, cohort))
    for name, scales in seen.items():
        if len(scales) > 1:
            told = ", ".join(f"{words} in {cohort}" for words, cohort in scales.values())
            problem = f"cards keep {name} on different scales: {told}"
            problems.add(place, problem, "Write the same type, and one unit under to:, in each")


def _modelled(study: Mapping, card: Mapping) -> Iterator[tuple[str, Mapping]]:
    """What models read or tell of a cohort by name, with its mapping; an amount is one of these."""
    ends = study["endpoints"].values()
    amounts = {end["amount"] for end in ends if not isinstance(end, str) and "amount" in end}
    for section, name, mapping in mappings_of(card):
        if section in FACTS:
            yield name, mapping
        elif section == "visits" or (section == "outcome" and name in amounts):
            yield f"{section}.{name}", mapping


def _scale_of(mapping: Mapping) -> tuple[str | Unit, str]:
    """The scale that is kept, by which scales are equal, and its words."""
    if mapping["type"] == "category":
        return "codes", "codes"
    unit = _unit_of(mapping)
    return (UNITS[unit], unit) if unit else ("bare", "a number without a unit")


def _unit_of(mapping: Mapping) -> str | None:
    written = "d" if mapping["type"] == "date" else mapping["unit"]
    return mapping["to"] or written
