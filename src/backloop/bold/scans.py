"""One scan on its way to readings: the series, what was taken out, and what every reading of it says about itself.

Decides how a number of this scan is written down; it does not compute one.
"""

from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backloop.bold.cleaning import Projection, make_projection
from backloop.bold.confounds import Nuisance
from backloop.bold.connectivity import effective_samples, mean_series
from backloop.bold.dynamics import StateBook
from backloop.bold.regions import Region, RegionAtlas, find_columns, load_regions
from backloop.recordings import CONNECTIVITY_BAND, SLOW_5, BoldSeries, Derivation, FrequencyBand, Reading
from backloop.units import Absent, Interval, Text

__all__ = ["BoldPlan", "BoldScan", "Definition", "made_up_scan"]

Signals = NDArray[np.float32]

_TOP_HZ = 0.25


class Definition(NamedTuple):
    """What a number is called, its unit, and whose definition it follows.

    Examples
    --------
    >>> Definition("nac-slow5", unit="fraction", convention="power, no taper").unit
    'fraction'
    """

    marker: str
    unit: str
    convention: str


@dataclass(frozen=True, eq=False)
class BoldPlan:
    """How a scan is to be read.

    Parameters
    ----------
    strategy : str
        One of `CONFOUND_STRATEGIES`.
    convention : str
        One of `ALFF_CONVENTIONS`.
    atlas : RegionAtlas
        The places.
    states : StateBook, optional
        A cohort's states; without them the markers of dynamics are absent.
    has_homogeneity : bool
        Whether ReHo is computed, which takes longer than all the rest.

    Examples
    --------
    >>> BoldPlan().convention
    'plain'
    """

    strategy: str = "scrubbing"
    convention: str = "plain"
    atlas: RegionAtlas = field(default_factory=load_regions)
    states: StateBook | None = None
    has_homogeneity: bool = True


@dataclass(frozen=True, eq=False)
class BoldScan:
    """A series as read, with everything needed to turn it into readings.

    Parameters
    ----------
    series : BoldSeries
        Not yet cleaned.
    nuisance : Nuisance
        What is to be taken out; without regressors for a series that another program cleaned.
    plan : BoldPlan
        How it is to be read.
    participant_id, session_id : str
        Whose and when.
    filtered : FrequencyBand, optional
        The band that another program already filtered the series to.

    Examples
    --------
    >>> series = BoldSeries(np.ones((240, 1), np.float32), tr=2.0, kept=np.ones(240, dtype=bool), labels=("THALAMUS",))
    >>> still = Nuisance(names=(), regressors=np.empty((240, 0)), kept=series.kept)
    >>> scan = BoldScan(series, still, BoldPlan(), participant_id="sub-01", session_id="ses-01")
    >>> scan.uncovered(Definition("nac-slow5", unit="fraction", convention="power"), "accumbens").reason.en
    'the recording does not cover the place: both nuclei accumbens'
    """

    series: BoldSeries
    nuisance: Nuisance
    plan: BoldPlan
    participant_id: str
    session_id: str
    filtered: FrequencyBand | None = None

    def projection(self, band: FrequencyBand | None = None, *, trend: int = 1) -> Projection:
        """Give what is taken out of this scan."""
        if (band, trend) not in self._made:
            kept, tr = self.series.kept, self.series.tr
            self._made[band, trend] = make_projection(self.nuisance, kept=kept, tr=tr, band=band, trend=trend)
        return self._made[band, trend]

    @cached_property
    def connectivity(self) -> Projection:
        """Nuisance and everything outside the band of connectivity, as one projection."""
        return self.projection(CONNECTIVITY_BAND)

    @property
    def measured(self) -> FrequencyBand:
        """The band that shares of power are out of: from slow-5 up to 0.25 Hz, or to the Nyquist frequency."""
        return FrequencyBand(name="all", low=SLOW_5.low, high=min(0.5 / self.series.tr, _TOP_HZ))

    @cached_property
    def samples(self) -> float:
        """How many independent samples the scan is worth for a correlation in that band."""
        every = max(self.series.values.shape[1] // 2048, 1)
        values = self.connectivity.apply(self.series.values[:, ::every])
        return effective_samples(BoldSeries(values, tr=self.series.tr, kept=self.series.kept), self.connectivity)

    def columns(self, region_id: str) -> list[NDArray[np.intp]]:
        """Give the columns that stand for a place."""
        if region_id not in self._found:
            self._found[region_id] = find_columns(self.region(region_id), self.series)
        return self._found[region_id]

    def region(self, region_id: str) -> Region:
        """Give a place of the plan's atlas."""
        return self.plan.atlas.region(region_id)

    def signals(self, region_id: str, projection: Projection) -> Signals:
        """Give the cleaned mean series of a place, shape (kept volumes, nodes); no node where it is not covered."""
        places = self.columns(region_id)
        if not places:
            return np.empty((len(self.series.values), 0), dtype=np.float32)
        return projection.apply(mean_series(self.series, places))

    def doubts(self, *region_ids: str) -> tuple[Text, ...]:
        """Say which of these places stand on coordinates that nobody checked."""
        unsure = [self.region(region_id).title for region_id in region_ids if not self.region(region_id).verified]
        return tuple(
            Text(
                en=f"Approximate place: {title.en}. No checked coordinates.", zh=f"近似部位：{title.zh}，坐标未经核对。"
            )
            for title in unsure
        )

    def reading(
        self,
        definition: Definition,
        value: float,
        *,
        interval: Interval | None = None,
        notes: tuple[Text, ...] = (),
        quality: dict[str, float] | None = None,
    ) -> Reading:
        """Write a number of this scan down."""
        return Reading(
            **definition._asdict(),
            participant_id=self.participant_id,
            session_id=self.session_id,
            value=float(value),
            n=len(self.series.values),
            counted="volumes",
            quality=self._quality | (quality or {}),
            interval=interval,
            notes=notes,
            because=self.because,
        )

    def absent(self, definition: Definition, reason: Text, *, kind: Absent = Absent.ARTEFACT) -> Reading:
        """Write down why a number of this scan is not there."""
        return Reading(
            **definition._asdict(),
            participant_id=self.participant_id,
            session_id=self.session_id,
            absent=kind,
            reason=reason,
            quality=self._quality,
            because=self.because,
        )

    def uncovered(self, definition: Definition, *region_ids: str) -> Reading:
        """Write down that the recording does not cover these places."""
        titles = [self.region(region_id).title for region_id in region_ids]
        reason = Text(
            en="the recording does not cover the place: " + ", ".join(title.en for title in titles),
            zh="该记录未覆盖以下部位：" + "、".join(title.zh for title in titles),
        )
        return self.absent(definition, reason, kind=Absent.NOT_ASKED)

    @cached_property
    def _made(self) -> dict[tuple[FrequencyBand | None, int], Projection]:
        return {}

    @cached_property
    def _found(self) -> dict[str, list[NDArray[np.intp]]]:
        return {}

    @cached_property
    def _quality(self) -> dict[str, float]:
        return self.nuisance.quality | {"seconds_used": self.series.seconds}

    @cached_property
    def because(self) -> Derivation:
        """What every number and map of this scan rests on."""
        parameters: dict[str, str | int | float | bool] = {
            "confounds": self.plan.strategy if self.nuisance.names else "none removed here",
            "regressors": len(self.nuisance.names),
            "global_signal_removed": "global_signal" in self.nuisance.names,
            "repetition_time_s": self.series.tr,
            "alff_convention": self.plan.convention,
            "connectivity_band_hz": f"{CONNECTIVITY_BAND.low:g}-{CONNECTIVITY_BAND.high:g}",
        }
        if self.filtered is not None:
            parameters["filtered_before_hz"] = f"{self.filtered.low:g}-{self.filtered.high:g}"
        software = {name: version(name) for name in ("backloop", "numpy", "scipy")}
        files = self.series.files + self.nuisance.files
        return Derivation(files=files, parameters=parameters, software=software)


def made_up_scan(*, volumes: int = 240, tr: float = 2.0, seed: int = 1) -> BoldScan:
    """Make a scan of noise in the two nuclei accumbens, for examples and trials.

    Parameters
    ----------
    volumes : int
        How many.
    tr : float
        Repetition time in seconds.
    seed : int
        Where chance starts.

    Returns
    -------
    BoldScan
        Two regions, nothing dropped, nothing to take out.

    Examples
    --------
    >>> made_up_scan().series.labels
    ('ACCUMBENS_LEFT', 'ACCUMBENS_RIGHT')
    """
    values = np.random.default_rng(seed).standard_normal((volumes, 2)).astype(np.float32)
    kept = np.ones(volumes, dtype=bool)
    series = BoldSeries(values, tr=tr, kept=kept, labels=("ACCUMBENS_LEFT", "ACCUMBENS_RIGHT"))
    still = Nuisance(names=(), regressors=np.empty((volumes, 0)), kept=kept)
    return BoldScan(series, still, BoldPlan(), participant_id="sub-01", session_id="ses-01")
