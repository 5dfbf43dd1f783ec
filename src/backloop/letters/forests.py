"""Forest plots: studies with their pooled effect, a book's results, and a network's effects against its reference.

Decides which rows stand in which order under which names; how a row looks is in `effectrows`.
"""

from collections.abc import Iterator
from statistics import NormalDist

from backloop.letters.effectrows import Ends, Row, draw_rows, effect_words, mark_row
from backloop.letters.wording import Words
from backloop.synthesis import BookedEffect, ComparedNetwork, EvidenceGroup, Pooled, Studies
from backloop.units import Better, Interval, Language

__all__ = ["evidence_picture", "forest_picture", "reference_picture"]


def forest_picture(studies: Studies, pooled: Pooled, *, title: str, lang: Language = "en", name: str = "forest") -> str:
    """Draw studies with their weights, the pooled effect as a diamond, and the prediction interval below it.

    Parameters
    ----------
    studies : Studies
        What was pooled.
    pooled : Pooled
        The answer of `pool` to these studies.
    title : str
        What was compared, in the reader's words.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element; squares grow with a study's weight.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import pool, read_studies
    >>> rows = {"study": ["A", "B"], "estimate": [-1.0, -0.4], "standard_error": [0.5, 0.3]}
    >>> studies = read_studies(pd.DataFrame(rows), better="low")
    >>> 'role="img"' in forest_picture(studies, pool(studies), title="walking")
    True
    """
    words, half = Words(lang), _quantile(pooled.interval.level) * studies.standard_error
    shown = list(zip(studies.labels, studies.estimate, half, pooled.weights, strict=True))
    rows = [
        mark_row(words, label, "trial", (y, y - margin, y + margin), unit=studies.unit)
        | {"weight": weight, "detail": words("forest.weight", weight=words.number(weight))}
        for label, y, margin, weight in shown
    ]
    rows += list(_answer(words, pooled, words("forest.pooled")))
    summary = pooled.text.say(lang)
    return draw_rows(
        rows, words, title=title, summary=summary, sides=_sides(words, pooled.better), unit=studies.unit, name=name
    )


def evidence_picture(group: EvidenceGroup, *, lang: Language = "en", name: str = "forest") -> str:
    """Draw a book's results of one domain on one axis: trials, reviews and networks apart, pooled trials below.

    Parameters
    ----------
    group : EvidenceGroup
        One group of `gather_evidence`.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element; a dagger marks what was not checked in its source.

    Examples
    --------
    >>> from backloop.library import Library
    >>> from backloop.synthesis import gather_evidence
    >>> found = gather_evidence(Library.packaged().intervention("motor-control-exercise").evidence)
    >>> 'role="img"' in evidence_picture(found.groups[0], lang="zh")
    True
    """
    words = Words(lang)
    rows = [_result(effect, words) for effect in group.effects]
    for one in group.pooled:
        told = {"comparator": one.comparator.say(lang), "term": one.term.say(lang), "count": len(one.pooled.labels)}
        rows += _answer(words, one.pooled, words("forest.pooled-trials", **told))
    summary = "; ".join(words("forest.row", **_named(effect, words)) for effect in group.effects)
    title = words(f"domain.{group.domain}")
    return draw_rows(
        rows, words, title=title, summary=summary, sides=_sides(words, group.better), unit=group.unit, name=name
    )


def reference_picture(network: ComparedNetwork, *, lang: Language = "en", name: str = "forest") -> str:
    """Draw every treatment of a network against its reference, with prediction intervals as thin dashed lines.

    Parameters
    ----------
    network : ComparedNetwork
        What `compare_network` gave.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element, one row a treatment.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import compare_network, read_network
    >>> rows = pd.DataFrame({"study": ["A", "B"], "treatment": ["walk", "swim"], "comparator": "rest",
    ...                      "estimate": [-1.0, -0.5], "standard_error": [0.3, 0.4]})
    >>> 'role="img"' in reference_picture(compare_network(read_network(rows, better="low"), method="fixed"))
    True
    """
    words = Words(lang)
    rows = []
    for effect in network.against_reference:
        row = mark_row(words, effect.treatment, "pooled", _ends(effect.estimate, effect.interval), unit=network.unit)
        ahead = effect.prediction
        rows.append(row | ({} if ahead is None else {"far_low": ahead.low, "far_high": ahead.high}))
    title = words("forest.against", comparator=network.reference)
    summary = network.text.say(lang)
    return draw_rows(
        rows, words, title=title, summary=summary, sides=_sides(words, network.better), unit=network.unit, name=name
    )


def _quantile(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2.0)


def _ends(estimate: float, interval: Interval) -> Ends:
    return estimate, interval.low, interval.high


def _named(effect: BookedEffect, words: Words) -> dict[str, str]:
    """Give the name of a result, its design and its numbers."""
    row = effect.row
    name = row.reference if row.verified else words("forest.unverified", name=row.reference)
    result = effect_words(words, (effect.estimate, effect.low, effect.high), effect.unit)
    return {"name": name, "design": words(f"design.{row.design}"), "result": result}


def _result(effect: BookedEffect, words: Words) -> Row:
    row, named = effect.row, _named(effect, words)
    comparator = row.comparator.say(words.lang)
    against = words("forest.against", comparator=comparator)
    if row.given is not None:
        against = words("forest.given", given=row.given.say(words.lang), comparator=comparator)
    week = () if row.weeks is None else (words("forest.week", week=words.number(row.weeks)),)
    label = words("number.and").join((row.outcome.say(words.lang), *week))
    detail = words("number.and").join((f"{named['name']} ({named['design']})", against))
    ends = (effect.estimate, effect.low, effect.high)
    return mark_row(words, label, row.design, ends, unit=effect.unit) | {"detail": detail}


def _answer(words: Words, pooled: Pooled, label: str) -> Iterator[Row]:
    """Give the row of a pooled effect, and below it that of the prediction interval."""
    yield mark_row(words, label, "pooled", _ends(pooled.estimate, pooled.interval), unit=pooled.unit)
    if pooled.prediction is not None:
        low, high = pooled.prediction.low, pooled.prediction.high
        text = effect_words(words, (pooled.estimate, low, high), pooled.unit)
        yield {"name": words("forest.prediction"), "kind": "prediction", "far_low": low, "far_high": high, "text": text}


def _sides(words: Words, better: Better) -> tuple[str, str]:
    """Say which side of no effect is good for whom."""
    if better == "neither":
        return words("forest.lower"), words("forest.higher")
    arms = [words("forest.favours", arm=words(f"forest.{arm}")) for arm in ("this", "comparator")]
    left, right = arms if better == "low" else reversed(arms)
    return left, right
