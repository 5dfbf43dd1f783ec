"""The books of reasoning and care: mechanisms, safety rules, interventions, training tasks.

Decides how such a book is written down; who gets what is decided in the room `plan`.
"""

from typing import Literal

from pydantic import Field

from backloop.library.books import Book, Cited, EvidenceDirection, Link
from backloop.library.conditions import Condition
from backloop.units import Certainty, Frozen, Text

__all__ = [
    "ActsOn",
    "Clue",
    "Contraindication",
    "Dose",
    "EvidenceRow",
    "Guideline",
    "Harm",
    "Intervention",
    "Mechanism",
    "Procedure",
    "SafetyRule",
    "Stage",
    "Stated",
    "Strength",
    "Task",
    "Tidier",
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


class EvidenceRow(Cited):
    """One result of a trial or review, with its direction kept as a field of its own.

    `effect`, `low` and `high` are in the unit of `measure`; negative means less pain or disability with the
    intervention. `weeks` counts from randomisation.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().intervention("resolve").evidence[0].effect
    -1.0
    """

    outcome: Text
    comparator: Text
    measure: Text
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    n: int | None = None
    trials: int | None = None
    weeks: float | None = None
    direction: EvidenceDirection
    certainty: Certainty
    rated_by: Text


class Guideline(Cited):
    """What one guideline says, with strength and direction apart.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().intervention("aerobic-exercise").guidelines[0].direction
    'for'
    """

    body: str
    year: int
    direction: EvidenceDirection
    strength: Literal["strong", "conditional", "consider", "not stated"]
    certainty: Certainty
    statement: Text


class Harm(Cited):
    """An unintended effect and how often it was seen.

    Examples
    --------
    >>> rate = Text(en="5 of 40 people", zh="40人中5人")
    >>> Harm(what=Text(en="soreness", zh="酸痛"), rate=rate, reference="bagg-2022", verified=True).rate.en
    '5 of 40 people'
    """

    what: Text
    rate: Text | None = None


class Contraindication(Cited):
    """When an intervention must not be given (absolute) or needs thought (relative), as a question to the record.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().intervention("aerobic-exercise").contraindications[0].kind
    'absolute'
    """

    kind: Literal["absolute", "relative"]
    what: Text
    when: Condition


class ActsOn(Cited):
    """A mechanism an intervention is meant to act on, and how well that link is established.

    Examples
    --------
    >>> ActsOn(mechanism="cortical-map", link="hypothesis", reference="bagg-2022", verified=True).link
    'hypothesis'
    """

    mechanism: str
    link: Link


class Dose(Cited):
    """How much: weeks, sessions, minutes, with a ceiling that is never passed. Null where no source states it.

    Examples
    --------
    >>> Dose(weeks=12, clinic_per_week=1, reference="bagg-2022", verified=True).weeks
    12
    """

    weeks: int | None = Field(default=None, gt=0)
    clinic_per_week: float | None = Field(default=None, ge=0)
    clinic_minutes: float | None = Field(default=None, ge=0)
    home_per_week: float | None = Field(default=None, ge=0)
    home_minutes: float | None = Field(default=None, ge=0)
    intensity: Text | None = None
    progression: Text | None = None
    ceiling_clinic_per_week: float | None = None
    ceiling_home_per_week: float | None = None
    ceiling_minutes_per_session: float | None = None


class Stage(Cited):
    """One step of a strand: its weeks, what is done in the clinic and at home, and when to move on.

    `verified` speaks of what is done, `weeks_verified` of when. `provenance` is ``source`` (as the trial describes
    it), ``adapted`` (from a neighbouring trial, named by `reference`) or ``convention`` (a working rule of ours).

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().intervention("resolve").stages[0].provenance in {"source", "adapted", "convention"}
    True
    """

    id: str
    strand: str
    title: Text
    weeks: tuple[int, int]
    clinic: Text
    home: Text
    move_on: Text
    tasks: tuple[str, ...] = ()
    provenance: Literal["source", "adapted", "convention"]
    weeks_verified: bool = False


class Procedure(Frozen):
    """A strand of an intervention: an ordered line of stages.

    Examples
    --------
    >>> Procedure(id="education", title=Text(en="education", zh="教育")).id
    'education'
    """

    id: str
    title: Text


class Stated(Cited):
    """A descriptive field; null where the source is silent, so that silence shows.

    Examples
    --------
    >>> Stated(text=None, reference="bagg-2022", verified=False).text is None
    True
    """

    text: Text | None = None


class Tidier(Frozen):
    """The intervention described as TIDieR and CERT ask.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().intervention("resolve").tidier.who.verified
    True
    """

    why: Stated
    materials: Stated
    procedures: Stated
    who: Stated
    how: Stated
    where: Stated
    when_and_how_much: Stated
    tailoring: Stated
    modifications: Stated
    planned_adherence: Stated
    actual_adherence: Stated
    equipment: Stated
    supervision: Stated
    progression_rule: Stated
    motivation: Stated


class Intervention(Book):
    """A treatment: description, strands and stages, dose, evidence with direction, guidelines, harms, limits.

    Examples
    --------
    >>> from backloop.library import Library
    >>> [strand.id for strand in Library.packaged().intervention("resolve").strands]
    ['education', 'pre-movement', 'movement']
    """

    plain: Text
    role: Literal["core", "supporting", "component"]
    never_alone: bool = False
    targets: tuple[Literal["centre", "periphery"], ...] = Field(min_length=1)
    acts_on: tuple[ActsOn, ...]
    strands: tuple[Procedure, ...] = Field(min_length=1)
    stages: tuple[Stage, ...] = Field(min_length=1)
    dose: Dose
    evidence: tuple[EvidenceRow, ...] = Field(min_length=1)
    conflicts: tuple[Text, ...] = ()
    guidelines: tuple[Guideline, ...]
    harms: tuple[Harm, ...] = Field(min_length=1)
    contraindications: tuple[Contraindication, ...] = Field(min_length=1)
    stop_rules: tuple[Text, ...] = Field(min_length=1)
    tidier: Tidier
    references: tuple[str, ...] = Field(min_length=1)


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
