"""Where a rule's messages go, and how a program that has done its work ends."""

import logging
import os
import sys


def log_to(path: str) -> None:
    """Point stdout, stderr and the root logger at `path`, compiled libraries included."""
    stream = open(path, "w", buffering=1)  # noqa: PTH123, SIM115 - lives as long as the script
    for descriptor in (1, 2):
        os.dup2(stream.fileno(), descriptor)
    use_one_arrow_thread()
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s: %(message)s"
    )


def use_one_arrow_thread() -> None:
    """Keep Arrow, where it is loaded, from aborting a program whose work is done.

    Another thread of Arrow's that still lets go of a Parquet file does so where the program ends
    within milliseconds (apache/arrow#34314: 10 of 110 ends on a busy machine).
    """
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].set_cpu_count(1)
