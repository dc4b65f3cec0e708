"""Write the report of a study as one self-contained page."""

from pathlib import Path

import pandas as pd

from gcin._code import code_of
from gcin._log import log_to
from gcin.report.pages import inline_images, render
from gcin.report.reading import read_tables
from gcin.report.study import cohort_sections, origin, study_facts
from gcin.report.thresholds import threshold_words

log_to(snakemake.log[0])

read, given = snakemake.input, snakemake.params
patients = pd.read_parquet(read.patients)
features = pd.concat([pd.read_parquet(path) for path in read.features])
rules = sorted(path.stem for path in Path(snakemake.scriptdir).glob("*.py"))

tables = read_tables(read.tables)
facts = study_facts(tables, patients, features, given.settings, given.networks)
html = render(
    "report.html",
    title=given.title,
    edition=snakemake.wildcards.edition,
    study=snakemake.wildcards.study,
    figures=inline_images(read.figures),
    quality=cohort_sections(read.quality, read.concordance),
    confidence=given.evaluation["confidence"],
    draws=given.evaluation["bootstrap_draws"],
    budgets=given.budgets,
    counted=threshold_words(given.evaluation["threshold"]),
    **facts,
    **origin(read.receipts, {rule: code_of(rule) for rule in rules}),
)
Path(snakemake.output.report).write_text(html)
