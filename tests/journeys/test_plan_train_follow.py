"""Made-up people walk from their record to a plan, its programme and its course."""

import datetime as dt

import pytest

from backloop.follow import Course, review
from backloop.library import Library, cited_keys
from backloop.measure import score
from backloop.plan import Plan, Status, prescribe
from backloop.profile import infer
from backloop.record import make_person
from backloop.train import Programme, calendar_text, schedule

START = dt.date(2026, 12, 1)
SEEDS = range(12)


@pytest.fixture(scope="module", params=SEEDS)
def walk(request):
    """One made-up person's record, plan, programme and course."""
    record = make_person(seed=request.param, weeks=(0, 6, 18))
    plan = prescribe(infer(score(record), session_id="ses-w00"), record)
    return record, plan, schedule(plan, START), review(plan, record)


def test_nouns_survive_the_file(walk):
    """Plan, programme and course are the same after a journey through JSON."""
    _, *nouns = walk

    for noun, kind in zip(nouns, (Plan, Programme, Course), strict=True):
        assert noun == kind.model_validate_json(noun.model_dump_json())


def test_every_source_exists(walk):
    """Every reference that a noun carries is in the bibliography."""
    _, *nouns = walk
    cited = {key for noun in nouns for key in cited_keys(noun.model_dump())}

    assert cited
    assert set() == cited - set(Library.packaged().references)


def test_refer_means_nothing_is_scheduled(walk):
    """The programme has weeks exactly when the plan prescribes something, and never where it refers."""
    _, plan, programme, _ = walk

    assert bool(plan.prescriptions) == bool(programme.weeks)
    assert plan.status is not Status.REFER or not programme.weeks


def test_nouns_know_that_the_person_is_made_up(walk):
    """The mark of a made-up person is never lost."""
    assert all(thing.is_made_up for thing in walk)


def test_the_course_covers_three_visits(walk):
    """Pain is measured at three visits and has two changes."""
    _, _, _, course = walk

    assert 3 == len(course.sessions)
    assert 2 == len(course.outcome("nrs").changes)


def test_the_calendar_is_the_same_twice(walk):
    """Nothing in the file depends on when it is written."""
    _, plan, programme, _ = walk

    assert calendar_text(programme, lang="zh") == calendar_text(schedule(plan, START), lang="zh")


def test_a_red_flag_later_turns_the_plan_around():
    """The same person with one red flag more is referred, whatever was planned before."""
    record = make_person(seed=5)
    profile = infer(score(record))
    flagged = tuple(
        seen.model_copy(update={"value": 1}) if seen.item == "red-flags_01" else seen for seen in record.observations
    )
    plan = prescribe(profile, record.model_copy(update={"observations": flagged}))

    assert Status.REFER is plan.status
    assert "cauda-equina" == plan.alerts[0].rule


def test_leaving_a_red_flag_out_makes_it_provisional():
    """Not asking is not the same as no."""
    record = make_person(seed=5)
    fewer = tuple(seen for seen in record.observations if seen.item != "red-flags_01")
    plan = prescribe(infer(score(record)), record.model_copy(update={"observations": fewer}))

    assert Status.CANNOT_SAY is plan.status
    assert schedule(plan, START).is_provisional
