"""Write the stable dose of each patient of the warfarin cohort, and who needs a low or a high one.

    python config/examples/warfarin/doses.py [DATA_ROOT]

The groups are those of the consortium: at most 21 and at least 49 mg a week. Patients outside the
given folds (no stable dose, or one above 175 mg a week) are left out. The table goes to
resources/external/, which is not under version control.
"""

import sys
from pathlib import Path

import pandas as pd

source = Path((sys.argv[1:] or ["../shared"])[0]) / "data" / "cohorts" / "warfarin_iwpc"
target = Path("resources/external/warfarin_iwpc/doses.tsv")

folds = pd.read_csv(source / "cv_folds.tsv", sep="\t", dtype=str)
dose = pd.read_csv(source / "outcomes.tsv", sep="\t").set_index("patient_id")["dose_mg_week"]
dose = dose.loc[folds["patient_id"]]
groups = dose.to_frame()
groups["low_dose"], groups["high_dose"] = (dose <= 21).astype(int), (dose >= 49).astype(int)
target.parent.mkdir(parents=True, exist_ok=True)
groups.to_csv(target, sep="\t")
print(f"{target}: {len(groups)} patients, {groups['low_dose'].sum()} with a low dose")
