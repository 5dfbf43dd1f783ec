"""The pain drawing in a real Chromium: painted, erased, chosen by keyboard, saved by itself; axe in both modes."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

Visit = Callable[..., Any]
BOTH_WAYS = pytest.mark.parametrize(("lang", "size"), [("zh", "phone"), ("en", "desktop")])
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
SAVED = {"zh": "已保存：", "en": "Saved: "}


def _visit_of(clinician: Any, name: str) -> str:
    page = clinician.go(f"/clinic/patients/{clinician.served.codes[name]}/")
    links = page.locator("a[href*='/visits/ses-']")
    found = {link.get_attribute("href") for link in links.all()}
    return max(re.sub(r"(/visits/ses-[^/]+/).*", r"\1", each or "") for each in found)


def _canvas(page: Page) -> Locator:
    return page.locator("[data-figure]:not([hidden]) [data-canvas]")


def _stroke(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a line on the figure that is open, in shares of its frame."""
    _canvas(page).scroll_into_view_if_needed()
    box = _canvas(page).bounding_box()
    assert box
    spots = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*spots[0])
    page.mouse.down()
    page.mouse.move(*spots[1], steps=12)
    page.mouse.up()


@BOTH_WAYS
def test_a_drawing_is_painted_and_chosen(visit: Visit, lang: str, size: str):
    """A clinician paints the low back, erases and undoes, chooses a region by keyboard, and reads the result."""
    clinician = visit("clinician", lang=lang, size=size)
    where = _visit_of(clinician, "陈淑芬")
    page = clinician.go(where)
    page.click("a[href$='/drawing/']")
    page.wait_for_url("**/drawing/")
    page.set_viewport_size(SIZES[size])
    page.click("#view-back [data-clear]")

    _stroke(page, (0.40, 0.40), (0.60, 0.40))
    _stroke(page, (0.42, 0.46), (0.58, 0.46))
    lines = page.locator("#view-back [data-paint] polyline")
    expect(lines).to_have_count(2)
    expect(page.locator("[data-state]")).to_contain_text(SAVED[lang])
    page.check("input[name=size][value=eraser]")
    _stroke(page, (0.5, 0.47), (0.52, 0.47))
    expect(lines).to_have_count(1)
    page.click("#view-back [data-undo]")
    expect(lines).to_have_count(2)
    clinician.look(f"drawing-brush-{size}-{lang}")

    page.check("input[name=mode][value=region]")
    page.click("[role=tab][data-view=left]")
    region = page.locator("#view-left .region[data-region=hip-side-left]")
    region.focus()
    page.keyboard.press("Space")
    expect(region).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#view-left input[value=hip-side-left]")).to_be_checked()
    page.keyboard.press("Enter")
    expect(region).to_have_attribute("aria-pressed", "false")
    region.click()
    expect(region).to_have_attribute("aria-pressed", "true")
    clinician.look(f"drawing-regions-{size}-{lang}")
    page.locator("[role=tab][data-view=left]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#view-right")).to_be_visible()

    page.click("form.drawing .end button")
    page.wait_for_url("**/drawing/result/")
    clinician.look()
    expect(page.locator(".pictures svg[role=img]").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("左髋外侧" if lang == "zh" else "outer side of the left hip")

    page = clinician.go(f"{where}drawing/")
    expect(lines).to_have_count(2)
    page.check("input[name=nowhere]")
    expect(lines).to_have_count(0)
    expect(page.locator("[data-state]")).to_contain_text("无疼痛" if lang == "zh" else "no pain anywhere")


@BOTH_WAYS
def test_two_drawings_stand_side_by_side(visit: Visit, lang: str, size: str):
    """The result of a later visit shows both drawings, the numbers of both, and what is no longer drawn."""
    clinician = visit("clinician", lang=lang, size=size)
    where = _visit_of(clinician, "Ben Sample")
    page = clinician.go(f"{where}drawing/result/", f"drawing-result-{size}-{lang}")
    expect(page.locator("#before")).to_be_visible()
    expect(page.locator("svg[role=img]")).to_have_count(8)
    expect(page.locator("tbody tr").first.locator("td").nth(2)).to_contain_text("-")


def test_a_drawing_survives_a_lost_line(visit: Visit):
    """While the clinic cannot be reached the page says so, tries again by itself, and writes the drawing once."""
    clinician = visit("clinician", lang="en")
    where = _visit_of(clinician, "陈淑芬")
    page = clinician.go(f"{where}drawing/")
    faults = len(clinician.faults)
    lost = []
    page.route("**/drawing/", lambda route: (lost.append(1), route.abort()) if len(lost) < 1 else route.continue_())
    page.check("input[name=mode][value=region]")
    page.locator("#view-back .region[data-region=sacrum]").click()
    expect(page.locator("[data-state]")).to_contain_text("trying again")
    expect(page.locator("[data-state]")).to_contain_text("Saved: ", timeout=15_000)
    assert lost
    del clinician.faults[faults:]  # the browser reports the request that was cut on purpose


def _swipe(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw with a finger: real touches, which the browser would scroll with if the figure let it."""
    box = _canvas(page).bounding_box()
    assert box
    fingers = page.context.new_cdp_session(page)
    fingers.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for step in range(11):
        share = [a + (b - a) * step / 10 for a, b in zip(start, end, strict=True)]
        spot = {"x": box["x"] + share[0] * box["width"], "y": box["y"] + share[1] * box["height"]}
        kind = "touchMove" if step else "touchStart"
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [spot]})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@BOTH_WAYS
def test_a_finger_paints_and_does_not_scroll(visit: Visit, lang: str, size: str):
    """A finger drawn down the leg leaves one stroke, and the page stays where it is."""
    clinician = visit("clinician", lang=lang, size=size)
    page = clinician.go(f"{_visit_of(clinician, 'Anna Example')}drawing/")
    page.set_viewport_size(SIZES[size])
    page.click("#view-back [data-clear]")
    _canvas(page).scroll_into_view_if_needed()
    page.evaluate("() => document.querySelector('#view-back').scrollIntoView()")
    before = page.evaluate("() => window.scrollY")
    _swipe(page, (0.4, 0.3), (0.4, 0.6))
    expect(page.locator("#view-back [data-paint] polyline")).to_have_count(1)
    assert page.evaluate("() => window.scrollY") == before
    expect(page.locator("[data-state]")).to_contain_text(SAVED[lang])
    points = json.loads(page.input_value("input[name=marks]"))["strokes"][0]["points"]
    assert points[-1][1] - points[0][1] == pytest.approx(0.3, abs=0.02)


@BOTH_WAYS
def test_a_patient_opens_the_drawing(visit: Visit, lang: str, size: str):
    """From today's page the patient opens the drawing of the assessment that is due, and paints."""
    patient = visit("patient", lang=lang, size=size)
    page = patient.go("/patient/")
    page.click("form[action='/patient/draw/'] button")
    page.wait_for_url("**/patient/drawing/")
    page.set_viewport_size(SIZES[size])
    page.click("#view-back [data-clear]")
    _stroke(page, (0.45, 0.42), (0.55, 0.42))
    expect(page.locator("[data-state]")).to_contain_text(SAVED[lang])
    patient.look()
    page.click("form.drawing .end button")
    page.wait_for_url("**/patient/drawing/result/")
    patient.look()
