"""What may be sent to the panel, and how a file is laid out so that the panel finds and understands it.

Decides names and folders; what is read from them is decided by the rooms of the panel.
"""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from backloop.errors import UnreadableSource
from backloop.record import Participant
from backloop.units import Text
from backloop.web.research.refusals import refusal
from backloop.web.research.zipping import RESULT_LIMITS, unpack_zip

__all__ = ["KINDS", "PLACES", "Delivery", "ResultKind", "lay_out_delivery"]

_EEG = (".edf", ".bdf", ".set", ".fif", ".zip")
_STATS = ("aseg.stats", "lh.aparc.stats", "rh.aparc.stats")
_NAMES_OF_PARTS = re.compile(rb"^(DataFile|MarkerFile)=.*$", re.MULTILINE)


@dataclass(frozen=True)
class Delivery:
    """A stored file on its way to the panel: whose, of which visit, and where the spectrum was measured if it is one.

    Examples
    --------
    >>> Delivery(Path("a.edf"), Participant(participant_id="sub-K1"), "ses-01").stem
    'sub-K1_ses-01'
    """

    path: Path
    person: Participant
    session_id: str
    place: str = ""

    @property
    def stem(self) -> str:
        """How the names of its files begin."""
        return f"{self.person.participant_id}_{self.session_id}"

    def folder(self, root: Path, name: str) -> Path:
        """Make and give a folder of this person and visit."""
        made = root / self.person.participant_id / self.session_id / name
        made.mkdir(parents=True, exist_ok=True)
        return made


@dataclass(frozen=True)
class ResultKind:
    """A kind of upload: its name, the endings it may have, the modality, and the task label of an EEG.

    Examples
    --------
    >>> KINDS["rest-closed"].task
    'eyesclosed'
    """

    title: Text
    suffixes: tuple[str, ...]
    modality: str
    task: str = ""


KINDS: dict[str, ResultKind] = {
    "rest-closed": ResultKind(
        Text(en="EEG at rest, eyes closed (EDF, or BrainVision zip)", zh="静息脑电，闭眼（EDF 或 BrainVision zip）"),
        _EEG, "eeg", "eyesclosed",
    ),
    "rest-open": ResultKind(
        Text(en="EEG at rest, eyes open (EDF, or BrainVision zip)", zh="静息脑电，睁眼（EDF 或 BrainVision zip）"),
        _EEG, "eeg", "eyesopen",
    ),
    "oddball": ResultKind(
        Text(en="EEG with rare targets (oddball)", zh="脑电：Oddball 任务"), _EEG, "evoked", "oddball"
    ),
    "gambling": ResultKind(
        Text(en="EEG with wins and losses (gambling)", zh="脑电：得失反馈任务"), _EEG, "evoked", "gambling"
    ),
    "balance": ResultKind(
        Text(en="EEG with balance perturbations", zh="脑电：平衡扰动"), _EEG, "evoked", "balance"
    ),
    "somatosensory-left": ResultKind(
        Text(en="EEG, left-sided somatosensory stimuli", zh="脑电：左侧体感刺激"), _EEG, "evoked", "sepleft"
    ),
    "somatosensory-right": ResultKind(
        Text(en="EEG, right-sided somatosensory stimuli", zh="脑电：右侧体感刺激"), _EEG, "evoked", "sepright"
    ),
    "freesurfer": ResultKind(
        Text(en="FreeSurfer's folder stats as a zip", zh="FreeSurfer stats 文件夹（zip）"), (".zip",), "structure"
    ),
    "spectrum": ResultKind(
        Text(en="Fitted spectrum (LCModel .table, or CSV)", zh="波谱拟合结果（LCModel .table 或 CSV）"),
        (".table", ".csv", ".tsv"), "mrs",
    ),
    "panel": ResultKind(
        Text(en="Finished panel (panel.json of 'backloop panel')", zh="已完成的面板（panel.json）"),
        (".json",), "panel",
    ),
}  # fmt: skip
"""What may be sent."""

PLACES: dict[str, Text] = {
    "ACC": Text(en="anterior cingulate", zh="前扣带回"),
    "DLPFC": Text(en="dorsolateral prefrontal cortex", zh="背外侧前额叶"),
    "M1": Text(en="primary motor cortex", zh="初级运动皮层"),
    "S1": Text(en="primary somatosensory cortex", zh="初级体感皮层"),
    "Ins": Text(en="anterior insula", zh="前岛叶"),
    "Thal": Text(en="thalamus", zh="丘脑"),
    "PAG": Text(en="periaqueductal grey", zh="中脑导水管周围灰质"),
}
"""Where spectra are measured, by the label in a file's name."""


def lay_out_delivery(kind: str, sent: Delivery, root: Path) -> None:
    """Lay a file out below an empty folder as the panel looks for it.

    Parameters
    ----------
    kind : str
        One of `KINDS` but ``panel``.
    sent : Delivery
        The file.
    root : Path
        An empty folder.

    Raises
    ------
    UnreadableSource
        If a zip does not hold what the kind needs.
    """
    who = sent.person
    sex, age = who.sex or "n/a", "n/a" if who.age is None else f"{who.age:g}"
    people = f"participant_id\tage\tsex\n{who.participant_id}\t{age}\t{sex}\n"
    (root / "participants.tsv").write_text(people, encoding="utf-8")
    recipes: Mapping[str, Callable[[Delivery, Path, str], None]] = {"structure": _stats, "mrs": _spectrum}
    recipes.get(KINDS[kind].modality, _eeg)(sent, root, KINDS[kind].task)


def _eeg(sent: Delivery, root: Path, task: str) -> None:
    folder, stem = sent.folder(root, "eeg"), f"{sent.stem}_task-{task}_eeg"
    if sent.path.suffix != ".zip":
        shutil.copyfile(sent.path, folder / f"{stem}{sent.path.suffix}")
        return
    inside = _unpacked(sent.path, root)
    heads = [path for path in inside.rglob("*") if path.suffix.lower() == ".vhdr"]
    whole = [path for path in inside.rglob("*") if path.suffix.lower() in {".edf", ".bdf", ".fif"}]
    if len(heads) + len(whole) != 1:
        raise refusal(
            UnreadableSource,
            en=f"expected one recording in the zip, there are {len(heads) + len(whole)}; pack each by itself",
            zh=f"压缩包应只含一份记录，现有 {len(heads) + len(whole)} 份；请分别打包",
        )
    for path in whole:
        shutil.copyfile(path, folder / f"{stem}{path.suffix.lower()}")
    for head in heads:
        _brainvision(head, folder / stem)


def _brainvision(head: Path, stem: Path) -> None:
    """Copy the three files of a BrainVision recording under one name, which its headers then name as well."""
    parts = {
        suffix: [path for path in head.parent.iterdir() if path.suffix.lower() == suffix]
        for suffix in (".eeg", ".vmrk")
    }
    if any(len(found) != 1 for found in parts.values()):
        raise refusal(
            UnreadableSource,
            en="expected one .eeg and one .vmrk beside the .vhdr in the zip; pack the three files together",
            zh="压缩包中 .vhdr 旁应各有一个 .eeg 与 .vmrk；请将三个文件一并打包",
        )
    endings = {b"DataFile": b".eeg", b"MarkerFile": b".vmrk"}

    def renamed(found: re.Match[bytes]) -> bytes:
        return found[1] + b"=" + stem.name.encode() + endings[found[1]]

    for path in (head, *parts[".vmrk"]):
        target = stem.with_name(f"{stem.name}{path.suffix.lower()}")
        target.write_bytes(_NAMES_OF_PARTS.sub(renamed, path.read_bytes()))
    shutil.copyfile(parts[".eeg"][0], stem.with_name(f"{stem.name}.eeg"))


def _stats(sent: Delivery, root: Path, _task: str) -> None:
    inside = _unpacked(sent.path, root)
    target = root / "derivatives" / "freesurfer" / sent.stem / "stats"
    target.mkdir(parents=True)
    for name in _STATS:
        found = list(inside.rglob(name))
        if len(found) != 1:
            raise refusal(
                UnreadableSource,
                en=f"expected one {name} in the zip, there are {len(found)}; pack the folder stats of one visit",
                zh=f"压缩包应含一个 {name}，现有 {len(found)} 个；请打包单次访视的 stats 文件夹",
            )
        shutil.copyfile(found[0], target / name)
    (root / sent.person.participant_id).mkdir(exist_ok=True)


def _spectrum(sent: Delivery, root: Path, _task: str) -> None:
    folder = sent.folder(root / "derivatives" / "lcmodel", "mrs")
    shutil.copyfile(sent.path, folder / f"{sent.stem}_voi-{sent.place}_svs{sent.path.suffix}")
    (root / sent.person.participant_id).mkdir(exist_ok=True)


def _unpacked(path: Path, root: Path) -> Path:
    # Outside every folder of a person, so that nothing of a stranger's zip is found by chance.
    folder = root.parent / "unpacked"
    folder.mkdir()
    with path.open("rb") as packed:
        unpack_zip(packed, folder, limits=RESULT_LIMITS)
    return folder
