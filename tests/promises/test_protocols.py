"""What every sensory and movement test promises: units, trials that make a score, people behind every number."""

import pytest

from backloop.library import Library, Protocol, Score
from backloop.measure import score
from backloop.record import Observation, Origin, Participant, Record, Session
from backloop.units import convert

SHELF = Library.packaged().shelf("protocols")
SCORES = [found for name in sorted(SHELF) for found in SHELF[name].scores]
BETTER = {
    "two-point-lumbar": "low",
    "left-right-trunk.accuracy": "high",
    "left-right-trunk.rt": "low",
    "luomajoki": "low",
    "ppt-lumbar": "high",
    "ppt-remote": "high",
    "chair-stand-30s": "high",
    "finger-floor": "low",
    "biering-sorensen": "high",
    "activity-tolerance": "high",
}


@pytest.fixture(params=sorted(SHELF))
def book(request) -> Protocol:
    """Open one test after the other."""
    return SHELF[request.param]


@pytest.fixture(params=SCORES, ids=lambda found: found.id)
def each_score(request) -> Score:
    """Take one score after the other."""
    return request.param


def _tested(book: Protocol, *, end: str) -> Record:
    """Make a person whose every trial stands at the lowest or highest value a field accepts."""
    seen = [
        Observation(
            session_id="ses-01",
            kind="trial",
            book=book.id,
            item=field.id,
            value=value,
            unit=field.unit,
            trial=trial,
            phase=phase,
        )
        for field in book.fields
        if (value := getattr(field, end)) is not None
        for trial in range(1, 12)
        for phase in book.phases or ("",)
    ]
    return Record(
        participant=Participant(participant_id="sub-test1"),
        sessions=(Session(session_id="ses-01", order=1, week=0),),
        observations=tuple(seen),
        origin=Origin(name="test", format="made-up"),
    )


def test_the_procedure_can_be_followed(book):
    """A test says how it is done and with what."""
    assert len(book.procedure.en.split()) > 10
    assert book.equipment.en


def test_every_unit_a_clinic_may_enter_can_be_converted(book):
    """What a field accepts can be expressed in its own unit."""
    for field in book.fields:
        assert [] == [unit for unit in field.accepts if unit != field.unit and convert(1.0, unit, field.unit) <= 0]


def test_keys_use_fields_and_phases_that_exist(each_score):
    """A score summarises a field the test records, in a phase it has."""
    home = SHELF[each_score.id.partition(".")[0]]
    key = each_score.key.model_dump()
    phases = {key[name] for name in ("phase", "reference_phase") if key.get(name)}

    assert key["field"] in {field.id for field in home.fields}
    assert phases <= set(home.phases)


@pytest.mark.parametrize("end", ["low", "high"])
def test_the_engine_scores_every_test_within_its_scale(book, end):
    """Trials at either end of the range give a value on the scale, or a reason."""
    for measure in score(_tested(book, end=end)).at("ses-01"):
        assert (measure.value is None) != (measure.absent is None)
        assert measure.value is None or measure.scale.holds(measure.value)


def test_the_missing_rule_is_stated(each_score):
    """A test without enough trials has no value; nothing stands in for a trial."""
    assert each_score.missing.rule in {"none", "answered"}


@pytest.mark.parametrize("name", BETTER)
def test_the_direction_is_the_published_one(name):
    """Which end is good is never guessed."""
    assert BETTER[name] == next(found.scale.better for found in SCORES if found.id == name)


def test_every_threshold_names_its_people(each_score):
    """Errors, important changes and norms say in whom they were found."""
    rows = (*each_score.bands, *each_score.precision, *each_score.important_change, *each_score.norms)

    assert [] == [row for row in rows if not (row.population.en.strip() and row.language.strip() and row.reference)]


def test_norms_fit_the_scale(each_score):
    """A mean off the scale is a slip of the pen."""
    assert [] == [norm for norm in each_score.norms if not each_score.scale.holds(norm.mean)]


def test_two_point_means_are_not_standard_deviations():
    """A web page reports the SDs of a study (13 and 10 mm) as its means (61 and 44 mm)."""
    norms = SHELF["two-point-lumbar"].scores[0].norms
    means = {norm.group: (norm.mean, norm.sd) for norm in norms if norm.reference == "luomajoki-2011"}

    assert {"clbp": (61, 13), "healthy": (44, 10)} == means


def test_activity_tolerance_is_measured_in_minutes():
    """Graded activity starts from minutes of each activity, so the unit may not drift."""
    assert [("amount", "min")] == [(field.id, field.unit) for field in SHELF["activity-tolerance"].fields]
