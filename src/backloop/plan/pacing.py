"""How activity is paced: by the clock or by the response, one mode a plan.

Decides the mode and says why; the amounts are made in `dose`.
"""

from typing import Literal

from backloop.plan.plans import Reason
from backloop.profile import Profile, Verdict
from backloop.units import Text

__all__ = ["Mode", "choose_mode"]

Mode = Literal["time-contingent", "symptom-guided"]
"""Paced by the clock, or by how the back responds."""

_BY_CLOCK = ("threat-beliefs", "catastrophising", "nociplastic")
_SOURCES = ("lambeek-2007", "backloop-convention")
_BY_RESPONSE = "nociceptive"

_CLOCK = Text(
    en="Activity goes by the clock, not by pain: the findings speak for threat beliefs, catastrophising or nociplastic "
    "pain. Pain is then no reason to stop early or to do less.",
    zh="活动按预定时间进行，不以疼痛为准：现有发现提示威胁信念、疼痛灾难化或伤害可塑性疼痛。此时疼痛不是提前停止或减量的理由。",
)
_RESPONSE = Text(
    en="Activity is guided by symptoms: the findings speak more for pain from the tissues that follows load than for "
    "threat beliefs, catastrophising or nociplastic pain. Pain of 0 to 3 of 10: go on. 4 to 5: acceptable if it "
    "settles within 24 hours. 6 or more: change or step back.",
    zh="活动以症状为指导：现有发现更多提示随负荷变化的伤害感受性疼痛，而非威胁信念、疼痛灾难化或伤害可塑性疼痛。"
    "疼痛0～3分（满分10分）：继续；4～5分：若24小时内缓解则可接受；6分及以上：调整或退阶。",
)
_DEFAULT = Text(
    en="Activity goes by the clock, not by pain: the findings do not decide, and this is the way of pacing that was "
    "described in a trial of graded activity.",
    zh="活动按预定时间进行，不以疼痛为准：现有发现尚不足以决定，而这一方式在分级活动的临床试验中有明确描述。",
)


def choose_mode(profile: Profile) -> tuple[Mode, Reason]:
    """Choose how activity is paced, for the whole plan.

    Parameters
    ----------
    profile : Profile
        Which mechanisms the findings support.

    Returns
    -------
    mode : str
        ``time-contingent`` or ``symptom-guided``.
    reason : Reason
        Why, with the mechanisms it rests on.

    Notes
    -----
    Supported mechanisms decide before possible ones. Among equals threat beliefs, catastrophising and nociplastic pain
    (``time-contingent``) come before nociceptive pain (``symptom-guided``). Without any of them the mode is
    ``time-contingent``, which is described in a trial (verified); the traffic-light rule for pain is clinic custom
    without a trial.

    References
    ----------
    lambeek-2007

    Examples
    --------
    >>> from backloop.measure import score
    >>> from backloop.profile import infer
    >>> from backloop.record import make_person
    >>> choose_mode(infer(score(make_person(seed=1))))[0] in {"time-contingent", "symptom-guided"}
    True
    """
    for verdict in (Verdict.SUPPORTED, Verdict.POSSIBLE):
        found = [support.mechanism for support in profile.supports if support.verdict is verdict]
        by_clock = tuple(name for name in _BY_CLOCK if name in found)
        if by_clock:
            return "time-contingent", Reason(text=_CLOCK, because=by_clock, references=_SOURCES)
        if _BY_RESPONSE in found:
            return "symptom-guided", Reason(
                text=_RESPONSE, because=(_BY_RESPONSE,), references=("backloop-convention",)
            )
    return "time-contingent", Reason(text=_DEFAULT, references=_SOURCES)
