"""What a BIDS dataset with its derivatives holds, by person, visit and modality.

Decides where to look and lists what can be read, what cannot and why; it opens no recording.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from backloop.errors import MeasureError, UnknownPerson, UnreadableSource
from backloop.holdings.eeg_tasks import find_eeg
from backloop.holdings.entities import ONLY_VISIT
from backloop.holdings.holdings import Finds, ListedFile, PersonFiles
from backloop.holdings.naming import Naming, read_naming
from backloop.holdings.result_files import find_results, find_structure
from backloop.holdings.scan_files import find_scans
from backloop.norms import ReferencePerson
from backloop.record import read_sex
from backloop.recordings import open_text

__all__ = ["MODALITIES", "find_recordings"]

MODALITIES = ("bold", "structure", "diffusion", "eeg", "evoked", "mrs", "nirs")
"""The modalities of the markers, in the order of the panel."""

_YES = {"yes", "true", "1"}
_OLDEST = 110.0


def find_recordings(
    bids_dir: Path,
    *,
    participants: Collection[str] | None = None,
    modalities: Collection[str] | None = None,
    naming: Naming | None = None,
) -> tuple[PersonFiles, ...]:
    """Find what can be read of each person in a BIDS dataset.

    Parameters
    ----------
    bids_dir : Path
        The dataset, or a folder of derivatives that holds ``sub-*`` itself.
    participants : collection of str, optional
        Only these people, with or without ``sub-``; everybody if not given.
    modalities : collection of str, optional
        Only these of `MODALITIES`; all if not given.
    naming : Naming, optional
        What the dataset's labels mean.

    Returns
    -------
    tuple of PersonFiles
        By person, in alphabetical order, with what cannot be read and why. Nothing is opened but sidecars.

    Raises
    ------
    UnreadableSource
        If there is no such folder, or it holds nobody.
    UnknownPerson
        If somebody who was asked for is not there.
    MeasureError
        If there is no such modality.

    Notes
    -----
    Looks into the dataset, each folder of ``derivatives``, ``sourcedata``, and FreeSurfer's own folder wherever
    fMRIPrep puts it. EEG is read from the dataset itself, not from derivatives: a cleaned copy would count it twice.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> (root / "sub-01" / "eeg").mkdir(parents=True)
    >>> _ = (root / "sub-01" / "eeg" / "sub-01_task-eyesclosed_eeg.edf").write_bytes(b"0")
    >>> [(found.kind, found.told["eyes"]) for found in find_recordings(root)[0].recordings]
    [('rest', 'closed')]
    """
    wanted = _check_modalities(modalities)
    if not bids_dir.is_dir():
        message = f"{bids_dir.name}: expected the folder of a BIDS dataset, there is none of that name"
        raise UnreadableSource(message)
    roots, about = _roots(bids_dir), _read_people(bids_dir / "participants.tsv")
    everybody = _people(roots)
    if not everybody:
        message = f"{bids_dir.resolve().name}: expected folders named sub-*, found none; point to the dataset's root"
        raise UnreadableSource(message)
    names = naming or read_naming()
    return tuple(
        _look(person, roots, names).model_copy(update=about.get(person, {})).only(wanted)
        for person in _choose(everybody, participants)
    )


def _check_modalities(modalities: Collection[str] | None) -> frozenset[str]:
    unknown = sorted(set(modalities or ()) - set(MODALITIES))
    if unknown:
        message = f"no modality '{unknown[0]}'; there are {', '.join(MODALITIES)}"
        raise MeasureError(message)
    return frozenset(modalities or MODALITIES)


def _roots(bids_dir: Path) -> tuple[Path, ...]:
    """Give every folder that may hold people, the dataset first."""
    derived = [folder for name in ("derivatives", "sourcedata") for folder in sorted((bids_dir / name).glob("*/"))]
    within = [
        folder for root in (bids_dir, *derived) for folder in (root / "sourcedata" / "freesurfer", root / "freesurfer")
    ]
    return tuple(dict.fromkeys(folder for folder in (bids_dir, *derived, *within) if folder.is_dir()))


def _people(roots: Sequence[Path]) -> list[str]:
    names = {folder.name.partition("_")[0] for root in roots for folder in root.glob("sub-*/")}
    return sorted(name for name in names if name.removeprefix("sub-").isalnum())


def _choose(everybody: Sequence[str], asked: Collection[str] | None) -> list[str]:
    if not asked:
        return list(everybody)
    names = sorted({name if name.startswith("sub-") else f"sub-{name}" for name in asked})
    strangers = [name for name in names if name not in everybody]
    if strangers:
        message = f"the dataset does not hold {', '.join(strangers)}; it holds {len(everybody)} others"
        raise UnknownPerson(message)
    return names


def _look(person: str, roots: Sequence[Path], naming: Naming) -> PersonFiles:
    finds = Finds()
    files = [file for root in roots for file in _list_files(person, root)]
    find_scans(files, naming, finds)
    visits = sorted({file.session_id for file in files if "ses" in file.labels})
    find_structure(_freesurfer_folders(person, roots, visits), finds)
    find_eeg((file for file in files if file.root == roots[0]), naming, finds)
    find_results(files, naming, finds)
    recordings = sorted(finds.recordings, key=lambda found: (found.session_id, MODALITIES.index(found.modality)))
    return PersonFiles(
        participant_id=person,
        recordings=tuple(recordings),
        problems=tuple(finds.problems),
        spare=tuple(finds.spare),
    )


def _list_files(person: str, root: Path) -> Iterator[ListedFile]:
    """Give every file of a person below a root; a folder that is met again through a link is not entered twice."""
    met: set[str] = set()
    for folder, inside, names in os.walk(root / person, followlinks=True):
        real = os.path.realpath(folder)
        if real in met or "aseg.stats" in names:
            inside.clear()
            continue
        met.add(real)
        inside[:] = sorted(name for name in inside if name not in {"surf", "mri", "stats", "label"})
        yield from (ListedFile(Path(folder, name), root) for name in sorted(names))


def _freesurfer_folders(person: str, roots: Sequence[Path], visits: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """Give FreeSurfer's folders of a person by visit; one that names no visit is of the first."""
    for root in roots:
        inside = root.glob(f"{person}/ses-*/")
        for folder in sorted([*root.glob(f"{person}/"), *root.glob(f"{person}_ses-*/"), *inside]):
            visit = folder.name.partition("_")[2] or (folder.name if folder.name.startswith("ses-") else "")
            if (folder / "stats").is_dir() and ".long." not in folder.name:
                yield visit or (visits[0] if visits else ONLY_VISIT), folder


def _read_people(path: Path) -> dict[str, dict[str, object]]:
    """Read age, sex and whether they are made up from participants.tsv; who lacks one has no reference person."""
    if not path.is_file():
        return {}
    header, *rows = open_text(path).rows("\t") or [[]]
    people: dict[str, dict[str, object]] = {}
    for row in rows:
        cells = {name.lower(): cell for name, cell in zip(header, row, strict=False)}
        is_made_up = cells.get("made_up", "").lower() in _YES
        people[cells.get("participant_id", "")] = {"person": _reference(cells), "is_made_up": is_made_up}
    return people


def _reference(cells: dict[str, str]) -> ReferencePerson | None:
    sex = read_sex(cells.get("sex", cells.get("gender", "")))
    try:
        age = float(cells.get("age", ""))
    except ValueError:
        return None
    is_known = sex in {"female", "male"} and 0 <= age <= _OLDEST
    return ReferencePerson(age_years=age, is_male=sex == "male") if is_known else None
