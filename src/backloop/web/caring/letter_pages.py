"""The pages of the letters: to the patient and to clinicians, in both languages, to read, print and send.

Decides which nouns go into a letter and that what was sent is kept as it was; the words are the letters'.
"""

from hashlib import sha256
from typing import cast, get_args

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from backloop.follow import Course, review_measures
from backloop.letters import letter
from backloop.measure import Measures
from backloop.plan import Plan, Status
from backloop.profile import Profile
from backloop.record import Session
from backloop.train import Programme
from backloop.units import Language, Text
from backloop.web.caring.opening import Care, open_care
from backloop.web.keeping.mailing import tell_by_mail
from backloop.web.look.sheets import serve_sheet
from backloop.web.look.wordings import say_now
from backloop.web.people.acting import record_for
from backloop.web.people.guarding import audience
from backloop.web.people.roles import Role
from backloop.web.store.agreements import PROGRAMME, Signing, programme_in_force
from backloop.web.store.events import library_in_use
from backloop.web.store.kinds import Decision, Message
from backloop.web.store.reading import looks_of

__all__ = ["LETTER", "print_letter", "send_letter", "show_letter"]

LETTER = "letter"
"""What a decision to send a letter is about."""

_READERS = ("patient", "clinician")
_READY = Text(en="A letter for you is ready. You find it under Letters.", zh="给您的信已写好，可在“信件”中查看。")
_SENT = Text(en="The letter was sent to the patient's side and kept as it is.", zh="信件已发送至患者端，并按原样保存。")
_NOT_SENT = Text(
    en="Only letters to the patient are sent to the patient's side; print or save this one.",
    zh="只有给患者的信会发送至患者端；本信请打印或保存。",
)
_FIRST_VISIT = Text(en="There is no visit to write about yet.", zh="尚无就诊，无法写信。")


@audience(Role.CLINICIAN)
def show_letter(request: HttpRequest, code: str, reader: str, lang: str) -> HttpResponse:
    """Show what a letter would hold, which were sent, and how to read, print and send it."""
    _check(reader, lang)
    care = open_care(request, code)
    at = care.visit(request.GET.get("visit", ""))
    sent = care.standing("decision", about=[LETTER])
    content = _content(care, at, reader) if at else ()
    kinds = [type(noun).__name__ for noun in content]
    opened = {f"patient:letter:{each.event.seq}": each for each in sent}
    looks = looks_of(care.patient.code, roles=(Role.PATIENT,), what=tuple(opened))[::-1]
    read = {opened[each.what].event.seq: each.at for each in looks}
    letters = [(each, read.get(each.event.seq)) for each in reversed(sent)]
    return care.page("letter", at=at, reader=reader, letter_lang=lang, kinds=kinds, sent=letters)


@audience(Role.CLINICIAN)
def print_letter(request: HttpRequest, code: str, reader: str, lang: str) -> HttpResponse:
    """Give the letter itself, to print or save; or one that was sent, as it was."""
    _check(reader, lang)
    care = open_care(request, code)
    number = request.GET.get("sent", "")
    if number:
        return serve_sheet(_sent_before(care, number))
    at = care.visit(request.GET.get("visit", ""))
    if at is None:
        messages.info(request, say_now(_FIRST_VISIT))
        return redirect("caring:letter", code, reader, lang)
    name = f"letter-{reader}-{lang}-{at.session_id}.html" if request.GET.get("save") else ""
    return serve_sheet(_write(care, at, reader, lang), name=name)


@audience(Role.CLINICIAN)
@require_POST
def send_letter(request: HttpRequest, code: str, reader: str, lang: str) -> HttpResponse:
    """Put a letter on the patient's side: the letter is kept as it was sent, and a message says that it is there."""
    _check(reader, lang)
    care = open_care(request, code, is_look=False)
    at = care.visit(request.POST.get("visit", ""))
    page = reverse("caring:letter", args=[code, reader, lang])
    if at is None or reader != "patient":
        messages.error(request, say_now(_FIRST_VISIT if at is None else _NOT_SENT))
        return redirect(page)
    document = _write(care, at, reader, lang)
    content = {"reader": reader, "lang": lang, "html": document, "sha256": sha256(document.encode()).hexdigest()}
    decision = Decision(about=LETTER, choice="sent", session_id=at.session_id, content=content)
    words = Message(to="patient", words=_READY.say(cast("Language", lang)))
    with transaction.atomic():
        record_for(request, care.patient, decision)
        record_for(request, care.patient, words)
    tell_by_mail(care.patient)
    messages.success(request, say_now(_SENT))
    return redirect(f"{page}?visit={at.session_id}")


def _check(reader: str, lang: str) -> None:
    if reader not in _READERS or lang not in get_args(Language):
        raise Http404


def _sent_before(care: Care, number: str) -> str:
    for each in care.standing("decision", about=[LETTER]):
        if isinstance(each.noun, Decision) and str(each.event.seq) == number:
            return str(each.noun.content["html"])
    raise Http404


def _write(care: Care, at: Session, reader: str, lang: str) -> str:
    said, tongue = _content(care, at, reader), cast("Language", lang)
    return letter(said, reader="patient" if reader == "patient" else "clinician", lang=tongue, library=library_in_use())


def _content(care: Care, at: Session, reader: str) -> tuple[Measures | Profile | Plan | Programme | Course, ...]:
    """Give what a letter about a visit holds, with what was measured up to then."""
    library = library_in_use()
    measures, profile = care.nouns.measures, care.nouns.profile(at.session_id)
    if measures is None or profile is None or care.record is None:
        return ()
    until = {visit.session_id for visit in measures.sessions if visit.order <= at.order}
    seen = measures.model_copy(
        update={
            "sessions": tuple(visit for visit in measures.sessions if visit.session_id in until),
            "measures": tuple(each for each in measures.measures if each.session_id in until),
        }
    )
    course = review_measures(seen, language=care.record.participant.language, library=library)
    return (seen, profile, *_agreed(care, at, until, reader), *([course] if len(until) > 1 else []))


def _agreed(care: Care, at: Session, until: set[str], reader: str) -> tuple[Plan | Programme, ...]:
    """Give the plan as signed by then; an unsigned one reaches a patient only where safety comes first."""
    proposed = care.nouns.plan(at.session_id)
    if proposed is not None and proposed.status is Status.REFER:
        return (proposed,)
    signed = [signing for signing in care.signed if signing.signed.plan.session_id in until]
    if signed:
        programme = _programme(care, signed[-1])
        return (signed[-1].signed.plan, *([programme] if programme else []))
    if proposed is None or (reader == "patient" and proposed.status is not Status.CANNOT_SAY):
        return ()
    return (proposed,)


def _programme(care: Care, signing: Signing) -> Programme | None:
    if signing is not care.signed[-1]:
        return None
    return programme_in_force(signing, care.standing("decision", about=[PROGRAMME]))
