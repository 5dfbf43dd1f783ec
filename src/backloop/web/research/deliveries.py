"""Recordings and results on their way through the panel: stored by fingerprint, read in the background, found.

Decides where a file lies and what becomes of a job; the numbers and their doubts are the panel's own.
"""

import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django_tasks import task

from backloop.cohort import Drawings, make_person_panel
from backloop.errors import BackloopError, UnreadableSource
from backloop.holdings import find_recordings
from backloop.panel import Panel, read_panel
from backloop.record import Participant
from backloop.units import Text
from backloop.web.people.acting import account_of, record_for
from backloop.web.people.models import Patient
from backloop.web.research.models import Upload
from backloop.web.research.recipes import KINDS, Delivery, lay_out_delivery
from backloop.web.research.refusals import refusal, words_of
from backloop.web.settings.keyrings import make_secret
from backloop.web.settings.starting import this_clinic
from backloop.web.store.events import Actor, add_event, library_in_use, standing_events
from backloop.web.store.kinds import Finding, Recording
from backloop.web.store.models import Event
from backloop.web.store.nouns import record_of

__all__ = ["drawings_of", "panel_of", "read_upload", "store_upload"]

_PRIVATE = 0o600
# What damaged files bring the readers of recordings to, beside their own refusals.
_TROUBLE = (
    BackloopError, OSError, ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, RuntimeError,
    TypeError, ValueError,
)  # fmt: skip
_BROKEN = Text(
    en="The file could not be read; it is damaged or another format. Export it again.",
    zh="无法读取该文件：可能已损坏或格式不符，请重新导出。",
)


def store_upload(
    request: HttpRequest, patient: Patient, *, session_id: str, kind: str, place: str, file: "UploadedFile[Any]"
) -> tuple[Upload, bool]:
    """Store a file below the clinic's uploads by its fingerprint, write that down, and start reading it.

    Parameters
    ----------
    request : HttpRequest
        Of somebody who may add recordings.
    patient : Patient
        Whose.
    session_id : str
        One of the patient's visits.
    kind : str
        One of `recipes.KINDS`.
    place : str
        One of `recipes.PLACES` for a spectrum.
    file : UploadedFile
        What was sent.

    Returns
    -------
    tuple of (Upload, bool)
        The upload, and whether it is new; the same file of the same visit is kept and read once.

    Raises
    ------
    UnreadableSource
        If the file is empty or has another ending than its kind.
    """
    name = Path(file.name or "file").name[:120]
    suffix = Path(name).suffix.lower()
    if suffix not in KINDS[kind].suffixes or not file.size:
        raise refusal(
            UnreadableSource,
            en=f"expected a file ending in {', '.join(KINDS[kind].suffixes)} that is not empty; choose another",
            zh=f"应为非空文件，扩展名为 {', '.join(KINDS[kind].suffixes)}；请重新选择",
        )
    digest, size, stored = _stored(patient, file, suffix)
    known = Upload.objects.filter(patient=patient, session_id=session_id, kind=kind, sha256=digest)
    if (found := known.first()) is not None:
        return found, False
    noun = Recording(
        name=name, modality=KINDS[kind].modality, sha256=digest, stored=stored, bytes=size, session_id=session_id
    )
    told = {"patient": patient, "session_id": session_id, "kind": kind, "place": place, "name": name}
    told |= {"sha256": digest, "stored": stored, "size": size, "account": str(account_of(request).uid)}
    try:
        with transaction.atomic():
            made = Upload.objects.create(**told)
            record_for(request, patient, noun)
    except IntegrityError:
        return known.get(), False
    read_upload.enqueue(made.pk)
    made.refresh_from_db()
    return made, True


@task()
def read_upload(number: int) -> None:
    """Read one upload through the panel, and write down what was found or why nothing was."""
    upload = Upload.objects.select_related("patient").get(pk=number)
    if upload.is_over:
        return
    Upload.objects.filter(pk=number).update(state="working")
    try:
        panel, drawings = _panel(upload)
    except _TROUBLE as error:
        _end(upload, None, words_of(error) if isinstance(error, BackloopError) else _BROKEN)
        return
    if drawings is not None:
        make_secret(_drawings_file(upload), drawings.model_dump_json())
    _end(upload, panel, _say_problems(panel))


def panel_of(upload: Upload) -> Panel | None:
    """Give the panel an upload became.

    Parameters
    ----------
    upload : Upload
        The upload.

    Returns
    -------
    Panel or None
        None while there is none, and where it was entered in error.
    """
    if upload.finding is None:
        return None
    found = [one for one in standing_events(upload.patient.code, kinds=["finding"]) if one.event.seq == upload.finding]
    noun = found[0].noun if found else None
    return Panel.model_validate(noun.content) if isinstance(noun, Finding) and noun.content else None


def drawings_of(upload: Upload) -> Drawings:
    """Give the curves and matrices that were read beside a panel.

    Parameters
    ----------
    upload : Upload
        The upload.

    Returns
    -------
    Drawings
        Without any where none were kept.
    """
    path = _drawings_file(upload)
    return Drawings.model_validate_json(path.read_bytes()) if path.is_file() else Drawings()


def _stored(patient: Patient, file: "UploadedFile[Any]", suffix: str) -> tuple[str, int, str]:
    """Write the bytes below the patient's folder under their own fingerprint; a stranger's name is never a path."""
    folder = this_clinic().uploads / patient.code
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".new-", delete=False) as aside:
        try:
            for piece in file.chunks():
                digest.update(piece)
                size += len(piece)
                aside.write(piece)
            aside.flush()
        except OSError:
            Path(aside.name).unlink(missing_ok=True)
            raise
    target = folder / f"{digest.hexdigest()}{suffix}"
    Path(aside.name).chmod(_PRIVATE)
    Path(aside.name).replace(target)
    return digest.hexdigest(), size, f"{patient.code}/{target.name}"


def _panel(upload: Upload) -> tuple[Panel, Drawings | None]:
    path, who = this_clinic().uploads / upload.stored, _person(upload.patient)
    if upload.kind == "panel":
        panel = read_panel(path)
        if panel.participant_id != who.participant_id:
            raise refusal(
                UnreadableSource,
                en=(
                    f"expected the panel of {who.participant_id}; the file names somebody else. Run 'backloop panel' on"
                    " a folder in which the person is called so"
                ),
                zh=f"应为 {who.participant_id} 的面板，文件属于他人；请在以该编号命名的文件夹上运行 backloop panel",
            )
        if panel.is_made_up and not upload.patient.made_up:
            raise refusal(
                UnreadableSource,
                en="the panel was simulated; made-up data never go into a real person's record",
                zh="该面板为模拟数据，不得写入真实患者记录",
            )
        return panel, None
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "bids"
        root.mkdir()
        lay_out_delivery(upload.kind, Delivery(path, who, upload.session_id, upload.place), root)
        files = find_recordings(root, participants=[who.participant_id])[0]
        files = files.model_copy(update={"is_made_up": upload.patient.made_up})
        panel, harvest = make_person_panel(files, library=library_in_use())
    return panel, Drawings(curves=harvest.curves, matrices=harvest.matrices)


def _person(patient: Patient) -> Participant:
    record = record_of(patient.code)
    return record.participant if record else Participant(participant_id=f"sub-{patient.code}")


def _end(upload: Upload, panel: Panel | None, reason: Text | None) -> None:
    """Write the finding and the end of the job together; a job that was done twice ends once."""
    failed = panel is None or not panel.rows
    told = {"failed": reason.model_dump()} if panel is None and reason is not None else {}
    content = panel.model_dump(mode="json") if panel is not None else told
    noun = Finding(
        about="panel-failed" if failed else "panel",
        session_id=upload.session_id,
        noun="Panel" if panel is not None else "",
        content=content | ({} if panel is not None else {"file": upload.name}),
    )
    actor = Actor(account="panel", role="system", on_behalf=upload.account)
    with transaction.atomic():
        if not Upload.objects.filter(pk=upload.pk, state__in=["waiting", "working"]).update(state="working"):
            return
        event: Event = add_event(actor, upload.patient.code, noun, zone=upload.patient.zone)
        upload.finding = event.seq if panel is not None else None
        upload.end(reason=reason, failed=failed)


def _say_problems(panel: Panel) -> Text | None:
    if not panel.problems:
        return None
    told = [(f"{one.modality}: {one.reason.en}", f"{one.modality}：{one.reason.zh}") for one in panel.problems]
    return Text(en=" ".join(en for en, _ in told), zh="".join(zh for _, zh in told))


def _drawings_file(upload: Upload) -> Path:
    return this_clinic().uploads / upload.patient.code / f"{upload.sha256}-{upload.pk}-drawings.json"
