"""The clinic's licensed wording in the patient's and the clinician's questions: both languages, partial, spoilt."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from backloop.errors import InvalidBook
from backloop.library import Library, load_text
from backloop.record import Participant, Session
from backloop.web.people.making import MAKER
from backloop.web.store.events import add_event
from backloop.web.store.kinds import PersonFacts

pytestmark = pytest.mark.django_db

LIBRARY = Library.packaged()
TAGS = {"zh": "zh-hans", "en": "en"}
MARK = {"zh": "许可措辞", "en": "licensed words of"}


@pytest.fixture
def texts(settings: Any, tmp_path: Path) -> Path:
    """Give the folder of the clinic's wording."""
    settings.CLINIC = settings.CLINIC.model_copy(update={"folder": tmp_path})
    return tmp_path / "texts"


@pytest.fixture
def readers(client_of: Callable[[str], Client], clinic_people: Any) -> dict[str, Callable[[str, str], str]]:
    """Give both sides of the clinic, each as a way to read the first question and the whole of a book in a language."""
    patient = clinic_people.patients["mine"]
    who = Participant(participant_id=f"sub-{patient.code}", age=46, language="zh-Hans")
    add_event(MAKER, patient.code, PersonFacts(participant=who, made_up=True))
    add_event(MAKER, patient.code, Session(session_id="ses-01", order=1, week=0))
    phone, desk = client_of("patient"), client_of("clinician")

    def on_phone(book: str, lang: str) -> str:
        phone.cookies["language"] = TAGS[lang]
        return phone.get(f"/patient/answer/{book}/?q=1").content.decode()

    def at_desk(book: str, lang: str) -> str:
        desk.cookies["language"] = TAGS[lang]
        return desk.get(f"/clinic/patients/{patient.code}/visits/ses-01/{book}/?mode=table").content.decode()

    return {"patient": on_phone, "clinician": at_desk}


def _load(
    place: Path, book: str, tag: str, *, words: str, answers: dict[str, str] | None = None, leave: int = 0
) -> None:
    items = [item.id for item in LIBRARY.instrument(book).items][leave:]
    lines = [f'instrument = "{book}"', f'language = "{tag}"', 'permission = "letter of the holder"', "[items]"]
    lines += [f'"{item}" = "{words} {item}"' for item in items]
    lines += ["[answers]", *(f'"{code}" = "{text}"' for code, text in (answers or {}).items())]
    place.mkdir(exist_ok=True)
    source = place.parent / f"{book}.{tag}.toml"
    source.write_text("\n".join(lines), encoding="utf-8")
    load_text(source, place)


@pytest.mark.parametrize("side", ["patient", "clinician"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_loaded_words_are_asked(side: str, lang: str, readers: Any, texts: Path):
    """Whoever answers or enters sees the licensed text of each question in their language, and no remark on topics."""
    for tag, tongue in (("zh-Hans", "zh"), ("en", "en")):
        _load(texts, "rmdq", tag, words=MARK[tongue])
    page, other = readers[side]("rmdq", lang), MARK["en" if lang == "zh" else "zh"]

    assert f"{MARK[lang]} rmdq_01" in page
    assert other not in page
    assert "our own words" not in page
    assert "自己的话" not in page


@pytest.mark.parametrize("side", ["patient", "clinician"])
def test_one_language_alone_leaves_the_other_with_our_own_words(side: str, readers: Any, texts: Path):
    """A clinic with the Chinese licence asks Chinese readers in it and English readers by topic, saying so."""
    _load(texts, "rmdq", "zh-Hans", words=MARK["zh"])

    assert MARK["zh"] in readers[side]("rmdq", "zh")
    english = readers[side]("rmdq", "en")
    assert MARK["zh"] not in english
    assert LIBRARY.instrument("rmdq").items[0].topic.en in english.replace("&#x27;", "'")
    assert "in our own words" in english


@pytest.mark.parametrize("tag", ["zh", "zh-CN"])
@pytest.mark.parametrize("side", ["patient", "clinician"])
def test_chinese_by_any_of_its_tags(tag: str, side: str, readers: Any, texts: Path):
    """A file marked zh or zh-CN is found by both sides alike."""
    _load(texts, "rmdq", tag, words=MARK["zh"])

    assert f"{MARK['zh']} rmdq_01" in readers[side]("rmdq", "zh")


@pytest.mark.parametrize("side", ["patient", "clinician"])
def test_answers_that_a_file_leaves_out_keep_our_words(side: str, readers: Any, texts: Path):
    """Named are two of four answers: these are the licensed ones, the others ours, and none is without words."""
    _load(texts, "phq-9", "en", words=MARK["en"], answers={"0": "Licensed never", "3": "Licensed always"})
    page = readers[side]("phq-9", "en")

    assert all(
        words in page for words in ("Licensed never", "several days", "more than half the days", "Licensed always")
    )
    assert "not at all" not in page


def test_a_question_with_answers_of_its_own_keeps_them(readers: Any, texts: Path):
    """The tenth question of the PHQ-9 asks how difficult, not how often: the common answers are not put there."""
    common = {"0": "Never", "1": "Now and then", "2": "Often", "3": "Always"}
    _load(texts, "phq-9", "en", words=MARK["en"], answers=common)
    page = readers["clinician"]("phq-9", "en")
    tenth = page[page.index('id="row-phq-9_10"') :]

    assert "extremely difficult" in tenth
    assert "Now and then" not in tenth
    assert "Now and then" in page


@pytest.mark.parametrize("side", ["patient", "clinician"])
def test_a_file_with_questions_missing_is_refused_whole(side: str, readers: Any, texts: Path):
    """Half a questionnaire is not loaded: the command names what is missing, and the pages stay with topics."""
    with pytest.raises(InvalidBook, match="missing: \\['rmdq_01', 'rmdq_02'\\]"):
        _load(texts, "rmdq", "en", words=MARK["en"], leave=2)

    assert MARK["en"] not in readers[side]("rmdq", "en")


@pytest.mark.parametrize("side", ["patient", "clinician"])
def test_a_file_that_was_changed_afterwards_is_not_asked(
    side: str, readers: Any, texts: Path, caplog: pytest.LogCaptureFixture
):
    """Words that no longer fit the file's seal are not put to anybody; the topics are, and the log says what to do."""
    _load(texts, "rmdq", "en", words=MARK["en"])
    stored = next(texts.glob("rmdq.en.*.json"))
    stored.write_text(stored.read_text(encoding="utf-8").replace(MARK["en"], "other words of"), encoding="utf-8")
    page = readers[side]("rmdq", "en")

    assert "other words of" not in page
    assert LIBRARY.instrument("rmdq").items[0].topic.en in page.replace("&#x27;", "'")
    assert "load the licensed text again" in caplog.text
