"""How many parts calling is scattered into: known before any job, since it names their files."""

from collections.abc import Iterable

from gcin.intake.heads import UnreadableError, intervals_in, is_file, lines
from gcin.intake.problems import Problems

PLACE = "config, reference.shards"
MOST = 1000


def shard_count(reference: dict, problems: Problems) -> int:
    """Count the shards: as many as are asked for, or as hold so many bases each.

    Args:
        reference: Settings of the stage, paths resolved; `shards` is a number or `auto`.
        problems: Where it is noted that the bases cannot be counted.
    """
    if reference["shards"] != "auto":
        return reference["shards"]
    try:
        bases = _bases_to_call(reference)
    except UnreadableError as fault:
        beds = reference["calling_intervals"]
        place = "config, reference.calling_intervals" if beds else PLACE
        path = beds or f"{reference['fasta']}.fai"
        problems.add(place, f"{path}: {fault}", "Correct the file")
        return 1
    if bases is None:
        problem = "the bases to call are not known before the genome has an index"
        remedy = f"Make {reference['fasta'] or 'one'}.fai (samtools faidx), or write a number"
        problems.add(PLACE, problem, remedy)
        return 1
    count = max(1, round(bases / reference["shard_bases"]))
    if count > MOST:
        problem = f"{reference['shard_bases']} bases each make {count} shards of {bases}"
        problems.add("config, reference.shard_bases", problem, f"Raise it: {MOST} are the most")
    return count


def _bases_to_call(reference: dict) -> int | None:
    """Bases of the calling intervals, padded, else of the genome, N included; None = unknown."""
    if reference["calling_intervals"] is not None:
        path = reference["calling_intervals"]
        return united_bases(intervals_in(path) if is_file(path) else [], reference["padding_bases"])
    if reference["fasta"] is None:
        return 0 if reference["download"] is None else None
    index = f"{reference['fasta']}.fai"
    if not is_file(index):
        return None
    return sum(int(line.split("\t")[1]) for line in lines(index))


def united_bases(intervals: Iterable[tuple[str, int, int]], padding: int) -> int:
    """Bases that lie in any of some intervals, padded on both sides, each counted once."""
    total, contig, reached = 0, None, 0
    for name, start, end in sorted(intervals):
        first, last = max(start - padding, 0), end + padding
        reached = reached if name == contig else 0
        total += max(0, last - max(first, reached))
        contig, reached = name, max(reached, last)
    return total
