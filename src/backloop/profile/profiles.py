"""Why a back may hurt, as far as the findings say: for, against, open, and what to test next.

Decides the shape of a profile; the weighing is in `weighing`.
"""

from enum import StrEnum
from typing import Literal

from backloop.library import Strength
from backloop.measure import Because, Measure
from backloop.units import Certainty, Frozen, Text

__all__ = ["Finding", "NextTest", "Profile", "Support", "Verdict"]


class Verdict(StrEnum):
    """What the findings say about one mechanism; not a probability.

    Examples
    --------
    >>> Verdict.CANNOT_SAY.text.zh
    '尚无法判断'
    """

    SUPPORTED = "supported"
    POSSIBLE = "possible"
    NOT_SUPPORTED = "not supported"
    CANNOT_SAY = "cannot say"

    @property
    def text(self) -> Text:
        """The verdict in both languages."""
        chinese = {"supported": "支持", "possible": "可能", "not supported": "不支持", "cannot say": "尚无法判断"}
        return Text(en=self.value, zh=chinese[self.value])


class Finding(Frozen):
    """One clue held against the person's measures.

    `direction` is ``for``, ``against``, ``neither`` (measured, but between the limits), ``conflicting`` (measured,
    but studies disagree on what it means, so nothing leans on it) or ``missing``. `counts_as` is the strength after
    an unverified threshold has cost it its weight. `note` is the book's own note on the clue; `remark` says why
    something measured could not be judged (another scale, no published limit).

    Examples
    --------
    >>> Finding.model_fields["direction"].is_required()
    True
    """

    clue: str
    label: Text
    source: str
    direction: Literal["for", "against", "neither", "conflicting", "missing"]
    strength: Strength
    counts_as: Strength
    certainty: Certainty
    reference: str
    verified: bool
    measures: tuple[str, ...] = ()
    note: str = ""
    remark: Text | None = None


class Support(Frozen):
    """What the findings say about one mechanism, and why.

    Examples
    --------
    >>> Support.model_fields["verdict"].annotation is Verdict
    True
    """

    mechanism: str
    title: Text
    plain: Text
    group: Literal["central", "cognitive and affective", "peripheral", "pain type"]
    verdict: Verdict
    reason: Text
    findings: tuple[Finding, ...]
    settles: Text
    certainty: Certainty


class NextTest(Frozen):
    """A questionnaire or test not yet done that would tell most, and about what.

    Examples
    --------
    >>> NextTest.model_fields["minutes"].annotation
    <class 'float'>
    """

    book: str
    title: Text
    minutes: float
    informs: tuple[str, ...]
    reason: Text


class Profile(Frozen):
    """All mechanisms of one person as of one visit, with the measures it leaned on.

    `panel` holds, for every measure, its latest value at or before that visit.

    Examples
    --------
    >>> from backloop import infer, score
    >>> from backloop.record import make_person
    >>> {support.mechanism for support in infer(score(make_person(seed=1))).supports} >= {"cortical-map"}
    True
    """

    participant_id: str
    is_made_up: bool = False
    session_id: str
    supports: tuple[Support, ...]
    next_tests: tuple[NextTest, ...]
    panel: tuple[Measure, ...]
    because: Because

    def support(self, mechanism: str) -> Support:
        """Give one mechanism's support."""
        return next(support for support in self.supports if support.mechanism == mechanism)

    def measure(self, measure_id: str) -> Measure | None:
        """Give one measure of the panel, or None where it was not attempted."""
        return next((measure for measure in self.panel if measure.id == measure_id), None)
