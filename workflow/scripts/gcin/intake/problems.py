"""Problems of a run's description, collected so that its user sees all of them at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

SHOWN = 20


@dataclass
class Problems:
    """What is wrong with a run, one line a problem."""

    lines: list[str] = field(default_factory=list)

    def add(self, place: str, problem: str, remedy: str) -> None:
        """Note one problem.

        Args:
            place: File, and the row and column or the key in it.
            problem: What is wrong, with the value.
            remedy: What to do.
        """
        line = f"{place}: {problem}. {remedy}."
        if line not in self.lines:
            self.lines.append(line)

    def stop(self) -> None:
        """End the run where there are problems.

        Raises:
            ValueError: Lists the first 20 problems and counts the others.
        """
        if not self.lines:
            return
        count = len(self.lines)
        more = [f"and {count - SHOWN} more"] if count > SHOWN else []
        head = (
            f"Nothing was started: {count} problem{'s' * (count > 1)} in what this run was given."
        )
        raise ValueError("\n".join([head, *(f"- {line}" for line in self.lines[:SHOWN] + more)]))


def nearest(word: object, known: Iterable[object]) -> str:
    """Say which known word was perhaps meant, else which words are known."""
    known = [str(name) for name in known if name != ""]
    close = get_close_matches(str(word), known, n=1)
    if close:
        return f"Did you mean {close[0]}"
    listed = ", ".join(known[:8]) + (", and others" if len(known) > 8 else "")
    return f"Known: {listed or 'none'}"
