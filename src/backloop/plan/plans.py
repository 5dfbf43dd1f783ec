"""What to do, how much, how sure, and what comes first: the shape of a plan.

Decides the words of a plan; the choosing is in `safety`, `roles`, `choice` and `dose`.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from backloop.library import Dose, EvidenceRow, Guideline, Harm, Link, Progression, Stage, Urgency
from backloop.measure import Because
from backloop.units import Certainty, Frozen, Text

__all__ = [
    "Alert",
    "Burden",
    "Caution",
    "Considered",
    "Goal",
    "Plan",
    "Prescription",
    "Reason",
    "Role",
    "Rule",
    "Status",
    "Step",
    "Target",
]


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


class Role(StrEnum):
    """What a treatment may be for one person, from most to least.

    What must not be given stands below what should not be given, and that below what cannot be given here and now, so
    the reason that weighs most decides. *Not feasible* means not wanted, or not at hand.

    Examples
    --------
    >>> Role.ADJUNCT.held_to(Role.NOT_FEASIBLE), Role.NOT_RECOMMENDED.held_to(Role.NOT_FEASIBLE)
    (<Role.NOT_FEASIBLE: 'not feasible'>, <Role.NOT_RECOMMENDED: 'not recommended'>)
    """

    CORE = "core"
    ADJUNCT = "adjunct"
    RESEARCH_ONLY = "research-only"
    NOT_FEASIBLE = "not feasible"
    NOT_RECOMMENDED = "not recommended"
    CONTRAINDICATED = "contraindicated"

    @property
    def text(self) -> Text:
        """The role in both languages."""
        return Text(en=self.value, zh=_ROLES_ZH[self])

    def held_to(self, ceiling: "Role") -> "Role":
        """Give the lower of two roles."""
        return self if _RANKS[self] >= _RANKS[ceiling] else ceiling


_RANKS = {role: place for place, role in enumerate(Role)}
_ROLES_ZH = {
    Role.CORE: "核心治疗",
    Role.ADJUNCT: "辅助治疗",
    Role.RESEARCH_ONLY: "仅供研究",
    Role.NOT_FEASIBLE: "目前不可行",
    Role.NOT_RECOMMENDED: "不推荐",
    Role.CONTRAINDICATED: "禁忌",
}


class Rule(StrEnum):
    """What is asked of every treatment, in this order.

    Examples
    --------
    >>> next(iter(Rule)).text.zh
    '安全性'
    """

    SAFETY = "safety"
    EVIDENCE = "evidence"
    GUIDELINES = "guidelines"
    MECHANISM = "mechanism"
    PREFERENCE = "preference"
    RESOURCES = "resources"
    BURDEN = "burden"

    @property
    def text(self) -> Text:
        """The rule in both languages."""
        return Text(en=self.value, zh=_RULES_ZH[self])


_RULES_ZH = {
    Rule.SAFETY: "安全性",
    Rule.EVIDENCE: "证据方向与确定性",
    Rule.GUIDELINES: "指南立场",
    Rule.MECHANISM: "机制依据",
    Rule.PREFERENCE: "本人意愿",
    Rule.RESOURCES: "门诊条件",
    Rule.BURDEN: "负担",
}


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

    @staticmethod
    def of(en: str, zh: str, *sources: str, because: Iterable[str] = ()) -> "Reason":
        """Put a reason into words; without a source it is a working rule of ours."""
        return Reason(text=Text(en=en, zh=zh), because=tuple(because), references=sources or ("backloop-convention",))


class Step(Frozen):
    """What one rule says of one treatment: the most it may be by this rule, and why.

    `outcome` is ``allows``; ``asks`` (something is not known, or must be weighed); ``limits`` (it may be no more than
    `at_most`); ``leaves out`` (whatever its role, it is not chosen now); or ``not reached``. A treatment's role is the
    lowest `at_most` of its steps.

    Examples
    --------
    >>> Step(rule="burden", outcome="allows", at_most="core", reasons=()).rule.text.en
    'burden'
    """

    rule: Rule
    outcome: Literal["allows", "asks", "limits", "leaves out", "not reached"]
    at_most: Role
    reasons: tuple[Reason, ...]


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
    """What the clinician has to weigh or ask first: a contraindication, or a resource nobody confirmed.

    Examples
    --------
    >>> Caution.model_fields["state"].is_required()
    True
    """

    text: Text
    kind: Literal["absolute", "relative", "resource"]
    state: Literal["present", "not known"]
    unanswered: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    reference: str
    verified: bool


class Prescription(Frozen):
    """One treatment chosen for one person: dose, strands and stages, reasons, evidence, cautions, harms.

    `role` is what it is for this person and `steps` the audit behind it, one step a rule. `clinic_only_tasks` are the
    training tasks that cannot be done at home because they need a second pair of hands.

    Examples
    --------
    >>> Prescription.model_fields["role"].annotation is Role
    True
    """

    intervention: str
    title: Text
    plain: Text
    role: Role
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
    progressions: tuple[Progression, ...] = ()
    monitoring: tuple[Text, ...] = ()
    steps: tuple[Step, ...]


class Considered(Frozen):
    """A treatment that was weighed and not chosen: its role for this person, why, and the audit behind it.

    Examples
    --------
    >>> Considered.model_fields["reasons"].is_required()
    True
    """

    intervention: str
    title: Text
    role: Role
    reasons: tuple[Reason, ...]
    steps: tuple[Step, ...]


class Burden(Frozen):
    """What a plan asks of the person in a full week, and the bounds it stays within.

    Visits are counted once where treatments share them. Minutes that no source states are in no sum; their treatments
    are named in `not_stated`.

    Examples
    --------
    >>> week = Burden(clinic_visits=1, clinic_minutes=60, home_minutes=150, most_clinic_visits=5, most_home_minutes=420)
    >>> week.text.en
    'Each week: 1 x in the clinic (60 min) and 150 min at home; never more than 5 x in the clinic and 420 min at home.'
    """

    clinic_visits: float
    clinic_minutes: float
    home_minutes: float
    most_clinic_visits: float
    most_home_minutes: float
    not_stated: tuple[Text, ...] = ()

    @property
    def text(self) -> Text:
        """The sums, the bounds, and what is in no sum, in both languages."""
        en = (
            f"Each week: {self.clinic_visits:g} x in the clinic ({self.clinic_minutes:g} min) and "
            f"{self.home_minutes:g} min at home; never more than {self.most_clinic_visits:g} x in the clinic and "
            f"{self.most_home_minutes:g} min at home."
        )
        zh = (
            f"每周：门诊{self.clinic_visits:g}次（{self.clinic_minutes:g}分钟），居家{self.home_minutes:g}分钟；"
            f"上限：门诊{self.most_clinic_visits:g}次，居家{self.most_home_minutes:g}分钟。"
        )
        if self.not_stated:
            en += f" Amounts no source states, in no sum: {', '.join(title.en for title in self.not_stated)}."
            zh += f"文献未说明、未计入合计：{'、'.join(title.zh for title in self.not_stated)}。"
        return Text(en=en, zh=zh)


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
    burden: Burden
    mode: Literal["time-contingent", "symptom-guided"] | None
    mode_reason: Reason | None
    because: Because
