"""The clinic as people use it, in a real Chromium: zh and en, desk and telephone, one demonstration for all.

Every page that is looked at is checked by axe in both sizes, and no script error or refused style is let pass.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

Visit = Callable[..., Any]
AT_THE_DESK = pytest.mark.parametrize(("lang", "size"), [("zh", "desktop"), ("en", "phone")])
IN_THE_HAND = pytest.mark.parametrize(("lang", "size"), [("zh", "phone"), ("en", "desktop")])
BOTH = pytest.mark.parametrize("lang", ["zh", "en"])
SAFETY = ("red-flags", "health-screen", "neuro-exam", "phq-9")


def _code(page: Page) -> str:
    found = re.search(r"/patients/([^/]+)/", page.url)
    assert found
    return found[1]


def _unfold(page: Page) -> None:
    page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def _enter_by_keyboard(page: Page, *, otherwise: dict[str, str] | None = None) -> None:
    """Enter a paper form: a digit for every answer, Enter to move on, no hand on the mouse."""
    rows = page.locator("ol.rows > li")
    rows.first.locator("input[type=radio]").first.focus()
    for at in range(rows.count()):
        row = rows.nth(at)
        name = (row.get_attribute("id") or "").removeprefix("row-")
        page.keyboard.press((otherwise or {}).get(name, "0"))
        expect(row.locator(".state")).to_contain_text("✓")
        page.keyboard.press("Enter")
    expect(page.locator("[data-entry] button").first).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")


@AT_THE_DESK
def test_from_a_new_patient_to_a_signed_plan(visit: Visit, lang: str, size: str):
    """A clinician enters a person, opens a visit, answers by keyboard, sees a red flag come and go, and signs."""
    clinician = visit("clinician", lang=lang, size=size)
    clinician.go("/clinic/", "worklist-desktop-zh")
    clinician.go(f"/clinic/patients/{clinician.served.codes['陈淑芬']}/", "patient-desktop-en")
    page = clinician.go("/clinic/new/")
    name = f"新 {lang}"
    for field, value in {"age": "46", "name": name, "phone": f"1380000{lang}", "form_care": "care-2026-1"}.items():
        page.fill(f"#id_{field}", value)
    page.check("#id_consent_care")
    page.check("#id_teams_0")
    page.click("main form button")
    page.wait_for_url("**/clinic/patients/*/")
    expect(page.locator("h1")).to_contain_text(name)
    clinician.look()
    code = _code(page)
    page.fill("#id_week", "0")
    page.click("form[action$='/visits/'] button")
    page.wait_for_url("**/visits/*/")
    clinician.look()
    where = page.url.removeprefix(clinician.served.origin)

    page = clinician.go(f"{where}red-flags/?mode=table")
    first = page.locator("ol.rows > li").first
    first.locator("input[type=radio]").first.focus()
    page.keyboard.press("1")
    expect(page.locator("#alarms .alarm").first).to_be_visible()
    clinician.look("red-flag-desktop-zh")
    page.keyboard.press("0")
    expect(page.locator("#alarms .alarm")).to_have_count(0)
    for book in SAFETY:
        page.goto(f"{where}{book}/?mode=table")
        _enter_by_keyboard(page, otherwise={"neuro-exam_03": "5"})
    clinician.look()
    page = clinician.go(f"{where}nrs/")
    page.keyboard.press("6")
    page.click("[data-entry] button")
    page.wait_for_load_state()
    clinician.look()

    page = clinician.go(f"/care/{code}/profile/")
    page = clinician.go(f"/care/{code}/plan/")
    page.click("form:has(input[name=all]) button")
    page.wait_for_load_state()
    clinician.look()
    page.click("form[action$='/plan/sign/'] button")
    page.wait_for_url("**/programme/")
    clinician.look()


def test_a_red_flag_stops_the_plan(visit: Visit):
    """Who has a red flag stands first on the list, and no plan can be signed for them."""
    clinician = visit("clinician", lang="en")
    page = clinician.go("/clinic/")
    first = page.locator("table.worklist tbody tr").first
    expect(first.locator(".level.today")).to_be_visible()
    first.locator("a").first.click()
    expect(page.locator(".alarm.today")).to_be_visible()
    clinician.look()
    page = clinician.go(f"/care/{_code(page)}/plan/")
    assert page.locator("form[action$='/plan/sign/']").count() == 0


@IN_THE_HAND
def test_a_week_of_a_patient(visit: Visit, lang: str, size: str):
    """A patient opens today, answers a questionnaire, practises, and tells of something that hurt."""
    patient = visit("patient", lang=lang, size=size)
    page = patient.go("/patient/", "today-phone-zh")
    page = patient.go("/patient/answer/nrs/?q=1")
    page.locator("input[name=answer][value='4']").check()
    page.click("form.question button:not(.quiet)")
    page.wait_for_load_state()
    patient.look()
    page = patient.go("/patient/answer/rmdq/?q=1", "question-phone-en")
    page.locator("input[name=answer]").nth(int(lang == "en")).check()
    expect(page.locator("#saved")).not_to_be_empty()
    page.click("form.question button:not(.quiet)")
    page.wait_for_url("**q=2")

    page = patient.go("/patient/practice/")
    if page.locator("input[name=step][value=check]").count():  # who came first today
        patient.speak("en")
        patient.go("/patient/practice/")
        patient.speak(lang)
        page = patient.go("/patient/practice/")
        page.locator("form.asks input[inputmode]").first.fill("3")
        for group in page.locator("form.asks fieldset").all():
            group.locator("input[type=radio]").nth(1).check()  # no
        page.click("form.asks button")
        page.wait_for_load_state()
        patient.look()
        page.check("input[name=done][value=done]")
        page.click("#done button")
        page.wait_for_load_state()
        patient.look()
    patient.go("/patient/practice/?again=1")

    page = patient.go("/patient/harm/")
    page.fill("[name=words]", "刺痛 a sharp pain")
    page.check("[name=severity][value=mild]")
    page.click("form.asks button")
    page.wait_for_url("**told=1")
    patient.look()


@AT_THE_DESK
def test_a_blinded_assessor_enters_and_sees_no_treatment(visit: Visit, lang: str, size: str):
    """An assessor of the trial opens a visit and enters pain; nothing tells what the person was treated with."""
    assessor = visit("assessor", lang=lang, size=size)
    page = assessor.go("/clinic/")
    code = assessor.served.codes["陈淑芬"]
    page = assessor.go(f"/clinic/patients/{code}/")
    told = page.locator("main").inner_text()
    assert not re.search(r"陈淑芬|刺痛|resolve|训练计划|方案|programme|signed|签署", told, re.IGNORECASE)
    _unfold(page)
    page.fill("#id_order", "9" if lang == "zh" else "10")
    page.click("form[action$='/visits/'] button")
    page.wait_for_url("**/visits/*/")
    where = assessor.look().url.removeprefix(assessor.served.origin)
    page = assessor.go(f"{where}nrs/")
    page.keyboard.press("5")
    page.click("[data-entry] button")
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("5")
    assessor.look()
    for closed in (f"/care/{code}/plan/", f"/care/{code}/programme/", f"/care/{code}/course/", f"/patient/for/{code}/"):
        assert page.request.get(closed).status in {403, 404}, closed


@AT_THE_DESK
def test_a_coordinator_screens_consents_and_allocates(visit: Visit, lang: str, size: str):
    """The coordinator takes a person from the screening to the next line of the concealed list."""
    coordinator = visit("coordinator", lang=lang, size=size)
    code = coordinator.served.codes["李晓红" if lang == "zh" else "刘洋"]
    page = coordinator.go("/research/")
    page = coordinator.go("/research/back-study/people/")
    if lang == "zh":
        page.fill("[name=code]", code)
        page.click("form.narrow button")
    else:
        page.goto(f"/research/back-study/people/{code}/")
    coordinator.look()
    page.click("form[action$='/eligible/'] button")
    page.wait_for_load_state()
    page.check("form[action$='/consented/'] [name=given][value=yes]")
    page.fill("form[action$='/consented/'] [name=form]", "RS-2026-1")
    page.click("form[action$='/consented/'] button")
    page.wait_for_load_state()
    coordinator.look()
    page.locator("form[action$='/allocated/'] select").select_option(index=1)
    page.click("form[action$='/allocated/'] button")
    page.wait_for_load_state()
    coordinator.look()
    assert page.locator("form[action$='/completed/']").count() == 1


def test_a_crash_loses_no_answer(visit: Visit):
    """The server is killed in the middle of a questionnaire; started again, every answer that was saved is there."""
    clinician = visit("clinician")
    code = clinician.served.codes["Ben Sample"]
    page = clinician.go(f"/clinic/patients/{code}/")
    _unfold(page)
    page.fill("#id_order", "20")
    page.click("form[action$='/visits/'] button")
    page.wait_for_url("**/visits/*/")
    page.goto(f"{page.url}red-flags/?mode=table")
    rows = page.locator("ol.rows > li")
    rows.first.locator("input[type=radio]").first.focus()
    for at in range(6):
        page.keyboard.press("0")
        expect(rows.nth(at).locator(".state")).to_contain_text("✓")
        page.keyboard.press("Enter")
    page.keyboard.press("0")
    clinician.served.kill()
    clinician.served.start()
    page.reload()
    clinician.faults.clear()  # what the browser said while nobody answered

    for at in range(6):
        assert rows.nth(at).locator("input[type=radio][value='0']").is_checked()
    assert not rows.nth(8).locator("input[type=radio]").first.is_checked()
    command = [sys.executable, "-m", "backloop", "clinic", "verify-audit", str(clinician.served.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "whole" in done.stdout) == (0, True)


@BOTH
def test_every_other_page_of_a_clinician(visit: Visit, lang: str):
    """The pages that no journey passes: list, story, profile, programme, course, letters, harms, one's account."""
    clinician = visit("clinician", lang=lang)
    codes = clinician.served.codes
    year, harm = codes["Clara Nobody"], codes["陈淑芬"]
    clinician.go("/")
    clinician.go("/me/")
    clinician.go(f"/clinic/patients/{harm}/identity/")
    clinician.go(f"/clinic/patients/{harm}/invite/")
    clinician.go(f"/care/{harm}/harms/")
    clinician.go(f"/care/{year}/profile/?visit=ses-w12&beside=ses-w00", "profile-desktop-zh")
    clinician.go(f"/care/{year}/course/", "course-desktop-en")
    clinician.go(f"/care/{harm}/programme/")
    clinician.go(f"/care/{harm}/letters/patient/{lang}/")
    clinician.go(f"/exchange/{harm}/")
    clinician.go(f"/recordings/{harm}/")
    for name in ("2fa/", "password/change/", "sessions/"):
        clinician.go(f"/account/{name}")


@BOTH
def test_every_other_page_of_a_patient_and_a_helper(visit: Visit, lang: str):
    """Diary, messages, letters, consents, own data, signs of danger; the helper's first page."""
    patient = visit("patient", lang=lang, size="phone")
    for name in ("now", "diary", "messages", "letters", "consents", "data"):
        patient.go(f"/patient/{name}/")
    helper = visit("helper", lang=lang, size="phone")
    helper.go("/patient/")
    helper.go(f"/patient/for/{helper.served.codes['王小明']}/")


@BOTH
def test_every_other_page_of_a_study(visit: Visit, lang: str):
    """Plan, visits and counts of the trial, as coordinator and as statistician."""
    coordinator = visit("coordinator", lang=lang)
    for name in ("", "design/", "visits/", "counts/"):
        coordinator.go(f"/research/back-study/{name}", "counts-desktop-en")
    statistician = visit("statistician", lang=lang)
    for name in ("", "report/"):
        statistician.go(f"/research/back-study/{name}")


@BOTH
def test_the_door_and_the_administration(visit: Visit, lang: str):
    """The page to sign in, and what a site's administrator sees."""
    visit(lang=lang).go("/account/login/")
    admin = visit("site-admin", lang=lang)
    for name in ("", "teams/", "invitations/", "studies/", "readers/", "audit/"):
        admin.go(f"/site/{name}")
