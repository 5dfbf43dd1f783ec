"""Look at regions of a template head through an EEG: their spectra, and how steadily they lag behind one another.

Decides when sources may be read at all and says how much regions leak into one another; regions, and which markers
are read where, are declared in `sources.toml`.
"""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from backloop.eeg.eeg_epochs import EegEpochs
from backloop.eeg.head_model import lead_fields, on_template
from backloop.eeg.rhythms import BETA, THETA, RestSpectrum, jackknife_interval, rest_spectra
from backloop.library import Cited
from backloop.recordings import FrequencyBand, Matrix, Reading
from backloop.signals import Beamformer, PhaseLag, make_beamformer, make_tapers, measure_phase_lag, tapered_transforms
from backloop.units import Absent, Frozen, Text

__all__ = ["SourceAtlas", "SourceLink", "SourceRegion", "SourceSpot", "measure_sources", "source_atlas"]

_FEWEST_CHANNELS = 30
_WHOLE = FrequencyBand(name="whole", low=1, high=45)
_CONVENTION = "LCMV of unit noise gain, 5 % regularisation, strongest direction, spherical template"

_TOO_FEW_EPOCHS = Text(en="too few epochs are free of artefact", zh="无伪迹的分段过少")
_TOO_FEW_CHANNELS = Text(
    en="fewer than 30 usable channels have a known place; sources cannot be told apart",
    zh="位置已知的可用导联少于30个，无法区分脑源",
)
_ON_TEMPLATE = Text(
    en="A region of a template head, not of this person's: modelled by spheres, its place "
    "is uncertain by centimetres. Regions leak into one another (`leak_largest` in quality: how loud the worst pair "
    "hears each other, 1 being itself), and the interval does not hold the error of the head model.",
    zh="为模板头部（而非本人）的脑区：基于球形头模，定位误差可达厘米级。脑区之间存在信号泄漏"
    "（quality中的leak_largest：最差一对相互泄漏的程度，自身为1），区间未包含头模误差。",
)
_LAGS = Text(en="Theta lag between sources", zh="脑源间θ相位滞后")


class SourceRegion(Cited):
    """A point of the brain that stands for a region.

    Examples
    --------
    >>> source_atlas().regions[0].id, source_atlas().regions[0].point
    ('frontopole', (5.6, 66.7, -3.6))
    """

    id: str
    title: Text
    point: tuple[float, float, float]
    is_frontal: bool = False


class SourceLink(Frozen):
    """A marker of lag: the mean over pairs of one region of the first and another of the second.

    Examples
    --------
    >>> source_atlas().links[-1].start
    ('frontopole',)
    """

    marker: str
    start: tuple[str, ...] = Field(alias="from")
    end: tuple[str, ...] = Field(alias="to")
    text: Text


class SourceSpot(Frozen):
    """A marker of the spectrum at one region.

    Examples
    --------
    >>> source_atlas().spots[0].region
    'mpfc'
    """

    marker: str
    region: str
    what: Literal["theta", "beta", "slope"]


class SourceAtlas(Frozen):
    """Regions, and the markers read at them.

    Examples
    --------
    >>> len(source_atlas().regions), [spot.what for spot in source_atlas().spots]
    (11, ['theta', 'beta', 'slope'])
    """

    regions: tuple[SourceRegion, ...]
    links: tuple[SourceLink, ...]
    spots: tuple[SourceSpot, ...]

    @property
    def points(self) -> tuple[tuple[float, float, float], ...]:
        """Where the regions lie, in mm of MNI152."""
        return tuple(region.point for region in self.regions)

    def pairs(self, link: SourceLink) -> NDArray[np.bool_]:
        """Say which pairs of regions a link is the mean over, shape (regions, regions), above the diagonal."""
        first, second = (np.array([one.id in side for one in self.regions]) for side in (link.start, link.end))
        either = first[:, None] & second
        return np.triu(either | either.T, 1)


@cache
def source_atlas() -> SourceAtlas:
    """Give the regions at which sources are read, and the markers read there.

    Returns
    -------
    SourceAtlas
        As declared.

    Examples
    --------
    >>> source_atlas().links[0].marker
    'eeg-theta-connectivity.sources'
    """
    text = resources.files("backloop.eeg").joinpath("sources.toml").read_text("utf-8")
    return SourceAtlas.model_validate(tomllib.loads(text))


@dataclass(frozen=True, eq=False)
class _View:
    """What filters make of the epochs: one course a region."""

    beamformer: Beamformer
    epochs: EegEpochs


def measure_sources(epochs: EegEpochs, shell: Reading) -> tuple[tuple[Reading, ...], Matrix | None]:
    """Read the markers of sources from the epochs of a rest.

    Parameters
    ----------
    epochs : EegEpochs
        From `cut_epochs`.
    shell : Reading
        Whose, with what the epochs cost.

    Returns
    -------
    tuple
        A reading for each marker of `source_atlas`, absent with its reason where there are too few epochs or channels
        of known place; the lag between all regions, or None.

    Notes
    -----
    Filters for theta (lags) and for 1 to 45 Hz (spectra), each from the covariance of its band over all epochs. Lags
    are the debiased weighted phase lag index over epochs that share no sample: it is blind to leakage without lag, but
    not to what two leaking regions pass on of a third.

    References
    ----------
    van-veen-1997, sekihara-2008, vinck-2011, gil-avila-2023

    Examples
    --------
    >>> from backloop.eeg.eeg import EegRecording
    >>> from backloop.eeg.eeg_cleaning import CleanEeg, EegPlan
    >>> from backloop.eeg.eeg_epochs import cut_epochs
    >>> from backloop.eeg.rhythms import start_reading
    >>> noise = np.random.default_rng(1).standard_normal((2, 5000)).astype(np.float32)
    >>> rest = EegRecording(noise, rate_hz=250.0, channels=("Cz", "Pz"), eyes="closed")
    >>> epochs = cut_epochs(CleanEeg(rest, quality={}), EegPlan())
    >>> shell = start_reading(epochs, participant_id="sub-01", session_id="ses-01")
    >>> measure_sources(epochs, shell)[0][0].reason.en
    'fewer than 30 usable channels have a known place; sources cannot be told apart'
    """
    atlas, recording = source_atlas(), epochs.recording
    measured = recording.positions
    known = np.array([name in measured for name in recording.channels]) if measured else on_template(recording.channels)
    shell = shell.model_copy(
        update={
            "notes": (*shell.notes, _ON_TEMPLATE),
            "quality": shell.quality | {"source_channels": float(known.sum())},
            "because": shell.because.model_copy(
                update={"parameters": shell.because.parameters | {"electrodes": "measured" if measured else "10-05"}}
            ),
        }
    )
    absent = _why_absent(epochs, known)
    if absent:
        asked: tuple[SourceLink | SourceSpot, ...] = (*atlas.links, *atlas.spots)
        return tuple(shell.model_copy(update=_name(shell, one, None) | absent) for one in asked), None
    apart = epochs.apart()
    lags = _look(apart, known, THETA)
    lag = measure_phase_lag(
        lags.epochs.values,
        THETA,
        rate_hz=recording.rate_hz,
        groups=apart.groups(),
        bandwidth_hz=epochs.plan.bandwidth_hz,
    )
    whole = _look(epochs, known, _WHOLE)
    readings = [_read_link(shell, link, lag, lags) for link in atlas.links]
    return (*readings, *_read_spots(shell, whole)), _show(lag.index())


def _why_absent(epochs: EegEpochs, known: NDArray[np.bool_]) -> dict[str, object]:
    if len(epochs.apart()) < epochs.plan.fewest_epochs:
        return {"absent": Absent.ARTEFACT, "reason": _TOO_FEW_EPOCHS}
    if known.sum() < _FEWEST_CHANNELS:
        return {"absent": Absent.NOT_ASKED, "reason": _TOO_FEW_CHANNELS}
    return {}


def _look(epochs: EegEpochs, known: NDArray[np.bool_], band: FrequencyBand) -> _View:
    """Look at every region through the channels of known place."""
    recording, regions = epochs.recording, source_atlas()
    channels = tuple(np.array(recording.channels)[known].tolist())
    values = epochs.values[:, known] - epochs.values[:, known].mean(axis=1, keepdims=True)
    fields = lead_fields(channels, regions.points, positions=recording.positions or None)
    beamformer = make_beamformer(_covariance(values, band, epochs), fields)
    seen = np.einsum("pc,ect->ept", beamformer.weights.astype(np.float32), values, optimize=True)
    names = tuple(region.id for region in regions.regions)
    return _View(beamformer, replace(epochs, values=seen, recording=replace(recording, channels=names)))


def _covariance(values: NDArray[np.float32], band: FrequencyBand, epochs: EegEpochs) -> NDArray[np.float64]:
    """Give the covariance of the channels within a band, over all epochs."""
    rate, samples = epochs.recording.rate_hz, values.shape[-1]
    hz = np.fft.rfftfreq(samples, 1 / rate).astype(np.float64)
    hz = hz[(hz >= band.low - 1e-9) & (hz <= band.high + 1e-9)]
    tapers = make_tapers(samples, rate_hz=rate, bandwidth_hz=epochs.plan.bandwidth_hz)
    waves = tapered_transforms(values, tapers, rate_hz=rate, hz=hz).transpose(1, 0, 2, 3).reshape(values.shape[1], -1)
    covariance: NDArray[np.float64] = (waves @ waves.conj().T).real.astype(np.float64)
    return covariance


def _name(shell: Reading, asked: SourceLink | SourceSpot, view: _View | None) -> dict[str, object]:
    """Give a reading's name, unit and convention, and how much the regions leak where they were looked at."""
    if isinstance(asked, SourceLink):
        taken = {"marker": asked.marker, "unit": "index"}
        what = f"debiased wPLI (squared), 4-7.9 Hz, mean over {asked.text.en}"
        beside = source_atlas().pairs(asked)
    else:
        unit = "exponent" if asked.what == "slope" else "fraction"
        taken = {"marker": asked.marker, "unit": unit}
        bands = {"theta": "4-7.9 of 1-45 Hz", "beta": "13-30 of 1-45 Hz", "slope": "fixed slope, 2-40 Hz"}
        what = f"{bands[asked.what]}, source at {asked.region}"
        here = np.array([region.id == asked.region for region in source_atlas().regions])
        beside = here[:, None] & ~here
    update: dict[str, object] = {**taken, "convention": f"{what}; {_CONVENTION}"}
    if view is not None:
        leak = view.beamformer.leak()
        loudest = float(leak[beside | (beside.T if isinstance(asked, SourceLink) else beside)].max())
        update["quality"] = shell.quality | {"leak_largest": loudest}
    return update


def _read_link(shell: Reading, link: SourceLink, lag: PhaseLag, view: _View) -> Reading:
    pairs = source_atlas().pairs(link)
    value = float(lag.index()[pairs].mean())
    without = np.array([lag.index(without=group)[pairs].mean() for group in range(len(lag.sums))])
    found = {"value": value, "absent": None, "reason": None, "n": len(view.epochs)}
    return shell.model_copy(update=_name(shell, link, view) | found | {"interval": jackknife_interval(value, without)})


def _read_spots(shell: Reading, view: _View) -> list[Reading]:
    spots = source_atlas().spots
    spectra = {region: _spectra_at(view.epochs, region) for region in {spot.region for spot in spots}}
    return [_read_spot(shell, spot, view, spectra[spot.region]) for spot in spots]


def _spectra_at(epochs: EegEpochs, region: str) -> tuple[RestSpectrum, ...]:
    at = epochs.recording.channels.index(region)
    values = np.ascontiguousarray(epochs.values[:, at : at + 1])
    return rest_spectra(replace(epochs, values=values, recording=replace(epochs.recording, channels=(region,))))


def _read_spot(shell: Reading, spot: SourceSpot, view: _View, spectra: tuple[RestSpectrum, ...]) -> Reading:
    value, *without = (_estimate(spot, rest) for rest in spectra)
    found = {"value": value, "absent": None, "reason": None, "n": len(view.epochs)}
    return shell.model_copy(
        update=_name(shell, spot, view) | found | {"interval": jackknife_interval(value, np.array(without))}
    )


def _estimate(spot: SourceSpot, rest: RestSpectrum) -> float:
    if spot.what == "slope":
        return rest.model.exponent
    return rest.share(THETA if spot.what == "theta" else BETA)


def _show(index: NDArray[np.float64]) -> Matrix:
    both = np.triu(index, 1) + np.triu(index, 1).T
    return Matrix(
        name=_LAGS,
        labels=tuple(region.id for region in source_atlas().regions),
        values=tuple(tuple(row) for row in both.tolist()),
        unit="index",
    )
