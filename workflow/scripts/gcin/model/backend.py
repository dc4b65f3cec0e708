"""Which library computes the network, and on how many threads."""

import os


def use_backend(name: str, threads: int) -> None:
    """Choose the library behind Keras; to be called before Keras is imported.

    Operations are asked to be deterministic, so that a seed gives the same network again.

    Args:
        name: `tensorflow`, `jax` or `torch`.
        threads: Threads of the linear algebra.
    """
    os.environ["KERAS_BACKEND"] = name
    os.environ["TF_DETERMINISTIC_OPS"] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    for variable in ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = str(threads)
    os.environ["TF_NUM_INTEROP_THREADS"] = "1"
