"""Tables of a made-up study, as the workflow's stages would hand them to the report."""

import json

import numpy as np
import pandas as pd

from gcin.evaluation import comparison, curves
from gcin.evaluation.abstention import abstention_tables
from gcin.evaluation.amounts import agreement_table
from gcin.evaluation.assignment import assignment_table
from gcin.evaluation.benefit import net_benefit_table
from gcin.evaluation.coverage import coverage_table
from gcin.evaluation.hazards import hazard_table
from gcin.evaluation.policies import balance_table, policy_table
from gcin.evaluation.policy_cases import cases_of
from gcin.evaluation.pooling import external_rows, pool
from gcin.evaluation.propensity import confounders_of, overlap_table, propensity_table
from gcin.evaluation.restricted import outcome_table
from gcin.evaluation.restricted_means import restricted_mean_table
from gcin.evaluation.seeds import seed_table
from gcin.evaluation.shortcuts import shortcut_table
from gcin.evaluation.significance import significance_table
from gcin.evaluation.subgroups import groupings_of, subgroup_table
from gcin.evaluation.survival_curves import d_calibration_table, score_curves
from gcin.evaluation.thresholds import threshold_table

DESIGNS = {"gcin": "network", "majority": "majority", "boosting": "boosting", "cox": "cox"}
SKILL = {"gcin": 1.0, "majority": 0.0, "boosting": 0.7, "cox": 0.5}
SETTINGS = {
    "cohorts": ["hospital_a"],
    "external": ["hospital_b"],
    "endpoints": {"response": "response_cr", "os": {"months": "os_months", "event": "os_event"}},
    "designs": list(DESIGNS),
    "predict_with": "gcin",
    "policy": {
        "confounders": ["age", "sex"],
        "min_propensity": 0.05,
        "min_patients": 30,
        "negative_control": "fracture",
    },
}
RISK = {"risk_groups": 2, "confidence": 0.95, "horizons_months": [12, 24]}
RISK |= {"bootstrap_draws": 50, "seed": 1}
SIZES = {"train": 300, "external": 100, "new": 2}


def patients(seed=1):
    """Patients with outcomes that follow one hidden number, `truth`."""
    rng = np.random.default_rng(seed)
    role = np.repeat(list(SIZES), list(SIZES.values()))
    table = pd.DataFrame({"patient": [f"P{i:04}" for i in range(len(role))], "role": role})
    table["cohort"] = np.where(role == "external", "hospital_b", "hospital_a")
    table["arm"] = rng.choice(["chemo", "target"], len(table))
    table["family"], table["cancer_type"] = None, "AML"
    table["site"] = rng.choice(["north", "south", None], len(table))
    table["has_genome"] = rng.random(len(table)) < 0.95
    table["truth"] = rng.normal(size=len(table))
    table["response"] = (rng.random(len(table)) < _chance(2 * table["truth"])).astype(float)
    table["os_time"] = rng.exponential(24 * np.exp(table["truth"]))
    table["os_event"] = (rng.random(len(table)) < 0.7).astype(float)
    table.loc[table["role"] == "new", ["response", "os_time", "os_event"]] = np.nan
    return table


def predictions(table, seed=2):
    """What each design says of every patient under both arms."""
    rng = np.random.default_rng(seed)
    rows = []
    for design, skill in SKILL.items():
        guess = skill * table["truth"] + (0.7 if skill else 0) * rng.normal(size=len(table))
        for arm in ("chemo", "target"):
            named = table[["patient", "cohort"]].assign(design=design, arm=arm)
            rows.append(named.assign(endpoint="os", value=-guess))
            if design != "cox":
                rows.append(named.assign(endpoint="response", value=_chance(2 * guess)))
    return pd.concat(rows, ignore_index=True)


def _chance(odds):
    return 1 / (1 + np.exp(-odds))


def pooled_of(table, said):
    """Out-of-fold predictions of the training patients, in five folds of one repeat."""
    train = table[table["role"] == "train"]
    fold = pd.Series(np.arange(len(train)) % 5, index=train["patient"])
    runs = said[said["patient"].isin(train["patient"])].drop(columns="cohort")
    runs = runs.assign(fold=runs["patient"].map(fold), seed=1)
    parts = {
        number: pd.DataFrame(
            {"patient": fold.index, "part": np.where(fold == number, "test", "train")}
        )
        for number in range(5)
    }
    pooled = pool(runs, table, parts, [12, 24])
    return pooled.join(curve_scores(pooled))


def curve_scores(pooled):
    """How well curves fit that fall as fast as each design's risk says."""
    months, timed = np.linspace(0, 240, 121), pooled[pooled["time"].notna()]
    scores = []
    for _, rows in timed.groupby(["design", "fold"]):
        said = np.exp(-np.exp(rows["value"].to_numpy()[:, None]) * months / 24)
        curves = pd.DataFrame(said, index=rows["patient"], columns=months)
        scores.append(score_curves(rows, curves, *timed[["time", "event"]].to_numpy().T))
    return pd.concat(scores)


def tables_of(table, said, draws=100):
    """Every table of the evaluation, and the new patients' predictions."""
    pooled = pooled_of(table, said)
    own = said.merge(pooled[["patient", "fold"]].drop_duplicates(), on="patient")
    measured, counts = comparison.metric_draws(pooled, draws, 1), comparison.patients_of(pooled)
    pairs = comparison.design_pairs(DESIGNS)
    survival, tests = curves.survival_tables(pooled, 2, 0.95)
    external = table[table["role"] == "external"]
    frozen = said[said["patient"].isin(external["patient"])]
    return {
        "pooled": pooled,
        "metrics": comparison.metric_table(measured, counts, 0.95),
        "differences": comparison.difference_table(measured, counts, pairs, 0.95),
        "tests": significance_table(pooled, measured, pairs),
        "warnings": shortcuts_of(table, pooled),
        "subgroups": subgroups_of(table, pooled),
        "hazard_ratios": hazard_table(pooled, features(table)[["age", "sex"]], RISK),
        "restricted_means": restricted_mean_table(pooled, RISK),
        "roc": curves.roc_table(pooled),
        "pr": curves.pr_table(pooled),
        "calibration": curves.calibration_table(pooled, 0.95),
        "net_benefit": net_benefit_table(pooled, 30, 1, 0.95),
        "agreement": agreement_table(doses(pooled)),
        "learning_curve": learning(comparison.metric_table(measured, counts, 0.95)),
        "kaplan_meier": survival,
        "logrank": tests,
        "d_calibration": d_calibration_table(pooled),
        "conformal": conformal(pooled),
        **abstention(pooled),
        "external": comparison.external_table(
            external_rows(frozen, table, [12, 24]), draws, 1, 0.95
        ),
        "answered": answered("hospital_a", "target", left_out=0, by_fewer=3),
        "thresholds": threshold_table(pooled, pooled, "half"),
        "seeds": seed_table(pd.concat([own.assign(seed=seed) for seed in (1, 2)]), pooled),
        "openings": pd.DataFrame(
            {"cohort": "hospital_b", "opened": ["2026-01-02", "2026-03-04"], "edition": ["a", "b"]}
        ),
        "gene_ranks": genes()[0],
        "gene_stability": genes()[1],
        "test_openings": pd.DataFrame({"cohort": "test part", "opened": ["2026-05-06"]}),
        "external_answered": answered("hospital_b", "chemo", left_out=4, by_fewer=0),
        **policy_tables_of(table, said),
        "propensity": arms_told(table),
        "planted": planted(),
        "history": history(),
        "balance": pd.DataFrame(
            {
                "fold": [0],
                "stratum": ["AML x chemo"],
                "part": ["test"],
                "wanted": [30.0],
                "got": [30],
            }
        ),
        "patients": new_predictions(table),
    }


def genes():
    """Two folds and two seeds of one design agree on TP53 and on nothing else."""
    keys = {"design": "gcin", "endpoint": "every endpoint", "source": "gates"}
    named = {"gene": ["TP53", "KRAS", "NPM1"], "chosen": [4, 1, 2], "read": [4, 3, 4], "runs": 4}
    counts = {"genes": [60], "runs": 4, "idle": 0, "seeds": 2, "folds": 2, "overlap_seeds": 0.5}
    counts |= {
        "overlap_folds": 0.25,
        "chance": 0.2,
        "nogueira_seeds": 0.4,
        "nogueira_folds": np.nan,
    }
    return pd.DataFrame(keys | named), pd.DataFrame(keys | counts)


def answered(cohort, arm, **counts):
    """Response is said of every patient, but for some of one arm."""
    arms = [{"cohort": cohort, "endpoint": "response", "arm": name, "patients": 90}
            for name in ("chemo", "target")]  # fmt: skip
    silent = {"left_out": 0, "by_fewer": 0}
    return pd.DataFrame([row | (counts if row["arm"] == arm else silent) for row in arms])


def shortcuts_of(table, pooled):
    """Checks for shortcuts; one person stands in both cohorts."""
    twins = pd.DataFrame(
        [("P0001 of hospital_a", "P0310 of hospital_b", 0.96, 212)],
        columns=["first", "second", "shared", "n"],
    )
    alarms = {"column": 0.9, "site": 0.65, "site_gap": 0.05, "twin_share": 0.8}
    settings = {"bootstrap_draws": 50, "seed": 1, "confidence": 0.95}
    settings["alarms"] = alarms | {"twin_alleles": 10, "min_patients": 50}
    begun = table[["patient"]].assign(name="arm", text=table["arm"], day=0.0)
    begun.loc[::4, "day"] = 60.0
    return shortcut_table(table, features(table), begun, pooled, twins, settings)


def subgroups_of(table, pooled):
    """Designs in groups."""
    samples = scalars(table).assign(burden=np.arange(table["has_genome"].sum(), dtype=float))
    groups = groupings_of(table, features(table), samples, [])
    limits = {"min_patients": 30, "min_events": 10}
    settings = {"bootstrap_draws": 20, "seed": 1, "confidence": 0.95, "subgroups": limits}
    return subgroup_table(pooled, groups, settings)


def conformal(pooled):
    """Each design rules an outcome out where its probability leaves less than a fifth for it."""
    known = pooled[pooled["endpoint"] == "response"].assign(cancer_type="AML")
    sure = np.select(
        [known["value"] > 0.8, known["value"] < 0.2], ["response", "no response"], "both"
    )
    return coverage_table(known.assign(answer=sure), 0.9, 0.95)


def abstention(pooled):
    """Each design fits the outcomes as well as its probability says."""
    known = pooled[pooled["response"].notna()]
    chance = known["value"]
    sure = np.select([chance > 0.8, chance < 0.2], ["response", "no response"], "both")
    rows = known.assign(no=1 - chance, yes=chance, answer=sure)
    curve, areas = abstention_tables(rows, 30, 1, 0.95)
    return {"risk_coverage": curve, "abstention": areas}


def policy_tables_of(table, said):
    """What it would be worth to follow gcin and boosting, who favour `target` in half of them."""
    train = table[table["role"] == "train"]
    place = np.arange(len(train)) % 2
    folds = {
        fold: pd.DataFrame({"patient": train["patient"], "part": np.where(place == fold, *parts)})
        for fold, parts in ((0, ("test", "train")), (1, ("test", "train")))
    }
    arms, declared = (
        table.set_index("patient")["arm"],
        confounders_of(table, features(table), ["age", "sex"]),
    )
    chances = propensity_table(declared, arms, folds, 10)
    outcomes = outcome_table(table, folds, ["response", "os"], 12, 30)
    rows = said[said["patient"].isin(train["patient"]) & said["design"].isin(["gcin", "boosting"])]
    favoured = rows["patient"].str[-1].astype(int) < 5
    shift = np.where(favoured == (rows["arm"] == "target"), 0.05, 0.0)
    shift = np.where(rows["endpoint"] == "os", -shift, shift)
    rows = rows.assign(value=rows["value"] + shift, fold=rows["patient"].map(
        pd.Series(place, train["patient"])
    ))  # fmt: skip
    expected = np.where(rows["endpoint"] == "os", 6.0 - rows["value"], rows["value"])
    cases = list(cases_of(rows.assign(expected=expected), chances, outcomes, table))
    settings = {"bootstrap_draws": 50, "seed": 1, "confidence": 0.95}
    return {
        "policy": policy_table(cases, settings, [0.05, 0.4]),
        "policy_balance": balance_table(cases, declared, 0.05),
        "policy_control": control(),
        "overlap": overlap_table(chances, arms, 0.05),
    }


def control():
    """Of the fractures of before the treatment boosting gains, which it cannot."""
    rows = [("gcin", "response", 0.004, -0.03, 0.04), ("boosting", "response", 0.08, 0.03, 0.13)]
    table = pd.DataFrame(rows, columns=["design", "endpoint", "gain", "low", "high"])
    limits = {"boot_low": table["low"], "boot_high": table["high"], "n": 300, "floor": 0.05}
    return table.assign(control="fracture", flagged=table["low"] > 0, **limits)


def arms_told(table):
    """A network that tells `target` from the hidden number, a little."""
    train, chance = table[table["role"] == "train"], _chance(0.5 * table["truth"])
    said = [
        train[["patient"]].assign(arm=arm, propensity=own[train.index])
        for arm, own in (("chemo", 1 - chance), ("target", chance))
    ]
    said = pd.concat(said).assign(design="gcin", fold=0)
    settings = {"bootstrap_draws": 20, "seed": 1, "confidence": 0.95}
    return assignment_table(said, table, settings, 0.05)


def learning(metrics):
    """Two sizes; with fewer patients every design is a little worse."""
    shown = metrics[metrics["metric"].isin(["roc_auc", "harrell_c"])]
    return pd.concat(
        [shown.assign(size=size, value=shown["value"] - 10 / size) for size in (100, 240)]
    )


def doses(pooled):
    """Amounts that follow each design's risk, for the patients of survival."""
    timed = pooled[pooled["endpoint"] == "os"]
    return timed.assign(endpoint="dose", amount=30 + timed["time"], value=40 - 5 * timed["value"])


def planted():
    rows = [
        (design, "response", "roc_auc", 0.5 + 0.3 * SKILL[design], 0.86, SKILL[design], 300)
        for design in DESIGNS
    ]
    rows.append(("calling", "variants", "found", 97.0, np.nan, 0.97, 100))
    return pd.DataFrame(
        rows, columns=["design", "endpoint", "metric", "value", "bayes", "share", "n"]
    )


def history():
    """Two runs of one network that learns, then learns by heart."""
    epoch = np.arange(40)
    runs = [
        pd.DataFrame(
            {"epoch": epoch, "loss": np.exp(-epoch / 15), "val_loss": 0.5 + (epoch / 40 - 0.5) ** 2}
        ).assign(design="gcin", fold=0, seed=seed)
        for seed in (1, 2)
    ]
    return pd.concat(runs)


def new_predictions(table):
    """The first new patient could respond to either arm, the second is too old to be sure of."""
    first, second = table["patient"][table["role"] == "new"]
    columns = ["patient", "arm", "endpoint", "value", "low", "high"]
    rows = [
        (first, "chemo", "response", 0.42, 0.25, 0.61),
        (first, "target", "response", 0.55, 0.38, 0.70),
        (first, "chemo", "os", 0.3, -0.2, 0.8),
        (first, "target", "os", -0.1, -0.6, 0.4),
        (second, "chemo", "response", 0.12, 0.05, 0.22),
        (second, "target", "response", 0.81, 0.66, 0.90),
        (second, "chemo", "os", 1.3, 0.9, 1.9),
        (second, "target", "os", -0.9, -1.4, -0.2),
    ]
    of_arm = table["arm"][table["role"] == "train"].value_counts()
    table = pd.DataFrame(rows, columns=columns)
    answers = {(second, "chemo"): "no response", (second, "target"): "response"}
    places = zip(table["patient"], table["arm"], strict=True)
    table["answer"] = [answers.get(place, "both") for place in places]
    table.loc[table["endpoint"] != "response", "answer"] = None
    table["kind"] = table["endpoint"].map({"response": "binary", "os": "survival"})
    outside = {first: "", second: "age 101 (training 40 to 80)"}
    lacking = {first: "", second: "omics rna"}
    table["taught"] = [of_arm[arm] for arm in table["arm"]]
    table["models"], table["of"] = [15, 12, *[15] * 6], 15
    table["apart"] = table["models"]
    told = {"outside": outside, "lacking": lacking, "unread": {first: 0, second: 3}}
    return table.assign(**{name: table["patient"].map(words) for name, words in told.items()})


def features(table, seed=3):
    """Clinical features; the last patient has an age that no other comes near."""
    rng = np.random.default_rng(seed)
    made = pd.DataFrame(index=table["patient"])
    made["age"] = rng.normal(60, 8, len(table)).round(1)
    made["wbc"] = np.where(rng.random(len(table)) < 0.2, np.nan, rng.lognormal(2, 1, len(table)))
    made["sex"] = rng.choice(["F", "M"], len(table))
    made.loc[made.index[-1], "age"] = 101.0
    made.loc[made.index[-1], "wbc"] = np.nan
    return made


def scalars(table):
    """One germline sample from reads for each patient with a genome."""
    named = table.loc[table["has_genome"], ["patient"]]
    return named.assign(sample=named["patient"] + "-g", tissue="germline", kind="fastq")


def write_cohort(folder, table):
    """Quality, concordance and receipt of hospital_a, in their places; returns their paths."""
    place = folder / "results" / "cohorts" / "hospital_a" / "0123456789ab"
    (place / "quality").mkdir(parents=True)
    samples = pd.DataFrame({"sample": scalars(table)["sample"].head(8), "depth": 31.5})
    samples.to_csv(place / "quality" / "samples.tsv", sep="\t", index=False)
    agreed = {"sample": ["HG002"], "type": "SNV", "truth": 412, "found": 410, "missed": 2}
    pd.DataFrame(agreed).to_csv(place / "quality" / "concordance.tsv", sep="\t", index=False)
    sealed = {"generation": "0123456789ab", "samples": ["a"], "tools": {"gatk": "4.6.2.0"}}
    (place / "receipt.json").write_text(json.dumps(sealed))
    return {
        "quality": [str(place / "quality" / "samples.tsv")],
        "concordance": [str(place / "quality" / "concordance.tsv")],
        "receipts": [str(place / "receipt.json")],
    }
