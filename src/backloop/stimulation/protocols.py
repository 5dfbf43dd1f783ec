"""A stimulation protocol as data: device, place, strength, timing and course, as a file may state them.

Decides what a protocol may say; a field the source leaves open stays open, and shows.
"""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import AliasChoices, Field, TypeAdapter, model_validator

from backloop.measure import ThresholdMethod
from backloop.stimulation.amounts import (
    Area,
    Count,
    Impedance,
    Milliampere,
    Number,
    PercentOfOutput,
    PercentOfThreshold,
    Ramp,
    StimulationTime,
)
from backloop.stimulation.timing import Timing
from backloop.units import Frozen

__all__ = [
    "Coil",
    "Device",
    "DirectCurrentProtocol",
    "Electrode",
    "Intensity",
    "MagneticProtocol",
    "Schedule",
    "Sham",
    "StimulationProtocol",
    "StimulationTarget",
    "ThresholdUsed",
    "ToldItem",
    "parse_protocol",
]

_AGREE_MA = 0.001
_LEVELS = {"iTBS": 3, "cTBS": 2}


class Device(Frozen):
    """The stimulator.

    Examples
    --------
    >>> Device(maker="a maker", model="a model").model
    'a model'
    """

    maker: str = ""
    model: str = ""


class Coil(Frozen):
    """The coil: its type, model, how it lies (degrees to the midline) and how it is held.

    Examples
    --------
    >>> Coil(type="figure-8", orientation_deg=45).current_direction is None
    True
    """

    type: Literal["figure-8", "round", "double-cone", "H", "other"] | None = None
    model: str = ""
    orientation_deg: float | None = Field(default=None, ge=-360, le=360)
    current_direction: Literal["posterior-anterior", "anterior-posterior", "other"] | None = None
    held_by: str = ""


class StimulationTarget(Frozen):
    """Where: the region, its name, and the place as a 10-20 label or as MNI coordinates in mm.

    Examples
    --------
    >>> StimulationTarget(region="M1", name="left M1, hand area", position="C3").region
    'M1'
    """

    region: Literal["M1", "DLPFC", "other"]
    name: str = ""
    position: str = ""
    mni_mm: tuple[float, float, float] | None = None


class Intensity(Frozen):
    """How strong: percent of the resting (RMT) or active motor threshold (AMT), or of the stimulator's output (MSO).

    Examples
    --------
    >>> Intensity(value=90, basis="RMT").value
    90.0
    """

    value: PercentOfThreshold
    basis: Literal["RMT", "AMT", "MSO"]


class ThresholdUsed(Frozen):
    """The motor threshold behind an intensity: resting or active, percent of output, muscle, method and date.

    Examples
    --------
    >>> ThresholdUsed(kind="RMT", method="relative frequency (EMG)").value is None
    True
    """

    kind: Literal["RMT", "AMT"] = "RMT"
    value: PercentOfOutput | None = None
    muscle: str = ""
    method: ThresholdMethod | None = None
    hotspot: str = ""
    date: dt.date | None = None


class Schedule(Frozen):
    """The course: sessions in all, a week, a day, and over how many weeks.

    Examples
    --------
    >>> Schedule(sessions=10, weeks=8).sessions_per_week is None
    True
    """

    sessions: Count | None = None
    sessions_per_week: Number | None = Field(default=None, gt=0, le=70)
    sessions_per_day: Count | None = None
    weeks: Number | None = Field(default=None, gt=0)


class Sham(Frozen):
    """What the comparison group gets: its type, seconds of real current where it fades out, and a remark.

    Examples
    --------
    >>> Sham(type="current fades out", active_s=30).active_s
    30.0
    """

    type: Literal["none", "sham coil", "tilted coil", "current fades out", "inactive device", "other"]
    active_s: Number | None = Field(default=None, ge=0)
    note: str = ""


class ToldItem(Frozen):
    """What the study says about one item of a reporting checklist, and whether it is controlled.

    Examples
    --------
    >>> ToldItem(text="right-handed only", controlled=True).controlled
    True
    """

    text: str = ""
    controlled: bool | None = None


class _Stimulation(Frozen):
    """What every protocol states."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    source: str = ""
    device: Device = Device()
    target: StimulationTarget | None = None
    schedule: Schedule = Schedule()
    sham: Sham | None = None
    concurrent_task: str = ""
    reporting: dict[str, ToldItem] = {}


class MagneticProtocol(_Stimulation):
    """A protocol of repetitive magnetic stimulation: rTMS, or theta burst (iTBS, cTBS).

    Examples
    --------
    >>> timing = Timing(inter_pulse_interval=0.1, pulses_in_burst=40, inter_burst_interval=30, bursts_in_train=75)
    >>> MagneticProtocol(id="a", title="10 Hz", modality="rTMS", timing=timing).timing.pulses
    3000
    """

    modality: Literal["rTMS", "iTBS", "cTBS"]
    coil: Coil = Coil()
    intensity: Intensity | None = None
    motor_threshold: ThresholdUsed | None = None
    pulse_shape: Literal["monophasic", "biphasic", "other"] | None = None
    paired_pulses: bool = False
    muscle_outcome: bool = False
    timing: Timing

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        levels, basis = len(self.timing.levels), self.intensity and self.intensity.basis
        wanted = _LEVELS.get(self.modality, levels)
        if levels != wanted and self.timing.pulses_in_burst is not None:
            message = f"timing: {self.modality} has {wanted} levels that repeat (pulses, bursts, trains), not {levels}"
            raise ValueError(message)
        threshold = self.motor_threshold
        if threshold is not None and basis in {"RMT", "AMT"} and basis != threshold.kind:
            message = f"motor_threshold.kind: expected {basis}, the basis of the intensity, not {threshold.kind}"
            raise ValueError(message)
        return self


class Electrode(Frozen):
    """One electrode: place, polarity, shape, area in square centimetres, what lies between it and the skin.

    `current_mA` is needed only where several electrodes of one polarity share the current.

    Examples
    --------
    >>> Electrode(position="C3", polarity="anode", area_cm2=35).medium
    ''
    """

    position: str
    polarity: Literal["anode", "cathode"]
    shape: str = ""
    area_cm2: Area | None = None
    medium: str = ""
    current_ma: Milliampere | None = Field(default=None, validation_alias=AliasChoices("current_mA", "current_ma"))


class DirectCurrentProtocol(_Stimulation):
    """A protocol of transcranial direct current stimulation.

    `current_ma` (in a file ``current_mA``) and `duration_s` speak of full current; `ramp_s` comes before and after.

    Examples
    --------
    >>> DirectCurrentProtocol(id="a", title="2 mA", modality="tDCS", current_ma=2, duration_s=1200).ramp_s is None
    True
    """

    modality: Literal["tDCS"]
    current_ma: Milliampere = Field(validation_alias=AliasChoices("current_mA", "current_ma"))
    duration_s: StimulationTime
    ramp_s: Ramp | None = None
    electrodes: tuple[Electrode, ...] = ()
    impedance_kohm: Impedance | None = None

    @model_validator(mode="after")
    def _current_returns(self) -> Self:
        for polarity in ("anode", "cathode"):
            group = [each for each in self.electrodes if each.polarity == polarity]
            shares = [each.current_ma for each in group if each.current_ma is not None]
            if len(group) > 1 and len(shares) < len(group):
                message = f"electrodes: several of polarity {polarity}; state current_mA of each"
                raise ValueError(message)
            if shares and abs(sum(shares) - self.current_ma) > _AGREE_MA * len(shares):
                message = f"electrodes: the currents of polarity {polarity} do not add up to current_mA"
                raise ValueError(message)
        return self


StimulationProtocol = Annotated[MagneticProtocol | DirectCurrentProtocol, Field(discriminator="modality")]
"""A protocol of either kind; `modality` says which."""

_ADAPTER: TypeAdapter[MagneticProtocol | DirectCurrentProtocol] = TypeAdapter(StimulationProtocol)


def parse_protocol(content: object) -> MagneticProtocol | DirectCurrentProtocol:
    """Make a protocol of plain data, as a TOML or JSON file gives it.

    Parameters
    ----------
    content : mapping
        The fields by name.

    Returns
    -------
    MagneticProtocol or DirectCurrentProtocol
        Chosen by `modality`.

    Raises
    ------
    pydantic.ValidationError
        If a field is missing, misspelt, out of its range, or contradicts another.

    Examples
    --------
    >>> made = parse_protocol({"id": "a", "title": "a", "modality": "tDCS", "current_mA": 2, "duration_s": 1200})
    >>> type(made).__name__
    'DirectCurrentProtocol'
    """
    return _ADAPTER.validate_python(content)
