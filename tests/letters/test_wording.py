"""Words: both languages say the same, every phrase is used, numbers read as a printer would set them."""

import datetime as dt
import re
import string
from pathlib import Path

import pytest

import backloop.letters
from backloop.letters.wording import Words, plain_name, read_words
from backloop.library import Library
from backloop.plan import Target
from backloop.record import Session
from backloop.units import Interval, Scale, Text

ROOM = Path(backloop.letters.__file__).parent
SOURCES = "\n".join(
    path.read_text(encoding="utf-8") for path in sorted((*ROOM.glob("*.py"), *ROOM.glob("templates/*")))
)
SYMBOLS = {"%", "mm", "cm", "kPa", "Hz", "µV", "mm3", "mmol/kg", "µmol/L", "Fisher z"}


def _placeholders(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name is not None}


def test_both_languages_have_the_same_placeholders():
    """No number or name is lost in either language."""
    assert [] == [key for key, text in read_words().items() if _placeholders(text.en) != _placeholders(text.zh)]


def test_every_phrase_is_used():
    """No phrase waits for a reader who never comes; a key made of parts is used by its first part."""
    whole = set(re.findall(r"[\"']([a-z-]+\.[a-z][A-Za-z /-]*)[\"']", SOURCES))
    begun = set(re.findall(r"[\"']([a-z-]+\.(?:[a-z-]+-)?)[\"'] ~", SOURCES))
    begun |= set(re.findall(r"f[\"']([a-z-]+\.(?:[a-z-]+-)?)\{", SOURCES))

    assert [] == [key for key in read_words() if key not in whole and not key.startswith(tuple(begun))]


def test_no_phrase_is_missing():
    """Every key that stands whole in a template exists."""
    used = set(re.findall(r"words\(\s*[\"']([a-z-]+\.[a-z][a-z /-]*)[\"'][,) ]", SOURCES))

    assert used
    assert set() == used - set(read_words())


def test_chinese_uses_chinese_punctuation():
    """No half-width comma, colon or semicolon stands between Chinese characters."""
    assert [] == [key for key, text in read_words().items() if re.search(r"[\u4e00-\u9fff][,:;!?]", text.zh)]


@pytest.mark.parametrize(
    ("value", "written"),
    [(6, "6"), (4.5, "4.5"), (0.834, "0.83"), (0.4, "0.4"), (-1.5, "\N{MINUS SIGN}1.5"), (261.7, "262"), (120, "120")],
)
def test_numbers_have_the_decimals_they_need(value, written):
    """Whole numbers stay whole, small ones keep two decimals, the minus is a minus."""
    assert written == Words("en").number(value)


@pytest.mark.parametrize(("value", "written"), [(2, "+2"), (-2, "\N{MINUS SIGN}2"), (0, "0")])
def test_a_change_carries_its_sign(value, written):
    """A change says which way it went; no change has no sign."""
    assert written == Words("zh").number(value, is_change=True)


def test_an_interval_runs_from_low_to_high():
    """Ranges are words and not hyphens, which look like a minus."""
    assert Words("en").interval(Interval(low=-1.5, high=-0.4)) == "\N{MINUS SIGN}1.5 to \N{MINUS SIGN}0.4"
    assert Words("zh").interval(Interval(low=1, high=2)) == "1 至 2"


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        (Scale(low=0, high=10, better="low"), "0 to 10 points, lower is better"),
        (Scale(low=0, unit="mm", better="low"), "from 0 mm, lower is better"),
        (Scale(high=5, unit="s", better="high"), "up to 5 s, higher is better"),
        (Scale(unit="kPa", better="neither"), "in kPa, neither end is better"),
    ],
)
def test_a_ruler_says_its_ends_and_good_direction(scale, said):
    """An open end is not made up."""
    assert said == Words("en").ruler(scale)


def test_every_unit_of_the_library_can_be_said():
    """A unit is a symbol that every reader shares, or it has words in both languages."""
    library = Library.packaged()
    books = [book for shelf in ("instruments", "protocols") for book in library.shelf(shelf).values()]
    units = {score.scale.unit for book in books for score in book.scores}
    units |= {marker.scale.unit for marker in library.shelf("markers").values()}

    assert set() == {unit for unit in units - SYMBOLS if f"unit.{unit}" not in read_words()}


@pytest.mark.parametrize(
    ("session", "said"),
    [
        (Session(session_id="ses-1", order=1, week=0), "开始时"),
        (Session(session_id="ses-1", order=2, week=6), "第 6 周"),
        (Session(session_id="ses-1", order=3), "第 3 次就诊"),
        (Session(session_id="ses-1", order=3, label="出院"), "出院"),
    ],
)
def test_a_visit_is_named_by_what_is_known(session, said):
    """Label before week, week before order."""
    assert said == Words("zh").visit(session)


@pytest.mark.parametrize(("lang", "said"), [("en", "5 Jan 2027"), ("zh", "2027年1月5日")])
def test_a_date_is_written_out(lang, said):
    """No reader has to guess which number is the month."""
    assert said == Words(lang).day(dt.date(2027, 1, 5))


def test_a_mechanism_without_plain_name_keeps_its_title(monkeypatch):
    """A site's own book need not name its mechanism twice."""
    library = Library.packaged()
    book = library.mechanism("cortical-map").model_copy(update={"plain_title": None})
    monkeypatch.setattr(library, "mechanism", lambda _: book)
    aim = Target(mechanism="cortical-map", title=Text(en="map", zh="地图"), verdict="possible", link="hypothesis")

    assert aim.title == plain_name(aim, library)


def test_every_mechanism_has_a_plain_name():
    """The packaged books name every mechanism for the person concerned."""
    books = Library.packaged().shelf("mechanisms").values()

    assert [] == [book.id for book in books if book.plain_title is None]
