"""The tables of a trial's report: what stands in which column, and the line below that says what it rests on.

Decides columns and the words around the numbers; every number comes from the nouns.
"""

from collections.abc import Sequence

from backloop.learn import (
    BaselineRow,
    ComplierEffect,
    Effect,
    EffectCurve,
    Mediation,
    ModifierEffect,
    ModifierSearch,
    PlannedAnswer,
    ResponderComparison,
    StressTest,
    TrialFlow,
    TrialReport,
)
from backloop.letters.effectrows import effect_words, p_words
from backloop.letters.pages import PageTable
from backloop.letters.wording import Words
from backloop.power import Performance, Simulation
from backloop.trial import BlindingIndex, BlindingRound, Grounds, GuessTable, Trial

__all__ = [
    "answer_caption",
    "answer_table",
    "baseline_table",
    "blinding_table",
    "curve_table",
    "mean_table",
    "mediation_table",
    "missing_table",
    "model_foot",
    "modelled",
    "modifier_table",
    "observed_table",
    "power_table",
    "primary_words",
    "question_table",
    "responder_table",
    "sensitivity_table",
    "table_heads",
]

_NONE = "–"


def question_table(trial: Trial, grounds: Grounds, words: Words) -> PageTable:
    """Lay out what was asked and how it was to be answered."""
    estimands = {each.id: each.words for each in trial.estimands}
    rows = [
        (
            f"{each.id} ({words(f'trial.rank-{each.rank}')})",
            estimands[each.estimand],
            words("number.semicolon").join((each.model, each.missing, ", ".join(each.covariance) or _NONE)),
        )
        for each in trial.analyses
    ]
    heads = table_heads(words, "analysis", "question", "planned-model")
    return PageTable(words("trial.questions"), heads, rows, grounds.text.say(words.lang), is_prose=True)


def missing_table(flow: TrialFlow, words: Words) -> PageTable:
    """Lay out who was seen and who was not, with reasons."""
    rows = [
        (
            f"{visit.arm}{words('number.and')}{words('forest.week', week=words.number(visit.week))}",
            *(str(count) for count in (visit.people, visit.seen, visit.left, visit.between)),
            words("number.semicolon").join(f"{each.reason} ({each.people})" for each in visit.reasons) or _NONE,
        )
        for visit in flow.missing.visits
    ]
    heads = table_heads(words, "arm", "people", "seen", "left", "between", "reasons")
    foot = f"{words('trial.foot-counts', people=flow.randomised)} {flow.grounds.text.say(words.lang)}"
    return PageTable(words("trial.missing-table"), heads, rows, foot, is_prose=True)


def baseline_table(rows: Sequence[BaselineRow], grounds: Grounds, words: Words) -> PageTable:
    """Lay out how the arms looked at the start."""
    arms = [cell.arm or words("trial.all") for cell in rows[0].cells]
    most = [cell.people for cell in rows[0].cells]
    heads = ("", *(f"{arm} (n = {count})" for arm, count in zip(arms, most, strict=True)))
    told = []
    for row in rows:
        name = words("trial.level", title=row.title, level=row.level) if row.level else row.title
        told.append((name, *(_cell(row, place, words, most[place]) for place in range(len(arms)))))
    foot = f"{words('trial.untested')} {words('trial.foot-counts', people=most[-1])} {grounds.text.say(words.lang)}"
    return PageTable(words("trial.baseline-table"), heads, told, foot)


def observed_table(report: TrialReport, words: Words) -> PageTable:
    """Lay out means and SDs of those seen at each visit."""
    arms = [cell.arm for cell in report.visits[0].cells]
    rows = [
        (
            f"{row.outcome}{words('number.and')}{words('forest.week', week=words.number(row.week))}",
            *(_spread(cell.value, cell.spread, cell.people, words) for cell in row.cells),
        )
        for row in report.visits
    ]
    foot = f"{words('trial.foot-counts', people=report.flow.randomised)} {report.flow.grounds.text.say(words.lang)}"
    return PageTable(words("trial.observed"), (words("trial.outcome"), *arms), rows, foot)


def answer_table(found: PlannedAnswer, grounds: Grounds, words: Words) -> PageTable:
    """Lay out the effects of one analysis."""
    sizes = {(size.arm, size.week): words.average(size.g) for size in found.standardised}
    rows = [
        _answer_row(tested.effect, tested.p, words, sizes.get((tested.effect.arm, tested.effect.week), _NONE))
        for tested in found.effects
    ]
    rows += [_answer_row(each, each.p, words, _NONE) for each in found.compliers]
    heads = (*table_heads(words, "outcome", "effect", "error"), "df", "p", words("trial.standardised"))
    return PageTable(answer_caption(found, words), heads, rows, model_foot(found, grounds, words))


def answer_caption(found: PlannedAnswer, words: Words) -> str:
    """Name an analysis, its rank and its estimand."""
    rank, estimand = words(f"trial.rank-{found.analysis.rank}"), found.estimand.words
    return words("trial.answer-caption", id=found.analysis.id, rank=rank, estimand=estimand)


def primary_words(effect: Effect, words: Words) -> str:
    """Say the primary answer in one sentence."""
    arm = {"arm": effect.arm, "comparator": effect.comparator}.get(effect.favours)
    told = {"row": _effect_name(effect, words), "effect": _answer_row(effect, 1.0, words, _NONE)[1]}
    verdict = words("trial.open") if arm is None else words("trial.verdict", arm=arm)
    return words("trial.primary-told", **told, verdict=verdict)


def responder_table(answers: Sequence[PlannedAnswer], grounds: Grounds, words: Words) -> PageTable:
    """Lay out shares of responders, their difference and the number needed to treat."""
    compared = [each for found in answers for each in found.responders]
    shown = {(each.outcome, each.arm, each.comparator, each.week, each.rule): each for each in compared}
    rows = [_responder_row(each, words) for each in shown.values()]
    heads = (
        *table_heads(words, "outcome", "arm"),
        words("forest.comparator"),
        *table_heads(words, "risk-difference", "needed"),
    )
    how = words("number.semicolon").join(dict.fromkeys(each.method for each in compared))
    people = max((sum(each.people) for each in compared), default=0)
    foot = f"{how}{words('number.semicolon')}{words('trial.foot-counts', people=people)} {grounds.text.say(words.lang)}"
    return PageTable(words("trial.responders"), heads, rows, foot)


def mean_table(found: PlannedAnswer, grounds: Grounds, words: Words) -> PageTable:
    """Lay out the adjusted means of one outcome."""
    rows = [
        (
            f"{each.arm}{words('number.and')}{words('forest.week', week=words.number(each.week))}",
            str(each.seen),
            effect_words(words, (each.mean, each.interval.low, each.interval.high), "points"),
            f"{each.standard_error:.3f}",
            f"{each.df:.1f}",
        )
        for each in found.means
    ]
    heads = (words("trial.arm"), words("trial.seen"), words("trial.mean"), words("trial.error"), "df")
    caption = words("trial.means", outcome=found.outcome.title)
    return PageTable(caption, heads, rows, model_foot(found, grounds, words))


def modifier_table(search: ModifierSearch, grounds: Grounds, words: Words) -> PageTable:
    """Lay out what each modification could have been, and what was found."""
    rows = [
        (
            f"{each.title}{words('number.semicolon')}" + _effect_name(each, words),
            words(f"trial.{each.expected.replace(' ', '-')}"),
            words.average(each.detectable.power_80),
            effect_words(words, (each.per_sd.estimate, each.per_sd.interval.low, each.per_sd.interval.high), "points"),
            f"{each.shrunken.estimate:.3f}".replace("-", "\N{MINUS SIGN}"),
            p_words(each.p_max_t),
        )
        for each in search.effects
    ]
    heads = table_heads(words, "modifier", "expected", "detectable", "per-sd", "shrunken", "adjusted-p")
    first = search.effects[0]
    told = {"model": modelled(first), "people": first.people, "draws": search.draws, "failed": 0, "seed": search.seed}
    foot = f"{words('trial.foot-bootstrap', **told)} {grounds.text.say(words.lang)}"
    return PageTable(words("trial.modifiers-table"), heads, rows, foot)


def curve_table(curve: EffectCurve, grounds: Grounds, words: Words) -> PageTable:
    """Lay out a curve at five values, from the smallest to the largest."""
    last = len(curve.grid) - 1
    places = [round(last * quarter / 4) for quarter in range(5)]
    rows = [
        (
            f"{curve.grid[i]:.3g}",
            effect_words(words, (float(curve.effect[i]), float(curve.low[i]), float(curve.high[i])), "points"),
        )
        for i in places
    ]
    told = {"model": modelled(curve), "people": curve.people, "draws": curve.draws, "failed": 0, "seed": curve.seed}
    foot = f"{words('trial.foot-bootstrap', **told)} {grounds.text.say(words.lang)}"
    heads = (curve.title, words("trial.effect"))
    return PageTable(words("trial.curve-table", modifier=curve.title), heads, rows, foot)


def sensitivity_table(tested: StressTest, grounds: Grounds, words: Words) -> PageTable:
    """Lay out the effect under each assumption about missing answers."""
    rows = []
    for row in tested.rows:
        name = (
            f"{words(f'trial.case-{row.analysis}')}{words('number.semicolon')}{row.arm}{words('number.and')}"
            + words("forest.week", week=f"{row.week:g}")
        )
        found = row.answer
        if found is None:
            rows.append(
                (
                    name,
                    row.text.say(words.lang),
                    words(f"trial.by-{row.variance}"),
                    row.reason.say(words.lang) if row.reason else _NONE,
                    _NONE,
                )
            )
            continue
        effect = effect_words(words, (found.estimate, found.interval.low, found.interval.high), "points")
        rows.append((name, row.text.say(words.lang), words(f"trial.by-{row.variance}"), effect, p_words(found.p)))
    told = {"model": modelled(tested), "people": tested.people, "missing": tested.imputed, "seed": tested.seed}
    foot = f"{words('trial.foot-imputed', **told)} {grounds.text.say(words.lang)}"
    heads = (*table_heads(words, "analysis", "assumption", "variance", "effect"), "p")
    return PageTable(words("trial.sensitivity-table"), heads, rows, foot, is_prose=True)


def mediation_table(found: Mediation, grounds: Grounds, words: Words) -> PageTable:
    """Lay out the parts of an effect."""
    rows = []
    for each in found.effects:
        kind = words(f"trial.path-{each.kind}")
        name = words("trial.path-through", kind=kind, mediator=each.mediator) if each.mediator else kind
        rows.append((name, effect_words(words, (each.estimate, each.interval.low, each.interval.high), "points")))
    told = {
        "model": found.model,
        "people": sum(found.people),
        "draws": found.draws,
        "failed": found.failed,
        "seed": found.seed,
    }
    foot = f"{words('trial.foot-bootstrap', **told)} {grounds.text.say(words.lang)}"
    return PageTable(words("trial.mediation-table"), table_heads(words, "path", "effect"), rows, foot)


def blinding_table(found: BlindingRound, grounds: Grounds, words: Words) -> PageTable:
    """Lay out one round of guesses by arm with Bang's index, and James' for the whole trial."""
    table, report = found.guesses, found.indices
    rows = [
        (words("trial.guess-row", arm=arm), *map(str, counts), _index(report.bang[arm], words))
        for arm, counts in zip(table.arms, table.guesses, strict=True)
    ]
    rows.append((words("trial.james-row"), *_sums(table), _index(report.james, words)))
    guessed = (words("trial.guessed", arm=arm) for arm in table.arms)
    heads = (words("trial.arm"), *guessed, words("trial.unknown"), words("trial.index"))
    foot = f"{words('trial.foot-counts', people=table.people)} {grounds.text.say(words.lang)}"
    return PageTable(words("trial.blinding-table", asked=table.asked or words("trial.not-told")), heads, rows, foot)


def power_table(found: Simulation, words: Words) -> PageTable:
    """Lay out how an analysis does over many trials."""
    rows = [
        (
            each.question.label,
            f"{each.question.truth:g}",
            _average(each, words),
            str(each.rejected),
            str(each.bias),
            str(each.coverage),
            str(each.failed),
        )
        for each in found.performances
    ]
    told = {"analysis": found.analysis, "trials": found.trials, "seed": found.seed, "software": found.software}
    foot = words("trial.power-foot", **told, world=f"{found.world} ({found.world_sha256[:12]})")
    heads = table_heads(words, "question", "truth", "average", "found", "bias", "coverage", "failed")
    return PageTable(words("trial.power-table"), heads, rows, foot)


def _average(each: Performance, words: Words) -> str:
    estimate, low, high = each.mean_estimate.value, each.mean_low.value, each.mean_high.value
    return _NONE if estimate is None else effect_words(words, (estimate, low, high), "points")


def modelled(found: PlannedAnswer | ModifierEffect | EffectCurve | StressTest) -> str:
    """Give the formula of a model's means before its words."""
    return f"{found.formula} ({found.model})" if found.formula else found.model


def _effect_name(each: Effect | ComplierEffect | ModifierEffect, words: Words) -> str:
    told = {"outcome": each.outcome, "arm": each.arm, "comparator": each.comparator, "week": f"{each.week:g}"}
    return words("trial.effect-row", **told)


def _answer_row(each: Effect | ComplierEffect, p: float, words: Words, size: str) -> tuple[str, ...]:
    low, high = (None, None) if each.interval is None else (each.interval.low, each.interval.high)
    return (
        _effect_name(each, words),
        effect_words(words, (each.estimate, low, high), "points"),
        _NONE if each.standard_error is None else f"{each.standard_error:.3f}",
        _NONE if each.df is None else f"{each.df:.1f}",
        p_words(p),
        size,
    )


def _responder_row(each: ResponderComparison, words: Words) -> tuple[str, ...]:
    told = {"outcome": each.outcome, "week": f"{each.week:g}", "rule": each.rule.text.say(words.lang)}
    sides = zip((each.arm, each.comparator), each.responders, each.people, strict=True)
    needed = each.needed
    ends = {"estimate": needed.difference, "low": needed.interval.low, "high": needed.interval.high}
    return (
        words("trial.responder-row", **told),
        *(f"{side}{words('number.colon')}{count:.0f}/{people}" for side, count, people in sides),
        words("forest.result", **{name: _share(end) for name, end in ends.items()}),
        needed.text.say(words.lang),
    )


def table_heads(words: Words, *names: str) -> tuple[str, ...]:
    """Name columns."""
    return tuple(words(f"trial.{name}") for name in names)


def model_foot(found: PlannedAnswer, grounds: Grounds, words: Words) -> str:
    """Say what an analysis rests on."""
    told = words(
        "trial.foot-model",
        model=modelled(found),
        covariance=", ".join(found.tried) or words("trial.none"),
        inference=found.inference,
        people=found.people,
        missing=found.missing,
        ending=found.ending.say(words.lang) if found.ending else words("trial.none"),
    )
    return f"{told} {grounds.text.say(words.lang)}"


def _cell(row: BaselineRow, place: int, words: Words, most: int) -> str:
    cell = row.cells[place]
    if row.kind == "mean":
        return _spread(cell.value, cell.spread, cell.people, words, most=most)
    count = cell.value or 0.0
    told = f"{count:.0f} ({count / cell.people:.0%})" if cell.people else _NONE
    return told if cell.people == most else words("trial.gap", value=told, people=cell.people)


def _spread(value: float | None, spread: float | None, people: int, words: Words, *, most: int | None = None) -> str:
    if value is None:
        return _NONE
    told = words.average(value) + ("" if spread is None else f" ({spread:.2f})")
    return told if people == most else words("trial.gap", value=told, people=people)


def _share(share: float) -> str:
    return f"{share:.1%}".replace("-", "\N{MINUS SIGN}")


def _sums(table: GuessTable) -> tuple[str, ...]:
    return tuple(str(sum(counts)) for counts in zip(*table.guesses, strict=True))


def _index(found: BlindingIndex, words: Words) -> str:
    if found.value is None or found.interval is None:
        return _NONE if found.absent is None else found.absent.text.say(words.lang)
    return effect_words(words, (found.value, found.interval.low, found.interval.high), "points")
