"""The parts of a report about for whom a treatment does more: risk first, then modifiers, forest and curves.

Decides lines, pictures and tables of each; numbers come from the nouns and words from the file of words.
"""

from backloop.learn import TrialReport
from backloop.letters.effectrows import ForestRow, rows_picture
from backloop.letters.plots import curve_picture
from backloop.letters.subgrouptables import claim_table, forest_table, risk_tables
from backloop.letters.trialparts import PagePart, PagePicture, as_svg, lay_part
from backloop.letters.trialtables import curve_table, modifier_table
from backloop.letters.wording import Words

__all__ = ["curve_part", "forest_part", "modifier_part", "risk_part"]


def risk_part(report: TrialReport, words: Words) -> PagePart:
    """Lay out the effect by predicted outcome, and whether one arm spreads more."""
    found = report.risk
    if found is None:
        return lay_part("risk", words)
    primary = report.answers.primary
    rows = [
        ForestRow(
            words("trial.risk-at", percentile=f"{at.percentile:g}", value=words.average(at.value)),
            at.effect.estimate,
            at.effect.interval.low,
            at.effect.interval.high,
            words("trial.effect-of", arm=each.arm, comparator=each.comparator, week=f"{each.week:g}"),
        )
        for each in found.effects
        for at in each.across
    ]
    first = found.effects[0]
    favours = [words("forest.favours", arm=arm) for arm in (first.arm, first.comparator)]
    left, right = favours if primary.outcome.scale.better == "low" else reversed(favours)
    svg = rows_picture(
        rows, title=words("trial.risk-title", outcome=first.outcome), summary=first.text.say(words.lang),
        unit=primary.outcome.scale.unit, sides=(left, right), lang=words.lang, name="risk",
    )  # fmt: skip
    return lay_part(
        "risk",
        words,
        lines=[
            *(each.text.say(words.lang) for each in found.effects),
            *(each.text.say(words.lang) for each in found.spread),
        ],
        pictures=[PagePicture(as_svg(svg), words("trial.risk-caption"))],
        tables=risk_tables(found, report.answers.grounds, words),
        notes=[words("trial.risk-note")],
    )


def forest_part(report: TrialReport, words: Words) -> PagePart:
    """Lay out what a causal forest is worth, and individual effects only if they stand up."""
    found = report.forest
    if found is None:
        return lay_part("forest", words)
    tables = [forest_table(found, report.answers.grounds, words)]
    return lay_part("forest", words, lines=[found.text.say(words.lang)], tables=tables)


def modifier_part(report: TrialReport, words: Words) -> PagePart:
    """Lay out every modification asked about, with a credibility sheet for each that is a claim."""
    search = report.modifiers
    if search is None:
        return lay_part("modifiers", words)
    primary = report.answers.primary
    rows = [
        ForestRow(
            each.title,
            each.per_sd.estimate,
            each.per_sd.interval.low,
            each.per_sd.interval.high,
            words("trial.effect-of", arm=each.arm, comparator=each.comparator, week=f"{each.week:g}"),
        )
        for each in search.effects
        if each.outcome == primary.outcome.id
    ]
    benefit = [words(f"trial.{size}-benefit") for size in ("larger", "smaller")]
    left, right = benefit if primary.outcome.scale.better == "low" else reversed(benefit)
    title = f"{primary.outcome.title}{words('number.dash')}{words('trial.modifiers-title')}"
    summary, unit = search.summary.say(words.lang), primary.outcome.scale.unit
    svg = rows_picture(
        rows, title=title, summary=summary, unit=unit, sides=(left, right), lang=words.lang, name="modifiers"
    )
    pictures = [PagePicture(as_svg(svg), words("trial.modifiers-caption"))]
    joint = [text.say(words.lang) for text in search.joint.values()]
    titles = {each.modifier: each.title for each in search.effects}
    grounds = report.answers.grounds
    sheets = [claim_table(sheet, titles[sheet.modifier], grounds, words) for sheet in report.claims]
    lines = [summary] if sheets else [summary, words("trial.claims-none")]
    tables = [modifier_table(search, grounds, words), *sheets]
    return lay_part("modifiers", words, lines=lines, pictures=pictures, tables=tables, notes=joint)


def curve_part(report: TrialReport, words: Words) -> PagePart:
    """Lay out the effect as a curve over each modifier."""
    pictures = [
        PagePicture(as_svg(curve_picture(curve, lang=words.lang, name=f"curve-{i}")), words("trial.curve-caption"))
        for i, curve in enumerate(report.curves)
    ]
    tables = [curve_table(curve, report.answers.grounds, words) for curve in report.curves]
    lines = [curve.text.say(words.lang) for curve in report.curves]
    return lay_part("curves", words, lines=lines, pictures=pictures, tables=tables)
