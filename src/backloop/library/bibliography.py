"""Reading ``references.bib``: which sources exist.

Decides the small BibTeX that the library uses (``@kind{key, field = {value}, …}``); anything else is an error.
"""

import re
from pathlib import Path

from backloop.errors import InvalidBook
from backloop.library.books import Reference

__all__ = ["read_bibliography"]

_ENTRY = re.compile(r"@(\w+)\{([^,\s]+),\s*\n(.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"^\s*(\w+)\s*=\s*\{(.*)\}\s*,?\s*$")
_FIELD_NAMES = {"author": "authors", "journal": "venue", "publisher": "venue", "howpublished": "venue"}
_KEPT = frozenset(Reference.model_fields)


def read_bibliography(path: Path) -> dict[str, Reference]:
    """Read every entry of a BibTeX file, one field a line.

    Parameters
    ----------
    path : Path
        A UTF-8 file of entries ``@kind{key,`` … ``}`` with one ``field = {value},`` a line.

    Returns
    -------
    dict of str to Reference
        The entries by key, in the file's order.

    Raises
    ------
    InvalidBook
        If the file is not UTF-8, a key stands twice or a line is not a field.

    Examples
    --------
    >>> from backloop.library import Library
    >>> "bagg-2022" in Library.packaged().references
    True
    """
    found: dict[str, Reference] = {}
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{path.name}: byte {error.start} is not UTF-8; save the bibliography as UTF-8"
        raise InvalidBook(message) from None
    for kind, key, body in _ENTRY.findall(content):
        if key in found:
            message = f"{path.name}: the key '{key}' stands twice; keep one entry"
            raise InvalidBook(message)
        found[key] = _entry(path, kind, key, body)
    return found


def _entry(path: Path, kind: str, key: str, body: str) -> Reference:
    fields = {"key": key, "kind": kind}
    for line in body.splitlines():
        match = _FIELD.match(line)
        if match is None:
            message = f"{path.name}: entry '{key}' has a line that is not `field = {{value}},`; write one field a line"
            raise InvalidBook(message)
        name = _FIELD_NAMES.get(match[1], match[1])
        if name in _KEPT:
            fields[name] = match[2]
    return Reference(**fields)
