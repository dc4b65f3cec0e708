"""Batches: do the quality measures of a cohort differ by site, month of sequencing or flow cell?

A batch that differs in depth or contamination differs in what it misses as well; where it goes with
the outcome, too, a model learns the laboratory.
"""

import logging
from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, kruskal

from gcin.intake.alignments import alignment_header
from gcin.intake.found_reads import first_header, origin_of
from gcin.intake.kinds import ALIGNMENTS
from gcin.quality.gate import MEASURES, UNMEASURED

FACTORS = ["site", "month", "flow_cell"]
TESTS = ["factor", "measure", "batches", "samples", "explained", "p", "q", "verdict"]

logger = logging.getLogger(__name__)


def batches_of(manifest: pd.DataFrame, sites: pd.Series) -> pd.DataFrame:
    """Tell the batches of each germline sample.

    Args:
        manifest: Rows of the sheet; files that hold reads are looked into.
        sites: By patient, missing where the card has none.

    Returns:
        Samples by `FACTORS`; a sample whose units differ is of a batch of both, such as
        `2023-01+2023-02`; missing where nothing is known.
    """
    rows = manifest[manifest["tissue"] == "germline"].reindex(
        columns=["sample", "patient", "kind", "file", "sequenced"], fill_value=""
    )
    found = [
        (row.sample, factor, batch)
        for row in rows.itertuples()
        for factor, batches in zip(FACTORS[1:], _batches_in(row), strict=True)
        for batch in batches
    ]
    of_site = zip(rows["sample"], ["site"] * len(rows), rows["patient"].map(sites), strict=True)
    table = pd.DataFrame([*found, *of_site], columns=["sample", "factor", "batch"], dtype=object)
    known = table.dropna().drop_duplicates().sort_values(["sample", "factor", "batch"])
    joined = known.groupby(["factor", "sample"])["batch"].agg("+".join)
    return pd.DataFrame(
        {
            factor: joined[joined.index.get_level_values(0) == factor].droplevel(0)
            for factor in FACTORS
        },
        index=pd.Index(sorted(set(rows["sample"])), name="sample"),
    )


def _batches_in(row: tuple) -> tuple[set[str], set[str]]:
    """Name the months and the flow cells of the reads of a row, as far as it tells."""
    days, lanes = {row.sequenced} - {""}, set()
    if row.kind == "fastq":
        lanes = {origin_of(first_header(row.file)).unit}
    elif row.kind in ALIGNMENTS:
        groups = alignment_header(row.file, row.kind).get("RG", [])
        lanes = {group.get("PU", "") for group in groups}
        days = days or {group["DT"] for group in groups if "DT" in group}
    cells = {cell for cell, dot, _ in (lane.partition(".") for lane in lanes) if dot}
    return {day[: len("2024-03")] for day in days}, cells


def measures_of(gate: pd.DataFrame) -> pd.DataFrame:
    """Samples by those measures of their gates that are numbers; two checks may ask one measure."""
    own = gate[gate["check"].isin(MEASURES)]
    named = own.assign(measure=own["check"].map(MEASURES))
    told = named.drop_duplicates(["sample", "measure"])
    return told.set_index(["sample", "measure"])["value"].unstack().astype(float)  # noqa: PD010


def batch_medians(measures: pd.DataFrame, batches: pd.DataFrame) -> pd.DataFrame:
    """Describe each batch: `factor batch samples`, and the median of each measure."""
    tables = [pd.DataFrame(columns=["factor", "batch", "samples", *measures])]
    for factor in FACTORS:
        groups = measures.groupby(batches[factor].reindex(measures.index))
        table = groups.median()
        table.insert(0, "samples", groups.size())
        tables.append(table.rename_axis("batch").reset_index().assign(factor=factor))
    filled = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(filled, ignore_index=True)[list(tables[0])]


def batch_tests(
    measures: pd.DataFrame, batches: pd.DataFrame, settings: Mapping[str, object]
) -> pd.DataFrame:
    """Test each measure for differences between batches (Kruskal-Wallis).

    Args:
        measures: Samples by measures.
        batches: Samples by `FACTORS`.
        settings: `min_samples` of a batch, below which it is not compared; `max_explained`, the
            `limit` of the share of a measure's ranks that batches explain and the `action` above
            it; `max_false`, the share of false alarms among all (Benjamini-Hochberg) that is
            borne with.

    Returns:
        One row per factor and measure, by `TESTS`: `explained` is eta squared of the ranks, as by
        Tomczak and Tomczak 2014, not below 0; `q` is p corrected for the number of tests. The
        verdict is `not measured` where there are not two batches to compare.
    """
    rows = [
        (factor, name, *_compared(measures[name].dropna(), batches[factor], settings))
        for factor in FACTORS
        for name in measures
    ]
    table = pd.DataFrame(rows, columns=[name for name in TESTS if name not in ("q", "verdict")])
    told = table["p"].notna()
    table.loc[told, "q"] = false_discovery_control(table.loc[told, "p"]) if told.any() else []
    limit, action = settings["max_explained"]["limit"], settings["max_explained"]["action"]
    differs = (table["q"] < settings["max_false"]) & (table["explained"] > limit)
    table["verdict"] = np.select([~told, differs], [UNMEASURED, action], "pass")
    for row in table[differs].itertuples():
        logger.warning(
            "%s explains %.3f of %s in %d samples of %d batches (q %.2g): %s", row.factor,
            row.explained, row.measure, row.samples, row.batches, row.q, row.verdict,
        )  # fmt: skip
    return table[TESTS]


def _compared(
    values: pd.Series, batches: pd.Series, settings: Mapping[str, object]
) -> tuple[int, int, float, float]:
    """Compare batches: their number, that of samples, the share explained and its p."""
    batch = batches.reindex(values.index).dropna()
    sizes = batch.value_counts()
    batch = batch[batch.isin(sizes.index[sizes >= settings["min_samples"]])]
    groups = [values[own.index].to_numpy() for _, own in batch.groupby(batch)]
    if len(groups) < 2:
        return len(groups), len(batch), np.nan, np.nan
    if np.ptp(values[batch.index]) == 0:
        return len(groups), len(batch), 0.0, 1.0
    statistic, p = kruskal(*groups)
    free = len(batch) - len(groups)
    explained = (statistic - len(groups) + 1) / free if free else np.nan
    return len(groups), len(batch), max(explained, 0.0), p


def require_alike(tests: pd.DataFrame, cohort: str) -> None:
    """Refuse a cohort whose batches differ, where that stops it.

    Raises:
        ValueError: Names factors, measures and the remedy.
    """
    stops = tests[tests["verdict"] == "stop"]
    if len(stops):
        said = "; ".join(
            f"{row.factor.replace('_', ' ')} explains {row.explained:.3f} of {row.measure}"
            for row in stops.itertuples()
        )
        raise ValueError(
            f"cohort {cohort} is stopped by differences between its batches: {said}. Look into the "
            "batches, make cohorts of them, or change quality: batches: max_explained."
        )
