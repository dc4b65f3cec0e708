"""Trials of hyper-parameters: which settings of a design are tried, and that they may be."""

from collections.abc import Iterator, Mapping
from math import prod
from random import Random

from gcin.generations import digest
from gcin.intake.designs import ON_NETWORK, check_halves
from gcin.intake.problems import Problems, nearest
from gcin.intake.schema import check, schema_of
from gcin.intake.tree_settings import BOOSTED, PLACES, said_of_trees

PLACE = "model.tuning"
OF_TRAINING = ("learning_rate", "batch_size")  # what may be tried beside the keys of the network


def trials_of(model: Mapping) -> dict[str, dict[str, dict]]:
    """List the trials of each design that is searched.

    A trial is named after what it changes, so that it stays the same trial when others join it,
    whatever its place in the list. The draws of a longer search begin with those of a shorter one.

    Args:
        model: Settings of the stage.

    Returns:
        Design to trials in their order: name to the settings that differ from the design's own.
        The first changes nothing: of trees it is every value that their block lists. No design
        is there where nothing is searched.
    """
    tuning = model["tuning"]
    if tuning["search"] == "none":
        return {}
    return {design: _named(model, design) for design in tuning["designs"]}


def _named(model: Mapping, design: str) -> dict[str, dict]:
    tuning, grid = model["tuning"], model["tuning"]["designs"][design]
    said = _said(model, design)
    size = size_of(grid)
    places = range(size) if tuning["search"] == "grid" else _drawn(size, tuning["seed"])
    trials, wanted = {digest({}): {}}, min(tuning["trials"], others_in(grid, said)) + 1
    for place in places:
        if len(trials) == wanted:
            break
        values = _at(place, grid)
        changes = {key: value for key, value in values.items() if said[key] != [value]}
        if not all(value in said[key] for key, value in values.items()):
            trials[digest(changes)] = changes
    return trials


def _said(model: Mapping, design: str) -> dict[str, list]:
    """What stands of everything that may be tried: of a network one value, of trees all listed."""
    if model["designs"][design]["kind"] in BOOSTED:
        return said_of_trees(model["boosting"])
    return {key: [value] for key, value in own_settings(model, design).items()}


def own_settings(model: Mapping, design: str) -> dict:
    """Collect what a network says, or leaves to be said for all, of whatever may be tried."""
    training = {key: model["training"][key] for key in OF_TRAINING}
    return training | model["network"] | model["designs"][design]


def size_of(grid: Mapping[str, list]) -> int:
    """Count the combinations of a grid."""
    return prod(len(values) for values in grid.values())


def others_in(grid: Mapping[str, list], said: Mapping[str, list]) -> int:
    """Count the combinations of a grid beside those of the settings as they stand."""
    return size_of(grid) - prod(
        sum(value in said[key] for value in values) for key, values in grid.items()
    )


def _drawn(size: int, seed: int) -> Iterator[int]:
    """Draw places of a grid without end; one that was drawn before may come again."""
    random = Random(seed)
    while True:
        yield random.randrange(size)


def _at(place: int, grid: Mapping[str, list]) -> dict:
    """Look up a combination by its place; the last key varies fastest."""
    found = {}
    for key, values in reversed(grid.items()):
        place, number = divmod(place, len(values))
        found[key] = values[number]
    return dict(reversed(found.items()))


def check_tuning(model: Mapping, problems: Problems) -> None:
    """Note a search that names what is no network, no setting of one, or no value of a setting.

    Args:
        model: Settings of the stage, their form checked.
        problems: Where problems are noted.
    """
    tuning, before = model["tuning"], len(problems.lines)
    for design, grid in tuning["designs"].items():
        place = f"{PLACE}.designs.{design}"
        _check_design(design, model["designs"], f"config, {place}", problems)
        kind = model["designs"].get(design, {}).get("kind")
        _check_values(grid, _schemas(kind), place, problems)
    if tuning["search"] != "none" and not tuning["designs"]:
        problem = f"search is {tuning['search']}, but no design is named"
        remedy = "Name designs and the values to try, or write search: none"
        problems.add(f"config, {PLACE}.designs", problem, remedy)
    if tuning["search"] == "none" or len(problems.lines) > before:
        return
    for design, grid in tuning["designs"].items():
        _check_count(tuning, others_in(grid, _said(model, design)), design, problems)
    if len(problems.lines) == before:
        _check_trials(model, problems)


def _check_design(name: str, designs: Mapping, place: str, problems: Problems) -> None:
    if name not in designs:
        remedy = f"{nearest(name, designs)}; model.designs must name it"
        problems.add(place, f"unknown design {name!r}", remedy)
    elif designs[name]["kind"] not in ("network", *BOOSTED):
        problem = f"{name} is of kind {designs[name]['kind']}, which is not searched"
        remedy = (
            "Name networks and boosted trees: another baseline chooses by itself, on the inner "
            "split or on inner folds, among the lists of its own block"
        )
        problems.add(place, problem, remedy)


def _schemas(kind: str | None) -> dict[str, dict]:
    """What the schema says of each setting of a design of this kind that may be tried."""
    known = schema_of("config")["properties"]["model"]["properties"]
    if kind in BOOSTED:
        said = {key: known["boosting"]["properties"][place] for key, place in PLACES.items()}
        return {key: schema.get("items", schema) for key, schema in said.items()}
    training = {key: known["training"]["properties"][key] for key in OF_TRAINING}
    return known["network"]["properties"] | training


def _check_values(
    grid: Mapping[str, list], schemas: Mapping[str, dict], place: str, problems: Problems
) -> None:
    """Hold each value against what the schema says of its key."""
    what = "boosted trees" if "leaves" in schemas else "a network"
    for key, values in grid.items():
        if key not in schemas:
            problem, remedy = f"no setting of {what}", f"{nearest(key, schemas)}; or remove it"
            problems.add(f"config, {place}.{key}", problem, remedy)
            continue
        for number, value in enumerate(values):
            check(value, schemas[key], f"config, {place}.{key}[{number}]", problems)


def _check_count(tuning: Mapping, others: int, design: str, problems: Problems) -> None:
    asked, place = tuning["trials"], f"config, {PLACE}.trials"
    counted = f"{others} combinations beside the settings as they stand"
    if tuning["search"] == "random" and asked > others:
        problem = f"{asked} trials are asked for, but {design} has {counted}"
        problems.add(place, problem, f"Write trials: {others}, or name more values to try")
    if tuning["search"] == "grid" and asked < others:
        problem = f"at most {asked} trials are allowed, but {design} has {counted}"
        remedy = f"Write trials: {others}, name fewer values, or write search: random"
        problems.add(place, problem, remedy)


def _check_trials(model: Mapping, problems: Problems) -> None:
    """Hold each trial against what must be true of its settings together."""
    for design, trials in trials_of(model).items():
        if model["designs"][design]["kind"] in BOOSTED:
            continue
        own, place = own_settings(model, design), f"config, {PLACE}.designs.{design}"
        readers = [name for name, other in model["designs"].items()
                   if other["kind"] == ON_NETWORK and other.get("network") == design]  # fmt: skip
        for changes in trials.values():
            check_halves(own | changes, place, problems)
            blind = [key for key in ("genome", "variant_set") if changes.get(key) is False]
            for key in blind * bool(readers):
                problem = f"{', '.join(readers)} reads variants of it, and {key}: false has none"
                problems.add(f"{place}.{key}", problem, f"Remove {key}:")
