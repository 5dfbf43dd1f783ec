"""A plan for one person: safety, goals, pacing and the chosen treatments put together with their sources.

Decides what a plan shows of each treatment; which are chosen is decided in `choice`, whether any may start in `safety`.
"""

from functools import lru_cache

from backloop.library import EvidenceRow, Intervention, Library
from backloop.measure import Because
from backloop.plan.answers import Standing, Wishes, stand
from backloop.plan.choice import Basket, Case, choose, refer_first
from backloop.plan.evidence import find_conflicts, order_evidence
from backloop.plan.goals import name_goals
from backloop.plan.pacing import choose_mode
from backloop.plan.plans import Considered, Goal, Plan, Prescription, Status, Target
from backloop.plan.reasons import NO_HELPER
from backloop.plan.safety import safety_items, screen_standing
from backloop.profile import Profile, Verdict
from backloop.record import Record
from backloop.units import Text

__all__ = ["prescribe"]

_OWN_ITEMS = ("preferences_", "psfs_")


def prescribe(profile: Profile, record: Record, *, library: Library | None = None) -> Plan:
    """Propose a plan: safety first, then the core, then peripheral work as findings and wishes ask.

    Parameters
    ----------
    profile : Profile
        Why the back may hurt, as of one visit.
    record : Record
        The same person's record: answers to the safety questions, goals, wishes.
    library : Library, optional
        The books; the packaged ones if not given.

    Returns
    -------
    Plan
        Every treatment of the library is in it once, prescribed or considered with the reason.

    Raises
    ------
    UnknownPerson
        If profile and record do not belong together.

    Notes
    -----
    A status of *refer* leaves no prescription. Otherwise the core is for everybody without an absolute
    contraindication: no baseline score selects or excludes it. At most two supporting treatments join, those with most
    supported mechanisms first. All home practice together stays within 60 minutes a day or the person's own time; the
    core keeps at least half of that, a supporting treatment gets at least 10 minutes or is left out. In the clinic
    supporting treatments share the visits of the core. Education is never alone. The bounds are working rules of ours;
    not for use without a clinician.

    References
    ----------
    bagg-2022, venter-2026, waelti-2015

    Examples
    --------
    >>> from backloop.measure import score
    >>> from backloop.profile import infer
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1)
    >>> plan = prescribe(infer(score(person)), person)
    >>> len(plan.prescriptions) + len(plan.considered) == len(Library.packaged().shelf("interventions"))
    True
    """
    library = library or Library.packaged()
    standing = stand(record, profile)
    screening = screen_standing(standing, library=library)
    mode, mode_reason = choose_mode(profile)
    case = Case(profile.supports, screening, Wishes.of(standing), mode)
    may_treat = screening.status is not Status.REFER
    books = _books(library)
    goals = name_goals(record, standing, session_id=profile.session_id, library=library)
    basket = choose(books, case) if may_treat else refer_first(books)
    return Plan(
        participant_id=record.participant_id,
        is_made_up=record.is_made_up,
        session_id=profile.session_id,
        status=screening.status,
        status_reasons=screening.reasons,
        alerts=screening.alerts,
        goals=goals,
        prescriptions=tuple(_prescription(book, basket, case, library) for book in books if book.id in basket.chosen),
        considered=tuple(_considered(book, basket) for book in books if book.id in basket.left),
        mode=mode if basket.chosen else None,
        mode_reason=mode_reason if basket.chosen else None,
        because=_because(profile, standing, goals, library),
    )


@lru_cache(maxsize=8)
def _books(library: Library) -> tuple[Intervention, ...]:
    """Give the treatments, the core first."""
    roles = ("core", "supporting", "component")
    return tuple(sorted(library.shelf("interventions").values(), key=lambda book: (roles.index(book.role), book.id)))


def _prescription(book: Intervention, basket: Basket, case: Case, library: Library) -> Prescription:
    dose, why = basket.chosen[book.id]
    evidence, conflicts = _evidence(library, book.id)
    clinic_only = _helper_tasks(library, book.id) if case.wishes.helper == 0 else ()
    return Prescription(
        intervention=book.id,
        title=book.title,
        plain=book.plain,
        role=book.role,
        strands=tuple(strand.id for strand in book.strands),
        strand_titles=tuple(strand.title for strand in book.strands),
        stages=book.stages,
        dose=dose,
        targets=_targets(book, case, library),
        reasons=tuple([*why, NO_HELPER] if clinic_only else why),
        evidence=evidence,
        conflicts=conflicts,
        guidelines=book.guidelines,
        harms=book.harms,
        cautions=case.screening.cautions[book.id],
        stop_rules=book.stop_rules,
        certainty=book.certainty,
        references=book.references,
        clinic_only_tasks=clinic_only,
    )


@lru_cache(maxsize=64)
def _evidence(library: Library, book_id: str) -> tuple[tuple[EvidenceRow, ...], tuple[Text, ...]]:
    book = library.intervention(book_id)
    return order_evidence(book.evidence), find_conflicts(book)


@lru_cache(maxsize=64)
def _helper_tasks(library: Library, book_id: str) -> tuple[str, ...]:
    named = dict.fromkeys(task for stage in library.intervention(book_id).stages for task in stage.tasks)
    return tuple(task for task in named if library.task(task).needs_helper)


def _targets(book: Intervention, case: Case, library: Library) -> tuple[Target, ...]:
    verdicts = {support.mechanism: support.verdict for support in case.supports}
    return tuple(
        Target(
            mechanism=aim.mechanism,
            title=library.mechanism(aim.mechanism).title,
            verdict=verdicts.get(aim.mechanism, Verdict.CANNOT_SAY).value,
            link=aim.link,
        )
        for aim in book.acts_on
    )


def _considered(book: Intervention, basket: Basket) -> Considered:
    return Considered(intervention=book.id, title=book.title, reasons=tuple(basket.left[book.id]))


def _because(profile: Profile, standing: Standing, goals: tuple[Goal, ...], library: Library) -> Because:
    asked = [name for name in standing.seen if name in safety_items(library) or name.startswith(_OWN_ITEMS)]
    trials = (trial for goal in goals for trial in goal.because)
    return Because(
        edition=library.edition,
        software=profile.because.software,
        books=tuple(dict.fromkeys((*profile.because.books, *_book_names(library)))),
        observations=tuple(dict.fromkeys((*profile.because.observations, *standing.trace(asked), *trials))),
    )


@lru_cache(maxsize=8)
def _book_names(library: Library) -> tuple[str, ...]:
    shelves = ("safety", "interventions")
    return tuple(f"{name}/{book.id}@{book.version}" for name in shelves for book in library.shelf(name).values())
