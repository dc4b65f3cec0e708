"""The settings of a planted cohort that comes as files: sample sheet, card, configuration."""

import pandas as pd

from gcin.simulation.cards import LICENCE, on_genome
from gcin.simulation.planted.clinic import DRAWS
from gcin.simulation.planted.genome import DECOYS, PATHWAYS

COHORT = "planted"
FILES = {"germline": "variants/germline.vcf.gz", "tumour": "variants/somatic.vcf.gz"}
SURVIVAL = ("os", "pfs")
DESIGNS = ["gcin", "majority", "clinical_logistic", "lasso", "boosting", "cox"]


def sample_sheet(samples: pd.DataFrame) -> pd.DataFrame:
    """Write the sample sheet: each tissue's samples share a file.

    Args:
        samples: `sample patient tissue`.
    """
    table = samples.assign(
        cohort=COHORT, unit="1", kind="vcf", assembly="GRCh38", file=samples["tissue"].map(FILES)
    )
    columns = ["cohort", "patient", "sample", "unit", "tissue", "kind", "assembly", "file"]
    return table[columns].assign(mate="", platform="", library="")


def card() -> dict:
    """Describe the cohort."""
    units = {"crp": "mg/L", "haemoglobin": "g/L", **{f"ldh_{-day}": "U/L" for day in DRAWS}}
    scales = {name: {"column": f"clinical.{name}", "type": "number"} for name in ("ecog", "stage")}
    return {
        "title": "Planted cohort (simulated)",
        "licence": LICENCE,
        "assay": "wes",
        "targets": "reference/targets.bed",
        "segments": "variants/segments.seg",
        "tables": {
            name: {"file": f"clinical/{name}.tsv", "patient": "patient"}
            for name in ("clinical", "outcomes")
        },
        "person": {
            "sex": {"column": "clinical.sex", "codes": {"F": "female", "M": "male"}},
            "age": {"column": "clinical.age", "unit": "a"},
            "family": {"column": "clinical.family"},
            "site": {"column": "clinical.site"},
        },
        "condition": {"cancer_type": {"column": "clinical.cancer_type"}},
        "treatment": {"arm": {"column": "clinical.arm"}},
        "measurement": scales
        | {name: {"column": f"clinical.{name}", "unit": unit} for name, unit in units.items()},
        "outcome": _outcomes(),
        "omics": {
            "expression": {
                "file": "clinical/expression.tsv",
                "patient": "patient",
                "taken": "before_treatment",
            }
        },
    }


def _outcomes() -> dict:
    """Map the outcomes."""
    binary = ["response", "toxicity", *(f"{name}_event" for name in SURVIVAL)]
    mapped = {name: {"column": f"outcomes.{name}", "type": "binary"} for name in binary}
    times = {
        f"{name}_months": {"column": f"outcomes.{name}_months", "unit": "mo"} for name in SURVIVAL
    }
    return mapped | times


def configuration(folder: str) -> dict:
    """Write the settings of a run; `folder` is kept as given, so a relative one can move."""
    own = on_genome(folder)
    own["reference"]["pathways"] = "reference/pathways.gmt"
    survival = {name: {"months": f"{name}_months", "event": f"{name}_event"} for name in SURVIVAL}
    return own | {
        "model": {"preparation": {"max_pathways": len(PATHWAYS) + DECOYS}},
        "report": {"title": "GCIN on a planted cohort"},
        "simulation": {"truth": "truth"},
        "studies": {
            "planted": {
                "cohorts": [COHORT],
                "endpoints": {"response": "response", "toxicity": "toxicity", **survival},
                "split": {
                    "scheme": "70-15-15",
                    "stratify": ["cancer_type", "arm"],
                    "group": ["family", "patient"],
                },
                "designs": DESIGNS,
            }
        },
    }
