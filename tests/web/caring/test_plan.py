"""The plan: decided line by line with reasons, signed and frozen; what must not be overridden is not."""

import re
from typing import Any

import pytest

from backloop.record import Observation, Session
from backloop.web.people.making import MAKER
from backloop.web.store.agreements import SignedPlan
from backloop.web.store.events import add_event, add_events
from backloop.web.store.models import Event
from backloop.web.store.nouns import plan_of

pytestmark = pytest.mark.django_db


def _signed(code: str) -> list[SignedPlan]:
    events = Event.objects.filter(subject=code, kind="decision", code="plan").order_by("seq")
    return [SignedPlan.model_validate(event.noun.content) for event in events]


def _lines(code: str) -> list[tuple[str, str]]:
    events = Event.objects.filter(subject=code, code="plan-line").order_by("seq")
    return [(event.noun.content["intervention"], event.noun.choice) for event in events]


def _decide_on_research(code: str, treatment: str) -> None:
    told = {"01": treatment, "02": "physician AB", "03": "asked for it", "04": 1}
    book = "treatment-decisions"
    items = [
        Observation(session_id="ses-w12", kind="response", book=book, item=f"{book}_{n}", value=value)
        for n, value in told.items()
    ]
    add_events(MAKER, code, items)


def test_signing_freezes_the_plan_with_its_lines_and_books(desk: Any):
    """What is signed is what was proposed and accepted, with the edition of the books and the first day."""
    proposed = plan_of(desk.code)
    desk.sign_as_proposed()
    (signed,) = _signed(desk.code)

    assert signed.plan == proposed
    assert {line.choice for line in signed.lines} == {"accepted"}
    assert signed.plan.because.edition in desk.see("plan/")
    assert "proposal is what was signed" in desk.see("plan/")


def test_nothing_is_signed_while_a_line_is_open(desk: Any):
    """The page names the lines that are not decided yet, and a forged signature is refused."""
    assert "Not decided yet" in desk.see("plan/")
    assert desk.sign().status_code == 422
    assert _signed(desk.code) == []


def test_leaving_out_needs_a_reason(desk: Any):
    """Without a reason the override is refused in words; with one it stands and is signed."""
    treatment = plan_of(desk.code).prescriptions[1].intervention
    refused = desk.decide(treatment, "left out")

    assert (refused.status_code, "Say why" in refused.content.decode()) == (422, True)
    assert desk.decide(treatment, "left out", reason="does not want hands-on care").status_code == 302
    desk.sign_as_proposed()
    (signed,) = _signed(desk.code)
    assert treatment not in {each.intervention for each in signed.plan.prescriptions}
    left = next(each for each in signed.plan.considered if each.intervention == treatment)
    assert "does not want hands-on care" in left.reasons[0].text.en


def test_a_dose_beyond_its_ceiling_is_refused(desk: Any):
    """The words name the ceiling; a dose within it is signed as changed."""
    proposed = plan_of(desk.code).prescriptions[0]
    beyond = proposed.dose.ceiling_home_per_week + 1
    refused = desk.decide("resolve", "changed", reason="keen", home_per_week=beyond)

    assert refused.status_code == 422
    assert f"beyond the ceiling of {proposed.dose.ceiling_home_per_week:g}" in refused.content.decode()
    assert desk.decide("resolve", "changed", reason="little time", home_per_week=2).status_code == 302
    desk.sign_as_proposed()
    (signed,) = _signed(desk.code)
    assert (signed.plan.prescriptions[0].dose.home_per_week, signed.lines[0].reason) == (2, "little time")
    assert signed.plan.burden.home_minutes < plan_of(desk.code).burden.home_minutes


def test_an_unchanged_change_and_a_silent_change_are_refused(desk: Any):
    """A change names an amount and a reason."""
    assert "Nothing was changed" in desk.decide("resolve", "changed", reason="why not").content.decode()
    assert "Say why" in desk.decide("resolve", "changed", home_per_week=2).content.decode()
    assert _lines(desk.code) == []


def test_a_red_flag_blocks_everything(referred: Any):
    """A plan that says refer can be neither decided nor signed nor filled by adding; the page says why."""
    page = referred.see("plan/")
    added = referred.decide("resolve", "added", reason="I know better")
    signed = referred.sign(fingerprint="0" * 64)

    assert "A red flag is not overridden" in page
    assert (added.status_code, signed.status_code) == (422, 422)
    assert "A red flag is not overridden" in signed.content.decode()
    assert (_lines(referred.code), _signed(referred.code)) == ([], [])


def test_an_absolute_contraindication_is_not_overridden(desk: Any):
    """What is contraindicated offers no override, and a forged one is refused with the contraindication named."""
    add_event(
        MAKER,
        desk.code,
        Observation(session_id="ses-w12", kind="response", book="tms-screen", item="tms-screen_01", value=1),
    )
    barred = [each.intervention for each in plan_of(desk.code).considered if each.role.value == "contraindicated"]
    answer = desk.decide(barred[0], "added", reason="I know better")

    assert answer.status_code == 422
    assert "An absolute contraindication is not overridden" in answer.content.decode()
    assert "This cannot be overridden" in desk.see("plan/")


def test_research_only_needs_the_recorded_decision(desk: Any):
    """Without the worksheet it is refused; with it the treatment is proposed and may be accepted."""
    refused = desk.decide("pemf", "added", reason="wants it")
    assert refused.status_code == 422
    assert "recorded decision" in refused.content.decode()

    _decide_on_research(desk.code, "pemf")
    assert "pemf" in {each.intervention for each in plan_of(desk.code).prescriptions}
    assert desk.decide("pemf").status_code == 302


def test_the_recorded_decision_answers_no_contraindication(desk: Any):
    """A research-only treatment whose absolute contraindications nobody asked about is refused with the questions."""
    _decide_on_research(desk.code, "rtms-m1")
    answer = desk.decide("rtms-m1")

    assert answer.status_code == 422
    assert "tms-screen_07" in answer.content.decode()


def test_a_sham_is_never_added(desk: Any):
    """A comparator of trials is refused in words."""
    answer = desk.decide("sham-laser", "added", reason="try")

    assert (answer.status_code, _lines(desk.code)) == (422, [])
    assert "never given as a treatment" in answer.content.decode()


def test_a_left_out_treatment_may_be_added_with_a_reason(desk: Any):
    """What was weighed and not chosen enters with the clinician's reason, its own book's dose and its audit."""
    plan = plan_of(desk.code)
    shelf = [each.intervention for each in plan.considered if each.role.value in {"adjunct", "not feasible"}]
    assert desk.decide(shelf[0], "added").status_code == 422
    taken = next(name for name in shelf if desk.decide(name, "added", reason="helped before").status_code == 302)
    desk.sign_as_proposed()
    (signed,) = _signed(desk.code)
    added = next(each for each in signed.plan.prescriptions if each.intervention == taken)
    assert "helped before" in added.reasons[0].text.en
    assert added.harms
    assert len(signed.plan.prescriptions) + len(signed.plan.considered) == len(plan.prescriptions) + len(
        plan.considered
    )


def test_the_signed_plan_stays_when_answers_change(desk: Any):
    """New answers change the proposal and are told as differences; what was signed does not move."""
    desk.sign_as_proposed()
    before = _signed(desk.code)
    visit = Session(session_id="ses-w13", order=9, week=13)
    flag = Observation(session_id="ses-w13", kind="response", book="red-flags", item="red-flags_01", value=1)
    add_events(MAKER, desk.code, (visit, flag))
    page = desk.see("plan/")

    assert _signed(desk.code) == before
    assert "act before the next session" in page
    assert plan_of(desk.code).status is not before[0].plan.status


def test_a_plan_that_moved_since_the_page_was_opened_is_not_signed(desk: Any):
    """The signature names the proposal it was given on."""
    desk.browser.post(desk.at("plan/line/"), {"all": "1"})
    answer = desk.sign(fingerprint="0" * 64)

    assert (answer.status_code, "has changed since" in answer.content.decode()) == (422, True)


def test_signing_twice_with_one_uid_signs_once(desk: Any):
    """A form sent twice is one signature."""
    desk.browser.post(desk.at("plan/line/"), {"all": "1"})
    shown = re.search(r'name="fingerprint" value="(\w+)"', desk.see("plan/"))
    told = {"uid": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "fingerprint": shown[1]}
    assert [desk.sign(**told).status_code, desk.sign(**told).status_code] == [302, 302]
    assert len(_signed(desk.code)) == 1


def test_an_open_safety_question_is_named(unasked: Any):
    """A plan that cannot say names what must be answered, and is not signed."""
    unasked.browser.post(unasked.at("plan/line/"), {"all": "1"})
    page, answer = unasked.see("plan/"), unasked.sign(fingerprint="0" * 64)

    assert plan_of(unasked.code).status.value == "cannot say"
    assert "Answer them first" in page
    assert "red-flags_01" in page
    assert (answer.status_code, _signed(unasked.code)) == (422, [])


def test_the_evidence_dossier_is_a_sandbox(desk: Any):
    """Forest plots open as a document of their own that runs nothing."""
    answer = desk.browser.get(desk.at("plan/evidence/resolve/"))

    assert answer.status_code == 200
    assert "sandbox" in answer["Content-Security-Policy"]
    assert desk.browser.get(desk.at("plan/evidence/no-such/")).status_code == 404


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_the_page_speaks_both_languages(desk: Any, lang: str):
    """Status, roles, audit and refusal are in the reader's language."""
    desk.browser.cookies["language"] = lang
    page = desk.see("plan/")
    wanted = ("What guidelines say", "Audit") if lang == "en" else ("指南立场", "逐条规则审核")

    assert all(words in page for words in wanted)
    assert "style=" not in page.split("<main")[1]
