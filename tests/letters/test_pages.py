"""Pages: a misspelt word in a template is an error, and topics are found where the books have them."""

import re

import pytest
from jinja2 import UndefinedError

from backloop.letters.pages import render_page
from backloop.letters.wording import Words
from backloop.library import Library
from backloop.train import Amount
from backloop.units import Text


def test_a_page_without_its_content_is_an_error():
    """Nothing is left out in silence."""
    with pytest.raises(UndefinedError):
        render_page("patient.html", "en", library=Library.packaged())


def test_placeholders_are_escaped_once(plan, page):
    """What fills a phrase is shown as written: no markup runs, no sign is escaped twice."""
    [prescription] = plan.prescriptions
    title = prescription.title.model_copy(update={"en": "brain's <b> & back"})
    odd = plan.model_copy(update={"prescriptions": (prescription.model_copy(update={"title": title}),)})
    content = {"measures": None, "profile": None, "programme": None, "course": None, "shown": (), "pictures": {}}

    html = render_page(
        "clinician.html", "en", library=Library.packaged(), plan=odd, person="sub-1", is_made_up=False, edition="1",
        software="1", books=(), **content,
    )  # fmt: skip

    assert Words("en")("evidence.caption", title="brain's <b> & back") in page(html).text
    assert "&amp;amp;" not in html


@pytest.mark.parametrize(("lang", "due"), [("en", "minutes a day: 12 min;"), ("zh", "每日分钟数：12 分钟；")])
@pytest.mark.parametrize("reader", ["patient", "clinician"])
def test_amounts_of_a_treatment_stand_beside_the_quotas(programme, page, reader, lang, due):
    """The week says how much of each treatment is due, and that one amount waits for its baseline."""
    words = Text(en="minutes a day", zh="每日分钟数")
    minutes = Amount(
        intervention="aerobic-exercise", progression="minutes", title=words, unit=Text(en="min", zh="分钟"), week=1,
        amount=12, reason=words, reference="acsm-guidelines", verified=False,
    )  # fmt: skip
    amounts = (minutes, minutes.model_copy(update={"progression": "steps", "amount": None}))
    week = programme.weeks[0].model_copy(update={"amounts": amounts})
    laid = programme.model_copy(update={"weeks": (week,)})
    content = {"measures": None, "profile": None, "plan": None, "course": None, "shown": (), "pictures": {}}

    html = render_page(
        f"{reader}.html", lang, library=Library.packaged(), programme=laid, person="sub-1", is_made_up=False,
        edition="1", software="1", books=(), **content,
    )  # fmt: skip
    text = re.sub(r"<sup.*?</sup>", "", html, flags=re.DOTALL)

    assert due in page(text).text
    assert Words(lang)("programme.no-baseline") in page(text).text
    assert ("clinician" == reader) == ('href="#source-1"' in html)


def test_an_open_question_outside_a_questionnaire_is_named_by_its_book(plan_cannot_say, page):
    """An unanswered score or test is named by the book that would answer it."""
    from backloop.letters import letter

    [alert] = plan_cannot_say.alerts
    asked = alert.model_copy(update={"unanswered": ("two-point-lumbar", "pcs.rumination")})
    text = page(letter(plan_cannot_say.model_copy(update={"alerts": (asked,)}))).text

    assert Library.packaged().protocol("two-point-lumbar").title.en in text
    assert Library.packaged().instrument("pcs").title.en in text
