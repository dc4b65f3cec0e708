"""Settings of the quality stage: what their schema cannot say of them."""

from collections.abc import Mapping

from gcin.intake.heads import UnreadableError, is_file, lines, vcf_header
from gcin.intake.problems import Problems, nearest

# Highest value of the sex that has less of a measure, and lowest of the one that has more.
BORDERS = (
    ("max_male_x_depth", "min_female_x_depth"),
    ("max_female_y_depth", "min_male_y_depth"),
    ("max_male_x_het_share", "min_female_x_het_share"),
)


def check_quality(quality: Mapping, place: str, problems: Problems) -> None:
    """Note common sites that are no VCF, and borders between the sexes that cross.

    Args:
        quality: Settings of the stage, paths resolved.
        place: Where they stand, for messages.
        problems: Where problems are noted.
    """
    sites = quality["common_sites"]
    try:
        if sites is not None and is_file(sites):
            _require_frequencies(vcf_header(sites))
    except UnreadableError as fault:
        remedy = "Name a VCF of common SNVs with INFO/AF, or write null"
        problems.add(f"{place}.common_sites", f"{sites}: {fault}", remedy)
    for low, high in BORDERS:
        most, least = quality["sex"][low], quality["sex"][high]
        if most >= least:
            problem = f"{low} {most} is not below {high} {least}"
            problems.add(f"{place}.sex.{low}", problem, f"Lower {low}, or raise {high}")


def check_shared_regions(assembly: str, path: str, problems: Problems) -> None:
    """Note an assembly of which the regions that X and Y share are not known.

    They would count as X's own: a man's would be called with one copy, and his sex be unclear.

    Args:
        assembly: Name of the genome's assembly.
        path: Table of the regions, by assembly.
        problems: Where problems are noted.
    """
    try:
        listed = {line.split("\t")[0] for line in lines(path)} if is_file(path) else {assembly}
    except UnreadableError as fault:
        problems.add("config, quality.sex.shared_regions", f"{path}: {fault}", "Correct the table")
        return
    if assembly not in listed:
        problem = f"{path} lists no regions that X and Y share in {assembly!r}"
        remedy = f"{nearest(assembly, sorted(listed - {'build'}))}; write its name, or add its rows"
        problems.add("config, reference.name", problem, remedy)


def _require_frequencies(header: list[str]) -> None:
    if not any(line.startswith("##INFO=<ID=AF,") for line in header):
        raise UnreadableError("its header declares no frequencies (INFO/AF)")
