"""What a clinician may not decide on a plan, and why: safety, ceilings, missing reasons and open questions.

Decides which line decisions and signatures are refused, in words; what is proposed is the core's.
"""

from collections.abc import Iterator, Mapping

from backloop.library import Dose, Intervention
from backloop.plan import Burden, Caution, Plan, Status
from backloop.units import Text
from backloop.web.caring.asking import topic_of
from backloop.web.caring.drafting import Proposal
from backloop.web.store.agreements import LineDecision

__all__ = ["AMOUNTS", "ceiling_of", "refuse_line", "refuse_signing"]

AMOUNTS: dict[str, tuple[str, Text]] = {
    "clinic_per_week": ("ceiling_clinic_per_week", Text(en="clinic sessions a week", zh="每周门诊次数")),
    "clinic_minutes": ("ceiling_minutes_per_session", Text(en="minutes in the clinic", zh="每次门诊分钟数")),
    "home_per_week": ("ceiling_home_per_week", Text(en="home practice a week", zh="每周居家练习次数")),
    "home_minutes": ("ceiling_minutes_per_session", Text(en="minutes at home", zh="每次居家分钟数")),
    "sessions": ("ceiling_sessions", Text(en="clinic sessions in all", zh="门诊总次数")),
}
"""The amounts of a dose a clinician may change, each with its ceiling's field and its name."""

_REFER = Text(
    en="The plan says refer first. A red flag is not overridden: act on it, enter what was found, and plan again.",
    zh="方案提示须先转诊。危险信号不可越过：请先处理，录入结果后重新制订方案。",
)
_CANNOT_SAY = Text(
    en="Safety questions are open. Answer them first: {questions}.", zh="尚有安全性问题未回答。请先回答：{questions}。"
)
_BARRED = Text(
    en="Contraindicated: {what} An absolute contraindication is not overridden.",
    zh="存在禁忌证：{what}绝对禁忌证不可越过。",
)
_ASK_FIRST = Text(
    en="Not decided yet, because a possible absolute contraindication was not asked about: {what} Answer first: "
    "{questions}.",
    zh="暂不能决定：尚有可能的绝对禁忌证未询问。{what}请先回答：{questions}。",
)
_SHAM = Text(
    en="This is a comparator of trials and is never given as a treatment.", zh="该项仅为试验对照，从不作为治疗使用。"
)
_UNDECIDED = Text(
    en="Research-only: it needs the recorded decision of the worksheet “Decision on a research-only treatment”, "
    "complete at one visit and naming {treatment}.",
    zh="仅供研究：须在同一次就诊完整填写“仅供研究的治疗：决定记录”，并写明 {treatment}。",
)
_WHY = Text(
    en="Say why: a change, an omission or an addition needs a reason.",
    zh="请说明理由：更改、不采用或增加均须写明理由。",
)
_OTHER_LINE = Text(
    en="This treatment is not where the decision puts it: the plan has changed since. Look at it again.",
    zh="方案已有变化，该治疗不在原来的位置。请重新查看。",
)
_NO_AMOUNT = Text(
    en="No source states {what} for this treatment, so none can be set.",
    zh="没有文献说明该治疗的{what}，因此不能设定。",
)
_TOO_MUCH = Text(
    en="{what}: {amount:g} is beyond the ceiling of {ceiling:g}. Choose {ceiling:g} or less.",
    zh="{what}：{amount:g}超过上限{ceiling:g}。请选择不超过{ceiling:g}的数值。",
)
_SAME = Text(
    en="Nothing was changed. Change an amount, or accept the line.", zh="没有任何更改。请修改剂量，或直接采纳。"
)
_OPEN_LINES = Text(en="Not decided yet: {what}.", zh="尚未决定：{what}。")
_EMPTY = Text(
    en="Every treatment was left out, so there is nothing to sign.", zh="所有治疗均未采用，没有可签署的内容。"
)
_WEEK_FULL = Text(
    en="Together the lines ask for {what}, beyond the most of {ceiling:g}. Lower one of them.",
    zh="各项合计{what}，超过上限{ceiling:g}。请降低其中一项。",
)


def ceiling_of(dose: Dose, amount: str) -> float | None:
    """Give the most an amount of a dose may be: its ceiling, or where none is stated what is proposed.

    Parameters
    ----------
    dose : Dose
        The dose as proposed.
    amount : str
        One of `AMOUNTS`.

    Returns
    -------
    float or None
        None where no source states the amount.

    Examples
    --------
    >>> dose = Dose(home_per_week=5, ceiling_home_per_week=7, clinic_per_week=1, reference="x", verified=False)
    >>> ceiling_of(dose, "home_per_week"), ceiling_of(dose, "clinic_per_week"), ceiling_of(dose, "sessions")
    (7.0, 1.0, None)
    """
    proposed, ceiling = getattr(dose, amount), getattr(dose, AMOUNTS[amount][0])
    return None if proposed is None else float(proposed if ceiling is None else ceiling)


def refuse_line(proposal: Proposal, line: LineDecision) -> Text | None:
    """Say why a decision on one treatment cannot stand; None where it can.

    Parameters
    ----------
    proposal : Proposal
        What is proposed today.
    line : LineDecision
        What the clinician decided.

    Returns
    -------
    Text or None
    """
    if proposal.plan.status is Status.REFER:
        return _REFER
    proposed = proposal.prescription(line.intervention)
    if (proposal.considered(line.intervention) if line.choice == "added" else proposed) is None:
        return _OTHER_LINE
    if line.choice != "accepted" and not line.reason.strip():
        return _WHY
    if line.choice == "left out":
        return None
    barred = _refuse_treatment(proposal, proposal.library.intervention(line.intervention))
    if barred is not None or line.choice != "changed" or proposed is None:
        return barred
    return _refuse_dose(proposed.dose, line.dose)


def refuse_signing(proposal: Proposal, lines: Mapping[str, LineDecision], agreed: Plan) -> tuple[Text, ...]:
    """Say why a plan cannot be signed; nothing where it can.

    Parameters
    ----------
    proposal : Proposal
        What is proposed today.
    lines : mapping of str to LineDecision
        What was decided, by treatment.
    agreed : Plan
        The plan these decisions give.

    Returns
    -------
    tuple of Text
    """
    if proposal.plan.status is Status.REFER:
        return (_REFER,)
    if proposal.plan.status is Status.CANNOT_SAY:
        return (_fill(_CANNOT_SAY, questions=_asked(proposal, _open_questions(proposal.plan))),)
    found = [refused for line in lines.values() if (refused := refuse_line(proposal, line))]
    open_lines = [each.title for each in proposal.plan.prescriptions if each.intervention not in lines]
    found += [_fill(_OPEN_LINES, what=_join(open_lines))] if open_lines else []
    found += [] if agreed.prescriptions or open_lines else [_EMPTY]
    return (*found, *_overfull(agreed.burden))


def _refuse_treatment(proposal: Proposal, book: Intervention) -> Text | None:
    limits = [each for each in proposal.screening.cautions.get(book.id, ()) if each.kind == "absolute"]
    if present := [each for each in limits if each.state == "present"]:
        return _fill(_BARRED, what=_join([each.text for each in present]))
    if book.role == "sham":
        return _SHAM
    if book.role == "research-only" and (book.id not in proposal.decision.named or proposal.decision.lacking):
        return _fill(_UNDECIDED, treatment=Text(en=book.id, zh=book.id))
    if limits:
        return _fill(
            _ASK_FIRST, what=_join([each.text for each in limits]), questions=_asked(proposal, _lacking(limits))
        )
    return None


def _refuse_dose(proposed: Dose, wanted: Dose | None) -> Text | None:
    if wanted is None or wanted == proposed:
        return _SAME
    for amount, (_field, name) in AMOUNTS.items():
        value, ceiling = getattr(wanted, amount), ceiling_of(proposed, amount)
        if value is not None and ceiling is None:
            return _fill(_NO_AMOUNT, what=name)
        if value is not None and ceiling is not None and value > ceiling:
            return Text(
                en=_TOO_MUCH.en.format(what=name.en, amount=value, ceiling=ceiling),
                zh=_TOO_MUCH.zh.format(what=name.zh, amount=value, ceiling=ceiling),
            )
    return None


def _overfull(week: Burden) -> Iterator[Text]:
    sums = (
        (week.clinic_visits, week.most_clinic_visits, AMOUNTS["clinic_per_week"][1]),
        (week.home_minutes, week.most_home_minutes, Text(en="minutes at home a week", zh="每周居家分钟数")),
    )
    for total, most, name in sums:
        if total > most:
            en, zh = f"{total:g} {name.en}", f"{name.zh}{total:g}"
            yield Text(en=_WEEK_FULL.en.format(what=en, ceiling=most), zh=_WEEK_FULL.zh.format(what=zh, ceiling=most))


def _open_questions(plan: Plan) -> list[str]:
    return list(dict.fromkeys(item for alert in plan.alerts if alert.stops for item in alert.unanswered))


def _lacking(limits: list[Caution]) -> list[str]:
    return list(dict.fromkeys(item for each in limits for item in each.unanswered))


def _asked(proposal: Proposal, questions: list[str]) -> Text:
    topics = [(question, topic_of(question, proposal.library)) for question in questions]
    said = [Text(en=f"{each.en.rstrip('?')} ({name})", zh=f"{each.zh.rstrip('？')}（{name}）") for name, each in topics]
    return _join(said)


def _join(texts: list[Text]) -> Text:
    return Text(en="; ".join(each.en for each in texts), zh="；".join(each.zh for each in texts))


def _fill(sentence: Text, **blanks: Text) -> Text:
    return Text(
        en=sentence.en.format(**{name: text.en for name, text in blanks.items()}),
        zh=sentence.zh.format(**{name: text.zh for name, text in blanks.items()}),
    )
