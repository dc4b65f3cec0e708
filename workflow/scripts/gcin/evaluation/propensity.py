"""Why patients got the arm that they got: the chance of each arm, by what the clinician saw.

Fitted in the outer folds on patients of other parts than test, so that nothing of what weighs a
patient was learnt from that patient.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

RARE = 10  # patients; rarer levels of a confounder are one
ITERATIONS = 2000
PERSONAL = ("cancer_type", "site", "cohort")  # confounders that stand beside the features
BINS = np.linspace(0, 1, 21).round(2)


def confounders_of(
    patients: pd.DataFrame, features: pd.DataFrame, names: Iterable[str]
) -> pd.DataFrame:
    """Take the confounders that a study declares, of the patients who take part in its splits.

    Args:
        patients: The study's patients: `patient role cancer_type site cohort`.
        features: Clinical features, indexed by patient.
        names: Features, or columns of `patients`.

    Returns:
        One column per confounder, indexed by patient: floats, and text, missing as NaN.
    """
    known = patients[patients["role"] == "train"].set_index("patient")
    own = {
        name: known[name] if name in PERSONAL else features[name].reindex(known.index)
        for name in names
    }
    table = pd.DataFrame(own)
    return table.astype(
        {
            name: float if pd.api.types.is_numeric_dtype(values) else object
            for name, values in table.items()
        }
    ).where(table.notna(), np.nan)


def encoder_of(confounders: pd.DataFrame) -> ColumnTransformer:
    """Make the unfitted encoder of some confounders: standardised numbers, a column per level.

    What is missing is a level of its own, and beside a number a column that says so.
    """
    numeric = [name for name in confounders if confounders[name].dtype == float]
    imputer = SimpleImputer(add_indicator=True, keep_empty_features=True)
    levels = OneHotEncoder(
        min_frequency=RARE, handle_unknown="infrequent_if_exist", sparse_output=False
    )
    filled = SimpleImputer(strategy="constant", fill_value="missing", keep_empty_features=True)
    return ColumnTransformer(
        [
            ("number", make_pipeline(imputer, StandardScaler()), numeric),
            ("level", make_pipeline(filled, levels), [n for n in confounders if n not in numeric]),
        ],
        verbose_feature_names_out=False,
    )


def fit_propensity(confounders: pd.DataFrame, arm: pd.Series) -> Pipeline:
    """Fit a logistic regression of the arm received (multinomial where there are more than two).

    It has no penalty: a shrunken propensity leaves confounding in, and its intervals miss the
    truth.

    Args:
        confounders: As `confounders_of` gives them, of patients with a known arm.
        arm: Their arms.
    """
    model = LogisticRegression(C=np.inf, max_iter=ITERATIONS)
    return make_pipeline(encoder_of(confounders), model).fit(confounders, arm)


def propensity_table(
    confounders: pd.DataFrame,
    arms: pd.Series,
    folds: Mapping[int, pd.DataFrame],
    min_patients: int,
) -> pd.DataFrame:
    """Estimate each test patient's chance of each arm, by a model of the fold's other patients.

    A level that none of these has, such as the site where sites are left out, says nothing of the
    arm: of a patient who has it the model reads the other confounders alone. As one of the rare
    levels it is read where it is rare itself.

    Args:
        confounders: As `confounders_of` gives them.
        arms: Arm received by patient, missing where unknown.
        folds: `patient part` of each fold.
        min_patients: Of each arm, among those whom a fold's model is fitted on.

    Returns:
        `fold patient arm propensity`, one row for each test patient with a known arm and each arm.

    Raises:
        ValueError: There is one arm only, or one with too few patients.
    """
    known = arms.reindex(confounders.index).dropna()
    names, tables = sorted(known.unique()), []
    _require_arms(names)
    for fold, parts in folds.items():
        fitted, tested = sides_of(parts, known.index)
        _require_patients(known[fitted].value_counts().reindex(names, fill_value=0), min_patients)
        asked = confounders.loc[fitted], known[fitted], confounders.loc[tested]
        long = (
            _chances(*asked, names)
            .rename_axis("patient")
            .reset_index()
            .melt("patient", var_name="arm", value_name="propensity")
        )
        tables.append(long.assign(fold=fold))
    return pd.concat(tables, ignore_index=True)[["fold", "patient", "arm", "propensity"]]


def _chances(
    past: pd.DataFrame, arm: pd.Series, asked: pd.DataFrame, names: list[str]
) -> pd.DataFrame:
    """Chance of each arm of the patients asked, in their order."""
    unread = pd.DataFrame({name: _unread(past[name], asked[name]) for name in asked}, asked.index)
    blocks = []
    for lacking, rows in asked.groupby([unread[name] for name in asked], sort=False):
        kept = [name for name, is_unread in zip(asked, lacking, strict=True) if not is_unread]
        if kept:
            model = fit_propensity(past[kept], arm)
            chances = model.predict_proba(rows[kept])
        else:
            chances = np.tile(arm.value_counts(normalize=True)[names].to_numpy(), (len(rows), 1))
        blocks.append(pd.DataFrame(chances, rows.index, names))
    return pd.concat(blocks).loc[asked.index]


def _unread(past: pd.Series, asked: pd.Series) -> pd.Series:
    """Tell of whom a confounder has a level that cannot be read.

    None of the past patients has it, and it is no rare one, or there are no rare ones.
    """
    if past.dtype == float:
        return pd.Series(False, asked.index)
    past, asked = past.fillna("missing"), asked.fillna("missing")
    has_rare = (past.value_counts() < RARE).any()
    is_rare = asked.map(asked.value_counts()) < RARE
    return ~asked.isin(past) & ~(is_rare & has_rare)


def sides_of(parts: pd.DataFrame, known: pd.Index) -> tuple[pd.Index, pd.Index]:
    """Of some patients, those whom a fold's models may learn from, and those whom it tests."""
    is_test = parts["part"] == "test"
    return tuple(known.intersection(parts["patient"][side]) for side in (~is_test, is_test))


def _require_arms(names: list[str]) -> None:
    if len(names) < 2:
        told = ", ".join(names) or "none"
        raise ValueError(
            f"The patients of this study received one arm at most ({told}), so there is nothing "
            "to choose between. Remove the study's policy:, or correct treatment.arm in the cards."
        )


def _require_patients(counts: pd.Series, min_patients: int) -> None:
    small = counts[counts < min_patients]
    if len(small):
        told = ", ".join(f"{arm} {count}" for arm, count in small.items())
        raise ValueError(
            f"Too few patients in a fold to say why they received their arm: {told}, and "
            f"policy.min_patients is {min_patients}. Join rare arms by codes in the cards, lower "
            "min_patients, or remove the study's policy:."
        )


def overlap_table(chances: pd.DataFrame, arms: pd.Series, floor: float) -> pd.DataFrame:
    """Count patients by their chance of each arm, those who received it and the others.

    Args:
        chances: As `propensity_table` gives them.
        arms: Arm received by patient.
        floor: Least chance at which a policy recommends the arm.

    Returns:
        `arm received low high patients floor`: patients with a chance from `low` to below `high`,
        repeats averaged.
    """
    rows = chances.assign(received=chances["patient"].map(arms) == chances["arm"])
    repeats = chances.groupby(["patient", "arm"]).size().max()
    tables = []
    for (arm, received), own in rows.groupby(["arm", "received"]):
        counts, _ = np.histogram(own["propensity"], BINS)
        table = pd.DataFrame({"low": BINS[:-1], "high": BINS[1:], "patients": counts / repeats})
        tables.append(table.assign(arm=arm, received=np.where(received, "yes", "no"), floor=floor))
    columns = ["arm", "received", "low", "high", "patients", "floor"]
    return pd.concat(tables, ignore_index=True)[columns]
