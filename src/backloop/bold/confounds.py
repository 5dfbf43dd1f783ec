"""What moved, breathed and drifted: nuisance regressors and bad volumes from fMRIPrep's table of confounds.

Decides which columns a strategy takes and which volumes are dropped; it does not touch the image.
"""

import json
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backloop.errors import MeasureError
from backloop.recordings import FileUsed, open_text
from backloop.units import Frozen

__all__ = ["CONFOUND_STRATEGIES", "ConfoundStrategy", "Nuisance", "read_confounds"]

Floats = NDArray[np.float64]

_MOTION = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
_EXPANSIONS = {"none": (), "basic": ("",), "full": ("", "_derivative1", "_power2", "_derivative1_power2")}


class ConfoundStrategy(Frozen):
    """Which confounds are removed, and when a volume is dropped.

    ``full`` adds the temporal derivative and both squares. `shortest` is the least number of volumes in a row that
    is kept between dropped ones. Thresholds are for framewise displacement (mm) and standardised DVARS.

    References
    ----------
    nilearn-confounds

    Examples
    --------
    >>> CONFOUND_STRATEGIES["24P"].motion
    'full'
    """

    motion: Literal["none", "basic", "full"] = "full"
    tissue: Literal["none", "basic", "full"] = "none"
    global_signal: Literal["none", "basic", "full"] = "none"
    has_compcor: bool = False
    has_cosines: bool = False
    is_scrubbed: bool = False
    fd_threshold: float = 0.5
    dvars_threshold: float = 1.5
    shortest: int = 5


CONFOUND_STRATEGIES = {
    "24P": ConfoundStrategy(),
    "36P": ConfoundStrategy(tissue="full", global_signal="full"),
    "aCompCor": ConfoundStrategy(has_compcor=True, has_cosines=True),
    "scrubbing": ConfoundStrategy(tissue="full", has_cosines=True, is_scrubbed=True),
}
"""The strategies by name; 24P is six motion parameters, their derivatives and squares."""


@dataclass(frozen=True, eq=False)
class Nuisance:
    """Regressors of no interest, and which volumes remain.

    Parameters
    ----------
    names : tuple of str
        The regressors' columns.
    regressors : array of float, shape (volumes, regressors)
        Their values at every volume, kept or not.
    kept : array of bool, shape (volumes,)
        Which volumes remain.
    mean_fd : float
        Mean framewise displacement of the whole run in mm; NaN where the table has none.
    files : tuple of FileUsed
        What was read.

    Examples
    --------
    >>> still = Nuisance(names=(), regressors=np.empty((240, 0)), kept=np.ones(240, dtype=bool))
    >>> still.quality
    {'kept_volumes_fraction': 1.0}
    """

    names: tuple[str, ...]
    regressors: Floats
    kept: NDArray[np.bool_]
    mean_fd: float = float("nan")
    files: tuple[FileUsed, ...] = field(default=())

    @property
    def quality(self) -> dict[str, float]:
        """What a reader must weigh: how much the head moved and how much of the run is left."""
        kept = {"kept_volumes_fraction": float(self.kept.mean())}
        return kept if np.isnan(self.mean_fd) else {"mean_fd_mm": self.mean_fd} | kept


def read_confounds(path: Path, strategy: ConfoundStrategy) -> Nuisance:
    r"""Take a strategy's columns and bad volumes from a table of confounds.

    Parameters
    ----------
    path : Path
        fMRIPrep's ``*_desc-confounds_timeseries.tsv``; for CompCor its JSON must lie beside it.
    strategy : ConfoundStrategy
        One of `CONFOUND_STRATEGIES` or your own.

    Returns
    -------
    Nuisance
        The regressors, with a derivative's first value taken from the second volume, and the volumes that remain.

    Raises
    ------
    MeasureError
        If a column that the strategy needs is not there, or no volume remains.

    Notes
    -----
    The same choice as nilearn's ``load_confounds``. Volumes before the steady state are always dropped. Regressors
    are not centred: the projection contains a constant.

    References
    ----------
    nilearn-confounds

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "sub-01_desc-confounds_timeseries.tsv"
    >>> _ = path.write_text("\t".join(_MOTION) + "\n" + "0\t0\t0\t0\t0\t0\n1\t0\t0\t0\t0\t0\n")
    >>> read_confounds(path, ConfoundStrategy(motion="basic")).names[:2]
    ('trans_x', 'trans_y')
    """
    source = open_text(path)
    table = pd.read_csv(StringIO(source.text), sep="\t", na_values="n/a")
    names = _columns(path, table, strategy)
    absent = [name for name in names if name not in table.columns]
    if absent:
        message = (
            f"{path.name}: the strategy needs columns that are not there: {', '.join(absent)}; choose another strategy"
        )
        raise MeasureError(message)
    regressors = table[names].to_numpy(dtype=np.float64, copy=True)
    _fill_first(path, regressors)
    kept = ~(_not_steady(table) | (_moved(path, table, strategy) if strategy.is_scrubbed else False))
    if not kept.any():
        message = f"{path.name}: every volume was dropped for motion; this run cannot be used with these thresholds"
        raise MeasureError(message)
    displacement = table.get("framewise_displacement", pd.Series(dtype=float)).mean()
    return Nuisance(tuple(names), regressors, kept=kept, mean_fd=float(displacement), files=(source.used,))


def _columns(path: Path, table: pd.DataFrame, strategy: ConfoundStrategy) -> list[str]:
    chosen = [(_MOTION, strategy.motion), (("csf", "white_matter"), strategy.tissue)]
    chosen.append((("global_signal",), strategy.global_signal))
    names = [name + suffix for bases, model in chosen for name in bases for suffix in _EXPANSIONS[model]]
    if strategy.has_cosines:
        names += [str(name) for name in table.columns if str(name).startswith("cosine")]
    return names + (_components(path) if strategy.has_compcor else [])


def _components(path: Path) -> list[str]:
    """Name the anatomical components of the combined mask, as the JSON beside the table lists them."""
    sidecar = path.with_suffix(".json")
    if not sidecar.exists():
        message = f"{path.name}: aCompCor needs {sidecar.name} beside it, which says what each component was made from"
        raise MeasureError(message)
    said = json.loads(open_text(sidecar).text)
    names = [name for name in said if name.startswith("a_comp_cor_") and said[name].get("Mask") == "combined"]
    return sorted(name for name in names if said[name].get("Retained", True))


def _fill_first(path: Path, regressors: Floats) -> None:
    """Give a derivative, which the first volume cannot have, the value of the second."""
    empty = np.isnan(regressors[0])
    regressors[0, empty] = regressors[1, empty]
    if np.isnan(regressors).any():
        message = f"{path.name}: {int(np.isnan(regressors).sum())} confounds have no value after the first volume"
        raise MeasureError(message)


def _not_steady(table: pd.DataFrame) -> NDArray[np.bool_]:
    columns = [name for name in table.columns if "non_steady_state" in str(name)]
    marked: NDArray[np.bool_] = table[columns].to_numpy(dtype=float).sum(axis=1) > 0
    return marked


def _moved(path: Path, table: pd.DataFrame, strategy: ConfoundStrategy) -> NDArray[np.bool_]:
    """Mark volumes over a threshold, and stretches between them that are too short to keep."""
    absent = [name for name in ("framewise_displacement", "std_dvars") if name not in table.columns]
    if absent:
        message = f"{path.name}: scrubbing needs columns that are not there: {absent}; choose another strategy"
        raise MeasureError(message)
    over = table["framewise_displacement"] > strategy.fd_threshold
    moved: NDArray[np.bool_] = (over | (table["std_dvars"] > strategy.dvars_threshold)).to_numpy(copy=True)
    if not moved.any():
        return moved
    stretch = np.cumsum(np.diff(moved, prepend=moved[0]))
    too_short = np.bincount(stretch)[stretch] < strategy.shortest
    moved |= too_short
    return moved
