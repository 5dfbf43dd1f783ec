"""A clinic's licensed wording is checked, kept outside the package and tied to its hash."""

from pathlib import Path

import pytest

from backloop.errors import InvalidBook, UnknownBook
from backloop.library import Library, find_text, load_text

ITEMS = {f"gad-7_{number:02d}": f"wording {number}" for number in range(1, 8)}


def _file(folder: Path, items: dict[str, str], **head: str) -> Path:
    lines = [f'{key} = "{value}"' for key, value in ({"language": "en", "permission": "public domain"} | head).items()]
    lines += ["[items]", *(f'"{key}" = "{value}"' for key, value in items.items())]
    path = folder / "text.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_loaded_text_is_found_again(tmp_path):
    """What the clinic loads is what it gets back."""
    load_text(_file(tmp_path, ITEMS, instrument="gad-7"), tmp_path / "store")

    found = find_text("gad-7", "en", tmp_path / "store")

    assert found is not None
    assert found.items == ITEMS


def test_a_newer_text_replaces_the_older(tmp_path):
    """One language version has one wording at a time."""
    load_text(_file(tmp_path, ITEMS, instrument="gad-7"), tmp_path / "store")
    load_text(_file(tmp_path, ITEMS | {"gad-7_01": "other words"}, instrument="gad-7"), tmp_path / "store")

    assert len(list((tmp_path / "store").iterdir())) == 1
    assert find_text("gad-7", "en", tmp_path / "store").items["gad-7_01"] == "other words"


def test_changed_wording_is_noticed(tmp_path):
    """A stored text whose words were edited no longer matches its hash."""
    stored = load_text(_file(tmp_path, ITEMS, instrument="gad-7"), tmp_path / "store")
    stored.write_text(stored.read_text(encoding="utf-8").replace("wording 3", "something else"), encoding="utf-8")

    with pytest.raises(InvalidBook, match="changed after it was loaded"):
        find_text("gad-7", "en", tmp_path / "store")


def test_a_missing_item_is_named(tmp_path):
    """Every item needs its words; the message says which are missing and which are foreign."""
    items = {key: value for key, value in ITEMS.items() if key != "gad-7_04"} | {"phq-9_01": "stranger"}

    with pytest.raises(InvalidBook, match=r"missing: \['gad-7_04'\], not in the instrument: \['phq-9_01'\]"):
        load_text(_file(tmp_path, items, instrument="gad-7"), tmp_path / "store")


def test_a_misspelt_key_is_refused(tmp_path):
    """A key that is not part of the layout is an error, not silence."""
    with pytest.raises(InvalidBook, match="instrumnet"):
        load_text(_file(tmp_path, ITEMS, instrument="gad-7", instrumnet="gad-7"), tmp_path / "store")


def test_an_unknown_instrument_is_refused(tmp_path):
    """The nearest known instrument is offered."""
    with pytest.raises(UnknownBook, match="did you mean 'gad-7'"):
        load_text(_file(tmp_path, ITEMS, instrument="gad-8"), tmp_path / "store")


def test_no_packaged_wording_for_licensed_instruments():
    """Only class A instruments may ship any answer label."""
    shelf = Library.packaged().shelf("instruments")

    shipped = [book_id for book_id in shelf if shelf[book_id].licence.text == "shipped"]

    assert {shelf[book_id].licence.class_ for book_id in shipped} == {"A"}


@pytest.mark.parametrize("head", [{"language": "*"}, {"language": "../en"}, {"permission": ""}])
def test_a_language_is_a_tag_and_a_permission_is_given(tmp_path, head):
    """A wildcard or path for a language could touch other texts, and no wording is stored without permission."""
    load_text(_file(tmp_path, ITEMS, instrument="gad-7"), tmp_path / "store")
    before = sorted((tmp_path / "store").iterdir())

    with pytest.raises(InvalidBook, match=next(iter(head))):
        load_text(_file(tmp_path, ITEMS, instrument="gad-7", **head), tmp_path / "store")

    assert before == sorted((tmp_path / "store").iterdir())
