"""What one session calls for: the session rules held against the answers given around it.

Decides the verdict of one session and its reasons; what each rule asks and calls for stands in the books.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from backloop.errors import MeasureError, UnknownPerson
from backloop.library import Library, SessionRule
from backloop.measure import Because
from backloop.plan import Plan, Standing, Status, keep_accepted
from backloop.record import Record
from backloop.units import Frozen, Text

__all__ = ["Moment", "Readiness", "SessionAlert", "SessionVerdict", "ready", "stand_at"]

Moment = Literal["before", "during", "after", "missed"]
"""Before a session, during it, after it (a flare), or when one was missed."""

_ASKED: dict[Moment, tuple[Moment, ...]] = {
    "before": ("before", "missed"),
    "during": ("during",),
    "after": ("after",),
    "missed": ("missed",),
}
_FACTS = ("sessions.missed-in-a-row", "sessions.days-since-last")


class SessionVerdict(StrEnum):
    """What a session calls for, from the mildest to the strictest.

    Examples
    --------
    >>> SessionVerdict.ASK.lets_start, SessionVerdict.HOLD.lets_start
    (False, True)
    >>> SessionVerdict.NOT_TODAY.text.zh
    '今日不训练'
    """

    GO_ON = "go on"
    LIGHTER = "lighter"
    HOLD = "hold"
    STEP_BACK = "step back"
    NOT_TODAY = "not today"
    ASK = "not known - ask"
    STOP = "stop and refer"

    @property
    def strictness(self) -> int:
        """The place in the order, 0 for *go on*."""
        return list(SessionVerdict).index(self)

    @property
    def lets_start(self) -> bool:
        """Whether training may go ahead in some form."""
        return self.strictness < SessionVerdict.NOT_TODAY.strictness

    @property
    def text(self) -> Text:
        """The verdict in both languages."""
        return Text(en=self.value, zh=_CHINESE[self.value])


_CHINESE = {
    "go on": "照常训练",
    "lighter": "减轻强度",
    "hold": "维持原量",
    "step back": "退回一级",
    "not today": "今日不训练",
    "not known - ask": "尚不清楚，请先询问",
    "stop and refer": "停止训练并转诊",
}


class SessionAlert(Frozen):
    """A session rule that holds or cannot be answered, with what to do and what to tell the person.

    Examples
    --------
    >>> SessionAlert.model_fields["state"].is_required()
    True
    """

    rule: str
    title: Text
    then: SessionVerdict
    state: Literal["present", "not known"]
    action: Text
    plain: Text
    unanswered: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    reference: str
    verified: bool


class Readiness(Frozen):
    """What one session calls for, and why.

    `alerts` are the rules that hold or cannot be answered, the strictest first; `unanswered` names what to ask.
    `notes` says what the plan itself forbids.

    Examples
    --------
    >>> Readiness.model_fields["verdict"].annotation is SessionVerdict
    True
    """

    participant_id: str
    is_made_up: bool = False
    moment: Moment
    verdict: SessionVerdict
    alerts: tuple[SessionAlert, ...]
    unanswered: tuple[str, ...]
    notes: tuple[Text, ...] = ()
    because: Because


_REFER = Text(
    en="The plan says refer first: no session before a clinician has acted.",
    zh="方案提示须先转诊：在临床人员处理之前不进行训练。",
)
_OPEN = Text(
    en="The plan is provisional: its open safety questions come before any session.",
    zh="方案为暂定：须先回答尚未明确的安全性问题，再开始训练。",
)
_NOTHING = Text(en="The plan proposes no treatment, so there is no session.", zh="方案未提出任何治疗，无需训练。")
_MUTE = Text(
    en="The library holds no session rules, so nothing can be said about this session.",
    zh="知识库中没有训练规则，因此无法对本次训练作出判断。",
)


def ready(
    standing: Standing,
    plan: Plan,
    *,
    missed_in_a_row: int | None,
    days_since_last: float | None,
    moment: Moment = "before",
    library: Library | None = None,
) -> Readiness:
    """Say what a session calls for: go on, lighter, hold, step back, not today, ask first, or stop and refer.

    Parameters
    ----------
    standing : Standing
        The answers to ``session-check`` given for this session: `stand_at` of a visit, or ``Standing({...})``.
    plan : Plan
        The person's plan: its pacing and treatments say which rules apply, its status whether any session may be.
    missed_in_a_row : int or None
        Sessions missed since the last one that was done, 0 or more; None if not known.
    days_since_last : float or None
        Days since the last session that was done, 0 before the first; None if not known.
    moment : str
        ``before`` a session (what was missed is asked with it), ``during`` it, ``after`` it (a flare), or ``missed``.
    library : Library, optional
        The books; the packaged ones if not given.

    Returns
    -------
    Readiness
        The verdict, the rules behind it, and what is still to be asked.

    Raises
    ------
    MeasureError
        If `moment` is none of the four, or a count is negative or not a number.

    Notes
    -----
    The strictest rule that holds decides. A rule that cannot be answered and calls for something stricter makes the
    verdict *not known - ask*, so taking an answer away never loosens it, and a missing answer is never a no, nor is one
    that its item does not accept. Rules
    that stop and refer are asked at every moment; others only at theirs. A rule for some families of treatment or one
    way of pacing applies only where the plan has them. Not for use without a clinician.

    References
    ----------
    backloop-convention

    Examples
    --------
    >>> from backloop.measure import score
    >>> from backloop.plan import prescribe
    >>> from backloop.profile import infer
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1)
    >>> plan = prescribe(infer(score(person)), person)
    >>> numb = Standing({"session-check_03": 1})
    >>> ready(numb, plan, missed_in_a_row=0, days_since_last=2).verdict.value
    'stop and refer'
    """
    library = library or Library.packaged()
    _check(moment, missed_in_a_row, days_since_last)
    facts = zip(_FACTS, (missed_in_a_row, days_since_last), strict=True)
    own = {name: value for name, value in facts if value is not None}
    answers = keep_accepted(standing, library=library).values
    known = Standing({**answers, **own}, standing.seen)
    rules = _applicable(plan, moment, library)
    alerts = sorted(_judge(rules, known), key=lambda alert: (-alert.then.strictness, alert.state != "present"))
    floor, notes = _floor(plan, is_mute=not library.shelf("sessions"))
    asked = [name for rule in rules for name in rule.when.ids()]
    return Readiness(
        participant_id=plan.participant_id,
        is_made_up=plan.is_made_up,
        moment=moment,
        verdict=_decide(alerts, floor),
        alerts=tuple(alerts),
        unanswered=tuple(dict.fromkeys(name for alert in alerts for name in alert.unanswered)),
        notes=notes,
        because=Because(
            edition=library.edition,
            software=plan.because.software,
            books=tuple(f"sessions/{rule.id}@{rule.version}" for rule in rules),
            observations=known.trace(name for name in asked if name not in _FACTS),
        ),
    )


def stand_at(record: Record, *, session_id: str) -> Standing:
    """Collect the answers given at one visit, and none from before.

    Parameters
    ----------
    record : Record
        What was observed about the person.
    session_id : str
        The visit; its answers to ``session-check`` are those of this session.

    Returns
    -------
    Standing
        The last answer of every item that is not absent.

    Raises
    ------
    UnknownPerson
        If the record does not hold the visit.

    Examples
    --------
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1, books=("session-check",), answers={"session-check_03": 0})
    >>> stand_at(person, session_id="ses-w00").look("session-check_03")
    0
    """
    if session_id not in {visit.session_id for visit in record.sessions}:
        message = f"expected a visit of this record, got '{session_id}'; see record.sessions for the visits it holds"
        raise UnknownPerson(message)
    seen = {
        each.item: each
        for each in record.observations
        if each.session_id == session_id and each.kind == "response" and each.value is not None
    }
    return Standing({item: each.value for item, each in seen.items() if each.value is not None}, seen)


def _check(moment: Moment, *counts: float | None) -> None:
    if moment not in _ASKED:
        message = f"expected a moment, one of {', '.join(_ASKED)}; got '{moment}'"
        raise MeasureError(message)
    if any(count is not None and not count >= 0 for count in counts):
        message = "missed_in_a_row and days_since_last are numbers of 0 or more, or None where not known"
        raise MeasureError(message)


def _applicable(plan: Plan, moment: Moment, library: Library) -> list[SessionRule]:
    """Give the rules of the moment, the plan's pacing and its treatments; what stops and refers always applies."""
    families = _families(tuple(entry.intervention for entry in plan.prescriptions), library)
    return [
        rule
        for rule in library.shelf("sessions").values()
        if (rule.moment in _ASKED[moment] or rule.then == SessionVerdict.STOP)
        and (plan.mode is None or plan.mode in rule.modes)
        and (not rule.families or families.intersection(rule.families))
    ]


@lru_cache(maxsize=64)
def _families(interventions: tuple[str, ...], library: Library) -> frozenset[str]:
    return frozenset(library.intervention(name).family for name in interventions)


def _judge(rules: Iterable[SessionRule], known: Standing) -> list[SessionAlert]:
    judged = ((rule, rule.when.judge(known.look)) for rule in rules)
    return [_alert(rule, known, holds=holds) for rule, holds in judged if holds is not False]


def _alert(rule: SessionRule, known: Standing, *, holds: bool | None) -> SessionAlert:
    asked = tuple(rule.when.ids())
    return SessionAlert(
        rule=rule.id,
        title=rule.title,
        then=SessionVerdict(rule.then),
        state="present" if holds else "not known",
        action=rule.action,
        plain=rule.plain,
        unanswered=() if holds else known.lacking(asked),
        because=known.trace(asked),
        reference=rule.reference,
        verified=rule.verified,
    )


def _floor(plan: Plan, *, is_mute: bool) -> tuple[SessionVerdict, tuple[Text, ...]]:
    """Give the mildest verdict that the plan allows, with the reason."""
    if plan.status is Status.REFER:
        return SessionVerdict.STOP, (_REFER,)
    if plan.status is Status.CANNOT_SAY:
        return SessionVerdict.ASK, (_OPEN,)
    if is_mute:
        return SessionVerdict.ASK, (_MUTE,)
    if not plan.prescriptions:
        return SessionVerdict.NOT_TODAY, (_NOTHING,)
    return SessionVerdict.GO_ON, ()


def _decide(alerts: Iterable[SessionAlert], floor: SessionVerdict) -> SessionVerdict:
    """Take the strictest that holds; ask first where something stricter is not known."""
    alerts = tuple(alerts)
    present = [alert.then for alert in alerts if alert.state == "present"]
    strictest = max([floor, *present], key=lambda verdict: verdict.strictness)
    is_open = any(a.state == "not known" and a.then.strictness > strictest.strictness for a in alerts)
    return SessionVerdict.ASK if is_open else strictest
