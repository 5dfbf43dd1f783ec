"""The page of the course: outcomes over the visits, what changed and whether it matters, and any two visits compared.

Decides what stands on the page; every judgement and sentence comes from the core.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from backloop.follow import Change, Outcome, review_measures
from backloop.measure import Drawing, Measure
from backloop.record import Session
from backloop.web.caring.opening import Care, as_picture, open_care
from backloop.web.look.wordings import reader_language
from backloop.web.people.guarding import audience
from backloop.web.people.roles import Role
from backloop.web.store.drawings import draw_course
from backloop.web.store.events import library_in_use

__all__ = ["show_course"]


@dataclass(frozen=True)
class _Row:
    """One outcome: its value at every visit (None where it was not measured) and its latest change."""

    outcome: Outcome
    cells: list[Measure | None]
    last: Change | None

    @property
    def gaps(self) -> int:
        """At how many visits it was not measured."""
        return sum(cell is None for cell in self.cells)


@audience(Role.CLINICIAN)
def show_course(request: HttpRequest, code: str) -> HttpResponse:
    """Show how the outcomes went, and compare two visits where that is asked for."""
    care = open_care(request, code)
    course = care.nouns.course
    if course is None:
        return care.page("course")
    rows = [_lay(outcome, course.sessions) for outcome in course.outcomes]
    drawings = [each.noun for each in care.standing("drawing") if isinstance(each.noun, Drawing)]
    says_something = {drawing.session_id: drawing.is_answer for drawing in drawings}  # the last one stands
    marked = {signing.signed.plan.session_id for signing in care.signed}
    return care.page(
        "course",
        course=course,
        rows=rows,
        responders=[row for row in rows if row.last is not None and row.last.responder_30 is not None],
        picture=as_picture(draw_course(care.nouns, marked, reader_language())),
        drawn=[visit for visit in course.sessions if says_something.get(visit.session_id)],
        changes_of_plan=[(signing, care.visit(signing.signed.plan.session_id)) for signing in care.signed],
        **_compare(care),
    )


def _lay(outcome: Outcome, sessions: tuple[Session, ...]) -> _Row:
    values = {each.session_id: each for each in outcome.values}
    cells = [values.get(session.session_id) for session in sessions]
    return _Row(outcome, cells, outcome.changes[-1] if outcome.changes else None)


def _compare(care: Care) -> dict[str, Any]:
    """Compare any two visits: the course of these two alone."""
    first, second = (care.request.GET.get(name, "") for name in ("from", "to"))
    names = {visit.session_id for visit in care.record.sessions} if care.record else set()
    measures = care.nouns.measures
    if first == second or not {first, second} <= names or measures is None or care.record is None:
        return {"pair": None, "asked": (first, second)}
    sessions = tuple(visit for visit in measures.sessions if visit.session_id in {first, second})
    only = measures.model_copy(
        update={
            "sessions": sessions,
            "measures": tuple(each for each in measures.measures if each.session_id in {first, second}),
        }
    )
    language = care.record.participant.language
    pair = review_measures(only, language=language, library=library_in_use())
    return {"pair": pair, "pair_rows": [_lay(each, sessions) for each in pair.outcomes], "asked": (first, second)}
