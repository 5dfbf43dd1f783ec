"""Recordings: stored by fingerprint, read in the background, shown in a sandbox; what is broken says so."""

import importlib.util
import io
import shutil
import stat
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backloop.library import Library
from backloop.panel import make_panel
from backloop.record import make_person
from backloop.recordings import Reading
from backloop.web.people.making import add_record
from backloop.web.research.deliveries import panel_of, read_upload
from backloop.web.research.models import Upload
from backloop.web.research.recipes import KINDS
from backloop.web.store.models import Event

pytestmark = pytest.mark.django_db

MAKER = Path(__file__).parents[2] / "data" / "brain_cohort" / "make.py"


@pytest.fixture(scope="module")
def cohort() -> ModuleType:
    """Give the maker of made-up brain recordings."""
    found = importlib.util.spec_from_file_location("brain_cohort_maker", MAKER)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture
def mine(clinic_people: Any) -> Any:
    """Give the patient of everybody with one visit."""
    patient = clinic_people.patients["mine"]
    add_record(patient, make_person(seed=1, weeks=(0,), books=["nrs"]))
    return patient


@pytest.fixture
def clinician(client_of: Callable[[str], Client]) -> Client:
    """Give the browser of the clinician, in English."""
    browser = client_of("clinician")
    browser.cookies["language"] = "en"
    return browser


def _send(browser: Client, patient: Any, kind: str, content: bytes, *, name: str, place: str = "") -> Any:
    told = {"session_id": "ses-w00", "kind": kind, "place": place, "file": SimpleUploadedFile(name, content)}
    return browser.post(f"/recordings/{patient.code}/", told)


def _packed(folder: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in folder.rglob("*"):
            archive.write(path, path.relative_to(folder))
    return packed.getvalue()


def test_freesurfer_becomes_a_panel(clinician: Client, mine: Any, cohort: ModuleType, tmp_path: Path, uploads: Path):
    """The file lies under its fingerprint for its owner alone; the job writes a finding; the page shows the result."""
    cohort._write_freesurfer(tmp_path / "fs" / "stats", f"sub-{mine.code}_ses-w00", np.random.default_rng(1))
    content = _packed(tmp_path / "fs")
    assert _send(clinician, mine, "freesurfer", content, name="../stats.zip").status_code == 302
    upload = Upload.objects.get()
    assert (upload.state, upload.reason_en, upload.name) == ("done", "", "stats.zip")
    stored = uploads / mine.code / f"{sha256(content).hexdigest()}.zip"
    assert (stored.read_bytes(), stat.S_IMODE(stored.stat().st_mode)) == (content, 0o600)
    recording = Event.objects.get(subject=mine.code, kind="recording").noun
    assert (recording.sha256, recording.bytes, recording.session_id) == (upload.sha256, len(content), "ses-w00")
    panel = panel_of(upload)
    assert panel is not None
    assert panel.get("nac-volume", "ses-w00") is not None
    page = clinician.get(f"/recordings/{mine.code}/").content.decode()
    assert "Open the result" in page
    assert "every 3s" not in page
    answer = clinician.get(f"/recordings/{mine.code}/{upload.pk}/")
    assert "Brain structure" in answer.content.decode()
    assert "sandbox" in answer["Content-Security-Policy"]


def test_an_eeg_in_three_files_is_read(clinician: Client, mine: Any, cohort: ModuleType, tmp_path: Path):
    """BrainVision as a zip keeps its parts together whatever they are called."""
    cohort._write_eeg(tmp_path, "sub-x", np.random.default_rng(1))
    content = _packed(tmp_path / "sub-x")
    assert _send(clinician, mine, "rest-closed", content, name="eeg.zip").status_code == 302
    upload = Upload.objects.get()
    assert (upload.state, upload.reason_en) == ("done", "")
    panel = panel_of(upload)
    assert panel is not None
    assert panel.get("eeg-peak-alpha", "ses-w00") is not None
    assert "<svg" in clinician.get(f"/recordings/{mine.code}/{upload.pk}/").content.decode()


def test_a_spectrum_needs_its_place(clinician: Client, mine: Any, cohort: ModuleType, tmp_path: Path):
    """Without the place it is refused in words; with it, it is read."""
    cohort._write_spectrum(tmp_path, "sub-x", np.random.default_rng(1))
    content = next(tmp_path.rglob("*.table")).read_bytes()
    told = _send(clinician, mine, "spectrum", content, name="x.table")
    assert (told.status_code, "Say where" in told.content.decode()) == (400, True)
    _send(clinician, mine, "spectrum", content, name="x.table", place="ACC")
    upload = Upload.objects.get()
    assert (upload.state, upload.reason_en) == ("done", "")
    assert panel_of(upload).get("acc-glx", "ses-w00") is not None


def test_a_finished_panel_must_be_the_persons_own(clinician: Client, mine: Any):
    """A panel.json of somebody else is refused; the person's own is taken over."""

    def panel_for(name: str) -> bytes:
        reading = Reading(
            marker="nac-volume", participant_id=name, session_id="ses-w00", value=1058, unit="mm3",
            convention="FreeSurfer",
        )  # fmt: skip
        return make_panel([reading], participant_id=name, library=Library.packaged()).model_dump_json().encode()

    _send(clinician, mine, "panel", panel_for("sub-other"), name="panel.json")
    _send(clinician, mine, "panel", panel_for(f"sub-{mine.code}"), name="panel.json")
    states = list(Upload.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["failed", "done"]
    assert "somebody else" in clinician.get(f"/recordings/{mine.code}/").content.decode()


BROKEN = [
    ("rest-closed", "a.edf", b"<html>not an edf</html>"),
    ("rest-open", "a.zip", b"PK\x03\x04 no"),
    ("freesurfer", "a.zip", b"not a zip"),
    ("panel", "panel.json", b"[" * 50_000),
    ("panel", "panel.json", b"{}"),
    ("oddball", "a.fif", b"\0" * 64),
]


@pytest.mark.parametrize(("kind", "name", "content"), BROKEN)
def test_what_is_broken_says_so(kind: str, name: str, content: bytes, clinician: Client, mine: Any):
    """The job ends with a reason in both languages and a finding that says what failed; nothing breaks."""
    _send(clinician, mine, kind, content, name=name)
    upload = Upload.objects.get()
    assert upload.state == "failed"
    assert upload.reason_en
    assert upload.reason_zh
    assert Event.objects.get(subject=mine.code, kind="finding").code == "panel-failed"
    assert clinician.get(f"/recordings/{mine.code}/{upload.pk}/").status_code == 302


@pytest.mark.parametrize(("kind", "name"), [("rest-closed", "a.exe"), ("panel", "panel.html"), ("freesurfer", "x")])
def test_another_ending_is_refused(kind: str, name: str, clinician: Client, mine: Any, uploads: Path):
    """A file with another ending, or an empty one, is neither stored nor read."""
    assert _send(clinician, mine, kind, b"x", name=name).status_code == 400
    assert _send(clinician, mine, "panel", b"", name="panel.json").status_code == 400
    assert (Upload.objects.count(), uploads.exists()) == (0, False)


def test_a_huge_file_is_refused(clinician: Client, mine: Any, settings: Any):
    """A file beyond the clinic's limit is refused in words."""
    settings.CLINIC = settings.CLINIC.model_copy(update={"upload_megabytes": 1})
    answer = _send(clinician, mine, "rest-closed", b"0" * (2**20 + 1), name="a.edf")
    assert (answer.status_code, "too large" in answer.content.decode()) == (400, True)


def test_an_unknown_visit_is_refused(clinician: Client, mine: Any):
    """The visit is one of the patient's own."""
    told = {"session_id": "ses-99", "kind": "panel", "place": "", "file": SimpleUploadedFile("p.json", b"{}")}
    assert clinician.post(f"/recordings/{mine.code}/", told).status_code == 400
    assert Upload.objects.count() == 0


def test_the_same_file_is_kept_and_read_once(clinician: Client, mine: Any):
    """Sent twice, it is one upload and one recording; the job done twice writes one finding."""
    for _ in (1, 2):
        _send(clinician, mine, "panel", b"{}", name="panel.json")
    upload = Upload.objects.get()
    read_upload.call(upload.pk)
    kinds = list(Event.objects.filter(kind__in=["recording", "finding"]).values_list("kind", flat=True))
    assert sorted(kinds) == ["finding", "recording"]


def test_the_page_asks_again_while_a_job_runs(clinician: Client, mine: Any):
    """While something is being read the list renews itself; afterwards it stops."""
    made = Upload.objects.create(
        patient=mine,
        session_id="ses-w00",
        kind="panel",
        name="p.json",
        sha256="0" * 64,
        stored="x",
        size=1,
        account="a",
    )
    place = f"/recordings/{mine.code}/states/"
    assert 'hx-trigger="every 3s"' in clinician.get(place).content.decode()
    made.end()
    assert "hx-trigger" not in clinician.get(place).content.decode()


def test_an_assessor_hands_in_and_sees_no_result(client_of: Callable[[str], Client], clinician: Client, mine: Any):
    """The blinded assessor sees that the own file arrived, nothing of others', and no result."""
    _send(clinician, mine, "panel", b"{}", name="of-the-clinic.json")
    browser = client_of("assessor")
    browser.cookies["language"] = "en"
    assert _send(browser, mine, "panel", b"{ }", name="mine.json").status_code == 302
    page = browser.get(f"/recordings/{mine.code}/").content.decode()
    assert "received, thank you" in page
    assert "of-the-clinic" not in page
    assert "Not read" not in page
    upload = Upload.objects.get(name="mine.json")
    assert browser.get(f"/recordings/{mine.code}/{upload.pk}/").status_code == 403


def test_every_kind_can_be_laid_out(tmp_path: Path):
    """Each kind of upload has a title in both languages and endings in small letters."""
    for kind in KINDS.values():
        assert kind.title.en
        assert kind.title.zh
        assert all(suffix == suffix.lower() for suffix in kind.suffixes)
    shutil.rmtree(tmp_path)
