"""The gates: each sample's measures beside their limits, before and after the joint call.

Limits belong to a cohort's generation: another limit makes a new one, beside the old. What was made
of each sample is kept, so only the gate and the joint stages run again.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from gcin.tables import read_table

# Each check with the measure that it looks at; `min_` and `max_` say which side is good.
MEASURES = {
    "max_contamination": "contamination",
    "max_duplicate_share": "duplicates",
    "max_het_hom": "het_hom",
    "max_insert_bases": "insert_size",
    "max_missing": "missingness",
    "max_novel": "novel",
    "min_insert_bases": "insert_size",
    "min_mapped_share": "mapped",
    "min_mean_depth": "depth",
    "min_normal_concordance": "normal_concordance",
    "min_share_10x": "share_10x",
    "min_share_20x": "share_20x",
    "min_ti_tv": "ti_tv",
    "min_unit_concordance": "unit_concordance",
}
# Checks without a number: their measure is 1 where the statement holds and 0 where it does not.
STATEMENTS = {"normals_enter", "sex_agrees"}
COLUMNS = ["sample", "check", "value", "limit", "verdict"]
UNMEASURED, UNASKED = "not measured", "does not apply"
SEVERITY = ["stop", "exclude", "warn", UNMEASURED, "pass", UNASKED]
# Told by germline genotypes, which a tumour's calls are not.
OF_GERMLINE = ("max_het_hom", "max_novel", "min_ti_tv", "sex_agrees")
UNGATED = "all before the joint call"  # of a sample that comes as VCF or MAF
# What neither a card, nor another sample, nor a joint call has to tell.
BY_ITSELF = set(MEASURES) - {"max_missing", "max_novel", "min_normal_concordance"}
NOBODY = MappingProxyType({})

logger = logging.getLogger(__name__)


def unasked_of_tumours(tissues: pd.Series) -> dict[str, set[str]]:
    """By check of germline genotypes, the tumours among samples whose tissue is given."""
    return {name: set(tissues.index[tissues == "tumour"]) for name in OF_GERMLINE}


def unasked_together(measures: pd.DataFrame) -> dict[str, set[str]]:
    """By check of a joint call, the samples that it cannot be asked of.

    Args:
        measures: Samples by `tissue` and `novel`; nobody has the latter where the annotation names
            no population frequency.
    """
    silent = unasked_of_tumours(measures["tissue"])
    if measures["novel"].isna().all():
        silent["max_novel"] = set(measures.index)
    return silent


def unasked(
    rows: pd.DataFrame, normals: Mapping[str, Collection[str]], sexes: pd.Series
) -> dict[str, set[str]]:
    """By check, the samples that it cannot be asked of, however well they were sequenced.

    Args:
        rows: Of the sheet: `sample patient unit tissue`.
        normals: By tumour, the germline samples beside which it was called.
        sexes: The recorded sex by patient.
    """
    samples = rows.drop_duplicates("sample").set_index("sample")
    units = rows.groupby("sample")["unit"].nunique()
    silent = unasked_of_tumours(samples["tissue"])
    silent["sex_agrees"] |= set(samples.index[samples["patient"].map(sexes).isna()])
    silent["min_unit_concordance"] = set(units.index[units == 1])
    silent["min_normal_concordance"] = {name for name in samples.index if not normals.get(name)}
    return silent


def judged(
    measures: pd.DataFrame,
    checks: Mapping[str, Mapping],
    silent: Mapping[str, Collection[str]] = NOBODY,
) -> pd.DataFrame:
    """Hold every sample's measures against the limits.

    Args:
        measures: Samples by measures; NaN, or no such column, where nothing could be measured.
        checks: By name of a check, its `limit` (a statement has none; a check whose limit is None
            is not asked) and the `action` where a sample fails: `warn`, `exclude` or `stop`. A
            value at the limit is good.
        silent: By check, samples that it cannot be asked of, as by `unasked`.

    Returns:
        One row per sample and check, sorted: `sample check value limit verdict`. The verdict is
        `pass`, `not measured`, `does not apply`, or the action of the check that failed.
    """
    rows, limited = [], {name: own for name, own in checks.items() if is_asked(name, own)}
    for sample, own in measures.sort_index().iterrows():
        for check, asked in sorted(limited.items()):
            limit = 1 if check in STATEMENTS else asked["limit"]
            value = float(own.get(MEASURES.get(check, check), float("nan")))
            verdict = _verdict(check, value, limit, asked["action"])
            if verdict == UNMEASURED and sample in silent.get(check, ()):
                verdict = UNASKED
            rows.append((sample, check, value, limit, verdict))
    table = pd.DataFrame(rows, columns=COLUMNS)
    for row in table[~table["verdict"].isin(["pass", UNASKED])].itertuples():
        logger.warning(
            "%s: %s is %.6g, limit %.6g: %s",
            row.sample, row.check, row.value, row.limit, row.verdict,
        )  # fmt: skip
    logger.info("%d of %d samples stay", len(measures) - len(excluded(table)), len(measures))
    return table


def is_asked(name: str, check: Mapping) -> bool:
    """Tell whether a check is asked at all: of a statement, or where it has a limit."""
    return name in STATEMENTS or check["limit"] is not None


def judged_tumours(
    gate: pd.DataFrame, normals: Mapping[str, Collection[str]], check: Mapping[str, str]
) -> pd.DataFrame:
    """Say of each tumour whether the normals beside which it was called enter.

    What is wrong with a normal is in the tumour's calls, too: of somebody else's, all that the
    patient inherited passes for somatic.

    Args:
        gate: What was judged of the normals.
        normals: By tumour, the germline samples beside which it was called; none says nothing.
        check: The `action` where one of them is left out.

    Returns:
        Rows of a gate, one per tumour with a normal.
    """
    left_out = set(excluded(gate))
    enter = {name: not left_out & set(own) for name, own in normals.items() if own}
    measures = pd.DataFrame({"normals_enter": enter}, dtype=float)
    return judged(measures, {"normals_enter": check})


def _verdict(check: str, value: float, limit: float, action: str) -> str:
    if pd.isna(value):
        return UNMEASURED
    is_good = value <= limit if check.startswith("max_") else value >= limit
    return "pass" if is_good else action


def excluded(gate: pd.DataFrame) -> list[str]:
    """Name the samples that a check leaves out, sorted."""
    return sorted(set(gate["sample"][gate["verdict"] == "exclude"]))


def left_in(files: Mapping[str, str], gates: Sequence[pd.DataFrame]) -> list[str]:
    """Name the files of the samples that no check excludes.

    Args:
        files: By sample.
        gates: Of these samples, or none at all where no check excludes anybody.
    """
    out = set(excluded(united(gates))) if gates else set()
    if out:
        logger.warning("not compared with, as a check excludes them: %s", ", ".join(sorted(out)))
    return [file for sample, file in files.items() if sample not in out]


def worst(gates: Sequence[pd.DataFrame], samples: Collection[str]) -> pd.DataFrame:
    """Say what the gates come to: who passes was measured in all that can be asked of a sample.

    Args:
        gates: That before the joint call, and the one after it where there is one.
        samples: All of the cohort.

    Returns:
        Samples by the worst `verdict` of their checks, and `unmeasured`, the checks that lack a
        measure; a sample that is in no gate before the joint call lacks all of that.
    """
    gate, gated = united(gates), set(gates[0]["sample"])
    order = gate.assign(rank=gate["verdict"].map(SEVERITY.index)).sort_values("rank", kind="stable")
    verdict = order.drop_duplicates("sample").set_index("sample")["verdict"]
    lacking = gate[gate["verdict"] == UNMEASURED].groupby("sample")["check"].agg(list)
    rows = {}
    for sample in sorted(set(samples)):
        missing = [UNGATED] * (sample not in gated) + list(lacking.get(sample, []))
        told = verdict.get(sample, UNMEASURED)
        told = UNMEASURED if missing and told == "pass" else told
        rows[sample] = {"verdict": told, "unmeasured": ", ".join(missing)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["verdict", "unmeasured"])


def united(gates: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the rows of several gates together."""
    return pd.concat([gate for gate in gates if len(gate)] or gates[:1], ignore_index=True)


def require_unstopped(gate: pd.DataFrame, cohort: str, setting: str) -> None:
    """Refuse a cohort that a check stops.

    Args:
        gate: Samples, checks and verdicts.
        cohort: Its name.
        setting: Of the stage, where the checks stand.

    Raises:
        ValueError: Names samples, checks, values and limits, and the remedy.
    """
    stops = gate[gate["verdict"] == "stop"]
    if len(stops):
        said = "; ".join(map(_sentence, stops.head(20).itertuples()))
        raise ValueError(
            f"cohort {cohort} is stopped by its quality checks: {said}. Sequence the sample again, "
            f"take its rows out of the sheet, or change the check under quality: {setting}."
        )


def require_passable(gate: pd.DataFrame, cohort: str, samples: Collection[str]) -> None:
    """Refuse a cohort that a check stops, or of which no sample would be left.

    Args:
        gate: Samples, checks and verdicts.
        cohort: Its name.
        samples: All of the cohort, those of whom nothing is measured here, too.

    Raises:
        ValueError: Names samples, checks, values and limits, and the remedy.
    """
    require_unstopped(gate, cohort, "checks")
    if set(samples) and set(samples) <= set(excluded(gate)):
        fails = gate[gate["verdict"] == "exclude"]
        said = "; ".join(map(_sentence, fails.head(5).itertuples()))
        raise ValueError(
            f"every sample of cohort {cohort} fails a quality check whose action is exclude, so "
            f"none is left: {said}. Change the limits under quality: "
            "checks, or take these samples out of the sheet."
        )


def warn_of_none(gate: pd.DataFrame, samples: Collection[str], how: str) -> None:
    """Warn where every one of some samples is left out.

    Args:
        gate: Samples, checks and verdicts.
        samples: Those that something is done with.
        how: What.
    """
    if set(samples) and set(samples) <= set(excluded(gate)):
        logger.warning(
            "checks exclude all %d samples to be %s; others go on", len(set(samples)), how
        )


def _sentence(row: tuple) -> str:
    if row.check in STATEMENTS:
        return f"sample {row.sample}, check {row.check}: it does not hold"
    side = "below" if row.check.startswith("min_") else "above"
    return (
        f"sample {row.sample}, check {row.check}: {row.value:.6g} is {side} limit {row.limit:.6g}"
    )


def read_gate(path: str | Path) -> pd.DataFrame:
    """Read a table that `gate_samples` or `gate_genotypes` wrote; samples are text."""
    return read_table(path, "sample").astype({"value": float, "limit": float})


def entering(manifest: pd.DataFrame, gate: pd.DataFrame) -> pd.DataFrame:
    """Rows of a manifest whose samples enter the joint artefacts."""
    return manifest[~manifest["sample"].isin(excluded(gate))]
