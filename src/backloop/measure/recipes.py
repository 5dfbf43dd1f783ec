"""A book made ready for scoring: what each answer is worth, which method makes each score, which error applies.

Decides nothing about a person; a recipe is made once for a book and a language and used for everybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Literal

from backloop.errors import InvalidBook
from backloop.library import (
    Band,
    Binned,
    Book,
    Combination,
    Count,
    Decision,
    Instrument,
    Key,
    Laterality,
    Library,
    Marker,
    Mean,
    MetMinutes,
    Missing,
    OtherScale,
    Percent,
    Precision,
    Protocol,
    Reported,
    Score,
    SleepEfficiency,
    Sum,
    Table,
    TrialContrast,
    TrialField,
    TrialSummary,
    ValueSet,
)
from backloop.measure.answers import Worth, points_range, worth
from backloop.measure.measures import BandName
from backloop.measure.questionnaires import METHODS, Method
from backloop.measure.reliability import applies_to, fitting_precision, standard_error_of
from backloop.measure.sensory import TRIAL_METHODS
from backloop.units import Certainty, Scale, Text

__all__ = ["BookRecipe", "ScoreRecipe", "asked", "recipe"]

Origin = Literal["scored", "tested", "reported"]
"""Where a number comes from: a person's answers, a test's trials, or somebody else."""

Scheme = tuple[tuple[float, BandName], ...]
"""The bands of one scheme with the value each begins at, the highest first."""

_METHODS: Mapping[str, Method] = METHODS | TRIAL_METHODS
_GATHERING = Sum | Mean | Percent | Count | Binned | Laterality
_CONFLICTING = Text(
    en="Studies disagree on what this marker means; nothing leans on it.",
    zh="关于该指标意义的研究结论不一致，不作为判断依据。",
)


@dataclass(frozen=True, slots=True)
class ScoreRecipe:
    """One score made ready: how it is computed, from what, and what is said about it.

    `asks` names the items and earlier scores behind it, `stands_in` whether its missing rule lets it do without some.

    Examples
    --------
    >>> from backloop.library import Library
    >>> recipe(Library.packaged(), "frebaq", "zh-Hans").scores[0].sem
    2.16
    """

    id: str
    title: Text
    scale: Scale
    key: Key
    method: Method
    missing: Missing
    asks: tuple[str, ...]
    needs: frozenset[str]
    fields: frozenset[str]
    stands_in: bool
    other_scales: tuple[OtherScale, ...]
    schemes: tuple[Scheme, ...]
    sem: float | None
    error_notes: tuple[Text, ...]
    error_references: tuple[str, ...]
    notes: tuple[Text, ...]
    references: tuple[str, ...]
    is_outcome: bool
    origin: Origin

    def bands(self, value: float) -> tuple[BandName, ...]:
        """Name the stretch the value lies in under each scheme."""
        hits = [next((name for lowest, name in scheme if value >= lowest), None) for scheme in self.schemes]
        return tuple([hit for hit in hits if hit is not None])


@dataclass(frozen=True, slots=True)
class BookRecipe:
    """One book made ready: its name with version, its items' worth and ranges, its fields, its scores in order.

    Examples
    --------
    >>> from backloop.library import Library
    >>> recipe(Library.packaged(), "frebaq", "und").name
    'instruments/frebaq@1'
    """

    id: str
    name: str
    place: tuple[int, str]
    certainty: Certainty
    worths: Mapping[str, Worth]
    ranges: Mapping[str, tuple[float, float]]
    texts: frozenset[str]
    fields: Mapping[str, TrialField]
    scores: tuple[ScoreRecipe, ...]


@lru_cache(maxsize=1024)
def recipe(library: Library, book_id: str, language: str) -> BookRecipe:
    """Make an instrument, protocol or marker ready for scoring people who answered in a language.

    Parameters
    ----------
    library : Library
        Where the book stands.
    book_id : str
        Its id.
    language : str
        BCP 47 tag of the people's questionnaires; it chooses among published errors of measurement.

    Returns
    -------
    BookRecipe
        The same object for the same question.

    Raises
    ------
    UnknownBook
        If no shelf holds the book.
    InvalidBook
        If a score asks for an item or score that does not stand before it, or the book yields no measure.

    Examples
    --------
    >>> from backloop.library import Library
    >>> [score.id for score in recipe(Library.packaged(), "frebaq", "und").scores]
    ['frebaq']
    """
    book = library.find(book_id)
    if isinstance(book, Instrument):
        return _instrument(book, language)
    if isinstance(book, Protocol):
        return _protocol(book, language)
    if isinstance(book, Marker):
        return _marker(book)
    message = f"'{book_id}': expected an instrument, protocol or marker; a {type(book).__name__} yields no measure"
    raise InvalidBook(message)


def asked(key: Key) -> tuple[str, ...]:
    """Name the items and earlier scores that a key asks for, each once, in its order; trials are not among them."""
    match key:
        case ValueSet():
            names = list(key.decrements)
        case Combination():
            names = [term.of for term in key.terms]
        case Laterality():
            names = [*key.right, *key.left]
        case Decision():
            names = [name for rule in key.rules for name in rule.when.ids()]
        case Binned():
            names = list(key.of)
        case SleepEfficiency():
            names = [key.to_bed, key.rise, key.hours]
        case MetMinutes():
            names = [name for each in key.activities for name in (each.days, each.minutes)]
        case Reported() | TrialSummary() | TrialContrast():
            names = []
        case _:
            names = list(key.items)
    return tuple(dict.fromkeys(names))


def _instrument(book: Instrument, language: str) -> BookRecipe:
    items = [item for item in book.items if item.kind != "text"]
    ranges = {item.id: points_range(item, book.answers) for item in items}
    return BookRecipe(
        id=book.id,
        name=f"instruments/{book.id}@{book.version}",
        place=(0, book.id),
        certainty=book.certainty,
        worths={item.id: worth(item, book.answers) for item in items},
        ranges=ranges,
        texts=frozenset(item.id for item in book.items if item.kind == "text"),
        fields={},
        scores=_scores(book, language, known={item.id for item in book.items}, ranges=ranges),
    )


def _protocol(book: Protocol, language: str) -> BookRecipe:
    return BookRecipe(
        id=book.id,
        name=f"protocols/{book.id}@{book.version}",
        place=(1, book.id),
        certainty=book.certainty,
        worths={},
        ranges={},
        texts=frozenset(),
        fields={field.id: field for field in book.fields},
        scores=_scores(book, language, known=set(), ranges={}),
    )


def _marker(book: Marker) -> BookRecipe:
    missing = Missing(rule="none", reference="backloop-convention", verified=False)
    only = Score(id=book.id, title=book.title, scale=book.scale, key=Reported(method="reported"), missing=missing)
    return BookRecipe(
        id=book.id,
        name=f"markers/{book.id}@{book.version}",
        place=(2, book.id),
        certainty=book.certainty,
        worths={},
        ranges={},
        texts=frozenset(),
        fields={},
        scores=(
            _score(
                only,
                "und",
                origin="reported",
                references=book.references,
                notes=(_CONFLICTING,) if book.is_conflicting else (),
            ),
        ),
    )


def _scores(
    book: Instrument | Protocol,
    language: str,
    *,
    known: set[str],
    ranges: Mapping[str, tuple[float, float]],
) -> tuple[ScoreRecipe, ...]:
    """Make the scores ready in the book's order, each of which may ask for those before it."""
    fields = {field.id for field in book.fields} if isinstance(book, Protocol) else set()
    origin: Origin = "tested" if isinstance(book, Protocol) else "scored"
    ready = []
    for score in book.scores:
        strangers = {*asked(score.key)} - known | _fields_asked(score.key) - fields
        if strangers:
            message = f"{book.id}.toml: '{score.id}' asks for {sorted(strangers)}, which does not stand before it"
            raise InvalidBook(message)
        _check_ranges(book, score, ranges)
        ready.append(_score(score, language, origin=origin, references=book.references))
        known.add(score.id)
    return tuple(ready)


def _fields_asked(key: Key) -> frozenset[str]:
    if not isinstance(key, TrialSummary | TrialContrast):
        return frozenset()
    only_if = key.only_if if isinstance(key, TrialSummary) else None
    return frozenset({key.field} if only_if is None else {key.field, only_if})


def _check_ranges(book: Book, score: Score, ranges: Mapping[str, tuple[float, float]]) -> None:
    """Refuse a table that does not reach as far as its items, and a percentage of an open quantity."""
    if not isinstance(score.key, Table | Percent):
        return
    low, high = (sum(ends) for ends in zip(*(ranges[name] for name in score.key.items), strict=True))
    last = score.key.first + len(score.key.values) - 1 if isinstance(score.key, Table) else high
    if not isfinite(high) or high > last or (isinstance(score.key, Table) and low < score.key.first):
        message = f"{book.id}.toml: '{score.id}' must cover its items' sums from {low:g} to {high:g}"
        raise InvalidBook(message)


def _score(
    score: Score,
    language: str,
    *,
    origin: Origin,
    references: tuple[str, ...],
    notes: tuple[Text, ...] = (),
) -> ScoreRecipe:
    row = fitting_precision(score.precision, language)
    return ScoreRecipe(
        id=score.id,
        title=score.title,
        scale=score.scale,
        key=score.key,
        method=_METHODS[score.key.method],
        missing=score.missing,
        asks=asked(score.key),
        needs=frozenset(asked(score.key)),
        fields=_fields_asked(score.key),
        stands_in=score.missing.rule != "none" and isinstance(score.key, _GATHERING),
        other_scales=score.other_scales,
        schemes=_schemes(score.bands),
        sem=None if row is None else standard_error_of(row),
        error_notes=() if row is None else (_error_note(row, language),),
        error_references=() if row is None else (row.reference,),
        notes=notes,
        references=references,
        is_outcome=score.is_outcome,
        origin="reported" if isinstance(score.key, Reported) else origin,
    )


def _schemes(bands: Sequence[Band]) -> tuple[Scheme, ...]:
    """Sort bands by scheme, and within a scheme from the highest down."""
    found: dict[str, list[tuple[float, BandName]]] = {band.scheme: [] for band in bands}
    for band in sorted(bands, key=lambda band: -band.at_least):
        name = BandName(scheme=band.scheme, label=band.label, reference=band.reference, verified=band.verified)
        found[band.scheme].append((band.at_least, name))
    return tuple(tuple(scheme) for scheme in found.values())


def _error_note(row: Precision, language: str) -> Text:
    """Say whom the error range comes from, and whether that is another language version or unverified."""
    english = f"The error range comes from {row.population.en}"
    chinese = f"误差范围所据人群：{row.population.zh}"
    if not applies_to(row.language, language):
        english_tag, chinese_tag = ("", "") if row.language == "und" else (f" ({row.language})", f"（{row.language}）")
        english += f", who may have answered another language version{english_tag} than this person"
        chinese += f"；其所用语言版本{chinese_tag}可能与本人不同"
    if not row.verified:
        english += "; not yet checked against the source"
        chinese += "；尚未与原文核对"
    return Text(en=f"{english}.", zh=f"{chinese}。")
