"""The head that stands for everybody's: where electrodes and regions lie, and what a current adds to each channel.

Decides places and conduction on a template; it looks at no recording. MNE-Python computes the sphere.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backloop.errors import MeasureError

__all__ = ["lead_fields", "on_template"]

_MONTAGES = ("colin27_1005", "standard_1005")
_BRAIN_RADIUS = 0.90

Floats = NDArray[np.float64]
Places = tuple[tuple[str, tuple[float, float, float]], ...]


def on_template(channels: tuple[str, ...]) -> NDArray[np.bool_]:
    """Say which channels have a place on the template head, by their names.

    Parameters
    ----------
    channels : tuple of str
        Names of the 10-05 system; those of no known system have no place.

    Returns
    -------
    array of bool, shape (channels,)
        True where the place is known.

    Examples
    --------
    >>> on_template(("Cz", "E17")).tolist()
    [True, False]
    """
    known = {name for name, _ in _template()}
    return np.array([name in known for name in channels])


def lead_fields(
    channels: tuple[str, ...],
    points: tuple[tuple[float, float, float], ...],
    *,
    positions: dict[str, tuple[float, float, float]] | None = None,
) -> Floats:
    """Compute what a unit current at some points of the brain adds to each channel.

    Parameters
    ----------
    channels : tuple of str
        Of the 10-05 system, or all named in `positions`.
    points : tuple of (float, float, float)
        In mm of the MNI152 space.
    positions : dict of str to tuple of float, optional
        Measured places of the electrodes in m, in the system of the ears and the nose; else those of the template.

    Returns
    -------
    array, shape (points, channels, 3)
        In µV for 1 nA m along each axis, against the average of the channels.

    Raises
    ------
    MeasureError
        If a channel has no place, a point lies outside the brain's sphere, or MNE-Python is not installed.

    Notes
    -----
    Spheres for brain, fluid, skull and scalp (0.33, 1, 0.004 and 0.33 S/m, MNE-Python's own) fitted to the electrodes.
    The template is the 10-05 system on the Colin27 head, with the transformation of fsaverage: differences between
    MNI spaces of 1 to 3 mm are left alone. The template's field is computed once a process.

    References
    ----------
    gramfort-2013

    Examples
    --------
    >>> lead_fields(("Fz", "Cz", "Pz"), ((0.0, 30.0, 27.0),)).shape
    (1, 3, 3)
    """
    asked = tuple((name, positions[name]) for name in channels if name in positions) if positions else _template()
    names = [name for name, _ in asked]
    unknown = [name for name in channels if name not in names]
    if unknown:
        message = f"EEG: expected channels with a known place, of the 10-05 system or measured; got {unknown[:8]}"
        raise MeasureError(message)
    fields = _sphere_fields(asked, points)[:, [names.index(name) for name in channels]]
    against: Floats = fields - fields.mean(axis=1, keepdims=True)
    return against


def _mne() -> Any:  # noqa: ANN401 - MNE gives no types
    if find_spec("mne") is None:
        message = "EEG: sources need MNE-Python; run: pip install 'backloop[brain]'"
        raise MeasureError(message)
    import mne

    return mne


@cache
def _template() -> Places:
    channels = _mne().channels
    montage = next(name for name in _MONTAGES if name in channels.get_builtin_montages())
    info = _mne().create_info(channels.make_standard_montage(montage).ch_names, 1000.0, "eeg")
    info.set_montage(channels.make_standard_montage(montage))
    return tuple((one["ch_name"], tuple(one["loc"][:3].tolist())) for one in info["chs"])


@cache
def _sphere_fields(places: Places, points: tuple[tuple[float, float, float], ...]) -> Floats:
    mne = _mne()
    info = mne.create_info([name for name, _ in places], 1000.0, "eeg")
    info.set_montage(mne.channels.make_dig_montage(dict(places), coord_frame="head"))
    sphere = mne.make_sphere_model("auto", "auto", info, verbose="ERROR")
    inside = _in_head(points)
    far = np.linalg.norm(inside - sphere["r0"], axis=1) > _BRAIN_RADIUS * sphere.radius
    if far.any():
        outside = [points[at] for at in np.flatnonzero(far)]
        message = f"EEG: expected points within the brain's sphere, in mm of MNI152; got {outside}"
        raise MeasureError(message)
    sources = {"rr": inside, "nn": np.tile([0.0, 0.0, 1.0], (len(inside), 1))}
    space = mne.setup_volume_source_space(pos=sources, sphere_units="m", verbose="ERROR")
    forward = mne.make_forward_solution(
        info, trans=None, src=space, bem=sphere, meg=False, eeg=True, mindist=0, verbose="ERROR"
    )
    fields = forward["sol"]["data"].reshape(len(places), len(points), 3).transpose(1, 0, 2)
    return np.asarray(fields, dtype=np.float64) * 1e-9 / 1e-6


def _in_head(points: tuple[tuple[float, float, float], ...]) -> Floats:
    """Move points from MNI152 (mm) to the system of the ears and the nose (m)."""
    mne = _mne()
    path = Path(mne.__file__).parent / "data" / "fsaverage" / "fsaverage-trans.fif"
    trans = mne.transforms.invert_transform(mne.read_trans(path, verbose="ERROR"))
    moved: Floats = mne.transforms.apply_trans(trans, np.array(points) / 1000)
    return moved
