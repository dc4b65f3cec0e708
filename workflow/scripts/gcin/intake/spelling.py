"""One thing, one spelling: words that differ in nothing but capitals and spaces."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from unicodedata import normalize


def other_spellings(words: Iterable[str]) -> dict[str, str]:
    """Find the words that are another one but for capitals, spaces and forms of a character.

    Args:
        words: As often as they are written.

    Returns:
        Each rarer spelling, and the one that is written most often (of equals the first).
    """
    alike = defaultdict(list)
    for word, _ in Counter(iter(words)).most_common():
        alike["".join(normalize("NFKC", word).casefold().split())].append(word)
    return {other: usual for usual, *others in alike.values() for other in others}
