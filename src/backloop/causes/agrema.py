"""The report of a mediation analysis: what readers need to know, filled from the analysis where it can be.

Decides which questions the analysis answers itself; the questions stand in `agrema.toml`, the rest waits for a person.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from backloop.causes.mediators import Mediation
from backloop.errors import TrialError
from backloop.units import Frozen, Text

__all__ = ["ReportItem", "report_mediation"]


class _Question(Frozen):
    id: str
    ask: Text


class ReportItem(Frozen):
    """One question and its answer; None waits for a person.

    Examples
    --------
    >>> ReportItem(id="theory", ask=Text(en="Why?", zh="为何？")).answer is None
    True
    """

    id: str
    ask: Text
    answer: Text | None = None


def report_mediation(mediation: Mediation, told: Mapping[str, Text] | None = None) -> tuple[ReportItem, ...]:
    """Fill in what a report of a mediation analysis should tell.

    Parameters
    ----------
    mediation : Mediation
        The analysis.
    told : mapping of str to Text, optional
        Answers of the authors by the question's id: theory, registration, measures, size, limits, sharing.

    Returns
    -------
    tuple of ReportItem
        All questions in order; those neither the analysis nor the authors answer stay open.

    Raises
    ------
    TrialError
        If `told` answers a question that is not asked, or that the analysis answers itself.

    References
    ----------
    lee-2021-agrema

    Examples
    --------
    >>> len(_questions())
    14
    """
    told = told or {}
    known = _answers(mediation)
    asked = {question.id for question in _questions()}
    wrong = sorted(set(told) - (asked - set(known)))
    if wrong:
        message = f"expected answers to {', '.join(sorted(asked - set(known)))}, got {', '.join(wrong)}"
        raise TrialError(message)
    answers = {**told, **known}
    return tuple(ReportItem(id=one.id, ask=one.ask, answer=answers.get(one.id)) for one in _questions())


@cache
def _questions() -> tuple[_Question, ...]:
    text = resources.files("backloop.causes").joinpath("agrema.toml").read_text(encoding="utf-8")
    return tuple(_Question.model_validate(one) for one in tomllib.loads(text)["items"])


def _answers(found: Mediation) -> dict[str, Text]:
    return {
        "effects": _effects(found),
        "order": _order(found),
        "causes": _causes(found),
        "assumptions": found.assumptions,
        "models": _models(found),
        "missing": _missing(found),
        "estimates": found.text,
        "sensitivity": _sensitivity(found),
    }


def _effects(found: Mediation) -> Text:
    kind = {"natural": "自然", "interventional": "干预性"}[found.kind]
    return Text(
        en=f"{found.kind} direct and indirect effects on {found.outcome} in its own points, {found.arm} minus "
        f"{found.comparator}",
        zh=f"{found.outcome}原始分值上的{kind}直接效应与间接效应（{found.arm}组减{found.comparator}组）",
    )


def _order(found: Mediation) -> Text:
    times = ", ".join(f"{mediator.column}: {mediator.week:g}" for mediator in found.mediators)
    return Text(
        en=f"weeks since randomisation: {times}; {found.outcome}: {found.week:g}",
        zh=f"随机化后周数：{times}；{found.outcome}：{found.week:g}",
    )


def _causes(found: Mediation) -> Text:
    names = ", ".join(found.covariates)
    return Text(
        en="adjusted for the baseline of outcome and mediators" + (f", and {names}" if names else ""),
        zh="校正结局与中介因素的基线值" + (f"，以及{names}" if names else ""),
    )


def _models(found: Mediation) -> Text:
    product = "含" if found.interaction else "不含"
    return Text(
        en=f"{found.model}; {found.draws} resamples, seed {found.seed}, {found.failed} failed",
        zh=f"中介因素与结局的线性回归（{product}组别与中介因素的交互项），按个体自助抽样{found.draws}次，种子{found.seed}，"
        f"失败{found.failed}次",
    )


def _missing(found: Mediation) -> Text:
    (arm, comparator), (arm_seen, comparator_seen) = found.people, found.seen
    return Text(
        en=f"{found.arm} {arm} ({arm_seen} with mediators and outcome), {found.comparator} {comparator} "
        f"({comparator_seen}); {found.left_out} without a baseline left out; missing at random assumed",
        zh=f"{found.arm}组{arm}人（中介因素与结局齐全者{arm_seen}人），{found.comparator}组{comparator}人"
        f"（{comparator_seen}人）；因缺基线值剔除{found.left_out}人；假定随机缺失",
    )


def _sensitivity(found: Mediation) -> Text:
    return Text(
        en="; ".join(
            f"{one.mediator}: the estimate vanishes where the leftovers correlate {one.rho:.2f}, its interval "
            f"reaches zero at {one.rho_interval:.2f}"
            for one in found.robustness
        ),
        zh="；".join(
            f"{one.mediator}：残差相关为{one.rho:.2f}时估计值为零，为{one.rho_interval:.2f}时区间触及零"
            for one in found.robustness
        ),
    )
