"""Questionnaires and the answers to them, in FHIR and back.

Decides how an instrument and a person's responses are written and read; scores are never computed here.
"""

import math
from collections.abc import Iterable, Mapping

from backloop.errors import UnreadableSource
from backloop.fhir.coding import Json, absence, extension, link, spoken, system, urn
from backloop.library import AnswerLabel, Instrument, Item, accepted, answer_words
from backloop.record import Observation, Value
from backloop.units import Absent, Language

__all__ = ["canonical", "read_response", "write_questionnaire", "write_response"]

_ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
_LIMITS = {
    "low": "http://hl7.org/fhir/StructureDefinition/minValue",
    "high": "http://hl7.org/fhir/StructureDefinition/maxValue",
}
_ABSENT = "absent"
_STATUS = ("completed", "amended")


def canonical(book: str) -> str:
    """Give the address under which a questionnaire is known.

    Parameters
    ----------
    book : str
        The instrument's id.

    Returns
    -------
    str
        A URI; it names and does not resolve.

    Examples
    --------
    >>> canonical("rmdq")
    'urn:backloop:questionnaire:rmdq'
    """
    return f"urn:backloop:questionnaire:{book}"


def write_questionnaire(book: Instrument, *, participant_id: str, lang: Language = "en") -> Json:
    """Write an instrument: its items as topics in our own few words, with the answers they accept.

    Parameters
    ----------
    book : Instrument
        The instrument.
    participant_id : str
        Whose bundle it goes into.
    lang : str
        The language of the texts, ``en`` or ``zh``; the other stands beside them.

    Returns
    -------
    dict
        A FHIR R4 Questionnaire. Wording that a clinic is licensed to use never leaves it.

    Examples
    --------
    >>> from backloop.library import Library
    >>> rmdq = write_questionnaire(Library.packaged().instrument("rmdq"), participant_id="sub-01")
    >>> len(rmdq["item"]), rmdq["item"][0]["type"]
    (24, 'integer')
    """
    return {
        "resourceType": "Questionnaire",
        "id": urn(participant_id, "Questionnaire", book.id).rpartition(":")[2],
        "url": canonical(book.id),
        "version": book.version,
        "status": "active",
        **spoken("title", book.title, lang),
        "copyright": book.licence.holder,
        "item": [_item(item, book, lang) for item in book.items],
    }


def write_response(book: Instrument, seen: Iterable[Observation], *, participant_id: str, session_id: str) -> Json:
    """Write a person's answers to one instrument at one visit.

    Parameters
    ----------
    book : Instrument
        The instrument.
    seen : iterable of Observation
        The responses of that visit to it.
    participant_id, session_id : str
        Whose, and when.

    Returns
    -------
    dict
        A FHIR R4 QuestionnaireResponse; an answer that was not given carries its reason.

    Examples
    --------
    >>> from backloop.library import Library
    >>> seven = Observation(session_id="ses-01", kind="response", book="nrs", item="nrs_01", value=7)
    >>> book = Library.packaged().instrument("nrs")
    >>> write_response(book, [seven], participant_id="sub-01", session_id="ses-01")["item"]
    [{'linkId': 'nrs_01', 'answer': [{'valueInteger': 7}]}]
    """
    items = {item.id: item for item in book.items}
    return {
        "resourceType": "QuestionnaireResponse",
        "id": urn(participant_id, "QuestionnaireResponse", f"{session_id}/{book.id}").rpartition(":")[2],
        "questionnaire": f"{canonical(book.id)}|{book.version}",
        "status": "completed",
        "subject": link(participant_id, "Patient"),
        "encounter": link(participant_id, "Encounter", session_id),
        "item": [_answered(each, items[each.item], book) for each in seen],
    }


def read_response(resource: Json, *, session_id: str, name: str) -> tuple[Observation, ...]:
    """Read the answers of a response that `write_response` wrote.

    Parameters
    ----------
    resource : dict
        A FHIR QuestionnaireResponse.
    session_id : str
        The visit it belongs to.
    name : str
        The file's name, for the message.

    Returns
    -------
    tuple of Observation
        In the order of the items.

    Raises
    ------
    UnreadableSource
        If it answers a questionnaire of another system, is not completed, or an item has no or several answers.

    Examples
    --------
    >>> resource = {"questionnaire": "urn:backloop:questionnaire:nrs|1", "status": "completed",
    ...             "item": [{"linkId": "nrs_01", "answer": [{"valueInteger": 7}]}]}
    >>> read_response(resource, session_id="ses-01", name="bundle.json")[0].value
    7
    """
    address = str(resource.get("questionnaire", "")).partition("|")[0]
    book = address.removeprefix(canonical(""))
    if not book or book == address:
        message = (
            f"{name}: expected a response to a questionnaire '{canonical('…')}', it answers '{address}'; leave it out"
        )
        raise UnreadableSource(message)
    if resource.get("status") not in _STATUS:
        message = (
            f"{name}, {book}: expected a completed response, its status is '{resource.get('status')}'; finish it first"
        )
        raise UnreadableSource(message)
    return tuple(_read_item(item, book, session_id=session_id, name=name) for item in resource.get("item", ()))


def _item(item: Item, book: Instrument, lang: Language) -> Json:
    told = {"linkId": item.id, **spoken("text", item.topic, lang), "type": _type(item, book)}
    public = [
        {"system": "http://loinc.org", "code": code.code}
        for code in item.codes
        if code.system == "loinc" and code.verified
    ]
    if public:
        told["code"] = public
    if told["type"] == "choice":
        return told | {
            "answerOption": [_option(label.value, label.text.say(lang), book.id) for label in _labels(item, book)]
        }
    limits = accepted(item, book.answers)
    ends = {"low": limits.low, "high": limits.high} if told["type"] != "string" else {}
    limited = [{"url": _LIMITS[name]} | _number(end, told["type"]) for name, end in ends.items() if math.isfinite(end)]
    return told | ({"extension": limited} if limited else {})


def _labels(item: Item, book: Instrument) -> tuple[AnswerLabel, ...]:
    """Give the words of the answers where every answer has its own; two anchors alone are no list of options."""
    words, limits = answer_words(item, book.answers), accepted(item, book.answers)
    return words if len(words) == limits.high - limits.low + 1 else ()


def _type(item: Item, book: Instrument) -> str:
    if item.kind == "text":
        return "string"
    if _labels(item, book):
        return "choice"
    return "integer" if accepted(item, book.answers).is_whole else "decimal"


def _option(value: float, words: str, book: str) -> Json:
    return {
        "valueCoding": _coding(value, book)
        | {"display": words, "extension": [{"url": _ORDINAL, "valueDecimal": value}]}
    }


def _coding(value: float | str, book: str) -> Json:
    return {"system": system(f"answer:{book}"), "code": f"{float(value):g}"}


def _number(value: float | str, kind: str) -> Json:
    number = float(value)
    return {"valueInteger": int(number)} if kind == "integer" and number.is_integer() else {"valueDecimal": number}


def _answered(seen: Observation, item: Item, book: Instrument) -> Json:
    if seen.value is None:
        reason = absence(seen.absent or Absent.NOT_ASKED, "en")
        return {"linkId": seen.item, "extension": [extension(_ABSENT, valueCodeableConcept=reason)]}
    kind = _type(item, book)
    if kind == "string" or isinstance(seen.value, str):
        return {"linkId": seen.item, "answer": [{"valueString": str(seen.value)}]}
    answer = {"valueCoding": _coding(seen.value, book.id)} if kind == "choice" else _number(seen.value, kind)
    unit = {"extension": [extension("unit", valueString=seen.unit)]} if seen.unit else {}
    return {"linkId": seen.item, **unit, "answer": [answer]}


def _read_item(item: Json, book: str, *, session_id: str, name: str) -> Observation:
    told = {each["url"].rpartition(":")[2]: each for each in item.get("extension", ())}
    answers = item.get("answer", [])
    if len(answers) != (0 if _ABSENT in told else 1):
        where = f"{name}, {item.get('linkId')}"
        message = f"{where}: expected one answer or why there is none, {len(answers)} came; correct the item"
        raise UnreadableSource(message)
    absent = Absent(_own_code(told[_ABSENT]["valueCodeableConcept"])) if _ABSENT in told else None
    return Observation(
        session_id=session_id,
        kind="response",
        book=book,
        item=item["linkId"],
        value=_value(answers[0], name, item["linkId"]) if answers else None,
        absent=absent,
        unit=told["unit"]["valueString"] if "unit" in told else "",
    )


def _own_code(told: Mapping[str, list[dict[str, str]]]) -> str:
    codes = [coding["code"] for coding in told["coding"] if coding["system"] == system("absent")]
    return codes[0].replace("-", " ")


def _value(answer: Json, name: str, where: str) -> Value:
    if "valueCoding" in answer:
        number = float(answer["valueCoding"]["code"])
        return int(number) if number.is_integer() else number
    for kind in ("valueInteger", "valueDecimal", "valueString"):
        if kind in answer:
            value: Value = answer[kind]
            return value
    message = f"{name}, {where}: expected a number, an option or a text, {', '.join(answer)} came; correct the answer"
    raise UnreadableSource(message)
