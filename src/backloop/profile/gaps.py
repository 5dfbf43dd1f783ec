"""What to test next: the questionnaires and tests not yet done that could change most.

Decides the order of proposals; a proposal is never a reason to withhold treatment.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from backloop.library import Instrument, Library, Protocol
from backloop.profile.clues import Known, ReadyClue, ReadyMechanism
from backloop.profile.profiles import NextTest, Verdict
from backloop.profile.weights import Direction, Weight, verdict_of
from backloop.units import Text

__all__ = ["Weighed", "next_tests"]

_AT_MOST = 5
_WAYS: tuple[Direction, ...] = ("for", "against")
_RANKS = ("strong", "moderate", "weak")
_OPEN = (Verdict.CANNOT_SAY, Verdict.POSSIBLE)


class Weighed(NamedTuple):
    """A mechanism with its findings as the rule sees them, clue by clue, and their verdict.

    Examples
    --------
    >>> Weighed._fields
    ('ready', 'weights', 'verdict')
    """

    ready: ReadyMechanism
    weights: tuple[Weight, ...]
    verdict: Verdict


def next_tests(weighed: Sequence[Weighed], known: Known, *, library: Library) -> tuple[NextTest, ...]:
    """Propose the tests that could change the verdict on most mechanisms.

    Parameters
    ----------
    weighed : sequence of Weighed
        Every mechanism as it stands.
    known : Known
        What has been measured; a book with any value is done.
    library : Library
        Where the tests' titles and durations stand.

    Returns
    -------
    tuple of NextTest
        At most five: the one that could settle most open mechanisms first, then the one that could settle most of
        the rest, and so on; ties go to the stronger clue, then to the shorter test. A mechanism is open while its
        verdict is *cannot say* or *possible*. Tests that could settle nothing open, and brain recordings, are not
        proposed.

    Notes
    -----
    For each book not yet done, all its missing clues are imagined to come out for a mechanism, then against it.

    Examples
    --------
    >>> next_tests([], Known(values={}, sources=frozenset()), library=Library.packaged())
    ()
    """
    moved: dict[str, list[Weighed]] = {}
    for each in weighed:
        for source in each.ready.tests if each.verdict in _OPEN else ():
            if source not in known.sources and _could_change(each, source):
                moved.setdefault(source, []).append(each)
    books = {source: book for source in moved if isinstance(book := library.find(source), Instrument | Protocol)}
    return tuple(_proposal(books[name], moved[name]) for name in _pick(books, moved))


def _pick(books: Mapping[str, Instrument | Protocol], moved: Mapping[str, list[Weighed]]) -> list[str]:
    """Take the test that could settle most, then the one that could settle most of what is left."""
    picked: list[str] = []
    left = {each.ready.book.id for name in books for each in moved[name]}
    while left and len(picked) < _AT_MOST:
        fresh = {name: left & {each.ready.book.id for each in moved[name]} for name in books}
        keys = {name: (-len(fresh[name]), _rank(name, moved[name]), books[name].minutes, name) for name in books}
        best = min(keys, key=keys.__getitem__)
        picked.append(best)
        left -= fresh[best]
    return picked


def _could_change(each: Weighed, source: str) -> bool:
    """Say whether the missing clues of a book could change the verdict, if they all pointed one way."""
    for direction in _WAYS:
        imagined = [
            clue.weights[direction] if clue.clue.source == source and _can_point(clue, direction) else weight
            for clue, weight in zip(each.ready.clues, each.weights, strict=True)
        ]
        if verdict_of(imagined) is not each.verdict:
            return True
    return False


def _can_point(clue: ReadyClue, direction: Direction) -> bool:
    return (clue.clue.speaks_for if direction == "for" else clue.clue.speaks_against) is not None


def _rank(source: str, moved: Iterable[Weighed]) -> int:
    """Give the place of the strongest clue that the book would bring: 0 strong, 1 moderate, 2 weak."""
    weights = (weight for each in moved for weight in each.weights)
    return min(_RANKS.index(weight.counts_as) for weight in weights if weight.source == source)


def _proposal(book: Instrument | Protocol, moved: Sequence[Weighed]) -> NextTest:
    titles = [each.ready.book.title for each in moved]
    return NextTest(
        book=book.id,
        title=book.title,
        minutes=book.minutes,
        informs=tuple(each.ready.book.id for each in moved),
        reason=Text(
            en=f"Could change what is said about: {'; '.join(title.en for title in titles)}.",
            zh=f"可能改变对以下方面的判断：{'、'.join(title.zh for title in titles)}。",
        ),
    )
