"""A clinic's own licensed wording of a questionnaire, kept outside the package and tied to its hash.

Decides how such a file is checked, stored and found again; it never ships or invents a wording.
"""

import tomllib
from hashlib import sha256
from pathlib import Path

from pydantic import Field, ValidationError

from backloop.errors import InvalidBook
from backloop.library.assessments import Instrument
from backloop.library.shelves import Library
from backloop.units import Frozen

__all__ = ["LicensedText", "find_text", "load_text"]


class LicensedText(Frozen):
    """The wording of one language version: who allowed its use, one text per item, answer labels where given.

    Examples
    --------
    >>> text = LicensedText(instrument="nrs", language="en", permission="own wording", items={"nrs_01": "How bad?"})
    >>> text.sha256[:8] == text.model_copy().sha256[:8]
    True
    """

    instrument: str
    language: str = Field(pattern=r"^[A-Za-z0-9-]+$")
    version: str = ""
    permission: str = Field(min_length=1)
    items: dict[str, str]
    answers: dict[str, str] = {}

    @property
    def sha256(self) -> str:
        """The hash of the wording; two texts with the same hash are the same words."""
        return sha256(self.model_dump_json().encode()).hexdigest()


def load_text(source: Path, store: Path, *, library: Library | None = None) -> Path:
    r"""Check a clinic's wording against its instrument and put it into the clinic's own store.

    Parameters
    ----------
    source : Path
        A TOML file with ``instrument``, ``language``, ``permission`` (the licence or letter that allows the use), a
        table ``[items]`` with one text for every item, and optionally ``[answers]`` by code.
    store : Path
        A folder outside the package; it is made where it does not exist.
    library : Library, optional
        The packaged library where not given.

    Returns
    -------
    Path
        The stored file, named ``<instrument>.<language>.<first 12 signs of the hash>.json``.

    Raises
    ------
    InvalidBook
        If a key is misspelt, the language is no tag, the permission or an item is missing, an item is foreign, or
        the instrument's wording may not be used at all.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> own = folder / "nrs.toml"
    >>> lines = ['instrument = "nrs"', 'language = "en"', 'permission = "own wording"', '[items]', 'nrs_01 = "Pain?"']
    >>> _ = own.write_text("\n".join(lines), encoding="utf-8")
    >>> find_text("nrs", "en", load_text(own, folder / "texts").parent).items["nrs_01"]
    'Pain?'
    """
    text = _parse(source)
    book = (library or Library.packaged()).instrument(text.instrument)
    _check_items(source, text, book)
    store.mkdir(parents=True, exist_ok=True)
    for older in store.glob(f"{text.instrument}.{text.language}.*.json"):
        older.unlink()
    target = store / f"{text.instrument}.{text.language}.{text.sha256[:12]}.json"
    target.write_text(text.model_dump_json(indent=1), encoding="utf-8")
    return target


def find_text(instrument: str, language: str, store: Path) -> LicensedText | None:
    """Give the stored wording of an instrument in one language, or None where the clinic has loaded none.

    Parameters
    ----------
    instrument, language : str
        The instrument's id and the BCP 47 tag the text was loaded under.
    store : Path
        The folder that `load_text` wrote to.

    Returns
    -------
    LicensedText or None
        The wording.

    Raises
    ------
    InvalidBook
        If the stored file was changed after it was loaded: its words no longer match the hash in its name.

    Examples
    --------
    >>> find_text("odi", "zh-Hans", Path("nowhere")) is None
    True
    """
    for path in sorted(store.glob(f"{instrument}.{language}.*.json")):
        text = LicensedText.model_validate_json(path.read_text(encoding="utf-8"))
        if not path.name.endswith(f".{text.sha256[:12]}.json"):
            message = f"{path.name}: the wording was changed after it was loaded; load the licensed text again"
            raise InvalidBook(message)
        return text
    return None


def _parse(source: Path) -> LicensedText:
    try:
        return LicensedText.model_validate(tomllib.loads(source.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = (
            f"{source.name}: cannot be read as UTF-8 TOML ({type(error).__name__}); see `backloop books load-text`"
        )
        raise InvalidBook(message) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        message = f"{source.name}: {where}: {first['msg']}; expected instrument, language, permission and [items]"
        raise InvalidBook(message) from error


def _check_items(source: Path, text: LicensedText, book: Instrument) -> None:
    if book.licence.text == "absent":
        message = f"{source.name}: '{book.id}' takes reported scores only; no wording can be loaded"
        raise InvalidBook(message)
    wanted, given = {item.id for item in book.items}, set(text.items)
    if wanted != given:
        message = (
            f"{source.name}: expected one text for each of {len(wanted)} items of '{book.id}';"
            f" missing: {sorted(wanted - given)}, not in the instrument: {sorted(given - wanted)}"
        )
        raise InvalidBook(message)
