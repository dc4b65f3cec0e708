"""List, show, compare, verify and remove the generations of cohorts."""

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pandas as pd
from cyvcf2 import VCF

from gcin.intake.found import require_end_of_bgzf
from gcin.inventory.changes import ALLELE, sample_changes, setting_changes, variant_changes
from gcin.inventory.removal import leftovers_in, refuse_current, remove
from gcin.inventory.stored import (
    Generation,
    cohorts_in,
    generation_named,
    generations_of,
    receipt_in,
    require_manifest,
)
from gcin.inventory.vouching import faults_of

HELP = "list, show, compare, verify and remove generations of cohorts"
SHOWN = 20
# Where a generation says how it was made.
RECEIPTS = (".", "tensors", "clinical")
# Samples that a quality check leaves out of the joint call, or whose patients are not learnt from.
LEFT_OUT = ("excluded", "not_learnt_from")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what the command takes."""
    place = argparse.ArgumentParser(add_help=False)
    place.add_argument(
        "--results", default="results", metavar="FOLDER", type=Path, help="(default: results)"
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    def action(
        run: Callable[[argparse.Namespace], int], name: str, text: str, *words: str
    ) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text, description=text, parents=[place])
        for word in words:
            optional = {"nargs": "?"} if word.startswith("[") else {}
            added.add_argument(word.strip("[]"), metavar=word.strip("[]").upper(), **optional)
        added.set_defaults(action=run)
        return added

    action(_list, "list", "list the generations of every cohort")
    action(_show, "show", "samples and tools of a generation", "cohort", "[generation]")
    diff = action(_diff, "diff", "what tells two generations apart", "cohort", "before", "after")
    diff.add_argument("--all", action="store_true", help=f"all variants, not {SHOWN} of a kind")
    text = "hash again what the receipts of a generation vouch for"
    verify = action(_verify, "verify", text, "cohort", "[generation]")
    verify.add_argument("--strict", action="store_true", help="fail over unlisted files, too")
    goes = action(_remove, "remove", "remove generations, never the current one", "cohort")
    goes.add_argument("generations", nargs="+", metavar="GENERATION")
    goes.add_argument("--yes", action="store_true", help="remove; else only say what would go")


def run_cohort(values: argparse.Namespace) -> int:
    """Do what was asked with the generations of a cohort.

    Raises:
        ValueError: It cannot be done; the message names file and remedy.
    """
    return values.action(values)


def _print_table(rows: list[dict] | pd.DataFrame) -> None:
    print(pd.DataFrame(rows).to_csv(sep="\t", index=False), end="")


def _described(generation: Generation) -> dict[str, object]:
    finished = datetime.fromtimestamp(generation.seconds).astimezone()
    state = "current" if generation.is_current else "complete"
    try:
        samples = len(generation.samples)
    except ValueError:  # what is broken must still be listed, and be removed
        samples = "unreadable"
    return {
        "generation": generation.name,
        "samples": samples,
        "date": finished.isoformat(sep=" ", timespec="minutes"),
        "state": state if generation.is_complete else "incomplete",
        "bytes": generation.size_bytes,
    }


def _list(values: argparse.Namespace) -> int:
    rows = [
        {"cohort": cohort} | _described(generation)
        for cohort in cohorts_in(values.results)
        for generation in generations_of(values.results, cohort)
    ]
    if not rows:
        place = values.results / "cohorts"
        raise ValueError(f"{place}: it holds no generation. Run the workflow, or give --results.")
    _print_table(rows)
    return 0


def _show(values: argparse.Namespace) -> int:
    generation = generation_named(values.results, values.cohort, values.generation)
    receipt = receipt_in(generation.folder)
    rows = [{"what": what, "name": value} for what, value in _described(generation).items()]
    rows += [{"what": "tool", "name": f"{k} {v}"} for k, v in sorted(receipt["tools"].items())]
    rows += [{"what": "sample", "name": name} for name in receipt["samples"]]
    rows += [
        {"what": what.replace("_", " "), "name": name}
        for what in LEFT_OUT
        for name in receipt.get(what, [])
    ]
    _print_table(rows)
    return 0


def _diff(values: argparse.Namespace) -> int:
    names = (values.before, values.after)
    pair = [generation_named(values.results, values.cohort, name) for name in names]
    for generation in pair:
        require_manifest(generation)
    samples = sample_changes(*(generation.manifest for generation in pair))
    rows = [
        {"what": f"sample {change}", "name": name}
        for change, found in samples.items()
        for name in found
    ]
    settings = list(_settings(*pair))
    rows += settings
    changes = variant_changes(*_alleles(*pair))
    for change, found in changes.items():
        shown = found if values.all else found.head(SHOWN)
        alleles = (":".join(map(str, allele)) for allele in shown.itertuples(index=False))
        rows += [{"what": f"variant {change}", "name": name} for name in alleles]
    _print_table(pd.DataFrame(rows, columns=["what", "name", "before", "after"]))
    counts = {f"samples {change}": len(found) for change, found in samples.items()}
    counts |= {f"variants {change}": len(found) for change, found in changes.items()}
    print(", ".join(f"{what}: {count}" for what, count in counts.items()), file=sys.stderr)
    if pair[0].name != pair[1].name and not any(samples.values()) and not settings:
        print("The rows are the same: a setting differs that no receipt holds.", file=sys.stderr)
    return 0


def _settings(before: Generation, after: Generation) -> Iterator[dict[str, object]]:
    for place in RECEIPTS:
        both = [generation.folder / place for generation in (before, after)]
        if all((folder / "receipt.json").is_file() for folder in both):
            for key, (old, new) in setting_changes(*map(receipt_in, both)).items():
                name = f"{place}/receipt.json {key}".removeprefix("./")
                yield {"what": "setting changed", "name": name, "before": old, "after": new}


def _alleles(*pair: Generation) -> list[pd.DataFrame]:
    """Read the alleles of two generations, from the same kind of file.

    Raises:
        ValueError: They have no such file in common.
    """
    for name, read in {"tensors/sites.parquet": _sites, "genotypes.bcf": _genotyped}.items():
        paths = [generation.folder / name for generation in pair]
        if all(path.is_file() for path in paths):
            return [_read_alleles(path, read) for path in paths]
    both = " and ".join(str(generation.folder) for generation in pair)
    raise ValueError(
        f"{both}: not both have tensors/sites.parquet, nor genotypes.bcf. Run the workflow."
    )


def _read_alleles(path: Path, read: Callable[[Path], pd.DataFrame]) -> pd.DataFrame:
    try:
        return read(path)
    except Exception as error:  # cyvcf2 raises plain ones
        raise ValueError(f"{path}: it cannot be read ({error}). Run gcin cohort verify.") from None


def _sites(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path, columns=ALLELE).astype({"chromosome": str})


def _genotyped(path: Path) -> pd.DataFrame:
    # Else a file that is cut off would pass for one with fewer variants.
    require_end_of_bgzf(str(path))
    records = VCF(str(path))
    rows = [(v.CHROM, v.POS, v.REF, alternate) for v in records for alternate in v.ALT]
    records.close()
    return pd.DataFrame(rows, columns=ALLELE)


def _verify(values: argparse.Namespace) -> int:
    generation = generation_named(values.results, values.cohort, values.generation)
    faults, unlisted = faults_of(generation.folder)
    rows = [fault._asdict() for fault in faults]
    rows += [{"file": name, "fault": "not listed", "receipt": ""} for name in unlisted]
    if rows:
        _print_table(rows)
    print(
        f"{generation.folder}: {len(faults)} faults, {len(unlisted)} files that no receipt lists",
        file=sys.stderr,
    )
    if not faults and not (values.strict and unlisted):
        return 0
    raise ValueError(
        f"{generation.folder}: it is not what its receipts say. Delete the files named, and run "
        "the workflow again."
    )


def _remove(values: argparse.Namespace) -> int:
    names = dict.fromkeys(values.generations)
    going = [generation_named(values.results, values.cohort, name) for name in names]
    folder = values.results / "cohorts" / values.cohort
    refuse_current(going, folder)
    rows = [_described(generation) for generation in going]
    left = [Generation(path, False) for path in leftovers_in(folder)]
    rows += [_described(aside) | {"state": "left by a removal"} for aside in left]
    _print_table(rows)
    freed = sum(row["bytes"] for row in rows)
    if not values.yes:
        print(f"Nothing was removed. --yes removes these and frees {freed} bytes.", file=sys.stderr)
        return 0
    remove(going, folder)
    print(f"Removed; {freed} bytes are free.", file=sys.stderr)
    return 0
