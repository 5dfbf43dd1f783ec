"""The panel: every brain marker of one person, beside a reference, with what contradicts it.

Decides what a row says and in which order; runs read twice are combined in `runs`, references chosen in `norms`.
"""

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, get_args

from pydantic import Field, ValidationError, model_validator

from backloop.errors import MeasureError, UnreadableSource
from backloop.library import Library, Marker
from backloop.norms import Controls, NormativeArchive, ReferencePerson, Standing, find_standing
from backloop.panel.runs import combine_runs, condition_of
from backloop.panel.titles import contradictions, row_title, sex_notes
from backloop.recordings import Reading
from backloop.units import Certainty, Frozen, Text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Panel", "PanelProblem", "PanelRow", "make_panel", "read_panel", "save_panel"]

_MODALITIES: tuple[str, ...] = get_args(Marker.model_fields["modality"].annotation)
_CONFLICTING = Text(
    en="Conflicting: studies disagree on what this marker means; nothing leans on it.",
    zh="结论不一致：各研究对该指标意义的看法不一，不作为判断依据。",
)
_COLUMNS = (
    "participant_id", "session_id", "marker", "value", "unit", "low", "high", "z", "z_low", "z_high", "basis",
    "n_controls", "certainty", "conflicting", "convention", "n", "counted", "absent",
)  # fmt: skip


class PanelRow(Frozen):
    """One marker at one visit: the reading, where it lies, and what contradicts the marker.

    `runs` are the readings that were combined into this one, where there were several. `contradicted_by` are the
    studies of the marker's book that found the opposite, nothing, or both, each with its reference; `notes` tell
    that studies conflict, and what was found in the person's sex only.

    Examples
    --------
    >>> reading = Reading(marker="nac-volume", participant_id="sub-01", session_id="ses-01", value=1058, unit="mm3",
    ...                   convention="FreeSurfer")
    >>> row = make_panel([reading], participant_id="sub-01", library=Library.packaged()).rows[0]
    >>> row.is_conflicting, row.contradicted_by[0].en[-11:]
    (False, '[henn-2022]')
    """

    reading: Reading
    standing: Standing
    title: Text
    certainty: Certainty
    contradicted_by: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    references: tuple[str, ...] = ()
    runs: tuple[Reading, ...] = ()

    @property
    def is_conflicting(self) -> bool:
        """Whether studies disagree so much about this marker that nothing may lean on it."""
        return self.standing.is_conflicting


class PanelProblem(Frozen):
    """A recording that could not be read, and why.

    Examples
    --------
    >>> why = Text(en="the file is a web page", zh="文件实为网页")
    >>> PanelProblem(source="sub-01_task-rest_eeg.edf", reason=why, modality="eeg").modality
    'eeg'
    """

    source: str = Field(min_length=1)
    reason: Text
    modality: str


class Panel(Frozen):
    """All brain markers of one person over all visits, and the recordings that could not be read.

    Examples
    --------
    >>> Panel(participant_id="sub-01", edition="2026-11-22").sessions
    ()
    """

    participant_id: str = Field(pattern=r"^sub-[A-Za-z0-9]+$")
    rows: tuple[PanelRow, ...] = ()
    problems: tuple[PanelProblem, ...] = ()
    edition: str
    software: dict[str, str] = {}
    is_made_up: bool = False

    @model_validator(mode="after")
    def _of_one_person(self) -> Self:
        if any(row.reading.participant_id != self.participant_id for row in self.rows):
            message = "a panel holds the readings of one person; make a panel for each"
            raise ValueError(message)
        return self

    @property
    def sessions(self) -> tuple[str, ...]:
        """The visits with a row, in their alphabetical order."""
        return tuple(sorted({row.reading.session_id for row in self.rows}))

    def get(self, marker: str, session_id: str) -> PanelRow | None:
        """Give the leading row of a marker at a visit, or None where there is none."""
        for row in self.rows:
            if row.reading.marker == marker and row.reading.session_id == session_id:
                return row
        return None

    def at(self, session_id: str) -> tuple[PanelRow, ...]:
        """Give the rows of one visit."""
        return tuple(row for row in self.rows if row.reading.session_id == session_id)

    def frame(self) -> "pd.DataFrame":
        """Give a tidy table: one line a row, in the panel's order."""
        import pandas as pd

        edition = {"edition": self.edition}
        return pd.DataFrame([_cells(row) | edition for row in self.rows], columns=[*_COLUMNS, "edition"])


def make_panel(
    readings: Iterable[Reading],
    *,
    participant_id: str,
    library: Library,
    person: ReferencePerson | None = None,
    controls: Controls | None = None,
    archives: Sequence[NormativeArchive] = (),
    problems: Iterable[PanelProblem] = (),
    is_made_up: bool = False,
) -> Panel:
    """Set one person's readings beside their references.

    Parameters
    ----------
    readings : iterable of Reading
        In any order; several runs of one marker at a visit are combined where they can be.
    participant_id : str
        Whose.
    library : Library
        The books of the markers.
    person : ReferencePerson, optional
        Age, sex and head motion; a normative model needs them.
    controls : Controls, optional
        The clinic's own healthy people; without them a deviation is as unsure as scanners differ.
    archives : sequence of NormativeArchive
        The user's own copies of normative models.
    problems : iterable of PanelProblem
        The recordings that could not be read.
    is_made_up : bool
        Whether the recordings are simulated.

    Returns
    -------
    Panel
        The rows by modality, marker and visit; readings of one marker that cannot be compared stand in rows of their
        own, eyes closed before eyes open.

    Raises
    ------
    MeasureError
        If a reading is of somebody else.
    UnknownBook
        If no book describes a marker.

    References
    ----------
    backloop-convention

    Examples
    --------
    >>> reading = Reading(marker="nac-volume", participant_id="sub-01", session_id="ses-01", value=1058, unit="mm3",
    ...                   convention="FreeSurfer")
    >>> panel = make_panel([reading], participant_id="sub-01", library=Library.packaged())
    >>> panel.get("nac-volume", "ses-01").standing.basis
    'literature direction'
    """
    given = list(readings)
    if any(reading.participant_id != participant_id for reading in given):
        message = f"expected readings of '{participant_id}' only, some are of somebody else; make a panel for each"
        raise MeasureError(message)
    rows = []
    for runs in _comparable(given):
        reading = combine_runs(runs)
        standing = find_standing(reading, library=library, person=person, controls=controls, archives=archives)
        rows.append(_row(reading, standing, library, person=person, runs=runs))
    return Panel(
        participant_id=participant_id,
        rows=tuple(sorted(rows, key=lambda row: _place(row, library))),
        problems=tuple(sorted(problems, key=lambda each: (each.modality, each.source, each.reason.en))),
        edition=library.edition,
        software=_software(given),
        is_made_up=is_made_up,
    )


def save_panel(panel: Panel, path: Path) -> Path:
    """Write a panel as JSON, in UTF-8.

    Parameters
    ----------
    panel : Panel
        The panel.
    path : Path
        The file; its folder is made where it does not exist.

    Returns
    -------
    Path
        The file.

    Examples
    --------
    >>> import tempfile
    >>> panel = Panel(participant_id="sub-01", edition="2026-11-22")
    >>> read_panel(save_panel(panel, Path(tempfile.mkdtemp()) / "sub-01" / "panel.json")) == panel
    True
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(panel.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return path


def read_panel(path: Path) -> Panel:
    """Read a panel that `save_panel` wrote.

    Parameters
    ----------
    path : Path
        The JSON file.

    Returns
    -------
    Panel
        As it was saved.

    Raises
    ------
    UnreadableSource
        If there is no such file, or it is no panel.

    Examples
    --------
    >>> read_panel(Path("panel.json"))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: panel.json: there is no such file; 'backloop panel' writes it
    """
    if not path.is_file():
        message = f"{path.name}: there is no such file; 'backloop panel' writes it"
        raise UnreadableSource(message)
    try:
        return Panel.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        message = f"{path.name}: expected a panel as 'backloop panel' writes it; {where}: {first['msg']}; write it anew"
        raise UnreadableSource(message) from error


def _comparable(readings: Sequence[Reading]) -> list[tuple[Reading, ...]]:
    """Gather the readings of one marker at one visit that were made in the same way."""
    groups: dict[tuple[str, ...], list[Reading]] = {}
    for reading in readings:
        groups.setdefault((reading.marker, reading.session_id, *condition_of(reading)), []).append(reading)
    return [tuple(group) for group in groups.values()]


def _row(
    reading: Reading,
    standing: Standing,
    library: Library,
    *,
    person: ReferencePerson | None,
    runs: tuple[Reading, ...],
) -> PanelRow:
    book = _book(reading, library)
    sex: Literal["female", "male"] | None = None
    if person is not None:
        sex = "male" if person.is_male else "female"
    return PanelRow(
        reading=reading,
        standing=standing,
        title=row_title(book, reading.marker),
        certainty=book.certainty,
        contradicted_by=contradictions(book),
        notes=(*((_CONFLICTING,) if book.is_conflicting else ()), *sex_notes(book, sex)),
        references=book.references,
        runs=runs if len(runs) > 1 else (),
    )


def _book(reading: Reading, library: Library) -> Marker:
    return library.marker(reading.marker.partition(".")[0])


def _place(row: PanelRow, library: Library) -> tuple[int, str, str, bool, tuple[str, ...]]:
    """Order rows by modality, marker and visit; of several conditions one with a value leads, then closed eyes."""
    reading = row.reading
    modality, condition = _book(reading, library).modality, condition_of(reading)
    return (_MODALITIES.index(modality), reading.marker, reading.session_id, reading.value is None, condition)


def _software(readings: Iterable[Reading]) -> dict[str, str]:
    """Name every program with its version; several versions of one are all named."""
    found: dict[str, set[str]] = {"backloop": {version("backloop")}}
    for reading in readings:
        for name, used in reading.because.software.items():
            found.setdefault(name, set()).add(used)
    return {name: ", ".join(sorted(used)) for name, used in sorted(found.items())}


def _cells(row: PanelRow) -> dict[str, object]:
    reading, standing = row.reading, row.standing
    spread, deviation = reading.interval, standing.interval
    return {
        "participant_id": reading.participant_id,
        "session_id": reading.session_id,
        "marker": reading.marker,
        "value": reading.value,
        "unit": reading.unit,
        "low": None if spread is None else spread.low,
        "high": None if spread is None else spread.high,
        "z": standing.z,
        "z_low": None if deviation is None else deviation.low,
        "z_high": None if deviation is None else deviation.high,
        "basis": standing.basis,
        "n_controls": standing.n_controls,
        "certainty": row.certainty.value,
        "conflicting": row.is_conflicting,
        "convention": reading.convention,
        "n": reading.n,
        "counted": reading.counted,
        "absent": None if reading.absent is None else reading.absent.value,
    }
