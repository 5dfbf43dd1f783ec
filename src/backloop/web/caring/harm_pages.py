"""The page of harms: what hurt or went wrong, how it is related to the treatment, and which are closed.

Decides what is written down; a judgement is the clinician's, with a reason, and nothing is overwritten.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from backloop.units import Text
from backloop.web.caring.forms import CloseForm, HarmForm, RelateForm
from backloop.web.caring.opening import Care, open_care
from backloop.web.look.wordings import say_now
from backloop.web.people.acting import correct_for, record_for
from backloop.web.people.guarding import audience
from backloop.web.people.roles import Role
from backloop.web.store.events import StandingEvent
from backloop.web.store.kinds import Decision, Harm

__all__ = ["judge_harm", "show_harms"]

_ALERT = "alert"
_REFUSED = 422
_REPORTED = Text(en="The harm is written down.", zh="不良事件已记录。")
_JUDGED = Text(en="The judgement is written down.", zh="判断已记录。")
_CLOSED = Text(en="The harm is closed.", zh="不良事件已关闭。")
_INCOMPLETE = Text(en="Give a reason, then send again.", zh="请填写理由后重新提交。")
_GONE = Text(en="There is no such harm here.", zh="此处没有该不良事件。")
_SOONER = Text(
    en="It cannot have ended before it began, nor in the future.", zh="结束日期不能早于开始日期，也不能晚于今天。"
)


@dataclass(frozen=True)
class _Row:
    """One harm as it stands, with the decision that closed it and the forms to judge it."""

    standing: StandingEvent
    harm: Harm
    closed: Decision | None
    relate: RelateForm
    close: CloseForm


@audience(Role.CLINICIAN)
def show_harms(request: HttpRequest, code: str) -> HttpResponse:
    """Show the harms, and write down a new one."""
    care = open_care(request, code)
    form = HarmForm(request.POST or None, today=care.today, initial={"began": care.today})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        uid = told.pop("uid")
        record_for(request, care.patient, Harm(**told), uid=uid)
        messages.success(request, say_now(_REPORTED))
        return redirect("caring:harms", code)
    rows = _rows(care)
    status = _REFUSED if request.method == "POST" else 200
    return care.page(
        "harms",
        status=status,
        form=form,
        open_rows=[row for row in rows if row.closed is None],
        closed_rows=[row for row in rows if row.closed is not None],
    )


@audience(Role.CLINICIAN)
@require_POST
def judge_harm(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Judge how a harm is related to the treatment, or close it; both need a reason."""
    care = open_care(request, code, is_look=False)
    row = next((row for row in _rows(care) if row.standing.event.seq == number), None)
    if row is None:
        messages.error(request, say_now(_GONE))
        return redirect("caring:harms", code)
    done = _close(care, row) if request.POST.get("close") else _relate(care, row)
    messages.success(request, say_now(done)) if done in {_JUDGED, _CLOSED} else messages.error(request, say_now(done))
    return redirect("caring:harms", code)


def _relate(care: Care, row: _Row) -> Text:
    form = RelateForm(care.request.POST)
    if not form.is_valid():
        return _INCOMPLETE
    told = form.cleaned_data
    judged = row.harm.model_copy(update={"relatedness": told["relatedness"], "serious": told["serious"]})
    correct_for(care.request, care.patient, row.standing.event, replacement=judged, why=told["reason"])
    return _JUDGED


def _close(care: Care, row: _Row) -> Text:
    form = CloseForm(care.request.POST)
    if not form.is_valid():
        return _INCOMPLETE
    told, event = form.cleaned_data, row.standing.event
    ended = told["ended"]
    if ended is not None and not row.harm.began <= ended <= care.today:
        return _SOONER
    decision = Decision(about=_ALERT, choice="closed", reason=told["reason"], content={"alert": f"harm:{event.seq}"})
    with transaction.atomic():
        if ended is not None and ended != row.harm.ended:
            after = row.harm.model_copy(update={"ended": ended})
            correct_for(care.request, care.patient, event, replacement=after, why=told["reason"])
        record_for(care.request, care.patient, decision, why=told["reason"], uid=told["uid"])
    return _CLOSED


def _rows(care: Care) -> list[_Row]:
    decisions = [each.noun for each in care.standing("decision", about=[_ALERT])]
    closing = {
        each.content.get("alert", ""): each
        for each in decisions
        if isinstance(each, Decision) and each.choice == "closed"
    }
    return [
        _Row(
            standing=each,
            harm=each.noun,
            closed=closing.get(f"harm:{each.event.seq}"),
            relate=RelateForm(
                initial={"relatedness": each.noun.relatedness or "possible", "serious": each.noun.serious},
                auto_id=f"relate-{each.event.seq}-%s",
            ),
            close=CloseForm(initial={"ended": each.noun.ended}, auto_id=f"close-{each.event.seq}-%s"),
        )
        for each in reversed(care.standing("harm"))
        if isinstance(each.noun, Harm)
    ]
