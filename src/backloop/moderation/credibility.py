"""How far a claimed effect modification may be believed: the five questions of ICEMAN, filled where possible.

Decides which answers follow from the analysis and from what was stated beforehand; judging prior evidence and the
overall credibility stays with a person. The questions and limits stand in `credibility.toml`.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

from backloop.errors import TrialError
from backloop.library import Cited
from backloop.moderation.modifiers import ModifierEffect, ModifierSearch, say_p
from backloop.units import Frozen, Text

__all__ = ["CredibilityAnswer", "CredibilitySheet", "assess_claims", "assess_credibility"]

Grade = Literal["definitely_no", "probably_no", "probably_yes", "definitely_yes", "not_applicable", "open"]
"""How a question is answered; the four in the middle are the instrument's, from least to most credible."""

_LIMIT = 0.05


class _Question(Cited):
    id: Literal["direction", "evidence", "chance", "few", "cut-points"]
    ask: Text


class _Chance(Frozen):
    definitely_yes: float
    probably_yes: float
    probably_no: float


class _Few(Frozen):
    few: int
    many: int


class _Form(Frozen):
    applies_below: float
    chance: _Chance
    few: _Few
    answers: dict[Grade, Text]
    questions: tuple[_Question, ...]


class CredibilityAnswer(Frozen):
    """One question, its answer and why; an open one waits for a person.

    Examples
    --------
    >>> CredibilityAnswer(id="chance", question=Text(en="Chance?", zh="偶然？"), grade="open",
    ...                   answer=Text(en="to be answered", zh="待答"), reason=Text(en="not known", zh="未知")).grade
    'open'
    """

    id: str
    question: Text
    grade: Grade
    answer: Text
    reason: Text


class CredibilitySheet(Frozen):
    """The sheet for one modifier, one outcome and one week.

    `applies` is False where the test of interaction suggests no modification at all: there is no claim to judge.
    `overall` is always left to a person.

    References
    ----------
    schandelmaier-2020

    Examples
    --------
    >>> CredibilitySheet.model_fields["applies"].is_required()
    True
    """

    modifier: str
    outcome: str
    arm: str
    comparator: str
    week: float
    applies: bool
    answers: tuple[CredibilityAnswer, ...]
    overall: Text

    @property
    def text(self) -> Text:
        """The whole sheet as lines, one a question."""
        claim = f"{self.modifier} × {self.arm}/{self.comparator}, {self.outcome}, "
        lines = [(f"{each.question.en} {each.answer.en} ({each.reason.en})") for each in self.answers]
        chinese = [(f"{each.question.zh}{each.answer.zh}（{each.reason.zh}）") for each in self.answers]
        return Text(
            en="\n".join([f"{claim}week {self.week:g}", *lines, self.overall.en]),
            zh="\n".join([f"{claim}第{self.week:g}周", *chinese, self.overall.zh]),
        )


def assess_credibility(
    search: ModifierSearch,
    *,
    modifier: str,
    outcome: str,
    week: float,
    arm: str | None = None,
    in_protocol: bool = False,
    prior_evidence: Grade = "open",
    prior_source: str = "",
) -> CredibilitySheet:
    """Fill the credibility sheet of one effect modification from a search.

    Parameters
    ----------
    search : ModifierSearch
        All that was asked, not only what came out.
    modifier, outcome : str
        Which question.
    week : float
        At which week.
    arm : str, optional
        Which arm; needed where there are several.
    in_protocol : bool
        Whether the modifier and its direction stand in a protocol from before the analysis.
    prior_evidence : str
        A person's answer to whether earlier evidence supports it: from ``"definitely_no"`` to ``"definitely_yes"``.
    prior_source : str
        On what that answer rests; required with an answer.

    Returns
    -------
    CredibilitySheet
        Five answers with reasons, and what is left to a person.

    Raises
    ------
    TrialError
        If the search holds no such question, or prior evidence is judged without a source.

    References
    ----------
    schandelmaier-2020

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from backloop.learn import Columns, find_modifiers
    >>> from backloop.trial import EffectModifier
    >>> from backloop.units import Scale
    >>> rng = np.random.default_rng(5)
    >>> table = pd.DataFrame({"id": range(80), "arm": ["sham", "care"] * 40, "fear": rng.normal(30, 8, 80),
    ...                       "w0": rng.normal(6, 1, 80), "w9": rng.normal(4, 1, 80)})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> asked = EffectModifier(id="fear", title="fear", visit="baseline", expected="smaller benefit")
    >>> search = find_modifiers(table, where, trial="demo", modifiers=[asked], outcomes={"pain": Scale(better="low")})
    >>> sheet = assess_credibility(search, modifier="fear", outcome="pain", week=9)
    >>> sheet.applies, [each.grade for each in sheet.answers if each.id == "evidence"]
    (False, ['open'])
    """
    if prior_evidence != "open" and not prior_source:
        message = "an answer about earlier evidence needs prior_source: which trials or reviews it rests on"
        raise TrialError(message)
    effect = _pick(search, (modifier, outcome, week), arm)
    tested = len({each.modifier for each in search.effects})
    filled: dict[str, tuple[Grade, Text]] = {
        "direction": _direction(effect, in_protocol=in_protocol),
        "evidence": (prior_evidence, _source(prior_source)),
        "chance": _chance(effect),
        "few": _few(effect, tested, in_protocol=in_protocol),
        "cut-points": _cut_points(effect),
    }
    form = _form()
    return CredibilitySheet(
        modifier=effect.modifier,
        outcome=effect.outcome,
        arm=effect.arm,
        comparator=effect.comparator,
        week=effect.week,
        applies=effect.per_unit.p < form.applies_below,
        answers=tuple(
            CredibilityAnswer(
                id=each.id,
                question=each.ask,
                grade=filled[each.id][0],
                answer=form.answers[filled[each.id][0]],
                reason=filled[each.id][1],
            )
            for each in form.questions
        ),
        overall=_overall(applies=effect.per_unit.p < form.applies_below),
    )


def assess_claims(
    search: ModifierSearch, *, in_protocol: bool = False, prior: Mapping[str, tuple[Grade, str]] | None = None
) -> tuple[CredibilitySheet, ...]:
    """Fill a sheet for every effect modification of a search that is a claim at all: interaction p below 0.1.

    Parameters
    ----------
    search : ModifierSearch
        All that was asked.
    in_protocol : bool
        Whether the modifiers and their directions stand in a protocol from before the analysis.
    prior : mapping of str to (str, str), optional
        By modifier: a person's answer to whether earlier evidence supports it, and on what it rests.

    Returns
    -------
    tuple of CredibilitySheet
        In the order of the search; none where chance leaves nothing to judge.

    References
    ----------
    schandelmaier-2020

    Examples
    --------
    >>> from backloop.learn import trial_modifiers
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> data = open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True)
    >>> {sheet.applies for sheet in assess_claims(trial_modifiers(data, draws=1000))}
    {True}
    """
    known = prior or {}
    sheets = []
    for effect in search.effects:
        grade, source = known.get(effect.modifier, ("open", ""))
        sheets.append(
            assess_credibility(
                search,
                modifier=effect.modifier,
                outcome=effect.outcome,
                week=effect.week,
                arm=effect.arm,
                in_protocol=in_protocol,
                prior_evidence=grade,
                prior_source=source,
            )
        )
    return tuple(sheet for sheet in sheets if sheet.applies)


@cache
def _form() -> _Form:
    source = resources.files("backloop.moderation").joinpath("credibility.toml")
    return _Form.model_validate(tomllib.loads(source.read_text(encoding="utf-8")))


def _pick(search: ModifierSearch, question: tuple[str, str, float], arm: str | None) -> ModifierEffect:
    found = [
        each
        for each in search.effects
        if (each.modifier, each.outcome, each.week) == question and arm in {None, each.arm}
    ]
    if len(found) != 1:
        asked = "; ".join(f"{each.modifier}, {each.outcome}, week {each.week:g}, {each.arm}" for each in search.effects)
        message = f"expected one question to judge, found {len(found)}; asked were: {asked}"
        raise TrialError(message)
    return found[0]


def _direction(effect: ModifierEffect, *, in_protocol: bool) -> tuple[Grade, Text]:
    if effect.agrees is None:
        return "probably_no", Text(en="no direction was stated beforehand", zh="事先未说明方向")
    if not effect.agrees:
        return "definitely_no", Text(
            en=f"expected a {effect.expected}, found a {effect.found}", zh="结果与事先预期的方向相反"
        )
    if in_protocol:
        return "definitely_yes", Text(en="stated in the protocol and found so", zh="方案中已说明方向，且结果一致")
    return "probably_yes", Text(en="stated beforehand, though not in a protocol", zh="事先已说明方向，但未写入方案")


def _source(prior_source: str) -> Text:
    if prior_source:
        return Text(en=prior_source, zh=f"依据：{prior_source}")
    return Text(en="an analysis of this trial cannot tell", zh="本试验的分析无法回答")


def _chance(effect: ModifierEffect) -> tuple[Grade, Text]:
    limits, p = _form().chance, effect.per_unit.p
    grade: Grade = (
        "definitely_yes"
        if p <= limits.definitely_yes
        else "probably_yes"
        if p <= limits.probably_yes
        else "probably_no"
        if p <= limits.probably_no
        else "definitely_no"
    )
    adjusted = say_p(effect.p_max_t)
    return grade, Text(
        en=f"interaction {say_p(p)}; over all {effect.questions} question(s) {adjusted}",
        zh=f"交互作用{say_p(p)}；对全部{effect.questions}个问题校正后{adjusted}",
    )


def _few(effect: ModifierEffect, tested: int, *, in_protocol: bool) -> tuple[Grade, Text]:
    limits = _form().few
    considered = effect.p_max_t < _LIMIT
    if tested <= limits.few or considered:
        grade: Grade = "definitely_yes" if in_protocol else "probably_yes"
    else:
        grade = "definitely_no" if tested > limits.many else "probably_no"
    stands = "it stands" if considered else "it does not stand"
    return grade, Text(
        en=f"{tested} modifier(s), {effect.questions} question(s); adjusted for their number {stands}",
        zh=f"共{tested}个修饰因素、{effect.questions}个问题；按数量校正后{'仍成立' if considered else '不成立'}",
    )


def _cut_points(effect: ModifierEffect) -> tuple[Grade, Text]:
    if effect.across[0].percentile is None:
        return "open", Text(
            en="two groups: say whether they are natural or a number cut in two",
            zh="为两组：请说明是自然分组，还是由连续变量划分而来",
        )
    return "definitely_yes", Text(en="analysed as a number over its whole range", zh="按连续变量在整个取值范围内分析")


def _overall(*, applies: bool) -> Text:
    if not applies:
        return Text(
            en="The sheet does not apply: the interaction's p is not below 0.1, so there is no claim to judge.",
            zh="本表不适用：交互作用p值不小于0.1，没有可供评价的修饰作用。",
        )
    return Text(
        en="Overall credibility, from very low to high: to be rated by a person, better by two.",
        zh="总体可信度（极低至高）：须由专业人员评定，最好两人分别评定。",
    )
