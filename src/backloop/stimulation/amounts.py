"""The amounts a protocol may state, each with its unit, its plausible range and the slip of the pen it guards against.

Decides what is refused as a wrong unit; it does not decide what is too much.
"""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

__all__ = [
    "Area",
    "Count",
    "Impedance",
    "Milliampere",
    "Number",
    "PercentOfOutput",
    "PercentOfThreshold",
    "PulseInterval",
    "Ramp",
    "Span",
    "StimulationTime",
]


def _between(low: float, high: float, unit: str, hint: str) -> Callable[[float], float]:
    def check(value: float) -> float:
        if not low <= value <= high:
            message = f"expected {low:g} to {high:g} {unit}; {hint}"
            raise ValueError(message)
        return value

    return check


Number = Annotated[float, Field(strict=True)]
"""A number written as one: neither text nor true or false."""

Count = Annotated[int, Field(ge=1, strict=True)]
"""A whole number from 1."""

PulseInterval = Annotated[
    Number, AfterValidator(_between(0.001, 10, "seconds from pulse to pulse", "10 Hz is 0.1, not 10 and not 100 ms"))
]
"""Seconds from the start of one pulse to the start of the next."""

Span = Annotated[Number, AfterValidator(_between(0, 3600, "seconds", "divide milliseconds by 1000"))]
"""Seconds between groups of pulses, from onset to onset or as a pause; 0 where nothing is repeated."""

StimulationTime = Annotated[
    Number,
    AfterValidator(
        _between(60, 14400, "seconds at full current", "20 minutes are 1200; milliseconds do not belong here")
    ),
]
"""Seconds of direct current at full strength."""

Ramp = Annotated[Number, AfterValidator(_between(0, 300, "seconds", "divide milliseconds by 1000"))]
"""Seconds in which a current rises or falls."""

Milliampere = Annotated[
    Number,
    AfterValidator(
        _between(0.05, 20, "mA", "2 mA is 2, not 0.002 (that would be amperes) and not 2000 (microamperes)")
    ),
]
"""A direct current in milliampere."""

Area = Annotated[Number, AfterValidator(_between(0.1, 200, "cm2", "divide square millimetres by 100"))]
"""The area of an electrode that touches the skin, in square centimetres."""

Impedance = Annotated[Number, AfterValidator(_between(0.05, 500, "kOhm", "divide ohms by 1000"))]
"""What the device shows before or during stimulation, in kiloohm."""

PercentOfThreshold = Annotated[Number, AfterValidator(_between(5, 300, "percent", "90 % is 90, not 0.9"))]
"""An intensity in percent of a motor threshold, or of the stimulator's output."""

PercentOfOutput = Annotated[
    Number, AfterValidator(_between(5, 100, "percent of the stimulator's output", "write 52 for 52 %, not 0.52"))
]
"""A motor threshold in percent of the stimulator's maximum output."""
