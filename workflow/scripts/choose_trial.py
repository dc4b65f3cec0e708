"""Choose the trial of a design and fold with the least loss on the inner splits."""

import json
from pathlib import Path

from gcin._log import log_to
from gcin.model.tuning import by_trial, trial_table

log_to(snakemake.log[0])

told = [json.loads(Path(path).read_text()) for path in snakemake.input.outcomes]
outcomes = by_trial(told, snakemake.params.inner_folds)
table = trial_table(outcomes, snakemake.params.own)
place = {name: snakemake.wildcards[name] for name in ("design", "fold")}
trials = table.assign(**place)[[*place, *table.columns]]
trials.to_csv(snakemake.output.trials, sep="\t", index=False)
changes = outcomes[table["chosen"].idxmax()]["changes"]
Path(snakemake.output.chosen).write_text(json.dumps(changes) + "\n")
