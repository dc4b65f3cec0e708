"""Whether the files of a generation are those that its receipts vouch for."""

from pathlib import Path
from typing import NamedTuple

from gcin.generations import sha256_of
from gcin.inventory.stored import files_below, receipt_in

# An index says nothing of its own; who vouches for the file vouches for it.
INDICES = (".csi", ".tbi", ".crai", ".bai", ".fai")


class Fault(NamedTuple):
    """What is wrong with a file of a generation; `file` is named from the generation's folder."""

    file: str
    fault: str
    receipt: str


def faults_of(folder: Path) -> tuple[list[Fault], list[str]]:
    """Hash again what the receipts of a generation vouch for.

    Args:
        folder: The generation's.

    Returns:
        What is missing, changed, or no proper receipt; and the files that no receipt names.
    """
    faults, listed = [], set()
    receipts = {path.parent for path in folder.rglob("receipt.json")} | {folder}
    for place in sorted(receipts):
        named = (place / "receipt.json").relative_to(folder).as_posix()
        listed.add(named)
        try:
            receipt = receipt_in(place)
        except ValueError:
            there = (place / "receipt.json").exists()
            faults.append(Fault(named, "no receipt" if there else "missing", named))
            continue
        if receipt["generation"] != folder.name:
            faults.append(Fault(named, f"of generation {receipt['generation']}", named))
        files = {place / name: digest for name, digest in receipt["files"].items()}
        listed |= {path.relative_to(folder).as_posix() for path in files}
        for path, digest in (files | _sources(receipt, folder)).items():
            if fault := _fault(path, digest):
                faults.append(Fault(path.relative_to(folder).as_posix(), fault, named))
    there = [path.relative_to(folder).as_posix() for path in files_below(folder)]
    return faults, [name for name in there if not _is_vouched_for(name, listed)]


def _sources(receipt: dict, folder: Path) -> dict[Path, str]:
    """Find the files of a generation that a receipt names as what its own were made from."""
    found = {name: list(folder.rglob(name)) for name in receipt.get("sources", {})}
    return {paths[0]: receipt["sources"][name] for name, paths in found.items() if len(paths) == 1}


def _fault(path: Path, digest: str) -> str | None:
    if not path.is_file():
        return "missing"
    return None if sha256_of(path) == digest else "changed"


def _is_vouched_for(name: str, listed: set[str]) -> bool:
    return name in listed or any(
        name.endswith(end) and name.removesuffix(end) in listed for end in INDICES
    )
