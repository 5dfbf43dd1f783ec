"""The words of a plan's choices.

Decides how a reason reads, in both languages, with its sources; it makes no choice.
"""

from collections.abc import Iterable

from backloop.library import Intervention
from backloop.plan.plans import Caution, Reason
from backloop.profile import Support
from backloop.units import Text

__all__ = [
    "ENOUGH",
    "FITTED",
    "NEVER_ALONE",
    "NOT_WISHED",
    "NO_FINDING",
    "NO_HELPER",
    "NO_TIME",
    "OTHER_PACING",
    "PART_OF_CORE",
    "REFERRAL_FIRST",
    "SHARED_VISITS",
    "WISHED",
    "WITH_EXERCISE",
    "barred_by",
    "core_for_all",
    "in_place_of_core",
    "spoken_for",
]

_CONVENTION = ("backloop-convention",)

REFERRAL_FIRST = Reason(
    text=Text(en="Referral first: a safety rule holds.", zh="先转诊：有安全规则成立。"),
    references=_CONVENTION,
)
NO_FINDING = Reason(
    text=Text(en="No finding speaks for it so far.", zh="目前尚无发现支持选用。"),
    references=_CONVENTION,
)
NOT_WISHED = Reason(
    text=Text(
        en="The person does not want extra exercise now. Talk about it again.", zh="本人目前不愿增加运动，可再行沟通。"
    ),
    because=("preferences_05",),
    references=_CONVENTION,
)
WISHED = Reason(
    text=Text(
        en="The person wants exercise; no finding speaks for one kind over another.",
        zh="本人希望进行运动；现有发现并不偏向某一种运动。",
    ),
    because=("preferences_05",),
    references=_CONVENTION,
)
OTHER_PACING = Reason(
    text=Text(
        en="It goes by the clock, and this plan is guided by symptoms. The two are not mixed.",
        zh="该方法按预定时间进行，而本方案以症状为指导，两者不混用。",
    ),
    references=("lambeek-2007", "backloop-convention"),
)
ENOUGH = Reason(
    text=Text(
        en="Two supporting treatments are enough at a time; others have more findings behind them.",
        zh="同时进行的辅助治疗以两种为限；其他治疗的依据更多。",
    ),
    references=_CONVENTION,
)
NO_TIME = Reason(
    text=Text(
        en="It would ask for more daily practice than there is time for, or than the bound of 60 minutes a day.",
        zh="加上它会超出本人每日可用时间，或超出每日60分钟的上限。",
    ),
    because=("preferences_04",),
    references=_CONVENTION,
)
FITTED = Reason(
    text=Text(
        en="Practice at home is fitted to the person's time and willingness, the other treatments and the ceiling.",
        zh="居家练习量已按本人的时间、意愿、其他治疗和上限作了调整。",
    ),
    references=_CONVENTION,
)
PART_OF_CORE = Reason(
    text=Text(en="It is part of the core treatment already.", zh="核心治疗中已包含此项。"), references=_CONVENTION
)
NEVER_ALONE = Reason(
    text=Text(
        en="It is never given alone, and there is no exercise in this plan to go with it.",
        zh="此项从不单独使用，而本方案中没有可与之配合的运动治疗。",
    ),
    references=_CONVENTION,
)
SHARED_VISITS = Reason(
    text=Text(
        en="In the clinic it is done within the visits of the core treatment, so it adds none; its own trials had "
        "visits of their own.",
        zh="门诊部分与核心治疗在同一次就诊中进行，不另增就诊次数；其相关试验则为单独就诊。",
    ),
    references=_CONVENTION,
)
WITH_EXERCISE = Reason(
    text=Text(
        en="The core treatment is not possible; it goes together with the exercise of this plan.",
        zh="无法进行核心治疗；此项与本方案中的运动治疗配合使用。",
    ),
    references=_CONVENTION,
)
NO_HELPER = Reason(
    text=Text(
        en="There is no helper at home: tasks that need one are done in the clinic only.",
        zh="家中无人协助：需要协助的训练任务只在门诊进行。",
    ),
    because=("preferences_02",),
    references=_CONVENTION,
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
_IN_PLACE = Text(
    en="The core treatment is not possible; exercise takes its place.", zh="无法进行核心治疗，以运动治疗代替。"
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
    text = Text(en=f"Findings speak for it: {en}.", zh=f"现有发现支持选用：{zh}。")
    return Reason(text=text, because=tuple(found.mechanism for found in supports), references=_CONVENTION)


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
    return Reason(text=_IN_PLACE, references=(*bodies, *_CONVENTION))
