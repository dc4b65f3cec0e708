"""What every rules file shares: the checked run, its hashes, and who needs which file."""

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(Path(workflow.basedir) / "workflow" / "scripts"))

from gcin._code import code_of
from gcin.generations import digest, edition_of_study, generation_of_cohort, identity_of_sample
from gcin.intake.run import read_run

try:
    RUN = read_run(config, workflow.basedir)
except ValueError as error:
    raise WorkflowError(str(error)) from None

SETTINGS = RUN.settings
SHEET = RUN.samples
CARDS = RUN.cards
STUDIES = SETTINGS["studies"]

CALLED = {name: SETTINGS[name] for name in ("reference", "alignment", "calling")}
JOINT = CALLED | {name: SETTINGS[name] for name in ("genotypes", "quality", "annotation", "tensors")}
IDENTITIES = {
    sample: identity_of_sample(rows, CALLED) for sample, rows in SHEET.groupby("sample")
}
GENERATIONS = {
    cohort: generation_of_cohort(rows, JOINT | {"assay": assay_of(CARDS[cohort])})
    for cohort, rows in SHEET.groupby("cohort")
}


wildcard_constraints:
    cohort=r"[A-Za-z0-9._-]+",
    sample=r"[A-Za-z0-9._-]+",
    unit=r"[A-Za-z0-9._-]+",
    study=r"[A-Za-z0-9._-]+",
    design=r"[A-Za-z0-9_]+",
    shard=r"\d+",
    fold=r"\d+",
    seed=r"\d+",
    generation=r"[0-9a-f]{12}",
    edition=r"[0-9a-f]{12}",
