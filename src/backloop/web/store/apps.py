"""The store's place among Django's apps.

Decides that the guards of the tables stand again after every migration; it holds no data.
"""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from backloop.web.settings.journals import wait_promptly

__all__ = ["StoreConfig"]


class StoreConfig(AppConfig):
    """Name the app, put up the guards after migrations, and tell connections to SQLite how to wait.

    Guards are put up again because SQLite drops them when it rebuilds a table.
    """

    name = "backloop.web.store"
    label = "store"

    def ready(self) -> None:
        """Listen for the end of migrations and for new connections."""
        post_migrate.connect(_guard_tables, sender=self)
        connection_created.connect(_wait_promptly)

    def lock_again(self) -> int:
        """Lock the identifiers with the current key."""
        from backloop.web.store.identities import lock_again  # noqa: PLC0415 - as below

        return lock_again()


def _guard_tables(*, using: str, **_rest: Any) -> None:  # noqa: ANN401 - what the signal hands over
    from django.db import connections  # noqa: PLC0415 - apps are not ready when this module is read

    from backloop.web.store.guards import put_up_guards  # noqa: PLC0415

    put_up_guards(connections[using])


def _wait_promptly(*, connection: Any, **_rest: Any) -> None:  # noqa: ANN401 - what the signal hands over
    if connection.vendor == "sqlite":
        wait_promptly(connection.connection)
