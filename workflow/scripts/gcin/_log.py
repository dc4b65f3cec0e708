"""Where a rule's messages go."""

import logging
import os
import sys


def log_to(path: str) -> None:
    """Point stdout, stderr and the root logger at `path`, compiled libraries included."""
    stream = open(path, "w", buffering=1)  # noqa: PTH123, SIM115 - lives as long as the script
    for descriptor in (1, 2):
        os.dup2(stream.fileno(), descriptor)
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s: %(message)s"
    )
