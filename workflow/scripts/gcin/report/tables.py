"""The report's tables: what was studied, how good the samples are, what the designs reached."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from gcin.report.words import amount, count, interval, label, number, p_value, percent
from gcin.tables import run_of

IN_GROUPS = ("roc_auc", "observed_expected", "harrell_c", "mae")
MOST_ROWS = 200  # of samples, or of parts of strata, listed one by one


def read_histories(paths: Iterable[str]) -> pd.DataFrame:
    """Read `epoch loss val_loss` of every run, with `design fold seed` from its path."""
    return pd.concat([pd.read_csv(path, sep="\t").assign(**run_of(path)) for path in paths])


def cohort_table(patients: pd.DataFrame, endpoints: Mapping) -> pd.DataFrame:
    """Describe each cohort by the role its patients play.

    Args:
        patients: `patient cohort role arm site has_genome` and outcome columns.
        endpoints: The study's endpoints.

    Returns:
        One row per cohort and role, ready to print.
    """
    rows = []
    for (cohort, role), members in patients.groupby(["cohort", "role"], sort=False):
        row = {"cohort": cohort, "role": role, "patients": len(members)}
        row["with a genome"] = percent(members["has_genome"].mean())
        row["arms"] = _counts(members["arm"])
        row["sites"] = members["site"].nunique()
        row["families"] = members["family"].nunique()
        row |= {name: _outcome(members, name) for name in endpoints}
        rows.append(row)
    return pd.DataFrame(rows)


def _counts(values: pd.Series) -> str:
    """How often each value occurs; a missing one is named as such."""
    counts = values.fillna("not known").value_counts()
    return ", ".join(f"{value} {count}" for value, count in counts.items())


def _outcome(members: pd.DataFrame, endpoint: str) -> str:
    """Say how many patients have an outcome, and which."""
    if endpoint in members:
        known = members[endpoint].dropna()
        share = f", {percent(known.mean())} yes" if len(known) else ""
        return f"{len(known)} known{share}"
    if f"{endpoint}_amount" in members:
        known = members[f"{endpoint}_amount"].dropna()
        low, median, high = (amount(known.quantile(q)) for q in (0.25, 0.5, 0.75))
        return f"{len(known)} known" + f", median {median} ({low} to {high})" * bool(len(known))
    known = members[[f"{endpoint}_time", f"{endpoint}_event"]].dropna()
    if not len(known):
        return "0 known"
    median = number(known[f"{endpoint}_time"].median(), 1)
    # Times of those who left are among them: this is no median survival.
    events = int(known[f"{endpoint}_event"].sum())
    return f"{len(known)} known, {events} events, watched for {median} mo in the median"


def missing_table(features: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """Count how often each clinical feature is missing, by cohort.

    Args:
        features: Clinical features by patient.
        patients: `patient cohort`.

    Returns:
        Features by cohorts, most often missing first, in percent.
    """
    cohorts = patients.set_index("patient")["cohort"].reindex(features.index)
    shares = features.isna().groupby(cohorts).mean().T
    order = shares.mean(axis=1).sort_values(ascending=False, kind="stable").index
    printed = shares.loc[order].map(percent)
    return printed.rename_axis(None, axis=1).rename_axis("feature").reset_index()


def quality_summary(samples: pd.DataFrame) -> pd.DataFrame:
    """Lowest, median and highest of every number that is known of any sample."""
    numbers = samples.select_dtypes("number").dropna(axis=1, how="all")
    if not numbers.shape[1]:
        return pd.DataFrame(columns=["measure", "known", "min", "median", "max"])
    table = numbers.agg(["min", "median", "max"]).T.map(number)
    table.insert(0, "known", numbers.notna().sum())
    return table.rename_axis("measure").reset_index()


def printed(table: pd.DataFrame, most: int | None = None) -> pd.DataFrame:
    """Write the numbers of a table for reading, of its first rows where `most` is given."""
    return table.head(most).map(
        lambda value: number(value) if pd.api.types.is_number(value) else value
    )


def metric_tables(metrics: pd.DataFrame, designs: list[str]) -> list[dict]:
    """Metrics by designs, each with its interval, one table an endpoint (and cohort).

    Args:
        metrics: `design endpoint metric value low high n`, of external cohorts with `cohort`.
        designs: The study's designs, in the order of the columns.

    Returns:
        `caption` and `table` of each.
    """
    tables = []
    groups = [name for name in ("cohort", "endpoint") if name in metrics]
    cells = metrics.assign(
        cell=[interval(row) for _, row in metrics.iterrows()], metric=metrics["metric"].map(label)
    )
    for key, rows in cells.groupby(groups, sort=False):
        columns = [name for name in designs if name in set(rows["design"])]
        table = _wide(rows, ["metric"], "design")[["metric", *columns]]
        caption = f"{', '.join(key)}: {rows['n'].max()} patients"
        tables.append({"caption": caption, "table": table.fillna("")})
    return tables


def difference_table(differences: pd.DataFrame) -> pd.DataFrame:
    """Pairs of designs by metrics, each difference with its interval."""
    cells = differences.assign(
        cell=[interval(row, "difference") for _, row in differences.iterrows()],
        metric=differences["metric"].map(label),
    )
    order = list(dict.fromkeys(cells["metric"]))
    keys = ["endpoint", "design", "reference"]
    return _wide(cells, keys, "metric").reindex(columns=[*keys, *order]).fillna("")


def significance_table(tests: pd.DataFrame) -> pd.DataFrame:
    """Tests of the differences, ready to print; a p that resamples only bound says so."""
    cells = tests.assign(test=tests["test"].map(label), metric=tests["metric"].map(label))
    bounded = tests["p"] <= tests["p_least"]
    p = {
        name: [p_value(p, bound) for p, bound in zip(tests[name], bounded, strict=True)]
        for name in ("p", "p_holm")
    }
    shown = printed(cells.drop(columns=["p", "p_least", "p_holm", "n"])).assign(**p)
    return shown.rename(columns={"p_holm": "p (Holm)"})


def threshold_table(thresholds: pd.DataFrame) -> pd.DataFrame | None:
    """Thresholds ready to print; None where patients chose none."""
    return printed(thresholds) if thresholds["n"].any() else None


def seed_table(seeds: pd.DataFrame) -> pd.DataFrame:
    """What averaging over seeds gives beside single seeds, ready to print."""
    shown = printed(seeds.assign(metric=seeds["metric"].map(label)))
    names = {"alone": "single seeds, mean", "sd": "s.d. of seeds", "averaged": "seeds averaged"}
    return shown.rename(columns=names)


def shortcut_table(shortcuts: pd.DataFrame) -> pd.DataFrame:
    """Checks for shortcuts, those raised first, ready to print."""
    ordered = shortcuts.sort_values("raised", ascending=False, kind="stable")
    cells = ordered.assign(
        value=[interval(row) for _, row in ordered.iterrows()],
        raised=ordered["raised"].map({True: "raised", False: ""}),
    )
    return printed(cells.drop(columns=["low", "high"])).fillna("")


def subgroup_tables(subgroups: pd.DataFrame, designs: list[str]) -> list[dict]:
    """Designs in each group, one table a grouping, endpoint and metric.

    Args:
        subgroups: `design endpoint grouping group metric value low high n events`.
        designs: The study's designs, in the order of the columns.

    Returns:
        `caption` and `table` of each; a group too small to be measured has its size alone.
    """
    tables = []
    listed = [*dict.fromkeys(zip(subgroups["grouping"], subgroups["group"], strict=True))]
    measured = subgroups[subgroups["metric"].isin(IN_GROUPS)]
    small = subgroups[subgroups["metric"] == "too few"]
    for (endpoint, metric), own in measured.groupby(["endpoint", "metric"], sort=False):
        kept = pd.concat([own, small[small["endpoint"] == endpoint]])
        cells = kept.assign(
            cell=[interval(row) for _, row in kept.iterrows()], events=kept["events"].map(count)
        )
        wide = _wide(cells, ["grouping", "group", "n", "events"], "design")
        columns = [name for name in designs if name in wide]
        place = [listed.index(key) for key in zip(wide["grouping"], wide["group"], strict=True)]
        ordered = wide.assign(place=place).sort_values("place")
        shown = ordered[["grouping", "group", "n", "events", *columns]].fillna("")
        tables.append({"caption": f"{endpoint}: {label(metric)}", "table": shown})
    return tables


def hazard_ratio_table(hazards: pd.DataFrame) -> pd.DataFrame:
    """Hazard ratios with their intervals, ready to print."""
    ratios = [interval(row, "hazard_ratio") for _, row in hazards.iterrows()]
    shown = hazards[["endpoint", "design", "model", "group"]].assign(hazard_ratio=ratios)
    p = {name: hazards[name].map(p_value) for name in ("p", "p_proportional")}
    shown = shown.assign(**p, n=hazards["n"], events=hazards["events"])
    within = np.where(hazards["strata"] > 1, "cohort (strata), ", "")
    shown["adjusted for"] = (within + hazards["covariates"].fillna("")).str.removesuffix(", ")
    return shown.rename(columns={"hazard_ratio": "hazard ratio", "p_proportional": "p (steady)"})


def restricted_mean_table(means: pd.DataFrame) -> pd.DataFrame:
    """Mean times of risk groups with their differences, ready to print."""
    names = {"difference_low": "low", "difference_high": "high"}
    gaps = means[["difference", *names]].rename(columns=names)
    shown = means[["endpoint", "design", "months", "group"]].assign(
        mean=[interval(row, "mean") for _, row in means.iterrows()],
        less=[interval(row, "difference") for _, row in gaps.iterrows()],
        n=means["n"],
        events=means["events"],
    )
    return shown.rename(columns={"months": "up to month", "less": "less that of group 1"})


def calibration_summary(calibration: pd.DataFrame) -> pd.DataFrame:
    """Intercept and slope of each design."""
    columns = ["endpoint", "design", "intercept", "slope"]
    return printed(calibration[columns].drop_duplicates(["endpoint", "design"]))


def logrank_table(tests: pd.DataFrame) -> pd.DataFrame:
    """Log-rank tests, ready to print."""
    table = printed(tests.drop(columns="p"))
    return table.assign(p=tests["p"].map(p_value))


def d_calibration_table(tests: pd.DataFrame) -> pd.DataFrame:
    """Tests of D-calibration and the share of the patients in each tenth, ready to print."""
    tenths = [name for name in tests if name.startswith("tenth_")]
    table = logrank_table(tests.drop(columns=tenths))
    shares = tests[tenths].map(percent).rename(columns=label)
    return table.join(shares)


def planted_table(planted: pd.DataFrame) -> pd.DataFrame:
    """Designs beside the best possible, ready to print."""
    return printed(
        planted.assign(metric=planted["metric"].map(label), share=planted["share"].map(percent))
    )


def prediction_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """Patients and arms by endpoints, each value with its interval, and what puts it in doubt.

    A band without an end bounds nothing, and the other end of it is none: it is left out.
    """
    limits = predictions[["low", "high"]].astype(float)
    bounded = predictions.assign(**limits.where(np.isfinite(limits).all(axis=1)))
    cells = bounded.assign(
        cell=[
            interval(row) + f", by {row['models']} of {row['of']}" * bool(row["models"] < row["of"])
            for _, row in bounded.iterrows()
        ]
    )
    table = _wide(cells, ["patient", "arm"], "endpoint").fillna("")
    outside = predictions.drop_duplicates("patient").set_index("patient")["outside"]
    table["outside what it has seen"] = table["patient"].map(outside).fillna("")
    return table


def _wide(cells: pd.DataFrame, keys: list[str], names: str) -> pd.DataFrame:
    """Spread `cell` over one column for each of `names`."""
    if not len(cells):
        return pd.DataFrame(columns=keys)
    wide = cells.pivot_table(values="cell", index=keys, columns=names, aggfunc="first", sort=False)
    return wide.rename_axis(None, axis=1).reset_index()
