"""Put up the guards: from here on neither engine changes or deletes an event or a read.

Decides nothing itself; the guards are in `guards`.
"""

from typing import Any, ClassVar

from django.db import migrations

from backloop.web.store.guards import put_up_guards, take_down_guards

__all__ = ["Migration"]


def _up(_apps: Any, editor: Any) -> None:  # noqa: ANN401 - what a migration is handed
    put_up_guards(editor.connection)


def _down(_apps: Any, editor: Any) -> None:  # noqa: ANN401
    take_down_guards(editor.connection)


class Migration(migrations.Migration):
    """Guard the append-only tables."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0001_initial")]
    operations: ClassVar[list[Any]] = [migrations.RunPython(_up, _down)]
