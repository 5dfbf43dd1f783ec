"""The guards of the append-only tables: the database itself refuses to change or delete a link.

Decides the triggers of both engines; they stand against our own mistakes and those of anybody with SQL at hand.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = ["GUARDED", "missing_guards", "put_up_guards", "take_down_guards"]

GUARDED = ("store_event", "store_readentry")
"""The tables whose rows are only ever added."""

_SQLITE = {
    "no_update": "BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "no_delete": "BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    # INSERT OR REPLACE would delete the old row without telling the guard above.
    "no_replace": (
        "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE seq = NEW.seq{unique}) "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    ),
}
_POSTGRESQL = {
    "no_change": "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION backloop_append_only()",
    "no_truncate": "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION backloop_append_only()",
}
_FUNCTION = """
CREATE OR REPLACE FUNCTION backloop_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def put_up_guards(connection: BaseDatabaseWrapper) -> None:
    """Create every guard that is not there.

    Parameters
    ----------
    connection : BaseDatabaseWrapper
        The database.
    """
    rules = _rules(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for name, table in missing_guards(connection):
            unique = " OR uid = NEW.uid" if table == "store_event" else ""
            cursor.execute(f"CREATE TRIGGER {table}_{name} " + rules[name].format(table=table, unique=unique))


def take_down_guards(connection: BaseDatabaseWrapper) -> None:
    """Drop every guard, as a migration backwards needs it.

    Parameters
    ----------
    connection : BaseDatabaseWrapper
        The database.
    """
    with connection.cursor() as cursor:
        for table in GUARDED:
            for name in _rules(connection):
                place = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{place}")


def missing_guards(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Name the guards that do not stand, as (guard, table).

    Parameters
    ----------
    connection : BaseDatabaseWrapper
        The database.

    Returns
    -------
    list of tuple of str
        Empty when the tables are guarded. On PostgreSQL a guard that was switched off counts as missing.
    """
    asked = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        standing = {row[0] for row in cursor.fetchall()}
    wanted = [(name, table) for table in GUARDED for name in _rules(connection)]
    return [(name, table) for name, table in wanted if f"{table}_{name}" not in standing]


def _rules(connection: BaseDatabaseWrapper) -> dict[str, str]:
    return _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
