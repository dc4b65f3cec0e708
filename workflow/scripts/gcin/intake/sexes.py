"""Sexes that the sheet names: one a patient, and none that the cohort's card gainsays."""

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd

from gcin.intake.problems import Problems
from gcin.intake.recorded import card_of_one, matching_code, written_values
from gcin.intake.references import cards_of, split_reference

SEXES = ("female", "male")


def check_sexes(
    rows: pd.DataFrame, cards: Mapping[str, Mapping], path: str, problems: Problems
) -> None:
    """Note patients of two sexes, in the sheet or in sheet and card.

    Args:
        rows: The sheet, indexed by line number.
        cards: The readable card of each cohort.
        path: The sheet's path, for messages.
        problems: Where problems are noted.
    """
    told = rows[rows["sex"].isin(SEXES)]
    first = told.groupby(["cohort", "patient"])["sex"].transform("first")
    for line, row in told[told["sex"] != first].iterrows():
        problem = f"sample {row['sample']} is {row['sex']}, and its patient {first[line]} above"
        remedy = "Give a patient one sex, or two names to two patients"
        problems.add(f"{path}, line {line}, column sex", problem, remedy)
    for cohort, card in cards_of(dict.fromkeys(told["cohort"]), cards):
        own = told[told["cohort"] == cohort].drop_duplicates("patient")
        recorded = _recorded_sexes(card)
        for line, row in own.iterrows():
            others = recorded[row["patient"]] - {row["sex"]}
            if others:
                problem = (
                    f"sample {row['sample']} is {row['sex']} here, and its patient "
                    f"{others.pop()} by person.sex of the card of {cohort}"
                )
                remedy = "Correct whichever is wrong, or leave the field empty"
                problems.add(f"{path}, line {line}, column sex", problem, remedy)


def _recorded_sexes(card: Mapping) -> defaultdict[str, set[str]]:
    """Read the sexes that a card gives each patient, by its codes."""
    alone = card_of_one(card, "person", "sex")
    mapping = alone["person"].get("sex")
    if mapping is None:
        return defaultdict(set)
    if mapping["column"] is None:
        return defaultdict(lambda: {mapping["value"]} & set(SEXES))
    [table] = alone["tables"].values()
    _, column = split_reference(mapping["column"])
    sexes = defaultdict(set)
    for patient, value in written_values(table, column):
        code = matching_code(value, mapping["codes"] or {})
        sexes[patient] |= {mapping["codes"][code] if code else value} & set(SEXES)
    return sexes
