"""Reading a pickle as data: nothing it names is ever imported, called or run.

Decides which names a file may mention and turns arrays into numbers; what the numbers mean is decided in `normative`.
"""

import pickle
from io import BytesIO
from math import prod
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from backloop.errors import UnreadableSource

__all__ = ["StandIn", "read_pickle_as_data"]

# Every name in a file becomes an empty class of that name. Names outside these are refused before anything is built.
_NUMPY = {
    (module, name)
    for module in ("numpy.core.multiarray", "numpy._core.multiarray")
    for name in ("_reconstruct", "scalar")
} | {("numpy", "ndarray"), ("numpy", "dtype")}
_NUMBERS = {"f8", "f4", "i8", "i4", "b1"}


class StandIn:
    """What a pickle calls an object: a name, what it was made from and its state. It can do nothing.

    Examples
    --------
    >>> StandIn(1, 2).made_from
    (1, 2)
    """

    __slots__ = ("made_from", "state")
    called = ""

    made_from: tuple[Any, ...]
    state: Any

    def __new__(cls, *made_from: object) -> Self:
        """Keep what it was made from; an object without a state has none."""
        new = super().__new__(cls)
        new.made_from, new.state = made_from, None
        return new

    def __setstate__(self, state: object) -> None:
        self.state = state

    def get(self, name: str) -> Any:  # noqa: ANN401 - a pickle's attribute may be anything
        """Give one attribute of the object, with arrays as numbers; None where it has none of that name."""
        held = self.state.get(name) if isinstance(self.state, dict) else None
        return _as_numbers(held) if isinstance(held, StandIn) else held


class _InertUnpickler(pickle.Unpickler):
    def __init__(self, data: bytes, *, name: str, modules: tuple[str, ...]) -> None:
        super().__init__(BytesIO(data))
        self._name, self._modules = name, modules

    def find_class(self, module_name: str, global_name: str, /) -> type[StandIn]:
        if (module_name, global_name) not in _NUMPY and module_name.partition(".")[0] not in self._modules:
            message = (
                f"{self._name}: expected arrays and {', '.join(self._modules)} objects, the file names "
                f"'{module_name}.{global_name}'; it was refused and nothing in it was run. "
                "Fetch the file again from its source"
            )
            raise UnreadableSource(message)
        return type(global_name, (StandIn,), {"__slots__": (), "called": global_name})


def read_pickle_as_data(data: bytes, *, name: str, modules: tuple[str, ...]) -> StandIn:
    """Read the object in a pickle without running any of its code.

    Parameters
    ----------
    data : bytes
        The pickle.
    name : str
        What messages call the file.
    modules : tuple of str
        Packages whose classes the file may name, besides NumPy's arrays. They need not be installed.

    Returns
    -------
    StandIn
        The outermost object; `get` gives its attributes.

    Raises
    ------
    UnreadableSource
        If the file names anything else, is cut short, is no pickle, or holds no object.

    Notes
    -----
    A pickle is a list of instructions that may call any function. Here every name it mentions becomes an empty class,
    so a call only fills a slot. Arrays are decoded from their bytes afterwards.

    Examples
    --------
    >>> import pickle
    >>> read_pickle_as_data(pickle.dumps(print), name="model.pkl", modules=("pcntoolkit",))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: model.pkl: expected arrays and pcntoolkit objects, the file names
    'builtins.print'; it was refused and nothing in it was run. Fetch the file again from its source
    """
    try:
        found = _InertUnpickler(data, name=name, modules=modules).load()
    except (
        pickle.UnpicklingError,
        EOFError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
    ) as error:
        if isinstance(error, UnreadableSource):
            raise
        message = f"{name}: expected a pickle, it is damaged or cut short; fetch it again from its source"
        raise UnreadableSource(message) from None
    if not isinstance(found, StandIn):
        message = f"{name}: expected one model object in the pickle, found plain data; fetch it again from its source"
        raise UnreadableSource(message)
    return found


def _as_numbers(held: StandIn) -> npt.NDArray[np.float64] | float | StandIn:
    """Turn the stand-in of an array or of a single number into numbers; leave other objects as they are."""
    match held.called, held.made_from, held.state:
        case "scalar", (kind, raw), None:
            return float(_decode(kind, raw, shape=(1,))[0])
        case "_reconstruct", _, (_, shape, kind, bool(by_columns), raw):
            return _decode(kind, raw, shape=shape, order="F" if by_columns else "C")
    return held


def _decode(
    kind: object, raw: object, *, shape: tuple[int, ...], order: Literal["C", "F"] = "C"
) -> npt.NDArray[np.float64]:
    """Read the bytes of an array whose type is a plain number."""
    match kind:
        case StandIn(made_from=(str(code), *_), state=(_, "<" | ">" | "|" as ends, *_)) if code in _NUMBERS:
            numbers = np.frombuffer(raw if isinstance(raw, bytes) else b"", dtype=f"{ends}{code}")
            if numbers.size == prod(shape):
                return numbers.astype(np.float64).reshape(shape, order=order)
    message = "expected arrays of plain numbers in the pickle, found another kind; fetch the file again from its source"
    raise UnreadableSource(message)
