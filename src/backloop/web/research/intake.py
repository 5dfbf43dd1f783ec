"""A patient's record from a stranger's file: read, shown as what it would add, and only then written down.

Decides what is new, what is known already and what is refused; whether an answer is possible is decided by the books.
"""

import csv
import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from backloop.errors import BackloopError, UnreadableSource
from backloop.fhir import read_bundle
from backloop.record import Observation, Participant, Record, Records, Session, read
from backloop.redcap import read_project
from backloop.units import Frozen, Text
from backloop.web.people.models import Patient
from backloop.web.research.models import Waiting
from backloop.web.research.refusals import refusal, words_of
from backloop.web.research.zipping import RECORD_LIMITS, unpack_zip
from backloop.web.store.events import Actor, add_events, library_in_use
from backloop.web.store.kinds import Decision, Noun, PersonFacts
from backloop.web.store.nouns import record_of

__all__ = ["FORMATS", "Additions", "drop_waiting", "hold_file", "read_waiting", "write_waiting"]

FORMATS: dict[str, Text] = {
    "bids": Text(en="BIDS folder as a zip", zh="BIDS 文件夹（zip）"),
    "table": Text(en="Table (CSV) with its mapping (TOML)", zh="表格（CSV）及映射文件（TOML）"),
    "redcap": Text(en="REDCap records (CSV) with the data dictionary (CSV)", zh="REDCap 记录（CSV）及数据字典（CSV）"),
    "fhir": Text(en="FHIR bundle written by this program (JSON)", zh="本程序导出的 FHIR Bundle（JSON）"),
    "json": Text(en="Record written by this program (JSON)", zh="本程序导出的记录（JSON）"),
}
"""What can be taken in."""

_MOST_PROBLEMS = 300
_KEPT_FOR = dt.timedelta(days=1)
_BIDS_FILES = (".tsv", ".json", ".md", ".txt", ".bidsignore")
# What damaged or hostile files bring readers to, beside their own refusals.
_TROUBLE = (
    BackloopError, csv.Error, ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip


class Additions(Frozen):
    """What a file would add to a record: the person's facts where there are none, new visits, new observations.

    Examples
    --------
    >>> Additions().is_empty
    True
    """

    participant: Participant | None = None
    sessions: tuple[Session, ...] = ()
    observations: tuple[Observation, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing new."""
        return not (self.participant or self.sessions or self.observations)

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """How many observations are new, by visit and book."""
        counted = Counter((one.session_id, one.book) for one in self.observations)
        return [(session, book, count) for (session, book), count in sorted(counted.items())]

    def nouns(self, patient: Patient) -> list[Noun]:
        """Give what is to be written down, in order."""
        who = self.participant
        person = [PersonFacts(participant=who, made_up=patient.made_up)] if who is not None else []
        return [*person, *self.sessions, *self.observations]


@dataclass(frozen=True)
class _File:
    """An uploaded file with what belongs to it, by the name it goes by from here on."""

    path: Path
    beside: Path | None


def hold_file(
    patient: Patient, actor: Actor, *, form: str, file: "UploadedFile[Any]", beside: "UploadedFile[Any] | None"
) -> Waiting:
    """Read an uploaded file and keep what it would add until somebody confirms it.

    Parameters
    ----------
    patient : Patient
        Whose record.
    actor : Actor
        Who uploads.
    form : str
        One of `FORMATS`.
    file : UploadedFile
        What was sent.
    beside : UploadedFile, optional
        The mapping of a table, the dictionary of a REDCap export.

    Returns
    -------
    Waiting

    Raises
    ------
    UnreadableSource
        If the file is not what it was said to be, holds nobody or several people, or made-up data for a real person.
    """
    digest = sha256(b"".join(file.chunks())).hexdigest()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        record, told = _only(_read(form, file, beside, folder), patient)
    additions, kept = _compare(record, record_of(patient.code), patient)
    return Waiting.objects.create(
        patient=patient,
        account=actor.account,
        name=Path(file.name or "file").name[:120],
        sha256=digest,
        person=record.participant_id,
        body=additions.model_dump_json(),
        problems=[one.model_dump() for one in [*told, *kept][:_MOST_PROBLEMS]],
    )


def read_waiting(waiting: Waiting) -> Additions:
    """Give what waits, held against the record as it stands now.

    Parameters
    ----------
    waiting : Waiting
        What was kept.

    Returns
    -------
    Additions
    """
    held = Additions.model_validate_json(waiting.body)
    have = record_of(waiting.patient.code)
    if have is None:
        return held
    known = {one.id for one in have.observations}
    visits = {one.session_id for one in have.sessions}
    return Additions(
        sessions=tuple(one for one in held.sessions if one.session_id not in visits),
        observations=tuple(one for one in held.observations if one.id not in known),
    )


def write_waiting(waiting: Waiting, actor: Actor) -> int:
    """Write what waits into the record, once, with a note of where it came from.

    Parameters
    ----------
    waiting : Waiting
        What was kept.
    actor : Actor
        Who confirms.

    Returns
    -------
    int
        How many events were added; 0 where it was written before.
    """
    additions, patient = read_waiting(waiting), waiting.patient
    nouns = additions.nouns(patient)
    source = {"file": waiting.name, "sha256": waiting.sha256, "person": waiting.person, "events": len(nouns)}
    note = Decision(about="import", choice="written", reason=waiting.name, content=source)
    with transaction.atomic():
        mine = Waiting.objects.filter(pk=waiting.pk, state="waiting")
        if not mine.update(state="written", body=Additions().model_dump_json()):
            return 0
        add_events(actor, patient.code, [*nouns, note], zone=patient.zone)
    return len(nouns)


def drop_waiting(patient: Patient) -> None:
    """Forget what nobody confirmed for a day.

    Parameters
    ----------
    patient : Patient
        Whose.
    """
    Waiting.objects.filter(patient=patient, state="waiting", made_at__lt=timezone.now() - _KEPT_FOR).delete()


def _read(form: str, file: "UploadedFile[Any]", beside: "UploadedFile[Any] | None", folder: Path) -> Records:
    try:
        return _READERS[form](_saved(file, beside, form, folder))
    except _TROUBLE as error:
        if isinstance(error, BackloopError):
            words = words_of(error)
            raise refusal(UnreadableSource, en=words.en, zh=words.zh) from error
        raise refusal(
            UnreadableSource,
            en=f"the file is not what was expected ({type(error).__name__}); export it again and choose its kind",
            zh=f"文件与所选类型不符（{type(error).__name__}）；请重新导出并选择正确类型",
        ) from error


def _saved(file: "UploadedFile[Any]", beside: "UploadedFile[Any] | None", form: str, folder: Path) -> _File:
    """Write the files under names of our own: what a stranger calls a file is never a path here."""
    names = {"bids": "record.zip", "table": "table.csv", "redcap": "records.csv", "fhir": "bundle.json"}
    path = folder / names.get(form, "record.json")
    path.write_bytes(b"".join(file.chunks()))
    other = folder / {"table": "mapping.toml"}.get(form, "dictionary.csv")
    if beside is not None:
        other.write_bytes(b"".join(beside.chunks()))
    return _File(path, other if beside is not None else None)


def _read_zip(file: _File) -> Records:
    folder = file.path.parent / "bids"
    folder.mkdir()
    with file.path.open("rb") as packed:
        unpack_zip(packed, folder, limits=RECORD_LIMITS, suffixes=_BIDS_FILES)
    roots = sorted(folder.rglob("dataset_description.json"), key=lambda path: len(path.parts))
    if not roots:
        raise refusal(
            UnreadableSource,
            en="expected a BIDS folder: dataset_description.json is not in the zip",
            zh="应为 BIDS 文件夹：压缩包中没有 dataset_description.json",
        )
    return read(roots[0].parent, library=library_in_use())


def _read_pair(file: _File) -> Records:
    if file.beside is None:
        raise refusal(
            UnreadableSource,
            en="expected two files: the records and the data dictionary",
            zh="需要两个文件：记录与数据字典",
        )
    return read_project(file.path, file.beside, library=library_in_use())


_READERS: dict[str, Callable[[_File], Records]] = {
    "bids": _read_zip,
    "table": lambda file: read(file.path, mapping=file.beside, library=library_in_use()),
    "redcap": _read_pair,
    "fhir": lambda file: read_bundle(file.path, library=library_in_use()),
    "json": lambda file: read(file.path, library=library_in_use()),
}


def _only(people: Records, patient: Patient) -> tuple[Record, list[Text]]:
    """Give the one person of a file; of several the one called like the patient."""
    own = f"sub-{patient.code}"
    found = [one for one in people if one.participant_id == own] or list(people)
    if len(found) != 1:
        first = people.problems[:5]
        why = Text(en=" " + "; ".join(map(str, first)), zh="。" + "；".join(one.say("zh") for one in first))
        raise refusal(
            UnreadableSource,
            en=f"expected one person, or one called {own}; the file holds {len(found)}.{why.en}".strip(),
            zh=f"应只含一人，或含编号为 {own} 者；文件含 {len(found)} 人{why.zh}",
        )
    if found[0].is_made_up and not patient.made_up:
        raise refusal(
            UnreadableSource,
            en="the file holds a made-up person; made-up data never go into a real person's record",
            zh="文件为虚构人员；虚构数据不得写入真实患者记录",
        )
    return found[0], [Text(en=one.say("en"), zh=one.say("zh")) for one in people.problems]


def _compare(record: Record, have: Record | None, patient: Patient) -> tuple[Additions, list[Text]]:
    """Set a record beside the one there is: what is new, and what stays as it was and why."""
    who = record.participant.model_copy(update={"participant_id": f"sub-{patient.code}"})
    if have is None:
        return Additions(participant=who, sessions=record.sessions, observations=record.observations), []
    kept: list[Text] = []
    visits = {one.session_id: one for one in have.sessions}
    seen = {one.id: one for one in have.observations}
    kept += [
        Text(
            en=f"{name}: the file says otherwise; the record's was kept",
            zh=f"{name}：文件与记录不一致，已保留记录中的值",
        )
        for name in ("age", "sex")
        if getattr(who, name) is not None and getattr(who, name) != getattr(have.participant, name)
    ]
    kept += [
        Text(
            en=f"{one.session_id}: the visit is there with another week or place in order; the record's was kept",
            zh=f"{one.session_id}：记录中该访视的周次或顺序不同，已保留记录",
        )
        for one in record.sessions
        if one.session_id in visits
        and (one.week, one.order) != (visits[one.session_id].week, visits[one.session_id].order)
    ]
    kept += [
        Text(
            en=f"{one.id}: the record holds another answer; it was kept. Correct it in the record if it is wrong",
            zh=f"{one.id}：记录中为另一答案，已保留；如有误请在记录中更正",
        )
        for one in record.observations
        if one.id in seen and (one.value, one.absent) != (seen[one.id].value, seen[one.id].absent)
    ]
    return (
        Additions(
            sessions=tuple(one for one in record.sessions if one.session_id not in visits),
            observations=tuple(one for one in record.observations if one.id not in seen),
        ),
        kept,
    )
