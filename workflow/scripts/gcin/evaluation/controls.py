"""Negative controls of a policy: an outcome that no treatment can move must not be gained.

Lipsitch, Tchetgen Tchetgen and Cohen 2010 (Epidemiology 21:383): where the same estimate, of an
outcome that treatment cannot touch but whatever confounds does, is not zero, something is wrong
with the estimate: a confounder that was not declared, or a propensity of the wrong shape.
"""

import logging
from collections.abc import Iterator, Mapping

import pandas as pd

from gcin.evaluation.policies import GAIN, policy_table
from gcin.evaluation.policy import NOBODY, recommended
from gcin.evaluation.policy_cases import (
    PLACE,
    Case,
    benefit_of,
    care_of,
    case_of,
    under_each_arm,
)
from gcin.evaluation.restricted import SHARE

LIMITS = ["low", "high", "boot_low", "boot_high", "n"]
COLUMNS = ["design", "endpoint", "control", "floor", "gain", *LIMITS, "flagged"]

logger = logging.getLogger(__name__)


def controls_of(
    said: pd.DataFrame,
    chances: pd.DataFrame,
    outcomes: pd.DataFrame,
    patients: pd.DataFrame,
    control: str | None,
) -> Iterator[Case]:
    """Put each design's recommendations beside the outcome of the control.

    Args:
        said: As `gcin.evaluation.policy_cases.cases_of` takes it, with the control's rows.
        chances: As it takes them.
        outcomes: As it takes them, with the control's rows.
        patients: `patient arm family`.
        control: The endpoint that no treatment can move, a yes or no; None = none is declared.

    Yields:
        One case per design and endpoint of a policy: who is recommended what is the endpoint's,
        what became of them and what the design expects of that are the control's. A design that
        says nothing of the control has none, and the log says so.
    """
    if control is None:
        return
    care, is_control = care_of(chances, patients), outcomes["endpoint"] == control
    ends = outcomes[is_control].set_index(PLACE)
    units = outcomes[~is_control].drop_duplicates("endpoint").set_index("endpoint")["unit"]
    for (endpoint, design), rows in said[said["endpoint"].isin(units.index)].groupby(
        ["endpoint", "design"], sort=False
    ):
        own = said[(said["endpoint"] == control) & (said["design"] == design)]
        promised, expected = (under_each_arm(table, care.arms) for table in (rows, own))
        shared = promised.index.intersection(expected.index).intersection(ends.index).sort_values()
        if not len(shared):
            logger.warning("%s says nothing of %s, so %s is unchecked", design, control, endpoint)
            continue
        benefit = benefit_of(promised.loc[shared], units[endpoint])
        if (recommended(benefit) != NOBODY).any():
            name = {"design": design, "endpoint": endpoint, "unit": SHARE}
            yield case_of(name, expected.loc[shared], benefit, ends, care)


def control_table(
    cases: list[Case], control: str | None, settings: Mapping, floor: float
) -> pd.DataFrame:
    """Estimate what the recommendations gain of an outcome that they cannot move.

    Args:
        cases: From `controls_of`.
        control: As it takes it.
        settings: `evaluation` of the configuration: `bootstrap_draws seed confidence`.
        floor: Least chance of an arm at which it is recommended.

    Returns:
        `design endpoint control floor gain low high boot_low boot_high n flagged`: the gain over
        care as given in the share who have the control's outcome, which is zero where nothing is
        wrong; limits as in `gcin.evaluation.policies.policy_table`; flagged where `low` to `high`
        excludes zero, as by chance alone one such interval in twenty (of 95 %) does.
    """
    values = policy_table(cases, settings, [floor])
    table = values[values["estimate"] == GAIN].rename(columns={"value": "gain"})
    excluded = (table["low"] > 0) | (table["high"] < 0)
    return table.assign(control=control, flagged=excluded)[COLUMNS].reset_index(drop=True)
