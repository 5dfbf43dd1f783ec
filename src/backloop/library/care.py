"""The books of reasoning and care: mechanisms, safety rules, session rules, training tasks, claims that were checked.

Decides how such a book is written down; who gets what is decided in the room `plan`.
"""

from typing import Literal

from pydantic import Field

from backloop.library.books import Book, Cited
from backloop.library.conditions import Condition
from backloop.library.treatments import Family
from backloop.units import Certainty, Text

__all__ = [
    "ClaimCheck",
    "ClaimsReview",
    "Clue",
    "Mechanism",
    "SafetyRule",
    "SessionRule",
    "Strength",
    "Task",
    "Urgency",
]

Strength = Literal["strong", "moderate", "weak"]
"""How much a finding says about a mechanism, in ordinal words."""

Urgency = Literal["emergency", "urgent", "soon", "review"]
"""Same day; within days; within weeks; at the next visit."""


class Clue(Cited):
    """One finding that speaks for or against a mechanism.

    `source` is the book that yields it (an instrument, protocol or marker), `speaks_for` and `speaks_against` the
    questions asked of its measures. `strength` is an ordinal judgement of how specific the finding is to the mechanism.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().mechanism("cortical-map").clues[0].source
    'frebaq'
    """

    id: str
    label: Text
    source: str
    speaks_for: Condition | None = None
    speaks_against: Condition | None = None
    strength: Strength
    certainty: Certainty


class Mechanism(Book):
    """A central, cognitive or peripheral process that may keep a back painful, and what would show it.

    `plain_title` names it for the person concerned, `plain` explains it to them.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().mechanism("cortical-map").group
    'central'
    """

    group: Literal["central", "cognitive and affective", "peripheral", "pain type"]
    plain_title: Text | None = None
    plain: Text
    clues: tuple[Clue, ...] = Field(min_length=1)
    settles: Text
    references: tuple[str, ...] = Field(min_length=1)


class SafetyRule(Book):
    """A condition that comes before every treatment: what to ask, what it may mean, what to do and how soon.

    `stops` says that no treatment is planned before a clinician has acted.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().safety_rule("cauda-equina").urgency
    'emergency'
    """

    group: Literal["red flag", "neurological", "mental health"]
    when: Condition
    urgency: Urgency
    stops: bool
    action: Text
    plain: Text
    reference: str
    verified: bool
    note: str = ""


class Task(Book):
    """A training task: what the person does, its parameters from easy to hard, what it records, when to step up.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().task("left-right-judgement").records
    ('correct', 'rt')
    """

    instruction: Text
    needs_helper: bool
    parameters: tuple[Text, ...] = Field(min_length=1)
    records: tuple[str, ...] = Field(min_length=1)
    step_up: Text
    step_up_verified: bool
    references: tuple[str, ...] = Field(min_length=1)


class SessionRule(Book):
    """What one training session calls for: go on, lighter, hold, step back, not today, or stop and refer.

    `when` asks the answers given before the session (``session-check``) and what the programme knows of itself
    (``sessions.missed-in-a-row``, ``sessions.days-since-last``). `families` names the kinds of treatment the rule is
    for; none means all. `modes` names the ways of pacing it belongs to.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().session_rule("new-emergency-signs").then
    'stop and refer'
    """

    moment: Literal["before", "during", "after", "missed"]
    when: Condition
    then: Literal["go on", "lighter", "hold", "step back", "not today", "stop and refer"]
    modes: tuple[Literal["time-contingent", "symptom-guided"], ...] = ("time-contingent", "symptom-guided")
    families: tuple[Family, ...] = ()
    action: Text
    plain: Text
    reference: str
    verified: bool
    note: str = ""


class ClaimCheck(Cited):
    """One claim held against the source it rests on, or against what others found.

    `claimed_in` is where it stands, `reference` the source that was looked into, `source_says` what is written there;
    `verified` says whether that source was read.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().claims("review-claims").checks[0].verdict
    'reversed'
    """

    id: str
    claim: Text
    claimed_in: str
    source_says: Text
    verdict: Literal["reversed", "not what was studied", "stronger than shown", "opposed by others", "not found"]
    consequence: Text


class ClaimsReview(Book):
    """Claims of a review that its own sources, or larger studies, contradict; shown side by side.

    Examples
    --------
    >>> from backloop.library import Library
    >>> len(Library.packaged().claims("review-claims").checks) > 3
    True
    """

    checks: tuple[ClaimCheck, ...] = Field(min_length=1)
    references: tuple[str, ...] = Field(min_length=1)
