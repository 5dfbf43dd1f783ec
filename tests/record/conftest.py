"""What the tests of the room `record` share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backloop.library import Library
from backloop.record import Records, read


@pytest.fixture(scope="session")
def packaged() -> Library:
    """Give the packaged books."""
    return Library.packaged()


@pytest.fixture
def read_text(tmp_path: Path) -> Callable[..., Records]:
    """Give a function that reads a table, and its mapping if there is one, from their texts."""

    def act(table: str | bytes, mapping: str | None = None, *, name: str = "visit.csv") -> Records:
        file, rules = tmp_path / name, tmp_path / "rules.toml"
        file.write_bytes(table if isinstance(table, bytes) else table.encode())
        if mapping is not None:
            rules.write_text(mapping, encoding="utf-8")
        return read(file, mapping=None if mapping is None else rules)

    return act
