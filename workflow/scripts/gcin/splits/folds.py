"""The folds of a study: a single split, k-fold, sites left out or given; one exact division."""

import itertools
import logging
from collections.abc import Mapping

import numpy as np
import pandas as pd

from gcin.splits.division import BALANCE, Division, balance_of, divide, require_parts, strata_of
from gcin.splits.groups import groups_of

logger = logging.getLogger(__name__)

PARTS = ("train", "validation", "test")


def folds_of(
    patients: pd.DataFrame, split: Mapping, seed: int, inner_share: float, given: list[pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Divide a study's training patients by its scheme.

    Args:
        patients: One row per patient, with `patient`, `cohort`, `role` and the columns that
            `split` stratifies and groups by; only those of role `train` are divided.
        split: `scheme`, `stratify` and `group` of the study.
        seed: Of ties; each repeat and each fold draws its own.
        inner_share: Share (0 to 1) of a fold's training patients that validate at a time.
        given: The given folds, from `given_folds`; none for other schemes.

    Returns:
        `fold patient part turn`, sorted, and the balance: `fold` and the columns of
        `Division.balance`, parts by name. `turn` says for which of a design's seeds a patient
        validates (`turns.parts_at`), 0 where for none; those of the first are part `validation`,
        those of the second `validation 2` of the balance. The optimum gap of a test part is that
        of its repeat's division; given folds have none.

    Raises:
        ValueError: A part would be empty, or given folds do not fit the patients.
    """
    training = patients[patients["role"] == "train"].set_index("patient").sort_index()
    strata = strata_of(training, list(split["stratify"]))
    groups = groups_of(training, _grouping(split))
    scheme = split["scheme"]
    if isinstance(scheme, str):
        shares = [int(share) / 100 for share in scheme.split("-")]
        whole = divide(strata, groups, shares, [seed])[0]
        return _long([(0, _with_turns(strata, groups, whole, seed))])
    tested = tested_groups(training, split)
    inner = [
        (fold, _with_test(strata, groups, test, gap, inner_share, seed + fold))
        for fold, (test, gap) in enumerate(_tests(training, strata, tested, scheme, seed, given))
    ]
    return _long(inner)


def tested_groups(training: pd.DataFrame, split: Mapping) -> pd.Series:
    """Number the groups that test as a whole: families, and where sites are left out these, too.

    Args:
        training: Patients who train, indexed by patient.
        split: `scheme` and `group` of the study.

    Raises:
        ValueError: A site split has fewer sites that share no family than folds.
    """
    grouping, scheme = _grouping(split), split["scheme"]
    if isinstance(scheme, str) or scheme["name"] != "site":
        return groups_of(training, grouping)
    groups = groups_of(training, [*grouping, "site"])
    _require_sites(training["site"], groups, scheme["folds"])
    return groups


def _grouping(split: Mapping) -> list[str]:
    return [name for name in split["group"] if name != "patient"]


def require_enough(patients: pd.DataFrame, split: Mapping, given: list[pd.DataFrame]) -> None:
    """Refuse, before any file of theirs is read, patients who cannot fill the parts of a split.

    Args:
        patients: As for `folds_of`.
        split: `scheme` and `group` of the study.
        given: As for `folds_of`.

    Raises:
        ValueError: There are fewer families than parts, fewer sites than folds, or given folds
            do not fit the patients.
    """
    training = patients[patients["role"] == "train"].set_index("patient").sort_index()
    groups, scheme = groups_of(training, _grouping(split)), split["scheme"]
    # Beside a fold that tests there are patients who train and others who validate.
    require_parts(groups, 3 if isinstance(scheme, str) else max(3, scheme["folds"]))
    tested_groups(training, split)
    for table in given:
        _fitting(table, training.index, groups, scheme["folds"])


def _require_sites(sites: pd.Series, groups: pd.Series, folds: int) -> None:
    """Refuse more folds than sites: a fold would leave out nothing but patients of unknown site.

    Sites to which one family goes are never parted, and count once.
    """
    known, apart = len(sites.dropna().unique()), groups[sites.notna()].nunique()
    if apart < folds:
        tied = f", {apart} when those of one family are taken together" if apart < known else ""
        raise ValueError(
            f"A site split of {folds} folds needs as many sites, and the study's patients come "
            f"from {known}{tied}. Choose fewer folds, map person.site in the cards, or write "
            "name: k-fold."
        )


def _tests(
    training: pd.DataFrame,
    strata: pd.DataFrame,
    groups: pd.Series,
    scheme: Mapping,
    seed: int,
    given: list[pd.DataFrame],
) -> list[tuple[pd.Series, float]]:
    """Say for each fold, over all repeats, which patients test, and the gap of that division.

    Where sites are left out, each fold has one: patients of unknown site alone leave nothing out.
    """
    folds, repeats = scheme["folds"], scheme["repeats"]
    if scheme["name"] == "given":
        table = _fitting(given[0], strata.index, groups, folds)
        divided = [(table[column], float("nan")) for column in table]
    else:
        seeds = list(range(seed, seed + repeats))
        sited = training["site"].notna() if scheme["name"] == "site" else None
        divisions = divide(strata, groups, [1 / folds] * folds, seeds, sited)
        divided = [(d.parts, d.balance["optimum_gap"].iloc[0]) for d in divisions]
    return [(parts == fold, gap) for parts, gap in divided for fold in range(folds)]


def _with_test(
    strata: pd.DataFrame,
    groups: pd.Series,
    test: pd.Series,
    gap: float,
    inner_share: float,
    seed: int,
) -> Division:
    """Carve the validating patients out of those that do not test."""
    test = test.loc[strata.index]
    [inner] = divide(strata[~test], groups[~test], [1 - inner_share, inner_share], [seed])
    tests = PARTS.index("test")
    parts = inner.parts.reindex(strata.index, fill_value=tests)
    got = strata[test].sum().to_numpy()[:, None]
    wanted = strata.sum().to_numpy()[:, None] * test.mean()
    tested = balance_of(list(strata.columns), wanted, got, 0.0).assign(part=tests)
    balance = pd.concat([inner.balance, tested], ignore_index=True)
    balance.loc[balance["part"] == tests, "optimum_gap"] = gap
    return _with_turns(strata, groups, Division(parts, balance), seed)


def _with_turns(strata: pd.DataFrame, groups: pd.Series, division: Division, seed: int) -> Division:
    """Draw from those who train who validates for a second seed, a third, and so on.

    As many patients each time as for the first, nobody twice, for as long as there are enough.
    """
    parts, balances = division.parts.copy(), [division.balance]
    held = (parts == PARTS.index("validation")).sum()
    for turn in itertools.count(len(PARTS)):
        left = parts == PARTS.index("train")
        if left.sum() <= held or groups[left].nunique() < 2:
            break
        share = held / left.sum()
        [drawn] = divide(strata[left], groups[left], [1 - share, share], [seed + turn])
        parts[drawn.parts.index[drawn.parts == 1]] = turn
        own = drawn.balance[drawn.balance["part"] == 1]
        balances.append(own.assign(part=turn))
    return Division(parts, pd.concat(balances, ignore_index=True))


def _long(divisions: list[tuple[int, Division]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Stack the divisions of all folds, parts by name."""
    folds = pd.concat([d.parts.reset_index().assign(fold=fold) for fold, d in divisions])
    balance = pd.concat([d.balance.assign(fold=fold) for fold, d in divisions])
    later = max(int(folds["part"].max()) - len(PARTS) + 1, 0)
    names = np.array([*PARTS, *(f"validation {turn}" for turn in range(2, 2 + later))])
    balance["part"] = names[balance["part"]]
    total = balance["deviation"].sum()
    logger.info("%d folds, total deviation %.2f patients over all strata", len(divisions), total)
    number = folds["part"].to_numpy()
    is_later, is_first = number >= len(PARTS), number == PARTS.index("validation")
    folds["turn"] = np.select([is_first, is_later], [1, number - len(PARTS) + 2], 0)
    folds["part"] = np.where(is_later, "train", names[number])
    order = ["fold", "patient"]
    folds = folds.sort_values(order, ignore_index=True)[[*order, "part", "turn"]]
    return folds, balance[["fold", *BALANCE]].reset_index(drop=True)


def fold_of(folds: pd.DataFrame, fold: int) -> pd.DataFrame:
    """Take one fold: `patient part turn`.

    Raises:
        ValueError: The study has no such fold.
    """
    parts = folds.loc[folds["fold"] == fold].drop(columns="fold")
    if parts.empty:
        raise ValueError(f"The study has no fold {fold}: it has {folds['fold'].nunique()} folds.")
    return parts


def given_folds(table: pd.DataFrame, patient: str, repeats: int) -> pd.DataFrame:
    """Take the folds of each repeat from a table; patients by repeats, whole numbers.

    Raises:
        ValueError: A patient has two rows, or a fold is no whole number.
    """
    folds = table.set_index(patient)[[f"repeat{n + 1}" for n in range(repeats)]]
    twice = int(folds.index.duplicated().sum())
    numbers = folds.apply(pd.to_numeric, errors="coerce")
    wrong = int((numbers.isna() | (numbers % 1 != 0)).to_numpy().sum())
    if twice or wrong:
        raise ValueError(
            f"The given folds name {twice} patient(s) twice and hold {wrong} value(s) that are no "
            "fold number. Correct the file."
        )
    return numbers.astype(int)


def _fitting(
    given: pd.DataFrame, patients: pd.Index, groups: pd.Series, folds: int
) -> pd.DataFrame:
    """Refuse given folds that leave out patients, go beyond the range, or divide a family.

    Nor may a fold have nobody to test, nor a repeat be another one again, under other numbers or
    not: tests over folds would take it for further evidence.
    """
    absent = int((~patients.isin(given.index)).sum())
    table = given.reindex(patients)
    beyond = int((~table.isin(range(folds)) & table.notna()).to_numpy().sum())
    ranges = table.groupby(groups)
    divided = int((ranges.max() > ranges.min()).any(axis=1).sum())
    empty = int((folds - table.nunique()).clip(lower=0).sum())
    again = int(table.apply(lambda numbers: pd.factorize(numbers)[0]).T.duplicated().sum())
    if absent or beyond or divided or empty or again:
        raise ValueError(
            f"The given folds leave out {absent} patient(s) who have an outcome, hold {beyond} "
            f"number(s) outside 0 to {folds - 1}, divide {divided} families, have nobody in "
            f"{empty} fold(s) and divide all patients in {again} repeat(s) as in another. Correct "
            "the file, or the study's `split`."
        )
    return table.astype(int)
