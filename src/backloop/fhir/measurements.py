"""What was measured, and what it says about the mechanisms, as FHIR observations.

Decides which category, value and components an observation has; it judges nothing.
"""

from backloop.fhir.coding import Json, absence, coded, concept, extension, link, quantity, urn, worded
from backloop.library import Code, Instrument, Library, Marker, Protocol
from backloop.measure import Measure
from backloop.profile import Support
from backloop.units import Language

__all__ = ["write_measure", "write_support"]

_CATEGORIES = {Instrument: "survey", Protocol: "exam", Marker: "imaging"}


def write_measure(measure: Measure, *, participant_id: str, library: Library, lang: Language = "en") -> Json:
    """Write one number about a person, or the reason why it is not there.

    Parameters
    ----------
    measure : Measure
        The number with its unit, interval, bands and notes.
    participant_id : str
        Whose it is.
    library : Library
        The books, for the category and the public codes.
    lang : str
        The language of the texts; the other stands beside them.

    Returns
    -------
    dict
        A FHIR R4 Observation; the 95 % interval stands in two components.

    Examples
    --------
    >>> from backloop import score
    >>> from backloop.record import make_person
    >>> nrs = score(make_person(seed=1)).get("nrs", "ses-w00")
    >>> told = write_measure(nrs, participant_id="sub-madeup1", library=Library.packaged())
    >>> told["category"][0]["coding"][0]["code"], told["valueQuantity"]["code"]
    ('survey', '{score}')
    """
    book = library.find(measure.book)
    made: Json = {
        "resourceType": "Observation",
        "id": urn(participant_id, "Observation", f"{measure.session_id}/{measure.id}").rpartition(":")[2],
        "status": "final",
        "category": [coded("observation-category", _CATEGORIES.get(type(book), "exam"))],
        "code": concept("score", measure.id, measure.title, lang=lang, codes=_codes(book, measure.id)),
        "subject": link(participant_id, "Patient"),
        "encounter": link(participant_id, "Encounter", measure.session_id),
    }
    if measure.value is None:
        made |= {"dataAbsentReason": absence(measure.absent, lang)} if measure.absent else {}
    else:
        made |= {"valueQuantity": quantity(measure.value, measure.scale.unit)}
    if measure.bands:
        made["interpretation"] = [
            concept(f"band:{band.scheme}", band.label.en, band.label, lang=lang) for band in measure.bands
        ]
    if measure.interval is not None and measure.value is not None:
        ends = {"interval-low": measure.interval.low, "interval-high": measure.interval.high}
        made["component"] = [
            {"code": concept("component", name), "valueQuantity": quantity(end, measure.scale.unit)}
            for name, end in ends.items()
        ]
    if measure.notes:
        made["note"] = [worded(note, lang) for note in measure.notes]
    if isinstance(book, Instrument) and measure.origin == "scored":
        made["derivedFrom"] = [link(participant_id, "QuestionnaireResponse", f"{measure.session_id}/{measure.book}")]
    return made


def write_support(support: Support, *, participant_id: str, session_id: str, lang: Language = "en") -> Json:
    """Write what the findings say about one mechanism; it is no diagnosis.

    Parameters
    ----------
    support : Support
        The verdict, its reason and certainty.
    participant_id, session_id : str
        Whose, and as of which visit.
    lang : str
        The language of the texts; the other stands beside them.

    Returns
    -------
    dict
        A FHIR R4 Observation whose value is the verdict.

    Examples
    --------
    >>> from backloop import infer, score
    >>> from backloop.record import make_person
    >>> profile = infer(score(make_person(seed=1)))
    >>> told = write_support(profile.supports[0], participant_id="sub-madeup1", session_id=profile.session_id)
    >>> told["extension"][0]["url"]
    'urn:backloop:extension:certainty'
    """
    return {
        "resourceType": "Observation",
        "id": urn(participant_id, "Observation", f"mechanism/{support.mechanism}").rpartition(":")[2],
        "extension": [extension("certainty", valueCode=support.certainty.value.replace(" ", "-"))],
        "status": "preliminary",
        "category": [coded("observation-category", "exam")],
        "code": concept("mechanism", support.mechanism, support.title, lang=lang),
        "subject": link(participant_id, "Patient"),
        "encounter": link(participant_id, "Encounter", session_id),
        "valueCodeableConcept": concept("verdict", support.verdict.value, support.verdict.text, lang=lang),
        "note": [worded(support.reason, lang)],
    }


def _codes(book: object, score_id: str) -> tuple[Code, ...]:
    scores = book.scores if isinstance(book, Instrument | Protocol) else ()
    return next((score.codes for score in scores if score.id == score_id), ())
