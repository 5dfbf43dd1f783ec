"""One patient's care to take along: BIDS, FHIR, REDCap and the record's own JSON.

Decides what goes into each; nothing of it names the person.
"""

import datetime as dt
import json
import tempfile
from pathlib import Path

from backloop.errors import NothingToRead
from backloop.fhir import ConsentGiven, make_bundle
from backloop.record import Record, write
from backloop.redcap import write_project
from backloop.units import Language
from backloop.web.people.models import Patient
from backloop.web.research.refusals import refusal
from backloop.web.research.zipping import zip_folder
from backloop.web.store import kinds
from backloop.web.store.agreements import signings
from backloop.web.store.events import library_in_use, standing_events
from backloop.web.store.nouns import measures_of, plan_of, profile_of, record_of

__all__ = ["PARCELS", "pack_patient"]

PARCELS = {"bids": "zip", "fhir": "json", "redcap": "zip", "json": "json"}
"""The forms a record can be taken out in, with the ending of the file."""


def pack_patient(patient: Patient, form: str, *, lang: Language) -> bytes:
    """Pack one patient's record.

    Parameters
    ----------
    patient : Patient
        Whose.
    form : str
        One of `PARCELS`.
    lang : str
        The language of labels.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    NothingToRead
        If there is no visit yet.
    UnwritableRecord
        If the record cannot be written in that form.
    """
    record = record_of(patient.code)
    if record is None:
        raise refusal(NothingToRead, en="there is no visit yet; enter one first", zh="尚无访视，请先录入")
    if form == "fhir":
        return _bundle(patient, record, lang)
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / "out"
        if form == "redcap":
            write_project([record], target, library=library_in_use(), lang=lang)
            return zip_folder(target)
        if form == "json":
            return write([record], target.with_suffix(".json"), library=library_in_use()).read_bytes()
        return zip_folder(write([record], target, library=library_in_use()))


def _bundle(patient: Patient, record: Record, lang: Language) -> bytes:
    """Write the bundle with the plan that was signed, else with the one proposed."""
    consents = [
        ConsentGiven(purpose=standing.noun.purpose, given=standing.noun.given, when=standing.event.happened_at)
        for standing in standing_events(patient.code, kinds=["consent"])
        if isinstance(standing.noun, kinds.ConsentGiven)
    ]
    signed = signings(standing_events(patient.code, kinds=["decision"]))
    bundle = make_bundle(
        record,
        recorded=dt.datetime.now(tz=dt.UTC),
        measures=measures_of(patient.code),
        profile=profile_of(patient.code),
        plan=signed[-1].signed.plan if signed else plan_of(patient.code),
        accepted=bool(signed),
        consents=consents,
        library=library_in_use(),
        lang=lang,
    )
    return json.dumps(bundle, ensure_ascii=False, indent=1).encode()
