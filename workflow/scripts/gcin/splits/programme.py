"""The integer programme behind a division: how many groups of each kind go to each part."""

import logging

import numpy as np
import pulp

logger = logging.getLogger(__name__)

SOLVERS = ("PULP_CBC_CMD", "COIN_CMD", "HiGHS", "HiGHS_CMD", "SCIP_CMD", "GLPK_CMD")
STEP_LIMIT_S = 30
WHOLE_LIMIT_S = 30
PROVEN = 1e-6


def best_counts(
    contents: np.ndarray, sizes: np.ndarray, wanted: np.ndarray, filling: np.ndarray
) -> tuple[np.ndarray, float]:
    """Find the counts with the least total absolute deviation, no part being empty.

    Parts are first split off one by one, each step exact. Where that does not reach the bound of
    the relaxed programme, all parts are solved for at once, within a time limit.

    Args:
        contents: Kinds of group by strata, patients of one group in each stratum.
        sizes: Groups of each kind.
        wanted: Strata by parts, patients wanted.
        filling: Kinds of which each part must have a group; of these there are no fewer groups than
            parts.

    Returns:
        Kinds by parts, groups assigned; and by how many patients the total deviation may exceed
        the least possible (0 = proven optimal).

    Raises:
        RuntimeError: No integer solver is installed, or it found nothing in time.
    """
    fewest = [1] * wanted.shape[1]
    bound = _least_deviation(contents, sizes, wanted)
    found = _one_by_one(contents, sizes, wanted, filling)
    gap = deviation_of(contents, found, wanted) - bound
    if gap > PROVEN:
        whole, proven = _solved(contents, sizes, wanted, filling, fewest, WHOLE_LIMIT_S)
        if whole is not None and deviation_of(contents, whole, wanted) - bound < gap + PROVEN:
            found, gap = whole, deviation_of(contents, whole, wanted) - bound
        gap = 0.0 if proven else gap
    if gap > PROVEN:
        logger.warning("the division may miss the best possible by %.2f patients", gap)
    return found, gap if gap > PROVEN else 0.0


def deviation_of(contents: np.ndarray, counts: np.ndarray, wanted: np.ndarray) -> float:
    """Add up the absolute deviations of all strata and parts, in patients."""
    return float(np.abs(contents.T @ counts - wanted).sum())


def _one_by_one(
    contents: np.ndarray, sizes: np.ndarray, wanted: np.ndarray, filling: np.ndarray
) -> np.ndarray:
    """Split off one part after another from what is left."""
    left, columns = sizes.copy(), []
    for part in range(wanted.shape[1] - 1):
        pair = np.column_stack([wanted[:, part], wanted[:, part + 1 :].sum(axis=1)])
        fewest = [1, wanted.shape[1] - part - 1]
        counts, _ = _solved(contents, left, pair, filling, fewest, STEP_LIMIT_S)
        if counts is None:
            raise RuntimeError(f"The integer solver found no division within {STEP_LIMIT_S} s.")
        columns.append(counts[:, 0])
        left = left - counts[:, 0]
    return np.column_stack([*columns, left])


def _solved(
    contents: np.ndarray,
    sizes: np.ndarray,
    wanted: np.ndarray,
    filling: np.ndarray,
    fewest: list[int],
    limit_s: int,
) -> tuple[np.ndarray | None, bool]:
    """Solve a programme in which each part has a fewest number of groups of the kinds `filling`.

    Returns:
        The counts, if any were found in time, and whether they are optimal.
    """
    model, counts = _programme(contents, sizes, wanted, pulp.LpInteger)
    for part, least in enumerate(fewest):
        model += pulp.lpSum(counts[kind][part] for kind in np.flatnonzero(filling)) >= least
    model.solve(_solver(limit_s))
    if model.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        return None, False
    found = np.array([[round(count.value()) for count in row] for row in counts])
    return found, model.sol_status == pulp.LpSolutionOptimal


def _least_deviation(contents: np.ndarray, sizes: np.ndarray, wanted: np.ndarray) -> float:
    """Bound the total deviation from below: that of the programme with divisible groups."""
    model, _ = _programme(contents, sizes, wanted, pulp.LpContinuous)
    model.solve(_solver(WHOLE_LIMIT_S))
    return pulp.value(model.objective) if model.sol_status == pulp.LpSolutionOptimal else 0.0


def _programme(
    contents: np.ndarray, sizes: np.ndarray, wanted: np.ndarray, category: str
) -> tuple[pulp.LpProblem, list[list[pulp.LpVariable]]]:
    """Write the programme: groups of each kind per part, and the deviations to be minimised."""
    model = pulp.LpProblem("division", pulp.LpMinimize)
    counts = [
        [
            pulp.LpVariable(f"n_{kind}_{part}", 0, int(size), category)
            for part in range(wanted.shape[1])
        ]
        for kind, size in enumerate(sizes)
    ]
    for kind, size in enumerate(sizes):
        model += pulp.lpSum(counts[kind]) == int(size)
    deviations = []
    for stratum, part in np.ndindex(*wanted.shape):
        members = np.flatnonzero(contents[:, stratum])
        got = pulp.lpSum(int(contents[kind, stratum]) * counts[kind][part] for kind in members)
        deviations.append(pulp.LpVariable(f"d_{stratum}_{part}", 0))
        for least in _bounds(got, float(wanted[stratum, part])):
            model += deviations[-1] >= least
    model.setObjective(pulp.lpSum(deviations))
    return model, counts


def _bounds(got: pulp.LpAffineExpression, target: float) -> list[pulp.LpAffineExpression]:
    """List what a deviation is at least: together they are |got - target| at whole counts.

    The last one is the chord between the whole numbers beside the target; it cuts off nothing
    that is whole, and makes the relaxed bound tight.
    """
    below, rest = target // 1, target % 1
    return [target - got, got - target, rest + (1 - 2 * rest) * (got - below)]


def _solver(limit_s: int) -> pulp.LpSolver:
    """Take the first known solver that is installed."""
    available = pulp.listSolvers(onlyAvailable=True)
    name = next((name for name in SOLVERS if name in available), None)
    if name is None:
        raise RuntimeError(
            f"No integer solver is installed. Install coin-or-cbc, or one of {', '.join(SOLVERS)}."
        )
    return pulp.getSolver(name, msg=False, timeLimit=limit_s)
