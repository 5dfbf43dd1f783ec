"""When pulses come: bursts in trains in a protocol, every interval from onset to onset.

Decides how often and how long; it does not decide whether that is too much.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from backloop.stimulation.amounts import Count, PulseInterval, Span
from backloop.units import Frozen

__all__ = ["Level", "Timing"]

_AGREE_S = 0.0005


@dataclass(frozen=True, slots=True)
class Level:
    """One level of repetition: how many, and seconds from the onset of one to the onset of the next.

    Examples
    --------
    >>> Level(count=40, interval=0.1).duration
    4.0
    """

    count: int
    interval: float

    @property
    def duration(self) -> float:
        """Seconds that the level lasts, counted in full cycles (40 pulses at 0.1 s last 4 s)."""
        return round(self.count * self.interval, 9)


class Timing(Frozen):
    """The timing of pulses as NIBS-BIDS writes it: three nested levels, intervals in seconds from onset to onset.

    A pause between groups may be given instead, as `inter_burst_gap` or `inter_train_gap`: end of one to start of the
    next. Where both are given they must agree. A count left out is 1; `pulses_in_burst` left out is open, and then
    `pulses_in_protocol` may still state the total.

    References
    ----------
    nibs-bids

    Examples
    --------
    >>> ten_hertz = Timing(inter_pulse_interval=0.1, pulses_in_burst=40, inter_burst_gap=26, bursts_in_train=75)
    >>> ten_hertz.pulses, ten_hertz.levels[1].interval, ten_hertz.total_s / 60
    (3000, 30.0, 37.5)
    """

    inter_pulse_interval: PulseInterval | None = None
    pulses_in_burst: Count | None = None
    inter_burst_interval: Span | None = None
    inter_burst_gap: Span | None = None
    bursts_in_train: Count = 1
    inter_train_interval: Span | None = None
    inter_train_gap: Span | None = None
    trains_in_protocol: Count = 1
    pulses_in_protocol: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.pulses_in_burst is None:
            self._refuse_groups_of_nothing()
            return self
        if self.pulses_in_burst > 1 and self.inter_pulse_interval is None:
            message = "inter_pulse_interval: expected seconds from pulse to pulse, because there are several pulses"
            raise ValueError(message)
        stated = self.pulses_in_protocol
        if stated is not None and stated != self.pulses:
            message = f"pulses_in_protocol: the counts multiply to {self.pulses}, not {stated}; correct one of them"
            raise ValueError(message)
        self._onsets("burst", self.bursts_in_train, self._burst_s)
        self._onsets("train", self.trains_in_protocol, self._train_s)
        return self

    @property
    def pulses(self) -> int | None:
        """Pulses of the whole protocol (one session); None where the source leaves it open."""
        if self.pulses_in_burst is None:
            return self.pulses_in_protocol
        return self.pulses_in_burst * self.bursts_in_train * self.trains_in_protocol

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that repeat something, from the pulses outwards."""
        if self.pulses_in_burst is None:
            return ()
        levels = [Level(self.pulses_in_burst, self.inter_pulse_interval or 0.0)]
        levels.append(Level(self.bursts_in_train, self._onsets("burst", self.bursts_in_train, self._burst_s)))
        levels.append(Level(self.trains_in_protocol, self._onsets("train", self.trains_in_protocol, self._train_s)))
        return tuple(level for level in levels if level.count > 1)

    @property
    def gaps(self) -> tuple[float, ...]:
        """The pause before each outer level repeats, from the inside outwards: onset interval less duration."""
        return tuple(round(outer.interval - inner.duration, 9) for inner, outer in pairwise(self.levels))

    @property
    def total_s(self) -> float | None:
        """Seconds of all full cycles, the last pause included; None where the timing is open."""
        return self.levels[-1].duration if self.levels else None

    @property
    def _burst_s(self) -> float:
        count = self.pulses_in_burst or 1
        return Level(count, self.inter_pulse_interval or 0.0).duration if count > 1 else 0.0

    @property
    def _train_s(self) -> float:
        if self.bursts_in_train == 1:
            return self._burst_s
        return Level(self.bursts_in_train, self._onsets("burst", self.bursts_in_train, self._burst_s)).duration

    def _refuse_groups_of_nothing(self) -> None:
        if self.bursts_in_train > 1 or self.trains_in_protocol > 1:
            message = "pulses_in_burst: expected a number, because bursts or trains are counted; or leave those out too"
            raise ValueError(message)

    def _onsets(self, group: str, count: int, duration: float) -> float:
        """Give the onset interval of a level, from whichever of the two fields the file fills."""
        interval = getattr(self, f"inter_{group}_interval")
        gap = getattr(self, f"inter_{group}_gap")
        if count == 1:
            return 0.0
        if interval is None and gap is None:
            message = f"inter_{group}_interval: expected seconds from onset to onset (or inter_{group}_gap, the pause)"
            raise ValueError(message)
        onsets = duration + gap if interval is None else float(interval)
        if gap is not None and abs(onsets - duration - gap) > _AGREE_S:
            message = (
                f"inter_{group}_interval and inter_{group}_gap disagree: an onset interval of {onsets:g} s less "
                f"{duration:g} s of pulses leaves {onsets - duration:g} s, not {gap:g} s; correct or leave out one"
            )
            raise ValueError(message)
        if onsets <= duration:
            message = (
                f"inter_{group}_interval: {onsets:g} s from onset to onset leave no pause after {duration:g} s of "
                f"pulses; if this is the pause, call it inter_{group}_gap"
            )
            raise ValueError(message)
        return round(onsets, 9)
