"""A planted cohort as files: a tensor store, the study's tables, and the truth apart."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gcin.simulation.planted.cohort import Genotypes, PlantedCohort
from gcin.tensors.assembly import Assay, Untold, assemble, store_receipt
from gcin.tensors.beside import Beside
from gcin.tensors.calls import FILES
from gcin.tensors.genes import GENE_FEATURES
from gcin.tensors.layout import COLUMNS
from gcin.tensors.scalars import allele_numbers
from gcin.tensors.sites import MARKER_SCHEMA, SCHEMA
from gcin.tensors.tally import CarriedTally

GENERATION = "000000000000"
ALLELE = ["chromosome", "position", "reference", "alternate"]
LIMITS = {"rare_frequency": 0.01, "min_callable": 0.5}


def write_cohort(folder: Path, cohort: PlantedCohort) -> None:
    """Fill an empty folder: the store in `tensors/`, tables of the study, and `truth/`.

    Each patient has one sample, of the tumour, in which inherited variants are seen as well.
    """
    patients = cohort.patients["patient"]
    samples = pd.DataFrame({"sample": patients, "patient": patients, "tissue": "tumour"})
    write_store(folder / "tensors", cohort.genotypes, samples, np.zeros(len(samples)))
    write_tables(folder, cohort)


def write_tables(folder: Path, cohort: PlantedCohort) -> None:
    """Write the tables of the study, and the truth apart."""
    cohort.patients.to_parquet(folder / "patients.parquet", index=False)
    cohort.clinical.to_parquet(folder / "clinical.parquet")
    cohort.expression.add_prefix("expression ").to_parquet(folder / "omics.parquet")
    cohort.pathways.to_csv(folder / "pathways.tsv", sep="\t", index=False)
    (folder / "truth").mkdir()
    for name in ("probability", "toxicity", "logic"):
        getattr(cohort.truth, name).to_parquet(folder / "truth" / f"{name}.parquet")
    np.save(folder / "truth" / "impairing.npy", cohort.truth.impairing)
    np.save(folder / "truth" / "amplified.npy", cohort.truth.amplified)
    if cohort.truth.trait.any():
        np.save(folder / "truth" / "trait.npy", cohort.truth.trait)


def write_store(
    folder: Path, genotypes: Genotypes, samples: pd.DataFrame, missing: np.ndarray
) -> None:
    """Write the tensor store; a gene is callable where the assay looks at it.

    Args:
        folder: Where to.
        genotypes: Rows are samples.
        samples: `sample patient tissue` of each row.
        missing: Share of no-calls of each row.
    """
    (folder / "calls").mkdir(parents=True)
    genotypes.genes.to_parquet(folder / "genes.parquet", index=False)
    sites = pa.Table.from_pandas(genotypes.sites, SCHEMA, preserve_index=False, safe=False)
    pq.write_table(sites, folder / "sites.parquet")
    _write_calls(folder, genotypes.calls, len(samples))
    markers = genotypes.markers
    markers = pa.Table.from_pandas(markers, MARKER_SCHEMA, preserve_index=False, safe=False)
    pq.write_table(markers, folder / "markers.parquet")
    np.save(folder / "dosages.npy", genotypes.dosages)
    samples = samples.assign(kind="vcf", file="").reset_index(drop=True)
    untold = {
        name: Untold((~looked_at).astype(np.float32), share)
        for name, looked_at, share in zip(
            samples["sample"], genotypes.assayed, missing, strict=True
        )
    }
    everywhere = np.ones(len(genotypes.genes), np.float32)
    carried = _carried(genotypes, len(samples))
    assay = Assay(everywhere, {}, Beside({}, None), untold, missing, carried=carried)
    assemble(folder, samples, genotypes.genes, assay, **LIMITS)
    track = np.load(folder / "genes.npy", mmap_mode="r+")
    track[:, :, GENE_FEATURES.index("copy_number")] = genotypes.copies
    track.flush()
    receipt = store_receipt(folder, GENERATION, samples, [], [], **LIMITS)
    (folder / "receipt.json").write_text(json.dumps(receipt, indent=1) + "\n")


def _carried(genotypes: Genotypes, rows: int) -> np.ndarray:
    """Count the alleles of each row, markers that are no sites among them, as encoding does."""
    calls, sites, markers = genotypes.calls, genotypes.sites, genotypes.markers
    allele = allele_numbers(sites)[calls["site"]]
    calls = calls.assign(allele=allele).drop_duplicates(["patient", "allele"])
    known = pd.MultiIndex.from_frame(markers[ALLELE]).isin(pd.MultiIndex.from_frame(sites[ALLELE]))
    beside = np.where(known, 0, genotypes.dosages)
    tally = CarriedTally(rows)
    tally.add(calls["patient"].to_numpy(), calls["dosage"].to_numpy())
    row, marker = np.nonzero(beside > 0)
    tally.add(row, beside[row, marker])
    return tally.by_sample


def _write_calls(folder: Path, calls: pd.DataFrame, rows: int) -> None:
    """Write the calls as rows of their samples."""
    ends = np.cumsum(np.bincount(calls["patient"], minlength=rows))
    np.save(folder / FILES["indptr"], np.concatenate([[0], ends]).astype(np.int64))
    for name, dtype in COLUMNS.items():
        np.save(folder / FILES[name], calls[name].to_numpy(dtype))
