"""The one place that names numba: how the kernels of the trial engine become machine code.

Decides how functions are compiled and when a stored compilation is out of date; it computes nothing of a trial.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

try:
    import numba
except ModuleNotFoundError as missing:
    message = "the trial engine needs a compiler for its kernels: pip install 'backloop[learn]'"
    raise ModuleNotFoundError(message, name="numba") from missing

__all__ = ["compiled", "stored"]

Kernel = TypeVar("Kernel", bound=Callable[..., object])

# An inner kernel is never called from Python; leaving its doors out halves the time to compile.
_INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

# Sums may be reordered and multiply-adds fused; NaN must stay NaN, so the other freedoms are not given.
_FREEDOMS: dict[str, Any] = {"fastmath": {"contract", "reassoc"}, "error_model": "numpy", "nogil": True}


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel the first time it is called."""
    return cast("Kernel", numba.njit(**_FREEDOMS, **_INNER)(function))


def stored(function: Kernel) -> Kernel:
    """Compile a kernel once and keep the machine code on disk for later processes.

    The file's name holds a digest of all kernels: numba itself looks only at the file of this one function, and would
    use old code after a change in another. Where no folder can be written each process compiles anew.
    """
    function.__qualname__ = f"{function.__qualname__}_{_digest()}"
    try:
        return cast("Kernel", numba.njit(**_FREEDOMS, cache=True)(function))
    except RuntimeError:
        return cast("Kernel", numba.njit(**_FREEDOMS)(function))


def _digest() -> str:
    kernels = ("compiling", "curvature", "likelihood", "scoring", "shapes", "sums", "workspaces")
    sources = (Path(__file__).with_name(f"{name}.py").read_bytes() for name in kernels)
    return hashlib.sha256(b"".join(sources)).hexdigest()[:16]
