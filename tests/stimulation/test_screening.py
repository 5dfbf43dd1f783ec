"""What speaks against stimulating a person is flagged, and nothing unknown passes for harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.library import Library
from backloop.stimulation.screening import flag_contraindications, flag_medicines, medicines_of

BOOK = Library.packaged().limit("tms-contraindications")
MEDICINES = Library.packaged().limit("tms-medicines")
ALL_NO = {f"tms-screen_{number:02d}": 0 for number in range(1, 14)} | {
    f"health-screen_{number:02d}": 0 for number in range(1, 30)
}


def _flags(record):
    return flag_contraindications(BOOK.holds.rows, BOOK, record)


def test_all_answered_with_no_raises_no_flag(person):
    """Only when every question was answered with no is nothing flagged."""
    assert () == _flags(person(ALL_NO))


@pytest.mark.parametrize("item", sorted({name for row in BOOK.holds.rows for name in row.when.ids()}))
def test_an_unanswered_question_is_never_a_no(item, person):
    """Taking any one answer away raises a flag that names it."""
    left = {name: value for name, value in ALL_NO.items() if name != item}
    flags = _flags(person(left))

    assert {"not known"} == {flag.state for flag in flags}
    assert all(item in flag.unanswered for flag in flags)


@pytest.mark.parametrize("answer", [1, 2])
def test_a_yes_and_a_dont_know_are_both_present(answer, person):
    """An implant the person is unsure about is weighed like one they have."""
    flags = _flags(person(ALL_NO | {"tms-screen_07": answer}))

    assert [("present", "absolute")] == [(flag.state, flag.grade) for flag in flags]


def test_an_implant_counts_from_either_worksheet(person):
    """A pacemaker named in the health screen alone is found."""
    flags = _flags(person(ALL_NO | {"health-screen_12": 1}))

    assert [("present", ("ses-01/tms-screen_09", "ses-01/health-screen_12"))] == [
        (flag.state, flag.because) for flag in flags
    ]


@pytest.mark.parametrize(
    ("name", "grades"),
    [
        ("Amitriptyline 25 mg nocte", {"strong"}),
        ("阿米替林片", {"strong"}),
        ("duloxetine", {"relative"}),
        ("酒精", {"strong", "withdrawal"}),
        ("BCNU", {"relative"}),
        ("tramadol", {"relative"}),
        ("pregabalin", {"withdrawal"}),
    ],
)
def test_a_listed_medicine_is_found_in_either_language(name, grades):
    """Dose and form after the name do no harm; a medicine in two groups is told twice."""
    flags = flag_medicines([name], MEDICINES)

    assert grades == {flag.grade for flag in flags}
    assert {"present"} == {flag.state for flag in flags}


@pytest.mark.parametrize("name", ["paracetamol", "新药", "lithiumish"])
def test_an_unlisted_medicine_is_unknown_not_harmless(name):
    """What the book does not hold is said to be not in the list, with what to do."""
    (flag,) = flag_medicines([name], MEDICINES)

    assert ("not in the list", None) == (flag.state, flag.grade)
    assert "says nothing about its risk" in flag.text.en


@given(st.lists(st.text(min_size=1, max_size=12), max_size=5))
def test_no_medicine_is_ever_passed_over(names):
    """Every name given leads to at least one flag."""
    flags = flag_medicines(names, MEDICINES)

    assert all(any(flag.text.en.startswith(f"{name}: ") for flag in flags) for name in names)


def test_medicines_are_read_from_the_record(person):
    """A participant's list may be separated by Chinese or English marks."""
    assert ("amitriptyline", "度洛西汀", "x") == medicines_of(person({}, medicines="amitriptyline; 度洛西汀，x"))


@pytest.mark.parametrize(("answers", "states"), [({}, ["not known"]), ({"tms-screen_11": 1}, ["not known"])])
def test_a_missing_list_of_medicines_is_flagged(answers, states, person):
    """Who takes medicines, or was not asked, and has none listed is asked again."""
    assert states == [flag.state for flag in flag_medicines([], MEDICINES, person(answers))]
    assert () == flag_medicines([], MEDICINES, person({"tms-screen_11": 0}))
