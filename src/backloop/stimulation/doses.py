"""What a protocol amounts to: pulses, durations, pauses, output; charge and density.

Decides the arithmetic of a dose; holding it against limits is in `judging`.
"""

from functools import singledispatch

from backloop.library import Quantity
from backloop.stimulation.protocols import DirectCurrentProtocol, Electrode, MagneticProtocol
from backloop.stimulation.timing import Level
from backloop.units import Frozen

__all__ = ["DirectCurrentDose", "ElectrodeDose", "MagneticDose", "derive_dose"]

Quantities = dict[Quantity, float | None]


class MagneticDose(Frozen):
    """The dose of magnetic stimulation; None where the protocol leaves open what it needs.

    A train is the longest run of evenly spaced pulses, or of bursts in theta burst. Durations count full cycles.
    `session_s` ends with the last train, `total_s` also holds the pause after it.

    Examples
    --------
    >>> from backloop.stimulation import parse_protocol
    >>> timing = {"inter_pulse_interval": 0.1, "pulses_in_burst": 40, "inter_burst_interval": 30, "bursts_in_train": 75}
    >>> dose = derive_dose(parse_protocol({"id": "a", "title": "a", "modality": "rTMS", "timing": timing}))
    >>> dose.pulses_per_session, dose.train_duration_s, dose.train_gap_s, dose.total_s, dose.session_s
    (3000, 4.0, 26.0, 2250.0, 2224.0)
    """

    frequency_hz: float | None = None
    pulses_in_burst: int | None = None
    burst_frequency_hz: float | None = None
    pulses_per_train: int | None = None
    train_duration_s: float | None = None
    trains: int | None = None
    train_onset_s: float | None = None
    train_gap_s: float | None = None
    duty: float | None = None
    pulses_per_session: int | None = None
    session_s: float | None = None
    total_s: float | None = None
    pulses_per_week: float | None = None
    pulses_per_course: int | None = None
    intensity_percent_rmt: float | None = None
    intensity_percent_amt: float | None = None
    stimulator_output_percent: float | None = None

    @property
    def quantities(self) -> Quantities:
        """What limits may ask: no pause where there is one train, no burst amounts where there are no bursts."""
        asked: Quantities = {
            "frequency_hz": self.frequency_hz,
            "train_duration_s": self.train_duration_s,
            "trains": self.trains,
            "pulses_per_session": self.pulses_per_session,
            "pulses_per_week": self.pulses_per_week,
            "intensity_percent_rmt": self.intensity_percent_rmt,
            "intensity_percent_amt": self.intensity_percent_amt,
            "stimulator_output_percent": self.stimulator_output_percent,
        }
        if self.trains is None or self.trains > 1:
            asked["train_gap_s"] = self.train_gap_s
        if self.pulses_in_burst is not None:
            asked |= {"pulses_in_burst": self.pulses_in_burst, "burst_frequency_hz": self.burst_frequency_hz}
        return asked


class ElectrodeDose(Frozen):
    """Current and charge density under one electrode, as a mean over its area.

    Examples
    --------
    >>> ElectrodeDose(position="C3", polarity="anode").current_density_ma_per_cm2 is None
    True
    """

    position: str
    polarity: str
    current_density_ma_per_cm2: float | None = None
    current_density_a_per_m2: float | None = None
    charge_density_c_per_cm2: float | None = None
    charge_density_c_per_m2: float | None = None


class DirectCurrentDose(Frozen):
    """The dose of direct current: charge at full current (ramps left out) and density under each electrode.

    Examples
    --------
    >>> from backloop.stimulation import parse_protocol
    >>> pads = [{"position": "C3", "polarity": "anode", "area_cm2": 35}]
    >>> dose = derive_dose(parse_protocol({"id": "a", "title": "a", "modality": "tDCS", "current_mA": 2,
    ...                                    "duration_s": 1200, "electrodes": pads}))
    >>> dose.charge_c, round(dose.electrodes[0].charge_density_c_per_cm2, 4)
    (2.4, 0.0686)
    """

    current_ma: float
    duration_min: float
    charge_c: float
    charge_per_course_c: float | None = None
    electrodes: tuple[ElectrodeDose, ...] = ()

    @property
    def quantities(self) -> Quantities:
        """What limits may ask; the highest density, open until the areas of both polarities are stated."""
        densities = [each.current_density_ma_per_cm2 for each in self.electrodes]
        known = [density for density in densities if density is not None]
        is_whole = {"anode", "cathode"} == {each.polarity for each in self.electrodes} and len(known) == len(densities)
        return {
            "current_ma": self.current_ma,
            "duration_min": self.duration_min,
            "charge_c": self.charge_c,
            "current_density_ma_per_cm2": max(known) if is_whole else None,
        }


@singledispatch
def derive_dose(protocol: MagneticProtocol | DirectCurrentProtocol) -> MagneticDose | DirectCurrentDose:
    """Work out what a protocol amounts to.

    Parameters
    ----------
    protocol : MagneticProtocol or DirectCurrentProtocol
        As read from a file.

    Returns
    -------
    MagneticDose or DirectCurrentDose
        Every value that follows from what the protocol states; the rest is None.

    Notes
    -----
    Magnetic: pulses a train are counted, a train of n pulses lasts n intervals, the pause is onset interval less
    duration, duty is duration over onset interval, output is intensity times motor threshold. Direct current: charge
    is current times time, density is current or charge over area.

    References
    ----------
    nibs-bids

    Examples
    --------
    >>> from backloop.stimulation import parse_protocol
    >>> strong = {"id": "a", "title": "a", "modality": "tDCS", "current_mA": 3, "duration_s": 2400}
    >>> derive_dose(parse_protocol(strong)).charge_c
    7.2
    """
    message = f"{type(protocol).__name__} is not a stimulation protocol"
    raise TypeError(message)


@derive_dose.register
def _(protocol: MagneticProtocol) -> MagneticDose:
    timing, schedule = protocol.timing, protocol.schedule
    pulses = timing.pulses
    return MagneticDose(
        **_train_values(protocol),
        **_strengths(protocol),
        pulses_per_session=pulses,
        total_s=timing.total_s,
        session_s=None if timing.total_s is None else _round(timing.total_s - sum(timing.gaps[-1:])),
        pulses_per_week=_times(pulses, schedule.sessions_per_week),
        pulses_per_course=None if pulses is None or schedule.sessions is None else pulses * schedule.sessions,
    )


@derive_dose.register
def _(protocol: DirectCurrentProtocol) -> DirectCurrentDose:
    charge = _round(protocol.current_ma / 1000 * protocol.duration_s)
    return DirectCurrentDose(
        current_ma=protocol.current_ma,
        duration_min=_round(protocol.duration_s / 60),
        charge_c=charge,
        charge_per_course_c=_times(charge, protocol.schedule.sessions),
        electrodes=tuple(_under(each, protocol) for each in protocol.electrodes),
    )


def _train_values(protocol: MagneticProtocol) -> dict[str, float | None]:
    """Give frequency, train and pause; theta burst has its train one level further out."""
    timing, levels = protocol.timing, protocol.timing.levels
    if not levels:
        interval = timing.inter_pulse_interval
        return {"frequency_hz": None if interval is None else _round(1 / interval)}
    inside = 1 if protocol.modality == "rTMS" else 2
    train, outer, gaps = levels[inside - 1], levels[inside:], timing.gaps[inside - 1 :]
    values: dict[str, float | None] = {
        "frequency_hz": _round(1 / levels[0].interval),
        "pulses_per_train": _product(levels[:inside]),
        "train_duration_s": train.duration,
        "trains": _product(outer),
    }
    if inside > 1:
        values |= {"pulses_in_burst": levels[0].count, "burst_frequency_hz": _round(1 / train.interval)}
    if outer:
        duty = _round(train.duration / outer[0].interval)
        values |= {"train_onset_s": outer[0].interval, "train_gap_s": gaps[0], "duty": duty}
    return values


def _strengths(protocol: MagneticProtocol) -> dict[str, float | None]:
    intensity, threshold = protocol.intensity, protocol.motor_threshold
    if intensity is None:
        return {}
    value, known = intensity.value, threshold.value if threshold else None
    if intensity.basis != "MSO":
        name = f"intensity_percent_{intensity.basis.lower()}"
        return {name: value, "stimulator_output_percent": None if known is None else _round(value * known / 100)}
    strengths: dict[str, float | None] = {"stimulator_output_percent": value}
    if threshold and known:
        strengths[f"intensity_percent_{threshold.kind.lower()}"] = _round(100 * value / known)
    return strengths


def _under(electrode: Electrode, protocol: DirectCurrentProtocol) -> ElectrodeDose:
    who = {"position": electrode.position, "polarity": electrode.polarity}
    if electrode.area_cm2 is None:
        return ElectrodeDose(**who)
    current = (electrode.current_ma or protocol.current_ma) / electrode.area_cm2
    charge = current / 1000 * protocol.duration_s
    return ElectrodeDose(
        **who,
        current_density_ma_per_cm2=_round(current),
        current_density_a_per_m2=_round(current * 10),
        charge_density_c_per_cm2=_round(charge),
        charge_density_c_per_m2=_round(charge * 10_000),
    )


def _product(levels: tuple[Level, ...]) -> int:
    count = 1
    for level in levels:
        count *= level.count
    return count


def _times(value: float | None, factor: float | None) -> float | None:
    return None if value is None or factor is None else _round(value * factor)


def _round(value: float) -> float:
    """Drop the last bits, which only say that 0.1 is not exact in a computer."""
    return round(value, 9)
