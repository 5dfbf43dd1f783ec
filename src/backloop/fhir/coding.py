"""The small words of FHIR: codes, concepts, quantities, references, and text in two languages.

Decides how backloop's ids, units and texts are written in FHIR R4; it builds no resource.
"""

from typing import Any
from uuid import UUID, uuid5

from backloop.library import Code
from backloop.units import Absent, Language, Text

__all__ = ["Json", "absence", "coded", "concept", "extension", "link", "quantity", "spoken", "system", "urn", "worded"]

Json = dict[str, Any]
"""A FHIR resource or a part of one, as JSON holds it."""

_SPACE = UUID("9a2f6f0e-6f0b-5d7a-9a70-6c0c2b1d7f11")
_TERMINOLOGIES = {"loinc": "http://loinc.org", "snomed": "http://snomed.info/sct"}
_UCUM = {
    "%": "%", "kPa": "kPa", "mm": "mm", "cm": "cm", "s": "s", "ms": "ms", "min": "min", "h": "h", "Hz": "Hz",
    "µV": "uV", "µmol/L": "umol/L", "mmol/kg": "mmol/kg", "mm3": "mm3", "min/day": "min/d", "d/week": "d/wk",
    "points": "{score}", "T": "{score}",
}  # fmt: skip
_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_ABSENCE = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_REASONS = {
    Absent.NOT_ASKED: "not-asked",
    Absent.DECLINED: "asked-declined",
    Absent.NOT_APPLICABLE: "not-applicable",
    Absent.TOO_MANY_MISSING: "unknown",
    Absent.UNDEFINED: "not-a-number",
    Absent.UNKNOWN_SCALE: "unsupported",
    Absent.ARTEFACT: "error",
    Absent.NOT_REACHED: "unsupported",
}


def system(kind: str) -> str:
    """Name the code system of one kind of backloop's own ids.

    Parameters
    ----------
    kind : str
        Such as ``instrument``, ``score`` or ``intervention``.

    Returns
    -------
    str
        A URI; it names and does not resolve.

    Examples
    --------
    >>> system("score")
    'urn:backloop:score'
    """
    return f"urn:backloop:{kind}"


def urn(participant_id: str, kind: str, name: str = "") -> str:
    """Give the stable address of a resource inside a bundle.

    Parameters
    ----------
    participant_id, kind, name : str
        Whose, what, and which one of them.

    Returns
    -------
    str
        ``urn:uuid:`` and a UUID that is the same whenever the same thing is written.

    Examples
    --------
    >>> urn("sub-01", "Patient") == urn("sub-01", "Patient") != urn("sub-02", "Patient")
    True
    """
    return f"urn:uuid:{uuid5(_SPACE, f'{participant_id}/{kind}/{name}')}"


def link(participant_id: str, kind: str, name: str = "") -> Json:
    """Point at a resource of the same bundle.

    Parameters
    ----------
    participant_id, kind, name : str
        As in `urn`.

    Returns
    -------
    dict
        A FHIR Reference.

    Examples
    --------
    >>> sorted(link("sub-01", "Patient"))
    ['reference', 'type']
    """
    return {"reference": urn(participant_id, kind, name), "type": kind}


def spoken(name: str, text: Text, lang: Language) -> Json:
    """Write a text element in one language with the other beside it.

    Parameters
    ----------
    name : str
        The element, such as ``title``.
    text : Text
        The words.
    lang : str
        The language of the element itself, ``en`` or ``zh``.

    Returns
    -------
    dict
        The element and its sibling with the translation extension.

    Examples
    --------
    >>> spoken("title", Text(en="pain", zh="疼痛"), "zh")["title"]
    '疼痛'
    """
    other: Language = "en" if lang == "zh" else "zh"
    parts = [
        {"url": "lang", "valueCode": {"en": "en", "zh": "zh-Hans"}[other]},
        {"url": "content", "valueString": text.say(other)},
    ]
    return {name: text.say(lang), f"_{name}": {"extension": [{"url": _TRANSLATION, "extension": parts}]}}


def worded(text: Text, lang: Language) -> Json:
    """Write an annotation.

    Parameters
    ----------
    text : Text
        The words.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    dict
        A FHIR Annotation.

    Examples
    --------
    >>> worded(Text(en="pain", zh="疼痛"), "en")["text"]
    'pain'
    """
    return spoken("text", text, lang)


def concept(
    kind: str, code: str, text: Text | None = None, *, lang: Language = "en", codes: tuple[Code, ...] = ()
) -> Json:
    """Write one of backloop's ids as a concept, with the public codes that were checked against their source.

    Parameters
    ----------
    kind, code : str
        The code system and the id in it.
    text : Text, optional
        The words.
    lang : str
        ``en`` or ``zh``.
    codes : tuple of Code
        Codes of public terminologies; unverified ones are left out.

    Returns
    -------
    dict
        A FHIR CodeableConcept.

    Examples
    --------
    >>> concept("score", "rmdq")["coding"]
    [{'system': 'urn:backloop:score', 'code': 'rmdq'}]
    """
    public = [{"system": _TERMINOLOGIES[each.system], "code": each.code} for each in codes if _is_public(each)]
    made: Json = {"coding": [{"system": system(kind), "code": code.replace(" ", "-")}, *public]}
    return made if text is None else made | spoken("text", text, lang)


def _is_public(code: Code) -> bool:
    return code.verified and code.system in _TERMINOLOGIES


def coded(name: str, code: str) -> Json:
    """Write a concept of one of the code systems that HL7 keeps.

    Parameters
    ----------
    name : str
        The last part of the system's address, such as ``observation-category``.
    code : str
        The code.

    Returns
    -------
    dict
        A FHIR CodeableConcept.

    Examples
    --------
    >>> coded("observation-category", "survey")["coding"][0]["code"]
    'survey'
    """
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{name}", "code": code}]}


def quantity(value: float, unit: str) -> Json:
    """Write a number with its unit, in UCUM where the unit has a code there.

    Parameters
    ----------
    value : float
        The number.
    unit : str
        As the books write it.

    Returns
    -------
    dict
        A FHIR Quantity.

    Examples
    --------
    >>> quantity(262.0, "kPa")
    {'value': 262, 'unit': 'kPa', 'system': 'http://unitsofmeasure.org', 'code': 'kPa'}
    """
    number = int(value) if float(value).is_integer() else value
    told: Json = {"value": number} | ({"unit": unit} if unit else {})
    return told | {"system": "http://unitsofmeasure.org", "code": _UCUM[unit]} if unit in _UCUM else told


def absence(reason: Absent, lang: Language) -> Json:
    """Write why a value is not there.

    Parameters
    ----------
    reason : Absent
        The reason.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    dict
        A FHIR CodeableConcept: the nearest code of HL7's list, and our own.

    Examples
    --------
    >>> absence(Absent.DECLINED, "en")["coding"][0]["code"]
    'asked-declined'
    """
    own = concept("absent", reason.value, reason.text, lang=lang)
    return own | {"coding": [{"system": _ABSENCE, "code": _REASONS[reason]}, *own["coding"]]}


def extension(name: str, **value: object) -> Json:
    """Write something FHIR has no element for.

    Parameters
    ----------
    name : str
        The extension's name among our own.
    **value : object
        One element such as ``valueDecimal``.

    Returns
    -------
    dict
        A FHIR Extension.

    Examples
    --------
    >>> extension("week", valueDecimal=12)
    {'url': 'urn:backloop:extension:week', 'valueDecimal': 12}
    """
    return {"url": f"urn:backloop:extension:{name}"} | value
