"""What the benchmarks share: processor time of a command, and one line a figure."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Spent:
    """What a command and all its children took.

    Attributes:
        cpu: User and system seconds.
        wall: Seconds by the clock; a busy machine stretches them.
        peak_gib: Memory of the largest process.
    """

    cpu: float
    wall: float
    peak_gib: float


def use_one_thread() -> None:
    """Do linear algebra in this process on one thread, as the workflow's jobs do on one core.

    Threads spin while they wait for one another, and slow down all else on the same cores.
    """
    threadpool_limits(1)


def spent_by(command: list, folder: Path, log: str, more: Mapping[str, str] | None = None) -> Spent:
    """Run a command to its end and measure it.

    Args:
        command: Program and arguments.
        folder: Where it runs.
        log: File in `folder` that takes what it says.
        more: Variables added to the environment.

    Raises:
        SystemExit: It failed; shows the end of what it said.
    """
    started = time.monotonic()
    with (folder / log).open("wb") as said:
        program = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=os.environ | dict(more or {}),
        )
        _, status, used = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode != 0:
        raise SystemExit(f"{command} failed:\n{(folder / log).read_text()[-3000:]}")
    wall = time.monotonic() - started
    return Spent(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 2**20)


def print_figure(name: str, value: float, bound: float | None = None, least: bool = False) -> None:
    """Print `figure value bound holds|short`, tab-separated.

    Args:
        name: What was measured, with its unit.
        value: The figure.
        bound: Its highest allowed value; None where there is none, which both other fields say.
        least: Whether the bound is the lowest allowed value instead.
    """
    if bound is None:
        fields = ["-", "-"]
    else:
        holds = value >= bound if least else value <= bound
        fields = [f"{bound:g}", "holds" if holds else "short"]
    print("\t".join([name, f"{value:.4g}", *fields]), flush=True)


def write_section(title: str, lines: Sequence[str]) -> None:
    """Write a section of docs/results.md in the place of the one of its title, or at the end.

    Args:
        title: Heading of the section.
        lines: Its text, without headings of its level.
    """
    path = ROOT / "docs" / "results.md"
    text = path.read_text() if path.exists() else "# Results\n"
    before, _, rest = text.partition(f"\n## {title}\n")
    _, following, after = rest.partition("\n## ")
    section = "\n".join([f"\n## {title}\n", *lines])
    path.write_text(before.rstrip("\n") + "\n" + section + "\n" + following + after)
