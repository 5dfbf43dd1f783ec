"""A tiny library of three questionnaires, a test and two markers, and people measured with them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from backloop.library import Library
from backloop.measure import Because, Measure, Measures
from backloop.record import Session
from backloop.units import Scale, Text

RULER = Scale(low=0, high=10, better="low")
WORDS = '{ en = "words", zh = "文字" }'
HEAD = f"""
version = "1"
title = {WORDS}
summary = {WORDS}
references = ["backloop-convention"]
"""
MISSING = 'missing = { rule = "none", reference = "backloop-convention", verified = false }'
SCORE = f"""
title = {WORDS}
scale = {{ low = 0, high = 10, better = "low" }}
{MISSING}
"""
INSTRUMENT = """
id = "{id}"
domain = "test"
recall = {{ en = "now", zh = "现在" }}
minutes = {minutes}
{head}
[licence]
class = "A"
text = "absent"
holder = "nobody"
terms = {{ en = "free", zh = "免费" }}
reference = "backloop-convention"
verified = false
[answers]
low = 0
high = 10
[[items]]
id = "{id}_01"
topic = {{ en = "one", zh = "一" }}
[[scores]]
id = "{id}"
key = {{ method = "sum", items = ["{id}_01"] }}
{score}
{norms}
"""
MARKER = """
id = "{id}"
modality = "eeg"
is_conflicting = {conflicting}
{head}
definition = {{ en = "a number", zh = "一个数" }}
scale = {{ low = 0, high = 10, better = "neither" }}
[[evidence]]
finding = {{ en = "raised", zh = "升高" }}
direction = "for"
reference = "backloop-convention"
verified = false
"""
NORMS = """
[[scores.norms]]
group = "clbp"
mean = 6
sd = 2
n = 50
population = { en = "50 adults", zh = "50名成人" }
language = "any"
reference = "backloop-convention"
verified = true
[[scores.norms]]
group = "healthy"
mean = 1
population = { en = "20 adults", zh = "20名成人" }
language = "any"
reference = "backloop-convention"
verified = false
"""
MINUTES = {"a": 5, "b": 3, "c": 3}


def clue_text(name: str, source: str, strength: str = "moderate", **more: object) -> str:
    """Write one clue whose limits are 7 for and 3 against, unless told otherwise."""
    limits = {
        "speaks_for": f'{{ of = "{source}", at_least = 7 }}',
        "speaks_against": f'{{ of = "{source}", at_most = 3 }}',
    } | more
    verified = json.dumps(limits.pop("verified", True))
    questions = "\n".join(f"{key} = {value}" for key, value in limits.items() if value)
    return f"""
[[clues]]
id = "{name}"
label = {{ en = "{name}", zh = "线索{name}" }}
source = "{source}"
strength = "{strength}"
certainty = "low"
reference = "backloop-convention"
verified = {verified}
{questions}
"""


@pytest.fixture(scope="session")
def clue() -> Callable[..., str]:
    """Give the writer of clues."""
    return clue_text


@pytest.fixture
def library_of(tmp_path: Path) -> Callable[..., Library]:
    """Give the maker of a library with the tiny books and the mechanisms given as lists of clues by id."""

    def act(**mechanisms: list[str]) -> Library:
        for shelf in ("instruments", "markers", "mechanisms"):
            (tmp_path / shelf).mkdir()
        for name, minutes in MINUTES.items():
            norms = NORMS if name == "a" else ""
            text = INSTRUMENT.format(id=name, minutes=minutes, head=HEAD, score=SCORE, norms=norms)
            (tmp_path / "instruments" / f"{name}.toml").write_text(text, encoding="utf-8")
        for name, conflicting in (("open", "false"), ("disputed", "true")):
            text = MARKER.format(id=name, head=HEAD, conflicting=conflicting)
            (tmp_path / "markers" / f"{name}.toml").write_text(text, encoding="utf-8")
        for name, clues in mechanisms.items():
            text = f'id = "{name}"\ngroup = "central"\nplain = {WORDS}\nsettles = {WORDS}\n{HEAD}\n{"".join(clues)}'
            (tmp_path / "mechanisms" / f"{name}.toml").write_text(text, encoding="utf-8")
        (tmp_path / "edition.toml").write_text('edition = "2026-01-01"\n', encoding="utf-8")
        return Library((tmp_path,))

    return act


@pytest.fixture(scope="session")
def measured() -> Callable[..., Measures]:
    """Give the maker of measures from values by id, one mapping a visit; a measure may be given whole."""

    def act(*visits: dict[str, float | Measure | None]) -> Measures:
        sessions = tuple(Session(session_id=f"ses-{place}", order=place) for place in range(1, len(visits) + 1))
        found = [
            value if isinstance(value, Measure) else one(name, value, session_id=session.session_id)
            for session, values in zip(sessions, visits, strict=True)
            for name, value in values.items()
        ]
        because = Because(edition="2026-01-01", software="0", books=("instruments/a@1",))
        return Measures(participant_id="sub-01", sessions=sessions, measures=tuple(found), because=because)

    return act


def one(name: str, value: float | None, *, session_id: str = "ses-1", scale: Scale = RULER) -> Measure:
    """Make one measure of a tiny book."""
    if name in {"open", "disputed"}:
        scale = Scale(low=0, high=10, better="neither")
    return Measure(
        id=name,
        book=name,
        session_id=session_id,
        title=Text(en=name, zh=name),
        value=value,
        absent=None if value is not None else "not asked",
        scale=scale,
        origin="reported",
        because=(f"{session_id}/{name}",),
    )


@pytest.fixture(scope="session")
def measure_of() -> Callable[..., Measure]:
    """Give the maker of single measures."""
    return one
