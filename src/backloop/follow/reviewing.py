"""A person's course: every outcome over the visits, with the change from the first to each later one.

Decides which values are compared; whether a change is real or matters is judged in `change`.
"""

from functools import lru_cache
from itertools import groupby

from backloop.errors import UnknownPerson
from backloop.follow.change import Ruler, judge_by_ruler, make_ruler
from backloop.follow.courses import Change, Course, Outcome
from backloop.library import Instrument, Library, Protocol, Score
from backloop.measure import Measure, Measures, score
from backloop.plan import Plan
from backloop.record import Record
from backloop.units import Text

__all__ = ["review", "review_measures"]

_ONE_VISIT = Text(
    en="Measured at one visit only; no change can be judged yet.", zh="仅有一次就诊的测量值，尚不能判断变化。"
)
_MIXED = Text(
    en="Measured on scales that do not agree, so no change is computed. Enter the values on one scale.",
    zh="各次测量所用量尺不一致，因此不计算变化。请以同一量尺录入。",
)
_NONE = Text(
    en="No outcome was measured at two visits yet; change can be judged from the second on.",
    zh="尚无任何结局指标在两次就诊中测量；自第二次起方可判断变化。",
)


def review(plan: Plan, record: Record, *, library: Library | None = None) -> Course:
    """Follow a person's outcomes over the visits and judge each change.

    Parameters
    ----------
    plan : Plan
        The person's plan.
    record : Record
        The same person's record, with the visits since.
    library : Library, optional
        The books; the packaged ones if not given.

    Returns
    -------
    Course
        Every outcome with at least one value, in the order of the measures; changes run from the first value to each
        later one. An outcome on mixed scales, or measured once, says so and has no change.

    Raises
    ------
    UnknownPerson
        If plan and record are of different people.

    References
    ----------
    ostelo-2008, dworkin-2008

    Examples
    --------
    >>> from backloop.measure import score
    >>> from backloop.plan import prescribe
    >>> from backloop.profile import infer
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1, weeks=(0, 18))
    >>> plan = prescribe(infer(score(person), session_id="ses-w00"), person)
    >>> review(plan, person).outcome("nrs").changes[0].later
    'ses-w18'
    """
    if plan.participant_id != record.participant_id:
        message = "the plan belongs to another person than the record; give the record it was made from"
        raise UnknownPerson(message)
    return review_measures(score(record, library=library), language=record.participant.language, library=library)


def review_measures(measures: Measures, *, language: str = "und", library: Library | None = None) -> Course:
    """Follow outcomes that are scored already.

    Parameters
    ----------
    measures : Measures
        The person's measures over all visits.
    language : str
        BCP 47 tag of the person's questionnaires; ``und`` where not known.
    library : Library, optional
        The books; the packaged ones if not given.

    Returns
    -------
    Course
        As from `review`.

    Examples
    --------
    >>> from backloop.measure import score
    >>> from backloop.record import make_person
    >>> review_measures(score(make_person(seed=1))).summary.en[:10]
    'No outcome'
    """
    library = library or Library.packaged()
    order = {visit.session_id: visit.order for visit in measures.sessions}
    valued = [found for found in measures.measures if found.is_outcome and found.value is not None]
    names = {found.id: place for place, found in reversed(list(enumerate(valued)))}
    valued.sort(key=lambda found: (names[found.id], order[found.session_id]))
    outcomes = tuple(
        _outcome(tuple(values), language=language, library=library)
        for _, values in groupby(valued, key=lambda found: found.id)
    )
    return Course(
        participant_id=measures.participant_id,
        is_made_up=measures.is_made_up,
        sessions=measures.sessions,
        outcomes=outcomes,
        summary=_summary(outcomes),
        because=measures.because,
    )


def _outcome(values: tuple[Measure, ...], *, language: str, library: Library) -> Outcome:
    first, *later = values
    is_mixed = any(not first.scale.agrees_with(each.scale) for each in later)
    changes: tuple[Change, ...] = ()
    if later and not is_mixed:
        ruler = _ruler(library, first, language)
        changes = tuple(judge_by_ruler(first, each, ruler=ruler) for each in later)
    return Outcome(
        measure=first.id,
        title=first.title,
        scale=first.scale,
        values=values,
        changes=changes,
        problem=_MIXED if is_mixed else None if later else _ONE_VISIT,
    )


def _ruler(library: Library, measure: Measure, language: str) -> Ruler:
    declared = _score_of(library, measure.book, measure.id)
    is_main = declared is not None and declared.scale.agrees_with(measure.scale)
    return _ruler_of(library, measure.book, measure.id, language) if is_main else make_ruler(None)


@lru_cache(maxsize=512)
def _ruler_of(library: Library, book: str, name: str, language: str) -> Ruler:
    return make_ruler(_score_of(library, book, name), language=language)


@lru_cache(maxsize=512)
def _score_of(library: Library, book: str, name: str) -> Score | None:
    found = library.find(book)
    scores = found.scores if isinstance(found, Instrument | Protocol) else ()
    return next((each for each in scores if each.id == name), None)


def _summary(outcomes: tuple[Outcome, ...]) -> Text:
    last = [outcome.changes[-1] for outcome in outcomes if outcome.changes]
    if not last:
        return _NONE
    matters = [change.direction for change in last if change.is_important == "yes" and change.is_real != "no"]
    better, worse = matters.count("better"), matters.count("worse")
    return Text(
        en=f"{len(last)} outcomes were measured at two visits or more. From the first to the latest, {better} became "
        f"better and {worse} worse by an amount that usually matters and is not within measurement error; the others "
        "changed less or cannot be judged.",
        zh=f"{len(last)}项结局指标有两次或以上测量。从首次到最近一次，{better}项好转、{worse}项加重，幅度通常有意义且不在测量误差之内；"
        "其余变化较小或无法判断。",
    )
