"""A plan for one person: safety, goals, pacing, roles and the chosen treatments put together with their sources.

Decides what a plan shows of each treatment; what each may be is decided in `roles`, which are chosen in `choice`.
"""

from functools import lru_cache
from typing import Literal

from backloop.library import EvidenceRow, Intervention, Library
from backloop.measure import Because
from backloop.plan import reasons
from backloop.plan.answers import Standing, keep_accepted, stand
from backloop.plan.cases import Case
from backloop.plan.choice import Basket, choose
from backloop.plan.evidence import find_conflicts, order_evidence
from backloop.plan.goals import name_goals
from backloop.plan.grounds import STRAY_DECISION, at_hand
from backloop.plan.pacing import choose_mode
from backloop.plan.plans import Caution, Considered, Goal, Plan, Prescription, Reason, Role, Rule, Step, Target
from backloop.plan.roles import Assessment, assess_all
from backloop.plan.safety import safety_items, screen_standing
from backloop.profile import Profile, Verdict
from backloop.record import Record
from backloop.units import Text

__all__ = ["prescribe"]

_OWN_ITEMS = ("preferences_", "psfs_", "clinic-resources_", "treatment-decisions_")
_ROLES = ("core", "supporting", "component", "research-only", "not recommended", "sham")


def prescribe(profile: Profile, record: Record, *, library: Library | None = None) -> Plan:
    """Propose a plan: a role for every treatment, then what of the possible is chosen, safety first.

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
    Every treatment is held against seven rules in a fixed order: safety, evidence, guidelines, mechanism, preference,
    resources, burden. Its book's role is the most it may be; rules only lower it. The core is for everybody in whom
    nothing forbids it: no baseline score selects or excludes it. At most two supporting treatments join, by findings
    and wishes. All home practice together stays within 60 minutes a day or the person's own time; the core keeps at
    least half of that, a supporting treatment gets at least 10 minutes or is left out. In the clinic supporting
    treatments share the visits of the core. What is research-only needs a recorded decision; a comparator of trials is
    never given. A status of *refer* leaves no prescription, and shows the roles. The bounds are working rules of ours;
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
    standing = keep_accepted(stand(record, profile), library=library)
    screening = screen_standing(standing, library=library)
    mode, mode_reason = choose_mode(profile)
    books = _books(library)
    found, case = assess_all(books, Case.of(standing, screening, supports=profile.supports, mode=mode, library=library))
    basket = choose(books, found, case)
    goals = name_goals(record, standing, session_id=profile.session_id, library=library)
    chosen = [book for book in books if book.id in basket.chosen]
    return Plan(
        participant_id=record.participant_id,
        is_made_up=record.is_made_up,
        session_id=profile.session_id,
        status=screening.status,
        status_reasons=(*screening.reasons, *_stray(case, library)),
        alerts=screening.alerts,
        goals=goals,
        prescriptions=tuple(_prescription(book, found[book.id], basket, case, library=library) for book in chosen),
        considered=tuple(_considered(book, found[book.id], basket) for book in books if book.id not in basket.chosen),
        burden=basket.burden(chosen),
        mode=mode if basket.chosen else None,
        mode_reason=mode_reason if basket.chosen else None,
        because=_because(profile, standing, goals, library),
    )


@lru_cache(maxsize=8)
def _books(library: Library) -> tuple[Intervention, ...]:
    """Give the treatments, the core first."""
    return tuple(sorted(library.shelf("interventions").values(), key=lambda book: (_ROLES.index(book.role), book.id)))


def _prescription(
    book: Intervention, found: Assessment, basket: Basket, case: Case, *, library: Library
) -> Prescription:
    dose, fitting = basket.chosen[book.id]
    why = [*_speaking(book, found), *(reason for reason in fitting if reason is not reasons.FITS)]
    evidence, conflicts = _evidence(library, book.id)
    clinic_only = _helper_tasks(library, book.id) if case.wishes.helper == 0 else ()
    return Prescription(
        intervention=book.id,
        title=book.title,
        plain=book.plain,
        role=found.role,
        strands=tuple(strand.id for strand in book.strands),
        strand_titles=tuple(strand.title for strand in book.strands),
        stages=book.stages,
        dose=dose,
        targets=_targets(book, case, library),
        reasons=tuple([*why, reasons.NO_HELPER] if clinic_only else why),
        evidence=evidence,
        conflicts=conflicts,
        guidelines=book.guidelines,
        harms=book.harms,
        cautions=(*case.screening.cautions[book.id], *_open_needs(book, case)),
        stop_rules=book.stop_rules,
        certainty=book.certainty,
        references=book.references,
        clinic_only_tasks=clinic_only,
        progressions=book.progressions,
        monitoring=book.monitoring,
        steps=(*found.steps, _burden_step(fitting)),
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


def _considered(book: Intervention, found: Assessment, basket: Basket) -> Considered:
    left = basket.left.get(book.id)
    why = found.deciding if left is None else (*_speaking(book, found), *left)
    last = _burden_step((reasons.NOT_WEIGHED,), "not reached") if left is None else _burden_step(left, "leaves out")
    return Considered(intervention=book.id, title=book.title, role=found.role, reasons=why, steps=(*found.steps, last))


def _speaking(book: Intervention, found: Assessment) -> tuple[Reason, ...]:
    """Give what speaks for a treatment: findings and wishes; for research-only first how far the evidence goes."""
    by_finding = () if book.role == "component" else found.reasons_of(Rule.MECHANISM)
    return (*found.reasons_of(Rule.EVIDENCE), *by_finding) if found.role is Role.RESEARCH_ONLY else by_finding


def _burden_step(why: tuple[Reason, ...], outcome: Literal["allows", "leaves out", "not reached"] = "allows") -> Step:
    return Step(rule=Rule.BURDEN, outcome=outcome, at_most=Role.CORE, reasons=why)


def _open_needs(book: Intervention, case: Case) -> tuple[Caution, ...]:
    """Turn what nobody has confirmed of a treatment's needs into cautions for the clinician."""
    return tuple(
        Caution(
            text=at_hand(need, holds=None).text,
            kind="resource",
            state="not known",
            unanswered=case.standing.lacking(need.when.ids()),
            reference=need.reference,
            verified=need.verified,
        )
        for need in book.needs
        if need.when.judge(case.standing.look) is None
    )


def _stray(case: Case, library: Library) -> tuple[Reason, ...]:
    """Say so where a recorded decision names what no book on the shelf is called."""
    is_known = case.decision.named <= set(library.shelf("interventions"))
    return () if is_known else (STRAY_DECISION.model_copy(update={"because": case.decision.because}),)


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
