"""What a mediation analysis is asked and answers: mediators, effects, robustness, and the words for them.

Decides how an answer is written down and what must be said with it; it computes none (`mediation` does).
"""

from collections.abc import Mapping
from typing import Literal

from backloop.causes.bootstrap import DrawnInterval
from backloop.errors import TrialError
from backloop.units import Frozen, Interval, Text

__all__ = ["Mediation", "Mediator", "PathEffect", "PathKind", "Robustness", "warn_of_overlap"]


PathKind = Literal["total", "direct", "indirect", "total direct", "pure indirect", "share"]
"""Which part of a treatment's effect."""


class Mediator(Frozen):
    """A possible step between treatment and outcome, and the week it was measured in.

    Parameters
    ----------
    column : str
        The mediator's column; in a wide table only its name.
    week : float
        Weeks since randomisation: after the baseline and before the outcome.
    wide : dict of float to str, optional
        For a table with one row a person: the week of each of the mediator's columns.

    Examples
    --------
    >>> Mediator(column="pcs", week=12).week
    12.0
    """

    column: str
    week: float
    wide: dict[float, str] | None = None


class PathEffect(Frozen):
    """One part of a treatment's effect, in the unit of the outcome (`share`: of the total), with its interval.

    `indirect` runs through `mediator` (empty: through all together) in treated people and `direct` is the rest of the
    total; `pure indirect` runs through it in untreated people and `total direct` is the rest.

    Examples
    --------
    >>> PathEffect(kind="indirect", mediator="pcs", estimate=-0.4, standard_error=0.1,
    ...            interval=Interval(low=-0.6, high=-0.2)).mediator
    'pcs'
    """

    kind: PathKind
    mediator: str = ""
    estimate: float
    standard_error: float
    interval: Interval


class Robustness(Frozen):
    """What an unmeasured common cause of a mediator and the outcome would do to the effect through that mediator.

    Parameters
    ----------
    mediator : str
        Which mediator.
    rho : float, -1 to 1
        The correlation of what is left unexplained of mediator and outcome at which the estimate would be zero.
    rho_interval : float, -1 to 1
        The one at which the interval would first reach zero; 0 where it does already.
    curve : tuple of (float, float, float, float)
        The correlation assumed, and the estimate with the ends of its interval under it.

    Examples
    --------
    >>> Robustness(mediator="pcs", rho=0.45, rho_interval=0.3, curve=()).common_share
    0.45
    """

    mediator: str
    rho: float
    rho_interval: float
    curve: tuple[tuple[float, float, float, float], ...]

    @property
    def common_share(self) -> float:
        """The share of both leftovers that one unmeasured cause must explain for the estimate to vanish."""
        return abs(self.rho)


class Mediation(Frozen):
    """How much of a treatment's effect runs through its mediators, with what the answer rests on.

    `people` were analysed of each arm (the comparator last), `seen` of them had mediators and outcome; `left_out`
    counts who could not be used. `failed` resamples gave no answer; `seed` gives the same ones again.

    Examples
    --------
    >>> Mediation.model_fields["seed"].is_required()
    True
    """

    kind: Literal["natural", "interventional"]
    outcome: str
    week: float
    arm: str
    comparator: str
    mediators: tuple[Mediator, ...]
    covariates: tuple[str, ...]
    interaction: bool
    effects: tuple[PathEffect, ...]
    robustness: tuple[Robustness, ...]
    people: tuple[int, int]
    seen: tuple[int, int]
    left_out: int
    draws: int
    failed: int
    seed: int
    intervals: DrawnInterval
    software: str

    def effect(self, kind: str, mediator: str = "") -> PathEffect:
        """Give one effect by its kind and mediator."""
        for effect in self.effects:
            if (effect.kind, effect.mediator) == (kind, mediator):
                return effect
        message = f"no effect '{kind}' through '{mediator}'; there are {[(e.kind, e.mediator) for e in self.effects]}"
        raise TrialError(message)

    @property
    def model(self) -> str:
        """The models in words, as they belong under a table."""
        names = ", ".join(f"{mediator.column} (week {mediator.week:g})" for mediator in self.mediators)
        adjusted = ", ".join(("baseline outcome", "baseline mediators", *self.covariates))
        product = "with" if self.interaction else "without"
        return (
            f"{self.kind} effects through {names}; linear regressions of mediators and outcome, {product} products of "
            f"arm and mediator, adjusted for {adjusted}; {self.intervals} bootstrap by person"
        )

    @property
    def assumptions(self) -> Text:
        """What must hold for these numbers to be what they are called."""
        english = (
            "Randomisation makes the arms comparable, not the people who differ in the mediator. These effects hold if "
            "no cause shared by mediator and outcome is missing from the model, and if straight lines fit."
        )
        chinese = (
            "随机化只保证组间可比，并不保证中介因素水平不同的人之间可比。仅当模型未遗漏中介因素与结局的共同原因，且线性关系成立时，"
            "上述效应才成立。"
        )
        if self.kind == "natural":
            english += (
                " Nor may the treatment itself change such a shared cause, for instance another mediator. Effects"
                " through single mediators overlap: never add them."
            )
            chinese += (
                "此外，治疗本身也不得改变这类共同原因（例如另一中介因素）。单个中介因素的效应彼此重叠，切勿相加。"
            )
        return Text(en=english, zh=chinese)

    @property
    def text(self) -> Text:
        """The answer in one sentence for a clinician."""
        total, through, rest = (self.effect(kind) for kind in ("total", "indirect", "direct"))
        names = [mediator.column for mediator in self.mediators]
        return Text(
            en=f"{self.outcome} at week {self.week:g}, {self.arm} minus {self.comparator}: {_numbers(total)} in all, "
            f"of which {_numbers(through)} through {' and '.join(names)} and {_numbers(rest)} otherwise.",
            zh=f"{self.outcome}（第{self.week:g}周，{self.arm}组减{self.comparator}组）：总效应"
            f"{_numbers(total, '至')}，其中经由{'、'.join(names)}的效应{_numbers(through, '至')}，"
            f"其余效应{_numbers(rest, '至')}。",
        )


def warn_of_overlap(parts: Mapping[str, float], total: float) -> Text:
    """Say why effects through single mediators must not be added.

    Parameters
    ----------
    parts : mapping of str to float
        Each mediator's indirect effect, from an analysis of that mediator alone.
    total : float
        The treatment's total effect, in the same unit.

    Returns
    -------
    Text
        The warning, with their sum beside the total.

    Raises
    ------
    TrialError
        If there is only one mediator.

    References
    ----------
    cashin-2023, bagg-2022

    Examples
    --------
    RESOLVE's published effects on pain, each through one mediator, add to more than the total effect:

    >>> warning = warn_of_overlap({"beliefs": -0.96, "catastrophising": -0.49, "self-efficacy": -0.37}, -1.0)
    >>> warning.en.split(": ")[1]
    'these add to -1.82 beside a total effect of -1.00. Do not add them; analyse the mediators together.'
    """
    if len(parts) < 2:  # noqa: PLR2004
        message = f"expected at least two mediators to compare, got {len(parts)}"
        raise TrialError(message)
    together = sum(parts.values())
    return Text(
        en=f"Effects through one mediator at a time overlap, because mediators move together: these add to "
        f"{together:.2f} beside a total effect of {total:.2f}. Do not add them; analyse the mediators together.",
        zh=f"各中介因素相互关联，逐一估计的间接效应彼此重叠：此处相加为{together:.2f}，而总效应为{total:.2f}。切勿相加，应将全部中介因素"
        "合并分析。",
    )


def _numbers(effect: PathEffect, to: str = " to ") -> str:
    return f"{effect.estimate:.2f} ({effect.interval.low:.2f}{to}{effect.interval.high:.2f})"
