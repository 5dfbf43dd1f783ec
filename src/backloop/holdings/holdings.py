"""What a dataset holds of one person: the recordings that can be read, and those that cannot, with the reason.

Decides the shape of these lists; what stands in them is decided by the modules that look for scans, EEG and results.
"""

from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Literal, Self

from backloop.holdings.entities import ONLY_VISIT, read_entities
from backloop.norms import ReferencePerson
from backloop.panel import PanelProblem
from backloop.units import Frozen, Text

__all__ = ["Finds", "FoundRecording", "Kind", "ListedFile", "PersonFiles"]

Kind = Literal["volumes", "parcels", "regions", "matrix", "rest", "evoked", "spectrum", "structure", "tracts", "nirs"]
"""How a recording is read."""

_MODALITIES: dict[Kind, str] = {
    "volumes": "bold",
    "parcels": "bold",
    "regions": "bold",
    "matrix": "bold",
    "rest": "eeg",
    "evoked": "evoked",
    "spectrum": "mrs",
    "structure": "structure",
    "tracts": "diffusion",
    "nirs": "nirs",
}


_NOTHING = Text(
    en="The dataset holds no recording of this person that a marker can be read from.",
    zh="数据集中没有此人可供读取指标的记录。",
)


class FoundRecording(Frozen):
    """One recording of one person: which file, read how, and what its labels say.

    `beside` are the further files it is read with, by what they are; `told` is what labels and sidecars say of it.

    Examples
    --------
    >>> file = Path("sub-01_task-restEC_eeg.edf")
    >>> found = FoundRecording(kind="rest", session_id="ses-01", path=file, told={"eyes": "closed"})
    >>> found.modality, found.name
    ('eeg', 'sub-01_task-restEC_eeg.edf')
    """

    kind: Kind
    session_id: str
    path: Path
    beside: dict[str, Path] = {}
    told: dict[str, str | float] = {}

    @property
    def modality(self) -> str:
        """The modality of the markers it gives."""
        return _MODALITIES[self.kind]

    @property
    def name(self) -> str:
        """The file's name without its folders; for FreeSurfer the file that is read first."""
        return "aseg.stats" if self.kind == "structure" else self.path.name

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file it is read from."""
        if self.kind == "structure":
            return tuple(self.path / "stats" / name for name in ("aseg.stats", "lh.aparc.stats", "rh.aparc.stats"))
        return (self.path, *self.beside.values())


class PersonFiles(Frozen):
    """What a dataset holds of one person.

    `spare` names the files that were seen and are not read, with the reason. `person` is missing where participants.tsv
    does not say age and sex; then no normative model can be used.

    Examples
    --------
    >>> PersonFiles(participant_id="sub-01").modalities
    ()
    """

    participant_id: str
    recordings: tuple[FoundRecording, ...] = ()
    problems: tuple[PanelProblem, ...] = ()
    spare: tuple[tuple[str, Text], ...] = ()
    person: ReferencePerson | None = None
    is_made_up: bool = False

    @property
    def modalities(self) -> tuple[str, ...]:
        """The modalities that can be read."""
        return tuple(dict.fromkeys(found.modality for found in self.recordings))

    def only(self, modalities: frozenset[str]) -> Self:
        """Keep what belongs to some modalities; where that is nothing, it is a problem."""
        recordings = tuple(found for found in self.recordings if found.modality in modalities)
        problems = tuple(problem for problem in self.problems if problem.modality in modalities)
        if not recordings and not problems:
            problems = (PanelProblem(source=self.participant_id, modality="n/a", reason=_NOTHING),)
        return self.model_copy(update={"recordings": recordings, "problems": problems})


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a person with the root it lies below and the labels of its path.

    Examples
    --------
    >>> root = Path("bids")
    >>> ListedFile(root / "sub-01" / "ses-02" / "func" / "sub-01_task-rest_bold.json", root).session_id
    'ses-02'
    """

    path: Path
    root: Path

    @property
    def name(self) -> str:
        """The name without folders."""
        return self.path.name

    @property
    def folder(self) -> str:
        """The name of the folder it lies in, such as ``eeg``."""
        return self.path.parent.name

    @property
    def labels(self) -> dict[str, str]:
        """Labels by entity."""
        return read_entities(PurePath(self.path.relative_to(self.root)))

    @property
    def session_id(self) -> str:
        """The visit; of a dataset that names none the only one."""
        label = self.labels.get("ses")
        return f"ses-{label}" if label else ONLY_VISIT


@dataclass
class Finds:
    """What is being gathered of one person.

    Examples
    --------
    >>> finds = Finds()
    >>> finds.refuse("sub-01_eeg.edf", "eeg", Text(en="unreadable", zh="无法读取"))
    >>> finds.problems[0].source
    'sub-01_eeg.edf'
    """

    recordings: list[FoundRecording] = field(default_factory=list)
    problems: list[PanelProblem] = field(default_factory=list)
    spare: list[tuple[str, Text]] = field(default_factory=list)

    def refuse(self, source: str, modality: str, reason: Text) -> None:
        """List a file that cannot be read."""
        self.problems.append(PanelProblem(source=source, modality=modality, reason=reason))

    def leave(self, source: str, reason: Text) -> None:
        """List a file that need not be read."""
        self.spare.append((source, reason))
