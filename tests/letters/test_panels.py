"""Panels: whole scales, the limits a change is held against, nothing drawn that was not measured."""

import re
from xml.etree import ElementTree as ET

import pytest

from backloop.letters import CohortTally, course_picture, means_picture
from backloop.letters.panels import main_outcomes

SVG = "{http://www.w3.org/2000/svg}"


def _texts(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own picture


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_panel_spans_its_scale(course, lang):
    """Both ends of each scale are written, so that no change looks larger than it is."""
    texts = _texts(course_picture(course, lang=lang))

    assert {"0", "10", "24", "36"} <= set(texts)
    assert all(any(outcome.title.say(lang) in text for text in texts) for outcome in course.outcomes)


def test_values_are_written_and_gaps_are_not_filled(course):
    """Back perception was not measured at the second visit: it has two points and two numbers."""
    frebaq = course.model_copy(update={"outcomes": course.outcomes[2:]})

    svg = course_picture(frebaq)

    assert [text for text in _texts(svg) if text in {"17", "9"}] == ["17", "9"]
    assert svg.count("stroke-dasharray") == 1


def test_a_limit_that_is_not_known_is_not_drawn(course):
    """Without yardsticks there is neither a band nor a dotted line."""
    [nrs, *_] = course.outcomes
    bare = tuple(change.model_copy(update={"yardsticks": ()}) for change in nrs.changes)

    svg = course_picture(course.model_copy(update={"outcomes": (nrs.model_copy(update={"changes": bare}),)}))

    assert "#dbe8e4" not in svg
    assert "stroke-dasharray" not in svg


def test_the_important_change_lies_on_the_good_side(course):
    """From 6 on a scale where low is good, 2 points less is the mark; where high is good, 2 points more."""
    [nrs, *_] = course.outcomes
    upward = nrs.model_copy(update={"scale": nrs.scale.model_copy(update={"better": "high"})})
    heights = []
    for outcome in (nrs, upward):
        svg = course_picture(course.model_copy(update={"outcomes": (outcome,)}))
        line = next(tag for tag in re.findall(r"<line [^>]*>", svg) if "stroke-dasharray" in tag)
        heights.append(float(re.search(r"translate\(\d+,([\d.]+)\)", line)[1]))

    assert heights == pytest.approx([140 * 0.6, 140 * 0.2])


def test_the_same_weeks_of_the_record_are_the_axis(course):
    """Visits stand at their weeks, or at their order where weeks are not known."""
    timeless = tuple(session.model_copy(update={"week": None}) for session in course.sessions)

    assert {"6", "12"} <= set(_texts(course_picture(course)))
    assert {"1", "2", "3"} <= set(_texts(course_picture(course.model_copy(update={"sessions": timeless}))))


def test_pain_and_function_are_drawn_first(course):
    """At most six outcomes are drawn, the core ones first; one without values is not drawn."""
    [nrs, rmdq, frebaq] = course.outcomes
    others = [frebaq.model_copy(update={"measure": f"other-{number}"}) for number in range(6)]
    empty = nrs.model_copy(update={"measure": "odi", "values": ()})

    chosen = main_outcomes(course.model_copy(update={"outcomes": (*others, empty, frebaq, rmdq, nrs)}))

    assert [outcome.measure for outcome in chosen[:3]] == ["nrs", "rmdq", "frebaq"]
    assert len(chosen) == 6


def test_groups_are_named_once_and_differ_in_shape(record, measures):
    """Each group has one entry in the legend, with its own shape and dash."""
    tally = CohortTally()
    for group in ("training", "usual care"):
        person = record.participant.model_copy(update={"attributes": {"group": group}})
        tally.add(record.model_copy(update={"participant": person}), measures)

    svg = means_picture(list(tally.group_means()), tally.titles)

    assert [text for text in _texts(svg) if text in {"training", "usual care"}] == ["training", "usual care"]
    assert "stroke-dasharray" in svg


@pytest.mark.parametrize(("lang", "said"), [("en", "A plan was signed or changed at"), ("zh", "签署或修改方案的就诊")])
def test_the_visits_at_which_a_plan_was_signed_are_marked(course, lang, said):
    """A signed plan is a line in every panel and a sentence for those who do not see it."""
    first = course.sessions[0].session_id

    assert said in course_picture(course, signed={first}, lang=lang)
    assert said not in course_picture(course, signed={"ses-none"}, lang=lang)
    assert course_picture(course, lang=lang) == course_picture(course, signed=(), lang=lang)
