"""How many settings each design of a study tries: a comparison is fair among equals."""

from collections.abc import Iterable, Mapping

from gcin.intake.designs import read_by
from gcin.intake.tree_settings import BOOSTED, combinations
from gcin.intake.trials import trials_of

ON_NETWORK = "boosting_on_network"
FORESTS = ("random_forest", "survival_forest")
RIVALS = ("boosting", "boosting_per_arm", *FORESTS)


def settings_tried(model: Mapping, names: Iterable[str]) -> dict[str, int]:
    """Count the settings among which a design chooses for each fold, by patients held out.

    Args:
        model: Settings of the stage.
        names: Designs of a study.

    Returns:
        Network, boosted trees or forest to its count; members of stacks, and networks that trees
        read, among them.
    """
    trials, counts = trials_of(model), {}
    for name in read_by(names, model["designs"]):
        kind, own = model["designs"][name]["kind"], list(trials.get(name, {"": {}}).values())
        if kind == "network":
            counts[name] = len(own)
        elif kind in BOOSTED:
            counts[name] = len(list(combinations(model["boosting"], own)))
            counts[name] *= 2 if kind == ON_NETWORK else 1  # with states of pathways, and without
        elif kind in FORESTS:
            counts[name] = len(model["forest"]["min_patients"])
    return counts


def unequal_budgets(model: Mapping, names: Iterable[str]) -> list[str]:
    """Say which trees tried fewer settings than a network that they are compared with.

    Args:
        model: Settings of the stage.
        names: Designs of a study.

    Returns:
        A sentence for each; none where no network is searched.
    """
    names = list(names)
    counts, kinds = settings_tried(model, names), model["designs"]
    networks = {name: count for name, count in counts.items() if kinds[name]["kind"] == "network"}
    most = max(networks, key=networks.get, default=None)
    if most is None or networks[most] == 1:
        return []
    return [
        f"{most} chose among {networks[most]} settings, {name} among {count}: where the first is "
        f"better, the search may be why. {_remedy(name, kinds[name]['kind'])}"
        for name, count in counts.items()
        if kinds[name]["kind"] in RIVALS and count < networks[most]
    ]


def _remedy(name: str, kind: str) -> str:
    if kind in FORESTS:
        return "model.forest.min_patients may list more."
    return f"model.tuning.designs may name {name}, too."
