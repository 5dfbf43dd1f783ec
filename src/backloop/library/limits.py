"""The books of limits for brain stimulation: tables, bounds, medicines, contraindications, and who signed a copy.

Decides how a limit is written down; a protocol is held against it in the room `stimulation`.
"""

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from backloop.library.books import Book, Cited
from backloop.library.conditions import Condition
from backloop.library.treatments import Contraindication
from backloop.units import Frozen, Text

__all__ = [
    "Bound",
    "Bounds",
    "Contraindications",
    "Holding",
    "Limit",
    "MedicineGroup",
    "Medicines",
    "Modality",
    "Quantity",
    "Scope",
    "ThresholdBias",
    "TrainDurations",
    "TrainIntervals",
]

Modality = Literal["rTMS", "iTBS", "cTBS", "tDCS"]
"""Repetitive magnetic stimulation, intermittent and continuous theta burst, direct current."""

Quantity = Literal[
    "frequency_hz",
    "pulses_in_burst",
    "burst_frequency_hz",
    "train_duration_s",
    "train_gap_s",
    "trains",
    "pulses_per_session",
    "pulses_per_week",
    "intensity_percent_rmt",
    "intensity_percent_amt",
    "stimulator_output_percent",
    "current_ma",
    "duration_min",
    "charge_c",
    "current_density_ma_per_cm2",
]
"""What a limit may bind, with its unit in the name; every one is derived from a protocol."""

Cell = Literal["within", "beyond", "no data"]


class Scope(Frozen):
    """What a limit was made for; an empty list means no restriction.

    `emg_threshold` says that intensities count in percent of a motor threshold read from the muscle's potentials.

    Examples
    --------
    >>> Scope(modalities=("rTMS",), regions=("M1",)).emg_threshold
    False
    """

    modalities: tuple[Modality, ...] = Field(min_length=1)
    coils: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    emg_threshold: bool = False


class TrainDurations(Cited):
    """The longest train by frequency (rows) and intensity (columns, percent of resting motor threshold).

    ``seconds[row][column]``; where ``longest_tested`` is true nobody tried longer, and the cell is not a limit found.
    Intensities from `from_intensity` up are judged by the next higher column.

    Examples
    --------
    >>> table = TrainDurations(kind="train durations", frequencies_hz=(10, 20), intensities=(100, 110),
    ...     from_intensity=100, seconds=((5, 5), (2, 1.6)), longest_tested=((True, True), (False, False)),
    ...     reference="rossi-2009", verified=False)
    >>> table.seconds[1][1]
    1.6
    """

    kind: Literal["train durations"]
    from_intensity: float = Field(gt=0)
    frequencies_hz: tuple[float, ...] = Field(min_length=1)
    intensities: tuple[float, ...] = Field(min_length=1)
    seconds: tuple[tuple[float, ...], ...]
    longest_tested: tuple[tuple[bool, ...], ...]

    @model_validator(mode="after")
    def _is_a_table(self) -> Self:
        _check_table(self.seconds, rows=self.frequencies_hz, columns=self.intensities)
        _check_table(self.longest_tested, rows=self.frequencies_hz, columns=self.intensities)
        lines = [*self.seconds, *zip(*self.seconds, strict=True)]
        if any(after > before for line in lines for before, after in pairwise(line)):
            message = "seconds must never grow with frequency or intensity; compare the table with its source"
            raise ValueError(message)
        return self

    @property
    def claims(self) -> tuple[Cited, ...]:
        """What this limit claims from a source."""
        return (self,)


class TrainIntervals(Cited):
    """What was seen at pauses between trains (rows, seconds) and intensities (columns, percent of motor threshold).

    Made with `trains_tested` trains of at most `up_to_hz`. A pause is judged by the next shorter row.

    Examples
    --------
    >>> table = TrainIntervals(kind="train intervals", gaps_s=(5, 1), intensities=(100, 110), from_intensity=90,
    ...     up_to_hz=20, trains_tested=10, cells=(("within", "within"), ("beyond", "beyond")),
    ...     reference="chen-1997", verified=False)
    >>> table.cells[1][0]
    'beyond'
    """

    kind: Literal["train intervals"]
    from_intensity: float = Field(gt=0)
    gaps_s: tuple[float, ...] = Field(min_length=1)
    intensities: tuple[float, ...] = Field(min_length=1)
    up_to_hz: float = Field(gt=0)
    trains_tested: int = Field(gt=0)
    cells: tuple[tuple[Cell, ...], ...]

    @model_validator(mode="after")
    def _is_a_table(self) -> Self:
        _check_table(self.cells, rows=tuple(-gap for gap in self.gaps_s), columns=self.intensities)
        lines = [*self.cells, *zip(*self.cells, strict=True)]
        if any(before == "beyond" and after == "within" for line in lines for before, after in pairwise(line)):
            message = "a shorter pause or a higher intensity must not turn 'beyond' into 'within'"
            raise ValueError(message)
        return self

    @property
    def claims(self) -> tuple[Cited, ...]:
        """What this limit claims from a source."""
        return (self,)


class Bound(Cited):
    """The most or the least one quantity may be; `tested_only` where nobody tried beyond and no harm was found there.

    `when` asks other quantities of the same protocol; without it the bound always holds.

    Examples
    --------
    >>> Bound(quantity="current_ma", at_most=4, tested_only=True, reference="bikson-2016", verified=True).at_most
    4.0
    """

    quantity: Quantity
    at_most: float | None = None
    at_least: float | None = None
    tested_only: bool = False
    when: Condition | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if (self.at_most is None) == (self.at_least is None):
            message = "a bound has either at_most or at_least; write two bounds for both ends"
            raise ValueError(message)
        return self


class Bounds(Frozen):
    """Bounds that stand apart: each is judged by itself.

    Examples
    --------
    >>> from backloop.library import Library
    >>> [bound.quantity for bound in Library.packaged().limit("tdcs-bounds").holds.bounds]
    ['current_ma', 'duration_min', 'charge_c']
    """

    kind: Literal["bounds"]
    bounds: tuple[Bound, ...] = Field(min_length=1)

    @property
    def claims(self) -> tuple[Cited, ...]:
        """What this limit claims from a source."""
        return self.bounds


class ThresholdBias(Cited):
    """How much higher one way of finding the motor threshold reads than potentials of the muscle, in percent.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().limit("visual-motor-threshold").holds.mean_percent
    11.3
    """

    kind: Literal["threshold bias"]
    method: str
    mean_percent: float = Field(ge=0)
    low_percent: float = Field(ge=0)
    high_percent: float = Field(ge=0)

    @property
    def claims(self) -> tuple[Cited, ...]:
        """What this limit claims from a source."""
        return (self,)


class MedicineGroup(Cited):
    """Medicines that lower the seizure threshold alike, by generic name or class.

    A name may hold others in brackets or after a slash: ``carmustine (BCNU)`` is found under both.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().limit("tms-medicines").holds.groups[0].hazard
    'strong'
    """

    hazard: Literal["strong", "relative", "withdrawal"]
    meaning: Text
    names: tuple[Text, ...] = Field(min_length=1)


class Medicines(Frozen):
    """The list of medicines; what is not on it is unknown, never harmless.

    Examples
    --------
    >>> from backloop.library import Library
    >>> {group.hazard for group in Library.packaged().limit("tms-medicines").holds.groups} >= {"strong", "relative"}
    True
    """

    kind: Literal["medicines"]
    groups: tuple[MedicineGroup, ...] = Field(min_length=1)

    @property
    def claims(self) -> tuple[Cited, ...]:
        """What this limit claims from a source."""
        return self.groups


class Contraindications(Frozen):
    """What speaks against stimulating a person, as questions to the record.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().limit("tms-contraindications").holds.rows[0].kind
    'absolute'
    """

    kind: Literal["contraindications"]
    rows: tuple[Contraindication, ...] = Field(min_length=1)

    @property
    def claims(self) -> tuple[Cited, ...]:
        """What this limit claims from a source."""
        return self.rows


Holding = Annotated[
    TrainDurations | TrainIntervals | Bounds | ThresholdBias | Medicines | Contraindications,
    Field(discriminator="kind"),
]
"""What one book of limits holds."""


class Limit(Book):
    """A limit for stimulation of the brain, what it was made for, and who compared this copy with its source.

    A copy on a site's own shelf may be signed: then all it claims must be verified, and results say whose check they
    rest on. The packaged copies are never signed.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().limit("rtms-trains").is_signed
    False
    """

    scope: Scope
    holds: Holding
    signed_by: str = ""
    signed_on: dt.date | None = None

    @model_validator(mode="after")
    def _signed_means_verified(self) -> Self:
        if bool(self.signed_by.strip()) != (self.signed_on is not None):
            message = "a signature is signed_by and signed_on together"
            raise ValueError(message)
        if self.is_signed and not all(claim.verified for claim in self.holds.claims):
            message = "a signed limit has verified = true throughout; compare every number with its source first"
            raise ValueError(message)
        return self

    @property
    def is_signed(self) -> bool:
        """Whether a person answers for this copy."""
        return self.signed_on is not None


def _check_table(table: tuple[tuple[object, ...], ...], *, rows: Iterable[float], columns: Iterable[float]) -> None:
    """Refuse a table whose heads do not ascend or do not fit its cells."""
    heads, sides = tuple(columns), tuple(rows)
    ascends = all(before < after for line in (heads, sides) for before, after in pairwise(line))
    if not ascends or len(table) != len(sides) or any(len(row) != len(heads) for row in table):
        message = f"expected {len(sides)} rows of {len(heads)} cells under ascending heads (pauses descending)"
        raise ValueError(message)
