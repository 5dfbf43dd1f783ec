"""Find a person's resting runs in a folder of fMRIPrep derivatives, by their BIDS names.

Decides which files belong together and refuses two that claim to be the same; it does not read an image.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from backloop.errors import UnreadableSource
from backloop.recordings import FileUsed, read_sidecar

__all__ = ["BoldRun", "find_bold_runs", "open_bold_run"]

_ENTITY = re.compile(r"(?:^|_)([a-zA-Z]+)-([a-zA-Z0-9+]+)")
_IMAGE_ONLY = {"space", "res", "desc", "cohort"}
_NO_SESSION = "ses-01"


@dataclass(frozen=True)
class BoldRun:
    """The files of one preprocessed resting run of one person.

    Parameters
    ----------
    participant_id, session_id : str
        Whose and when; a dataset without sessions has ``ses-01``.
    bold, mask, confounds : Path
        The image, its brain mask and its table of confounds.
    tr : float, optional
        The sidecar's repetition time in seconds, if it has one.

    Examples
    --------
    >>> run = BoldRun("sub-01", "ses-01", bold=Path("b.nii.gz"), mask=Path("m.nii.gz"), confounds=Path("c.tsv"))
    >>> run.tr is None
    True
    """

    participant_id: str
    session_id: str
    bold: Path
    mask: Path
    confounds: Path
    tr: float | None = None

    @property
    def dataset(self) -> Path:
        """The root of the dataset that holds the image: the folder with the person's own."""
        above = (folder.parent for folder in self.bold.parents if folder.name == self.participant_id)
        return next(above, self.bold.parent)


def find_bold_runs(
    folder: Path, participant_id: str, *, task: str = "rest", space: str = "MNI152NLin2009cAsym"
) -> tuple[BoldRun, ...]:
    """Find the preprocessed runs of one person.

    Parameters
    ----------
    folder : Path
        The derivatives' root, which holds ``sub-*``.
    participant_id : str
        Such as ``sub-01``.
    task : str
        The BIDS task label.
    space : str
        The template the images must be in.

    Returns
    -------
    tuple of BoldRun
        One a run, in the order of the names; empty where the person has none.

    Raises
    ------
    UnreadableSource
        If a mask or table of confounds is missing, or two images are the same run: by their names, or byte for byte.

    Examples
    --------
    >>> find_bold_runs(Path("derivatives"), "sub-01")
    ()
    """
    pattern = f"**/func/{participant_id}_*task-{task}_*space-{space}*_desc-preproc_bold.nii*"
    images = sorted((folder / participant_id).glob(pattern))
    _refuse_same_names(images)
    _refuse_same_bytes(images)
    return tuple(open_bold_run(image) for image in images)


def _entities(path: Path) -> dict[str, str]:
    return dict(_ENTITY.findall(path.name))


def open_bold_run(image: Path) -> BoldRun:
    """Gather the files that belong to one preprocessed image, by their names.

    Parameters
    ----------
    image : Path
        fMRIPrep's ``*_desc-preproc_bold.nii.gz``.

    Returns
    -------
    BoldRun
        The image with its mask, its confounds and the repetition time of its sidecar.

    Raises
    ------
    UnreadableSource
        If the mask or the table of confounds does not lie beside it.

    Examples
    --------
    >>> open_bold_run(Path("sub-01_task-rest_space-T1w_desc-preproc_bold.nii.gz"))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: sub-01_task-rest_space-T1w_desc-preproc_bold.nii.gz: expected its brain mask
    beside it, named sub-01_task-rest_space-T1w_desc-brain_mask.nii.gz; copy the whole folder of derivatives
    """
    entities = _entities(image)
    repetition = read_sidecar(image).get("RepetitionTime")
    return BoldRun(
        participant_id=f"sub-{entities['sub']}",
        session_id=f"ses-{entities['ses']}" if "ses" in entities else _NO_SESSION,
        bold=image,
        mask=_beside(image, [image.name.replace("_desc-preproc_bold.", "_desc-brain_mask.")], "brain mask"),
        confounds=_beside(image, [f"{_stem(image)}_desc-confounds_{kind}.tsv" for kind in _TABLES], "confounds"),
        tr=None if repetition is None else float(repetition),
    )


_TABLES = ("timeseries", "regressors")


def _stem(image: Path) -> str:
    kept = [(name, label) for name, label in _entities(image).items() if name not in _IMAGE_ONLY]
    return "_".join(f"{name}-{label}" for name, label in kept)


def _beside(image: Path, names: list[str], what: str) -> Path:
    for name in names:
        if (image.parent / name).exists():
            return image.parent / name
    message = f"{image.name}: expected its {what} beside it, named {names[0]}; copy the whole folder of derivatives"
    raise UnreadableSource(message)


def _refuse_same_names(images: Iterable[Path]) -> None:
    seen: dict[str, Path] = {}
    for image in images:
        other = seen.setdefault(_stem(image), image)
        if other is not image:
            message = f"{other.name} and {image.name} are the same run twice; keep one of them in the folder"
            raise UnreadableSource(message)


def _refuse_same_bytes(images: Iterable[Path]) -> None:
    sizes: dict[int, list[Path]] = {}
    for image in images:
        sizes.setdefault(image.stat().st_size, []).append(image)
    for twins in sizes.values():
        seen: dict[str, Path] = {}
        for image in twins if len(twins) > 1 else ():
            other = seen.setdefault(FileUsed.at(image).sha256, image)
            if other is not image:
                message = f"{other.name} and {image.name} hold the same bytes; one is a copy under another run's name"
                raise UnreadableSource(message)
