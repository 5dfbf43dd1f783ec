"""The words of the rules: what safety, evidence, guidelines, wishes and the clinic say of one treatment.

Decides how a ground reads, in both languages, with its sources; what follows from it is decided in `rules`.
"""

from collections.abc import Iterable, Mapping

from backloop.library import Guideline, Intervention, Need
from backloop.plan.answers import RecordedDecision
from backloop.plan.evidence import Bearing
from backloop.plan.plans import Caution, Reason
from backloop.units import Text

__all__ = [
    "COMPARATOR",
    "NEEDS_DECISION",
    "NEEDS_NOTHING",
    "NOT_REFUSED",
    "NO_LIMIT",
    "REFERRAL_FIRST",
    "STRAY_DECISION",
    "at_hand",
    "barred_by",
    "bears",
    "decided",
    "held_by_book",
    "positions",
    "refused",
    "undecided",
    "weigh_first",
    "wish_unknown",
]

# Safety.
REFERRAL_FIRST = Reason.of("Referral first: a safety rule holds.", "先转诊：有安全规则成立。")
NO_LIMIT = Reason.of("None of its contraindications is present.", "未发现该治疗的禁忌证。")

# Evidence.
COMPARATOR = Reason.of("A comparator of trials, never a treatment.", "仅为临床试验的对照，不作为治疗使用。")
NEEDS_DECISION = Reason.of(
    "It is given only on a recorded decision: who decides, why, and that the person was told and agreed in writing.",
    "仅在有决定记录时使用：须写明由谁决定、理由，以及已告知本人并取得书面同意。",
)

STRAY_DECISION = Reason.of(
    "The recorded decision names a treatment that the library does not hold; check its id.",
    "决定记录中的治疗编号在知识库中不存在，请核对。",
)

# Preference and resources.
NOT_REFUSED = Reason.of("The person does not refuse it.", "本人未表示拒绝。")
NEEDS_NOTHING = Reason.of("It needs nothing that a clinic might lack.", "无特殊条件要求。")

_BEARINGS = {
    "for": Text(en="speak for it", zh="支持"),
    "conflicting": Text(en="conflict", zh="不一致"),
    "no difference": Text(en="show no difference", zh="未见差异"),
    "against": Text(en="speak against it", zh="不支持"),
}
_COUNTED = {
    "for": Text(en="for", zh="支持"),
    "against": Text(en="against", zh="不支持"),
    "no difference": Text(en="no difference", zh="无差异"),
    "conflicting": Text(en="conflicting", zh="不一致"),
}
_HEAD_TO_HEAD = {
    "for": Text(en="better", zh="较好"),
    "against": Text(en="worse", zh="较差"),
    "no difference": Text(en="no different", zh="无差异"),
    "conflicting": Text(en="conflicting", zh="不一致"),
}
_BOOK_HOLDS = {
    "sham": COMPARATOR,
    "supporting": Reason.of("Its book gives it a supporting part at most.", "其条目规定：至多作为辅助治疗。"),
    "component": Reason.of("Its book makes it a part of other treatments.", "其条目规定：作为其他治疗的组成部分。"),
}
_LACKING = {
    "treatment-decisions_02": Text(en="who decides", zh="由谁决定"),
    "treatment-decisions_03": Text(en="why", zh="理由"),
    "treatment-decisions_04": Text(en="that the person was told and agreed in writing", zh="已告知本人并取得书面同意"),
}
_REFUSED = {
    "preferences_05": Text(
        en="The person does not want extra exercise now. Talk about it again.", zh="本人目前不愿增加运动，可再行沟通。"
    ),
    "preferences_06": Text(
        en="The person does not want to learn about pain now. Talk about it again.",
        zh="本人目前不愿了解疼痛知识，可再行沟通。",
    ),
    "health-screen_21": Text(en="The person fears or refuses needles.", zh="本人害怕或拒绝针刺。"),
}


def barred_by(caution: Caution) -> Reason:
    """Say which absolute contraindication is present.

    Parameters
    ----------
    caution : Caution
        The contraindication.

    Returns
    -------
    Reason
        With the answers it rests on.

    Examples
    --------
    >>> fever = Text(en="fever", zh="发热")
    >>> barred_by(Caution(text=fever, kind="absolute", state="present", reference="x", verified=True)).text.en
    'Must not be given: fever'
    """
    text = Text(en=f"Must not be given: {caution.text.en}", zh=f"禁忌：{caution.text.zh}")
    return Reason(text=text, because=caution.because, references=(caution.reference,))


def weigh_first(caution: Caution) -> Reason:
    """Say what must be weighed or asked before a treatment starts.

    Parameters
    ----------
    caution : Caution
        What is present and relative, or not known.

    Returns
    -------
    Reason
        With the answers it rests on, or the questions that are open.

    Examples
    --------
    >>> ask = Text(en="Ask before starting: fever", zh="开始前请先询问：发热")
    >>> weigh_first(Caution(text=ask, kind="absolute", state="not known", reference="x", verified=True)).text.en
    'Ask before starting: fever'
    """
    is_known = caution.state == "present"
    text = Text(en=f"Weigh it: {caution.text.en}", zh=f"需权衡：{caution.text.zh}") if is_known else caution.text
    return Reason(text=text, because=(*caution.because, *caution.unanswered), references=(caution.reference,))


def bears(bearing: Bearing) -> Reason:
    """Say which way the evidence on pain and disability points.

    Parameters
    ----------
    bearing : Bearing
        The evidence taken together.

    Returns
    -------
    Reason
        With how many results point each way, those against other treatments told apart, and where they stand.

    Examples
    --------
    >>> bears(Bearing("silent")).text.en
    'No result on pain or disability was read that counts for or against it.'
    """
    if bearing.direction == "silent":
        en, zh = (
            "No result on pain or disability was read that counts for or against it.",
            "未读到可计入的疼痛或功能障碍结果。",
        )
        return Reason.of(en, zh)
    said, grade = _BEARINGS[bearing.direction], bearing.certainty.text
    words = Text(
        en=f"The results on pain and disability {said.en} (surest: {grade.en}",
        zh=f"疼痛与功能障碍的结果{said.zh}（最高确定性：{grade.zh}",
    )
    own, others = _count(bearing.counts, _COUNTED), _count(bearing.head_to_head, _HEAD_TO_HEAD)
    en = f"{words.en}; {own.en})." if own else f"{words.en}), all of them against other treatments."
    zh = f"{words.zh}；{own.zh}）。" if own else f"{words.zh}），均为与其他治疗的比较。"
    if others:
        en += f" Against other treatments, which tells which of two to take: {others.en}."
        zh += f"与其他治疗相比（只说明如何取舍）：{others.zh}。"
    return Reason.of(en, zh, *bearing.references)


def _count(counts: Iterable[tuple[str, int]], words: Mapping[str, Text]) -> Text | None:
    """Say how many results point each way; None where there are none."""
    counted = dict(counts)
    ways = [(way, counted[direction]) for direction, way in words.items() if direction in counted]
    if not ways:
        return None
    return Text(
        en=", ".join(f"{way.en} {number}" for way, number in ways),
        zh="、".join(f"{way.zh}{number}项" for way, number in ways),
    )


def held_by_book(book: Intervention) -> tuple[Reason, ...]:
    """Say why a treatment may be no more than its book says.

    Parameters
    ----------
    book : Intervention
        The treatment.

    Returns
    -------
    tuple of Reason
        Empty for a core treatment.

    Examples
    --------
    >>> from backloop.library import Library
    >>> held_by_book(Library.packaged().intervention("resolve"))
    ()
    """
    why = book.role_reason
    if why is not None and why.text is not None:
        return (Reason(text=why.text, references=(why.reference,)),)
    return (_BOOK_HOLDS[book.role],) if book.role in _BOOK_HOLDS else ()


def decided(decision: RecordedDecision) -> Reason:
    """Say that a research-only treatment is given on a recorded decision.

    Parameters
    ----------
    decision : RecordedDecision
        A decision that lacks nothing.

    Returns
    -------
    Reason
        With the decision's observations.

    Examples
    --------
    >>> decided(RecordedDecision(because=("ses-w00/treatment-decisions_01",))).because
    ('ses-w00/treatment-decisions_01',)
    """
    return Reason.of(
        "Given on a recorded decision, although the evidence does not carry it; the person was told and agreed in "
        "writing.",
        "现有证据不足以支持该治疗；依据决定记录使用，已告知本人并取得书面同意。",
        because=decision.because,
    )


def undecided(decision: RecordedDecision) -> Reason:
    """Say what a recorded decision lacks, so that it does not count.

    Parameters
    ----------
    decision : RecordedDecision
        A decision that is partly filled in.

    Returns
    -------
    Reason
        With the open questions.

    Examples
    --------
    >>> undecided(RecordedDecision(lacking=("treatment-decisions_02",))).text.en
    'The recorded decision is incomplete and does not count; it lacks: who decides.'
    """
    parts = [_LACKING[item] for item in decision.lacking]
    return Reason.of(
        f"The recorded decision is incomplete and does not count; it lacks: {', '.join(part.en for part in parts)}.",
        f"决定记录不完整，不予采用；缺少：{'、'.join(part.zh for part in parts)}。",
        because=(*decision.because, *decision.lacking),
    )


def positions(guidelines: Iterable[Guideline]) -> Reason:
    """Say which guidelines are for and against a treatment.

    Parameters
    ----------
    guidelines : iterable of Guideline
        What each guideline says.

    Returns
    -------
    Reason
        A guideline that has no recommendation, or was not seen, is not named.

    Examples
    --------
    >>> positions(()).text.en
    'No guideline takes a position on it.'
    """
    guidelines = tuple(guidelines)
    said: list[Text] = []
    for direction, words in _COUNTED.items():
        bodies = dict.fromkeys(f"{line.body} {line.year}" for line in guidelines if line.direction == direction)
        if bodies:
            said.append(Text(en=f"{words.en}: {', '.join(bodies)}", zh=f"{words.zh}：{'、'.join(bodies)}"))
    if not said:
        return Reason.of("No guideline takes a position on it.", "各指南均未对此表明立场。")
    heard = dict.fromkeys(line.reference for line in guidelines if line.direction in _COUNTED)
    en, zh = "; ".join(part.en for part in said), "；".join(part.zh for part in said)
    return Reason.of(f"Guidelines {en}.", f"指南{zh}。", *heard)


def refused(item: str, because: Iterable[str]) -> Reason:
    """Say that the person does not want a treatment.

    Parameters
    ----------
    item : str
        The question they answered.
    because : iterable of str
        The observation of the answer.

    Returns
    -------
    Reason
        What they refuse.

    Examples
    --------
    >>> refused("health-screen_21", ["ses-w00/health-screen_21"]).text.en
    'The person fears or refuses needles.'
    """
    words = _REFUSED[item]
    return Reason.of(words.en, words.zh, because=because)


def wish_unknown(item: str) -> Reason:
    """Say that nobody asked whether the person wants it.

    Parameters
    ----------
    item : str
        The open question.

    Returns
    -------
    Reason
        With the question.

    Examples
    --------
    >>> wish_unknown("preferences_05").because
    ('preferences_05',)
    """
    return Reason.of("Whether the person wants it was not asked.", "尚未询问本人是否愿意。", because=[item])


def at_hand(need: Need, *, holds: bool | None, because: Iterable[str] = ()) -> Reason:
    """Say whether the clinic has what a treatment needs.

    Parameters
    ----------
    need : Need
        What is needed.
    holds : bool or None
        Whether the clinic has it; None where nobody said.
    because : iterable of str
        The observations behind the answer, or the open questions.

    Returns
    -------
    Reason
        What is there, not there, or to be asked.

    Examples
    --------
    >>> from backloop.library import Library
    >>> need = Library.packaged().intervention("resolve").needs[0]
    >>> at_hand(need, holds=None).text.en
    'Ask whether the clinic has this: a clinician trained in sensorimotor retraining'
    """
    words = {
        True: ("The clinic has this", "门诊已具备"),
        False: ("The clinic does not have this", "门诊不具备"),
        None: ("Ask whether the clinic has this", "请确认门诊是否具备"),
    }
    en, zh = words[holds]
    return Reason.of(f"{en}: {need.what.en}", f"{zh}：{need.what.zh}", need.reference, because=because)
