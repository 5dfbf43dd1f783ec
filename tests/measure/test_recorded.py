"""The panel among the scores: recorded numbers count, differences are told, nothing else changes."""

from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import MeasureError
from backloop.library import Library
from backloop.measure import Measure, score
from backloop.norms import Control, Controls, ReferencePerson
from backloop.panel import Panel, PanelRow, make_panel
from backloop.profile import infer
from backloop.record import Observation, Record, Session, make_person
from backloop.recordings import Derivation, Reading
from backloop.units import Absent, Interval, Scale, Text

LIBRARY = Library.packaged()
VOLUME = LIBRARY.marker("nac-volume").scale
WHO = ReferencePerson(age_years=45, is_male=False)
make = partial(make_panel, participant_id="sub-01", library=LIBRARY)


def reading(marker: str, value: float | None = 1.0, **more: object) -> Reading:
    """Make one reading of a marker in the unit of its book."""
    book = LIBRARY.marker(marker.partition(".")[0])
    why = {} if value is not None else {"absent": Absent.ARTEFACT, "reason": Text(en="noise", zh="噪声")}
    common = {"participant_id": "sub-01", "session_id": "ses-01", "unit": book.scale.unit, "convention": "one"}
    return Reading.model_validate(common | {"marker": marker, "value": value} | why | more)


def told(value: float | None, **more: object) -> Observation:
    """Report an accumbens volume as somebody else computed it."""
    parts = {"session_id": "ses-01", "kind": "score", "book": "nac-volume", "item": "nac-volume", "scale": VOLUME}
    return Observation.model_validate(parts | {"value": value} | more)


def controls(*markers: str, n: int = 12) -> Controls:
    """Make own controls with mean 10 and SD 1 in each marker."""
    values = 10 + np.linspace(-1, 1, n) / np.linspace(-1, 1, n).std(ddof=1)
    people = (Control(person=WHO, markers=dict.fromkeys(markers, float(value))) for value in values)
    return Controls(people=tuple(people))


@pytest.fixture
def find(make_record):
    """Give a function that scores a record with a panel and returns one measure."""

    def act(marker: str, panel: Panel, *seen: Observation) -> Measure | None:
        return score(make_record(*seen), panel=panel).get(marker, "ses-01")

    return act


def test_a_row_becomes_a_measure(find):
    """Value, interval, scale of the book, convention, quality, doubts and sources arrive among the scores."""
    interval = Interval(low=8, high=10)
    row = reading("acc-naa", 9.0, interval=interval, quality={"snr": 20.0}, n=64, counted="shots")
    found = find("acc-naa", make([row]))

    assert (9.0, interval, "recorded", LIBRARY.marker("acc-naa").scale) == (
        found.value,
        found.interval,
        found.origin,
        found.scale,
    )
    assert ("one", {"snr": 20.0}, 64, "shots") == (
        found.recorded.convention,
        found.recorded.quality,
        found.recorded.n,
        found.recorded.counted,
    )
    assert ("kameda-2018", "low") == (found.references[0], found.certainty.value)
    assert found.deviation is None
    assert "no deviation is computed" in found.notes[-1].en


def test_a_row_beside_own_controls_has_a_deviation(find):
    """The standing's z, interval, basis and number of controls are the measure's deviation."""
    panel = make([reading("acc-naa", 7.0)], controls=controls("acc-naa"))
    found = find("acc-naa", panel).deviation

    assert (pytest.approx(-3), "own controls", 12) == (found.z, found.basis, found.n_controls)
    assert found.interval == panel.rows[0].standing.interval


def test_what_contradicts_a_marker_comes_along(find):
    """The studies that found otherwise, and that they conflict, are told with the measure."""
    found = find("s1-alff", make([reading("s1-alff")]))

    assert found.recorded.contradicted_by == make([reading("s1-alff")]).rows[0].contradicted_by
    assert found.notes[0].en.startswith("Conflicting")


def test_a_part_belongs_to_the_book_of_its_marker(make_record):
    """A part stands after its marker, under the same book, named apart."""
    panel = make([reading("nac-volume.left", 500.0), reading("nac-volume", 1000.0)])
    measures = score(make_record(), panel=panel)

    assert [("nac-volume", "nac-volume"), ("nac-volume.left", "nac-volume")] == [
        (each.id, each.book) for each in measures.measures
    ]
    assert measures.because.books == ("markers/nac-volume@1",)
    assert measures.because.observations == ("ses-01/panel/nac-volume", "ses-01/panel/nac-volume.left")


def test_a_unit_of_its_own_gives_a_scale_of_its_own(find):
    """A part in another unit, or another convention of the marker, is never on the book's scale."""
    found = find("eeg-alpha-power.absolute", make([reading("eeg-alpha-power.absolute", 30.0, unit="µV²")]))

    assert found.scale == Scale(unit="µV²", better="neither")


def test_recordings_stand_after_questionnaires_at_each_visit(make_record, make_answers):
    """Visits in order, then instruments, then markers, as ever."""
    nrs = make_answers({"nrs_01": 5})
    later = nrs[0].model_copy(update={"session_id": "ses-02"})
    panel = make([reading("nac-volume"), reading("nac-volume", session_id="ses-02")])
    found = score(make_record(*nrs, later), panel=panel).measures

    assert [("ses-01", "nrs"), ("ses-01", "nac-volume"), ("ses-02", "nrs"), ("ses-02", "nac-volume")] == [
        (each.session_id, each.book) for each in found
    ]


@pytest.mark.parametrize(("value", "noted"), [(900.0, True), (1000.0, False)])
def test_the_recording_counts_before_what_was_reported(find, value, noted):
    """Where both are there the panel's value stands, and a note tells of a difference only."""
    found = find("nac-volume", make([reading("nac-volume", 1000.0)]), told(value))

    assert (1000.0, "recorded") == (found.value, found.origin)
    assert noted == any("Reported as 900, but the recording gives 1000" in note.en for note in found.notes)
    assert ("ses-01/panel/nac-volume", "ses-01/nac-volume") == found.because


def test_what_was_reported_stands_in_for_a_recording_that_failed(find):
    """An unusable recording does not hide a value that somebody reported; the note says why."""
    found = find("nac-volume", make([reading("nac-volume", None)]), told(900.0))

    assert (900.0, "reported") == (found.value, found.origin)
    assert {"The recording gives no value; the reported one is used.", "noise"} <= {note.en for note in found.notes}


def test_a_report_beside_parts_alone_is_kept(make_record):
    """A panel that holds only a part leaves the reported whole as it was."""
    found = score(make_record(told(900.0)), panel=make([reading("nac-volume.left", 500.0)])).measures

    assert [("nac-volume", "reported"), ("nac-volume.left", "recorded")] == [(each.id, each.origin) for each in found]


def test_an_absent_row_says_why(find):
    """A marker that could not be read is there without a value, with the reason first."""
    found = find("acc-naa", make([reading("acc-naa", None)]))

    assert (None, Absent.ARTEFACT, "noise") == (found.value, found.absent, found.notes[0].en)


def test_readings_that_cannot_be_compared_are_told_of(find):
    """The leading reading is the measure; the other is in its notes, not lost."""
    pair = [
        reading("eeg-alpha-power", value, because=Derivation(parameters={"eyes": eyes}))
        for eyes, value in (("open", 0.2), ("closed", 0.4))
    ]
    found = find("eeg-alpha-power", make(pair))

    assert found.value == 0.4
    assert found.notes[-1].en == "Also read otherwise and not comparable (eyes open, one): 0.2 fraction."
    assert found.notes[-1].zh == "另有不可比的读数（睁眼，one）：0.2 fraction。"


def test_a_panel_of_other_books_says_so(find):
    """What contradicts a marker may have changed since the panel was made; the reader is told."""
    panel = make([reading("acc-naa")]).model_copy(update={"edition": "2025-01-01"})

    assert "2025-01-01" in find("acc-naa", panel).notes[-1].en


def test_a_panel_of_somebody_else_is_refused(make_record):
    """The message names both ids and what to do."""
    panel = Panel(participant_id="sub-02", edition=LIBRARY.edition)
    with pytest.raises(MeasureError, match="of 'sub-02', the record of 'sub-01'; give the panel of this person"):
        score(make_record(), panel=panel)


def test_a_visit_the_record_does_not_know_is_refused(make_record):
    """Without its place in time nobody can say which value is the latest; the message says what to do."""
    with pytest.raises(MeasureError, match="visits ses-09, the record ses-01; add the visits to the record"):
        score(make_record(), panel=make([reading("acc-naa", session_id="ses-09")]))


def test_made_up_recordings_make_made_up_measures(make_record):
    """A simulated panel is never shown as somebody's brain."""
    assert score(make_record(), panel=make([reading("acc-naa")], is_made_up=True)).is_made_up


def test_an_empty_panel_changes_nothing(make_record, make_answers):
    """A panel without rows leaves the scores as they are."""
    record = make_record(*make_answers({"nrs_01": 5}))

    assert score(record) == score(record, panel=make([]))


def test_the_table_shows_deviation_and_basis(make_record):
    """The tidy table has the deviation beside the value."""
    line = score(make_record(), panel=make([reading("acc-naa", 7.0)], controls=controls("acc-naa"))).frame().iloc[0]

    assert (pytest.approx(-3), "own controls", "recorded") == (line["z"], line["basis"], line["origin"])


# ---- laws

SPOKEN = (
    "nac-slow5", "nac-volume", "nac-volume.left", "nac-volume.right", "acc-naa", "acc-alff", "visual-s1", "s1-alff",
)  # fmt: skip
VALUES = st.dictionaries(st.sampled_from(SPOKEN), st.sampled_from([4.0, 6.0, 7.9, 10.0, 12.1, 16.0]), max_size=8)
ORDER = ("unrated", "very low", "low", "moderate", "high")


@cache
def person() -> Record:
    """Make one person for all laws."""
    made = make_person(seed=3)
    return made.model_copy(update={"participant": made.participant.model_copy(update={"participant_id": "sub-01"})})


def laid(values: dict[str, float]) -> Panel:
    """Make a panel beside own controls at the person's first visit."""
    visit = person().sessions[0].session_id
    rows = [reading(marker, value, session_id=visit) for marker, value in values.items()]
    return make(rows, controls=controls(*SPOKEN))


def without(panel: Panel, marker: str) -> Panel:
    """Take one marker's rows out of a panel."""
    kept: tuple[PanelRow, ...] = tuple(row for row in panel.rows if row.reading.marker != marker)
    return panel.model_copy(update={"rows": kept})


@given(VALUES)
def test_a_row_never_changes_another_measure(values):
    """Law: adding rows to a panel adds measures; every other stays as it was, its certainty included."""
    alone = score(person()).measures
    beside = [each for each in score(person(), panel=laid(values)).measures if each.origin != "recorded"]

    assert list(alone) == beside


@given(VALUES.filter(bool), st.data())
def test_taking_a_row_away_never_makes_a_finding_surer(values, data):
    """Law: without a row its clues count less or not at all, and all other clues stay as they were."""
    gone = data.draw(st.sampled_from(sorted(values)))
    whole, part = laid(values), without(laid(values), gone)
    before, after = (infer(score(person(), panel=panel)) for panel in (whole, part))
    for old, new in zip(before.supports, after.supports, strict=True):
        for was, now in zip(old.findings, new.findings, strict=True):
            leans = was.source == gone.partition(".")[0]

            assert (now == was) if not leans else now.direction in {was.direction, "missing", "neither"}
            assert ORDER.index(now.certainty) <= ORDER.index(was.certainty)


@given(VALUES)
def test_without_a_reference_no_marker_speaks(values):
    """Law: beside no controls and no model, whatever the values, no finding points for or against."""
    bare = make([row.reading for row in laid(values).rows])
    found = infer(score(person(), panel=bare))
    plain = infer(score(person()))

    assert [each.verdict for each in found.supports] == [each.verdict for each in plain.supports]


def test_scoring_again_gives_the_same():
    """The same record and panel make the same measures, to the byte."""
    panel = laid(dict.fromkeys(SPOKEN, 6.0))

    assert score(person(), panel=panel).model_dump_json() == score(person(), panel=panel).model_dump_json()


def test_an_unknown_visit_is_refused_before_anything_is_scored(make_record):
    """A record whose visit has another name is told both names."""
    visit = Session(session_id="ses-x", order=1)
    record = make_record().model_copy(update={"sessions": (visit,)})
    with pytest.raises(MeasureError, match="ses-01, the record ses-x"):
        score(record, panel=make([reading("acc-naa")]))
