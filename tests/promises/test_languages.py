"""Who reads Chinese misses nothing: what a reader sees is in two languages, a name, or a person's own words."""

import datetime as dt
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest

import backloop
from backloop import Course, Measures, Plan, Profile, Programme, infer, letter, prescribe, review, schedule, score
from backloop.follow import Yardstick
from backloop.library import (
    Band,
    EvidenceRow,
    Harm,
    ImportantChange,
    Instrument,
    Intervention,
    Marker,
    MarkerEvidence,
    Mechanism,
    Norm,
    Precision,
    Protocol,
    SafetyRule,
    SessionRule,
    SexFinding,
    Task,
)
from backloop.profile import AgainstNorm
from backloop.record import make_person
from backloop.units import Frozen, Text

NOUNS = (Measures, Profile, Plan, Programme, Course, AgainstNorm)
BOOKS = (Instrument, Protocol, Marker, Mechanism, Intervention, SafetyRule, SessionRule, Task)
TEMPLATES = sorted(Path(backloop.__file__).parent.glob("letters/templates/*.html"))

PLAIN = {
    "ids": """accepts because book books clinic_only_tasks clue days decrements earlier equals field hours id informs
        intervention items later left measure measures mechanism minutes observations of one_of only_if original
        participant_id phase phases progression recode records reference_phase right rise rule scheme session_id source
        stage strand strands tasks to_bed unanswered verdict""",
    "sources, editions and remarks for maintainers": """domain edition note reference references software validation
        version""",
    "tags, codes and units": "baseline_unit code counted language quality system unit",
    "Latin letters drawn on the skin": "letters",
    "whose definition a recording followed, in the words of its engine": "convention",
    "names of people, bodies and language versions": "body holder name",
    "words of the person or the clinic": "activity goals label",
}
"""The only fields that may be plain strings, and why each needs no translation."""

SHOWN = (
    *((kind, "population") for kind in (Band, Precision, ImportantChange, Norm, Yardstick, AgainstNorm)),
    *((EvidenceRow, name) for name in ("outcome", "given", "comparator", "measure", "rated_by")),
    *((Harm, name) for name in ("what", "rate")),
    *((MarkerEvidence, name) for name in ("finding", "n")),
    *((SexFinding, name) for name in ("finding", "n")),
)


def _leaves(annotation: object) -> Iterator[object]:
    """Take an annotation apart down to its plain types; a closed list of words is not a string."""
    if get_origin(annotation) is Literal:
        return
    parts = get_args(annotation)
    yield from chain.from_iterable(map(_leaves, parts)) if parts else [annotation]


def _fields(kind: type[Frozen], met: set[type[Frozen]]) -> Iterator[tuple[type[Frozen], str]]:
    """Name every field that holds a plain string, in a type and in all it is made of."""
    if kind in met or kind is Text:
        return
    met.add(kind)
    for name, field in kind.model_fields.items():
        for leaf in _leaves(field.annotation):
            if leaf is str:
                yield kind, name
            elif isinstance(leaf, type) and issubclass(leaf, Frozen):
                yield from _fields(leaf, met)


def _texts(thing: object) -> Iterator[Text]:
    """Find every text in a noun, however deep."""
    if isinstance(thing, Text):
        yield thing
    elif isinstance(thing, Frozen):
        yield from chain.from_iterable(_texts(getattr(thing, name)) for name in type(thing).model_fields)
    elif isinstance(thing, tuple):
        yield from chain.from_iterable(map(_texts, thing))


@pytest.mark.parametrize("kind", [*NOUNS, *BOOKS], ids=lambda kind: kind.__name__)
def test_a_plain_string_is_never_prose(kind):
    """A field with words for a reader is a Text; every other string is one of a short list, with its reason."""
    allowed = set(" ".join(PLAIN.values()).split())

    assert [] == [f"{owner.__name__}.{name}" for owner, name in _fields(kind, set()) if name not in allowed]


@pytest.mark.parametrize(("kind", "name"), SHOWN, ids=lambda part: getattr(part, "__name__", part))
def test_what_letters_show_of_a_source_is_in_two_languages(kind, name):
    """Who was studied, what was measured, who rated it and how often harm came: in both languages."""
    assert {Text} == set(_leaves(kind.model_fields[name].annotation)) - {type(None)}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_letter_shows_a_remark_for_maintainers(path):
    """Notes on provenance are English only, so no letter prints them."""
    assert [] == re.findall(r"\.(?:note|validation|domain|holder)\b", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("reader", ["patient", "clinician"])
def test_a_chinese_letter_says_nothing_in_english(reader):
    """No English words of a book or noun stand in a Chinese letter, above its list of sources."""
    person = make_person(seed=1, weeks=(0, 12))
    measures = score(person)
    profile = infer(measures, session_id="ses-w00")
    plan = prescribe(profile, person)
    nouns = [measures, profile, plan, schedule(plan, dt.date(2027, 1, 4)), review(plan, person)]

    shown = letter(nouns, reader=reader, lang="zh").partition('id="sources"')[0]
    words = {text.en for noun in nouns for text in _texts(noun) if " " in text.en and text.en not in text.zh}

    assert len(words) > 100
    assert [] == sorted(each for each in words if each in shown)
