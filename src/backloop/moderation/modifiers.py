"""For whom a treatment does more: the answers about effect modifiers and the words for them.

Decides what an answer about a modifier carries and how it is said; `modification` finds the answers.
"""

from typing import Literal

import pandas as pd

from backloop.effects import Answer
from backloop.measure import Because
from backloop.units import Frozen, Interval, Scale, Text

__all__ = ["Detectable", "EffectAt", "ModifierEffect", "ModifierSearch", "ShrunkenAnswer", "say_p"]


class Detectable(Frozen):
    """How large a modification the trial could have found, known before looking at any.

    `standard_error`, `power_80` and `power_90` are changes of the effect for one standard deviation of the modifier;
    `ratio` is the standard error of the effect's difference between people one standard deviation above and below the
    mean, over that of the effect itself: about 2, so that finding a modification as large as the effect takes about
    four times the people.

    Examples
    --------
    >>> Detectable(standard_error=0.25, power_80=0.7, power_90=0.81, ratio=2.0).ratio
    2.0
    """

    standard_error: float
    power_80: float
    power_90: float
    ratio: float


class EffectAt(Frozen):
    """The effect for people with a given value of the modifier; `percentile` is None for a value of two groups.

    Examples
    --------
    >>> found = Answer(label="", estimate=-1.0, standard_error=0.4, df=96.0, p=0.014,
    ...                interval=Interval(low=-1.8, high=-0.2))
    >>> EffectAt(value=12.0, percentile=10, effect=found).effect.estimate
    -1.0
    """

    value: float
    percentile: float | None
    effect: Answer


class ShrunkenAnswer(Frozen):
    """An estimate drawn towards zero by what all questions together suggest, with its interval.

    Examples
    --------
    >>> ShrunkenAnswer(estimate=0.02, interval=Interval(low=-0.03, high=0.08)).estimate
    0.02
    """

    estimate: float
    interval: Interval


class ModifierEffect(Frozen):
    """How an arm's effect on one outcome at one week changes with one modifier.

    `per_unit` and `per_sd` are changes of the effect (arm minus comparator, in points of the outcome); `shrunken` and
    `together` are per unit, the latter from the model that holds all modifiers at once. `p_holm` and `p_max_t` are
    adjusted for all `questions` of the search. `filled` counts people whose modifier was missing.

    Examples
    --------
    >>> ModifierEffect.model_fields["detectable"].is_required()
    True
    """

    modifier: str
    title: str
    outcome: str
    arm: str
    comparator: str
    week: float
    expected: Literal["larger benefit", "smaller benefit", "not stated"]
    because: str = ""
    scale: Scale
    centre: float
    sd: float
    people: int
    filled: int
    questions: int
    detectable: Detectable
    per_unit: Answer
    per_sd: Answer
    across: tuple[EffectAt, ...]
    p_holm: float
    p_max_t: float
    shrunken: ShrunkenAnswer
    together: Answer | None = None
    together_shrunken: ShrunkenAnswer | None = None
    model: str
    formula: str = ""

    @property
    def found(self) -> Literal["larger benefit", "smaller benefit", "not stated"]:
        """What higher values did to the benefit in this trial, whether or not by chance."""
        sign = {"low": -1, "high": 1, "neither": 0}[self.scale.better] * self.per_unit.estimate
        return "larger benefit" if sign > 0 else "smaller benefit" if sign < 0 else "not stated"

    @property
    def agrees(self) -> bool | None:
        """Whether the direction is the one stated beforehand; None where none was stated."""
        return None if "not stated" in {self.expected, self.found} else self.expected == self.found

    @property
    def text(self) -> Text:
        """The answer in words, what could have been detected before the p value."""
        return Text(en=_english(self), zh=_chinese(self))


class ModifierSearch(Frozen):
    """All answers about modifiers of one trial.

    `spread` is the standard deviation of the true modifications (in standard deviations of the outcome for one of the
    modifier) that the shrunken answers assume; `joint` says for each outcome how the model with all modifiers ended.
    `monte_carlo_error` is the largest of the adjusted p values' simulation errors.

    Examples
    --------
    >>> ModifierSearch.model_fields["seed"].is_required()
    True
    """

    trial: str
    effects: tuple[ModifierEffect, ...]
    joint: dict[str, Text]
    spread: float
    draws: int
    seed: int
    monte_carlo_error: float
    level: float
    summary: Text
    because: Because

    def frame(self) -> pd.DataFrame:
        """Give one row a question, what was detectable and expected before what was found.

        Returns
        -------
        pandas.DataFrame
            Columns in the order in which they should be read.
        """
        return pd.DataFrame([_row(effect) for effect in self.effects])


def say_p(p: float) -> str:
    """Write a p value to three places, and none as zero."""
    least = 0.001
    return f"p < {least}" if p < least else f"p = {p:.3f}"


def _row(effect: ModifierEffect) -> dict[str, object]:
    together = effect.together
    return {
        "modifier": effect.modifier,
        "outcome": effect.outcome,
        "arm": effect.arm,
        "week": effect.week,
        "expected": effect.expected,
        "detectable_per_sd_80": effect.detectable.power_80,
        "detectable_per_sd_90": effect.detectable.power_90,
        "error_ratio": effect.detectable.ratio,
        "per_unit": effect.per_unit.estimate,
        "per_unit_low": effect.per_unit.interval.low,
        "per_unit_high": effect.per_unit.interval.high,
        "per_sd": effect.per_sd.estimate,
        "per_sd_low": effect.per_sd.interval.low,
        "per_sd_high": effect.per_sd.interval.high,
        "shrunken": effect.shrunken.estimate,
        "together": None if together is None else together.estimate,
        "together_shrunken": None if effect.together_shrunken is None else effect.together_shrunken.estimate,
        "df": effect.per_unit.df,
        "p": effect.per_unit.p,
        "p_holm": effect.p_holm,
        "p_max_t": effect.p_max_t,
        "found": effect.found,
        "people": effect.people,
        "filled": effect.filled,
    }


_BELIEVABLE = 0.05
_BENEFIT = {"larger benefit": "获益更大", "smaller benefit": "获益更小", "not stated": "方向不明"}


def _english(effect: ModifierEffect) -> str:
    found = effect.per_sd
    low, high, level = found.interval.low, found.interval.high, f"{found.interval.level:.0%}".replace("%", " %")
    verdict = (
        "chance alone hardly explains this, yet another trial must confirm it before anyone acts on it"
        if effect.p_max_t < _BELIEVABLE
        else "chance alone explains this; the average effect is the best guess for everybody"
    )
    return (
        f"{effect.title} and the effect of {effect.arm} against {effect.comparator} on {effect.outcome} at week "
        f"{effect.week:g}: the trial could detect a change of {effect.detectable.power_80:.2f} for one standard "
        f"deviation ({effect.sd:.3g}) with 80 % power. Found: {found.estimate:.2f} ({level} interval {low:.2f} to "
        f"{high:.2f}), {effect.found} with higher values (expected: {effect.expected}). Over {effect.questions} "
        f"question(s) {say_p(effect.p_max_t)}: {verdict}."
    )


def _chinese(effect: ModifierEffect) -> str:
    found = effect.per_sd
    low, high = found.interval.low, found.interval.high
    verdict = (
        "难以仅用偶然解释，但须经其他试验证实后方可据此决策"
        if effect.p_max_t < _BELIEVABLE
        else "仅凭偶然即可解释，对每个人而言平均疗效仍是最佳估计"
    )
    return (
        f"{effect.title}对{effect.arm}组（与{effect.comparator}组相比）第{effect.week:g}周{effect.outcome}疗效的影响："
        f"本试验有80%把握度检出的变化为每升高一个标准差（{effect.sd:.3g}）{effect.detectable.power_80:.2f}。"
        f"实际估计为{found.estimate:.2f}（{found.interval.level:.0%}置信区间{low:.2f}至{high:.2f}），"
        f"取值较高者{_BENEFIT[effect.found]}（事先预期：{_BENEFIT[effect.expected]}）。"
        f"对全部{effect.questions}个问题校正后{say_p(effect.p_max_t)}：{verdict}。"
    )
