"""What boosted trees tried, of every model of a design."""

from collections.abc import Iterable, Iterator, Mapping

import joblib
import pandas as pd

from gcin.model.boosting import ArmwiseFit, TreesFit
from gcin.tables import run_of


def tried_table(paths: Iterable[str]) -> pd.DataFrame:
    """Gather what was tried for the models of a design.

    Args:
        paths: `…/model/{design}/fold-{fold}/seed-{seed}/model.joblib`.

    Returns:
        One row per model and combination of settings that was fitted to it: `design fold seed
        endpoint arm trial`, the settings, `loss` on the inner split with so many `trees`,
        `chosen`. No arm where one model answers for all; trees of all arms that stand in for
        those of an arm stand there.
    """
    rows = []
    for path in paths:
        saved, place = joblib.load(path), run_of(path)
        arms = saved["preparation"]["arms"]
        for endpoint, arm, fit in _models(saved["fits"], arms):
            rows += [{**place, "endpoint": endpoint, "arm": arm, **one} for one in fit.tried]
    return pd.DataFrame(rows)


def _models(
    fits: Mapping[str, TreesFit | ArmwiseFit], arms: list[str]
) -> Iterator[tuple[str, str | None, TreesFit]]:
    """Each model by endpoint and the arm that it speaks of."""
    for endpoint, fit in fits.items():
        if isinstance(fit, TreesFit):
            yield endpoint, None, fit
        else:
            yield from ((endpoint, arm, own) for arm, own in zip(arms, fit.fits, strict=True))
