"""How trials become a number: units, order, filters, phases, sites, and what cannot be used."""

import pytest

from backloop.errors import UnitMismatch
from backloop.library import Library, Missing, TrialContrast, TrialField, TrialSummary
from backloop.measure import score
from backloop.measure.sensory import TRIAL_METHODS, lay_out_trials
from backloop.measure.sheets import Sheet
from backloop.record import Observation
from backloop.units import Absent, Text

NONE = Missing(rule="none", reference="backloop-convention", verified=False)
WORDS = Text(en="a field", zh="一个字段")
FIELDS = {
    "pressure": TrialField(id="pressure", title=WORDS, unit="kPa", low=0, high=1000),
    "correct": TrialField(id="correct", title=WORDS, unit="", low=0, high=1, whole=True),
    "rt": TrialField(id="rt", title=WORDS, unit="s", low=0),
}


def trial(value, number=None, *, field="pressure", book="x", **more):
    """Write one field of one trial down."""
    given = {"absent": value} if isinstance(value, Absent) else {"value": value}
    return Observation(session_id="ses-01", kind="trial", book=book, item=field, trial=number, **given, **more)


def lay_out(*seen):
    """Put trials on a sheet."""
    sheet = Sheet()
    lay_out_trials(seen, FIELDS, sheet=sheet)
    return sheet


def summary(*seen, field="pressure", how="mean", **more):
    """Summarise one field of the trials."""
    key = TrialSummary(method="trials", field=field, summary=how, **more)
    return TRIAL_METHODS["trials"](key, lay_out(*seen), NONE)


def contrast(*seen, how, **more):
    """Compare the phases `during` and `before`."""
    phases = {"phase": "during", "reference_phase": "before"}
    key = TrialContrast(method="trial-contrast", field="pressure", how=how, **phases, **more)
    return TRIAL_METHODS["trial-contrast"](key, lay_out(*seen), NONE)


@pytest.mark.parametrize(
    ("how", "expected"),
    [("mean", 40), ("median", 30), ("sum", 160), ("lowest", 20), ("highest", 80), ("last", 30)],
)
def test_each_summary(how, expected):
    """Four trials give each of the six summaries."""
    assert summary(*[trial(value, n) for n, value in enumerate((20, 30, 80, 30))], how=how).value == expected


def test_units_are_brought_together():
    """5.9 lb/cm2 and 2.675 kgf/cm2 are both about 262 kPa."""
    found = summary(trial(5.9, 1, unit="lb/cm2"), trial(2.675, 2, unit="kgf/cm2"))
    assert found.value == pytest.approx(262.4, abs=0.1)


def test_force_is_not_a_pressure():
    """A force without its probe area cannot be converted, and the message names protocol and field."""
    with pytest.raises(UnitMismatch, match=r"x, field 'pressure': unknown unit 'N'"):
        lay_out(trial(30, 1, unit="N"))


def test_first_trials_are_dropped_by_number():
    """The run's first trial is practice, in whatever order the trials were written down."""
    found = summary(trial(30, 3), trial(99, 1), trial(20, 2), drop_first=1)
    assert found.value == 25
    assert found.used == ("ses-01/x.pressure/2", "ses-01/x.pressure/3")


def test_an_unusable_first_trial_is_still_the_first():
    """A first trial that failed is the one dropped, not the second."""
    assert summary(trial(Absent.ARTEFACT, 1), trial(20, 2), trial(30, 3), drop_first=1).value == 25


def test_every_site_has_its_own_first_trial():
    """At two sites one practice trial is dropped at each, and the reader is told of both sites."""
    seen = [trial(value, n, site=site) for site in ("left", "right") for n, value in ((1, 99), (2, 20), (3, 40))]
    found = summary(*seen, drop_first=1)
    assert found.value == 30
    assert found.notes[0].zh == "合并了2个部位或活动的结果。"


def test_trials_without_a_number_keep_their_order():
    """Unnumbered trials are counted in the order in which they stand."""
    assert summary(trial(99), trial(20), trial(40), drop_first=1, how="last").value == 40


def test_reaction_times_of_correct_answers_only():
    """Only correct trials count, within the limits that the book keeps."""
    seen = [
        each
        for n, (correct, rt) in enumerate([(1, 0.2), (1, 1.0), (0, 2.0), (1, 3.0), (1, 9.0)], start=1)
        for each in (trial(correct, n, field="correct"), trial(rt, n, field="rt", unit="s"))
    ]
    found = summary(*seen, field="rt", how="median", only_if="correct", keep_low=0.3, keep_high=5)
    assert found.value == 2
    assert found.used[:2] == ("ses-01/x.rt/2", "ses-01/x.correct/2")


def test_too_few_trials_give_no_value():
    """Fewer trials than the book asks for give none; no trials at all keep their own reason."""
    assert summary(trial(20, 1), at_least=2) is Absent.TOO_MANY_MISSING
    assert summary(trial(Absent.DECLINED, 1)) is Absent.DECLINED
    assert summary(trial(Absent.DECLINED, 1), trial(Absent.ARTEFACT, 2)) is Absent.NOT_ASKED
    assert summary() is Absent.NOT_ASKED


@pytest.mark.parametrize("value", [-1, 1001, "much"])
def test_value_outside_its_range_is_left_out(value):
    """A value that the field does not accept is not used, and the sheet says so."""
    sheet = lay_out(trial(value, 1), trial(20, 2))
    assert [each.values for each in sheet.trials] == [{}, {"pressure": 20}]
    assert sheet.left_out == {"pressure"}
    assert summary(trial(value, 1)) is Absent.ARTEFACT


def test_fields_of_no_protocol_are_passed_over():
    """A field that the protocol does not have takes no part."""
    assert lay_out(trial(20, 1), trial(9, 1, field="colour")).trials[0].values == {"pressure": 20}


def test_two_values_for_one_trial_are_left_out():
    """A trial written down twice with different values is not chosen between."""
    sheet = lay_out(trial(20, 1), trial(30, 1))
    assert (sheet.trials[0].values, sheet.left_out) == ({}, {"pressure"})
    assert lay_out(trial(20, 1), trial(20, 1)).trials[0].values == {"pressure": 20}


@pytest.mark.parametrize(("how", "expected"), [("difference", 50), ("percent", 25), ("ratio", 1.25)])
def test_each_contrast(how, expected):
    """Means of 250 during and 200 before give each of the three contrasts."""
    seen = [trial(value, n, phase="before") for n, value in enumerate((150, 250), start=1)]
    assert contrast(trial(250, 1, phase="during"), *seen, how=how).value == expected


@pytest.mark.parametrize("how", ["percent", "ratio"])
def test_contrast_with_zero_is_undefined(how):
    """Nothing can be divided by a reference of zero, but a difference can be taken."""
    seen = (trial(250, 1, phase="during"), trial(0, 1, phase="before"))
    assert contrast(*seen, how=how) is Absent.UNDEFINED
    assert contrast(*seen, how="difference").value == 250


def test_contrast_needs_both_phases():
    """One phase alone gives no contrast."""
    assert contrast(trial(250, 1, phase="during"), how="ratio") is Absent.TOO_MANY_MISSING
    assert contrast(how="ratio") is Absent.NOT_ASKED


PROTOCOLS = tuple(Library.packaged().shelf("protocols"))


@pytest.mark.parametrize("book", PROTOCOLS)
def test_order_of_trials_does_not_matter(packaged, make_record, book):
    """Numbered trials of every protocol give the same measures in any order, on their scale, and are tested ones."""
    protocol = packaged.protocol(book)
    seen = [
        trial(_value(field, number), number, book=book, field=field.id, phase=phase)
        for phase in protocol.phases or ("",)
        for number in range(1, 13)
        for field in protocol.fields
    ]
    found = score(make_record(*seen))
    assert found == score(make_record(*reversed(seen)))
    for measure in found.measures:
        assert measure.origin == "tested"
        assert measure.value is None or measure.scale.holds(measure.value)


def _value(field, number):
    """Give a value that the field accepts, different from trial to trial."""
    width = 60 if field.high is None else field.high - (field.low or 0)
    value = (field.low or 0) + width * (number * 5 % 13) / 13
    return round(value) if field.whole else value


def test_two_point_threshold_of_the_packaged_protocol(packaged, make_record):
    """The lumbar two-point threshold leaves the first run out and takes the mean of the rest, in millimetres."""
    seen = [
        trial(value, n, book="two-point-lumbar", field="distance", unit="cm")
        for n, value in enumerate((9, 6, 6, 5, 7), start=1)
    ]
    found = score(make_record(*seen)).get("two-point-lumbar", "ses-01")
    assert (found.value, found.scale.unit, len(found.because)) == (60, "mm", 4)
