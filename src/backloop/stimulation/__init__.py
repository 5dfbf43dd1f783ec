"""A protocol of brain stimulation as data: what it amounts to, where it stands against limits, what to report."""

from backloop.stimulation.checklist import ToldRow
from backloop.stimulation.checks import LimitCheck, StimulationCheck, check_stimulation
from backloop.stimulation.describing import StimulationReport, describe_stimulation
from backloop.stimulation.doses import DirectCurrentDose, ElectrodeDose, MagneticDose, derive_dose
from backloop.stimulation.judging import Judged, Judgement, judge_bound, judge_duration, judge_interval
from backloop.stimulation.labels import amount, name_quantity
from backloop.stimulation.protocols import (
    Coil,
    Device,
    DirectCurrentProtocol,
    Electrode,
    Intensity,
    MagneticProtocol,
    Schedule,
    Sham,
    StimulationProtocol,
    StimulationTarget,
    ThresholdUsed,
    ToldItem,
    parse_protocol,
)
from backloop.stimulation.reading import read_stimulation
from backloop.stimulation.screening import PersonFlag
from backloop.stimulation.timing import Level, Timing

__all__ = [
    "Coil",
    "Device",
    "DirectCurrentDose",
    "DirectCurrentProtocol",
    "Electrode",
    "ElectrodeDose",
    "Intensity",
    "Judged",
    "Judgement",
    "Level",
    "LimitCheck",
    "MagneticDose",
    "MagneticProtocol",
    "PersonFlag",
    "Schedule",
    "Sham",
    "StimulationCheck",
    "StimulationProtocol",
    "StimulationReport",
    "StimulationTarget",
    "ThresholdUsed",
    "Timing",
    "ToldItem",
    "ToldRow",
    "amount",
    "check_stimulation",
    "derive_dose",
    "describe_stimulation",
    "judge_bound",
    "judge_duration",
    "judge_interval",
    "name_quantity",
    "parse_protocol",
    "read_stimulation",
]
