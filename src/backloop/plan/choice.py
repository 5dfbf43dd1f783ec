"""Which treatments are proposed to one person, and why the others are not.

Decides the choice; whether anything may start is decided in `safety`, how much in `dose`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from backloop.library import Dose, Intervention
from backloop.plan.answers import Wishes
from backloop.plan.dose import fit_dose, share_visits
from backloop.plan.pacing import Mode
from backloop.plan.plans import Reason
from backloop.plan.reasons import (
    ENOUGH,
    FITTED,
    NEVER_ALONE,
    NO_FINDING,
    NO_TIME,
    NOT_WISHED,
    OTHER_PACING,
    PART_OF_CORE,
    REFERRAL_FIRST,
    SHARED_VISITS,
    WISHED,
    WITH_EXERCISE,
    barred_by,
    core_for_all,
    in_place_of_core,
    spoken_for,
)
from backloop.plan.safety import Screening
from backloop.profile import Support, Verdict

__all__ = ["Basket", "Case", "choose", "refer_first"]

# The bounds on burden, working rules of ours (backloop-convention). A core whose book leaves its home practice open is
# counted with 30 minutes; 10 to 30 minutes five times a week is what a neighbouring trial asked for (waelti-2015).
_MOST_MINUTES = 60.0
_LEAST_MINUTES = 10.0
_OPEN_CORE_MINUTES = 30.0
_MOST_SUPPORTING = 2

_PACED_BY_CLOCK = frozenset({"graded-activity"})

Wanted = list[tuple[Intervention, list[Reason]]]


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about one person that the choice looks at.

    Examples
    --------
    >>> "wishes" in Case.__slots__
    True
    """

    supports: tuple[Support, ...]
    screening: Screening
    wishes: Wishes
    mode: Mode

    @property
    def practises(self) -> bool:
        """Whether any practice at home is possible."""
        return self.wishes.willing != 0 and self.wishes.minutes != 0


@dataclass(slots=True)
class Basket:
    """What is chosen and left out so far, the minutes a day left for practice at home, and the core's clinic visits.

    Examples
    --------
    >>> Basket(60.0).chosen
    {}
    """

    minutes: float
    chosen: dict[str, tuple[Dose, list[Reason]]] = field(default_factory=dict)
    visits: float | None = None
    left: dict[str, list[Reason]] = field(default_factory=dict)

    def leave(self, book: Intervention, *why: Reason) -> None:
        """Leave a treatment out, with the reasons."""
        self.left[book.id] = list(why)

    def take(self, book: Intervention, why: list[Reason], case: Case, *, keep: float = 0.0) -> None:
        """Choose a treatment, fit its dose, and `keep` some minutes a day for those that follow."""
        dose = fit_dose(book.dose, minutes_a_day=max(self.minutes - keep, 0.0), willing=case.wishes.willing)
        if (dose.home_minutes, dose.home_per_week) != (book.dose.home_minutes, book.dose.home_per_week):
            why = [*why, FITTED]
        if book.role == "core":
            self.visits = dose.clinic_per_week
        elif dose.clinic_per_week and self.visits is not None:
            dose = share_visits(dose, visits=self.visits)
            why = [*why, SHARED_VISITS]
        self.chosen[book.id] = (dose, why)
        counted = _OPEN_CORE_MINUTES if book.role == "core" else _LEAST_MINUTES
        self.minutes = max(self.minutes - (counted if dose.home_minutes is None else dose.home_minutes), 0.0)


def refer_first(books: Iterable[Intervention]) -> Basket:
    """Leave everything out, because a safety rule holds.

    Parameters
    ----------
    books : iterable of Intervention
        The treatments.

    Returns
    -------
    Basket
        Nothing chosen.

    Examples
    --------
    >>> refer_first([]).chosen
    {}
    """
    return Basket(0.0, left={book.id: [REFERRAL_FIRST] for book in books})


def choose(books: Iterable[Intervention], case: Case) -> Basket:
    """Choose treatments for a person who needs no referral first.

    Parameters
    ----------
    books : iterable of Intervention
        The treatments.
    case : Case
        What the choice looks at.

    Returns
    -------
    Basket
        Every treatment once, chosen with its dose or left out, each with its reasons.

    Notes
    -----
    The core for everybody in whom nothing forbids it; then supporting treatments by findings and wishes; a component
    only where the core is not possible.

    Examples
    --------
    >>> from backloop.plan.plans import Status
    >>> nothing = Screening(status=Status.PROCEED, reasons=(), alerts=(), cautions={})
    >>> choose([], Case((), nothing, Wishes(), "time-contingent")).left
    {}
    """
    time = case.wishes.minutes
    basket = Basket(_MOST_MINUTES if time is None else min(time, _MOST_MINUTES))
    allowed = [book for book in books if not _bar(book, case, basket)]
    core = [book for book in allowed if book.role == "core"]
    wanted = _want([book for book in allowed if book.role == "supporting"], case, basket, has_core=bool(core))
    wanted = _fit_in(wanted, case, basket, has_core=bool(core))
    for book in core:
        basket.take(book, [core_for_all(book)], case, keep=_LEAST_MINUTES * len(wanted))
    for place, (book, why) in enumerate(wanted, start=1):
        basket.take(book, why, case, keep=_LEAST_MINUTES * (len(wanted) - place))
    for book in (book for book in allowed if book.role == "component"):
        _place_component(book, case, basket, has_core=bool(core))
    return basket


def _bar(book: Intervention, case: Case, basket: Basket) -> bool:
    barred = case.screening.bars(book.id)
    if barred:
        basket.leave(book, *(barred_by(caution) for caution in barred))
    return bool(barred)


def _want(books: list[Intervention], case: Case, basket: Basket, *, has_core: bool) -> Wanted:
    """Say which supporting treatments are wanted, those with most findings first; leave the others out."""
    wanted: Wanted = []
    for book in sorted(books, key=lambda book: (*_weight(book, case), book.id)):
        matches = _matches(book, case)
        if book.id in _PACED_BY_CLOCK and case.mode == "symptom-guided":
            basket.leave(book, OTHER_PACING)
        elif case.wishes.exercise == 0:
            basket.leave(book, NOT_WISHED)
        elif matches:
            wanted.append((book, [spoken_for(matches)]))
        elif not has_core:
            wanted.append((book, [in_place_of_core(book)]))
        elif case.wishes.exercise == 1 and not wanted:
            wanted.append((book, [WISHED]))
        else:
            basket.leave(book, NO_FINDING)
    return wanted


def _fit_in(wanted: Wanted, case: Case, basket: Basket, *, has_core: bool) -> Wanted:
    """Keep as many as the bounds allow; beside a core they share half of the day's minutes."""
    room = int(basket.minutes / (2 if has_core else 1) // _LEAST_MINUTES) if case.practises else _MOST_SUPPORTING
    for place, (book, why) in enumerate(wanted):
        if place >= _MOST_SUPPORTING:
            basket.leave(book, *why, ENOUGH)
        elif place >= room:
            basket.leave(book, *why, NO_TIME)
    return wanted[: min(room, _MOST_SUPPORTING)]


def _place_component(book: Intervention, case: Case, basket: Basket, *, has_core: bool) -> None:
    if has_core:
        basket.leave(book, PART_OF_CORE)
    elif book.never_alone and not basket.chosen:
        basket.leave(book, NEVER_ALONE)
    else:
        basket.take(book, [WITH_EXERCISE], case)


def _matches(book: Intervention, case: Case) -> list[Support]:
    leaning = (Verdict.SUPPORTED, Verdict.POSSIBLE)
    aims = {link.mechanism for link in book.acts_on}
    return [found for found in case.supports if found.mechanism in aims and found.verdict in leaning]


def _weight(book: Intervention, case: Case) -> tuple[int, int]:
    found = [support.verdict for support in _matches(book, case)]
    return -found.count(Verdict.SUPPORTED), -found.count(Verdict.POSSIBLE)
