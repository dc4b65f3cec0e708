"""One thing, one spelling: words that differ in nothing but capitals, spaces and zeros."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from unicodedata import normalize

NUMBER = re.compile(r"0*(\d+)(?:\.0+)?")


def plain_name(name: str) -> str:
    """Write a name as it is alike in every file: spreadsheets make 7 of 007, statisticians 7.0."""
    number = NUMBER.fullmatch(name)
    return number[1] if number else name.casefold()


def other_spellings(words: Iterable[str]) -> dict[str, str]:
    """Find the words that are another one but for capitals, spaces and forms of a character.

    Nor is a number another one for its zeros: programs write 1.0 for 1 beside missing values.

    Args:
        words: As often as they are written.

    Returns:
        Each rarer spelling, and the one that is written most often (of equals the first).
    """
    alike = defaultdict(list)
    for word, _ in Counter(iter(words)).most_common():
        alike[plain_name("".join(normalize("NFKC", word).casefold().split()))].append(word)
    return {other: usual for usual, *others in alike.values() for other in others}
