"""Settings of boosted trees: which may be searched, and every combination that is fitted."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

# A setting to where the block `boosting` says it: one value, or a list of which each is tried.
PLACES = {
    "learning_rate": "learning_rates",
    "leaves": "leaves",
    "min_patients": "min_patients",
    "l2_regularization": "l2_regularization",
    "max_features": "max_features",
}
BOOSTED = ("boosting", "boosting_per_arm", "boosting_on_network")
UNSEARCHED = ({},)  # what trials change where nothing is searched: nothing, once


def said_of_trees(boosting: Mapping) -> dict[str, list]:
    """List what the block `boosting` itself says of each setting that may be searched."""
    said = {key: boosting[place] for key, place in PLACES.items()}
    return {key: list(told) if isinstance(told, list) else [told] for key, told in said.items()}


def combinations(boosting: Mapping, trials: Sequence[Mapping]) -> Iterator[tuple[int, dict]]:
    """Go through the settings that are fitted, each combination once.

    Args:
        boosting: Of the model's configuration.
        trials: What each changes; what it leaves out is as the block says, each value of a list.

    Returns:
        Number of the trial, and a value of each setting in PLACES.
    """
    said, seen = said_of_trees(boosting), []
    for number, changes in enumerate(trials):
        lists = [[changes[key]] if key in changes else told for key, told in said.items()]
        for values in product(*lists):
            if values not in seen:
                seen.append(values)
                yield number, dict(zip(said, values, strict=True))
