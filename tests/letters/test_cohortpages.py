"""The page of a group: who, how good, where values lie, what failed; nobody is compared."""

import re

import pytest

from backloop.errors import NothingToRead
from backloop.letters import cohort_page
from backloop.letters.strips import MarkerStrip, strip_picture
from backloop.panel import Panel, PanelProblem
from backloop.units import Text

WHY = Text(en="the image is cut short", zh="图像不完整")
LOST = PanelProblem(source="sub-31", reason=WHY, modality="bold")


@pytest.fixture(scope="module")
def people(panel) -> list[Panel]:
    """Five people whose values differ a little."""
    return [_like(panel, f"sub-{place}", 1 + 0.1 * place) for place in range(5)]


def _like(panel, name, factor):
    rows = []
    for row in panel.rows:
        value = None if row.reading.value is None else row.reading.value * factor
        reading = row.reading.model_copy(update={"participant_id": name, "value": value})
        rows.append(row.model_copy(update={"reading": reading}))
    return panel.model_copy(update={"participant_id": name, "rows": tuple(rows)})


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_shuts_nobody_out(people, page, lang):
    """The same care as for one person, in both languages."""
    assert [] == page(cohort_page(people, failures=[LOST], lang=lang)).faults()


def test_everybody_is_counted(people, page):
    """Who was read, who failed, who is made up, by kind of recording."""
    text = page(cohort_page(people, failures=[LOST])).text

    assert "5 read, 1 failed" in text
    assert "5 of them simulated" in text
    assert re.search(r"Resting functional MRI 5 15 5", text)


def test_quality_counts_once_a_recording(people, page):
    """A scan with many markers is one scan."""
    text = page(cohort_page(people)).text

    assert "mean head motion 0.120 (0.120 to 0.120) mm 5" in text


def test_values_have_their_spread(people, page):
    """Lowest, median and highest of every marker, also of its parts."""
    text = page(cohort_page(people)).text

    assert re.search(r"Nucleus accumbens volume mm³ .*? 5 1058 1270 1481", text)
    assert "slow-5" in text


def test_two_conventions_are_never_put_together(people, page):
    """The same marker by another tool's definition is a row of its own."""
    other = (
        people[4]
        .rows[0]
        .model_copy(update={"reading": people[4].rows[-1].reading.model_copy(update={"convention": "as c-pac"})})
    )
    mixed = [*people[:4], people[4].model_copy(update={"rows": (*people[4].rows[:-1], other)})]

    assert 1 == page(cohort_page(mixed)).text.count("as c-pac")


def test_failures_and_unread_recordings_are_told(people, page):
    """People without a panel, and recordings within one, each with the reason."""
    text = page(cohort_page(people, failures=[LOST])).text

    assert WHY.en in text
    assert 5 == text.count("the file is a web page saved under this name")


def test_a_group_of_failures_alone_has_a_page(page):
    """When nothing could be read, the page says why."""
    found = page(cohort_page([], failures=[LOST], lang="zh"))

    assert [] == found.faults()
    assert WHY.zh in found.text
    assert [] == found.all("svg")


def test_nobody_at_all_is_an_error():
    """A page about nobody is refused."""
    with pytest.raises(NothingToRead, match="at least one panel or failure"):
        cohort_page([])


def test_english_has_no_chinese(people):
    """The page in English is English throughout."""
    assert not re.search(r"[\u4e00-\u9fff]", cohort_page(people, failures=[LOST]))


def test_a_strip_names_its_ends():
    """Each row says its lowest and highest value and its unit; equal values stand in the middle."""
    title = Text(en="NAA in the ACC", zh="前扣带回NAA")
    svg = strip_picture(
        [MarkerStrip(title, "mmol/kg", "LCModel", (8.25, 9.75)), MarkerStrip(title, "Hz", "x", (4.25, 4.25))]
    )

    assert all(f">{said}<" in svg for said in ("8.25", "9.75", "4.25", "mmol/kg", "Hz"))
