"""What columns of BIDS phenotype and trial tables mean."""

from backloop.record.phenotype import answer_columns, trial_columns
from backloop.record.sheets import Sheet
from backloop.units import Scale


def _sheet(*header: str) -> Sheet:
    return Sheet("phenotype/x.tsv", list(header), [], "", [])


def test_answers_and_their_companions(packaged):
    """Items are found by their names; columns beside them are no columns of their own."""
    sheet = _sheet("participant_id", "session_id", "nrs_01", "nrs_01_absent", "nrs_01_unit")
    (column,), problems = answer_columns(sheet, {}, library=packaged)
    assert ("nrs_01", {"absent": 3, "unit": 4}, []) == (column.name, dict(column.beside), problems)


def test_an_unknown_column_is_noted(packaged):
    """Other people's columns are listed, not lost."""
    columns, (problem,) = answer_columns(_sheet("participant_id", "mood"), {}, library=packaged)
    assert ([], "mood", "note") == (columns, problem.column, problem.severity)


def test_a_declared_scale_is_taken(packaged):
    """With ends alone the book says the rest of the scale; in full it is taken as it stands."""
    short = Scale(low=0, high=27, better="low")
    for declared in ({"low": 0, "high": 27}, short.model_dump()):
        (column,), problems = answer_columns(_sheet("frebaq"), {"frebaq": {"Scale": declared}}, library=packaged)
        assert (short, []) == (column.target.scale, problems)


def test_a_scale_that_could_be_two_is_refused(packaged):
    """A FreBAQ total without a scale is left out, with the JSON to write into the sidecar."""
    columns, (problem,) = answer_columns(_sheet("frebaq"), {}, library=packaged)
    assert ([], "refused", "a declared scale") == (columns, problem.severity, problem.expected.en)
    assert 'it circulates on 0-36 or 0-27; declare "Scale": {"low": 0, "high": 27} in the sidecar' == problem.todo.en


def test_a_scale_nobody_knows_is_kept_apart(packaged):
    """A score on a scale of its own is read with that scale, and a note says so."""
    (column,), (problem,) = answer_columns(
        _sheet("frebaq"), {"frebaq": {"Scale": {"low": 0, "high": 100}}}, library=packaged
    )
    assert (100, "low", "note") == (column.target.high, column.target.scale.better, problem.severity)


def test_a_broken_scale_is_refused(packaged):
    """A scale that is no scale refuses the column."""
    for declared in ({"Scale": {"low": "zero"}}, {"Scale": 27}, {"Scales": [0, 27]}):
        columns, (problem,) = answer_columns(_sheet("pcs"), {"pcs": declared}, library=packaged)
        assert ([], "a scale with low and high") == (columns, problem.expected.en)


def test_trials_and_their_units(packaged):
    """Units of a field come from a column, or else from the sidecar, or else are not known."""
    for header, sidecar, unit in (
        (("trial", "distance", "distance_unit"), {"distance": {"Units": "mm"}}, "cm"),
        (("trial", "distance"), {"distance": {"Units": "in"}}, "in"),
        (("trial", "distance"), {}, ""),
    ):
        sheet = _sheet(*header)
        (column,), problems = trial_columns(sheet, sidecar, protocol="two-point-lumbar", library=packaged)
        assert (unit, 2, []) == ((seen := column.read(["2", "4", "cm"], "ses-01")).unit, seen.trial, problems)


def test_a_column_that_is_no_field_is_noted(packaged):
    """A test's table may hold more than the library knows; it is listed."""
    _, (problem,) = trial_columns(_sheet("trial", "onset"), {}, protocol="luomajoki", library=packaged)
    assert ("onset", "note") == (problem.column, problem.severity)
