"""Write one page for each patient without an outcome, and an index of them."""

import pandas as pd

from gcin._log import log_to
from gcin.report.failures import failures_of
from gcin.report.pages import patient_documents, write_pages
from gcin.report.patients import doubles_of, panel_by_patient, patient_pages, unseen_risks
from gcin.report.reading import read_table
from gcin.splits.teachers import as_taught
from gcin.tables import read_text

log_to(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
folds = pd.read_parquet(snakemake.input.folds)
pages = patient_pages(
    read_table(snakemake.input.predictions),
    unseen_risks(pd.read_parquet(snakemake.input.pooled), snakemake.params.design),
    as_taught(patients, folds, snakemake.params.seeds),
    pd.concat([pd.read_parquet(path) for path in snakemake.input.features]),
    pd.concat([pd.read_parquet(path) for path in snakemake.input.samples]),
    panel_by_patient(read_text(path) for path in snakemake.input.panels),
    doubles_of(read_table(snakemake.input.warnings)),
    failures_of(map(read_table, snakemake.input.gates), map(read_text, snakemake.input.manifests)),
)
documents = patient_documents(
    pages,
    study=snakemake.wildcards.study,
    edition=snakemake.wildcards.edition,
    design=snakemake.params.design,
    reads=snakemake.params.reads,
    coverage=snakemake.params.coverage,
    units=snakemake.params.units,
)
write_pages(documents, snakemake.output.pages)
