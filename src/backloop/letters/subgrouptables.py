"""The tables about for whom a treatment does more: by risk, by credibility of a claim, by a forest; and weights.

Decides columns and the words around the numbers; every number comes from the nouns.
"""

from collections.abc import Sequence

import numpy as np

from backloop.learn import Answer, BenefitScore, CredibilitySheet, PlannedAnswer, RiskAnswers, RiskEffect
from backloop.letters.effectrows import effect_words, p_words
from backloop.letters.pages import PageTable
from backloop.letters.trialtables import model_foot, table_heads
from backloop.letters.wording import Words
from backloop.trial import Grounds

__all__ = ["claim_table", "forest_table", "risk_tables", "weight_table"]

_NONE = "–"
_DECILES = (10.0, 50.0, 90.0)


def risk_tables(found: RiskAnswers, grounds: Grounds, words: Words) -> list[PageTable]:
    """Lay out the effect by predicted outcome, one table a week."""
    return [_risk_table(each, found.predictors, grounds, words) for each in found.effects]


def _risk_table(each: RiskEffect, predictors: Sequence[str], grounds: Grounds, words: Words) -> PageTable:
    rows = [(words("trial.risk-average"), *_answered(each.average, words))]
    for at in each.across:
        name = words("trial.risk-at", percentile=f"{at.percentile:g}", value=words.average(at.value))
        rows.append((name, *_answered(at.effect, words)))
    rows.append((words("trial.risk-slope"), *_answered(each.slope, words)))
    told = words(
        "trial.risk-foot",
        model=each.model,
        predictors=", ".join(predictors),
        folds=each.folds,
        seed=each.seed,
        people=each.people,
        missing=each.left_out,
    )
    heads = (*table_heads(words, "who", "effect", "error"), "df", "p")
    caption = words("trial.risk-table", outcome=each.outcome, week=f"{each.week:g}")
    return PageTable(caption, heads, rows, f"{told} {grounds.text.say(words.lang)}")


def claim_table(sheet: CredibilitySheet, title: str, grounds: Grounds, words: Words) -> PageTable:
    """Lay out a filled credibility sheet: each question, its answer and why."""
    rows = [
        (each.question.say(words.lang), each.answer.say(words.lang), each.reason.say(words.lang))
        for each in sheet.answers
    ]
    rows.append((words("trial.claims-overall"), _NONE, sheet.overall.say(words.lang)))
    told = {"outcome": sheet.outcome, "arm": sheet.arm, "comparator": sheet.comparator, "week": f"{sheet.week:g}"}
    heads = table_heads(words, "claims-question", "claims-answer", "claims-why")
    caption = words("trial.claims", modifier=title, **told)
    return PageTable(caption, heads, rows, grounds.text.say(words.lang), is_prose=True)


def forest_table(found: BenefitScore, grounds: Grounds, words: Words) -> PageTable:
    """Lay out how a forest did beside forests of trials without differences; individual effects only if let through."""
    rows = [
        (words("trial.forest-average"), words.average(found.average), _NONE, _NONE),
        _judged("calibration", found.calibration, words, nulls=found.null_slopes, share=found.null_p),
        _judged("autoc", found.ranking, words, nulls=found.null_areas, share=found.ranking_null_p),
        _judged("qini", found.qini, words),
    ]
    if found.individual:
        name = words("trial.forest-individual", people=len(found.individual))
        ends = ", ".join(words.average(float(end)) for end in np.percentile(found.individual, _DECILES))
        rows.append((name, ends, _NONE, _NONE))
    else:
        why = found.withheld.say(words.lang) if found.withheld else _NONE
        rows.append((words("trial.forest-withheld"), why, _NONE, _NONE))
    told = words(
        "trial.forest-foot",
        model=found.method.say(words.lang),
        folds=found.folds,
        repeats=found.repeats,
        nulls=found.nulls,
        seed=found.seed,
        people=found.people,
        missing=found.left_out,
    )
    heads = table_heads(words, "forest-measure", "forest-found", "forest-null", "forest-share")
    where = {"outcome": found.outcome, "arm": found.arm, "comparator": found.comparator, "week": f"{found.week:g}"}
    foot = f"{told} {grounds.text.say(words.lang)}"
    return PageTable(words("trial.forest-table", **where), heads, rows, foot, is_prose=True)


def weight_table(found: PlannedAnswer, grounds: Grounds, words: Words) -> PageTable:
    """Lay out how uneven the weights of a per-protocol analysis are, arm by arm."""
    rows = [
        (
            each.arm,
            str(each.people),
            str(each.kept),
            f"{each.lowest:.2f}{words('number.dash')}{each.highest:.2f}",
            f"{each.effective:.1f}",
            str(each.truncated),
        )
        for each in found.weights
    ]
    heads = table_heads(words, "arm", "people", "kept", "weights-range", "effective", "truncated")
    foot = f"{found.weighing}. {model_foot(found, grounds, words)}"
    return PageTable(f"{words('trial.protocol-weights')} ({found.analysis.id})", heads, rows, foot)


def _answered(found: Answer, words: Words) -> tuple[str, str, str, str]:
    ends = (found.estimate, found.interval.low, found.interval.high)
    return effect_words(words, ends, "points"), f"{found.standard_error:.3f}", f"{found.df:.1f}", p_words(found.p)


def _judged(
    name: str, found: Answer, words: Words, *, nulls: Sequence[float] = (), share: float | None = None
) -> tuple[str, str, str, str]:
    ends = (found.estimate, found.interval.low, found.interval.high)
    beside = _NONE
    if nulls:
        middle, high = np.percentile(nulls, (50.0, 95.0))
        beside = f"{words.average(float(middle))} ({words.average(float(high))})"
    told = _NONE if share is None else f"{share:.1%}"
    return words(f"trial.forest-{name}"), effect_words(words, ends, "points"), beside, told
