"""Where the pages' templates lie, and a digest of each, so that an edit remakes the pages.

Plumbing that only the rules import: the digests are parameters, so they need not be tracked here.
"""

import hashlib
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent / "templates"


def templates() -> dict[str, str]:
    """Digest every template."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        for path in sorted(TEMPLATES.iterdir())
    }
