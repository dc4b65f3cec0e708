"""The simulated hospitals' own settings: sample sheet, cohort cards, configuration."""

import pandas as pd

from gcin.simulation.people import People
from gcin.simulation.tables import DIAGNOSES

DESIGNS = ["gcin", "majority", "clinical_logistic", "lasso", "boosting", "cox"]
LICENCE = "CC0-1.0; simulated, no real person"
ARMS = {"0": "standard", "1": "targeted"}
SURVIVAL = ("os", "pfs")
FIELDS = {"AF": "gnomAD_AF", "CADD": "CADD_PHRED", "REVEL": "REVEL", "SPLICE": "SpliceAI_max"}
RESPONSE = {"CR": 1, "PR": 1, "SD": 0, "PD": 0}


def lanes_of(patients: pd.DataFrame) -> dict[str, list[str]]:
    """List the lanes of each patient who comes as FASTQ; the first was sequenced on two."""
    names = patients.index[patients["kind"] == "fastq"]
    return {name: ["L1", "L2"] if i == 0 else ["L1"] for i, name in enumerate(names)}


def sample_sheet(people: People) -> pd.DataFrame:
    """Write the sample sheet: a row per lane of FASTQ, per gVCF, and per sample of VCF and MAF."""
    lanes = lanes_of(people.patients)
    rows = [
        _row(cohort, patient, kind, unit)
        for patient, cohort, kind in people.patients[["cohort", "kind"]].itertuples()
        for unit in lanes.get(patient, ["1"])
    ]
    return pd.DataFrame(rows)


def _row(cohort: str, patient: str, kind: str, unit: str) -> dict[str, str]:
    """Describe one unit."""
    files = {
        "fastq": (f"reads/{patient}_{unit}_R1.fastq.gz", f"reads/{patient}_{unit}_R2.fastq.gz"),
        "gvcf": (f"variants/{patient}.g.vcf.gz", ""),
        "vcf": ("variants/hospital_a.vcf.gz", ""),
        "maf": ("variants/hospital_b.maf.gz", ""),
    }
    reads = kind == "fastq"
    return {
        "cohort": cohort,
        "patient": patient,
        "sample": patient,
        "unit": unit,
        "tissue": "germline",
        "kind": kind,
        "assembly": "GRCh38",
        "file": files[kind][0],
        "mate": files[kind][1],
        "platform": "ILLUMINA" if reads else "",
        "library": f"{patient}-lib1" if reads else "",
    }


def home_card(people: People) -> dict:
    """Describe hospital A."""
    truth = {
        name: {"vcf": f"truth/{name}.vcf.gz", "bed": "truth/callable.bed"}
        for name in lanes_of(people.patients)
    }
    return {
        "title": "Hospital A (simulated)",
        "licence": LICENCE,
        "assay": "panel",
        "targets": "reference/targets.bed",
        "genes": "reference/genes.txt",
        "tables": _tables("hospital_a", "patient_id"),
        "person": {
            "sex": {"column": "clinical.sex", "codes": {"F": "female", "M": "male"}},
            "age": {"column": "clinical.age_years", "unit": "a"},
            "family": {"column": "clinical.family_id"},
            "site": {"column": "clinical.ward"},
        },
        "condition": {
            "cancer_type": {
                "column": "clinical.icd10",
                "codes": {code: name for name, code in DIAGNOSES.items()},
            }
        },
        "treatment": {"arm": {"column": "clinical.treatment", "codes": ARMS}},
        "measurement": {
            "ecog": {"column": "clinical.ecog", "type": "number"},
            "ldh": {"column": "clinical.ldh_u_l", "unit": "U/L"},
            "haemoglobin": {"column": "clinical.hb_g_dl", "unit": "g/dL", "to": "g/L"},
            "crp": {"column": "clinical.crp_mg_l", "unit": "mg/L", "day": "clinical.crp_day"},
        },
        "visits": _visits(ldh="ldh_u_l", crp="crp_mg_l", day="day"),
        "outcome": _outcomes(),
        "truth": truth,
    }


def away_card() -> dict:
    """Describe hospital B."""
    return {
        "title": "Hospital B (simulated)",
        "licence": LICENCE,
        "assay": "panel",
        "genes": "reference/genes.txt",
        "tables": _tables("hospital_b", "case", "regimen_start"),
        "person": {
            "sex": {"column": "clinical.gender"},
            "age": {"column": "clinical.age_at_start", "unit": "a"},
            "site": {"column": "clinical.centre"},
        },
        "condition": {"cancer_type": {"column": "clinical.tumour"}},
        "treatment": {"arm": {"column": "clinical.regimen"}},
        "measurement": {
            "ecog": {"column": "clinical.performance", "type": "number"},
            "ldh": {"column": "clinical.LDH", "unit": "U/L"},
            "haemoglobin": {"column": "clinical.haemoglobin_g_l", "unit": "g/L"},
            "crp": {"column": "clinical.CRP", "unit": "mg/L"},
        },
        "visits": _visits(ldh="LDH", crp="CRP", day="taken"),
        "outcome": _outcomes(),
    }


def _tables(cohort: str, patient: str, start: str | None = None) -> dict:
    """Name a hospital's three tables, and the column of day 0 where it notes dates."""
    clinical = {"file": f"clinical/{cohort}.clinical.tsv", "patient": patient}
    return {
        "clinical": clinical | ({"index_date": start} if start else {}),
        "outcomes": {"file": f"clinical/{cohort}.outcomes.tsv", "patient": "patient_id"},
        "labs": {"file": f"clinical/{cohort}.labs.tsv", "patient": patient},
    }


def _visits(ldh: str, crp: str, day: str) -> dict:
    """Map the columns of a hospital's laboratory values."""
    units = {"ldh": (ldh, "U/L"), "crp": (crp, "mg/L")}
    return {
        name: {"column": f"labs.{column}", "unit": unit, "day": f"labs.{day}"}
        for name, (column, unit) in units.items()
    }


def _outcomes() -> dict:
    """Map outcomes, which both hospitals record alike."""
    mapped = {"response": {"column": "outcomes.best_response", "type": "binary", "codes": RESPONSE}}
    for name in SURVIVAL:
        mapped[f"{name}_months"] = {"column": f"outcomes.{name}_days", "unit": "d", "to": "mo"}
        mapped[f"{name}_event"] = {"column": f"outcomes.{name}_event", "type": "binary"}
    return mapped


def on_genome(folder: str) -> dict:
    """Write the settings that lead to a simulated genome, its gene models and its scores."""
    return {
        "samples": f"{folder}/samples.tsv",
        "cards": f"{folder}/cohorts",
        "data_root": folder,
        "reference": {
            "name": "GRCh38",
            "fasta": "reference/genome.fa",
            "gene_models": "reference/genes.gtf.gz",
            # The contigs are far shorter than the chromosomes whose names they bear.
            "centromeres": None,
        },
        "annotation": {"custom": [{"file": "reference/scores.vcf.gz", "fields": FIELDS}]},
    }


def configuration(folder: str, external: list[str]) -> dict:
    """Write the settings of a run.

    Args:
        folder: Kept as given, so a relative one can move.
        external: Cohorts that are looked at when all is frozen.
    """
    own = on_genome(folder)
    own["reference"] |= {"calling_intervals": "reference/targets.bed", "shards": 2}
    return own | {
        "model": {"training": {"seeds": [1, 2, 3]}},
        "report": {"title": "GCIN on a simulated hospital"},
        "simulation": {"truth": "truth"},
        "studies": {"response": _study(external)},
    }


def _study(external: list[str]) -> dict:
    """Describe the study: learn in hospital A, look at others when all is frozen."""
    survival = {name: {"months": f"{name}_months", "event": f"{name}_event"} for name in SURVIVAL}
    return {
        "cohorts": ["hospital_a"],
        "external": external,
        "endpoints": {"response": "response", **survival},
        "split": {
            "scheme": "70-15-15",
            "stratify": ["cancer_type", "arm"],
            "group": ["family", "patient"],
        },
        "designs": DESIGNS,
        "predict_with": "gcin",
    }
