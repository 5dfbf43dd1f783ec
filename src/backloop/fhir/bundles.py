"""One person's care as one FHIR bundle, and the record back from it.

Decides what goes into a bundle and in which order; each resource is written by its neighbour.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal

from backloop.errors import UnreadableSource, UnwritableRecord
from backloop.fhir.care import ConsentGiven, write_care_plan, write_condition, write_consent, write_flag, write_goal
from backloop.fhir.coding import Json, coded, extension, link, urn
from backloop.fhir.measurements import write_measure, write_support
from backloop.fhir.questionnaires import read_response, write_questionnaire, write_response
from backloop.library import Instrument, Library
from backloop.measure import Because, Measures, software_version
from backloop.plan import Plan
from backloop.profile import Profile
from backloop.record import Observation, Origin, Participant, Record, Records, Session, Value, check_record, read_bytes
from backloop.units import Language

__all__ = ["make_bundle", "read_bundle"]

_GENDERS = {"female": "female", "male": "male", "other": "other", None: "unknown"}
_SEXES = {gender: sex for sex, gender in _GENDERS.items()}
_TAG = {"system": "urn:backloop:tag", "code": "made-up", "display": "This person does not exist."}


def make_bundle(
    record: Record,
    *,
    recorded: dt.datetime,
    measures: Measures | None = None,
    profile: Profile | None = None,
    plan: Plan | None = None,
    accepted: bool = False,
    consents: Iterable[ConsentGiven] = (),
    library: Library | None = None,
    lang: Language = "en",
) -> Json:
    """Write one person's care as a FHIR R4 bundle.

    Parameters
    ----------
    record : Record
        What was observed.
    recorded : datetime
        Now, with its time zone.
    measures, profile, plan : optional
        What was made of it; parts that are not given are not written.
    accepted : bool
        Whether a clinician accepted the plan.
    consents : iterable of ConsentGiven
        What the person agreed to.
    library : Library, optional
        The books; the packaged library where not given.
    lang : str
        The language of the texts, ``en`` or ``zh``; the other stands beside them.

    Returns
    -------
    dict
        A Bundle of type *collection*: Patient, Encounters, Questionnaires and their responses, Observations,
        Condition, Flags, Goals, CarePlan, Consents, Provenance. It holds no name, address or number of the person.

    Raises
    ------
    UnwritableRecord
        If `recorded` has no time zone, or a noun is another person's.

    Examples
    --------
    >>> from backloop.record import make_person
    >>> now = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    >>> bundle = make_bundle(make_person(seed=1), recorded=now)
    >>> bundle["type"], bundle["entry"][0]["resource"]["resourceType"]
    ('collection', 'Patient')
    """
    library = Library.packaged() if library is None else library
    who = record.participant_id
    _check(record, recorded, (measures, profile, plan))
    resources = [
        _patient(record),
        *(_encounter(who, session) for session in record.sessions),
        *_answers(record, library, lang),
        *(
            [write_measure(each, participant_id=who, library=library, lang=lang) for each in measures.measures]
            if measures
            else ()
        ),
    ]
    if profile is not None:
        visit = profile.session_id
        resources += [write_support(one, participant_id=who, session_id=visit, lang=lang) for one in profile.supports]
    resources.append(write_condition(who, lang=lang))
    if plan is not None:
        resources += [write_flag(alert, participant_id=who, lang=lang) for alert in plan.alerts]
        resources += [write_goal(goal, participant_id=who) for goal in plan.goals]
        resources.append(write_care_plan(plan, accepted=accepted, lang=lang))
    resources += [write_consent(each, participant_id=who, lang=lang) for each in consents]
    made_by = [noun.because for noun in (plan, profile, measures) if noun is not None]
    because = made_by[0] if made_by else Because(edition=library.edition, software=software_version())
    resources.append(_provenance(who, resources, recorded, because))
    return {
        "resourceType": "Bundle",
        "type": "collection",
        **({"meta": {"tag": [_TAG]}} if record.is_made_up else {}),
        "timestamp": _instant(recorded),
        "entry": [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in resources],
    }


def read_bundle(path: Path, *, library: Library | None = None) -> Records:
    """Read a person's answers back from a bundle that `make_bundle` wrote.

    Parameters
    ----------
    path : Path
        The JSON file.
    library : Library, optional
        The books, which say what an answer may be; the packaged library where not given.

    Returns
    -------
    Records
        One person with visits and questionnaire responses (measures and plans are made anew from them), and what the
        books did not accept.

    Raises
    ------
    UnreadableSource
        If the file is no such bundle, or an answer cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from backloop.record import make_person
    >>> person, now = make_person(seed=1), dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    >>> file = Path(tempfile.mkdtemp()) / "bundle.json"
    >>> _ = file.write_text(json.dumps(make_bundle(person, recorded=now)), encoding="utf-8")
    >>> read_bundle(file).only.sessions == person.sessions
    True
    """
    data = read_bytes(path, name=path.name)
    resources = _resources(data, path.name)
    patients = resources.get("Patient", [])
    if len(patients) != 1 or not patients[0].get("identifier"):
        message = (
            f"{path.name}: expected one Patient with an identifier, {len(patients)} came; export one person at a time"
        )
        raise UnreadableSource(message)
    visits = {f"urn:uuid:{each['id']}": _session(each) for each in resources.get("Encounter", ())}
    record = Record(
        participant=_participant(patients[0]),
        sessions=tuple(visits.values()),
        observations=tuple(_observations(resources.get("QuestionnaireResponse", ()), visits, path.name)),
        origin=Origin(name=path.name, format=_format(data), sha256=sha256(data).hexdigest()),
    )
    kept, problems = check_record(record, library=library or Library.packaged())
    return Records([kept], problems=problems)


def _check(record: Record, recorded: dt.datetime, nouns: Sequence[Measures | Profile | Plan | None]) -> None:
    if recorded.tzinfo is None:
        message = "recorded: expected a time with its zone; give datetime.now(tz=UTC)"
        raise UnwritableRecord(message)
    if any(noun is not None and noun.participant_id != record.participant_id for noun in nouns):
        message = "expected measures, profile and plan of the record's own person; make them from this record"
        raise UnwritableRecord(message)


def _patient(record: Record) -> Json:
    who = record.participant
    told: Json = {
        "resourceType": "Patient",
        "id": urn(record.participant_id, "Patient").rpartition(":")[2],
        "identifier": [{"system": "urn:backloop:participant", "value": record.participant_id}],
        "gender": _GENDERS[who.sex],
    }
    if who.language != "und":
        told["communication"] = [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": who.language}]}}]
    more = [] if who.age is None else [extension("age-years", valueDecimal=who.age)]
    more += [_attribute(name, value) for name, value in who.attributes.items()]
    return told | {"extension": more} if more else told


def _attribute(name: str, value: Value) -> Json:
    kind = "valueString" if isinstance(value, str) else "valueDecimal"
    return {
        "url": "urn:backloop:extension:attribute",
        "extension": [{"url": "name", "valueString": name}, {"url": "value", kind: value}],
    }


def _encounter(who: str, session: Session) -> Json:
    told = [extension("order", valueInteger=session.order)]
    told += [] if session.week is None else [extension("week", valueDecimal=session.week)]
    told += [extension("label", valueString=session.label)] if session.label else []
    return {
        "resourceType": "Encounter",
        "id": urn(who, "Encounter", session.session_id).rpartition(":")[2],
        "extension": told,
        "identifier": [{"system": "urn:backloop:session", "value": session.session_id}],
        "status": "finished",
        "class": coded("v3-ActCode", "AMB")["coding"][0],
        "subject": link(who, "Patient"),
    }


def _answers(record: Record, library: Library, lang: Language) -> list[Json]:
    """Give each instrument once, then its responses visit by visit."""
    who, written, responses = record.participant_id, {}, []
    for (session_id, book_id), seen in record.by_book().items():
        answers = [each for each in seen if each.kind == "response"]
        book = library.find(book_id)
        if answers and isinstance(book, Instrument):
            written[book_id] = write_questionnaire(book, participant_id=who, lang=lang)
            responses.append(write_response(book, answers, participant_id=who, session_id=session_id))
    return [*written.values(), *responses]


def _provenance(who: str, targets: Sequence[Json], recorded: dt.datetime, because: Because) -> Json:
    agent = {"display": f"backloop {because.software}"}
    return {
        "resourceType": "Provenance",
        "id": urn(who, "Provenance").rpartition(":")[2],
        "target": [{"reference": f"urn:uuid:{each['id']}", "type": each["resourceType"]} for each in targets],
        "recorded": _instant(recorded),
        "agent": [{"type": coded("provenance-participant-type", "assembler"), "who": agent}],
        "entity": [{"role": "source", "what": {"display": f"books, edition {because.edition}"}}],
    }


def _instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _resources(data: bytes, name: str) -> dict[str, list[Json]]:
    try:
        bundle = json.loads(data)
        listed = [entry["resource"] for entry in bundle["entry"]] if bundle["resourceType"] == "Bundle" else []
    except (ValueError, KeyError, TypeError):
        listed = []
    found: dict[str, list[Json]] = {}
    for each in listed:
        found.setdefault(each.get("resourceType", ""), []).append(each)
    if not found:
        message = f"{name}: expected a FHIR Bundle in JSON with resources in it; export it again"
        raise UnreadableSource(message)
    return found


def _told(resource: Json) -> dict[str, Json]:
    return {each["url"].rpartition(":")[2]: each for each in resource.get("extension", ())}


def _participant(patient: Json) -> Participant:
    told = _told(patient)
    language = patient.get("communication", [{}])[0].get("language", {}).get("coding", [{}])[0].get("code", "und")
    return Participant(
        participant_id=patient["identifier"][0]["value"],
        age=told["age-years"]["valueDecimal"] if "age-years" in told else None,
        sex=_SEXES[patient.get("gender", "unknown")],
        language=language,
        attributes=dict(_pair(each) for each in patient.get("extension", ()) if each["url"].endswith(":attribute")),
    )


def _pair(attribute: Json) -> tuple[str, Value]:
    name, value = attribute["extension"]
    return name["valueString"], value["valueString"] if "valueString" in value else value["valueDecimal"]


def _session(encounter: Json) -> Session:
    told = _told(encounter)
    return Session(
        session_id=encounter["identifier"][0]["value"],
        order=told["order"]["valueInteger"],
        week=told["week"]["valueDecimal"] if "week" in told else None,
        label=told["label"]["valueString"] if "label" in told else "",
    )


def _observations(responses: Iterable[Json], visits: dict[str, Session], name: str) -> Iterable[Observation]:
    for response in responses:
        where = response.get("encounter", {}).get("reference", "")
        if where not in visits:
            message = (
                f"{name}: expected every response to name an Encounter of the bundle, '{where}' is none; export again"
            )
            raise UnreadableSource(message)
        yield from read_response(response, session_id=visits[where].session_id, name=name)


def _format(data: bytes) -> Literal["fhir", "made-up"]:
    return "made-up" if _TAG in json.loads(data).get("meta", {}).get("tag", ()) else "fhir"
