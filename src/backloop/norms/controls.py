"""A clinic's own healthy controls: one row a person, age, sex, and the markers measured on the same scanner.

Decides how such a table is read; what a person's number means beside it is decided in `norms`.
"""

from pathlib import Path

import numpy as np

from backloop.errors import UnreadableSource
from backloop.norms.normative_models import ReferencePerson
from backloop.record import read_sex
from backloop.recordings import FileUsed, TextFile, open_text, parse_number
from backloop.units import Frozen

__all__ = ["Control", "Controls", "read_controls"]

_ABOUT = ("participant_id", "age", "sex", "mean_fd_mm")


class Control(Frozen):
    """One healthy person of the clinic: who they are to a reference, and their markers.

    Examples
    --------
    >>> Control(person=ReferencePerson(age_years=30, is_male=True), markers={"nac-volume.left": 560.0}).markers
    {'nac-volume.left': 560.0}
    """

    person: ReferencePerson
    markers: dict[str, float]


class Controls(Frozen):
    """The healthy people of one scanner.

    Examples
    --------
    >>> Controls(people=()).values("nac-volume.left")
    ()
    """

    people: tuple[Control, ...]
    used: tuple[FileUsed, ...] = ()

    def having(self, marker: str) -> tuple[Control, ...]:
        """Give the people in whom a marker was measured."""
        return tuple(control for control in self.people if marker in control.markers)

    def values(self, marker: str) -> tuple[float, ...]:
        """Give the values of a marker, one a person in whom it was measured."""
        return tuple(control.markers[marker] for control in self.having(marker))


def read_controls(path: Path) -> Controls:
    r"""Read a table of a clinic's own healthy controls.

    Parameters
    ----------
    path : Path
        A TSV or CSV with ``participant_id``, ``age`` (years), ``sex`` (F or M), optionally ``mean_fd_mm``, and one
        column a marker, named by its id or the id of a part; of an EEG at rest with the eyes behind it, such as
        ``eeg-alpha-power@closed``. Empty cells are people in whom it was not measured.

    Returns
    -------
    Controls
        The people, in the order of the table.

    Raises
    ------
    UnreadableSource
        If a column or cell is missing or no number, somebody stands there twice, or a marker is the same in everybody.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "controls.tsv"
    >>> head, row = "participant_id\tage\tsex\tnac-volume.left", "sub-{0}\t3{0}\tF\t5{0}0"
    >>> _ = file.write_text("\n".join([head, *(row.format(n) for n in range(3))]), encoding="utf-8")
    >>> read_controls(file).values("nac-volume.left")
    (500.0, 510.0, 520.0)
    """
    file = open_text(path)
    header, *rows = file.rows()
    missing = [name for name in _ABOUT[:3] if name not in header]
    if missing:
        message = f"{file.name}, row 1: expected the columns participant_id, age and sex, missing: {', '.join(missing)}"
        raise UnreadableSource(message)
    people = [_read_person(dict(zip(header, cells, strict=False)), file, row) for row, cells in enumerate(rows, 2)]
    _refuse_twice([dict(zip(header, cells, strict=False))["participant_id"] for cells in rows], file)
    controls = Controls(people=tuple(people), used=(file.used,))
    for marker in header:
        _refuse_constant(marker, controls.values(marker), file)
    return controls


def _read_person(cells: dict[str, str], file: TextFile, row: int) -> Control:
    def number(column: str) -> float | None:
        return parse_number(cells.get(column, ""), name=file.name, row=row, column=column)

    age, sex = number("age"), read_sex(cells.get("sex", ""))
    if age is None or sex not in {"female", "male"}:
        message = f"{file.name}, row {row}: expected an age in years and a sex of F or M; fill in both"
        raise UnreadableSource(message)
    markers = {name: number(name) for name in cells if name not in _ABOUT}
    return Control(
        person=ReferencePerson(age_years=age, is_male=sex == "male", mean_fd_mm=number("mean_fd_mm")),
        markers={name: value for name, value in markers.items() if value is not None},
    )


def _refuse_twice(names: list[str], file: TextFile) -> None:
    twice = len(names) - len(set(names))
    if twice:
        message = f"{file.name}: expected one row a person, {twice} rows repeat a participant_id; keep one of each"
        raise UnreadableSource(message)


def _refuse_constant(marker: str, values: tuple[float, ...], file: TextFile) -> None:
    """Catch a column that was renamed or filled with zeros on its way."""
    if len(values) > 1 and not np.ptp(values):
        message = (
            f"{file.name}, column '{marker}': expected numbers that differ between people, all {len(values)} are the "
            "same; the column may have been renamed or filled with zeros"
        )
        raise UnreadableSource(message)
