"""Finding, reading and validating books; the library's edition; a site's own shelves.

Decides where books come from and that what they cite exists; it does not judge their content.
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from backloop.errors import InvalidBook, UncitedClaim, UnknownBook
from backloop.library.assessments import Instrument, Marker, Protocol
from backloop.library.bibliography import read_bibliography
from backloop.library.books import Book, Reference
from backloop.library.care import ClaimsReview, Mechanism, SafetyRule, SessionRule, Task
from backloop.library.checklists import Checklist
from backloop.library.limits import Limit
from backloop.library.stamping import read_stamp, take_fingerprint
from backloop.library.treatments import Intervention

__all__ = ["SHELVES", "Library", "Shelf", "cited_keys"]

SHELVES: dict[str, type[Book]] = {
    "instruments": Instrument,
    "protocols": Protocol,
    "markers": Marker,
    "mechanisms": Mechanism,
    "interventions": Intervention,
    "safety": SafetyRule,
    "sessions": SessionRule,
    "tasks": Task,
    "claims": ClaimsReview,
    "limits": Limit,
    "checklists": Checklist,
}
"""The shelves by folder name, with the type of their books."""

BookT = TypeVar("BookT", bound=Book)
PACKAGED = Path(__file__).parent


class Shelf(Mapping[str, BookT], Generic[BookT]):
    """The books of one kind by id, each read from its file when it is first asked for.

    Examples
    --------
    >>> "rmdq" in Library.packaged().shelf("instruments")
    True
    """

    def __init__(self, name: str, *, folders: tuple[Path, ...]) -> None:
        self.name = name
        self._paths = {path.stem: path for folder in folders for path in sorted((folder / name).glob("*.toml"))}
        self._read: dict[str, BookT] = {}

    def __getitem__(self, book_id: str) -> BookT:
        if book_id not in self._paths:
            near = difflib.get_close_matches(book_id, self._paths, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; the shelf holds {', '.join(self._paths)}"
            message = f"no book '{book_id}' on the shelf '{self.name}'{hint}"
            raise UnknownBook(message)
        if book_id not in self._read:
            self._read[book_id] = _read_book(self._paths[book_id], SHELVES[self.name])  # type: ignore[assignment]
        return self._read[book_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, book_id: object) -> bool:
        return book_id in self._paths

    def path(self, book_id: str) -> Path:
        """Give the file a book is read from."""
        return self._paths[book_id]


class Library:
    """All shelves together, with their references and edition. Later folders win over earlier ones.

    Parameters
    ----------
    folders : tuple of Path
        Folders laid out like the packaged one: one folder a shelf, ``references.bib`` and ``edition.toml`` optional.

    Examples
    --------
    >>> Library.packaged().edition[:2]
    '20'
    """

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.folders = folders
        self._shelves: dict[str, Shelf[Any]] = {name: Shelf(name, folders=folders) for name in SHELVES}

    @staticmethod
    @cache
    def packaged() -> "Library":
        """Give the library that ships with backloop and the shelves installed beside it (entry point group)."""
        outside = tuple(Path(point.load()()) for point in entry_points(group="backloop.shelves"))
        return Library((PACKAGED, *outside))

    def with_shelf(self, folder: Path) -> "Library":
        """Give a library with one more folder of books, which win over those already there."""
        if not folder.is_dir():
            message = f"{folder}: expected a folder with sub-folders such as 'instruments'; it does not exist"
            raise UnknownBook(message)
        return Library((*self.folders, folder))

    @cached_property
    def edition(self) -> str:
        """The date of the packaged books; a short hash of a site's own books follows after a plus sign."""
        stamp = read_stamp(self.folders[0])
        packaged = stamp.edition if stamp else "undated"
        outside = [path for folder in self.folders[1:] for path in sorted(folder.rglob("*.toml"))]
        if not outside:
            return str(packaged)
        return f"{packaged}+{sha256(b''.join(path.read_bytes() for path in outside)).hexdigest()[:8]}"

    @cached_property
    def fingerprint(self) -> str:
        """A hash of what the packaged books hold, which their date must keep up with."""
        return take_fingerprint(self.folders[0])

    @cached_property
    def references(self) -> dict[str, Reference]:
        """Every source of the library by key."""
        found: dict[str, Reference] = {}
        for folder in self.folders:
            if (folder / "references.bib").exists():
                found |= read_bibliography(folder / "references.bib")
        return found

    def shelf(self, name: str) -> Shelf[Any]:
        """Give one shelf by its folder name.

        Raises
        ------
        UnknownBook
            If there is no such shelf.
        """
        if name not in self._shelves:
            message = f"no shelf '{name}'; the shelves are {', '.join(SHELVES)}"
            raise UnknownBook(message)
        return self._shelves[name]

    def instrument(self, book_id: str) -> Instrument:
        """Give one questionnaire or worksheet."""
        return self._shelves["instruments"][book_id]  # type: ignore[no-any-return]

    def protocol(self, book_id: str) -> Protocol:
        """Give one sensory or movement test."""
        return self._shelves["protocols"][book_id]  # type: ignore[no-any-return]

    def marker(self, book_id: str) -> Marker:
        """Give one brain marker."""
        return self._shelves["markers"][book_id]  # type: ignore[no-any-return]

    def mechanism(self, book_id: str) -> Mechanism:
        """Give one mechanism."""
        return self._shelves["mechanisms"][book_id]  # type: ignore[no-any-return]

    def intervention(self, book_id: str) -> Intervention:
        """Give one intervention."""
        return self._shelves["interventions"][book_id]  # type: ignore[no-any-return]

    def safety_rule(self, book_id: str) -> SafetyRule:
        """Give one safety rule."""
        return self._shelves["safety"][book_id]  # type: ignore[no-any-return]

    def session_rule(self, book_id: str) -> SessionRule:
        """Give one rule for training sessions."""
        return self._shelves["sessions"][book_id]  # type: ignore[no-any-return]

    def claims(self, book_id: str) -> ClaimsReview:
        """Give one set of checked claims."""
        return self._shelves["claims"][book_id]  # type: ignore[no-any-return]

    def limit(self, book_id: str) -> Limit:
        """Give one limit for stimulation of the brain."""
        return self._shelves["limits"][book_id]  # type: ignore[no-any-return]

    def checklist(self, book_id: str) -> Checklist:
        """Give one reporting checklist."""
        return self._shelves["checklists"][book_id]  # type: ignore[no-any-return]

    def task(self, book_id: str) -> Task:
        """Give one training task."""
        return self._shelves["tasks"][book_id]  # type: ignore[no-any-return]

    def find(self, book_id: str) -> Book:
        """Give a book of any shelf.

        Raises
        ------
        UnknownBook
            If no shelf holds it; the message names the nearest id.
        """
        for shelf in self._shelves.values():
            if book_id in shelf:
                return shelf[book_id]  # type: ignore[no-any-return]
        ids = [name for shelf in self._shelves.values() for name in shelf]
        near = difflib.get_close_matches(book_id, ids, n=1)
        message = f"no book '{book_id}' in the library" + (f"; did you mean '{near[0]}'?" if near else "")
        raise UnknownBook(message)

    def check(self) -> list[str]:
        """Read every book and list what is wrong, one sentence each; an empty list means all is well."""
        try:
            self.references  # noqa: B018 - read before the books, whose claims it answers for
            undated = list(self._check_stamp())
        except InvalidBook as error:
            return [str(error)]
        return [problem for name in SHELVES for problem in self._check_shelf(name)] + undated + self._check_folders()

    def _check_stamp(self) -> Iterator[str]:
        for folder in self.folders:
            stamp = read_stamp(folder)
            if stamp and stamp.fingerprint and stamp.fingerprint != take_fingerprint(folder):
                where = "" if folder == self.folders[0] else f"{folder.name}: "
                fault = f"the books changed after their date, {stamp.edition}; run 'backloop books stamp'"
                yield f"{where}{fault} to date them anew"

    def _check_folders(self) -> list[str]:
        """Name every folder of books that a misspelt name keeps from being read."""
        found = {path.parent for folder in self.folders[1:] for path in folder.glob("*/*.toml")}
        return [
            f"{folder.name}: no shelf has that name, so its books are not read; the shelves are {', '.join(SHELVES)}"
            for folder in sorted(found)
            if folder.name not in SHELVES
        ]

    def _check_shelf(self, name: str) -> Iterator[str]:
        for book_id in self._shelves[name]:
            try:
                book = self._shelves[name][book_id]
                _check_references(book, self.references)
            except (InvalidBook, UncitedClaim) as error:
                yield str(error)


def cited_keys(thing: object) -> Iterator[str]:
    """Name every reference key inside a book or noun, in order of appearance, repeats included.

    Parameters
    ----------
    thing : mapping, list or tuple
        A book or noun as ``model_dump`` gives it.

    Returns
    -------
    iterator of str
        Keys of ``references.bib``.

    Examples
    --------
    >>> list(cited_keys({"reference": "ostelo-2008", "rows": [{"references": ["hu-2022"]}]}))
    ['ostelo-2008', 'hu-2022']
    """
    if isinstance(thing, Mapping):
        for name, value in thing.items():
            if name == "reference" and isinstance(value, str):
                yield value
            elif name == "references" and isinstance(value, (list, tuple)):
                yield from value
            else:
                yield from cited_keys(value)
    elif isinstance(thing, (list, tuple)):
        for value in thing:
            yield from cited_keys(value)


def _check_references(book: Book, references: Mapping[str, Reference]) -> None:
    """Check that every reference of a book exists.

    Raises
    ------
    UncitedClaim
        If a key is not in the bibliography; the message names the book and the key.
    """
    unknown = sorted({key for key in cited_keys(book.model_dump()) if key not in references})
    if unknown:
        message = f"book '{book.id}' cites {', '.join(unknown)}, which references.bib does not hold; add the entry"
        raise UncitedClaim(message)


def _read_book(path: Path, kind: type[Book]) -> Book:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        book = kind.model_validate(content)
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path.name}: cannot be read as UTF-8 ({type(error).__name__}); save the book as a UTF-8 text file"
        raise InvalidBook(message) from error
    except tomllib.TOMLDecodeError as error:
        message = f"{path.name}: not valid TOML ({error}); see CONTRIBUTING.md for a book's layout"
        raise InvalidBook(message) from error
    except RecursionError as error:
        message = f"{path.name}: nested too deep to be read; see CONTRIBUTING.md for a book's layout"
        raise InvalidBook(message) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the book"
        message = f"{path.name}: {where}: {first['msg']} ({error.error_count()} problem(s) in all)"
        raise InvalidBook(message) from error
    except ValueError as error:
        message = f"{path.name}: a number is too long to be read; correct it"
        raise InvalidBook(message) from error
    if book.id != path.stem:
        message = f"{path.name}: the book calls itself '{book.id}'; file name and id must be the same"
        raise InvalidBook(message)
    return book
