"""Tests at the bedside in a real Chromium: led by keyboard, with clocks, zh and en, desk and telephone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

Visit = Callable[..., Any]
AT_THE_BEDSIDE = pytest.mark.parametrize(("lang", "size"), [("zh", "phone"), ("en", "desktop")])
LIMEN_MM = 12


def _visit_of(clinician: Any, name: str) -> str:
    """Open a new visit of somebody of the demonstration and give its address."""
    code = clinician.served.codes[name]
    page = clinician.page
    page.goto(f"/clinic/patients/{code}/")
    page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.click("form[action$='/visits/'] button")
    page.wait_for_url("**/visits/*/")
    return str(page.url.removeprefix(clinician.served.origin))


def _next_step(page: Page, key: str) -> None:
    place = page.locator("[data-step] input[name=place]").get_attribute("value")
    with page.expect_navigation():
        page.keyboard.press(key)
    expect(page.locator(f"[data-step] input[name=place][value='{place}']")).to_have_count(0)


def _feel(page: Page) -> str:
    """Answer as somebody who feels two points from the limen on."""
    found = re.match(r"[\d.]+", page.locator(".big").inner_text().strip())
    return "2" if found and float(found[0]) >= LIMEN_MM else "1"


@AT_THE_BEDSIDE
def test_two_points_by_keyboard(visit: Visit, lang: str, size: str):
    """Five runs by the keys 1 and 2, one step taken back with u, and a result that says what makes it doubtful."""
    clinician = visit("clinician", lang=lang, size=size)
    where = _visit_of(clinician, "陈淑芬")
    page = clinician.go(f"{where}test/two-point-lumbar/")
    page.fill("#id_place", "L3")
    page.select_option("#id_axis", "across")
    page.click("main form button:not([name])")
    page.wait_for_url("**/run/?site=L3+across")
    clinician.look()
    for _ in range(4):
        _next_step(page, _feel(page))
    clinician.look("two-point-desktop-en")
    step = page.locator("[data-step] input[name=place]").get_attribute("value")
    _next_step(page, _feel(page))
    with page.expect_navigation():
        page.keyboard.press("u")
    expect(page.locator(f"[data-step] input[name=place][value='{step}']")).to_have_count(1)
    clinician.look()
    while "/run/" in page.url:
        with page.expect_navigation():
            page.keyboard.press(_feel(page))
    expect(page.locator("[data-score='two-point-lumbar']")).to_have_text("15")
    clinician.look()
    page.goto(where)
    expect(
        page.locator("li", has=page.locator("a[href*='/test/two-point-lumbar/']")).locator(".state")
    ).to_contain_text("✓")


@AT_THE_BEDSIDE
def test_algometry_with_bar_and_pause(visit: Visit, lang: str, size: str):
    """Space moves the bar, the pause runs down by itself, and the unit that was read stays."""
    clinician = visit("clinician", lang=lang, size=size)
    where = _visit_of(clinician, "陈淑芬")
    page = clinician.go(f"{where}test/ppt-lumbar/")
    page.select_option("#id_side", "left")
    page.select_option("#id_unit", "kgf/cm2")
    page.fill("#id_rest", "1")
    page.click("main form button:not([name])")
    page.wait_for_url("**/run/?site=left")
    for number in range(3):
        page.locator("h1").click()
        page.keyboard.press("Space")
        expect(page.locator("[data-ramp] [data-face]")).not_to_have_text("0")
        page.keyboard.press("Space")
        page.fill("#value", f"2.{number}")
        if number == 1:
            expect(page.locator(".rest.over")).to_have_count(1)
            clinician.look()
        with page.expect_navigation():
            page.keyboard.press("Enter")
    expect(page.locator("[data-score='ppt-lumbar']")).to_have_text("205.94")
    assert page.locator("td", has_text="2.2 kgf/cm2").count() == 1
    clinician.look()


@AT_THE_BEDSIDE
def test_localisation_by_tapping(visit: Visit, lang: str, size: str):
    """Points are touched in the order shown and answered by tapping; the distance follows from the spacing."""
    clinician = visit("clinician", lang=lang, size=size)
    where = _visit_of(clinician, "陈淑芬")
    page = clinician.go(f"{where}test/tactile-localisation/")
    page.fill("#id_times", "1")
    page.fill("#id_spacing", "30")
    page.click("main form button:not([name])")
    page.wait_for_url("**/run/?site=")
    for number in range(9):
        if number == 3:
            clinician.look("localisation-phone-zh")
        with page.expect_navigation():
            page.click(".point.touched" if number else ".point:not(.touched) >> nth=0")
    assert float(page.locator("[data-score='tactile-localisation']").inner_text()) > 0
    clinician.look()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_clocks_letters_movements_and_the_table(visit: Visit, lang: str):
    """A stopwatch fills its field; letters, movements and the table to fill in by hand open without a fault."""
    clinician = visit("clinician", lang=lang)
    where = _visit_of(clinician, "陈淑芬")
    page = clinician.go(f"{where}test/biering-sorensen/")
    page.click("main form button:not([name])")
    page.wait_for_url("**/run/**")
    page.locator("h1").click()
    page.keyboard.press("Space")
    page.wait_for_timeout(400)
    page.keyboard.press("Space")
    assert 0.3 <= float(page.input_value("#value")) <= 5
    clinician.look()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"{where}test/graphaesthesia/")
    page.fill("#id_times", "5")
    page.click("main form button:not([name])")
    clinician.look()
    page.fill("#said", page.locator(".letter").inner_text())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".records tbody tr").count() == 1
    clinician.go(f"{where}test/luomajoki/run/?site=")
    clinician.go(f"{where}test/cpm/run/?site=&by=hand")
    clinician.go(f"{where}test/finger-floor/run/?site=")
    clinician.go(f"{where}test/finger-floor/result/?site=")
