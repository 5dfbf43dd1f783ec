"""The doors: which reader takes what, and the law that record, BIDS, record is the same."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backloop.errors import InvalidMapping, UnreadableSource, UnwritableRecord
from backloop.library import Library
from backloop.record import Observation, Origin, Participant, Record, Session, TableMapping, make_person, read, write
from backloop.record.privacy import holds_identifiers, names_identifier
from backloop.record.targets import require_target, trial_target
from backloop.units import Absent, Scale

BOOKS = Library.packaged()
INSTRUMENTS = ("frebaq", "nrs", "paindetect", "psfs", "psqi", "vas")
SCORES = ("frebaq", "left-right-trunk.rt", "pgic", "sf-12.pcs")
PROTOCOLS = ("activity-tolerance", "cpm", "left-right-trunk", "two-point-lumbar")
LABEL = st.from_regex(r"[A-Za-z0-9]{1,4}", fullmatch=True)
NUMBERS = st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9, allow_subnormal=False)
RESERVED = {"participant_id", "age", "sex", "language", "made_up"}
ATTRIBUTES = st.dictionaries(
    st.text(max_size=6).filter(lambda name: not names_identifier(name) and name not in RESERVED),
    NUMBERS | st.text(max_size=8).filter(lambda text: not holds_identifiers([text])),
    max_size=3,
)


def _within(low: float | None, high: float | None) -> st.SearchStrategy[float]:
    return st.floats(-1000 if low is None else low, 1000 if high is None else high, allow_subnormal=False)


def _answer(item: str) -> st.SearchStrategy[dict[str, object]]:
    target = require_target(item, BOOKS)
    values = {
        "text": st.text(max_size=12),
        "code": st.integers(int(target.low or 0), int(target.high or 9)),
    }.get(target.form, _within(target.low, target.high))
    return st.fixed_dictionaries({"value": values}) | st.fixed_dictionaries({"absent": st.sampled_from(Absent)})


@st.composite
def _responses(draw: st.DrawFn, visit: str, book: str) -> list[Observation]:
    items = [item.id for item in BOOKS.instrument(book).items]
    chosen = draw(st.sets(st.sampled_from(items), max_size=4))
    return [
        Observation(session_id=visit, kind="response", book=book, item=item, **draw(_answer(item)))
        for item in items
        if item in chosen
    ]


@st.composite
def _reported(draw: st.DrawFn, visit: str, score: str) -> Observation:
    ends = sorted(draw(st.tuples(st.integers(-50, 50), st.integers(-50, 50))))
    odd = Scale(
        low=ends[0], high=ends[1], unit=draw(st.text(max_size=3)), better="high", version=draw(st.text(max_size=3))
    )
    scale = draw(st.sampled_from([*require_target(score, BOOKS).rulers, odd]))
    told = st.fixed_dictionaries({"value": _within(scale.low, scale.high)})
    told |= st.fixed_dictionaries({"absent": st.sampled_from(Absent)})
    book = score.partition(".")[0]
    return Observation(session_id=visit, kind="score", book=book, item=score, scale=scale, **draw(told))


@st.composite
def _trials(draw: st.DrawFn, visit: str, protocol: str) -> list[Observation]:
    spots = st.tuples(st.none() | st.integers(1, 99), st.text(max_size=4), st.text(max_size=4))
    seen = []
    for trial, phase, site in draw(st.lists(spots, unique=True, max_size=3)):
        for field in BOOKS.protocol(protocol).fields:
            unit = draw(st.sampled_from([field.unit, ""]))
            target = trial_target(protocol, field.id, BOOKS).in_unit(unit)
            values = st.integers(0, 1) if target.form == "code" else _within(target.low, target.high)
            told = draw(
                st.fixed_dictionaries({"value": values}) | st.fixed_dictionaries({"absent": st.sampled_from(Absent)})
            )
            place = {"trial": trial, "phase": phase, "site": site, "unit": unit}
            seen.append(Observation(session_id=visit, kind="trial", book=protocol, item=field.id, **place, **told))
    return seen


@st.composite
def _records(draw: st.DrawFn) -> Record:
    who = Participant(
        participant_id=f"sub-{draw(LABEL)}",
        age=draw(st.none() | st.floats(0, 120)),
        sex=draw(st.sampled_from([None, "female", "male", "other"])),
        language=draw(st.sampled_from(["und", "en", "zh-Hans"])),
        attributes=draw(ATTRIBUTES),
    )
    visits = [
        Session(
            session_id=f"ses-{label}",
            order=draw(st.integers(-99, 99)),
            week=draw(st.none() | st.floats(-10, 300)),
            label=draw(st.text(max_size=6)),
        )
        for label in draw(st.lists(st.sampled_from(["a", "B", "01"]), min_size=1, max_size=2, unique=True))
    ]
    seen: list[Observation] = []
    for visit in visits:
        by_book = {
            book: draw(_responses(visit.session_id, book)) for book in draw(st.sets(st.sampled_from(INSTRUMENTS)))
        }
        for score in draw(st.sets(st.sampled_from(SCORES))):
            by_book.setdefault(score.partition(".")[0], []).append(draw(_reported(visit.session_id, score)))
        seen += [one for _, answers in sorted(by_book.items()) for one in answers]
        for protocol in sorted(draw(st.sets(st.sampled_from(PROTOCOLS), max_size=2))):
            seen += draw(_trials(visit.session_id, protocol))
    origin = Origin(name="any", format=draw(st.sampled_from(["table", "made-up"])))
    return Record(participant=who, sessions=tuple(visits), observations=tuple(seen), origin=origin)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(people=st.lists(_records(), min_size=1, max_size=2, unique_by=lambda record: record.participant_id.lower()))
def test_record_bids_record_is_the_same(people: list[Record]):
    """Whatever the books accept is written to BIDS and read again without any difference but its origin."""
    with tempfile.TemporaryDirectory() as scratch:
        again = read(write(people, Path(scratch) / "clinic"))
    assert [] == [problem for problem in again.problems if problem.severity == "refused"]
    assert people == [
        record.model_copy(update={"origin": before.origin}) for record, before in zip(again, people, strict=True)
    ]
    assert [record.is_made_up for record in people] == [record.is_made_up for record in again]


def test_made_up_people_come_back(tmp_path: Path):
    """A whole clinic of made-up people with three visits is the same after BIDS."""
    people = [make_person(seed=seed, weeks=(0, 6, 12)) for seed in range(4)]
    again = read(write(people, tmp_path / "clinic"))
    assert () == again.problems
    assert people == [record.model_copy(update={"origin": people[0].origin}) for record in again]


def test_each_source_finds_its_reader(tmp_path: Path):
    """Folder, JSON and table are told apart by name."""
    person = make_person(seed=1, books=("nrs",))
    (tmp_path / "visit.tsv").write_text("participant_id\tnrs_01\n1\t6\n", encoding="utf-8")
    write([person], tmp_path / "clinic")
    write([person], tmp_path / "people.json")
    assert ["made-up", "made-up", "table"] == [
        read(str(tmp_path / name)).only.origin.format for name in ("clinic", "people.json", "visit.tsv")
    ]


def test_a_mapping_may_be_given_as_it_is(tmp_path: Path):
    """A mapping made in Python works like one in a file."""
    (tmp_path / "visit.csv").write_text("id,pain\n1,6\n", encoding="utf-8")
    mapping = TableMapping.model_validate({"table": {"participant": "id"}, "columns": {"pain": {"item": "nrs_01"}}})
    assert 6 == read(tmp_path / "visit.csv", mapping=mapping).only.observations[0].value


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "nowhere: there is no such file or folder; expected a BIDS folder, .json, .csv, .tsv or .txt"),
        ("nowhere.csv", "nowhere.csv: expected a file, there is none of that name"),
        ("book.xlsx", r"book.xlsx: expected a BIDS folder, .json, .csv, .tsv or .txt; save it so"),
    ],
)
def test_sources_nobody_can_read(tmp_path: Path, name: str, message: str):
    """A missing source and a spreadsheet are named, with what is read."""
    (tmp_path / "book.xlsx").write_bytes(b"PK")
    with pytest.raises(UnreadableSource, match=message):
        read(tmp_path / name)


def test_faults_of_a_mapping_name_its_file(tmp_path: Path, read_text):
    """A mapping that contradicts the table is named with its file; a BIDS folder takes none."""
    with pytest.raises(InvalidMapping, match=r"rules\.toml: \[columns\.pain\]: visit\.csv has no column 'pain'"):
        read_text("participant_id,nrs_01\n1,6\n", '[columns.pain]\nitem = "nrs_01"')
    with pytest.raises(InvalidMapping, match="a mapping describes a table"):
        read(tmp_path, mapping=tmp_path / "rules.toml")


def test_nothing_is_overwritten(tmp_path: Path):
    """A folder with something in it and a file that exists are left alone."""
    person = make_person(seed=1, books=("nrs",))
    (tmp_path / "people.json").write_text("[]", encoding="utf-8")
    for target in (tmp_path, tmp_path / "people.json"):
        with pytest.raises(UnwritableRecord, match="something is there; choose another name"):
            write([person], target)


def test_everybody_is_written_once(tmp_path: Path):
    """Nobody, and somebody twice, cannot be written."""
    person = make_person(seed=1, books=("nrs",))
    for people in ([], [person, person]):
        with pytest.raises(UnwritableRecord, match="expected one record a person"):
            write(people, tmp_path / "clinic")
