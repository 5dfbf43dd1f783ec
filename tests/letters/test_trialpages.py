"""The report of a trial: every part in both languages, every table with its grounds, nothing from outside."""

import re
from html import unescape
from pathlib import Path

import pytest

from backloop.errors import NothingToRead
from backloop.learn import report_trial
from backloop.letters import flow_picture, lay_tables, outcome_picture, power_page, trial_page
from backloop.letters.flows import _break
from backloop.power import ModelAnalysis, read_world, simulate
from backloop.trial import open_trial

EXAMPLES = Path(__file__).parents[2] / "examples"
FOLDER = EXAMPLES / "11_trial_report"
HEADS = {
    "en": ["Questions and plan", "Flow of people", "At the start", "Effects", "Outcomes over time", "Blinding"],
    "zh": ["研究问题与方案", "受试者流程", "基线特征", "效应", "结局随时间变化", "盲法"],
}


@pytest.fixture(scope="module")
def report():
    """The report of the made-up trial."""
    data = open_trial(FOLDER / "trial.toml", FOLDER / "data.toml", exploratory=True)
    return report_trial(data, imputations=10, draws=100)


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request, report):
    """The page in each language."""
    return request.param, trial_page(report, lang=request.param)


def read_aloud(html):
    """Give the words of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)))


def test_every_part_has_its_heading(page):
    """Flow, baseline, effects and the rest stand in CONSORT's order."""
    lang, html = page
    places = [html.index(f">{head}</h2>") for head in HEADS[lang]]

    assert places == sorted(places)


def test_every_table_says_what_it_rests_on(page, report):
    """Below each table stand the plan's standing, both fingerprints, the version and the edition."""
    _, html = page
    feet = re.findall(r"<tfoot>.*?</tfoot>", html, flags=re.DOTALL)
    grounds = report.answers.grounds

    assert len(feet) == html.count("<table>") > 10
    for foot in feet:
        assert grounds.plan_sha256[:12] in foot
        assert grounds.data_sha256[:12] in foot
        assert grounds.software in foot
        assert grounds.edition in foot


def test_model_tables_tell_model_covariance_and_ending(report):
    """Effects carry model, covariance as tried, degrees of freedom, n, missing and how the fit ended."""
    foot = lay_tables(report.answers)[0].foot

    assert "covariance: unstructured: converged" in foot
    assert "degrees of freedom: kenward-roger; n = 120; 59 not seen; ending: the fit converged" in foot
    assert "exploratory: plan not frozen" in foot


def test_pictures_say_what_they_show(page):
    """Each picture has a title and a description of its own, and ids that no other has."""
    _, html = page
    pictures = re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)
    titles = re.findall(r'<title id="([^"]+)">', html)

    assert len(pictures) == 7
    assert len(set(titles)) == len(titles) == 7
    assert all('role="img"' in picture and "<desc" in picture for picture in pictures)


def test_the_page_needs_nothing_from_outside(page):
    """No script, no link, no picture is fetched."""
    _, html = page

    assert not re.search(r"<script|<link|src=|url\(http", html)


def test_the_chinese_page_keeps_english_to_the_plan_and_names(report):
    """Headings, heads of tables and notes are Chinese; only the plan's own words and method names are not."""
    html = trial_page(report, lang="zh")
    heads = re.findall(r"<(?:h2|th scope=\"col\"|figcaption)[^>]*>(.*?)</", html)

    assert [] == [head for head in heads if re.search(r"[a-z]{4,} [a-z]{4,}", head)]


def test_the_numbers_of_the_answers_are_on_the_page(report):
    """The primary effect stands as the noun has it."""
    effect = report.answers.primary.effects[0].effect
    told = f"{effect.estimate:.2f} ({effect.interval.low:.2f} to {effect.interval.high:.2f})".replace("-", "−")

    assert told in read_aloud(trial_page(report))


def test_the_flow_tells_every_count(report):
    """The description of the diagram names allocation, each visit and analysis of both arms."""
    svg = flow_picture(report.flow)

    for arm in report.flow.arms:
        assert f"Allocated: {arm.allocated}" in svg
        for visit in arm.visits[1:]:
            assert f"Week {visit.week:g}: seen {visit.seen}, missing {visit.missing}" in svg


def test_what_was_not_counted_is_said(report):
    """Without counts from before randomisation the diagram says so instead of showing zero."""
    svg = flow_picture(report.flow.model_copy(update={"assessed": None, "excluded": ()}))

    assert "Assessed for eligibility: not told" in svg


def test_long_lines_are_broken_in_both_scripts():
    """No line is wider than its box; Chinese letters count twice and nothing is lost."""
    words, letters = "graded sensorimotor retraining with education", "分级感觉运动再训练结合教育与负荷"

    assert all(len(line) <= 16 for line in _break(words, 16))
    assert " ".join(_break(words, 16)) == words
    assert all(2 * len(line) <= 16 for line in _break(letters, 16))
    assert "".join(_break(letters, 16)) == letters


def test_the_outcome_is_drawn_on_its_whole_scale(report):
    """The axis of pain runs from 0 to 10 whatever was seen."""
    svg = outcome_picture(report.answers.primary)

    assert ">10<" in svg
    assert ">0<" in svg
    assert "retraining, week 12" in svg


def test_a_table_needs_its_grounds(report):
    """An answer without what it rests on is not laid out."""
    with pytest.raises(NothingToRead, match=r"give data\.grounds"):
        lay_tables(report.modifiers)


@pytest.mark.parametrize(("lang", "words"), [("en", "Monte-Carlo"), ("zh", "蒙特卡洛")])
def test_power_has_its_error_beside_it(lang, words):
    """The page of a simulation shows each figure with its Monte-Carlo error and what was simulated."""
    world = read_world(EXAMPLES / "10_power" / "resolve.toml")
    found = simulate(world, ModelAnalysis(model="ancova", weeks=(18,)), trials=50, seed=1)

    html = power_page(found, title="RESOLVE", lang=lang)

    assert words in html
    assert str(found.performances[0].rejected) in html
    assert found.world_sha256[:12] in html
