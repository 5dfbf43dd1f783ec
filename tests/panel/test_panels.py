"""The panel: one row a marker in a fixed order, beside its reference, with what contradicts it; a file and back."""

import json
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import MeasureError, UnknownBook, UnreadableSource
from backloop.library import Library
from backloop.norms import Control, Controls, ReferencePerson
from backloop.panel import Panel, PanelProblem, make_panel, read_panel, save_panel
from backloop.recordings import Derivation, Reading
from backloop.units import Absent, Certainty, Interval, Text

LIBRARY = Library.packaged()
WHO = ReferencePerson(age_years=45, is_male=False)
make = partial(make_panel, participant_id="sub-01", library=LIBRARY)


def reading(marker: str, value: float | None = 1.0, **more: object) -> Reading:
    """Make one reading of a marker in the unit of its book."""
    book = LIBRARY.marker(marker.partition(".")[0])
    why = {} if value is not None else {"absent": Absent.ARTEFACT, "reason": Text(en="noise", zh="噪声")}
    common = {"participant_id": "sub-01", "session_id": "ses-01", "unit": book.scale.unit, "convention": "one"}
    return Reading.model_validate(common | {"marker": marker, "value": value} | why | more)


def controls(marker: str, mean: float = 10.0, n: int = 12) -> Controls:
    """Make own controls whose SD is 1."""
    spread = np.linspace(-1, 1, n)
    values = mean + spread / spread.std(ddof=1)
    return Controls(people=tuple(Control(person=WHO, markers={marker: float(value)}) for value in values))


def test_rows_stand_by_modality_marker_and_visit():
    """Whatever the order of the readings, the panel's order is the same."""
    given_ = [
        reading("nac-volume.left", session_id="ses-02"),
        reading("eeg-alpha-power"),
        reading("nac-volume.left"),
        reading("nac-slow5"),
        reading("nac-volume"),
    ]
    wanted = ["nac-slow5", "eeg-alpha-power", "nac-volume", "nac-volume.left", "nac-volume.left"]

    assert wanted == [row.reading.marker for row in make(given_).rows]
    assert make(given_) == make(reversed(given_))


def test_a_row_tells_what_contradicts_its_marker():
    """Every study of the book that is not for the claim is told with its key, and certainty is the book's."""
    row = make([reading("nac-volume")]).rows[0]

    assert ["[henn-2022]"] == [told.en[-11:] for told in row.contradicted_by]
    assert (Certainty.LOW, False) == (row.certainty, row.is_conflicting)


@pytest.mark.parametrize("marker", sorted(LIBRARY.shelf("markers")))
def test_a_conflicting_marker_says_so(marker):
    """The panel of a marker on which studies disagree says *conflicting* in both languages; of others it does not."""
    row = make([reading(marker)]).rows[0]

    assert LIBRARY.marker(marker).is_conflicting == row.is_conflicting
    assert row.is_conflicting == any("Conflicting" in note.en and "不一致" in note.zh for note in row.notes)


def test_findings_of_one_sex_are_told_to_those_they_concern():
    """A man reads what was found in men; where the sex is not known both are told."""
    men = [make([reading("nac-slow5")], person=who).rows[0].notes for who in (None, WHO)]
    his = make([reading("nac-slow5")], person=ReferencePerson(age_years=45, is_male=True)).rows[0].notes

    assert [1, 0] == [len(notes) for notes in men]
    assert his[0].en.startswith("In men: Less response of the striatum")
    assert his[0].zh.startswith("男性：")


def test_own_controls_give_a_deviation_and_nothing_else_invents_one():
    """Beside twelve own controls there is a z with an interval; without, the direction of studies and no number."""
    low = reading("acc-naa", 7.0)
    beside, alone = make([low], controls=controls("acc-naa")).rows[0], make([low]).rows[0]

    assert ("own controls", -3.0) == (beside.standing.basis, round(beside.standing.z, 6))
    assert beside.standing.interval.low < -3 < beside.standing.interval.high
    assert ("literature direction", None) == (alone.standing.basis, alone.standing.z)


def test_healthy_people_seldom_lie_so_far_that_a_marker_would_speak():
    """Beside ten own controls 4.4 in 100 healthy people lie 2 SD or more below them, all of the interval below zero."""
    random, low = np.random.default_rng(7), 0
    for values in random.standard_normal((1000, 11)):
        people = tuple(Control(person=WHO, markers={"acc-naa": float(value)}) for value in values[1:])
        standing = make([reading("acc-naa", float(values[0]))], controls=Controls(people=people)).rows[0].standing
        low += standing.z <= -2 and standing.interval.high < 0

    assert 25 <= low <= 65  # expected 44.4, from Student's t; its standard deviation is 6.5


def test_a_part_has_a_name_of_its_own():
    """A part is called by the book's title and what the part is, in both languages."""
    row = make([reading("nac-volume.left")]).rows[0]

    assert ("Nucleus accumbens volume: left", "伏隔核体积：左侧") == (row.title.en, row.title.zh)


def test_readings_that_cannot_be_compared_keep_rows_of_their_own():
    """Eyes open and closed are never averaged; the one with closed eyes leads, whatever came first."""
    opened = reading("eeg-alpha-power", 0.2, because=Derivation(parameters={"eyes": "open"}))
    closed = reading("eeg-alpha-power", 0.4, because=Derivation(parameters={"eyes": "closed"}))
    panel = make([opened, closed])

    assert [0.4, 0.2] == [row.reading.value for row in panel.rows]
    assert panel.get("eeg-alpha-power", "ses-01").reading.value == 0.4


def test_an_absent_reading_keeps_its_reason():
    """A marker that could not be read has a row that says why."""
    row = make([reading("acc-naa", None)]).rows[0]

    assert (None, "noise") == (row.reading.value, row.reading.reason.en)


def test_a_reading_of_somebody_else_is_refused():
    """A panel is one person's; the message names nobody else."""
    with pytest.raises(MeasureError, match="readings of 'sub-01' only"):
        make([reading("acc-naa", participant_id="sub-02")])


def test_a_marker_without_a_book_is_refused():
    """A number without a book has no definition and no evidence."""
    stranger = reading("acc-naa").model_copy(update={"marker": "acc-nax"})
    with pytest.raises(UnknownBook, match="acc-naa"):
        make([stranger])


def test_a_panel_is_a_file_and_back(tmp_path):
    """Nothing is lost on disk: rows, intervals, runs, problems, versions."""
    problem = PanelProblem(source="a.edf", reason=Text(en="a web page", zh="网页"), modality="eeg")
    rows = [
        reading("acc-naa", 9.0, interval=Interval(low=8, high=10), because=Derivation(software={"lcmodel": "6.3"})),
        reading("mpfc-dmn", 0.2, n=100, counted="volumes"),
        reading("mpfc-dmn", 0.4, n=300, counted="volumes"),
    ]
    panel = make(rows, person=WHO, controls=controls("acc-naa"), problems=[problem], is_made_up=True)
    path = save_panel(panel, tmp_path / "sub-01" / "panel.json")

    assert panel == read_panel(path)
    assert ("6.3", True, 2) == (panel.software["lcmodel"], panel.is_made_up, len(panel.get("mpfc-dmn", "ses-01").runs))
    assert path.read_bytes() == save_panel(read_panel(path), tmp_path / "again.json").read_bytes()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "expected a panel"),
        ("{}", "participant_id: Field required"),
        ('{"participant_id": "sub-01", "edition": "x", "rowz": []}', "rowz: Extra inputs"),
        ("<!doctype html>", "expected a panel"),
    ],
)
def test_a_file_that_is_no_panel_is_told_by_name(tmp_path, content, said):
    """The message names the file, what was expected, and what to do."""
    path = tmp_path / "panel.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableSource, match=rf"panel\.json: .*{said}.*write it anew"):
        read_panel(path)


def test_rows_of_two_people_are_no_panel(tmp_path):
    """A file put together by hand from two people is refused."""
    text = json.loads(make([reading("acc-naa")]).model_dump_json()) | {"participant_id": "sub-02"}
    path = tmp_path / "panel.json"
    path.write_text(json.dumps(text), encoding="utf-8")
    with pytest.raises(UnreadableSource, match="readings of one person"):
        read_panel(path)


def test_the_table_has_a_line_a_row():
    """The tidy table holds value, deviation and basis; an empty panel has the same columns."""
    panel = make([reading("acc-naa", 7.0), reading("nac-slow5", None)], controls=controls("acc-naa"))
    frame = panel.frame()

    assert [("nac-slow5", "artefact"), ("acc-naa", None)] == [
        (line.marker, line.absent if isinstance(line.absent, str) else None) for line in frame.itertuples()
    ]
    assert frame.set_index("marker").loc["acc-naa", "z"] == pytest.approx(-3)
    assert list(Panel(participant_id="sub-01", edition="x").frame().columns) == list(frame.columns)


def test_visits_and_rows_of_a_visit():
    """A panel knows its visits, and gives the rows of one."""
    panel = make([reading("acc-naa", session_id="ses-02"), reading("nac-slow5")])

    assert ("ses-01", "ses-02") == panel.sessions
    assert ["acc-naa"] == [row.reading.marker for row in panel.at("ses-02")]
    assert panel.get("acc-naa", "ses-01") is None


MARKERS = sorted(LIBRARY.shelf("markers"))


@given(st.lists(st.sampled_from(MARKERS), unique=True, max_size=6), st.randoms())
def test_the_order_of_the_readings_never_matters(markers, random):
    """Law: a panel is a function of the set of its readings."""
    given_ = [reading(marker) for marker in markers]
    shuffled = random.sample(given_, len(given_))

    assert make(given_) == make(shuffled)


@given(st.lists(st.sampled_from(MARKERS), unique=True, min_size=1, max_size=6))
def test_a_row_depends_on_its_own_readings_only(markers):
    """Law: adding a marker changes no other row."""
    whole, part = make([reading(marker) for marker in markers]), make([reading(marker) for marker in markers[1:]])

    assert [row for row in whole.rows if row.reading.marker != markers[0]] == list(part.rows)
