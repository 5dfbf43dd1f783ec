"""What is due when."""

import datetime as dt

import pytest

from backloop.library import Library
from backloop.train import plan_assessments

START = dt.date(2026, 12, 1)
DUE = {due.week: due for due in plan_assessments(START, library=Library.packaged())}


def test_the_weeks_of_the_trial():
    """Before, midway, at the end, and at the trial's three follow-ups."""
    assert [0, 6, 12, 18, 26, 52] == list(DUE)
    assert dt.date(2027, 4, 6) == DUE[18].date


def test_core_outcomes_goals_and_red_flags_every_time():
    """Pain, disability, own goals and the red flags are asked at each assessment."""
    assert all({"nrs", "rmdq", "psfs", "red-flags"} <= set(due.books) for due in DUE.values())


def test_mediators_at_the_start_and_the_end_of_treatment():
    """Beliefs, fear, catastrophising, self-efficacy, back perception, touch and coordination at weeks 0 and 12."""
    mediators = {"bbq", "tsk-13", "pcs", "pseq", "frebaq", "two-point-lumbar", "luomajoki"}

    assert mediators <= set(DUE[0].books)
    assert mediators <= set(DUE[12].books)


def test_the_own_verdict_only_after_the_start():
    """A verdict on the change needs something to compare with."""
    assert "pgic" not in DUE[0].books
    assert all("pgic" in due.books for week, due in DUE.items() if week)


def _asked(condition):
    return {name.rpartition("_")[0] if "_" in name else name.partition(".")[0] for name in condition.ids()}


def test_every_safety_question_is_asked_at_the_start():
    """Week 0 covers every book that a safety rule asks about."""
    rules = Library.packaged().shelf("safety").values()
    needed = set().union(*(_asked(rule.when) for rule in rules))

    assert set() == needed - set(DUE[0].books)


@pytest.mark.parametrize("name", sorted(Library.packaged().shelf("interventions")))
def test_every_contraindication_of_a_chosen_treatment_is_asked_while_it_runs(name):
    """Weeks 0, 6 and 12 cover every book that the treatment's contraindications ask about, each once."""
    library = Library.packaged()
    due = {due.week: due.books for due in plan_assessments(START, library=library, interventions=(name,))}
    needed = set().union(*(_asked(limit.when) for limit in library.intervention(name).contraindications))

    for week in (0, 6, 12):
        assert set() == needed - set(due[week])
        assert len(set(due[week])) == len(due[week])


def test_nobody_answers_the_screen_of_a_treatment_they_do_not_get():
    """The screen before brain stimulation is not part of everybody's first visit."""
    assert "tms-screen" not in DUE[0].books


def test_a_book_that_is_not_there_is_not_due(tmp_path):
    """A site without a questionnaire is not asked for it."""
    (tmp_path / "edition.toml").write_text('edition = "2026-01-01"\n')

    assert {()} == {due.books for due in plan_assessments(START, library=Library((tmp_path,)))}
