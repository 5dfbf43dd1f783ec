"""What of the possible fits into one plan: the last rule, burden, which looks at all treatments together.

Decides the choice and the doses; what each treatment may be is decided in `roles`, how much of it in `dose`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from backloop.library import ActsOn, Dose, Intervention
from backloop.plan import reasons
from backloop.plan.cases import Case, match
from backloop.plan.dose import fit_dose, share_visits
from backloop.plan.plans import Burden, Reason, Role
from backloop.plan.roles import Assessment
from backloop.plan.rules import bearing_of
from backloop.profile import Verdict
from backloop.units import Certainty

__all__ = ["Basket", "choose"]

# The bounds on burden, working rules of ours (backloop-convention). A core whose book leaves its home practice open is
# counted with 30 minutes; 10 to 30 minutes five times a week is what a neighbouring trial asked for (waelti-2015).
_MOST_MINUTES = 60.0
_LEAST_MINUTES = 10.0
_OPEN_CORE_MINUTES = 30.0
_MOST_SUPPORTING = 2
_MOST_VISITS = 5.0
_DAYS = 7


@dataclass(slots=True)
class Basket:
    """What is chosen and left out so far, with the minutes a day left for practice at home and the core's visits.

    `bound` is the minutes a day it began with.

    Examples
    --------
    >>> Basket(60.0).burden([]).most_home_minutes
    420.0
    """

    bound: float
    chosen: dict[str, tuple[Dose, tuple[Reason, ...]]] = field(default_factory=dict)
    left: dict[str, tuple[Reason, ...]] = field(default_factory=dict)
    minutes: float = field(init=False)
    visits: float | None = None

    def __post_init__(self) -> None:
        """Begin with the whole day's minutes."""
        self.minutes = self.bound

    def leave(self, book: Intervention, why: Reason) -> None:
        """Leave a treatment out, with the reason."""
        self.left[book.id] = (why,)

    def take(self, book: Intervention, role: Role, case: Case, *, keep: float = 0.0) -> None:
        """Choose a treatment, fit its dose, and `keep` some minutes a day for those that follow."""
        dose = fit_dose(book.dose, minutes_a_day=max(self.minutes - keep, 0.0), willing=case.wishes.willing)
        why: tuple[Reason, ...] = (reasons.WITH_EXERCISE,) if book.role == "component" else ()
        home = (book.dose.home_minutes, book.dose.home_per_week)
        if _is_practised(book) and (dose.home_minutes, dose.home_per_week) != home:
            why = (*why, reasons.FITTED)
        if role is Role.CORE:
            self.visits = dose.clinic_per_week
        elif role is Role.ADJUNCT and dose.clinic_per_week and self.visits is not None:
            dose = share_visits(dose, visits=self.visits)
            why = (*why, reasons.SHARED_VISITS)
        self.chosen[book.id] = (dose, why or (reasons.FITS,))
        if _is_practised(book):
            counted = _OPEN_CORE_MINUTES if role is Role.CORE else _LEAST_MINUTES
            self.minutes = max(self.minutes - (counted if dose.home_minutes is None else dose.home_minutes), 0.0)

    def burden(self, books: Iterable[Intervention]) -> Burden:
        """Add up what the chosen treatments ask for in a week."""
        doses = [dose for dose, _ in self.chosen.values()]
        open_ids = {name for name, (dose, why) in self.chosen.items() if _is_open(dose, why)}
        return Burden(
            clinic_visits=max((dose.clinic_per_week or 0.0 for dose in doses), default=0.0),
            clinic_minutes=sum((dose.clinic_per_week or 0.0) * (dose.clinic_minutes or 0.0) for dose in doses),
            home_minutes=sum((dose.home_per_week or 0.0) * (dose.home_minutes or 0.0) for dose in doses),
            most_clinic_visits=_MOST_VISITS,
            most_home_minutes=self.bound * _DAYS,
            not_stated=tuple(book.title for book in books if book.id in open_ids),
        )


def choose(books: Iterable[Intervention], found: Mapping[str, Assessment], case: Case) -> Basket:
    """Choose among the treatments that may be chosen, within what a week can hold.

    Parameters
    ----------
    books : iterable of Intervention
        The treatments.
    found : dict of str to Assessment
        What each may be for the person, by id.
    case : Case
        The person.

    Returns
    -------
    Basket
        Every treatment that may be chosen once, with its dose or the reason why it is left.

    Notes
    -----
    The core; then at most two supporting treatments, each for a finding that the other does not meet; a component only
    where the core is not possible; last what is research-only and decided on, with visits of its own. Exercise comes
    first where the core is not possible. Then findings decide: a treatment whose main aim is supported comes before one
    whose main aim is possible, and that before one that meets a finding beside its main aims. Its main aims are the
    first that its book names, and those whose link a source that was read supports. Among equals evidence that agrees
    comes before evidence in conflict, exercise that is wished for before others, more main aims met before fewer,
    higher certainty before lower, and what acts on little else before what acts on much that was not found.

    Examples
    --------
    >>> from backloop.plan.answers import Standing
    >>> from backloop.plan.plans import Status
    >>> from backloop.plan.safety import Screening
    >>> nothing = Screening(status=Status.PROCEED, reasons=(), alerts=(), cautions={})
    >>> choose([], {}, Case.of(Standing({}), nothing)).chosen
    {}
    """
    time = case.wishes.minutes
    basket = Basket(_MOST_MINUTES if time is None else min(time, _MOST_MINUTES))
    possible = [book for book in books if found[book.id].may_be_chosen and not _is_too_much(book, case, basket)]
    core, adjunct, decided = (
        [book for book in possible if found[book.id].role is role]
        for role in (Role.CORE, Role.ADJUNCT, Role.RESEARCH_ONLY)
    )
    components = [book for book in adjunct if book.role == "component"]
    wanted = sorted((book for book in adjunct if book.role != "component"), key=lambda book: _rank(book, case))
    takers = [*core, *_fit_in(_one_wish(wanted, case, basket), case, basket)]
    for place, book in enumerate(takers, start=1):
        basket.take(book, found[book.id].role, case, keep=_LEAST_MINUTES * sum(map(_is_practised, takers[place:])))
    is_carried = case.has_core or any(_is_exercise(book) for book in takers)
    for book in components:
        if case.has_core:
            basket.leave(book, reasons.PART_OF_CORE)
        elif _may_go(book, basket, is_carried=is_carried):
            basket.take(book, Role.ADJUNCT, case)
    for book in decided:
        if _may_go(book, basket, is_carried=is_carried):
            basket.take(book, Role.RESEARCH_ONLY, case)
    return basket


def _is_too_much(book: Intervention, case: Case, basket: Basket) -> bool:
    if (book.dose.clinic_per_week or 0.0) > _MOST_VISITS:
        basket.leave(book, reasons.TOO_MANY_VISITS)
    elif _is_practised(book) and not book.dose.clinic_per_week and not case.practises:
        basket.leave(book, reasons.HOME_ONLY)
    return book.id in basket.left


def _one_wish(wanted: list[Intervention], case: Case, basket: Basket) -> list[Intervention]:
    """Keep one kind of exercise where only the wish speaks for it; none where findings speak for another."""
    if not case.has_core:
        return wanted
    wished = [book for book in wanted if _is_exercise(book) and not match(book, case)]
    others = [book for book in wanted if book not in wished]
    kept = [] if any(map(_is_exercise, others)) else wished[:1]
    for book in wished[len(kept) :]:
        basket.leave(book, reasons.ONE_KIND)
    return [*others, *kept]


def _fit_in(wanted: list[Intervention], case: Case, basket: Basket) -> list[Intervention]:
    """Keep as many as the bounds allow; beside a core, practice at home shares half of the day's minutes."""
    room = int(basket.minutes / (2 if case.has_core else 1) // _LEAST_MINUTES) if case.practises else _MOST_SUPPORTING
    kept: list[Intervention] = []
    met: set[str] = set()
    for book in wanted:
        found = {support.mechanism for support in match(book, case)}
        if found and found <= met:
            basket.leave(book, reasons.ALREADY_MET)
        elif len(kept) >= _MOST_SUPPORTING:
            basket.leave(book, reasons.ENOUGH)
        elif _is_practised(book) and sum(map(_is_practised, kept)) >= room:
            basket.leave(book, reasons.NO_TIME)
        elif _may_go(book, basket, is_carried=case.has_core or any(map(_is_exercise, kept))):
            kept.append(book)
            met |= found
    return kept


def _may_go(book: Intervention, basket: Basket, *, is_carried: bool) -> bool:
    """Say whether a treatment has company, where it is never given alone."""
    if book.never_alone and not is_carried:
        basket.leave(book, reasons.NEVER_ALONE)
    return book.id not in basket.left


def _is_practised(book: Intervention) -> bool:
    return bool(book.dose.home_per_week)


def _is_exercise(book: Intervention) -> bool:
    return book.family == "exercise"


def _is_open(dose: Dose, why: tuple[Reason, ...]) -> bool:
    """Say whether one half of an amount, how often or how long, is asked for and the other not stated."""
    in_clinic = (dose.clinic_per_week is None) != (dose.clinic_minutes is None) and dose.clinic_per_week != 0
    at_home = (dose.home_per_week is None) != (dose.home_minutes is None) and dose.home_per_week != 0
    return at_home or (in_clinic and reasons.SHARED_VISITS not in why)


def _rank(book: Intervention, case: Case) -> tuple[bool, int, int, bool, bool, int, int, int, float, str]:
    found = {support.mechanism: support.verdict for support in match(book, case)}
    aims = [found[aim.mechanism] for aim in _main_aims(book) if aim.mechanism in found]
    bearing = bearing_of(case.library, book.id)
    return (
        not (case.has_core or _is_exercise(book)),
        _surest(aims),
        _surest(found.values()),
        bearing.direction == "conflicting",
        not (_is_exercise(book) and case.wishes.exercise == 1),
        -aims.count(Verdict.SUPPORTED),
        -aims.count(Verdict.POSSIBLE),
        tuple(Certainty).index(bearing.certainty),
        -len(found) / max(len(book.acts_on), 1),
        book.id,
    )


def _main_aims(book: Intervention) -> list[ActsOn]:
    """Give what a treatment is made for, named first, and what a source that was read supports."""
    return [aim for place, aim in enumerate(book.acts_on) if place == 0 or aim.link != "hypothesis"]


def _surest(verdicts: Collection[Verdict]) -> int:
    return 0 if Verdict.SUPPORTED in verdicts else 1 if Verdict.POSSIBLE in verdicts else 2
