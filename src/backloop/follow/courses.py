"""How it went: outcomes over the visits, whether a change is real and whether it matters.

Decides the shape of a course; the judging is in `change`.
"""

from typing import Literal

from backloop.measure import Because, Measure
from backloop.record import Session
from backloop.units import Frozen, Interval, Scale, Text

__all__ = ["Change", "Course", "Outcome", "Yardstick"]


class Yardstick(Frozen):
    """A limit a change is held against: its size in points, what kind, whom it was found in, its source.

    Examples
    --------
    >>> who = Text(en="adults with low back pain", zh="腰痛成人")
    >>> Yardstick(kind="important", size=2, population=who, language="any", reference="x", verified=True).size
    2.0
    """

    kind: Literal["detectable", "important"]
    size: float
    basis: Literal["points", "percent of baseline"] = "points"
    population: Text
    language: str
    reference: str
    verified: bool
    note: str = ""


class Change(Frozen):
    """The change of one outcome between two visits.

    `delta` is later minus earlier in points; `direction` is in the person's interest. `is_real` asks whether it
    exceeds measurement error (smallest detectable change), `is_important` whether it reaches the smallest important
    one. `percent` is the improvement in percent of the earlier value (positive = better), None at an earlier zero.

    Examples
    --------
    >>> Change.model_fields["words"].is_required()
    True
    """

    measure: str
    earlier: str
    later: str
    delta: float | None
    interval: Interval | None = None
    percent: float | None = None
    direction: Literal["better", "worse", "same", "cannot say"]
    is_real: Literal["yes", "no", "not known"]
    is_important: Literal["yes", "no", "not known"]
    responder_30: bool | None = None
    responder_50: bool | None = None
    yardsticks: tuple[Yardstick, ...]
    words: Text


class Outcome(Frozen):
    """One outcome over the visits, with the change from the first to each later one.

    Examples
    --------
    >>> Outcome.model_fields["values"].is_required()
    True
    """

    measure: str
    title: Text
    scale: Scale
    values: tuple[Measure, ...]
    changes: tuple[Change, ...]
    problem: Text | None = None


class Course(Frozen):
    """All outcomes of one person over the visits.

    Examples
    --------
    >>> from backloop import infer, prescribe, review, score
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1)
    >>> review(prescribe(infer(score(person)), person), person).participant_id
    'sub-madeup1'
    """

    participant_id: str
    is_made_up: bool = False
    sessions: tuple[Session, ...]
    outcomes: tuple[Outcome, ...]
    summary: Text
    because: Because

    def outcome(self, measure: str) -> Outcome | None:
        """Give one outcome, or None where it was never measured."""
        return next((outcome for outcome in self.outcomes if outcome.measure == measure), None)
