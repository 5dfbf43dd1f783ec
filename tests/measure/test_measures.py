"""The measures as a noun: finding one, one visit's, and the table."""

import pytest

from backloop.measure import Because, Measure, Measures
from backloop.record import Session
from backloop.units import Absent, Interval, Scale, Text

RULER = Scale(low=0, high=10, better="low")


@pytest.fixture
def measures():
    """Give one person's pain at two visits, the second declined."""
    about = {"id": "nrs", "book": "nrs", "title": Text(en="pain", zh="疼痛"), "scale": RULER, "origin": "scored"}
    return Measures(
        participant_id="sub-01",
        sessions=(Session(session_id="ses-01", order=1), Session(session_id="ses-02", order=2)),
        measures=(
            Measure(session_id="ses-01", value=6, interval=Interval(low=5, high=7), **about),
            Measure(session_id="ses-02", absent=Absent.DECLINED, **about),
        ),
        because=Because(edition="2026-11-22", software="0.1.0"),
    )


def test_one_measure_is_found_by_id_and_visit(measures):
    """A measure is found at its visit, and nothing where it was not attempted."""
    assert measures.get("nrs", "ses-01").value == 6
    assert measures.get("vas", "ses-01") is None


def test_measures_of_one_visit(measures):
    """A visit gives its own measures."""
    assert [measure.absent for measure in measures.at("ses-02")] == [Absent.DECLINED]


def test_table_has_one_row_a_measure(measures):
    """The table holds value, range, scale and reason for absence, one measure a row."""
    frame = measures.frame()
    assert list(frame["session_id"]) == ["ses-01", "ses-02"]
    assert frame.loc[0, ["value", "low", "high", "scale_high"]].tolist() == [6, 5, 7, 10]
    assert frame.loc[1, "absent"] == "declined"


def test_measures_survive_json(measures):
    """Written as JSON and read again they are the same."""
    assert Measures.model_validate_json(measures.model_dump_json()) == measures


def test_the_table_of_nobody_has_its_columns(measures):
    """A table without rows has the same columns as one with rows."""
    empty = measures.model_copy(update={"measures": ()}).frame()

    assert (0, list(measures.frame().columns)) == (len(empty), list(empty.columns))
