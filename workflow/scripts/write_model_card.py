"""Write the model card and the reporting checklist of a study."""

from pathlib import Path

import pandas as pd

from gcin._log import log_to
from gcin.report.checklist import Facts, checklist
from gcin.report.model_card import card_facts
from gcin.report.pages import render
from gcin.report.pretraining import read_runs
from gcin.report.reading import read_tables
from gcin.report.search import read_trials

log_to(snakemake.log[0])

read, given = snakemake.input, snakemake.params
facts = Facts(
    given.study,
    given.cards,
    given.settings,
    pd.read_parquet(read.patients),
    pd.concat([pd.read_parquet(path) for path in read.features]),
    read_tables([*read.tables, read.genes])
    | read_trials(read.trials, read.tried)
    | read_runs(read.histories),
)
checked = checklist(pd.read_csv(read.points, sep="\t", dtype=str), facts)
checked.to_csv(snakemake.output.checklist, sep="\t", index=False)

wildcards = snakemake.wildcards
card = render(
    "model_card.md",
    study=wildcards.study,
    edition=wildcards.edition,
    **card_facts(facts, checked),
    **given.search,
)
Path(snakemake.output.card).write_text(card)
