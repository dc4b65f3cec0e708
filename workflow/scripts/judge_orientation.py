"""Measure a tumour's damage by read orientation, and say whether the filter weighs it."""

from pathlib import Path

from gcin._log import log_to
from gcin.genotypes.orientation import judge, measure_damage

log_to(snakemake.log[0])

damage = measure_damage(snakemake.input.orientation)
is_used = judge(damage, **snakemake.params.judgement)
damage.assign(model="used" if is_used else "not used").to_csv(
    snakemake.output.damage, sep="\t", index=False, float_format="%.4f"
)
option = f"--orientation-bias-artifact-priors {snakemake.params.priors}\n"
Path(snakemake.output.arguments).write_text(option * is_used)
