"""The variables of a REDCap project: how an item of a book is named there, and found again.

Decides names, field types and missing-data codes; it reads and writes no file.
"""

import math
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from backloop.library import AnswerLabel, Instrument, Item, Protocol, TrialField, accepted, answer_words
from backloop.units import Absent, Language

__all__ = [
    "COLUMNS",
    "MISSING",
    "RedcapField",
    "field_of_item",
    "fields_of_protocol",
    "find_item",
    "variable",
    "visit_fields",
]

COLUMNS = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
"""The eighteen columns of a REDCap data dictionary, in their order."""

MISSING = {
    Absent.NOT_ASKED: "NASK",
    Absent.DECLINED: "ASKU",
    Absent.NOT_APPLICABLE: "NA",
    Absent.TOO_MANY_MISSING: "NI",
    Absent.UNDEFINED: "UNK",
    Absent.UNKNOWN_SCALE: "OTH",
    Absent.ARTEFACT: "INV",
    Absent.NOT_REACHED: "PINF",
}
"""The missing-data code of each reason; a project must list them under its additional customisations."""

EVENT, REPEATS, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
"""The columns by which REDCap tells visits and repeated forms apart."""

VISIT = ("visit_session_id", "visit_order", "visit_week", "visit_label")
"""The variables of our own form about a visit."""

PERSON = ("age", "sex", "language")
"""The variables of our own form about the person."""

_MARK = re.compile(r"@BACKLOOP='([^']+)'")


class RedcapField(NamedTuple):
    """One row of a data dictionary.

    Examples
    --------
    >>> RedcapField("nrs_01", "nrs", "text", "average pain").row()[3]
    'text'
    """

    name: str
    form: str
    kind: str
    label: str
    choices: str = ""
    validation: str = ""
    low: float | None = None
    high: float | None = None
    item: str = ""

    def row(self) -> list[str]:
        """Give the eighteen cells."""
        ends = ["" if end is None else f"{end:g}" for end in (self.low, self.high)]
        mark = f"@BACKLOOP='{self.item}'" if self.item else ""
        head = [self.name, self.form, "", self.kind, self.label, self.choices, "", self.validation]
        return [*head, *ends, *[""] * 7, mark]


def variable(name: str) -> str:
    """Give the name REDCap allows for one of backloop's ids.

    Parameters
    ----------
    name : str
        Such as ``phq-9_01``.

    Returns
    -------
    str
        Lower-case letters, digits and underscores, beginning with a letter.

    Examples
    --------
    >>> variable("phq-9_01")
    'phq_9_01'
    """
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def field_of_item(item: Item, book: Instrument, *, lang: Language) -> RedcapField:
    """Describe an item of an instrument.

    Parameters
    ----------
    item : Item
        The item; its label is the topic in our own words.
    book : Instrument
        The instrument.
    lang : str
        The language of the labels.

    Returns
    -------
    RedcapField
        Radio buttons where every answer has its words, otherwise text with a validation.

    Examples
    --------
    >>> from backloop.library import Library
    >>> book = Library.packaged().instrument("nrs")
    >>> field_of_item(book.items[0], book, lang="en")[-4:-1]
    ('integer', 0.0, 10.0)
    """
    name, form, label = variable(item.id), variable(book.id), item.topic.say(lang)
    if item.kind == "text":
        return RedcapField(name, form, "notes", label, item=item.id)
    limits, words = accepted(item, book.answers), answer_words(item, book.answers)
    if words and len(words) == limits.high - limits.low + 1:
        return RedcapField(name, form, "radio", label, _choices(words, lang), item=item.id)
    low, high = (end if math.isfinite(end) else None for end in (limits.low, limits.high))
    return RedcapField(name, form, "text", label, "", "integer" if limits.is_whole else "number", low, high, item.id)


def fields_of_protocol(book: Protocol, *, lang: Language) -> Iterator[RedcapField]:
    """Describe the trials of a test: a repeating form with its place, phase and units.

    Parameters
    ----------
    book : Protocol
        The test.
    lang : str
        The language of the labels.

    Yields
    ------
    RedcapField
        Trial number, phase and site, then each field and its unit.

    Examples
    --------
    >>> from backloop.library import Library
    >>> fields = fields_of_protocol(Library.packaged().protocol("two-point-lumbar"), lang="en")
    >>> [field.name for field in fields][:2]
    ['two_point_lumbar_trial', 'two_point_lumbar_phase']
    """
    form = variable(book.id)
    yield RedcapField(f"{form}_trial", form, "text", {"en": "trial", "zh": "次数"}[lang], validation="integer")
    yield RedcapField(f"{form}_phase", form, "text", {"en": "phase", "zh": "阶段"}[lang])
    yield RedcapField(f"{form}_site", form, "text", {"en": "site", "zh": "部位"}[lang])
    for each in book.written:
        yield from _fields_of_trial(each, book, lang)


def visit_fields(lang: Language) -> list[RedcapField]:
    """Describe the forms about the person and the visit, which every project begins with.

    Parameters
    ----------
    lang : str
        The language of the labels.

    Returns
    -------
    list of RedcapField
        ``record_id`` first, as REDCap asks.

    Examples
    --------
    >>> visit_fields("en")[0].name
    'record_id'
    """
    words = {"en": 0, "zh": 1}[lang]
    told = [
        ("record_id", "person", ("participant", "受试者编号")), ("age", "person", ("age, years", "年龄（岁）")),
        ("sex", "person", ("sex", "性别")), ("language", "person", ("language", "语言")),
        ("visit_session_id", "visit", ("visit", "访视")), ("visit_order", "visit", ("order", "次序")),
        ("visit_week", "visit", ("week", "周")), ("visit_label", "visit", ("label", "名称")),
    ]  # fmt: skip
    checks = {"age": "number", "visit_order": "integer", "visit_week": "number"}
    return [
        RedcapField(name, form, "text", label[words], validation=checks.get(name, "")) for name, form, label in told
    ]


def find_item(annotation: str, name: str, items: Iterable[str]) -> str | None:
    """Find the item that a variable stands for.

    Parameters
    ----------
    annotation : str
        The field's annotation; an ``@BACKLOOP='id'`` in it decides.
    name : str
        The variable's name, which decides otherwise.
    items : iterable of str
        The ids of the library's items.

    Returns
    -------
    str or None
        The id, or None where the variable is none of ours.

    Examples
    --------
    >>> find_item("", "phq_9_01", ["phq-9_01", "nrs_01"])
    'phq-9_01'
    >>> find_item("@BACKLOOP='nrs_01'", "pain", ["phq-9_01", "nrs_01"])
    'nrs_01'
    """
    marked = _MARK.search(annotation)
    known = set(items)
    if marked:
        return marked[1] if marked[1] in known else None
    return next((item for item in sorted(known) if variable(item) == name), None)


def _choices(labels: Iterable[AnswerLabel], lang: Language) -> str:
    return " | ".join(f"{label.value:g}, {label.text.say(lang).replace('|', '/')}" for label in labels)


def _fields_of_trial(each: TrialField, book: Protocol, lang: Language) -> Iterator[RedcapField]:
    form, name = variable(book.id), variable(f"{book.id}_{each.id}")
    label = f"{each.title.say(lang)} ({each.unit})" if each.unit else each.title.say(lang)
    kind = "integer" if each.whole else "number"
    yield RedcapField(name, form, "text", label, "", kind, each.low, each.high)
    if each.unit:
        units = " | ".join(f"{unit}, {unit}" for unit in dict.fromkeys((each.unit, *each.accepts)))
        yield RedcapField(f"{name}_unit", form, "text", {"en": f"unit ({units})", "zh": f"单位（{units}）"}[lang])
