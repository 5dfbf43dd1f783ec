"""What the observations amount to: numbers with unit, scale, interval, band, and what they rest on.

Decides the shape of a measure; how one is computed is in the neighbouring modules.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from backloop.record import Session
from backloop.units import Absent, Certainty, Frozen, Interval, Scale, Text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BandName", "Because", "Deviation", "Measure", "Measures", "Recorded"]


class Because(Frozen):
    """What a noun rests on: the edition of the books, the books used, the observations used, the code's version.

    Examples
    --------
    >>> Because(edition="2026-11-22", software="0.1.0", books=("instruments/nrs@1",)).observations
    ()
    """

    edition: str
    software: str
    books: tuple[str, ...] = ()
    observations: tuple[str, ...] = ()


class BandName(Frozen):
    """The named stretch a value lies in, under one scheme, with its source.

    Examples
    --------
    >>> BandName(scheme="boonstra-2016", label=Text(en="mild", zh="轻度"), reference="x", verified=True).scheme
    'boonstra-2016'
    """

    scheme: str
    label: Text
    reference: str
    verified: bool


class Deviation(Frozen):
    """How far a recorded number lies from comparable healthy people, in SD between people, with its 95 % interval.

    `interval` holds the error of the recording, of the comparison group and of the scanner. `basis` says who the
    comparison group is, `n_controls` how many of the clinic's own people it rests on.

    Examples
    --------
    >>> found = Deviation(z=-2.4, interval=Interval(low=-3.6, high=-1.2), basis="own controls", n_controls=12)
    >>> found.interval.high < 0
    True
    """

    z: float
    interval: Interval
    basis: Literal["normative model", "own controls"]
    n_controls: int = 0


class Recorded(Frozen):
    """What a reader must weigh about a number from a brain recording.

    `convention` says whose definition was followed, `n` of `counted` what was averaged, `quality` how good the
    recording was, `contradicted_by` which studies of the marker found otherwise, each with the key of its source.

    Examples
    --------
    >>> Recorded(convention="FreeSurfer").contradicted_by
    ()
    """

    convention: str
    n: int | None = None
    counted: str | None = None
    quality: dict[str, float] = {}
    contradicted_by: tuple[Text, ...] = ()


class Measure(Frozen):
    """One number about a person at one visit, or the reason why it is not there.

    `origin` is ``scored`` (from items), ``tested`` (from trials), ``recorded`` (from a brain recording of the panel) or
    ``reported`` (computed elsewhere). `interval` is the 95 % range from the standard error of measurement where one is
    known. `notes` say what a reader must know (prorated items, which population the error comes from). `recorded` and,
    where there is a reference with numbers, `deviation` are there for what was recorded only.

    Examples
    --------
    >>> ruler = Scale(low=0, high=10, better="low")
    >>> nrs = Measure(id="nrs", book="nrs", session_id="ses-01", title=Text(en="pain", zh="疼痛"), value=6,
    ...               scale=ruler, origin="scored")
    >>> nrs.value
    6.0
    """

    id: str
    book: str
    session_id: str
    title: Text
    value: float | None = None
    absent: Absent | None = None
    scale: Scale
    interval: Interval | None = None
    label: Text | None = None
    bands: tuple[BandName, ...] = ()
    origin: Literal["scored", "tested", "recorded", "reported"]
    certainty: Certainty = Certainty.UNRATED
    is_outcome: bool = False
    notes: tuple[Text, ...] = ()
    references: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    deviation: Deviation | None = None
    recorded: Recorded | None = None


class Measures(Frozen):
    """All measures of one person over all visits.

    Examples
    --------
    >>> from backloop import score
    >>> from backloop.record import make_person
    >>> measures = score(make_person(seed=1))
    >>> measures.get("nrs", "ses-w00").scale.high
    10.0
    """

    participant_id: str
    is_made_up: bool = False
    sessions: tuple[Session, ...]
    measures: tuple[Measure, ...] = Field(default=())
    because: Because

    def get(self, measure_id: str, session_id: str) -> Measure | None:
        """Give one measure at one visit, or None where it was not attempted."""
        for measure in self.measures:
            if measure.id == measure_id and measure.session_id == session_id:
                return measure
        return None

    def at(self, session_id: str) -> tuple[Measure, ...]:
        """Give the measures of one visit."""
        return tuple(measure for measure in self.measures if measure.session_id == session_id)

    def frame(self) -> "pd.DataFrame":
        """Give a tidy table: one row a measure, in the order of the visits."""
        import pandas as pd

        edition = {"edition": self.because.edition}
        rows = [{"participant_id": self.participant_id} | _row(measure) | edition for measure in self.measures]
        return pd.DataFrame(rows, columns=["participant_id", *_COLUMNS, "edition"])


_COLUMNS = (
    "session_id", "measure", "value", "unit", "low", "high", "scale_low", "scale_high", "better", "band", "absent",
    "origin", "z", "z_low", "z_high", "basis",
)  # fmt: skip


def _row(measure: Measure) -> dict[str, object]:
    interval, deviation = measure.interval, measure.deviation
    return {
        "session_id": measure.session_id,
        "measure": measure.id,
        "value": measure.value,
        "unit": measure.scale.unit,
        "low": None if interval is None else interval.low,
        "high": None if interval is None else interval.high,
        "scale_low": measure.scale.low,
        "scale_high": measure.scale.high,
        "better": measure.scale.better,
        "band": "; ".join(band.label.en for band in measure.bands),
        "absent": None if measure.absent is None else measure.absent.value,
        "origin": measure.origin,
        "z": None if deviation is None else deviation.z,
        "z_low": None if deviation is None else deviation.interval.low,
        "z_high": None if deviation is None else deviation.interval.high,
        "basis": None if deviation is None else deviation.basis,
    }
