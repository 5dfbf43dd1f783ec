"""What every training task promises: what to do, from easy to hard, what is recorded, when to step up."""

import pytest

from backloop.library import Library, Task

LIBRARY = Library.packaged()
SHELF = LIBRARY.shelf("tasks")


@pytest.fixture(params=sorted(SHELF))
def book(request) -> Task:
    """Open one task after the other."""
    return SHELF[request.param]


def test_the_instruction_can_be_followed(book):
    """The person reads what to do."""
    assert len(book.instruction.en.split()) > 8


def test_it_goes_from_easy_to_hard(book):
    """A task has at least one thing that can be made harder, and says when to step up."""
    assert book.parameters
    assert book.step_up.en


def test_it_records_something(book):
    """What is practised is written down under names that can be read back."""
    assert [] == [name for name in book.records if not name.isidentifier()]
    assert len(set(book.records)) == len(book.records)


def test_some_treatment_uses_it(book):
    """No task stands on the shelf that no stage ever names."""
    used = {task for each in LIBRARY.shelf("interventions").values() for stage in each.stages for task in stage.tasks}

    assert book.id in used


def test_touch_on_the_back_needs_a_helper():
    """Nobody can touch or draw on their own back."""
    names = ("tactile-localisation-training", "two-point-training", "graphaesthesia-training")

    assert [True, True, True] == [SHELF[name].needs_helper for name in names]


def test_pictures_and_imagery_need_nobody():
    """Judging pictures and imagining movement can be done alone."""
    assert not SHELF["left-right-judgement"].needs_helper
    assert not SHELF["imagined-movement"].needs_helper
