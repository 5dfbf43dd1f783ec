"""What differs between the plan that was signed and what the core proposes now.

Decides which differences are told and which of them cannot wait; the signed plan itself never changes.
"""

from collections.abc import Iterator

from backloop.plan import Plan, Prescription, Role, Status
from backloop.units import Frozen, Text
from backloop.web.caring.refusing import AMOUNTS
from backloop.web.store.agreements import SignedPlan

__all__ = ["Difference", "differences"]

_NOT_PROPOSED = Text(en="not proposed", zh="未提出")
_PROPOSED = Text(en="proposed", zh="提出")
_STATUS, _ALERT = Text(en="Status", zh="方案状态"), Text(en="New alert", zh="新警示")
_BOOKS, _VISIT = Text(en="Edition of the books", zh="知识库版次"), Text(en="Visit", zh="依据的就诊")
_STATES = {"present": Text(en="present", zh="存在"), "not known": Text(en="not known", zh="尚不清楚")}
_ABSENT = Text(en="not raised", zh="未提示")
_STOPPING = frozenset({Status.REFER, Status.CANNOT_SAY})


class Difference(Frozen):
    """One thing that is no longer as it was signed; `is_urgent` where it must be acted on before the next session.

    Examples
    --------
    >>> Difference(what=_VISIT, then=Text(en="a", zh="a"), now=Text(en="b", zh="b")).is_urgent
    False
    """

    what: Text
    then: Text
    now: Text
    is_urgent: bool = False


def differences(signed: SignedPlan, now: Plan) -> list[Difference]:
    """List what differs between a signed plan and the proposal of today.

    Parameters
    ----------
    signed : SignedPlan
        The plan in force.
    now : Plan
        What is proposed today.

    Returns
    -------
    list of Difference
        What cannot wait first.
    """
    found = [*_of_safety(signed.plan, now), *_of_treatments(signed, now), *_of_grounds(signed.plan, now)]
    return sorted(found, key=lambda each: not each.is_urgent)


def _of_safety(then: Plan, now: Plan) -> Iterator[Difference]:
    if then.status is not now.status:
        yield Difference(what=_STATUS, then=then.status.text, now=now.status.text, is_urgent=now.status in _STOPPING)
    before = {alert.rule: alert.state for alert in then.alerts}
    for alert in now.alerts:
        if before.get(alert.rule) != alert.state:
            what = Text(en=f"{_ALERT.en}: {alert.title.en}", zh=f"{_ALERT.zh}：{alert.title.zh}")
            was = _STATES[before[alert.rule]] if alert.rule in before else _ABSENT
            yield Difference(what=what, then=was, now=_STATES[alert.state], is_urgent=alert.state == "present")


def _of_treatments(signed: SignedPlan, now: Plan) -> Iterator[Difference]:
    decided = {line.intervention: line for line in signed.lines}
    proposed = {each.intervention: each for each in now.prescriptions}
    roles = {each.intervention: each.role for each in now.considered}
    for each in signed.plan.prescriptions:
        line, today = decided.get(each.intervention), proposed.get(each.intervention)
        if today is not None:
            yield from _of_dose(each, today, is_own=line is not None and line.choice == "changed")
        elif line is None or line.choice != "added" or roles.get(each.intervention) is Role.CONTRAINDICATED:
            role = roles.get(each.intervention)
            said = _NOT_PROPOSED if role is None else _both(_NOT_PROPOSED, role.text)
            yield Difference(what=each.title, then=each.role.text, now=said, is_urgent=role is Role.CONTRAINDICATED)
    for name, today in proposed.items():
        if name not in {each.intervention for each in signed.plan.prescriptions} and name not in decided:
            yield Difference(what=today.title, then=_NOT_PROPOSED, now=_both(_PROPOSED, today.role.text))


def _of_dose(then: Prescription, now: Prescription, *, is_own: bool) -> Iterator[Difference]:
    """Compare amounts; one that the clinician chose differs only where it is now beyond a ceiling."""
    for amount, (field, name) in AMOUNTS.items():
        agreed, today = getattr(then.dose, amount), getattr(now.dose, amount)
        ceiling = getattr(now.dose, field)
        is_beyond = agreed is not None and ceiling is not None and agreed > ceiling
        if is_beyond or (not is_own and agreed != today):
            what = Text(en=f"{then.title.en}: {name.en}", zh=f"{then.title.zh}：{name.zh}")
            yield Difference(
                what=what, then=_said(agreed), now=_said(ceiling if is_beyond else today), is_urgent=is_beyond
            )


def _of_grounds(then: Plan, now: Plan) -> Iterator[Difference]:
    if then.session_id != now.session_id:
        yield Difference(what=_VISIT, then=_plain(then.session_id), now=_plain(now.session_id))
    if then.because.edition != now.because.edition:
        yield Difference(what=_BOOKS, then=_plain(then.because.edition), now=_plain(now.because.edition))


def _said(value: float | None) -> Text:
    return _plain("–" if value is None else f"{value:g}")


def _plain(word: str) -> Text:
    return Text(en=word, zh=word)


def _both(first: Text, second: Text) -> Text:
    return Text(en=f"{first.en} ({second.en})", zh=f"{first.zh}（{second.zh}）")
