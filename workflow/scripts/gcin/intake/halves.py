"""What of a patient a design may read, by its kind and settings."""

from collections.abc import Mapping

HALVES = ("clinical", "visits", "genome", "omics")
BY_KIND = {
    "majority": (),
    "clinical_logistic": ("clinical", "visits"),
    "genomic_logistic": ("genome", "omics"),
}


def halves_read(name: str, model: Mapping) -> list[str]:
    """Name the HALVES that a design may read; of a stack those of any member.

    Args:
        name: Of a design.
        model: Settings of the stage, with `designs` and `network`.
    """
    design = model["designs"][name]
    if design["kind"] == "stack":
        read = {half for member in design["of"] for half in halves_read(member, model)}
    elif design["kind"] == "network":
        settings = model["network"] | design
        read = {half for half in HALVES if settings[half]}
        # Visits are of the clinical half, which reads them or not.
        read -= {"visits"} if not settings["clinical"] else set()
    else:
        read = set(BY_KIND.get(design["kind"], HALVES))
    return [half for half in HALVES if half in read]
