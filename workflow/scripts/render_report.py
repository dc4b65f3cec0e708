"""Write the report of a study as one self-contained page."""

from pathlib import Path

import pandas as pd

from gcin._code import code_of
from gcin._log import log_to
from gcin.report.pages import inline_images, render
from gcin.report.reading import read_tables
from gcin.report.study import cohort_sections, origin, study_facts

log_to(snakemake.log[0])

read = snakemake.input
patients = pd.read_parquet(read.patients)
features = pd.concat([pd.read_parquet(path) for path in read.features])
rules = sorted(path.stem for path in Path(snakemake.scriptdir).glob("*.py"))

html = render(
    "report.html",
    title=snakemake.params.title,
    edition=snakemake.wildcards.edition,
    study=snakemake.wildcards.study,
    figures=inline_images(read.figures),
    quality=cohort_sections(read.quality, read.concordance),
    confidence=snakemake.params.evaluation["confidence"],
    draws=snakemake.params.evaluation["bootstrap_draws"],
    budgets=snakemake.params.budgets,
    **study_facts(
        read_tables(read.tables),
        patients,
        features,
        snakemake.params.settings,
        snakemake.params.networks,
    ),
    **origin(read.receipts, {rule: code_of(rule) for rule in rules}),
)
Path(snakemake.output.report).write_text(html)
