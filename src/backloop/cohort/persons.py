"""One person from found recordings to a finished folder: panel, drawings, maps, page, and what all rests on.

Decides what is written and when it counts as done; a recording that cannot be read is listed and the rest goes on.
"""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

from backloop.cohort.crews import one_thread
from backloop.cohort.harvesting import harvest_recording
from backloop.cohort.plans import PanelPlan
from backloop.cohort.stamps import PersonStamp
from backloop.eeg import compare_eyes
from backloop.errors import BackloopError
from backloop.holdings import FoundRecording, PersonFiles, in_words
from backloop.library import Library
from backloop.norms import Controls, NormativeArchive, ReferencePerson
from backloop.panel import Panel, PanelProblem, combine_runs, make_panel, save_panel
from backloop.recordings import Curve, FileUsed, Harvest, Matrix, Reading
from backloop.units import Frozen, Language, Text

__all__ = ["Drawings", "PanelJob", "PanelPage", "PersonResult", "make_person_panel", "work_on_person"]

UNFINISHED = ".unfinished"
_PANEL, _STAMP, _DRAWINGS, _PAGE = "panel.json", "inputs.json", "drawings.json", "report.html"
_LEVEL = "eeg-alpha-reactivity.level"
_COPY = Text(
    en="It holds the same bytes as another recording of this person; one is a copy under another name, and it is left"
    " out.",
    zh="与此人另一记录的内容逐字节相同，系改名的副本，已忽略。",
)

# What a person's files may raise: backloop's own errors, the disk's, and what damaged files bring libraries to.
_TROUBLE = (
    BackloopError, OSError, ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, RuntimeError,
    TypeError, ValueError,
)  # fmt: skip


class Drawings(Frozen):
    """What a panel's page is drawn from: curves, matrices, and the maps' places in the person's folder.

    Examples
    --------
    >>> Drawings(maps=("func/sub-01_task-rest_stat-alff_boldmap.nii.gz",)).curves
    ()
    """

    curves: tuple[Curve, ...] = ()
    matrices: tuple[Matrix, ...] = ()
    maps: tuple[str, ...] = ()


class PanelPage(Protocol):
    """Something that makes the page of one person.

    Examples
    --------
    >>> def plain(panel, *, curves, matrices, maps, lang):
    ...     return f"<!doctype html><title>{panel.participant_id}</title>"
    >>> maker: PanelPage = plain
    """

    def __call__(
        self,
        panel: Panel,
        *,
        curves: Sequence[Curve],
        matrices: Sequence[Matrix],
        maps: Sequence[Path],
        lang: Language,
    ) -> str:
        """Give one self-contained HTML document."""
        ...


@dataclass(frozen=True)
class PanelJob:
    """What is wanted of a run, the same for everybody; it can be sent to another process.

    Parameters
    ----------
    dataset, out : Path
        Where the recordings lie and where results go.
    plan : PanelPlan
        How recordings are read.
    controls : Controls, optional
        The clinic's own healthy people.
    archives : tuple of NormativeArchive
        The user's own copies of normative models.
    shelf : Path, optional
        A site's own books.
    page : PanelPage, optional
        What makes a person's page; none is made without it.
    lang : {"en", "zh"}
        The page's language.

    Examples
    --------
    >>> PanelJob(Path("bids"), Path("out")).lang
    'en'
    """

    dataset: Path
    out: Path
    plan: PanelPlan = field(default_factory=PanelPlan)
    controls: Controls | None = None
    archives: tuple[NormativeArchive, ...] = ()
    shelf: Path | None = None
    page: PanelPage | None = None
    lang: Language = "en"

    @property
    def library(self) -> Library:
        """The books, opened once a process."""
        return _open_library(self.shelf)

    @property
    def choices(self) -> str:
        """Everything but the recordings that results depend on, as one string."""
        controls = "" if self.controls is None else self.controls.model_dump_json()
        archives = [(each.path.name, *_size(each.path)) for each in self.archives]
        books = f"{self.library.edition} {self.library.fingerprint}"
        page = "" if self.page is None else self.lang
        return repr((self.plan.model_dump_json(), controls, archives, books, page))


class PersonResult(NamedTuple):
    """How one person's panel ended: made anew, unchanged since an earlier run, or failed with a reason.

    Examples
    --------
    >>> PersonResult("sub-01").is_done
    True
    """

    participant_id: str
    is_unchanged: bool = False
    failure: Text | None = None

    @property
    def is_done(self) -> bool:
        """Whether there is a panel."""
        return self.failure is None


def make_person_panel(
    files: PersonFiles,
    *,
    library: Library,
    plan: PanelPlan | None = None,
    controls: Controls | None = None,
    archives: Sequence[NormativeArchive] = (),
    maps: Path | None = None,
) -> tuple[Panel, Harvest]:
    """Read everything that was found of one person and set it beside its references.

    Parameters
    ----------
    files : PersonFiles
        As `find_recordings` gives them.
    library : Library
        The books.
    plan : PanelPlan, optional
        How recordings are read.
    controls : Controls, optional
        The clinic's own healthy people.
    archives : sequence of NormativeArchive
        The user's own copies of normative models.
    maps : Path, optional
        The root of a dataset of derivatives below which maps are written.

    Returns
    -------
    tuple of (Panel, Harvest)
        The panel, with a problem for each recording that could not be read; and all readings, curves, matrices, maps.

    Raises
    ------
    UnknownBook
        If no book describes a marker.

    Examples
    --------
    >>> panel, _ = make_person_panel(PersonFiles(participant_id="sub-01"), library=Library.packaged())
    >>> panel.rows
    ()
    """
    harvests, problems = [], list(files.problems)
    for found in _without_copies(files.recordings, problems):
        try:
            with one_thread():
                harvests.append(harvest_recording(found, participant_id=files.participant_id, plan=plan, maps=maps))
        except _TROUBLE as error:
            problems.append(
                PanelProblem(source=found.name, modality=found.modality, reason=in_words(error, found.name))
            )
    harvest = _join(harvests)
    panel = make_panel(
        harvest.readings,
        participant_id=files.participant_id,
        library=library,
        person=_with_motion(files.person, harvest.readings),
        controls=controls,
        archives=archives,
        problems=problems,
        is_made_up=files.is_made_up,
    )
    return panel, harvest


def work_on_person(files: PersonFiles, job: PanelJob) -> PersonResult:
    """Make one person's folder, unless an earlier run made the same.

    Parameters
    ----------
    files : PersonFiles
        As `find_recordings` gives them.
    job : PanelJob
        What is wanted.

    Returns
    -------
    PersonResult
        How it ended. A failure is a result: the other people of a run go on.

    Notes
    -----
    Everything is written in a folder aside, which takes its name when it is whole: a run that is killed leaves no half
    folder.

    Examples
    --------
    >>> job = PanelJob(Path("bids"), Path(tempfile.mkdtemp()))
    >>> nobody = PersonFiles(participant_id="sub-01")
    >>> work_on_person(nobody, job).is_unchanged, work_on_person(nobody, job).is_unchanged
    (False, True)
    """
    place = job.out / files.participant_id
    try:
        stamp = PersonStamp.read(place / _STAMP)
        if stamp and (place / _PANEL).is_file() and stamp.holds(files, root=job.dataset, choices=job.choices):
            return PersonResult(files.participant_id, is_unchanged=True)
        _write_person(files, job, place)
    except _TROUBLE as error:
        if (place / _STAMP).is_file():
            shutil.rmtree(place, ignore_errors=True)
        return PersonResult(files.participant_id, failure=in_words(error))
    return PersonResult(files.participant_id)


def _write_person(files: PersonFiles, job: PanelJob, place: Path) -> None:
    aside = job.out / UNFINISHED
    for left in aside.glob(f"{files.participant_id}-*"):
        shutil.rmtree(left, ignore_errors=True)
    aside.mkdir(parents=True, exist_ok=True)
    root = Path(tempfile.mkdtemp(prefix=f"{files.participant_id}-", dir=aside))
    folder = root / files.participant_id
    folder.mkdir()
    panel, harvest = make_person_panel(
        files,
        library=job.library,
        plan=job.plan,
        controls=job.controls,
        archives=job.archives,
        maps=root if job.plan.has_maps else None,
    )
    save_panel(panel, folder / _PANEL)
    _save_drawings(harvest, folder)
    if job.page is not None:
        page = job.page(panel, curves=harvest.curves, matrices=harvest.matrices, maps=harvest.maps, lang=job.lang)
        (folder / _PAGE).write_text(page, encoding="utf-8", newline="\n")
    used = [each for reading in harvest.readings for each in reading.because.files]
    stamp = PersonStamp.of(files, root=job.dataset, choices=job.choices, used=used)
    (folder / _STAMP).write_text(stamp.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    if place.exists():
        place.rename(root / "before")
    folder.rename(place)
    shutil.rmtree(root, ignore_errors=True)


def _save_drawings(harvest: Harvest, folder: Path) -> None:
    maps = tuple(path.relative_to(folder).as_posix() for path in harvest.maps)
    drawings = Drawings(curves=harvest.curves, matrices=harvest.matrices, maps=maps)
    (folder / _DRAWINGS).write_text(drawings.model_dump_json() + "\n", encoding="utf-8", newline="\n")


@cache
def _open_library(shelf: Path | None) -> Library:
    packaged = Library.packaged()
    return packaged if shelf is None else packaged.with_shelf(shelf)


def _size(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_size, told.st_mtime_ns


def _without_copies(recordings: Iterable[FoundRecording], problems: list[PanelProblem]) -> list[FoundRecording]:
    """Leave out recordings that hold the same bytes as one before; only files of one size are compared."""
    kept: list[FoundRecording] = []
    for found in recordings:
        twins = [other for other in kept if _may_be_same(found.path, other.path)]
        if twins and FileUsed.at(found.path).sha256 in {FileUsed.at(twin.path).sha256 for twin in twins}:
            problems.append(PanelProblem(source=found.name, modality=found.modality, reason=_COPY))
        else:
            kept.append(found)
    return kept


def _may_be_same(path: Path, other: Path) -> bool:
    return path.is_file() and other.is_file() and path.stat().st_size == other.stat().st_size > 0


def _join(harvests: Sequence[Harvest]) -> Harvest:
    readings = tuple(reading for each in harvests for reading in each.readings)
    return Harvest(
        readings=(*readings, *_reactivity(readings)),
        curves=tuple(curve for each in harvests for curve in each.curves),
        matrices=tuple(matrix for each in harvests for matrix in each.matrices),
        maps=tuple(path for each in harvests for path in each.maps),
    )


def _reactivity(readings: Iterable[Reading]) -> list[Reading]:
    """Compare closed with open eyes at each visit that has both."""
    levels: dict[str, dict[str, list[Reading]]] = {}
    for reading in readings:
        if reading.marker == _LEVEL:
            by_eyes = levels.setdefault(reading.session_id, {})
            by_eyes.setdefault(str(reading.because.parameters.get("eyes")), []).append(reading)
    return [
        compare_eyes(combine_runs(both["closed"]), combine_runs(both["open"]))
        for both in levels.values()
        if {"closed", "open"} <= set(both)
    ]


def _with_motion(person: ReferencePerson | None, readings: Iterable[Reading]) -> ReferencePerson | None:
    """Add how much the head moved, which models of connectivity need."""
    moved = {reading.quality["mean_fd_mm"] for reading in readings if "mean_fd_mm" in reading.quality}
    if person is None or not moved:
        return person
    return person.model_copy(update={"mean_fd_mm": sum(moved) / len(moved)})
