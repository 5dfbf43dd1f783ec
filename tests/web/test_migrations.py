"""Migrations forward, on both engines: from an empty database, and from one that was filled at the first version."""

import datetime as dt
import uuid
from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

from backloop.web.settings.project import APPS
from backloop.web.store.guards import missing_guards

ENGINES = ["sqlite", "postgresql"]
OURS = frozenset(app.rpartition(".")[2] for app in APPS)
ROWS = 2


def _executor() -> MigrationExecutor:
    return MigrationExecutor(connection)


def _first_state() -> list[tuple[str, str]]:
    """Name the first migration of each of our apps."""
    return sorted(node for node in _executor().loader.graph.nodes if node[0] in OURS and node[1].startswith("0001"))


def _newest_state() -> list[tuple[str, str]]:
    return list(_executor().loader.graph.leaf_nodes())


@pytest.mark.parametrize("empty_database", ENGINES, indirect=True)
def test_an_empty_database_is_brought_to_the_newest_form(empty_database: str):
    """From nothing to today's tables: nothing waits, the guards stand, and it can be done a second time."""
    assert connection.introspection.table_names() == []

    for _time in range(2):
        call_command("migrate", verbosity=0)

    executor = _executor()
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert list(missing_guards(connection)) == []
    call_command("check", verbosity=0)


@pytest.mark.parametrize("fresh_database", ENGINES, indirect=True)
def test_what_was_filled_at_the_first_version_is_there_at_the_newest(fresh_database: str):
    """Rows written into every table as it first was are all there, unchanged, after every migration since."""
    for app, name in _first_state():
        call_command("migrate", app, name, verbosity=0)
    executor = _executor()
    before = executor.loader.project_state(_first_state()).apps
    filled = {model._meta.label: _fill(model) for model in _in_order(before)}
    assert sum(len(rows) for rows in filled.values()) >= ROWS * len(OURS & {label.split(".")[0] for label in filled})

    call_command("migrate", verbosity=0)

    after = _executor().loader.project_state(_newest_state()).apps
    for label, rows in filled.items():
        model = after.get_model(label)
        kept = {field.attname for field in model._meta.concrete_fields}
        for row in rows:
            found = model._default_manager.filter(pk=row["pk"]).values().get()
            assert {name: value for name, value in row.items() if name in kept} == {
                name: found[name] for name in row if name in kept
            }, label
    assert list(missing_guards(connection)) == []


def _in_order(apps: Any) -> Iterator[type[models.Model]]:
    """Give our models, those that others point to first."""
    ours = {model for model in apps.get_models() if model._meta.app_label in OURS}
    needs = {
        model: {field.related_model for field in model._meta.concrete_fields if field.is_relation and not field.null}
        for model in ours
    }
    yield from (model for model in TopologicalSorter(needs).static_order() if model in ours)


def _fill(model: type[models.Model]) -> list[dict[str, Any]]:
    """Write rows with a value of its own in every field; give what was written."""
    made = []
    for number in range(1, ROWS + 1):
        fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
        values = {field.attname: _value(field, number) for field in fields}
        row = model._default_manager.create(**values)
        made.append({"pk": row.pk, **model._default_manager.filter(pk=row.pk).values(*values).get()})
    return made


def _value(field: models.Field[Any, Any], number: int) -> Any:
    if field.is_relation:
        if field.null:
            return None
        return list(field.related_model._default_manager.order_by("pk").values_list("pk", flat=True))[number - 1]
    if field.choices:
        return next(value for value, _ in field.flatchoices)
    moment = dt.datetime(2026, 11, number, 9, 30, tzinfo=dt.UTC)
    known: dict[type[Any], Any] = {
        models.DateTimeField: moment,
        models.DateField: moment.date(),
        models.BooleanField: True,
        models.UUIDField: uuid.UUID(int=number),
        models.JSONField: {"number": number},
        models.BinaryField: bytes([number]),
        models.TextField: f'{{"number": {number}}}',
        models.CharField: f"v{number}",
        models.FloatField: number / 2,
    }
    return next((value for kind, value in known.items() if isinstance(field, kind)), number)
