"""Every table as lines of JSON that mean the same on both engines.

Decides which tables belong to a copy and how a row is written; sessions and computed nouns are left out on purpose,
so that nobody is signed in after a restore and nothing stale comes back.
"""

import base64
import datetime as dt
import json
import uuid
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

__all__ = ["digest_table", "fill_table", "kept_tables", "reset_sequences", "write_rows"]

_LEFT_OUT = {
    "auth.permission",
    "contenttypes.contenttype",
    "sessions.session",
    "store.computed",
    "usersessions.usersession",
}
_PAGE = 1000


def kept_tables() -> list[type[models.Model]]:
    """Give every table that belongs to a copy, in a fixed order.

    Returns
    -------
    list of type
    """
    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return sorted((m for m in found if m._meta.label_lower not in _LEFT_OUT), key=lambda m: m._meta.label_lower)


def write_rows(model: type[models.Model], *, using: str) -> Iterator[bytes]:
    """Write a table's rows as lines of JSON, by primary key.

    Parameters
    ----------
    model : type
        The table.
    using : str
        Which database.

    Yields
    ------
    bytes
        One line a row.
    """
    fields = model._meta.concrete_fields
    rows = model._default_manager.using(using).order_by("pk").values_list(*[field.attname for field in fields])
    for row in rows.iterator(chunk_size=_PAGE):
        values = {field.attname: _plain(value) for field, value in zip(fields, row, strict=True)}
        yield json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def digest_table(lines: Iterable[bytes]) -> tuple[int, str]:
    """Count lines and take their fingerprint.

    Parameters
    ----------
    lines : iterable of bytes
        As `write_rows` gives them.

    Returns
    -------
    tuple of int and str
        How many, and 64 hexadecimal digits.
    """
    count, digest = 0, sha256()
    for line in lines:
        count += 1
        digest.update(line)
    return count, digest.hexdigest()


def fill_table(model: type[models.Model], lines: Iterable[bytes]) -> None:
    """Put rows into an empty table.

    Parameters
    ----------
    model : type
        The table.
    lines : iterable of bytes
        As `write_rows` wrote them.
    """
    for field in model._meta.concrete_fields:
        if isinstance(field, models.DateField):
            field.auto_now = field.auto_now_add = False  # the times of the copy, not of the restoring
    batch: list[models.Model] = []
    for line in lines:
        batch.append(_revive(model, json.loads(line)))
        if len(batch) >= _PAGE:
            model._default_manager.bulk_create(batch)
            batch = []
    model._default_manager.bulk_create(batch)


def reset_sequences() -> None:
    """Let new rows be numbered after those that were put in."""
    orders = connection.ops.sequence_reset_sql(no_style(), kept_tables())
    with connection.cursor() as cursor:
        for order in orders:
            cursor.execute(order)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    match value:
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
        case dt.date():
            return value.isoformat()
        case uuid.UUID():
            return str(value)
        case bytes() | memoryview():
            return {"base64": base64.b64encode(bytes(value)).decode()}
    return value


def _revive(model: type[models.Model], values: dict[str, Any]) -> models.Model:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: _lively(fields[name], value) for name, value in values.items()})


def _lively(field: models.Field[Any, Any], value: Any) -> Any:  # noqa: ANN401
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value["base64"])
    return value if isinstance(field, models.JSONField) else field.to_python(value)
