"""Write the doses of the warfarin cohort, and its indications, as tables that a card reads.

    python config/examples/warfarin/prepare.py [DATA_ROOT]

`doses.tsv` has the stable dose and who needs a low or a high one, by the consortium's groups: at
most 21 and at least 49 mg a week. Patients outside the given folds (no stable dose, or one above
175 mg a week) are left out. `indications.tsv` has one column for each indication, of which a
patient may have several. The tables go to resources/external/, which is not under version control.
"""

import sys
from pathlib import Path

import pandas as pd

source = Path((sys.argv[1:] or ["../shared"])[0]) / "data" / "cohorts" / "warfarin_iwpc"
target = Path("resources/external/warfarin_iwpc")
# Codes of the cohort's dictionary; not all hospitals tell thrombosis and embolism apart.
INDICATIONS = {
    "venous_thromboembolism": "[12]",
    "atrial_fibrillation": "3",
    "heart_valve": "4",
    "cardiomyopathy": "5",
    "stroke": "6",
    "orthopaedic_surgery": "7",
    "other": "8",
}

target.mkdir(parents=True, exist_ok=True)
folds = pd.read_csv(source / "cv_folds.tsv", sep="\t", dtype=str)
dose = pd.read_csv(source / "outcomes.tsv", sep="\t").set_index("patient_id")["dose_mg_week"]
dose = dose.loc[folds["patient_id"]]
groups = dose.to_frame()
groups["low_dose"], groups["high_dose"] = (dose <= 21).astype(int), (dose >= 49).astype(int)
groups.to_csv(target / "doses.tsv", sep="\t")
print(f"{target}/doses.tsv: {len(groups)} patients, {groups['low_dose'].sum()} with a low dose")

told = pd.read_csv(source / "clinical.tsv", sep="\t", dtype=str).set_index("patient_id")
told = told["Indication for Warfarin Treatment"].dropna()
flags = pd.DataFrame({name: told.str.contains(code) for name, code in INDICATIONS.items()})
flags.astype(int).to_csv(target / "indications.tsv", sep="\t")
print(f"{target}/indications.tsv: {len(flags)} patients")
