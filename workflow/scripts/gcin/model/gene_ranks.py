"""Which genes a design leans on, and whether its other seeds and folds lean on the same.

Linear models and Cox's tell it by the weights of their standardised burdens, networks by the gates
that close before a gene unless it is of use. Of trees nothing is told.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import joblib
import numpy as np
import pandas as pd

from gcin.intake.designs import LINEAR_KINDS
from gcin.model.cox import CoxFit
from gcin.model.omics import omics_frame
from gcin.model.preparation import Preparation, from_plain
from gcin.model.selection import Selection, stability
from gcin.tables import run_of

if TYPE_CHECKING:
    import keras

GENOMIC = "genomic_logistic"  # reads burdens and omics alone, selected or not
GATES = "gene_gates"
TOP = 20  # genes of the largest weights that are compared
EVERY = "every endpoint"  # gates are those of a network, whatever is asked
KEYS = ["design", "endpoint", "source"]
RANKS = [*KEYS, "gene", "chosen", "read", "runs"]
STABILITY = [*KEYS, "genes", "runs", "idle", "seeds", "folds"]
STABILITY += ["overlap_seeds", "overlap_folds", "chance", "nogueira_seeds", "nogueira_folds"]


def weights_of_baseline(frozen: Mapping) -> dict[tuple[str, str], pd.Series]:
    """Say how much each gene weighs in a frozen baseline.

    Args:
        frozen: `kind preparation fits`, as saved.

    Returns:
        Endpoint and `weights` to the largest weight in size of each gene, over its burdens and
        arms; empty of a kind that has no weights of burdens.
    """
    kind, preparation = frozen["kind"], from_plain(frozen["preparation"])
    if kind not in LINEAR_KINDS:
        return {}
    genes = genes_of_columns(preparation, kind != GENOMIC)
    if not any(genes):
        return {}
    found = {}
    for endpoint, fit in frozen["fits"].items():
        signed = fit.weights[None] if isinstance(fit, CoxFit) else fit.shared + fit.own
        sizes = pd.Series(np.abs(signed).max(axis=0)[-len(genes) :])
        found[endpoint, "weights"] = sizes.groupby(genes).max()
    return found


def genes_of_columns(preparation: Preparation, selects: bool) -> list[str | None]:
    """Name the gene of each of the last columns that a linear model reads; None of omics.

    Args:
        preparation: It was fitted with.
        selects: Whether the model reads the columns selected alone, where any were.

    Returns:
        One for each column selected; otherwise one for each burden and for each column of omics,
        which stand behind the clinical columns.
    """
    burdens = {f"{burden.gene} {burden.kind}": burden.gene for burden in preparation.burdens}
    if selects and preparation.selection is not None:
        return [burdens.get(name) for name in preparation.selection.chosen]
    behind = omics_frame(pd.DataFrame(index=[0]), preparation.omics).shape[1]
    return [*burdens.values(), *[None] * behind]


def runs_of(
    baselines: Iterable[str],
    networks: Iterable[str],
    preparations: Iterable[str],
    load: Callable[[str], "keras.Model"],
) -> Iterator[tuple[str, int, int, dict[tuple[str, str], pd.Series]]]:
    """Read frozen models one by one.

    Args:
        baselines: `…/model/{design}/fold-{fold}/seed-{seed}/model.joblib`.
        networks: The same of networks.
        preparations: What was saved beside each network.
        load: Reads a network.

    Yields:
        Design, fold, seed, and the weights of genes.
    """
    for path in baselines:
        yield (*run_of(path).values(), weights_of_baseline(joblib.load(path)))
    for path, beside in zip(networks, preparations, strict=True):
        genes = joblib.load(beside)["preparation"]["genes"]
        yield (*run_of(path).values(), weights_of_network(load(path), genes))


def weights_of_network(network: "keras.Model", genes: list[str]) -> dict[tuple, pd.Series]:
    """Say how far the gates before each gene stand open; nothing of a network without gates.

    Args:
        network: Trained.
        genes: Genes that it reads, in order.

    Returns:
        `EVERY` and `gates` to the mean gate of each gene; 0 of all where no gate stands wider than
        another, as in a network of which no epoch was better than the linear model it began as.
    """
    if GATES not in [layer.name for layer in network.layers]:
        return {}
    gates = np.asarray(network.get_layer(GATES).get_weights()[0]).reshape(len(genes), -1)
    # Of gates that are all alike the first genes of the genome would pass for the widest.
    means = gates.mean(axis=1) * bool(np.ptp(gates))
    return {(EVERY, "gates"): pd.Series(means, pd.Index(genes))}


def heaviest(weights: pd.Series) -> Selection:
    """The `TOP` genes of the largest weights, among all that have one; never one of weight zero."""
    ordered = weights[weights > 0].sort_values(ascending=False, kind="stable")
    return Selection(list(weights.index), list(ordered.index[:TOP]))


def gene_tables(
    runs: Iterable[tuple[str, int, int, Mapping[tuple[str, str], pd.Series]]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count how often each gene is among the heaviest, and say how alike runs are in that.

    Args:
        runs: Design, fold and seed, with what `weights_of_baseline` or `weights_of_network` gives.

    Returns:
        `design endpoint source gene chosen read runs`: how many runs have the gene among their
        `TOP`, of those that read it, and of all.
        And `design endpoint source genes runs idle seeds folds overlap_seeds overlap_folds chance
        nogueira_seeds nogueira_folds`: runs, those of them in which no gene weighs anything, which
        share nothing with others; the mean share of genes that two seeds of a fold have in
        common, of all that either has (Jaccard), that of two folds of a seed, what such choices by
        chance would have, and Nogueira's index of the same (0 by chance, 1 where all are alike).
        Empty where there is but one.
    """
    chosen: dict[tuple, dict[tuple[int, int], Selection]] = {}
    for design, fold, seed, weights in runs:
        for (endpoint, source), own in weights.items():
            chosen.setdefault((design, endpoint, source), {})[fold, seed] = heaviest(own)
    ranks, rows = [], []
    for key, picks in chosen.items():
        named = dict(zip(KEYS, key, strict=True))
        counts = pd.Series([gene for one in picks.values() for gene in one.chosen]).value_counts()
        read = pd.Series([gene for one in picks.values() for gene in one.candidates]).value_counts()
        ranks += [
            named | {"gene": gene, "chosen": n, "read": read[gene], "runs": len(picks)}
            for gene, n in counts.items()
        ]
        rows.append(named | _likeness(picks))
    return pd.DataFrame(ranks, columns=RANKS), pd.DataFrame(rows, columns=STABILITY)


def _likeness(picks: Mapping[tuple[int, int], Selection]) -> dict[str, float]:
    folds, seeds = ({place[axis] for place in picks} for axis in (0, 1))
    genes = {gene for one in picks.values() for gene in one.candidates}
    idle = sum(not one.chosen for one in picks.values())
    found = {"genes": len(genes), "runs": len(picks), "idle": idle}
    found |= {"seeds": len(seeds), "folds": len(folds)}
    by_fold = [[picks[place] for place in sorted(picks) if place[0] == one] for one in folds]
    by_seed = [[picks[place] for place in sorted(picks) if place[1] == one] for one in seeds]
    for name, groups in (("seeds", by_fold), ("folds", by_seed)):
        several = [group for group in groups if len(group) > 1]
        found[f"overlap_{name}"] = _mean([overlap(group) for group in several])
        found[f"nogueira_{name}"] = _mean([stability(group) for group in several])
    share = np.mean([len(one.chosen) for one in picks.values()]) / max(len(genes), 1)
    return found | {"chance": share / (2 - share)}


def _mean(values: list[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else np.nan


def overlap(selections: list[Selection]) -> float:
    """Mean Jaccard index of pairs of choices; NaN where none chose anything."""
    shares = []
    for one, other in itertools.combinations([set(each.chosen) for each in selections], 2):
        shares += [len(one & other) / len(one | other)] if one | other else []
    return _mean(shares)
