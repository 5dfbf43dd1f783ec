"""A plan on its way to the signature: what the core proposes, and the plan that the decisions on it give.

Decides how the agreed plan is put together; which decisions may stand is decided in `refusing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from backloop.library import Library
from backloop.plan import (
    Burden,
    Considered,
    Plan,
    Prescription,
    Reason,
    RecordedDecision,
    Role,
    Screening,
    Target,
    Wishes,
    choose_mode,
    find_conflicts,
    fit_dose,
    order_evidence,
    screen,
    stand,
)
from backloop.profile import Profile
from backloop.record import Record
from backloop.units import Text
from backloop.web.store.agreements import LineDecision
from backloop.web.store.events import library_in_use
from backloop.web.store.nouns import Nouns

__all__ = ["Proposal", "agree", "propose"]

_DAYS = 7


@dataclass(frozen=True)
class Proposal:
    """What the core proposes at a visit, with what a decision on it is held against."""

    nouns: Nouns
    plan: Plan
    profile: Profile
    record: Record
    screening: Screening
    decision: RecordedDecision
    wishes: Wishes
    library: Library

    @property
    def fingerprint(self) -> str:
        """What tells whether the proposal is still the one somebody looked at."""
        return sha256(self.plan.model_dump_json().encode()).hexdigest()

    def prescription(self, treatment: str) -> Prescription | None:
        """Give a proposed treatment."""
        return next((each for each in self.plan.prescriptions if each.intervention == treatment), None)

    def considered(self, treatment: str) -> Considered | None:
        """Give a treatment that was weighed and not chosen."""
        return next((each for each in self.plan.considered if each.intervention == treatment), None)


def propose(subject: str, *, session_id: str = "") -> Proposal | None:
    """Give what the core proposes for a patient at a visit.

    Parameters
    ----------
    subject : str
        The patient's code.
    session_id : str
        The visit; the latest if not given.

    Returns
    -------
    Proposal or None
        None while there is no visit.
    """
    nouns, library = Nouns(subject), library_in_use()
    record, profile, plan = nouns.record, nouns.profile(session_id), nouns.plan(session_id)
    if record is None or profile is None or plan is None:
        return None
    standing = stand(record, profile)
    return Proposal(
        nouns=nouns,
        plan=plan,
        profile=profile,
        record=record,
        screening=screen(record, profile, library=library),
        decision=RecordedDecision.of(standing),
        wishes=Wishes.of(standing),
        library=library,
    )


def agree(proposal: Proposal, lines: Mapping[str, LineDecision]) -> Plan:
    """Put the plan together that the line decisions give.

    Parameters
    ----------
    proposal : Proposal
        What is proposed today.
    lines : mapping of str to LineDecision
        What was decided, by treatment; what is not among them stands as proposed.

    Returns
    -------
    Plan
        Every treatment is in it once; what was left out is considered, with the clinician's reason.
    """
    plan, kept, left = proposal.plan, [], []
    for each in plan.prescriptions:
        line = lines.get(each.intervention)
        if line is not None and line.choice == "left out":
            left.append(_left_out(each, line))
        else:
            kept.append(each if line is None or line.dose is None else each.model_copy(update={"dose": line.dose}))
    added = {name: line for name, line in lines.items() if line.choice == "added" and proposal.considered(name)}
    for line in added.values():
        kept.append(_add(proposal, line, kept))
    mode, why = (plan.mode, plan.mode_reason) if plan.mode else choose_mode(proposal.profile)
    return plan.model_copy(
        update={
            "prescriptions": tuple(kept),
            "considered": (*left, *(each for each in plan.considered if each.intervention not in added)),
            "burden": _burden(plan.burden, kept),
            "mode": mode if kept else None,
            "mode_reason": why if kept else None,
        }
    )


def _left_out(each: Prescription, line: LineDecision) -> Considered:
    why = Reason(text=Text(en=f"Left out by the clinician: {line.reason}", zh=f"临床医师决定不采用：{line.reason}"))
    return Considered(
        intervention=each.intervention, title=each.title, role=each.role, reasons=(why,), steps=each.steps
    )


def _add(proposal: Proposal, line: LineDecision, kept: list[Prescription]) -> Prescription:
    """Make a treatment's line out of its book; practice at home gets what the others leave of the day."""
    book, found = proposal.library.intervention(line.intervention), proposal.considered(line.intervention)
    taken = sum(each.dose.home_minutes or 0.0 for each in kept)
    left = max(proposal.plan.burden.most_home_minutes / _DAYS - taken, 0.0)
    why = Reason(text=Text(en=f"Added by the clinician: {line.reason}", zh=f"临床医师决定增加：{line.reason}"))
    verdicts = {each.mechanism: each.verdict.value for each in proposal.profile.supports}
    titles = proposal.library.shelf("mechanisms")
    return Prescription(
        intervention=book.id,
        title=book.title,
        plain=book.plain,
        role=Role.ADJUNCT if found is None else found.role,
        strands=tuple(strand.id for strand in book.strands),
        strand_titles=tuple(strand.title for strand in book.strands),
        stages=book.stages,
        dose=fit_dose(book.dose, minutes_a_day=left, willing=proposal.wishes.willing),
        targets=tuple(
            Target(
                mechanism=aim.mechanism,
                title=titles[aim.mechanism].title,
                verdict=verdicts.get(aim.mechanism, "cannot say"),
                link=aim.link,
            )
            for aim in book.acts_on
        ),
        reasons=(why, *(found.reasons if found else ())),
        evidence=order_evidence(book.evidence),
        conflicts=find_conflicts(book),
        guidelines=book.guidelines,
        harms=book.harms,
        cautions=proposal.screening.cautions.get(book.id, ()),
        stop_rules=book.stop_rules,
        certainty=book.certainty,
        references=book.references,
        progressions=book.progressions,
        monitoring=book.monitoring,
        steps=found.steps if found else (),
    )


def _burden(proposed: Burden, kept: list[Prescription]) -> Burden:
    doses, titles = [each.dose for each in kept], {each.title for each in kept}
    return proposed.model_copy(
        update={
            "clinic_visits": max((dose.clinic_per_week or 0.0 for dose in doses), default=0.0),
            "clinic_minutes": sum((dose.clinic_per_week or 0.0) * (dose.clinic_minutes or 0.0) for dose in doses),
            "home_minutes": sum((dose.home_per_week or 0.0) * (dose.home_minutes or 0.0) for dose in doses),
            "not_stated": tuple(title for title in proposed.not_stated if title in titles),
        }
    )
