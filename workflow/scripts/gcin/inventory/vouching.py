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
        if receipt.get("generation") != folder.name:
            faults.append(Fault(named, f"of generation {receipt.get('generation')}", named))
        for name, digest in receipt["files"].items():
            path = (place / name).relative_to(folder).as_posix()
            listed.add(path)
            if not (place / name).is_file():
                faults.append(Fault(path, "missing", named))
            elif sha256_of(place / name) != digest:
                faults.append(Fault(path, "changed", named))
    there = [path.relative_to(folder).as_posix() for path in files_below(folder)]
    return faults, [name for name in there if not _is_vouched_for(name, listed)]


def _is_vouched_for(name: str, listed: set[str]) -> bool:
    return name in listed or any(
        name.endswith(end) and name.removesuffix(end) in listed for end in INDICES
    )
