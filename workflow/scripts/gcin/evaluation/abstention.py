"""What a design gains by answering only those of whom it is surest.

Patients are answered in order of how sure a design is of each, and the error among those answered
is followed as their share grows (risk-coverage curve; El-Yaniv and Wiener 2010, JMLR 11:1605). An
order that knows nothing has the same error at every share. As measures of order do elsewhere,
patients are ordered within folds.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from gcin.evaluation.comparison import estimate_of, resampled
from gcin.evaluation.coverage import OUTCOME_OF
from gcin.evaluation.intervals import measure_interval, units_of
from gcin.evaluation.metrics import ROUNDING, ratio, tied_sums
from gcin.evaluation.pooling import HALF

SHARES = np.arange(1, 21) / 20  # of the patients answered, at which the error is told
CURVE = ["design", "endpoint", "order", "answered", "error", "low", "high", "accuracy", "chance"]
CURVE += ["single", "single_error", "n"]
AREAS = ["design", "endpoint", "order", "aurc", "low", "high", "random", "best"]
AREAS += ["saved", "saved_low", "saved_high", "single", "single_error", "n"]
PROBABILITY, CONFORMAL = "probability", "conformal"


def with_answers(pooled: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Put beside each prediction of a yes or no how well either outcome fits, and the answer.

    Args:
        pooled: As `gcin.evaluation.pooling.pool` gives them.
        answers: `design endpoint fold patient no yes answer`, as conformal prediction gives them.

    Returns:
        The rows of `pooled` with a response, with `no yes answer`.
    """
    keys = ["design", "endpoint", "fold", "patient"]
    known = pooled[pooled["response"].notna()]
    return known.merge(answers, "left", on=keys, validate="one_to_one")


def abstention_tables(
    rows: pd.DataFrame, bootstrap_draws: int, seed: int, confidence: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Follow the error among patients answered, and take the area under it, in two orders.

    By `probability` the likelier outcome is the answer, the surer the further its probability lies
    from one half; by `conformal` it is the outcome that fits better, the surer the worse the other
    fits. Patients alike in that are answered in a random order.

    Args:
        rows: As `with_answers` gives them.
        bootstrap_draws: Resamples, families whole.
        seed: Of the resamples.
        confidence: Of the intervals: exact ones (Clopper and Pearson 1934, Biometrika 26:404) of
            the error at a share, as among a handful resamples miss the truth; BCa of areas.

    Returns:
        `design endpoint order answered error low high accuracy chance single single_error n`: error
        and accuracy among the share of patients `answered`; `chance`, the error of an order that
        knows nothing; `single`, the share to whom the conformal answers leave a single outcome, and
        the error of those outcomes. And `design endpoint order aurc low high random best saved
        saved_low saved_high single single_error n`: the area under that curve (AURC, the mean error
        over all numbers of patients answered; Geifman and El-Yaniv 2017, NeurIPS), that of a random
        order and of the best order of the same answers, and what the order saves of the random one.
        Repeats are averaged, and a family counts as one patient in every limit.
    """
    curves, areas, draws = [], [], bootstrap_draws
    for endpoint, own in rows.groupby("endpoint"):
        placed, weights = resampled(own, draws, seed)
        for design, said in placed.groupby("design", sort=False):
            for order, sorted_rows in _orders(said):
                named = {"design": design, "endpoint": endpoint, "order": order}
                named |= _single_answers(said) | {"n": said["patient"].nunique()}
                measured = _averaged(sorted_rows, weights)
                behind = patients_behind(sorted_rows)
                curves.append(pd.DataFrame(named | _curve(measured, behind, confidence)))
                areas.append(named | _areas(measured, draws, confidence))
    curve = pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(columns=CURVE)
    return curve[CURVE], pd.DataFrame(areas, columns=AREAS)


def _orders(said: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Say in either order whether the answer is wrong, and how sure it is."""
    likely = said["value"] >= HALF
    sure = (said["value"] - HALF).abs()
    yield PROBABILITY, said.assign(wrong=(likely != said["response"]).astype(float), sure=sure)
    fits = np.where(said["yes"] == said["no"], likely, said["yes"] > said["no"])
    sure = 1 - said[["no", "yes"]].min(axis=1)
    yield CONFORMAL, said.assign(wrong=(fits != said["response"]).astype(float), sure=sure)


def _single_answers(said: pd.DataFrame) -> dict[str, float]:
    named = said["answer"].map(OUTCOME_OF)
    known = named.notna()
    error = (named != said["response"])[known].mean() if known.any() else np.nan
    return {"single": float(known.mean()), "single_error": float(error)}


def _averaged(rows: pd.DataFrame, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Measure each repeat in each resample; folds count by their patients, repeats are averaged."""
    repeats = []
    for _, repeat in rows.groupby("repeat"):
        sums, total = {}, np.zeros(len(weights))
        for _, fold in repeat.groupby("fold"):
            drawn = weights[:, fold["column"]]
            size = drawn.sum(axis=1)
            parts = risk_coverage(drawn, fold["sure"].to_numpy(), fold["wrong"].to_numpy())
            for name, values in parts.items():
                # A resample may hold nobody of a fold, which then counts for nothing.
                counted = np.where(size > 0, np.nan_to_num(values.T) * size, 0.0).T
                sums[name] = sums.get(name, 0.0) + counted
            total = total + size
        repeats.append({name: _shared(values, total) for name, values in sums.items()})
    return {name: np.mean([one[name] for one in repeats], axis=0) for name in repeats[0]}


def _shared(sums: np.ndarray, total: np.ndarray) -> np.ndarray:
    known = np.where(total > 0, total, np.nan)
    return (sums.T / known).T


def risk_coverage(drawn: np.ndarray, sure: np.ndarray, wrong: np.ndarray) -> dict[str, np.ndarray]:
    """Follow the error among the patients answered, the surest first, in every resample.

    Args:
        drawn: How often a resample holds each patient, `(draws, patients)`.
        sure: How sure the answer to each patient is; equal ones come in a random order, of which
            the expected value is taken.
        wrong: 1 where the answer is wrong, else 0.

    Returns:
        `curve`, the error among each of `SHARES` of the patients, `(draws, shares)`; `aurc`, its
        mean over all numbers of patients answered; `random` and `best`, that of a random order and
        of one that puts every wrong answer last; `(draws,)` each. NaN where nobody is drawn.
    """
    # Where there is one family, no resample is known.
    known = np.isfinite(drawn).all(axis=1) & (drawn.sum(axis=1) > 0)
    counts = np.where(known[:, None], drawn, 1.0)
    errors, right = tied_sums(counts, sure, wrong, 1 - wrong)
    size = counts.sum(axis=1)
    found = {"curve": _errors_at(errors, right), "aurc": _area(errors, right)}
    found["random"] = ratio(errors.sum(axis=1), size)
    whole = [part.sum(axis=1, keepdims=True) for part in (right, errors)]
    nothing = np.zeros_like(whole[0])
    found["best"] = _area(np.hstack([nothing, whole[1]]), np.hstack([whole[0], nothing]))
    return {name: np.where(known, values.T, np.nan).T for name, values in found.items()}


def _errors_at(errors: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Error at each share; among equals, a share of them has the same share of their errors."""
    none = np.zeros((len(errors), 1))
    wrong = np.hstack([none, errors.cumsum(axis=1)])
    answered = np.hstack([none, (errors + right).cumsum(axis=1)])
    asked = answered[:, -1:] * SHARES
    rows = zip(asked, answered, wrong, strict=True)
    return np.array([np.interp(*row) for row in rows]) / asked


def _area(errors: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Mean over `k` of the error among the first `k`, for groups of equals from the surest on.

    A patient at place `i` of `n` counts in the means of `k = i` to `n`: `H(n) - H(i - 1)` in all,
    `H` being harmonic numbers; over places `a + 1` to `b` these sum to
    `(b - a) H(n) - [G(b) - G(a)]`, with `G(m) = m (H(m) - 1)`.
    """
    size = errors + right
    last = np.rint(size.cumsum(axis=1)).astype(int)
    first = last - np.rint(size).astype(int)
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, last.max() + 1))])
    sums = np.arange(len(harmonic)) * (harmonic - 1)
    counted = (last - first) * harmonic[last[:, -1:]] - (sums[last] - sums[first])
    share = np.divide(errors, size, out=np.zeros_like(errors), where=size > 0)
    return (share * counted).sum(axis=1) / last[:, -1]


def patients_behind(rows: pd.DataFrame) -> np.ndarray:
    """As how many independent patients the error at each of `SHARES` rests on.

    Of one fold without equals these are the patients answered. Among equals all tell of the error
    of a share of them: where `a` are surer, and a share `f` of `m` equals is answered, the error
    has the variance of that of `(a + f m)^2 / (a + f^2 m)` patients.

    Args:
        rows: `repeat fold patient family sure` of one design and order.

    Returns:
        `(shares,)`, a family counting as one patient and repeats as one; NaN of a single family,
        which tells nothing of others.
    """
    people = rows.drop_duplicates("patient")
    _, units = units_of(people["family"])
    if units < 2:
        return np.full(len(SHARES), np.nan)
    repeats = []
    for _, repeat in rows.groupby("repeat"):
        spread = np.zeros(len(SHARES))
        for _, fold in repeat.groupby("fold"):
            spread += len(fold) ** 2 / _behind(fold["sure"].to_numpy())
        repeats.append(len(repeat) ** 2 / spread)
    return np.mean(repeats, axis=0) * units / len(people)


def _behind(sure: np.ndarray) -> np.ndarray:
    """The same of one fold."""
    _, size = np.unique(-sure, return_counts=True)
    last, asked = size.cumsum(), len(sure) * SHARES
    # Rounding may put the share of all beyond the last patient.
    place = np.minimum(np.searchsorted(last, asked - ROUNDING), len(last) - 1)
    surer = (last - size)[place]
    part = (asked - surer) / size[place]
    return asked**2 / (surer + part**2 * size[place])


def exact_limits(
    share: np.ndarray, n: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Limits that hold the chance at least as often as they say (Clopper and Pearson 1934).

    Args:
        share: Of the patients in whom something happened.
        n: Patients; need be no whole number. NaN where there are no limits.
        confidence: Of the interval.
    """
    tail, count = (1 - confidence) / 2, share * n
    low = stats.beta.ppf(tail, count, n - count + 1)
    high = stats.beta.ppf(1 - tail, count + 1, n - count)
    known = np.isfinite(n)
    return (
        np.where(known & (count <= 0), 0.0, low),
        np.where(known & (count >= n), 1.0, high),
    )


def _curve(measured: dict[str, np.ndarray], behind: np.ndarray, confidence: float) -> dict:
    error = np.clip(measured["curve"][0], 0, 1)
    low, high = exact_limits(error, behind, confidence)
    chance = float(measured["random"][0])
    told = {"answered": SHARES, "error": error, "low": low, "high": high}
    return told | {"accuracy": 1 - error, "chance": chance}


def _areas(measured: dict[str, np.ndarray], draws: int, confidence: float) -> dict[str, float]:
    area, blind = (estimate_of(measured[name], draws) for name in ("aurc", "random"))
    low, high = measure_interval(area, confidence)
    saved = blind - area
    saved_low, saved_high = measure_interval(saved, confidence)
    told = {"aurc": area.whole, "low": low, "high": high, "random": blind.whole}
    told |= {"best": float(measured["best"][0]), "saved": saved.whole}
    return told | {"saved_low": saved_low, "saved_high": saved_high}
