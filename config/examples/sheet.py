"""Write the sample sheet of a cohort whose calls stand in one MAF.

    python config/examples/sheet.py COHORT CLINICAL_TABLE MAF DATA_ROOT

prints a row, without the header, for each patient of the clinical table who has a call in the MAF
(for a MAF without calls: for each patient). A row says that the patient was assayed, so a patient
without any call gets none. Paths are relative to the data root, as the sheet names them.
"""

import sys
from pathlib import Path

import pandas as pd

cohort, clinical, maf, root = sys.argv[1:]
patients = pd.read_csv(Path(root) / clinical, sep="\t", dtype=str)["patient_id"]
place = Path(maf) if maf.startswith("resources/") else Path(root) / maf
calls = pd.read_csv(place, sep="\t", dtype=str, comment="#")["Tumor_Sample_Barcode"]
for patient in patients[patients.isin(calls) | calls.empty]:
    print(cohort, patient, patient, 1, "tumour", "maf", "GRCh37", maf, "", "", "", sep="\t")
