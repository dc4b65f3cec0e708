"""The designs of `model.designs`: what each kind may and must say."""

from gcin.intake.problems import Problems, nearest

PLACE = "config, model.designs"
OWN_KEYS = {"stack": ("of",)}


def check_designs(model: dict, problems: Problems) -> None:
    """Note keys that a kind of design does not read, and stacks of what cannot be averaged.

    Args:
        model: Settings of the stage, their form checked.
        problems: Where problems are noted.
    """
    designs = model["designs"]
    for name, design in designs.items():
        place, kind = f"{PLACE}.{name}", design["kind"]
        allowed = tuple(model["network"]) if kind == "network" else OWN_KEYS.get(kind, ())
        for key in set(design) - {"kind", *allowed}:
            problem = f"a design of kind {kind} does not read it"
            problems.add(f"{place}.{key}", problem, f"Remove {key}:, or correct kind:")
        if kind == "stack":
            _check_stack(name, designs, problems)
        if kind == "network":
            check_halves(model["network"] | design, place, problems)


def check_learning(curve: dict, designs: dict, problems: Problems) -> None:
    """Note designs that a learning curve cannot refit."""
    place = "config, evaluation.learning_curve.designs"
    for name in curve["designs"]:
        if name not in designs:
            remedy = f"{nearest(name, designs)}; model.designs must name it"
            problems.add(place, f"unknown design {name!r}", remedy)
        elif designs[name]["kind"] in ("network", "stack"):
            problem = f"{name} is of kind {designs[name]['kind']}, which is not refitted"
            problems.add(place, problem, "Name baselines")
    if curve["sizes"] and not curve["designs"]:
        problems.add(place, "sizes are named, but no design", "Name designs, or write sizes: []")


def _check_stack(name: str, designs: dict, problems: Problems) -> None:
    place, members = f"{PLACE}.{name}.of", designs[name].get("of", [])
    if len(members) < 2:
        problems.add(place, "a stack averages two designs or more", "Name them: of: [gcin, lasso]")
    for member in members:
        if member not in designs:
            remedy = f"{nearest(member, designs)}; model.designs must name it"
            problems.add(place, f"unknown design {member!r}", remedy)
        elif designs[member]["kind"] == "stack":
            remedy = f"Name the designs that {member} averages"
            problems.add(place, f"{member} is a stack itself", remedy)


def check_halves(design: dict, place: str, problems: Problems) -> None:
    """Note settings of a network that cannot be true together.

    Args:
        design: The network's settings, complete.
        place: Where they stand, for messages.
        problems: Where problems are noted.
    """
    if not design["genome"] and not design["clinical"]:
        problem = "it reads neither genomes nor clinical facts"
        problems.add(place, problem, "Write genome: true, or clinical: true")
    if design["token_units"] % design["attention_heads"]:
        units, heads = design["token_units"], design["attention_heads"]
        problem = f"{heads} attention heads do not divide {units} token_units"
        problems.add(place, problem, "Make token_units a multiple of attention_heads")
