"""The books of treatment: description, dose, evidence with direction, guidelines, harms, limits, progressions.

Decides how a treatment is written down; who gets it is decided in the room `plan`.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from backloop.library.books import Book, Cited, EvidenceDirection, Link
from backloop.library.conditions import Condition
from backloop.units import Better, Certainty, Frozen, Text

__all__ = [
    "GUIDELINE_BODIES",
    "ActsOn",
    "Contraindication",
    "Domain",
    "Dose",
    "EvidenceRow",
    "Family",
    "Guideline",
    "GuidelineDirection",
    "Harm",
    "Intervention",
    "Need",
    "Procedure",
    "Progression",
    "Stage",
    "Stated",
    "Tidier",
    "Versus",
]

Family = Literal[
    "sensorimotor", "education", "exercise", "breathing", "manual", "needling", "stimulation", "physical agent", "sham"
]
"""The kind of a treatment, as clinics are organised by it."""

Domain = Literal["pain", "disability", "quality of life", "fear", "mood", "sensation", "other"]
"""What an outcome is about; only results of one domain are ever pooled or drawn on one axis."""

Versus = Literal["no treatment", "sham", "usual care", "other treatment", "added on"]
"""What a result compares with: nothing, waiting or minimal care; a sham or placebo; usual care; another active
treatment; or the same programme in both arms, with (*added on*) or without this treatment, with or without a sham.

A result over several of these stands with the first it names. One pooled over other treatments too, one that does not
say over what, and one whose comparator holds this treatment as well, stand with *other treatment*. A control that is
not described, and the same people before, are *no treatment*.
"""

GuidelineDirection = Literal["for", "against", "conflicting", "no recommendation", "not found"]
"""Which way a guideline points; *no recommendation* was read in it, *not found* says that it was not seen."""

GUIDELINE_BODIES = ("WHO", "NICE NG59", "ACP", "JOSPT/APTA", "LAC2")
"""The guidelines every treatment is held against: 2023, 2016, 2017, 2021, 2019."""


class EvidenceRow(Cited):
    """One result of a trial or review, with its direction kept as a field of its own.

    `effect`, `low` and `high` are in the unit of `measure`, treatment minus comparator; `better` says which sign is
    good for the person. `metric` and `points` (the width of the scale, such as 10, 24 or 100) make a number comparable
    with others; None where the result is told in words only. `given` names what was given where it was more than the
    treatment of this book. `comparator` says in words what it was compared with, `versus` of which kind that is.
    `design` is ``uncontrolled`` for a change within the same people, also where a trial had another group but did not
    compare the two. `weeks` counts from randomisation.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().intervention("resolve").evidence[0].effect
    -1.0
    """

    outcome: Text
    given: Text | None = None
    comparator: Text
    versus: Versus
    measure: Text
    domain: Domain
    design: Literal["trial", "review", "network", "uncontrolled"]
    metric: Literal["MD", "SMD", "other"] | None = None
    points: float | None = Field(default=None, gt=0)
    better: Better = "low"
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
    direction: GuidelineDirection
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

    A book names its main aim first.

    Examples
    --------
    >>> ActsOn(mechanism="cortical-map", link="hypothesis", reference="bagg-2022", verified=True).link
    'hypothesis'
    """

    mechanism: str
    link: Link


class Dose(Cited):
    """How much: weeks, sessions, minutes, with a ceiling that is never passed. Null where no source states it.

    `sessions` is the length of a course in the clinic, where the treatment comes in courses.

    Examples
    --------
    >>> Dose(weeks=12, clinic_per_week=1, reference="bagg-2022", verified=True).weeks
    12
    """

    weeks: int | None = Field(default=None, gt=0)
    sessions: int | None = Field(default=None, gt=0)
    clinic_per_week: float | None = Field(default=None, ge=0)
    clinic_minutes: float | None = Field(default=None, ge=0)
    home_per_week: float | None = Field(default=None, ge=0)
    home_minutes: float | None = Field(default=None, ge=0)
    intensity: Text | None = None
    progression: Text | None = None
    ceiling_clinic_per_week: float | None = None
    ceiling_home_per_week: float | None = None
    ceiling_minutes_per_session: float | None = None
    ceiling_sessions: int | None = None


class Progression(Cited):
    """How one amount grows from week to week: start, step, ceiling, and when to step, hold or go back.

    Every `every_weeks` weeks the amount grows by `step`, in `unit`, or by that share of itself where `grows_by` is
    ``share``; it never passes `ceiling`. Where `of_baseline` is true, `start`, `step` and `ceiling` are shares of what
    the person managed at baseline (0.7 is 70 %), and `unit` is that of the baseline.

    Examples
    --------
    >>> words = Text(en="when it is easy", zh="感到轻松时")
    >>> Progression(id="minutes", title=Text(en="minutes a day", zh="每日分钟数"), unit=Text(en="min", zh="分钟"),
    ...             start=10, step=5, ceiling=30, advance=words, hold=words, back=words,
    ...             reference="backloop-unverified", verified=False).every_weeks
    1
    """

    id: str
    title: Text
    unit: Text
    start: float = Field(gt=0)
    step: float = Field(ge=0)
    grows_by: Literal["amount", "share"] = "amount"
    every_weeks: int = Field(default=1, ge=1)
    ceiling: float = Field(gt=0)
    of_baseline: bool = False
    advance: Text
    hold: Text
    back: Text


class Need(Cited):
    """What a clinic must have to give a treatment, as a question to its worksheet ``clinic-resources``.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().intervention("resolve").needs[0].kind
    'skill'
    """

    kind: Literal["skill", "equipment"]
    what: Text
    when: Condition


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

    `role` is the most it may be for anybody: ``core`` or ``supporting`` treatment, a ``component`` that goes with
    another, ``research-only`` (on a recorded decision), ``not recommended``, or ``sham`` (a comparator of trials, never
    a treatment). `role_reason` says why it is no more than that. What is not offered outside research may leave its
    stages out.

    Examples
    --------
    >>> from backloop.library import Library
    >>> [strand.id for strand in Library.packaged().intervention("resolve").strands]
    ['education', 'pre-movement', 'movement']
    """

    plain: Text
    family: Family
    role: Literal["core", "supporting", "component", "research-only", "not recommended", "sham"]
    role_reason: Stated | None = None
    never_alone: bool = False
    targets: tuple[Literal["centre", "periphery"], ...] = Field(min_length=1)
    acts_on: tuple[ActsOn, ...]
    needs: tuple[Need, ...] = ()
    strands: tuple[Procedure, ...] = ()
    stages: tuple[Stage, ...] = ()
    dose: Dose
    progressions: tuple[Progression, ...] = ()
    evidence: tuple[EvidenceRow, ...]
    conflicts: tuple[Text, ...] = ()
    guidelines: tuple[Guideline, ...]
    harms: tuple[Harm, ...] = Field(min_length=1)
    contraindications: tuple[Contraindication, ...] = ()
    monitoring: tuple[Text, ...] = ()
    stop_rules: tuple[Text, ...] = Field(min_length=1)
    tidier: Tidier
    references: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.role in {"core", "supporting", "component"} and not (self.strands and self.stages):
            message = f"a {self.role} treatment needs strands and stages"
            raise ValueError(message)
        if self.role in {"research-only", "not recommended", "sham"} and self.role_reason is None:
            message = f"a treatment that is {self.role} says why in role_reason"
            raise ValueError(message)
        return self
