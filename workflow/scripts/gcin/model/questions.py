"""What linear models and trees learn: patients, unrolled into the questions they answered."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.model_selection import GroupKFold

from gcin.model.outcomes import person_periods


@dataclass(frozen=True)
class Questions:
    """What patients were asked and answered, one question per interval that they entered.

    Attributes:
        columns: `(patients, columns)`, of any patients, those asked among them.
        arm: Number of the arm received, one per question like all that follow.
        interval: Number of the interval.
        patient: Row of the patient asked.
        answer: 1.0 or 0.0, or a standardised amount.
        families: Number of each patient's family, `(patients,)`.
        numeric: Whether the answers are amounts.
    """

    columns: np.ndarray
    arm: np.ndarray
    interval: np.ndarray
    patient: np.ndarray
    answer: np.ndarray
    families: np.ndarray
    numeric: bool = False

    def of_arm(self, arm: int) -> "Questions":
        """Those of the patients who received an arm."""
        return self.some(self.arm == arm)

    def some(self, chosen: np.ndarray) -> "Questions":
        """Some of the questions, by a boolean mask or numbers."""
        parts = {
            name: getattr(self, name)[chosen] for name in ("arm", "interval", "patient", "answer")
        }
        return replace(self, **parts)

    def folds(self, count: int) -> list[tuple["Questions", "Questions"]]:
        """Questions inside and outside of each of so many folds; none where there is one family.

        All questions of a family are left out together: those of a patient, and of kin whose genes
        and outcomes are alike, would tell each other's answers.
        """
        family = self.families[self.patient]
        count = min(count, len(np.unique(family)))
        if count < 2:
            return []
        split = GroupKFold(count, shuffle=True, random_state=0).split(family, groups=family)
        return [(self.some(inside), self.some(outside)) for inside, outside in split]

    @property
    def rows(self) -> np.ndarray:
        """Columns of the patient of each question, `(questions, columns)`."""
        return self.columns[self.patient]

    @property
    def is_settled(self) -> bool:
        """Whether all gave the same answer, so that there is nothing to learn."""
        return len(np.unique(self.answer)) < 2


def questions_of(
    columns: np.ndarray, arm: np.ndarray, targets: np.ndarray, families: np.ndarray, numeric: bool
) -> Questions:
    """Unroll patients into the questions that count; a patient of unknown arm has none.

    Args:
        columns: `(patients, columns)`.
        arm: Number of the arm received, -1 where unknown.
        targets: `(patients, intervals, 2)`.
        families: Number of each patient's family, `(patients,)`.
        numeric: Whether the answers are amounts.
    """
    periods = person_periods(targets * (arm >= 0)[:, None, None])
    received = arm[periods.patient]
    asked = received, periods.interval, periods.patient, periods.event
    return Questions(columns, *asked, families, numeric)
