"""The words of the choice: why a treatment is taken up, why it is left, how it is fitted in.

Decides how a reason reads, in both languages, with its sources; it makes no choice.
"""

from collections.abc import Iterable

from backloop.library import Intervention
from backloop.plan.plans import Reason
from backloop.profile import Support
from backloop.units import Text

__all__ = [
    "ALREADY_MET",
    "ENOUGH",
    "FITS",
    "FITTED",
    "GOES_WITH",
    "HOME_ONLY",
    "NEVER_ALONE",
    "NOT_WEIGHED",
    "NO_FINDING",
    "NO_HELPER",
    "NO_TIME",
    "ONE_KIND",
    "OTHER_PACING",
    "PART_OF_CORE",
    "SHARED_VISITS",
    "TOO_MANY_VISITS",
    "WISHED",
    "WITH_EXERCISE",
    "core_for_all",
    "in_place_of_core",
    "spoken_for",
]

_CONVENTION = ("backloop-convention",)

# Mechanism.
NO_FINDING = Reason.of("No finding speaks for it so far.", "目前尚无发现支持选用。")
GOES_WITH = Reason.of(
    "It goes together with another treatment and needs no finding of its own.", "与其他治疗配合使用，无需单独的依据。"
)
WISHED = Reason.of(
    "The person wants exercise; no finding speaks for one kind over another.",
    "本人希望进行运动；现有发现并不偏向某一种运动。",
    because=["preferences_05"],
)
OTHER_PACING = Reason.of(
    "It goes by the clock, and this plan is guided by symptoms. The two are not mixed.",
    "该方法按预定时间进行，而本方案以症状为指导，两者不混用。",
    "lambeek-2007",
    "backloop-convention",
)

# Burden.
NOT_WEIGHED = Reason.of("Not weighed, because an earlier rule leaves it out.", "因前述规则已不选用，未再权衡。")
FITS = Reason.of("It fits into the week beside the other treatments.", "可与其他治疗一并安排。")
ENOUGH = Reason.of(
    "Two supporting treatments are enough at a time; findings speak more clearly for the others.",
    "同时进行的辅助治疗以两种为限；现有发现更支持其他治疗。",
)
ALREADY_MET = Reason.of(
    "The findings behind it are met by another treatment of this plan.", "支持它的发现，已由本方案中的其他治疗顾及。"
)
ONE_KIND = Reason.of(
    "Where only the wish speaks for exercise, one kind of it is enough.", "仅凭意愿选择运动时，一种运动即可。"
)
NO_TIME = Reason.of(
    "It would ask for more daily practice than there is time for, or than the bound of 60 minutes a day.",
    "加上它会超出本人每日可用时间，或超出每日60分钟的上限。",
    because=["preferences_04"],
)
HOME_ONLY = Reason.of(
    "It is practised at home, and no practice at home is possible now.",
    "该治疗在家中进行，而目前无法居家练习。",
    because=["preferences_01", "preferences_04"],
)
TOO_MANY_VISITS = Reason.of(
    "It asks for more visits to the clinic than the bound of five a week.", "所需门诊次数超过每周5次的上限。"
)
FITTED = Reason.of(
    "Practice at home is fitted to the person's time and willingness, the other treatments and the ceiling.",
    "居家练习量已按本人的时间、意愿、其他治疗和上限作了调整。",
)
PART_OF_CORE = Reason.of("It is part of the core treatment already.", "核心治疗中已包含此项。")
NEVER_ALONE = Reason.of(
    "It is never given alone, and there is no exercise in this plan to go with it.",
    "此项从不单独使用，而本方案中没有可与之配合的运动治疗。",
)
SHARED_VISITS = Reason.of(
    "In the clinic it is done within the visits of the core treatment, so it adds none; its own trials had visits of "
    "their own.",
    "门诊部分与核心治疗在同一次就诊中进行，不另增就诊次数；其相关试验则为单独就诊。",
)
WITH_EXERCISE = Reason.of(
    "The core treatment is not possible; it goes together with the exercise of this plan.",
    "无法进行核心治疗；此项与本方案中的运动治疗配合使用。",
)
NO_HELPER = Reason.of(
    "There is no helper at home: tasks that need one are done in the clinic only.",
    "家中无人协助：需要协助的训练任务只在门诊进行。",
    because=["preferences_02"],
)

_CORE = Text(
    en="The core treatment, for everybody in whom nothing forbids it. No baseline score chooses or refuses it.",
    zh="核心治疗，凡无禁忌者均适用。不以任何基线评分来选用或排除。",
)
_CORE_SIMILAR = Text(
    en="The core treatment, for everybody in whom nothing forbids it: in its trial the benefit was probably similar "
    "for most people. No baseline score chooses or refuses it.",
    zh="核心治疗，凡无禁忌者均适用：其临床试验提示，多数人的获益可能相近。不以任何基线评分来选用或排除。",
)
_MODIFIERS = "venter-2026"


def core_for_all(book: Intervention) -> Reason:
    """Say why the core treatment is chosen.

    Parameters
    ----------
    book : Intervention
        The core treatment.

    Returns
    -------
    Reason
        With the analysis of effect modifiers behind it, where the book cites one.

    Examples
    --------
    >>> from backloop.library import Library
    >>> core_for_all(Library.packaged().intervention("resolve")).references
    ('venter-2026', 'backloop-convention')
    """
    if _MODIFIERS in book.references:
        return Reason(text=_CORE_SIMILAR, references=(_MODIFIERS, *_CONVENTION))
    return Reason(text=_CORE, references=_CONVENTION)


def spoken_for(supports: Iterable[Support]) -> Reason:
    """Say which findings speak for a supporting treatment.

    Parameters
    ----------
    supports : iterable of Support
        The mechanisms it acts on that are supported or possible.

    Returns
    -------
    Reason
        Naming each mechanism with the profile's verdict.

    Examples
    --------
    >>> spoken_for([]).because
    ()
    """
    supports = tuple(supports)
    en = ", ".join(f"{found.title.en} ({found.verdict.text.en})" for found in supports)
    zh = "、".join(f"{found.title.zh}（{found.verdict.text.zh}）" for found in supports)
    because = [found.mechanism for found in supports]
    return Reason.of(f"Findings speak for it: {en}.", f"现有发现支持选用：{zh}。", because=because)


def in_place_of_core(book: Intervention) -> Reason:
    """Say why exercise is proposed although no finding speaks for it: the core is not possible.

    Parameters
    ----------
    book : Intervention
        The supporting treatment.

    Returns
    -------
    Reason
        With the guidelines that are for it.

    Examples
    --------
    >>> from backloop.library import Library
    >>> in_place_of_core(Library.packaged().intervention("aerobic-exercise")).text.zh
    '无法进行核心治疗，以运动治疗代替。'
    """
    bodies = dict.fromkeys(line.reference for line in book.guidelines if line.direction == "for")
    en, zh = "The core treatment is not possible; exercise takes its place.", "无法进行核心治疗，以运动治疗代替。"
    return Reason.of(en, zh, *bodies, *_CONVENTION)
