"""Pages about a trial: its whole report in CONSORT's order, and the power of a planned one.

Decides which parts stand on a page and in which order; a part that is not there says why.
"""

from collections.abc import Iterable, Iterator, Mapping

from backloop.errors import NothingToRead
from backloop.learn import (
    BenefitScore,
    Mediation,
    ModifierSearch,
    PlannedAnswer,
    RiskAnswers,
    StressTest,
    TrialAnswers,
    TrialReport,
)
from backloop.letters.effectrows import ForestRow, rows_picture
from backloop.letters.flows import flow_picture
from backloop.letters.pages import PageTable, render_page
from backloop.letters.plots import outcome_picture, power_picture
from backloop.letters.subgroupparts import curve_part, forest_part, modifier_part, risk_part
from backloop.letters.subgrouptables import forest_table, risk_tables, weight_table
from backloop.letters.trialparts import PagePart, PagePicture, as_svg, lay_part
from backloop.letters.trialtables import (
    answer_table,
    baseline_table,
    blinding_table,
    mean_table,
    mediation_table,
    missing_table,
    modifier_table,
    observed_table,
    power_table,
    primary_words,
    question_table,
    responder_table,
    sensitivity_table,
)
from backloop.letters.wording import Words
from backloop.library import Library
from backloop.measure import software_version
from backloop.power import Simulation
from backloop.trial import BlindingRound, Grounds
from backloop.units import Language

__all__ = ["lay_tables", "power_page", "trial_page"]

Laid = (
    TrialAnswers
    | ModifierSearch
    | RiskAnswers
    | BenefitScore
    | Mediation
    | StressTest
    | tuple[BlindingRound, ...]
    | Simulation
)
"""What can be laid out in tables."""


def trial_page(report: TrialReport, *, lang: Language = "en") -> str:
    """Write the report of a trial as one page.

    Parameters
    ----------
    report : TrialReport
        What `report_trial` gathered.
    lang : str
        ``en`` or ``zh``; the plan's own words stay as they are.

    Returns
    -------
    str
        One HTML document that needs nothing from outside and prints on A4. Under every table stand the model, its
        covariance, the method for degrees of freedom, n, what is missing, how the fit ended, the version of the
        software, and the fingerprints of plan and data.

    References
    ----------
    consort-2025

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.learn import report_trial
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> data = open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True)
    >>> page = trial_page(report_trial(data, imputations=10, draws=100))
    >>> "Flow of people" in page, "exploratory: plan not frozen" in page
    (True, True)
    """
    words, grounds = Words(lang), report.answers.grounds
    key = "trial.registered" if report.trial.registration else "trial.unregistered"
    lead = [words(key, registration=report.trial.registration, people=report.trial.people)]
    lead += [words("trial.exploratory")] if grounds.is_exploratory else [grounds.standing.say(lang)]
    head = {"title": report.trial.title, "overline": words("trial.overline"), "lead": lead}
    return _page(head, _parts(report, words), lang)


def lay_tables(
    found: Laid,
    grounds: Grounds | None = None,
    *,
    lang: Language = "en",
) -> list[PageTable]:
    """Lay an answer out in the tables that a page would show, such as for a terminal.

    Parameters
    ----------
    found : TrialAnswers, ModifierSearch, RiskAnswers, BenefitScore, Mediation, StressTest or Simulation
        The answer, or a tuple of BlindingRound.
    grounds : Grounds, optional
        What it rests on (``data.grounds``); not needed for a simulation or the answers of a whole plan.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    list of PageTable
        Caption, heads, rows, and the line below.

    Raises
    ------
    NothingToRead
        If `grounds` are missing.

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.power import ModelAnalysis, read_world, simulate
    >>> world = read_world(Path("examples/10_power/resolve.toml"))
    >>> found = simulate(world, ModelAnalysis(model="ancova"), trials=50, seed=1)
    >>> lay_tables(found)[0].heads[0]
    'Estimand'
    """
    words = Words(lang)
    if isinstance(found, Simulation):
        return [power_table(found, words)]
    if isinstance(found, TrialAnswers):
        return _answer_tables(found, words)
    if grounds is None:
        message = "a table needs the grounds it rests on; give data.grounds"
        raise NothingToRead(message)
    if isinstance(found, tuple):
        return [blinding_table(each, grounds, words) for each in found]
    if isinstance(found, RiskAnswers):
        return risk_tables(found, grounds, words)
    return [_one_table(found, grounds, words)]


def _one_table(
    found: ModifierSearch | BenefitScore | Mediation | StressTest, grounds: Grounds, words: Words
) -> PageTable:
    match found:
        case ModifierSearch():
            return modifier_table(found, grounds, words)
        case BenefitScore():
            return forest_table(found, grounds, words)
        case Mediation():
            return mediation_table(found, grounds, words)
    return sensitivity_table(found, grounds, words)


def _answer_tables(found: TrialAnswers, words: Words) -> list[PageTable]:
    grounds, done = found.grounds, [each for each in found.answers if each.reason is None]
    tables = [answer_table(each, grounds, words) for each in done if each.effects or each.compliers]
    tables += [weight_table(each, grounds, words) for each in done if each.weights]
    tables += [table for each in done if each.risk for table in risk_tables(each.risk, grounds, words)]
    tables += [forest_table(each.forest, grounds, words) for each in done if each.forest]
    tables += [mean_table(each, grounds, words) for each in done if each.means]
    return [*tables, responder_table(done, grounds, words)]


def power_page(found: Simulation, *, title: str, lang: Language = "en") -> str:
    """Write the power of a planned trial as one page.

    Parameters
    ----------
    found : Simulation
        What `simulate` gave.
    title : str
        What was simulated, in the reader's words.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        One HTML document that needs nothing from outside.

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.power import ModelAnalysis, read_world, simulate
    >>> world = read_world(Path("examples/10_power/resolve.toml"))
    >>> found = simulate(world, ModelAnalysis(model="ancova"), trials=50, seed=1)
    >>> "Monte-Carlo" in power_page(found, title="RESOLVE again")
    True
    """
    words = Words(lang)
    picture = PagePicture(as_svg(power_picture(found, lang=lang)), words("trial.power-caption"))
    part = PagePart("power", words("trial.power"), [found.text.say(lang)], [picture], [power_table(found, words)], [])
    return _page({"title": title, "overline": words("trial.power-overline"), "lead": []}, [part], lang)


def _page(head: Mapping[str, object], parts: Iterable[PagePart], lang: Language) -> str:
    library = Library.packaged()
    return render_page(
        "trial.html", lang, library=library, parts=list(parts), is_made_up=False, edition=library.edition,
        software=software_version(), **head,
    )  # fmt: skip


def _parts(report: TrialReport, words: Words) -> Iterator[PagePart]:
    grounds = report.answers.grounds
    yield lay_part("plan", words, tables=[question_table(report.trial, grounds, words)], notes=report.trial.notes)
    lost = [words("trial.without-arm", people=report.flow.without_arm)] if report.flow.without_arm else []
    flow = PagePicture(as_svg(flow_picture(report.flow, lang=words.lang)), words("trial.flow-caption"))
    yield lay_part("flow", words, lines=lost, pictures=[flow], tables=[missing_table(report.flow, words)])
    yield lay_part("baseline", words, tables=[baseline_table(report.baseline, grounds, words)])
    yield _answers(report, words)
    yield _course(report, words)
    for name, part in (
        ("risk", risk_part),
        ("modifiers", modifier_part),
        ("forest", forest_part),
        ("curves", curve_part),
        ("sensitivity", _sensitivity),
        ("mediation", _mediation),
        ("blinding", _blinding),
    ):
        gone = report.absent.get(name)
        yield part(report, words) if gone is None else lay_part(name, words, lines=[gone.say(words.lang)])


def _answers(report: TrialReport, words: Words) -> PagePart:
    grounds, done = report.answers.grounds, [each for each in report.answers.answers if each.reason is None]
    lines = [primary_words(tested.effect, words) for tested in report.answers.primary.effects]
    lines += [each.text.say(words.lang) for found in done for each in found.compliers]
    undone = [
        words(
            "trial.unanswered",
            id=each.analysis.id,
            rank=words(f"trial.rank-{each.analysis.rank}"),
            reason=each.reason.say(words.lang),
        )
        for each in report.answers.answers
        if each.reason is not None
    ]
    tables = [answer_table(each, grounds, words) for each in done if each.effects or each.compliers]
    tables += [weight_table(each, grounds, words) for each in done if each.weights]
    if any(each.responders for each in done):
        tables.append(responder_table(done, grounds, words))
    notes = [each.assumptions.say(words.lang) for found in done for each in found.compliers[:1]]
    return lay_part("answers", words, lines=[*lines, *undone], tables=tables, notes=notes)


def _course(report: TrialReport, words: Words) -> PagePart:
    shown: dict[str, PlannedAnswer] = {}
    for found in report.answers.answers:
        if found.means:
            shown.setdefault(found.outcome.id, found)
    pictures = [
        PagePicture(as_svg(outcome_picture(found, lang=words.lang, name=f"course-{i}")), words("trial.course-caption"))
        for i, found in enumerate(shown.values())
    ]
    means = [mean_table(found, report.answers.grounds, words) for found in shown.values()]
    return lay_part("course", words, pictures=pictures, tables=[observed_table(report, words), *means])


def _sensitivity(report: TrialReport, words: Words) -> PagePart:
    tested = report.sensitivity
    if tested is None:
        return lay_part("sensitivity", words)
    primary = report.answers.primary
    rows = [
        ForestRow(
            words(f"trial.case-{row.analysis}"),
            row.answer.estimate,
            row.answer.interval.low,
            row.answer.interval.high,
            words("trial.effect-of", arm=row.arm, comparator=row.comparator, week=f"{row.week:g}"),
        )
        for row in tested.rows
        if row.answer is not None and row.variance != "rubin" and row.arm == primary.estimand.arm
    ]
    favours = [words("forest.favours", arm=arm) for arm in (primary.estimand.arm, primary.estimand.comparator)]
    left, right = favours if primary.outcome.scale.better == "low" else reversed(favours)
    svg = rows_picture(
        rows, title=words("trial.sensitivity"), summary=tested.text.say(words.lang), unit=primary.outcome.scale.unit,
        sides=(left, right), lang=words.lang, name="sensitivity",
    )  # fmt: skip
    return lay_part(
        "sensitivity",
        words,
        lines=[tested.text.say(words.lang)],
        pictures=[PagePicture(as_svg(svg), words("trial.sensitivity-caption"))],
        tables=[sensitivity_table(tested, report.answers.grounds, words)],
        notes=[note.say(words.lang) for note in tested.notes],
    )


def _mediation(report: TrialReport, words: Words) -> PagePart:
    found = report.mediation
    if found is None:
        return lay_part("mediation", words)
    robust = [words("trial.robust", mediator=each.mediator, rho=words.average(each.rho)) for each in found.robustness]
    table = mediation_table(found, report.answers.grounds, words)
    notes = [found.assumptions.say(words.lang)]
    return lay_part("mediation", words, lines=[found.text.say(words.lang), *robust], tables=[table], notes=notes)


def _blinding(report: TrialReport, words: Words) -> PagePart:
    lines = [
        words("trial.james", asked=each.asked or words("trial.not-told"), value=words.average(each.indices.james.value))
        for each in report.blinding
        if each.indices.james.value is not None
    ]
    tables = [blinding_table(each, report.answers.grounds, words) for each in report.blinding]
    return lay_part("blinding", words, lines=lines, tables=tables, notes=[words("trial.blinding-note")])
