"""What the cohorts of a study hold otherwise than one another, told before any job starts.

Models read a fact by its name. Whatever of it one cohort has on another scale, in other codes or by
another name goes into the figures without a word.
"""

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd

from gcin.clinical.gene_sets import common_genes, fewest_genes, lacked_sets

Tables = Mapping[str, pd.DataFrame]

OMICS, VISITS = "omics.", "visits."  # before the table of a feature, and before a visit's name
MOST_NAMED = 5
SAME_SCALE = 4  # times; logarithms reach some 10, counts and TPM hundreds
SAME_UNIT = 5  # times, between medians; grams in a decilitre and in a litre are ten apart
SAME_TIME = 15  # times; one cohort may be watched much longer, and days and months are thirty apart
OUTER = 0.1  # share of the values on either side that may lie anywhere
FEWEST_KNOWN = 5  # values by which a median is told
FEWEST_AT_SITE = 10  # the same of a site, of which there may be many
OTHER_CODES = 0.5  # of a cohort's patients whose code no other cohort has


def doubts_between(
    study: str,
    settings: Mapping,
    cards: Mapping[str, Mapping],
    read: Mapping[str, Mapping],
    patients: pd.DataFrame,
) -> list[str]:
    """Say what the cohorts of a study seem to hold otherwise.

    Args:
        study: Its name.
        settings: Of the study.
        cards: The card of each of its cohorts.
        read: Tables of each as `gcin.clinical.harmonise` makes them, with `omics` as read.
        patients: The study's patients: `patient role`.
    """
    trained = settings["cohorts"]
    omics = {cohort: cards[cohort]["omics"] for cohort in trained}
    return [
        *_shared_families(study, read),
        *_other_scales_of_omics(study, cards, read),
        *_other_units(study, settings["endpoints"], read),
        *_other_codes(study, trained, read),
        *_lacked(study, cards, read),
        *_lacked_sets(study, omics, read, patients),
    ]


def doubts_within(cohort: str, tables: Tables) -> Iterator[str]:
    """Tell of numbers that sites of a cohort seem to count in other units, under one of the card.

    Sites are told by the number of their values, as elsewhere not by name.

    Args:
        cohort: Its name.
        tables: As `gcin.clinical.harmonise` makes them.
    """
    sites = tables["person"].set_index("patient")["site"]
    for name, values in tables["features"].select_dtypes("number").items():
        sizes = {site: _sizes(own) for site, own in values.groupby(sites)}
        found = _in_other_units(sizes, FEWEST_AT_SITE)
        if found:
            low, high = (sizes[site] for site in found)
            yield (
                f"{cohort}: the median of {name} is {high.median():.3g} at a site of {len(high)} "
                f"values and {low.median():.3g} at one of {len(low)}, zeros apart; models take "
                "them for one unit, so where they are none, write all in that of the card"
            )


def known_of(tables: Tables) -> list[str]:
    """Name the features of which anybody has a value, with those of visits behind `visits.`."""
    visits = tables["visits"]["name"].unique()
    return [*_known(tables["features"]), *(VISITS + str(name) for name in visits)]


def _known(facts: pd.DataFrame) -> pd.Index:
    """Name the columns of which somebody has a value."""
    return facts.columns[facts.notna().any()]


def _shared_families(study: str, read: Mapping[str, Tables]) -> Iterator[str]:
    """Tell of families of one name in several cohorts, which are not taken for one.

    How many is said, as elsewhere, and not which.
    """
    names = [tables["patients"]["family"].dropna().drop_duplicates() for tables in read.values()]
    families = pd.concat(names)
    shared = families[families.duplicated()].nunique()
    if shared:
        yield (
            f"{study}: {shared} of {families.nunique()} families have one name in several cohorts, "
            "and count as one family in each; where they are the same, kin may train and test, "
            "unless genotypes tell of them, so let one cohort have them whole"
        )


def _reach_of(omics: pd.DataFrame, tables: Collection[str]) -> dict[str, float]:
    """Say how far the values of each table go: 19 of 20 that are not 0 lie nearer to it."""
    reach = {}
    for name in tables:
        own = omics.columns.str.startswith(f"{name} ")
        values = np.abs(omics.loc[:, own].to_numpy())
        measured = values[values > 0]
        reach[name] = np.quantile(measured, 0.95) if len(measured) else np.nan
    return reach


def _other_scales_of_omics(study: str, cards: Mapping, read: Mapping) -> Iterator[str]:
    """Tell of tables of omics that cohorts seem to hold on other scales, one in logarithms, say."""
    reaches = {
        cohort: _reach_of(tables["omics"].features, cards[cohort]["omics"])
        for cohort, tables in read.items()
    }
    for name, own in pd.DataFrame(reaches, dtype=float).iterrows():
        if own.max() > SAME_SCALE * own.min():
            low, high = own.idxmin(), own.idxmax()
            yield (
                f"{study}: values of omics.{name} reach {own[high]:.3g} in {high} and "
                f"{own[low]:.3g} in {low}; models take them for one scale (logarithms or not, "
                "standardised or not), so write both alike where they are none"
            )


def _other_units(study: str, endpoints: Mapping, read: Mapping[str, Tables]) -> Iterator[str]:
    """Tell of numbers that cohorts seem to count in other units than their cards say."""
    parts = [end for end in endpoints.values() if not isinstance(end, str)]
    times = {end["months"] for end in parts if "months" in end}
    asked = times | {end["amount"] for end in parts if "amount" in end}
    columns = {cohort: _numbers_of(tables, asked) for cohort, tables in read.items()}
    for name in dict.fromkeys(name for own in columns.values() for name in own):
        sizes = {cohort: _sizes(own[name]) for cohort, own in columns.items() if name in own}
        given = (SAME_TIME, False) if name in times else ()
        found = _in_other_units(sizes, FEWEST_KNOWN, *given)
        if found:
            low, high = found
            yield (
                f"{study}: the median of {name} is {sizes[high].median():.3g} in {high} and "
                f"{sizes[low].median():.3g} in {low}, zeros apart; models take them for one unit, "
                "so where they are none (percent and shares, days and months), correct unit: in "
                "the card"
            )


def _numbers_of(tables: Tables, outcomes: Collection[str]) -> dict[str, pd.Series]:
    """Numbers of a cohort by name: features, visits and some outcomes."""
    features, visits = tables["features"].select_dtypes("number"), tables["visits"]
    columns = {str(name): values for name, values in features.items()}
    columns |= {VISITS + str(name): rows for name, rows in visits.groupby("name")["value"]}
    known = tables["patients"]
    return columns | {name: known[name] for name in outcomes if name in known}


def _sizes(values: pd.Series) -> pd.Series:
    """Sizes of the numbers that are not 0."""
    known = values.dropna().astype(float).abs()
    return known[known > 0]


def _in_other_units(
    sizes: Mapping[str, pd.Series], fewest: int, times: float = SAME_UNIT, is_apart: bool = True
) -> tuple[str, str] | None:
    """Find the places of the lowest and the highest median, where a unit seems to be another.

    Args:
        sizes: By place.
        fewest: Values by which a median is told.
        times: So far apart are the medians, and more.
        is_apart: Whether hardly any value may be as large as those of the other place: a count of
            cells has a median ten times as high at some hospitals, and a wide spread.
    """
    medians = {place: own.median() for place, own in sizes.items() if len(own) >= fewest}
    if not medians:
        return None
    low, high = min(medians, key=medians.get), max(medians, key=medians.get)
    if medians[high] <= times * medians[low]:
        return None
    if is_apart and sizes[high].quantile(OUTER) <= sizes[low].quantile(1 - OUTER):
        return None
    return low, high


def _other_codes(study: str, trained: Collection[str], read: Mapping[str, Tables]) -> Iterator[str]:
    """Tell of codes that most patients of a cohort have, and no other cohort that is trained on.

    Cohorts that are trained on may well be of one cancer type each.
    """
    codes = {
        cohort: {name: column.dropna() for name, column in _categories(tables).items()}
        for cohort, tables in read.items()
    }
    for cohort, columns in codes.items():
        others = [codes[other] for other in trained if other != cohort]
        for name, own in columns.items():
            theirs = {code for other in others for code in other.get(name, ())}
            is_apart = name == "cancer_type" and cohort in trained
            strange = own[~own.isin(theirs)]
            if theirs and not is_apart and len(strange) > OTHER_CODES * len(own):
                yield (
                    f"{study}: {len(strange)} of {len(own)} patients of {cohort} have a {name} "
                    f"({_named(strange)}) that no other cohort has ({_named(theirs)}); models take "
                    "it for none that they have learnt, so where it is one by another name, map "
                    "both to one by codes in the cards"
                )


def _categories(tables: Tables) -> dict[str, pd.Series]:
    """Codes of patients by the name of the fact; which sexes there are, all cohorts agree on."""
    codes = tables["features"].select_dtypes("object").drop(columns="sex", errors="ignore")
    return {str(name): column for name, column in codes.items()}


def _lacked(study: str, cards: Mapping, read: Mapping[str, Mapping]) -> Iterator[str]:
    """Tell of facts that nobody of a cohort has and others have: its card may name them otherwise.

    Of tables of omics, where it has less than half of the features that others have of one.
    """
    known = {
        cohort: {*known_of(tables), *(OMICS + name for name in _known(tables["omics"].features))}
        for cohort, tables in read.items()
    }
    for cohort, own in known.items():
        others = set().union(*(names for name, names in known.items() if name != cohort))
        facts = sorted(name for name in others - own if not name.startswith(OMICS))
        if facts:
            yield (
                f"{study}: nobody of {cohort} has {_named(facts)}, as patients of other cohorts "
                "do; models take it for missing, so where its card has it by another name, write "
                "one in all"
            )
        for table in sorted({name.split(" ")[0] for name in others - own} - {*facts}):
            theirs = {name for name in others if name.startswith(f"{table} ")}
            card = cards[cohort]["omics"].get(table.removeprefix(OMICS))
            yield from _lacked_features(study, cohort, table, theirs, own, card)


def _lacked_features(
    study: str, cohort: str, table: str, theirs: set[str], own: set[str], card: Mapping | None
) -> Iterator[str]:
    """Tell of the features of a table that others have: many, or any that may be absent."""
    if card is not None and card["absent"] is not None and theirs & own:
        yield (
            f"{study}: {cohort} has no row of {len(theirs - own)} of the {len(theirs)} features "
            f"that other cohorts have of {table}; models take them for not measured, and not for "
            "absent, so where they were looked for, name all features under columns: in its card"
        )
    elif 2 * len(theirs & own) < len(theirs):
        yield (
            f"{study}: {cohort} has {len(theirs & own)} of the {len(theirs)} features that other "
            f"cohorts have of {table}; models take the rest for missing, so where it has them by "
            "other names, write one in all"
        )


def _lacked_sets(
    study: str, cards: Mapping[str, Mapping], read: Mapping[str, Mapping], patients: pd.DataFrame
) -> Iterator[str]:
    """Tell of gene sets of which a cohort has few of the genes that most who train have."""
    trained = set(patients["patient"][patients["role"] == "train"])
    learnt = {cohort: read[cohort]["omics"] for cohort in cards}
    common = common_genes(learnt, trained, fewest_genes(cards.values()))
    for cohort, tables in read.items():
        lacked, total = lacked_sets(tables["omics"], common)
        if lacked:
            yield (
                f"{study}: of {lacked} of {total} gene sets {cohort} has fewer than half of the "
                "genes that stand for them in most patients who train, and models take them for "
                "missing there; where its table names genes otherwise, write them alike"
            )


def _named(names: Collection[str]) -> str:
    """List the first few of some names, each once."""
    listed = sorted(set(names))
    return ", ".join(listed[:MOST_NAMED]) + ", ..." * (len(listed) > MOST_NAMED)
