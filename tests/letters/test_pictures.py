"""Pictures in rows: every mechanism and stage is there, in words and shapes, for eyes and for ears."""

import re
from xml.etree import ElementTree as ET

import pytest

from backloop.letters import plan_picture, profile_picture
from backloop.letters.wording import Words
from backloop.profile import Verdict

SVG = "{http://www.w3.org/2000/svg}"


def _texts(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own picture


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_clinician_sees_every_mechanism_and_column(profile, lang):
    """All mechanisms stand under their titles, in four named columns."""
    texts = _texts(profile_picture(profile, lang=lang))

    assert {support.title.say(lang) for support in profile.supports} <= set(texts)
    assert {verdict.text.say(lang) for verdict in Verdict} <= set(texts)


def test_the_patient_sees_what_can_be_said(profile):
    """Mechanisms about which nothing can be said are left to the text below the picture."""
    texts = _texts(profile_picture(profile, reader="patient"))

    assert "A blurred map of the back" in texts
    assert "Protective habits of movement" not in texts
    assert "not known yet" not in texts


def test_verdicts_differ_without_colour(profile):
    """A filled, a half, an empty and a dotted disc: four shapes, four verdicts."""
    marks = re.findall(r'<path transform[^>]* d="([^"]*)" fill="([^"]*)"([^>]*)>', profile_picture(profile))
    looks = {(outline, fill, "dasharray" in rest) for outline, fill, rest in marks}

    assert len(looks) == 4


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_stage_has_its_bar(plan, programme, lang):
    """The plan shows all stages under their strands, and the assessments within its weeks."""
    svg = plan_picture(plan, programme=programme, lang=lang)
    texts = _texts(svg)
    [prescription] = plan.prescriptions

    assert {stage.title.say(lang) for stage in prescription.stages} <= set(texts)
    assert {title.say(lang) for title in prescription.strand_titles} <= set(texts)
    assert Words(lang)("plan.assessment") in texts
    assert {str(week) for week in range(13)} <= set(texts)
    assert "26" not in texts


def test_a_plan_without_dates_starts_at_week_one(plan):
    """Without a programme there is neither an assessment nor a week zero."""
    texts = _texts(plan_picture(plan))

    assert "Assessments" not in texts
    assert "0" not in texts


def test_a_picture_can_be_heard(profile, plan):
    """Name and text of a picture tell what it shows, in the reader's language."""
    heard = ET.fromstring(profile_picture(profile, lang="zh")).find(f"{SVG}desc").text  # noqa: S314 - our own picture
    stages = ET.fromstring(plan_picture(plan)).find(f"{SVG}desc").text  # noqa: S314 - our own picture

    assert "可能：2 项" in heard
    assert "Lifting and carrying: weeks 9 to 12" in stages


def test_two_pictures_share_no_id(profile, plan):
    """Pictures may stand on one page."""
    first, second = (set(re.findall(r' id="([^"]*)"', svg)) for svg in (profile_picture(profile), plan_picture(plan)))

    assert first
    assert not first & second


def test_titles_with_markup_stay_text(plan):
    """A title from a site's own book cannot break a picture."""
    [prescription] = plan.prescriptions
    title = prescription.stages[0].title.model_copy(update={"en": "lift <10 kg & rest"})
    stages = (prescription.stages[0].model_copy(update={"title": title}), *prescription.stages[1:])
    odd = plan.model_copy(update={"prescriptions": (prescription.model_copy(update={"stages": stages}),)})

    assert "lift <10 kg & rest" in _texts(plan_picture(odd))
