"""Dividing patients exactly: balanced over strata, families whole.

A division is an exact small integer programme. Families (or single patients) of the same
composition are interchangeable, so what is decided is how many of each kind go to each part; who
goes is then drawn by seed. The programme minimises the total absolute deviation from the wanted
number of patients, over every stratum, every value of each stratifying column, and all patients:
strata too rare to be divided are thus still balanced through the values they share with others.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcin.splits.programme import best_counts

BALANCE = ("stratum", "part", "wanted", "got", "deviation", "optimum_gap")
EXCHANGES = 200  # tried for each group that could change places with another
MOST_EXCHANGES = 100_000  # of many groups most are like others, among whom a seed draws anyway
ROUNDING = 1e-9  # patients


@dataclass(frozen=True)
class Division:
    """Patients divided in parts.

    Attributes:
        parts: Number of each patient's part, from 0; indexed by patient.
        balance: One row per stratum and part: patients wanted (share of the stratum) and got,
            their difference, and `optimum_gap`: by how many patients, summed over all rows, the
            division may miss the best possible one (0 = proven optimal).
    """

    parts: pd.Series
    balance: pd.DataFrame


def strata_of(patients: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Tell which strata each patient belongs to.

    Args:
        patients: One row per patient, indexed by patient, with the stratifying columns; a missing
            value is a stratum of its own.
        columns: The stratifying columns.

    Returns:
        Patients by strata, true where the patient belongs: everybody, each value of each column,
        and each combination of values.
    """
    values = patients[columns].astype(object).where(patients[columns].notna(), "missing")
    labels = {name: name + "=" + values[name].astype(str) for name in columns}
    if len(columns) > 1:
        labels["all of them"] = pd.DataFrame(labels).agg(", ".join, axis=1)
    tables = [pd.get_dummies(label).sort_index(axis=1) for label in labels.values()]
    everybody = pd.DataFrame({"all": True}, index=patients.index)
    return pd.concat([everybody, *tables], axis=1)


def divide(
    strata: pd.DataFrame,
    groups: pd.Series,
    shares: list[float],
    seeds: list[int],
    fills: pd.Series | None = None,
) -> list[Division]:
    """Divide patients in parts of these shares, as evenly as whole groups allow.

    Args:
        strata: Patients by strata, boolean; from `strata_of`.
        groups: Group of each patient; from `gcin.splits.groups.groups_of`.
        shares: Share of the patients that each part should get; they sum to 1.
        seeds: One for each division; it draws who goes where among interchangeable groups. In
            all but the first division groups that are not interchangeable change places as well,
            wherever the balance stays as good: where strata are many, hardly any group is like
            another, and further divisions would be the first one again; families also with several
            groups of as many patients.
        fills: Whether a patient's group counts where no part may be empty; None = each does.

    Raises:
        ValueError: There are fewer groups than parts.
        RuntimeError: No integer solver is installed, or it found nothing in time.
    """
    strata = strata.sort_index()
    groups = groups.loc[strata.index]
    by_group = strata.astype(int).groupby(groups.to_numpy(), sort=False)
    composition, everybody = by_group.sum(), pd.Series(True, strata.index)
    filling = (everybody if fills is None else fills.loc[strata.index]).groupby(groups).any()
    filling = filling.reindex(composition.index)
    kinds = composition.groupby([*composition.columns, ~filling], sort=True).ngroup()
    sizes = kinds.value_counts().sort_index().to_numpy()
    contents = composition.groupby(kinds).first().to_numpy()
    patients = groups.value_counts().reindex(composition.index).to_numpy()
    require_parts(groups, len(shares))
    wanted = np.outer(strata.sum().to_numpy(), shares)
    counts, gap = best_counts(contents, sizes, wanted, filling.groupby(kinds).first().to_numpy())
    divisions = []
    for seed in seeds:
        places = _drawn(kinds, counts, seed).reindex(composition.index)
        if divisions:
            given = composition.to_numpy(float), filling.to_numpy(), wanted, seed
            places = _exchanged(places, *given)
            places = _families_exchanged(places, patients, *given)
        got = composition.T.to_numpy() @ np.eye(len(shares), dtype=int)[places]
        balance = balance_of(list(strata.columns), wanted, got, gap)
        divisions.append(Division(groups.map(places).rename("part"), balance))
    return divisions


def require_parts(groups: pd.Series, parts: int) -> None:
    """Refuse fewer groups than parts.

    Raises:
        ValueError: Counts patients, groups and parts.
    """
    families = groups.nunique()
    if families < parts:
        raise ValueError(
            f"{len(groups)} patients in {families} families (a single patient counts as one) "
            f"cannot fill {parts} parts. Add patients, or choose fewer folds."
        )


def _drawn(kinds: pd.Series, counts: np.ndarray, seed: int) -> pd.Series:
    """Draw which groups of each kind go to which part; indexed by group."""
    random = np.random.default_rng(seed)
    drawn = []
    for kind, members in kinds.groupby(kinds):
        shuffled = random.permutation(members.index.to_numpy())
        places = np.repeat(np.arange(counts.shape[1]), counts[kind])
        drawn.append(pd.Series(places, index=shuffled))
    return pd.concat(drawn)


def _exchanged(
    places: pd.Series,
    composition: np.ndarray,
    filling: np.ndarray,
    wanted: np.ndarray,
    seed: int,
) -> pd.Series:
    """Let pairs of groups change places, in random order, where no deviation is added by it.

    Both fill a part, or neither does, so that none is left empty.
    """
    part = places.to_numpy(copy=True)
    over = composition.T @ np.eye(wanted.shape[1])[part] - wanted
    tried = min(EXCHANGES * len(part), MOST_EXCHANGES)
    for one, other in np.random.default_rng(seed).integers(0, len(part), (tried, 2)):
        if part[one] != part[other] and filling[one] == filling[other]:
            _trade(part, over, one, other, composition[other] - composition[one])
    return pd.Series(part, places.index)


def _families_exchanged(
    places: pd.Series,
    sizes: np.ndarray,
    composition: np.ndarray,
    filling: np.ndarray,
    wanted: np.ndarray,
    seed: int,
) -> pd.Series:
    """Let families change places with as many patients of another part, where nothing is lost.

    Hardly any family is like another, so that relatives would test beside the same other relatives
    in each repeat. Where all groups are single patients nothing is exchanged.
    """
    part = places.to_numpy(copy=True)
    over = composition.T @ np.eye(wanted.shape[1])[part] - wanted
    families = np.flatnonzero(sizes > 1)
    random = np.random.default_rng([seed, len(families)])
    tried = min(EXCHANGES * len(families), MOST_EXCHANGES)
    for one in families[random.integers(0, max(len(families), 1), tried)]:
        other = random.integers(wanted.shape[1])
        alike = (sizes <= sizes[one]) & (filling == filling[one])
        there = np.flatnonzero((part == other) & alike)
        chosen = _as_many(random.permutation(there), sizes, sizes[one])
        if len(chosen) and other != part[one]:
            change = composition[chosen].sum(axis=0) - composition[one]
            _trade(part, over, one, chosen, change)
    return pd.Series(part, places.index)


def _as_many(groups: np.ndarray, sizes: np.ndarray, patients: int) -> list[int]:
    """The first groups of exactly so many patients together; none where they do not meet them."""
    chosen = []
    for group in groups:
        if sizes[group] <= patients:
            chosen.append(group)
            patients -= sizes[group]
        if not patients:
            return chosen
    return []


def _trade(
    part: np.ndarray,
    over: np.ndarray,
    one: int,
    others: int | list[int],
    change: np.ndarray,
) -> None:
    """Let a group change places with others of one part, unless it adds to the deviations.

    Args:
        part: Part of each group, changed in place.
        over: Patients got beyond those wanted, strata by parts, changed in place.
        one: Number of the group.
        others: Number of the other, or of several.
        change: Patients of each stratum that the group's part would gain.
    """
    ends = np.array([part[one], np.atleast_1d(part[others])[0]])
    moved = np.flatnonzero(change)
    before = over[np.ix_(moved, ends)]
    after = before + np.outer(change[moved], [1, -1])
    if np.abs(after).sum() <= np.abs(before).sum() + ROUNDING:
        part[one], part[others] = ends[1], ends[0]
        over[np.ix_(moved, ends)] = after


def balance_of(strata: list[str], wanted: np.ndarray, got: np.ndarray, gap: float) -> pd.DataFrame:
    """Compare patients wanted and got.

    Args:
        strata: Names of the strata.
        wanted: Strata by parts, patients; a stratum's share need not be whole.
        got: The same, as divided.
        gap: Patients by which the total deviation may exceed the least possible.

    Returns:
        One row per stratum and part.
    """
    stratum, part = (axis.ravel() for axis in np.indices(wanted.shape))
    table = {"stratum": np.array(strata)[stratum], "part": part, "wanted": wanted.ravel()}
    table |= {"got": got.ravel(), "deviation": np.abs(got - wanted).ravel(), "optimum_gap": gap}
    return pd.DataFrame(table, columns=BALANCE)
