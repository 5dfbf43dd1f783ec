"""Whether a change is real, and whether it matters.

Decides the judgement of one change between two visits; a whole course is put together in `reviewing`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from backloop.errors import ScaleMismatch
from backloop.follow.courses import Change, Yardstick
from backloop.follow.verdicts import word_change
from backloop.library import ImportantChange, Score, Threshold
from backloop.measure import (
    Measure,
    applies_to,
    fitting_precision,
    smallest_detectable_change,
    standard_error_of,
)
from backloop.units import Better, Interval

__all__ = ["Ruler", "judge_by_ruler", "judge_change", "make_ruler"]

_PAIN = frozenset({"nrs", "vas", "bpi.severity"})
_MODERATE, _SUBSTANTIAL = 30, 50  # percent less pain: dworkin-2008, verified
_OTHER_VERSION = "Found with another language version than the person's."
_EXACT = 6  # decimals: 5.6 to 3.6 is a change of 2, not of 1.9999999999999996

Answer = Literal["yes", "no", "not known"]


@dataclass(frozen=True, slots=True)
class Ruler:
    """The limits a score's changes are held against, chosen for one language version.

    Examples
    --------
    >>> Ruler(None, ()).important
    ()
    """

    detectable: Yardstick | None
    important: tuple[Yardstick, ...]


def make_ruler(book_score: Score | None, *, language: str = "und") -> Ruler:
    """Choose the smallest detectable and important changes that fit a person's language version.

    Parameters
    ----------
    book_score : Score or None
        The score as its book declares it; None where no book does, which leaves nothing to hold a change against.
    language : str
        BCP 47 tag of the person's questionnaires; ``und`` where not known.

    Returns
    -------
    Ruler
        The person's own version first, then rows for any version, then those of another version, which say so.

    Examples
    --------
    >>> from backloop.library import Library
    >>> ruler = make_ruler(Library.packaged().instrument("nrs").scores[0], language="zh-Hans")
    >>> [(yardstick.size, yardstick.basis) for yardstick in ruler.important]
    [(2.0, 'points'), (30.0, 'percent of baseline')]
    """
    if book_score is None:
        return Ruler(None, ())
    row = fitting_precision(book_score.precision, language)
    sem = None if row is None else standard_error_of(row)
    detectable = None
    if row is not None and sem is not None:
        size = smallest_detectable_change(sem) if row.sdc is None else row.sdc
        detectable = _yardstick(row, language, size=round(size, 2), kind="detectable")
    chosen = _nearest(book_score.important_change, language)
    important = (_yardstick(row, language, size=row.value, kind="important", basis=row.basis) for row in chosen)
    return Ruler(detectable, tuple(important))


def judge_change(earlier: Measure, later: Measure, *, book_score: Score | None, language: str = "und") -> Change:
    """Judge the change of one score between two visits: real, important, or neither.

    Parameters
    ----------
    earlier, later : Measure
        The same score at two visits, on the same scale.
    book_score : Score or None
        The score as its book declares it, with its error and its smallest important change.
    language : str
        BCP 47 tag of the person's questionnaires; ``und`` where not known.

    Returns
    -------
    Change
        Points, range, percent, and both verdicts with every yardstick shown.

    Raises
    ------
    ScaleMismatch
        If the two are different scores, or on scales that do not agree (such as 0-27 and 0-36).

    Notes
    -----
    *Real* is a change beyond the smallest detectable one (``1.96 * sqrt(2) * SEM``). *Important* is one that reaches
    any verified yardstick: points, or percent of the earlier value (Ostelo: 30 %). A yardstick not checked against its
    source is shown and decides nothing. Limits found for improvement are used for worsening too. A score on another
    scale than the book's main one is held against nothing.

    References
    ----------
    ostelo-2008, dworkin-2008, maassen-2004

    Examples
    --------
    >>> from backloop.library import Library
    >>> from backloop.units import Scale, Text
    >>> rmdq = Library.packaged().instrument("rmdq").scores[0]
    >>> common = {"id": "rmdq", "book": "rmdq", "title": rmdq.title, "scale": rmdq.scale, "origin": "scored"}
    >>> before = Measure(session_id="ses-w00", value=12, **common)
    >>> change = judge_change(before, Measure(session_id="ses-w18", value=5, **common), book_score=rmdq)
    >>> change.delta, change.direction, change.is_important, round(change.percent)
    (-7.0, 'better', 'yes', 58)
    """
    is_main = book_score is not None and earlier.scale.agrees_with(book_score.scale)
    return judge_by_ruler(earlier, later, ruler=make_ruler(book_score if is_main else None, language=language))


def judge_by_ruler(earlier: Measure, later: Measure, *, ruler: Ruler) -> Change:
    """Judge a change against limits already chosen.

    Parameters
    ----------
    earlier, later : Measure
        The same score at two visits, on the same scale.
    ruler : Ruler
        The limits.

    Returns
    -------
    Change
        As from `judge_change`.

    Raises
    ------
    ScaleMismatch
        As from `judge_change`.

    Examples
    --------
    >>> from backloop.units import Scale, Text
    >>> title, ruler = Text(en="x", zh="x"), Scale(better="low")
    >>> common = {"id": "x", "book": "x", "title": title, "scale": ruler, "origin": "scored"}
    >>> before, after = (Measure(session_id=f"ses-{value}", value=value, **common) for value in (4, 2))
    >>> judge_by_ruler(before, after, ruler=Ruler(None, ())).is_real
    'not known'
    """
    if earlier.id != later.id or not earlier.scale.agrees_with(later.scale):
        message = f"'{earlier.id}' and '{later.id}' are different scores or on different scales; no change is computed"
        raise ScaleMismatch(message)
    delta = None
    if earlier.value is not None and later.value is not None:
        delta = round(later.value - earlier.value, _EXACT)
    percent = _percent(earlier.value, delta, earlier.scale.better)
    relief = percent if earlier.id in _PAIN else None
    direction = _direction(delta, earlier.scale.better)
    is_real, is_important = _is_real(delta, ruler.detectable), _is_important(delta, percent, ruler.important)
    return Change(
        measure=earlier.id,
        earlier=earlier.session_id,
        later=later.session_id,
        delta=delta,
        interval=_range(delta, ruler.detectable),
        percent=percent,
        direction=direction,
        is_real=is_real,
        is_important=is_important,
        responder_30=None if relief is None else relief >= _MODERATE,
        responder_50=None if relief is None else relief >= _SUBSTANTIAL,
        yardsticks=(*([ruler.detectable] if ruler.detectable else []), *ruler.important),
        words=word_change(direction, is_real=is_real, is_important=is_important),
    )


def _percent(before: float | None, delta: float | None, better: Better) -> float | None:
    if not before or delta is None or better == "neither":
        return None
    return round((-delta if better == "low" else delta) / abs(before) * 100, _EXACT)


def _direction(delta: float | None, better: Better) -> Literal["better", "worse", "same", "cannot say"]:
    if delta is None or (better == "neither" and delta):
        return "cannot say"
    if not delta:
        return "same"
    return "better" if (delta < 0) == (better == "low") else "worse"


def _range(delta: float | None, detectable: Yardstick | None) -> Interval | None:
    if delta is None or detectable is None:
        return None
    return Interval(low=delta - detectable.size, high=delta + detectable.size)


def _is_real(delta: float | None, detectable: Yardstick | None) -> Answer:
    if delta is None or detectable is None or not detectable.verified:
        return "not known"
    return "yes" if abs(delta) > detectable.size else "no"


def _is_important(delta: float | None, percent: float | None, yardsticks: Iterable[Yardstick]) -> Answer:
    sizes = {"points": delta, "percent of baseline": percent}
    held = [(sizes[yardstick.basis], yardstick.size) for yardstick in yardsticks if yardstick.verified]
    reached = [abs(size) >= limit for size, limit in held if size is not None]
    if not reached:
        return "not known"
    return "yes" if any(reached) else "no"


def _nearest(rows: tuple[ImportantChange, ...], language: str) -> list[ImportantChange]:
    """Keep the rows of the nearest language: the person's own, else any, else all others."""
    own = [row for row in rows if row.language != "any" and applies_to(row.language, language)]
    general = [row for row in rows if row.language == "any"]
    return own or general or list(rows)


def _yardstick(
    row: Threshold,
    language: str,
    *,
    size: float,
    kind: Literal["detectable", "important"],
    basis: Literal["points", "percent of baseline"] = "points",
) -> Yardstick:
    notes = [row.note] if row.note else []
    return Yardstick(
        kind=kind,
        size=size,
        basis=basis,
        population=row.population,
        language=row.language,
        reference=row.reference,
        verified=row.verified,
        note=" ".join(notes if applies_to(row.language, language) else [*notes, _OTHER_VERSION]),
    )
