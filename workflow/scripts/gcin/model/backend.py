"""Which library computes the network, and on how many threads."""

import os
import sys


def use_backend(name: str, threads: int) -> None:
    """Choose the library behind Keras; to be called before Keras is imported.

    Operations are asked to be deterministic, so that a seed gives the same network again.

    Args:
        name: `tensorflow`, `jax` or `torch`.
        threads: Threads of the linear algebra.
    """
    os.environ["KERAS_BACKEND"] = name
    if name != "tensorflow":
        # Where it is installed, Keras imports TensorFlow to save and load under any backend (3.15).
        # None forbids the import: seconds saved, and no second library that takes the GPU's memory.
        sys.modules.setdefault("tensorflow", None)
    os.environ["TF_DETERMINISTIC_OPS"] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    for variable in ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = str(threads)
    os.environ["TF_NUM_INTEROP_THREADS"] = "1"


def compiles_steps() -> bool:
    """Whether steps of training are compiled as a whole (Keras's `jit_compile`).

    JAX does nothing else in one go: without it every operation of a step is sent off by itself. On
    TensorFlow XLA took 30 s to compile on a CPU and 3 times as long a step (2.21); torch's own
    compiler was not tried.
    """
    return os.environ.get("KERAS_BACKEND") == "jax"
