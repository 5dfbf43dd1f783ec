"""From a person's record to measures: every book that was answered, at every visit, all of its scores.

Decides which number stands where a score was both answered and reported; the arithmetic is in the neighbours.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from backloop.library import Library
from backloop.measure.answers import lay_out_answers
from backloop.measure.measures import Because, Measure, Measures
from backloop.measure.recipes import BookRecipe, ScoreRecipe, recipe
from backloop.measure.recorded import check_panel, join_recorded, read_rows
from backloop.measure.reliability import error_interval
from backloop.measure.reported import Settled, reconcile
from backloop.measure.sensory import lay_out_trials
from backloop.measure.sheets import Outcome, Sheet
from backloop.record import Observation, Record
from backloop.units import Absent, Text

if TYPE_CHECKING:
    from backloop.panel import Panel

__all__ = ["score", "software_version"]

_LEFT_OUT = Text(
    en="A value that is not accepted here, or was given twice with different content, was left out.",
    zh="有数值不在允许范围内，或前后不一致，已予剔除。",
)
_NO_RANGE = Text(
    en="No error range is given: the published one holds for complete answers.",
    zh="未给出误差范围：已发表的误差仅适用于完整作答。",
)


def score(record: Record, *, library: Library | None = None, panel: "Panel | None" = None) -> Measures:
    """Score everything that a person answered, was tested on or brought along, at every visit.

    Parameters
    ----------
    record : Record
        One person's observations.
    library : Library, optional
        Where the books stand; the packaged library where not given.
    panel : Panel, optional
        The person's brain markers; each row becomes a measure of origin ``recorded``.

    Returns
    -------
    Measures
        For every book that was used at a visit all of that book's scores, present or absent with the reason: visits
        in their order, then instruments, protocols and markers, each by id, then the book's own order.

    Raises
    ------
    UnknownBook
        If an observation belongs to a book that no shelf holds.
    InvalidBook
        If a book's keys contradict its items.
    UnitMismatch
        If a trial was written down in a unit that its field cannot be expressed in.
    MeasureError
        If the panel is of somebody else, or holds a visit that the record does not know.

    Notes
    -----
    The order of the observations does not matter. Where a score was both answered and reported the answers count, and
    a note tells of a difference; so does the panel where a marker was both recorded and reported. An incomplete score
    has no error range, so a missing answer never adds certainty.

    Examples
    --------
    >>> from backloop.record import Observation, Origin, Participant, Record, Session
    >>> answers = [
    ...     Observation(session_id="ses-01", kind="response", book="frebaq", item=f"frebaq_0{number}", value=2)
    ...     for number in range(1, 10)
    ... ]
    >>> person = Record(
    ...     participant=Participant(participant_id="sub-01", language="zh-Hans"),
    ...     sessions=(Session(session_id="ses-01", order=1),),
    ...     observations=tuple(answers),
    ...     origin=Origin(name="example", format="made-up"),
    ... )
    >>> frebaq = score(person).get("frebaq", "ses-01")
    >>> frebaq.value, round(frebaq.interval.low, 1), round(frebaq.interval.high, 1)
    (18.0, 13.8, 22.2)
    """
    library = Library.packaged() if library is None else library
    order = {visit.session_id: visit.order for visit in record.sessions}
    language = record.participant.language
    recorded = {} if panel is None else _recorded(panel, record, library)
    seen = record.by_book()
    groups = [
        (session_id, recipe(library, book_id, language), seen.get((session_id, book_id), []))
        for session_id, book_id in dict.fromkeys((*seen, *recorded))
    ]
    groups.sort(key=lambda group: (order[group[0]], group[0], group[1].place))
    measures = [measure for group in groups for measure in _settle(group, recorded)]
    return Measures(
        participant_id=record.participant_id,
        is_made_up=record.is_made_up or (panel is not None and panel.is_made_up),
        sessions=tuple(sorted(record.sessions, key=lambda visit: (visit.order, visit.session_id))),
        measures=tuple(measures),
        because=Because(
            edition=library.edition,
            software=software_version(),
            books=tuple(dict.fromkeys(book.name for _, book, _ in groups)),
            observations=tuple(dict.fromkeys([name for measure in measures for name in measure.because])),
        ),
    )


@cache
def software_version() -> str:
    """Give the version of backloop that is installed.

    Returns
    -------
    str
        As the package states it, such as ``0.1.0``; read once.

    Examples
    --------
    >>> software_version().count(".") >= 1
    True
    """
    return version("backloop")


def _recorded(panel: "Panel", record: Record, library: Library) -> dict[tuple[str, str], list[Measure]]:
    check_panel(panel, record)
    return read_rows(panel, library)


def _settle(
    group: tuple[str, BookRecipe, list[Observation]], recorded: dict[tuple[str, str], list[Measure]]
) -> Iterator[Measure]:
    rows, scored = recorded.get((group[0], group[1].id)), _score_book(*group)
    return scored if rows is None else iter(join_recorded(list(scored), rows))


def _score_book(session_id: str, book: BookRecipe, seen: Iterable[Observation]) -> Iterator[Measure]:
    kinds: dict[str, list[Observation]] = {"response": [], "trial": [], "score": []}
    for each in seen:
        kinds[each.kind].append(each)
    sheet = Sheet(ranges=book.ranges)
    lay_out_answers(kinds["response"], sheet, worths=book.worths, texts=book.texts)
    lay_out_trials(kinds["trial"], book.fields, sheet=sheet)
    reported: dict[str, list[Observation]] = {}
    for each in kinds["score"]:
        reported.setdefault(each.item, []).append(each)
    for each_score in book.scores:
        yield _measure(each_score, book, sheet, session_id=session_id, reported=reported.get(each_score.id, ()))


def _measure(
    ready: ScoreRecipe,
    book: BookRecipe,
    sheet: Sheet,
    *,
    session_id: str,
    reported: Sequence[Observation],
) -> Measure:
    settled = reconcile(_make(ready, sheet), ready, reported)
    outcome, is_main = settled.outcome, settled.scale is ready.scale
    is_partial = not settled.is_reported and _is_partial(ready, sheet)
    _hand_on(ready.id, outcome, sheet, is_main=is_main, is_partial=is_partial)
    value = outcome.value if is_main else None
    bands = ready.bands(value) if value is not None and ready.schemes else ()
    sem = None if is_partial else ready.sem
    interval = None if value is None or sem is None else error_interval(value, sem, ready.scale)
    notes, references = _told(ready, sheet, settled, is_partial=is_partial, has_range=interval is not None)
    if bands:
        references = tuple(dict.fromkeys((*references, *[band.reference for band in bands])))
    return Measure(
        id=ready.id,
        book=book.id,
        session_id=session_id,
        title=ready.title,
        value=outcome.value,
        absent=outcome.absent,
        scale=settled.scale,
        interval=interval,
        label=outcome.label,
        bands=bands,
        origin="reported" if settled.is_reported else ready.origin,
        certainty=book.certainty,
        is_outcome=ready.is_outcome,
        notes=notes,
        references=references,
        because=outcome.used,
    )


def _make(ready: ScoreRecipe, sheet: Sheet) -> Outcome:
    """Compute a score and name the observations behind it."""
    result = ready.method(ready.key, sheet, ready.missing)
    ids, behind = sheet.ids, sheet.behind
    used = tuple([ids[name] for name in ready.asks if name in ids])
    if behind and not behind.keys().isdisjoint(ready.needs):
        used = tuple(dict.fromkeys((*used, *[seen for name in ready.asks for seen in behind.get(name, ())])))
    if isinstance(result, Absent):
        return Outcome(absent=result, used=used)
    if isinstance(result, Outcome):
        return Outcome(result.value, result.absent, result.label, result.used or used, result.notes)
    return Outcome(value=result, used=used)


def _is_partial(ready: ScoreRecipe, sheet: Sheet) -> bool:
    """Say whether an answer behind a score is missing, directly or in an earlier score it is made of."""
    if not sheet.partial.isdisjoint(ready.needs):
        return True
    return not ready.needs <= sheet.points.keys() and any(sheet.look(name) is None for name in ready.asks)


def _hand_on(name: str, outcome: Outcome, sheet: Sheet, *, is_main: bool, is_partial: bool) -> None:
    """Let the later scores of the book ask for this one, as long as it stands on its main scale."""
    if outcome.value is None:
        sheet.lack(name, outcome.absent or Absent.NOT_ASKED)
    elif is_main:
        sheet.points[name] = outcome.value
        sheet.behind[name] = outcome.used
    if is_partial:
        sheet.partial.add(name)


def _told(
    ready: ScoreRecipe,
    sheet: Sheet,
    settled: Settled,
    *,
    is_partial: bool,
    has_range: bool,
) -> tuple[tuple[Text, ...], tuple[str, ...]]:
    """Collect what the reader must know about a measure, and the sources of that."""
    notes, references = ready.notes + settled.outcome.notes, ready.references + settled.references
    if not settled.is_reported and sheet.left_out and not sheet.left_out.isdisjoint(ready.needs | ready.fields):
        notes += (_LEFT_OUT,)
    if is_partial and ready.stands_in and settled.outcome.value is not None:
        notes += _fills_in(ready, sheet)
        references += (ready.missing.reference,)
    if has_range:
        notes += ready.error_notes
        references += ready.error_references
    return notes, references if len(references) == len(ready.references) else tuple(dict.fromkeys(references))


def _fills_in(ready: ScoreRecipe, sheet: Sheet) -> tuple[Text, ...]:
    """Tell how many answers are missing, what stands in for them, and that no error range is given."""
    count, missing = len(ready.asks), sum(name not in sheet.points for name in ready.asks)
    if not missing:
        return ()
    english, chinese = {
        "prorate": ("the mean of the person's other answers stands in", "以本人其余作答的均值代替"),
        "answered": ("only the answered ones count", "仅按已作答条目计分"),
    }[ready.missing.rule]
    note = Text(
        en=f"{missing} of {count} items were not answered; {english}.",
        zh=f"{count}个条目中有{missing}个未作答，{chinese}。",
    )
    return (note,) if ready.sem is None else (note, _NO_RANGE)
