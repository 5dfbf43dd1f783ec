"""Where ``--panel`` leads: one person's panel, or a folder as ``backloop panel`` writes it, one panel a person.

Decides which panel is whose; what is in it is decided in the room `panel`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from backloop.errors import NothingToRead
from backloop.record import Record

if TYPE_CHECKING:
    from backloop.panel import Panel

__all__ = ["PanelFiles", "open_panels"]

_FILE = "panel.json"


@dataclass(frozen=True)
class PanelFiles:
    """The files of a source of panels, by participant_id."""

    paths: dict[str, Path]

    def of(self, participant_id: str) -> "Panel | None":
        """Read one person's panel, or give None where there is none."""
        path = self.paths.get(participant_id)
        return None if path is None else _read(path)

    def check(self, people: Iterable[Record]) -> None:
        """Name on standard error who has no panel, and refuse panels of nobody in the source."""
        ids = [record.participant_id for record in people]
        lacking = [name for name in ids if name not in self.paths]
        if self.paths and len(lacking) == len(ids):
            message = f"--panel: expected panels of the people in the source, it holds {_list(self.paths)}"
            raise NothingToRead(message)
        if self.paths and lacking:
            typer.secho(f"no panel, so without recordings: {_list(lacking)}", err=True, fg="yellow")


def open_panels(path: Path | None) -> PanelFiles:
    """Find the panels behind ``--panel``; none where it is not given.

    Raises
    ------
    NothingToRead
        If a folder holds no panel.
    UnreadableSource
        If a file is missing or no panel.
    """
    if path is None:
        return PanelFiles({})
    if not path.is_dir():
        return PanelFiles({_read(path).participant_id: path})
    found = {file.parent.name: file for file in sorted(path.glob(f"sub-*/{_FILE}"))}
    if not found:
        message = f"--panel: expected {path.name}/sub-*/{_FILE}, there is none; 'backloop panel' writes such a folder"
        raise NothingToRead(message)
    return PanelFiles(found)


def _read(path: Path) -> "Panel":
    from backloop.panel import read_panel

    return read_panel(path)


def _list(names: Iterable[str], most: int = 5) -> str:
    listed = list(names)
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")
