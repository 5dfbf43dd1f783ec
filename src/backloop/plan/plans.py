"""What to do, how much, how sure, and what comes first: the shape of a plan.

Decides the words of a plan; the choosing is in `safety`, `choice` and `dose`.
"""

from enum import StrEnum
from typing import Literal

from backloop.library import Dose, EvidenceRow, Guideline, Harm, Link, Stage, Urgency
from backloop.measure import Because
from backloop.units import Certainty, Frozen, Text

__all__ = ["Alert", "Caution", "Considered", "Goal", "Plan", "Prescription", "Reason", "Status", "Target"]


class Status(StrEnum):
    """What a clinician may do with the plan.

    Examples
    --------
    >>> Status.REFER.text.en
    'refer'
    """

    PROCEED = "proceed"
    ADAPT = "adapt"
    REFER = "refer"
    CANNOT_SAY = "cannot say"

    @property
    def text(self) -> Text:
        """The status in both languages."""
        chinese = {"proceed": "可以进行", "adapt": "调整后进行", "refer": "先转诊", "cannot say": "尚无法判断"}
        return Text(en=self.value, zh=chinese[self.value])


class Reason(Frozen):
    """Why something is in the plan or not: the words, and the books and measures behind them.

    Examples
    --------
    >>> Reason(text=Text(en="core", zh="核心")).because
    ()
    """

    text: Text
    because: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


class Alert(Frozen):
    """A safety rule that holds or cannot be answered.

    `state` is ``present`` or ``not known``; a rule that is known not to hold raises no alert.

    Examples
    --------
    >>> Alert.model_fields["state"].is_required()
    True
    """

    rule: str
    title: Text
    group: Literal["red flag", "neurological", "mental health"]
    state: Literal["present", "not known"]
    urgency: Urgency
    stops: bool
    action: Text
    plain: Text
    unanswered: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    reference: str
    verified: bool


class Goal(Frozen):
    """What the person wants to do again, in their own words, with today's level on its scale.

    `baseline` is the mean amount tolerated in the baseline trials and `target` the amount aimed at, both in
    `baseline_unit`; None where they were not measured or not agreed.

    Examples
    --------
    >>> Goal(activity="gardening", source="psfs_01").level is None
    True
    """

    activity: str
    level: float | None = None
    scale_low: float | None = None
    scale_high: float | None = None
    unit: str = ""
    source: str
    baseline: float | None = None
    target: float | None = None
    baseline_unit: str = ""
    because: tuple[str, ...] = ()


class Target(Frozen):
    """A mechanism a prescription aims at, the profile's verdict on it, and how well the link is established.

    Examples
    --------
    >>> Target.model_fields["link"].is_required()
    True
    """

    mechanism: str
    title: Text
    verdict: str
    link: Link


class Caution(Frozen):
    """A relative contraindication that is present or not known, to be weighed by the clinician.

    Examples
    --------
    >>> Caution.model_fields["state"].is_required()
    True
    """

    text: Text
    kind: Literal["absolute", "relative"]
    state: Literal["present", "not known"]
    unanswered: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    reference: str
    verified: bool


class Prescription(Frozen):
    """One treatment chosen for one person: dose, strands and stages, reasons, evidence, cautions, harms.

    `clinic_only_tasks` are the training tasks that cannot be done at home because they need a second pair of hands.

    Examples
    --------
    >>> Prescription.model_fields["role"].is_required()
    True
    """

    intervention: str
    title: Text
    plain: Text
    role: Literal["core", "supporting", "component"]
    strands: tuple[str, ...]
    strand_titles: tuple[Text, ...]
    stages: tuple[Stage, ...]
    dose: Dose
    targets: tuple[Target, ...]
    reasons: tuple[Reason, ...]
    evidence: tuple[EvidenceRow, ...]
    conflicts: tuple[Text, ...]
    guidelines: tuple[Guideline, ...]
    harms: tuple[Harm, ...]
    cautions: tuple[Caution, ...]
    stop_rules: tuple[Text, ...]
    certainty: Certainty
    references: tuple[str, ...]
    clinic_only_tasks: tuple[str, ...] = ()


class Considered(Frozen):
    """A treatment that was weighed and not chosen, and why.

    Examples
    --------
    >>> Considered.model_fields["reasons"].is_required()
    True
    """

    intervention: str
    title: Text
    reasons: tuple[Reason, ...]


class Plan(Frozen):
    """What is proposed to one person, with safety first.

    `mode` is how activity is paced: ``time-contingent`` (by the clock) or ``symptom-guided`` (by the response); one
    per plan, never mixed. A plan whose status is *refer* holds no prescription; one that *cannot say* is provisional
    until the questions in `alerts` are answered.

    Examples
    --------
    >>> from backloop import infer, prescribe, score
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1)
    >>> prescribe(infer(score(person)), person).participant_id
    'sub-madeup1'
    """

    participant_id: str
    is_made_up: bool = False
    session_id: str
    status: Status
    status_reasons: tuple[Reason, ...]
    alerts: tuple[Alert, ...]
    goals: tuple[Goal, ...]
    prescriptions: tuple[Prescription, ...]
    considered: tuple[Considered, ...]
    mode: Literal["time-contingent", "symptom-guided"] | None
    mode_reason: Reason | None
    because: Because
