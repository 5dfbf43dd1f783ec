"""Records as JSON files."""

import json
from pathlib import Path

import pytest

from backloop.errors import UnreadableSource
from backloop.record import make_person, read, write

PERSON = {
    "participant": {"participant_id": "sub-1", "attributes": {"group": "PRT", "phone": "13800000000"}},
    "sessions": [{"session_id": "ses-a", "order": 1}],
    "observations": [{"session_id": "ses-a", "kind": "response", "book": "nrs", "item": "nrs_01", "value": 6}],
    "origin": {"name": "elsewhere", "format": "json"},
}


def _put(folder: Path, content) -> Path:
    path = folder / "record.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_written_and_read_again(tmp_path: Path):
    """People come back as they were, save for their origin."""
    people = [make_person(seed=seed, weeks=(0, 6)) for seed in (1, 2)]
    again = read(write(people, tmp_path / "people.json"))
    assert () == again.problems
    assert [record.model_copy(update={"origin": again[0].origin}) for record in people] == list(again)
    assert ("people.json", True) == (again[0].origin.name, again[0].is_made_up)


def test_one_record_or_a_list(tmp_path: Path):
    """A file may hold one record without a list around it."""
    record = read(_put(tmp_path, PERSON)).only
    assert ("sub-1", "json", 64) == (record.participant_id, record.origin.format, len(record.origin.sha256))


def test_identifiers_are_left_out(tmp_path: Path):
    """An attribute that identifies is dropped and listed."""
    people = read(_put(tmp_path, PERSON))
    assert {"group": "PRT"} == people.only.participant.attributes
    assert [("phone", "note")] == [(one.column, one.severity) for one in people.problems]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"value": 11}, "a whole number 0-10"),
        ({"value": "much"}, "a whole number 0-10"),
        ({"item": "nrs_09"}, "an item, score or field and unit of the library"),
        ({"book": "pcs"}, "a response of the book 'nrs'"),
        ({"kind": "score"}, "a response of the book 'nrs'"),
        ({"kind": "score", "book": "frebaq", "item": "frebaq"}, "a declared scale"),
        (
            {"kind": "trial", "book": "two-point-lumbar", "item": "distance", "unit": "s"},
            "an item, score or field and unit",
        ),
    ],
)
def test_observations_are_judged_by_the_books(tmp_path: Path, change: dict[str, object], expected: str):
    """An answer that no book accepts is refused with the record's place, the rest is kept."""
    wrong = {**PERSON, "observations": [PERSON["observations"][0] | change], "participant": {"participant_id": "sub-2"}}
    people = read(_put(tmp_path, [PERSON, wrong]))
    (problem,) = [one for one in people.problems if one.severity == "refused"]
    assert (2, True) == (problem.row, problem.expected.en.startswith(expected))
    assert [1, 0] == [len(record.observations) for record in people]


def test_a_record_of_the_wrong_shape_is_refused(tmp_path: Path):
    """A record with an unknown or missing field is left out by its place; the others stay; no value is repeated."""
    broken = PERSON | {"sessions": [*PERSON["sessions"], {"session_id": "visit-4711", "order": 2}], "mood": "4711"}
    people = read(_put(tmp_path, [broken, PERSON, PERSON]))
    assert {(1, "sessions.1.session_id"), (1, "mood"), (3, "")} == {
        (one.row, one.column) for one in people.problems if one.severity == "refused"
    }
    assert (1, []) == (len(people), [one for one in people.problems if "4711" in str(one)])


def test_what_is_no_json(tmp_path: Path):
    """A file that is cut off is refused as a whole."""
    with pytest.raises(UnreadableSource, match="expected JSON in UTF-8, it is cut off or has a stray character"):
        read(_put(tmp_path, '[{"participant":'))


def test_a_file_nested_without_end_is_refused(tmp_path: Path):
    """JSON deeper than can be read is refused like any other broken JSON."""
    with pytest.raises(UnreadableSource, match=r"record\.json: expected JSON in UTF-8"):
        read(_put(tmp_path, "[" * 100_000 + "]" * 100_000))


def test_a_number_in_quotes_is_refused(tmp_path: Path):
    """Text that looks like a code is named and left out: no rule would ever see it as the number."""
    person = PERSON | {"observations": [PERSON["observations"][0] | {"value": "1"}]}
    people = read(_put(tmp_path, [person]))

    assert ["write the number without quotes"] == [one.todo.en for one in people.problems if one.severity == "refused"]
    assert () == people[0].observations
