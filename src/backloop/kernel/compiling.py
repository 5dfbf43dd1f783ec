"""The one place that names numba: how the kernels of the trial engine become machine code.

Decides how functions are compiled, when a stored compilation is out of date, and when plain Python is quicker than
compiling; it computes nothing of a trial.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

try:
    import numba
    import numba.extending
except ModuleNotFoundError as missing:
    message = "the trial engine needs a compiler for its kernels: pip install 'backloop[learn]'"
    raise ModuleNotFoundError(message, name="numba") from missing

__all__ = ["chosen", "compiled", "stored"]

_SMALL_WORK = 3e5  # a few seconds of plain Python

Kernel = TypeVar("Kernel", bound=Callable[..., object])

# Sums may be reordered and multiply-adds fused; NaN must stay NaN, so the other freedoms are not given.
_FREEDOMS: dict[str, Any] = {"fastmath": {"contract", "reassoc"}, "error_model": "numpy", "nogil": True}


def compiled(function: Kernel) -> Kernel:
    """Let a kernel be compiled into those that call it; by itself it stays plain Python."""
    return numba.extending.register_jitable(**_FREEDOMS)(function)


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


def chosen(kernel: Kernel, *, work: float) -> Kernel:
    """Give the compiled form of a stored kernel, or the plain one where compiling would take longer than the work.

    `work` counts cells of outcomes times visits over all fits. Compiling takes about 40 s, once on a machine.
    """
    if work > _SMALL_WORK or _is_compiled(kernel):
        return kernel
    plain = getattr(kernel, "py_func")  # noqa: B009 - the compiler's own name, unknown to the type
    return cast("Kernel", np.errstate(all="ignore")(plain))


def _is_compiled(kernel: Any) -> bool:  # noqa: ANN401 - the compiler gives no type
    """Say whether this process, or an earlier one on this machine, has compiled a stored kernel."""
    if kernel.signatures:
        return True
    folder = kernel.stats.cache_path
    return folder is not None and any(Path(folder).glob(f"*{_digest()}*.nbc"))


def _digest() -> str:
    kernels = ("compiling", "curvature", "likelihood", "scoring", "shapes", "sums", "workspaces")
    sources = (Path(__file__).with_name(f"{name}.py").read_bytes() for name in kernels)
    return hashlib.sha256(b"".join(sources)).hexdigest()[:16]
