"""The designs of `model.designs`: what each kind may and must say."""

from collections.abc import Iterable, Mapping

from gcin.intake.endpoints import SURVIVAL, kinds_of
from gcin.intake.problems import Problems, nearest

PLACE = "config, model.designs"
ON_NETWORK = "boosting_on_network"
SURVIVAL_ONLY = ("cox", "coxnet", "survival_forest")
# Linear models of the burdens of genes, whose weights tell which genes they lean on.
LINEAR_KINDS = ("genomic_logistic", "ridge", "lasso", "cox", "coxnet")
OWN_KEYS = {"stack": ("of",), ON_NETWORK: ("network",)}


def check_designs(model: dict, problems: Problems) -> None:
    """Note keys that a kind of design does not read, and what is built on unfit designs.

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
        if kind == ON_NETWORK:
            _check_base(name, model, problems)
        if kind == "network":
            check_halves(model["network"] | design, place, problems)


def read_by(names: Iterable[str], designs: Mapping[str, Mapping]) -> list[str]:
    """Name designs, the members of stacks among them, and the networks that trees read.

    Args:
        names: Of a study; those that are no design of the model are left out.
        designs: Designs of the model, by name.
    """
    read = dict.fromkeys(name for name in names if name in designs)
    for _ in range(2):  # a stack names trees, and these a network
        for name in [*read]:
            below = [*designs[name].get("of", []), designs[name].get("network", name)]
            read |= dict.fromkeys(one for one in below if one in designs)
    return [*read]


def check_spoken(study: dict, designs: dict, place: str, problems: Problems) -> None:
    """Note designs that have nothing to say of any of a study's endpoints.

    Args:
        study: The study, complete.
        designs: Designs of the model, by name.
        place: Where the study stands in the configuration.
        problems: Where problems are noted.
    """
    if SURVIVAL in kinds_of(study["endpoints"]).values():
        return
    known = [name for name in study["designs"] if name in designs]
    for name in sorted(
        {*known, *(member for one in known for member in designs[one].get("of", []))}
    ):
        kind = designs.get(name, {}).get("kind")
        if kind in SURVIVAL_ONLY:
            problem = f"{name} is of kind {kind}, and no endpoint of the study is survival"
            problems.add(f"{place}.designs", problem, f"Remove {name}, or name such an endpoint")


def check_learning(curve: dict, designs: dict, problems: Problems) -> None:
    """Note designs of a learning curve that are none, and sizes without a design."""
    place = "config, evaluation.learning_curve.designs"
    for name in curve["designs"]:
        if name not in designs:
            remedy = f"{nearest(name, designs)}; model.designs must name it"
            problems.add(place, f"unknown design {name!r}", remedy)
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


def _check_base(name: str, model: dict, problems: Problems) -> None:
    """The network that trees read is one, and has states of genes to read."""
    place, designs = f"{PLACE}.{name}.network", model["designs"]
    networks = [known for known, design in designs.items() if design["kind"] == "network"]
    base = designs[name].get("network")
    if base is None:
        problem, remedy = "the network to read is not named", "Name a design: network: gcin"
        problems.add(place, problem, remedy)
    elif base not in networks:
        problem = f"{base!r} is no design of kind network"
        problems.add(place, problem, f"{nearest(base, networks)}; model.designs must name it")
    else:
        settings = model["network"] | designs[base]
        for key in ("genome", "variant_set"):
            if not settings[key]:
                problem = f"{base} reads no variants ({key}: false)"
                problems.add(place, problem, f"Name a network with {key}: true")


def check_halves(design: dict, place: str, problems: Problems) -> None:
    """Note settings of a network that cannot be true together.

    Args:
        design: The network's settings, complete.
        place: Where they stand, for messages.
        problems: Where problems are noted.
    """
    if not design["genome"] and design["masked_pretraining"] != "none":
        problem = "masked_pretraining hides genes, and genome: false has none"
        problems.add(place, problem, "Write masked_pretraining: none, or genome: true")
    if design["masked_pretraining"] == "variants" and not design["variant_set"]:
        problem = "masked_pretraining: variants hides variants, and variant_set: false has none"
        problems.add(place, problem, "Write masked_pretraining: genes, or variant_set: true")
    if not design["genome"] and not design["clinical"]:
        problem = "it reads neither genomes nor clinical facts"
        problems.add(place, problem, "Write genome: true, or clinical: true")
    if design["token_units"] % design["attention_heads"]:
        units, heads = design["token_units"], design["attention_heads"]
        problem = f"{heads} attention heads do not divide {units} token_units"
        problems.add(place, problem, "Make token_units a multiple of attention_heads")
