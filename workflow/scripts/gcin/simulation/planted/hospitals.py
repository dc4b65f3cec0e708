"""What hospitals do to their patients' data: batches, panels, and a shortcut to the outcome."""

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from gcin.simulation.planted.carriers import quality_of
from gcin.simulation.planted.clinic import SITES
from gcin.simulation.planted.dials import Planted
from gcin.simulation.planted.genome import DRIVER

PANEL_SITES = ("site_5", "site_6")
PANEL_SHARE = 0.5  # of the genes
SETTLED = {"site_1": 0.95, "site_2": 0.05}  # chance of response that these sites lead to


def settled(logits: pd.DataFrame, site: pd.Series, strength: float) -> pd.DataFrame:
    """Let two sites settle the outcome, as where only those who can be cured are referred to one.

    Args:
        logits: Log odds of response, patients x arms.
        site: Of each patient.
        strength: Share of the chance that the site settles; the rest is as it was.
    """
    if strength == 0:
        return logits
    chance = site.map(SETTLED).to_numpy()[:, None]
    mixed = logit((1 - strength) * expit(logits) + strength * chance)
    return logits.where(np.isnan(chance) & np.ones(logits.shape, bool), mixed)


def shifted(expression: pd.DataFrame, site: pd.Series, planted: Planted) -> pd.DataFrame:
    """Give each site a shift and a scale of its own for each pathway's read-out.

    Args:
        expression: Patients x pathways, noise of s.d. 1.
        site: Of each patient.
        planted: What is simulated; `site_effects` is the s.d. of shifts, a quarter of it that of
            the logarithm of scales.
    """
    if planted.site_effects == 0:
        return expression
    rng, shape = planted.stream("batches"), (len(SITES), expression.shape[1])
    shift = planted.site_effects * rng.normal(size=shape)
    scale = np.exp(planted.site_effects / 4 * rng.normal(size=shape))
    place = pd.Categorical(site, SITES).codes
    return expression * scale[place] + shift[place]


def thinned(
    calls: pd.DataFrame, site: pd.Series, planted: Planted
) -> tuple[pd.DataFrame, np.ndarray]:
    """Let sites sequence less deeply: of each call as many reads are left as its site keeps.

    A site keeps the share exp(-u `site_effects`) of the reads, u uniform from 0 to 1. A call is
    lost where no read with the alternate is left, and its VAF and quality are of those left.

    Args:
        calls: As `gcin.simulation.planted.carriers.calls` gives them.
        site: Of each patient.
        planted: What is simulated.

    Returns:
        The calls that are left, and which of the given ones these are, bool.
    """
    if planted.site_effects == 0:
        return calls, np.ones(len(calls), bool)
    rng = planted.stream("reads kept")
    kept = np.exp(-planted.site_effects * rng.random(len(SITES)))
    share = kept[pd.Categorical(site, SITES).codes][calls["patient"]]
    depth = rng.binomial(calls["depth"], share)
    alternate = (calls["depth"] * calls["vaf"]).round().astype(int)
    seen = rng.hypergeometric(alternate, calls["depth"] - alternate, depth)
    found = seen > 0
    left = calls[found].assign(depth=depth[found], vaf=seen[found] / depth[found])
    left = left.assign(quality=quality_of(left["depth"], left["vaf"]))
    return left.reset_index(drop=True), found


def assayed(planted: Planted, genes: pd.Series, site: pd.Series) -> np.ndarray:
    """Say which genes were looked at in whom: bool, patients x genes.

    The smaller panel has the driver, without which nobody would use it, and of the other genes
    as many at random as make PANEL_SHARE.

    Args:
        planted: What is simulated.
        genes: Symbols, in order.
        site: Of each patient.
    """
    everywhere = np.ones((len(site), len(genes)), bool)
    if not planted.panels:
        return everywhere
    others = np.flatnonzero(genes != DRIVER)
    left_out = planted.stream("panel").choice(
        others, round((1 - PANEL_SHARE) * len(genes)), replace=False
    )
    everywhere[np.ix_(site.isin(PANEL_SITES), left_out)] = False
    return everywhere
