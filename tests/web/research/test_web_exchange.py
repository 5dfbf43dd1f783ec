"""Exchange: what leaves is logged, what comes in is shown first, and hostile files are refused in words."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backloop.errors import UnreadableSource
from backloop.record import make_person, write
from backloop.redcap import write_project
from backloop.web.people.making import add_record
from backloop.web.research import patient_forms
from backloop.web.research.models import Waiting
from backloop.web.research.zipping import ZipLimits, unpack_zip, zip_folder
from backloop.web.store.models import Event, ReadEntry
from backloop.web.store.nouns import record_of

pytestmark = pytest.mark.django_db

SMALL = ZipLimits(files=10, size=1000)


@pytest.fixture
def mine(clinic_people: Any) -> Any:
    """Give the patient of everybody with a first visit."""
    patient = clinic_people.patients["mine"]
    add_record(patient, make_person(seed=1, weeks=(0,), books=["nrs", "rmdq"]))
    return patient


@pytest.fixture
def clinician(client_of: Callable[[str], Client]) -> Client:
    """Give the browser of the clinician, in English."""
    browser = client_of("clinician")
    browser.cookies["language"] = "en"
    return browser


def _send(browser: Client, patient: Any, form: str, content: bytes, beside: bytes | None = None) -> Any:
    told = {"form": form, "file": SimpleUploadedFile("of a stranger.bin", content)}
    told |= {"beside": SimpleUploadedFile("../../second", beside)} if beside is not None else {}
    return browser.post(f"/exchange/{patient.code}/", told)


def _later(patient: Any) -> Any:
    """Give the same person's record with one more visit."""
    person = make_person(seed=1, weeks=(0, 12), books=["nrs", "rmdq"])
    who = person.participant.model_copy(update={"participant_id": f"sub-{patient.code}"})
    return person.model_copy(update={"participant": who})


@pytest.mark.parametrize("form", ["bids", "fhir", "redcap", "json"])
def test_what_leaves_comes_back(form: str, clinician: Client, mine: Any, clinic_people: Any):
    """A patient's own export, read into the same record again, adds nothing; every export is logged."""
    packed = clinician.get(f"/exchange/{mine.code}/out/{form}/")
    assert packed.status_code == 200
    assert "attachment" in packed["Content-Disposition"]
    assert ReadEntry.objects.filter(what=f"export:{form}", subject=mine.code).count() == 1
    content, beside = packed.content, None
    if form == "redcap":
        with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
            content, beside = archive.read("records.csv"), archive.read("dictionary.csv")
    answer = _send(clinician, mine, form, content, beside)
    assert answer.status_code == 302, answer.content.decode()
    assert "nothing new" in clinician.get(answer["Location"]).content.decode()


def test_an_import_is_shown_then_written_once(clinician: Client, mine: Any):
    """Nothing is written before it is confirmed; a second confirmation adds nothing."""
    before = Event.objects.count()
    content = json.dumps(_later(mine).model_dump(mode="json")).encode()
    place = _send(clinician, mine, "json", content)["Location"]
    told = clinician.get(place).content.decode()
    assert ("1 visits" in told, Event.objects.count()) == (True, before)
    clinician.post(place, {"deed": "write"})
    record = record_of(mine.code)
    assert record is not None
    assert ["ses-w00", "ses-w12"] == [visit.session_id for visit in record.sessions]
    after = Event.objects.count()
    clinician.post(place, {"deed": "write"})
    assert Event.objects.count() == after
    assert Event.objects.filter(kind="decision", code="import").count() == 1


def test_another_answer_never_replaces_one(clinician: Client, mine: Any):
    """Where file and record differ, the record stays and the difference is listed."""
    person = _later(mine)
    changed = [
        one.model_copy(update={"value": (one.value + 1) % 10}) if one.book == "nrs" else one
        for one in person.observations
    ]
    person = person.model_copy(update={"observations": tuple(changed)})
    before = record_of(mine.code).observations
    place = _send(clinician, mine, "json", json.dumps(person.model_dump(mode="json")).encode())["Location"]
    assert "another answer" in clinician.get(place).content.decode()
    clinician.post(place, {"deed": "write"})
    assert set(before) <= set(record_of(mine.code).observations)


def test_another_persons_file_needs_a_tick(clinician: Client, mine: Any):
    """A file that calls the person otherwise is not written until somebody says that it is the same person."""
    content = json.dumps(make_person(seed=1, weeks=(0, 12), books=["nrs"]).model_dump(mode="json")).encode()
    place = _send(clinician, mine, "json", content)["Location"]
    before = Event.objects.count()
    clinician.post(place, {"deed": "write"})
    assert Event.objects.count() == before
    clinician.post(place, {"deed": "write", "same": "yes"})
    assert Event.objects.count() > before


def test_a_table_comes_in_with_its_mapping(clinician: Client, mine: Any):
    """A clinic's own table is read by its mapping; a value that the book refuses is listed."""
    table = f"who,when,pain\n{mine.code},2,4\n{mine.code},3,77\n".encode()
    mapping = (
        b'[table]\nparticipant = "who"\nsession = "when"\n[sessions.2]\nsession_id = "ses-w06"\nweek = 6\n'
        b'[sessions.3]\nsession_id = "ses-w18"\nweek = 18\n[columns.pain]\nitem = "nrs_01"\n'
    )
    place = _send(clinician, mine, "table", table, mapping)["Location"]
    told = clinician.get(place).content.decode()
    assert "ses-w06" in told
    assert "nrs_01" in told or "pain" in told


def test_a_refused_row_is_said_in_chinese(clinician: Client, mine: Any):
    """The page in Chinese says in Chinese what was refused, and marks nothing as English; in English it is English."""
    table = f"participant_id,session_id,nrs_01\n{mine.code},w06,4\n{mine.code},w12,77\n".encode()
    place = _send(clinician, mine, "table", table)["Location"]
    told = clinician.get(place).content.decode()
    assert "row 3, column &#x27;nrs_01&#x27;: expected a whole number 0-10; the number is out of range" in told
    clinician.cookies["language"] = "zh"
    told = clinician.get(place).content.decode()
    assert "<li>table.csv，第 3 行，“nrs_01”列：应为 0-10 的整数；数值超出范围；请更正该单元格" in told
    assert "expected" not in told


def test_several_people_are_refused_with_what_was_wrong(clinician: Client, mine: Any):
    """A file without the one person is refused in the language of the page, with the first rows that were wrong."""
    clinician.cookies["language"] = "zh"
    told = _send(clinician, mine, "table", b"participant_id,nrs_01\n1,4\n2,77\n").content.decode()
    assert "文件含 2 人。table.csv，第 3 行，“nrs_01”列：应为 0-10 的整数" in told


def test_made_up_data_never_reach_a_real_person(clinician: Client, mine: Any):
    """A made-up record is refused for somebody who exists."""
    mine.made_up = False
    mine.save()
    told = _send(clinician, mine, "json", json.dumps(_later(mine).model_dump(mode="json")).encode())
    assert told.status_code == 400
    assert "made-up" in told.content.decode()


HOSTILE = [
    ("bids", b"not a zip"),
    ("bids", b"PK\x03\x04" + b"\0" * 40),
    ("json", b"[" * 100_000),
    ("json", b"{}"),
    ("json", b"\xff\xfe\x00"),
    ("fhir", b"<html></html>"),
    ("fhir", b'{"resourceType": "Bundle", "entry": [{"resource": 7}]}'),
    ("fhir", b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "identifier": [1]}}]}'),
    ("table", b"\x00\x01\x02"),
    ("table", b"participant_id,nrs_01\n1,2\n2,3\n"),
    ("redcap", b"record_id\n1\n"),
]


@pytest.mark.parametrize(("form", "content"), HOSTILE)
def test_wrong_files_are_refused_in_words(form: str, content: bytes, clinician: Client, mine: Any):
    """Whatever is sent, the page answers with a reason, and nothing waits and nothing is written."""
    before = Event.objects.count()
    answer = _send(clinician, mine, form, content)
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()
    assert (Event.objects.count(), Waiting.objects.count()) == (before, 0)


def test_huge_files_are_refused(clinician: Client, mine: Any, monkeypatch: pytest.MonkeyPatch):
    """A file beyond the limit is refused before it is opened."""
    field = patient_forms.IntakeForm.base_fields["file"]
    monkeypatch.setattr(field, "largest", 10)
    answer = _send(clinician, mine, "json", b"x" * 11)
    assert "too large" in answer.content.decode()


def _zip(*entries: tuple[str, bytes], mode: int = 0o600) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr, entry.compress_type = mode << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    packed.seek(0)
    return packed


@pytest.mark.parametrize("name", ["../evil.tsv", "/etc/evil.tsv", "a/../../evil.tsv", "..\\evil.tsv", "C:\\evil.tsv"])
def test_paths_that_lead_outside_are_refused(name: str, tmp_path: Path):
    """Nothing is written, neither outside nor inside."""
    with pytest.raises(UnreadableSource, match="outside"):
        unpack_zip(_zip((name, b"x")), tmp_path / "in", limits=SMALL)
    assert list(tmp_path.rglob("*")) == []


def test_links_and_bombs_are_refused(tmp_path: Path):
    """A link, too many files, too much unpacked, and much from little are refused."""
    with pytest.raises(UnreadableSource, match="link"):
        unpack_zip(_zip(("a", b"/etc/passwd"), mode=0o120777), tmp_path, limits=SMALL)
    with pytest.raises(UnreadableSource, match="1 to 10 files"):
        unpack_zip(_zip(*((f"{n}.tsv", b"") for n in range(11))), tmp_path, limits=SMALL)
    with pytest.raises(UnreadableSource, match="larger"):
        unpack_zip(_zip(("a.tsv", b"0" * 1001)), tmp_path, limits=SMALL)
    bomb = _zip(("a.tsv", b"0" * 50_000_000))
    with pytest.raises(UnreadableSource, match="larger"):
        unpack_zip(bomb, tmp_path, limits=ZipLimits(files=10, size=2**40))


def test_a_header_that_lies_is_caught(tmp_path: Path):
    """A file that unpacks to more than its header says is stopped."""
    packed = bytearray(_zip(("a.tsv", b"0" * 5000)).getvalue())
    for place in (packed.find(b"PK\x01\x02") + 24, packed.find(b"PK\x03\x04") + 22):
        packed[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises(UnreadableSource):
        unpack_zip(io.BytesIO(bytes(packed)), tmp_path, limits=SMALL)


def test_a_packed_folder_has_the_same_bytes_again(tmp_path: Path):
    """Two exports of the same content cannot be told apart."""
    write([make_person(seed=1)], tmp_path / "bids")
    assert zip_folder(tmp_path / "bids") == zip_folder(tmp_path / "bids")


def test_a_file_name_is_never_a_path(clinician: Client, mine: Any, tmp_path: Path):
    """The names a stranger gives are shown at most; the second file of a REDCap export lands nowhere else."""
    write_project([_later(mine)], tmp_path / "project")
    records = (tmp_path / "project" / "records.csv").read_bytes()
    dictionary = (tmp_path / "project" / "dictionary.csv").read_bytes()
    place = _send(clinician, mine, "redcap", records, dictionary)["Location"]
    assert "1 visits" in clinician.get(place).content.decode()


def test_who_is_blinded_does_not_exchange(clinic_people: Any, client_of: Callable[[str], Client], mine: Any):
    """A clinician who assesses the same patient blindly is not let in."""
    from backloop.web.people.models import RoleGrant

    RoleGrant.objects.create(
        account=clinic_people.accounts["clinician"],
        role="assessor",
        site=clinic_people.sites["north"],
        study=clinic_people.study,
    )
    browser = client_of("clinician")
    assert browser.get(f"/exchange/{mine.code}/").status_code == 403
    assert browser.get(f"/exchange/{mine.code}/out/json/").status_code == 403


def test_anothers_waiting_file_is_not_reached(
    clinician: Client, client_of: Callable[[str], Client], mine: Any, clinic_people: Any
):
    """A number that waits for one patient opens nothing for another."""
    place = _send(clinician, mine, "json", json.dumps(_later(mine).model_dump(mode="json")).encode())["Location"]
    number = place.rstrip("/").rpartition("/")[2]
    other = clinic_people.patients["other_team"].code
    assert client_of("clinician_2").get(f"/exchange/{other}/in/{number}/").status_code == 302
    assert client_of("clinician_2").get(place).status_code == 404
