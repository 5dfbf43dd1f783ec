"""Reading rows column by column: values, reasons for absence, units, scales, trials."""

import pytest

from backloop.record.columns import NOTHING, Column, gather, refused
from backloop.record.sheets import Sheet
from backloop.record.targets import Refusal, require_target, trial_target
from backloop.units import Absent, Scale, Text

PERSON = Text(en="a person", zh="人员")
NAME_ONE = Text(en="name one", zh="请写明")


def _nobody(line, cells):
    return None


def _somebody(line, cells):
    return "sub-1", "ses-w00"


@pytest.fixture
def pain(packaged):
    """Give the column of the pain item."""
    return Column(at=0, name="pain", target=require_target("nrs_01", packaged), absences={"88": Absent.DECLINED})


def test_a_value_a_reason_or_nothing(pain):
    """A code is a value, a code of absence its reason, an empty cell nothing at all."""
    assert (6, None) == ((seen := pain.read(["6"], "ses-01")).value, seen.absent)
    assert (None, Absent.DECLINED) == ((seen := pain.read(["88"], "ses-01")).value, seen.absent)
    assert {None} == {pain.read([cell], "ses-01") for cell in NOTHING}


def test_values_are_translated_before_they_are_judged(packaged):
    """Words that the mapping explains become codes."""
    column = Column(at=0, name="pain", target=require_target("nrs_01", packaged), values={"无痛": "0"})
    assert 0 == column.read(["无痛"], "ses-01").value


def test_companions_of_a_column(packaged):
    """Reason, unit and scale stand in columns beside the value."""
    short = Scale(low=0, high=27, better="low")
    column = Column(
        at=0,
        name="frebaq",
        target=require_target("frebaq", packaged),
        beside={"absent": 1, "scale": 2},
        scales={"1": short},
    )
    assert (9, short) == ((seen := column.read(["9", "n/a", "1"], "ses-01")).value, seen.scale)
    assert Absent.ARTEFACT == column.read(["n/a", "artefact", "1"], "ses-01").absent
    assert "the name of a scale" == column.read(["9", "n/a", "2"], "ses-01").expected.en
    assert "a reason for absence" == column.read(["n/a", "lost", "1"], "ses-01").expected.en


def test_a_trial_knows_its_place(packaged):
    """Number, phase, site and unit of a trial stand in columns of their own."""
    column = Column(
        at=0,
        name="distance",
        target=trial_target("two-point-lumbar", "distance", packaged),
        beside={"unit": 1, "trial": 2, "phase": 3, "site": 4},
    )
    seen = column.read(["5.5", "cm", "2", "n/a", "left"], "ses-01")
    assert (5.5, "cm", 2, "", "left") == (seen.value, seen.unit, seen.trial, seen.phase, seen.site)
    assert "a unit that converts to mm" == column.read(["5", "s", "2", "n/a", "left"], "ses-01").expected.en
    assert "the number of the trial, from 1" == column.read(["5", "mm", "x", "n/a", "left"], "ses-01").expected.en


def test_gathering_goes_on_after_a_refusal(pain):
    """A refused cell and a refused row are listed by line; every other value is read."""
    sheet = Sheet("a.csv", ["pain"], [(2, ["6"]), (3, ["60"]), (4, ["x"]), (5, ["5"])], "", [])
    seen = {}

    def place(line, cells):
        return Refusal(PERSON, NAME_ONE, "id") if line == 4 else ("sub-1", "ses-01")

    problems = gather(sheet, [pain], place, into=seen)

    assert [(3, "pain"), (4, "id")] == [(problem.row, problem.column) for problem in problems]
    assert [6, 5] == [one.value for one in seen["sub-1"]["ses-01"]]


def test_rows_can_be_passed_over(pain):
    """A row that belongs to nobody wanted is neither read nor listed."""
    seen = {}
    assert [] == gather(Sheet("a.csv", ["pain"], [(2, ["6"])], "", []), [pain], _nobody, into=seen)
    assert {} == seen


def test_a_column_may_belong_to_another_visit(packaged):
    """A column with a visit of its own is written down there."""
    column = Column(at=0, name="pain6", target=require_target("nrs_01", packaged), session_id="ses-w06")
    seen = {}
    gather(Sheet("a.csv", ["pain6"], [(2, ["6"])], "", []), [column], _somebody, into=seen)
    assert ["ses-w06"] == list(seen["sub-1"])


def test_a_refusal_has_its_place():
    """A refusal becomes a problem with file, row and column."""
    sheet = Sheet("a.csv", [], [], "", [])
    problem = refused(sheet, 3, "x", Refusal(PERSON, NAME_ONE))
    assert "a.csv, row 3, column 'x': expected a person; name one" == str(problem) == problem.say("en")
    assert "a.csv，第 3 行，“x”列：应为人员；请写明" == problem.say("zh")
