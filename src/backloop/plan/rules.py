"""The rules that look at one treatment for one person: the most it may be by each of them, and why.

Decides one step at a time; how they are put together is decided in `roles`, what fits into one plan in `choice`.
"""

from functools import lru_cache
from typing import Literal

from backloop.library import Family, Intervention, Library
from backloop.plan import grounds, reasons
from backloop.plan.cases import Case, match
from backloop.plan.evidence import Bearing, weigh_evidence
from backloop.plan.plans import Reason, Role, Rule, Status, Step
from backloop.units import Certainty

__all__ = [
    "bearing_of",
    "judge_evidence",
    "judge_guidelines",
    "judge_mechanism",
    "judge_preference",
    "judge_resources",
    "judge_safety",
]

_BOOK_ALLOWS = {
    "core": Role.CORE,
    "supporting": Role.ADJUNCT,
    "component": Role.ADJUNCT,
    "research-only": Role.RESEARCH_ONLY,
    "not recommended": Role.NOT_RECOMMENDED,
    "sham": Role.NOT_RECOMMENDED,
}
_EVIDENCE_ALLOWS = {
    "for": Role.CORE,
    "conflicting": Role.ADJUNCT,
    "no difference": Role.RESEARCH_ONLY,
    "silent": Role.RESEARCH_ONLY,
    "against": Role.NOT_RECOMMENDED,
}
_SURE_ENOUGH_FOR_CORE = frozenset({Certainty.HIGH, Certainty.MODERATE})

# Which answer to which question refuses a kind of treatment.
_REFUSALS: dict[Family, tuple[str, float]] = {
    "exercise": ("preferences_05", 0),
    "breathing": ("preferences_05", 0),
    "education": ("preferences_06", 0),
    "needling": ("health-screen_21", 1),
}
_PACED_BY_CLOCK = frozenset({"graded-activity"})


@lru_cache(maxsize=256)
def bearing_of(library: Library, book_id: str) -> Bearing:
    """Give which way a book's evidence points; every book is weighed once a library.

    Parameters
    ----------
    library : Library
        The books.
    book_id : str
        The treatment.

    Returns
    -------
    Bearing
        As from `weigh_evidence`.

    Examples
    --------
    >>> bearing_of(Library.packaged(), "resolve").certainty.value
    'moderate'
    """
    return weigh_evidence(library.intervention(book_id).evidence)


def judge_safety(book: Intervention, case: Case) -> Step:
    """Hold a treatment against its contraindications; where a safety rule calls for referral, leave it out.

    Parameters
    ----------
    book : Intervention
        The treatment.
    case : Case
        The person.

    Returns
    -------
    Step
        *Contraindicated* where an absolute contraindication is present, whatever anybody decided.

    Examples
    --------
    >>> from backloop.plan.answers import Standing
    >>> from backloop.plan.safety import Screening
    >>> refers = Screening(status=Status.REFER, reasons=(), alerts=(), cautions={})
    >>> judge_safety(Library.packaged().intervention("resolve"), Case.of(Standing({}), refers)).outcome
    'leaves out'
    """
    refers = case.screening.status is Status.REFER
    limits = case.screening.cautions.get(book.id, ())
    if not limits:
        return _REFERS if refers else _NO_LIMIT
    barred = case.screening.bars(book.id)
    why = [grounds.barred_by(limit) if limit in barred else grounds.weigh_first(limit) for limit in limits]
    return _step(
        Rule.SAFETY,
        *([grounds.REFERRAL_FIRST] if refers else []),
        *why,
        at_most=Role.CONTRAINDICATED if barred else Role.CORE,
        outcome="leaves out" if refers else "asks",
    )


def judge_evidence(book: Intervention, case: Case) -> Step:
    """Hold a treatment to what its book and the results on pain and disability allow.

    Parameters
    ----------
    book : Intervention
        The treatment.
    case : Case
        The person, with the recorded decision.

    Returns
    -------
    Step
        The lower of the book's role and the evidence's: *core* needs results for it of at least moderate certainty;
        conflicting results, and another treatment that was clearly better, leave an *adjunct*; none for it leave
        *research-only*, and only results against it *not recommended*. What is research-only is left out without a
        valid recorded decision.

    Examples
    --------
    >>> from backloop.plan.answers import Standing
    >>> from backloop.plan.safety import Screening
    >>> nothing = Screening(status=Status.PROCEED, reasons=(), alerts=(), cautions={})
    >>> judge_evidence(Library.packaged().intervention("resolve"), Case.of(Standing({}), nothing)).at_most.value
    'core'
    """
    undecided, decision = _step_of_evidence(case.library, book.id), case.decision
    if undecided.at_most is not Role.RESEARCH_ONLY or book.id not in decision.named:
        return undecided
    told = undecided.reasons[:-1]
    if decision.lacking:
        return undecided.model_copy(update={"reasons": (*told, grounds.undecided(decision))})
    return undecided.model_copy(update={"outcome": "limits", "reasons": (*told, grounds.decided(decision))})


@lru_cache(maxsize=256)
def _step_of_evidence(library: Library, book_id: str) -> Step:
    """Say what the evidence allows where nobody decided anything; the last reason of research-only says so."""
    book, bearing = library.intervention(book_id), bearing_of(library, book_id)
    ceiling = _EVIDENCE_ALLOWS[bearing.direction].held_to(_BOOK_ALLOWS[book.role])
    if bearing.is_outdone or bearing.certainty not in _SURE_ENOUGH_FOR_CORE:
        ceiling = ceiling.held_to(Role.ADJUNCT)
    why = (*grounds.held_by_book(book), grounds.bears(bearing))
    if ceiling is Role.RESEARCH_ONLY:
        return _step(Rule.EVIDENCE, *why, grounds.NEEDS_DECISION, at_most=ceiling, outcome="leaves out")
    return _step(Rule.EVIDENCE, *why, at_most=ceiling)


def judge_guidelines(book: Intervention, case: Case) -> Step:
    """Hold a treatment to the positions of the guidelines.

    Parameters
    ----------
    book : Intervention
        The treatment.
    case : Case
        The person; the positions are the same for all.

    Returns
    -------
    Step
        Against and none for: *not recommended* (*research-only* where its book says so). Against and for: *adjunct*.

    Notes
    -----
    No recommendation, and a guideline that was not seen, count as nothing. A position for a treatment counts only if
    it was read; one against it counts in any case.

    Examples
    --------
    >>> from backloop.plan.answers import Standing
    >>> from backloop.plan.safety import Screening
    >>> nothing = Screening(status=Status.PROCEED, reasons=(), alerts=(), cautions={})
    >>> judge_guidelines(Library.packaged().intervention("resolve"), Case.of(Standing({}), nothing)).at_most.value
    'core'
    """
    return _step_of_guidelines(case.library, book.id)


@lru_cache(maxsize=256)
def _step_of_guidelines(library: Library, book_id: str) -> Step:
    book = library.intervention(book_id)
    why = grounds.positions(book.guidelines)
    if not any(line.direction in {"against", "conflicting"} for line in book.guidelines):
        return _step(Rule.GUIDELINES, why)
    if any(line.direction in {"for", "conflicting"} and line.verified for line in book.guidelines):
        return _step(Rule.GUIDELINES, why, at_most=Role.ADJUNCT)
    ceiling = Role.RESEARCH_ONLY if book.role == "research-only" else Role.NOT_RECOMMENDED
    return _step(Rule.GUIDELINES, why, at_most=ceiling)


def judge_mechanism(book: Intervention, case: Case) -> Step:
    """Ask whether a finding speaks for a treatment.

    Parameters
    ----------
    book : Intervention
        The treatment.
    case : Case
        The person, with the profile's verdicts, the pacing, and whether a core treatment is possible.

    Returns
    -------
    Step
        A core treatment and a component need no finding. A supporting treatment without one is left out, unless it is
        exercise that the person wants or that takes the place of the core. What goes by the clock is left out where
        symptoms guide the plan. No role is lowered.

    Examples
    --------
    >>> from backloop.plan.answers import Standing
    >>> from backloop.plan.safety import Screening
    >>> nothing = Screening(status=Status.PROCEED, reasons=(), alerts=(), cautions={})
    >>> judge_mechanism(Library.packaged().intervention("aerobic-exercise"), Case.of(Standing({}), nothing)).outcome
    'leaves out'
    """
    if book.id in _PACED_BY_CLOCK and case.mode == "symptom-guided":
        return _OTHER_PACING
    if book.role == "core":
        return _step(Rule.MECHANISM, reasons.core_for_all(book))
    if book.role == "component":
        return _GOES_WITH
    if found := match(book, case):
        return _step(Rule.MECHANISM, reasons.spoken_for(found))
    return _without_finding(book, case)


def _without_finding(book: Intervention, case: Case) -> Step:
    if book.family == "exercise" and not case.has_core:
        return _step(Rule.MECHANISM, reasons.in_place_of_core(book))
    if book.family == "exercise" and case.wishes.exercise == 1:
        return _WISHED
    return _NO_FINDING if book.role == "supporting" else _NO_FINDING_NEEDED


def judge_preference(book: Intervention, case: Case) -> Step:
    """Ask whether the person wants this kind of treatment.

    Parameters
    ----------
    book : Intervention
        The treatment.
    case : Case
        The person, with their answers.

    Returns
    -------
    Step
        *Not feasible* where they refuse it; nobody is asked about the core.

    Examples
    --------
    >>> from backloop.plan.answers import Standing
    >>> from backloop.plan.safety import Screening
    >>> nothing = Screening(status=Status.PROCEED, reasons=(), alerts=(), cautions={})
    >>> case = Case.of(Standing({"preferences_05": 0}), nothing)
    >>> judge_preference(Library.packaged().intervention("aerobic-exercise"), case).at_most.value
    'not feasible'
    """
    if book.family not in _REFUSALS:
        return _NOT_REFUSED
    item, no = _REFUSALS[book.family]
    answer = case.standing.look(item)
    if answer is None:
        return _step(Rule.PREFERENCE, grounds.wish_unknown(item), outcome="asks")
    if answer != no:
        return _NOT_REFUSED
    return _step(Rule.PREFERENCE, grounds.refused(item, case.standing.trace([item])), at_most=Role.NOT_FEASIBLE)


def judge_resources(book: Intervention, case: Case) -> Step:
    """Ask whether the clinic has what a treatment needs.

    Parameters
    ----------
    book : Intervention
        The treatment.
    case : Case
        The person, with the clinic's answers.

    Returns
    -------
    Step
        *Not feasible* where something is known to be missing; what nobody said is asked, and refuses nothing.

    Examples
    --------
    >>> from backloop.plan.answers import Standing
    >>> from backloop.plan.safety import Screening
    >>> nothing = Screening(status=Status.PROCEED, reasons=(), alerts=(), cautions={})
    >>> case = Case.of(Standing({"clinic-resources_01": 0}), nothing)
    >>> judge_resources(Library.packaged().intervention("resolve"), case).at_most.value
    'not feasible'
    """
    if not book.needs:
        return _NEEDS_NOTHING
    standing, why, answers = case.standing, [], []
    for need in book.needs:
        asked = tuple(need.when.ids())
        answers.append(need.when.judge(standing.look))
        because = (*standing.trace(asked), *standing.lacking(asked))
        why.append(grounds.at_hand(need, holds=answers[-1], because=because))
    return _step(
        Rule.RESOURCES,
        *why,
        at_most=Role.NOT_FEASIBLE if False in answers else Role.CORE,
        outcome="asks" if None in answers else "allows",
    )


def _step(
    rule: Rule,
    *why: Reason,
    at_most: Role = Role.CORE,
    outcome: Literal["allows", "asks", "leaves out"] = "allows",
) -> Step:
    """Make a step; one that allows less than all says that it limits, unless it leaves the treatment out."""
    limits = at_most is not Role.CORE and outcome != "leaves out"
    return Step(rule=rule, outcome="limits" if limits else outcome, at_most=at_most, reasons=why)


_REFERS = _step(Rule.SAFETY, grounds.REFERRAL_FIRST, outcome="leaves out")
_NO_LIMIT = _step(Rule.SAFETY, grounds.NO_LIMIT)
_OTHER_PACING = _step(Rule.MECHANISM, reasons.OTHER_PACING, outcome="leaves out")
_GOES_WITH = _step(Rule.MECHANISM, reasons.GOES_WITH)
_WISHED = _step(Rule.MECHANISM, reasons.WISHED)
_NO_FINDING = _step(Rule.MECHANISM, reasons.NO_FINDING, outcome="leaves out")
_NO_FINDING_NEEDED = _step(Rule.MECHANISM, reasons.NO_FINDING)
_NOT_REFUSED = _step(Rule.PREFERENCE, grounds.NOT_REFUSED)
_NEEDS_NOTHING = _step(Rule.RESOURCES, grounds.NEEDS_NOTHING)
