"""The report about a group: readable, complete, and open about what its data cannot say."""

import pytest

from backloop.errors import NothingToRead, UnknownReader
from backloop.letters import CohortTally, cohort_report
from backloop.letters.wording import read_words
from backloop.record import Problem
from backloop.units import Text

PROBLEM = Problem(
    file="a.csv",
    row=3,
    column="nrs_01",
    expected=Text(en="a <whole> number", zh="<整>数"),
    todo=Text(en="correct the cell", zh="请更正该单元格"),
)


@pytest.fixture
def tally(record, measures, profile, plan_cannot_say, course):
    """Two people of two groups, one of them not screened."""
    other = record.participant.model_copy(update={"attributes": {}})
    people = CohortTally()
    people.add(record, measures, profile, plan_cannot_say, course=course)
    people.add(record.model_copy(update={"participant": other}), measures, profile)
    return people


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_shuts_nobody_out(tally, page, lang):
    """Structure, names, alternatives and self-containedness hold as in a letter."""
    assert [] == page(cohort_report(tally, problems=[PROBLEM], lang=lang)).faults()


def test_the_report_counts_and_shows_gaps(tally, page):
    """People, statuses, open safety questions, absent values and groups are all there."""
    text = page(cohort_report(tally)).text

    assert "2 (2 of them made up)" in text
    assert "no group: 1, training: 1" in text
    assert "Safety questions are open for 1 of 2 people" in text
    assert "not asked or not measured: 2" in text
    assert "Everything could be read." in text
    assert "No difference between them is tested here." in text


def test_problems_are_listed_and_counted(tally, page):
    """A hundred problems are listed, all are counted, and none can break the page."""
    made = page(cohort_report(tally, problems=[PROBLEM] * 130))

    assert "Found: 130. Listed: 100." in made.text
    assert made.text.count("a <whole> number") == 100
    assert "row 3" in made.text
    assert "<整>数" in page(cohort_report(tally, problems=[PROBLEM], lang="zh")).text


def test_a_small_report_stands(record, measures, page):
    """Measures alone make a report: no plan, no mechanism, no course."""
    people = CohortTally()
    people.add(record.model_copy(update={"sessions": record.sessions[:1]}), measures)

    assert [] == page(cohort_report(people)).faults()


def test_a_chinese_report_is_chinese(tally, page):
    """No English phrase of ours is left in a Chinese report."""
    text = page(cohort_report(tally, lang="zh")).text
    ours = [phrase.en for phrase in read_words().values() if " " in phrase.en.strip(" ,;:–") and "{" not in phrase.en]

    assert [] == [phrase for phrase in ours if phrase in text]


def test_nobody_makes_no_report(tally):
    """A report needs people and a language that exists."""
    with pytest.raises(NothingToRead, match="at least one person"):
        cohort_report(CohortTally())
    with pytest.raises(UnknownReader, match="en and zh"):
        cohort_report(tally, lang="de")
