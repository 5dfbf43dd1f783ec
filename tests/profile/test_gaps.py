"""What to test next: what could change most, soonest."""

from backloop.profile import infer


def proposals(measures, library):
    """Give the ids of the tests proposed."""
    return [test.book for test in infer(measures, library=library).next_tests]


def test_most_mechanisms_come_first(library_of, measured, clue):
    """A test that could settle two mechanisms comes before a stronger and shorter one that could settle one."""
    rest = {"n": [clue("x", "a", "weak")], "o": [clue("y", "b", "strong")]}
    found = infer(measured({}), library=library_of(m=[clue("x", "a", "weak")], **rest)).next_tests
    assert [test.book for test in found] == ["a", "b"]
    assert found[0].informs == ("m", "n")
    assert found[0].reason.zh == "可能改变对以下方面的判断：文字、文字。"


def test_strength_then_minutes_break_ties(library_of, measured, clue):
    """Among equals the stronger clue comes first, then the shorter test, then the id."""
    library = library_of(m=[clue("x", "c")], n=[clue("y", "b")], o=[clue("z", "a", "strong")])
    assert proposals(measured({}), library) == ["a", "b", "c"]


def test_one_test_a_gap(library_of, measured, clue):
    """Of two tests that could settle the same mechanism only the better one is proposed."""
    assert proposals(measured({}), library_of(m=[clue("x", "b", "weak"), clue("y", "a", "strong")])) == ["a"]


def test_settled_mechanisms_need_no_test(library_of, measured, clue):
    """A mechanism that the findings settle is not tested again."""
    library = library_of(m=[clue("x", "a", "strong"), clue("y", "b", "strong")])
    assert proposals(measured({"a": 0}), library) == []


def test_done_tests_are_not_proposed(library_of, measured, clue):
    """A book with a value at or before the visit is done; one attempted without a value is not."""
    library = library_of(m=[clue("x", "a")], n=[clue("y", "b")])
    assert proposals(measured({"a": 5}), library) == ["b"]
    assert proposals(measured({"a": None}), library) == ["b", "a"]


def test_test_that_could_change_nothing_is_not_proposed(library_of, measured, clue):
    """Where a strong finding already supports a mechanism, a weak clue that only speaks for adds nothing."""
    library = library_of(m=[clue("x", "a", "strong"), clue("y", "b", "weak", speaks_against="")])
    assert proposals(measured({"a": 9}), library) == []


def test_test_without_limits_is_not_proposed(library_of, measured, clue):
    """A test for which no limit is known cannot change a verdict."""
    assert proposals(measured({}), library_of(m=[clue("x", "a", speaks_for="", speaks_against="")])) == []


def test_brain_markers_are_not_proposed(library_of, measured, clue):
    """Recordings of the brain are never proposed as the next test."""
    assert proposals(measured({}), library_of(m=[clue("x", "open", "strong")])) == []


def test_at_most_five_are_proposed(measured):
    """The packaged library has many gaps, and five are shown."""
    found = infer(measured({})).next_tests
    assert len(found) == 5
    assert all(test.informs for test in found)
