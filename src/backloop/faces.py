"""Decides when a room's face brings a module: when one of its names is first asked for.

Which names a face shows, and which module holds them, is the room's own to say.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["open_lazily"]


def open_lazily(
    face: str, offered: list[str], modules: Mapping[str, tuple[str, ...]], behind: tuple[str, ...] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """
    Let a room's face bring its modules only when one of their names is first asked for.

    Parameters
    ----------
    face
        The room's full name, its own ``__name__``.
    offered
        Every name the face shows, its own ``__all__``.
    modules
        The names each of the room's modules holds.
    behind
        Other rooms, by their full names, that hold the rest of what is offered.

    Returns
    -------
    tuple
        What the room calls its ``__getattr__`` and its ``__dir__``.

    Raises
    ------
    AttributeError
        Raised by the first of the two for a name the face does not show; the message lists what it offers.

    Notes
    -----
    Python asks a module's ``__getattr__`` for the names it does not have (PEP 562), so ``import backloop`` and
    ``--help`` do not wait for numpy, scipy or a compiler. Imports under ``TYPE_CHECKING`` beside it give the types.

    Examples
    --------
    >>> find, names = open_lazily("backloop.panel", ["read_panel"], {"panels": ("read_panel",)})
    >>> find("read_panel").__name__, names()
    ('read_panel', ['read_panel'])
    """
    homes = {name: module for module, names in modules.items() for name in names}

    def find(name: str) -> Any:  # noqa: ANN401 - what a face shows can be anything
        if name not in offered:
            message = f"module '{face}' has no attribute '{name}'; it offers {', '.join(offered)}"
            raise AttributeError(message)
        if name in homes:
            return getattr(import_module(f"{face}.{homes[name]}"), name)
        rooms = (import_module(room) for room in behind)
        return getattr(next(room for room in rooms if name in room.__all__), name)

    return find, lambda: offered
