"""Which checks of quality the samples of a patient failed, in words."""

from collections.abc import Iterable

import pandas as pd

GATE = ["sample", "check", "value", "limit", "verdict"]
FAILED = ("warn", "exclude")  # a check that stops a run leaves no page
LIMITS = ("max_", "min_")


def failures_of(
    gates: Iterable[pd.DataFrame], manifests: Iterable[pd.DataFrame]
) -> dict[str, list[str]]:
    """Name by patient the checks that each sample failed, and whether it was left out for that.

    Args:
        gates: `sample check value limit verdict`, before and after the joint calls.
        manifests: `patient sample` of each cohort.
    """
    gates = list(gates)
    rows = pd.concat([gate for gate in gates if len(gate)] or gates or [pd.DataFrame(columns=GATE)])
    rows = rows[rows["verdict"].isin(FAILED)].sort_values(["sample", "check"])
    of = pd.concat(manifests).drop_duplicates("sample").set_index("sample")["patient"]
    told = {}
    for sample, own in rows.groupby("sample"):
        out = ", left out for one of them" * bool((own["verdict"] == "exclude").any())
        checks = ", ".join(map(_sentence, own.itertuples()))
        told.setdefault(of[sample], []).append(f"sample {sample}{out}: {checks}")
    return told


def _sentence(row: tuple) -> str:
    name = row.check.replace("_", " ")
    if not row.check.startswith(LIMITS):
        return f"{name}: no"
    return f"{name[4:]} {row.value:.3g} ({name[:3]}. {row.limit:.6g})"
