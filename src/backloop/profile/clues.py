"""One clue held against a person's measures: for, against, neither, conflicting or missing.

Decides which way a single finding points; what the findings say together is decided in `weights`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from backloop.errors import InvalidBook
from backloop.library import Clue, Condition, Instrument, Library, Look, Marker, Mechanism, Protocol
from backloop.measure import Measure
from backloop.profile.profiles import Finding
from backloop.profile.weights import Direction, Weight, weaker
from backloop.units import Scale, Text

__all__ = ["Known", "ReadyClue", "ReadyMechanism", "finding_on", "known_from", "mechanisms_of"]

_GROUPS = ("central", "cognitive and affective", "peripheral", "pain type")
_DEVIATION = (".deviation", ".deviation-low", ".deviation-high")
_OTHER_SCALE = Text(
    en="Reported on another scale than the limits; not judged.", zh="所报分数的量尺与界值不同，未作判断。"
)
_NO_LIMIT = Text(en="Measured, but no limit for one person is known.", zh="已测量，但尚无适用于个体的界值。")
_NO_REFERENCE = Text(
    en="Measured, but without own controls or a normative model there is nothing to judge it by.",
    zh="已测量，但既无本地对照也无常模，无从判断。",
)
_BOTH = Text(en="Meets the limits for and against; not judged.", zh="同时符合支持与反对的界值，未作判断。")


@dataclass(frozen=True, slots=True)
class Known:
    """What can be asked of a person's panel: values on their books' own scales, and what is on another scale.

    Where a recorded measure has a deviation, ``<id>.deviation`` and the ends of its interval, ``<id>.deviation-low``
    and ``<id>.deviation-high``, can be asked for too (SD between people).

    Examples
    --------
    >>> Known(values={"nrs": 6.0}, sources=frozenset({"nrs"})).on_other_scale
    frozenset()
    """

    values: Mapping[str, float]
    sources: frozenset[str]
    on_other_scale: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class ReadyClue:
    """A clue made ready: what it asks for, of which measures, and what it weighs whichever way it points.

    Examples
    --------
    >>> from backloop.library import Library
    >>> mechanisms_of(Library.packaged())[0].clues[0].weights["for"].direction
    'for'
    """

    clue: Clue
    asks: frozenset[str]
    measures: frozenset[str]
    is_conflicting: bool
    weights: Mapping[Direction, Weight]


@dataclass(frozen=True, slots=True, eq=False)
class ReadyMechanism:
    """A mechanism made ready: its clues, and what is asked of their books.

    `scales` are those of every measure that the clues may ask for, `against_labels` name each clue where it speaks
    against the mechanism, `tests` are the questionnaires and tests with a limit for one person.

    Examples
    --------
    >>> from backloop.library import Library
    >>> "cortical-map" in [ready.book.id for ready in mechanisms_of(Library.packaged())]
    True
    """

    book: Mechanism
    clues: tuple[ReadyClue, ...]
    scales: Mapping[str, Scale]
    against_labels: Mapping[str, Text]
    tests: tuple[str, ...]


@lru_cache(maxsize=64)
def mechanisms_of(library: Library) -> tuple[ReadyMechanism, ...]:
    """Make every mechanism of a library ready: central ones first, then by id.

    Parameters
    ----------
    library : Library
        Where the mechanisms and the books of their clues stand.

    Returns
    -------
    tuple of ReadyMechanism
        The same object for the same library.

    Raises
    ------
    UnknownBook
        If a clue names a source, or asks for a measure of a book, that no shelf holds.
    InvalidBook
        If a clue's source is a book that yields no measure.

    Examples
    --------
    >>> from backloop.library import Library
    >>> mechanisms_of(Library.packaged())[0].book.group
    'central'
    """
    books = library.shelf("mechanisms").values()
    return tuple(_ready(book, library) for book in sorted(books, key=lambda book: (_GROUPS.index(book.group), book.id)))


def known_from(panel: Iterable[Measure], scales: Mapping[str, Scale]) -> Known:
    """Say what the clues may ask of a panel.

    Parameters
    ----------
    panel : iterable of Measure
        The latest measure of each kind.
    scales : mapping of str to Scale
        The scale on which the clues' limits stand, by measure id.

    Returns
    -------
    Known
        A value on another scale than the limits' cannot be asked for.

    Examples
    --------
    >>> known_from([], {}).values
    {}
    """
    values, sources, strangers = {}, set(), set()
    for measure in panel:
        if measure.value is None:
            continue
        sources.add(measure.book)
        scale = scales.get(measure.id)
        if scale is None:
            continue
        if measure.scale is scale or measure.scale.agrees_with(scale):
            values[measure.id] = measure.value
            values |= _deviation(measure)
        else:
            strangers.add(measure.id)
    return Known(values, frozenset(sources), frozenset(strangers))


def _deviation(measure: Measure) -> dict[str, float]:
    """Say what may be asked of a measure's deviation; nothing where there is no reference with numbers."""
    found = measure.deviation
    if found is None:
        return {}
    numbers = (found.z, found.interval.low, found.interval.high)
    return {f"{measure.id}{asked}": number for asked, number in zip(_DEVIATION, numbers, strict=True)}


def _measure_of(asked: str) -> str:
    """Name the measure whose value or deviation is asked for."""
    stem, _, end = asked.rpartition(".")
    return stem if f".{end}" in _DEVIATION else asked


def finding_on(ready: ReadyClue, known: Known) -> Finding:
    """Hold one clue against what is known of a person.

    Parameters
    ----------
    ready : ReadyClue
        The clue.
    known : Known
        What may be asked of the person's panel.

    Returns
    -------
    Finding
        *conflicting* for a marker on whose meaning studies disagree; *neither* for a value between the limits or a
        measure without limits; *missing* where a needed measure is absent or on another scale.

    Examples
    --------
    >>> from backloop.library import Library
    >>> cortical_map = next(ready for ready in mechanisms_of(Library.packaged()) if ready.book.id == "cortical-map")
    >>> finding_on(cortical_map.clues[0], Known(values={"frebaq": 20.0}, sources=frozenset({"frebaq"}))).direction
    'for'
    """
    direction, remark = _direction(ready, known)
    asked = () if direction == "missing" else {_measure_of(name) for name in ready.asks if name in known.values}
    return _finding(ready, direction, tuple(sorted(asked)), remark)


def _direction(ready: ReadyClue, known: Known) -> tuple[Direction, Text | None]:
    if ready.is_conflicting:
        return ("conflicting" if ready.clue.source in known.sources else "missing"), None
    if not ready.asks:
        return ("neither", _NO_LIMIT) if ready.clue.source in known.sources else ("missing", None)
    if not ready.measures.isdisjoint(known.on_other_scale):
        return "missing", _OTHER_SCALE
    if ready.asks.isdisjoint(known.values):
        has_value = not ready.measures.isdisjoint(known.values)
        return ("neither", _NO_REFERENCE) if has_value else ("missing", None)
    look = known.values.get
    answers = (_judge(ready.clue.speaks_for, look), _judge(ready.clue.speaks_against, look))
    return _POINTS.get(answers, ("missing", None))


def _judge(condition: Condition | None, look: Look) -> bool | None:
    return False if condition is None else condition.judge(look)


_POINTS: dict[tuple[bool | None, bool | None], tuple[Direction, Text | None]] = {
    (True, True): ("neither", _BOTH),
    (True, False): ("for", None),
    (True, None): ("for", None),
    (False, True): ("against", None),
    (None, True): ("against", None),
    (False, False): ("neither", None),
}


@lru_cache(maxsize=8192)
def _finding(ready: ReadyClue, direction: Direction, measures: tuple[str, ...], remark: Text | None) -> Finding:
    clue = ready.clue
    return Finding(
        clue=clue.id,
        label=clue.label,
        source=clue.source,
        direction=direction,
        strength=clue.strength,
        counts_as=ready.weights[direction].counts_as,
        certainty=clue.certainty,
        reference=clue.reference,
        verified=clue.verified,
        measures=measures,
        note=clue.note,
        remark=remark,
    )


def _ready(book: Mechanism, library: Library) -> ReadyMechanism:
    clues = tuple(_ready_clue(clue, library) for clue in book.clues)
    asked = {clue.clue.source for clue in clues}.union(*[clue.measures for clue in clues])
    books = sorted({name.partition(".")[0] for name in asked})
    scales = {name: scale for book_id in books for name, scale in _scales(book_id, asked, library).items()}
    tests = dict.fromkeys(clue.clue.source for clue in clues if clue.asks and not _is_marker(clue, library))
    return ReadyMechanism(book, clues, scales, {clue.id: _against_label(clue) for clue in book.clues}, tuple(tests))


def _is_marker(clue: ReadyClue, library: Library) -> bool:
    return isinstance(library.find(clue.clue.source), Marker)


def _against_label(clue: Clue) -> Text:
    """Name what speaks against a mechanism: a clue's label usually names what speaks for it."""
    if clue.speaks_for is None:
        return clue.label
    return Text(en=f"{clue.label.en} (limit not reached)", zh=f"{clue.label.zh}（未达界值）")


def _ready_clue(clue: Clue, library: Library) -> ReadyClue:
    source = library.find(clue.source)
    counts_as = clue.strength if clue.verified else weaker(clue.strength)
    questions = [question for question in (clue.speaks_for, clue.speaks_against) if question is not None]
    asks = frozenset(name for question in questions for name in question.ids())
    return ReadyClue(
        clue=clue,
        asks=asks,
        measures=frozenset(map(_measure_of, asks)),
        is_conflicting=isinstance(source, Marker) and source.is_conflicting,
        weights={direction: Weight(direction, counts_as, clue.source) for direction in get_args(Direction)},
    )


def _scales(source: str, asked: Iterable[str], library: Library) -> dict[str, Scale]:
    book = library.find(source)
    if isinstance(book, Marker):
        return {name: book.scale for name in asked if name.partition(".")[0] == source}
    if isinstance(book, Instrument | Protocol):
        return {score.id: score.scale for score in book.scores}
    message = f"'{source}': expected an instrument, protocol or marker as the source of a clue"
    raise InvalidBook(message)
