"""Small worlds for the tests of this room."""

from pathlib import Path

import pytest

from backloop.power import World, read_world

EXAMPLES = Path(__file__).parents[2] / "examples" / "10_power"


@pytest.fixture(scope="session")
def resolve() -> World:
    """The replica of RESOLVE."""
    return read_world(EXAMPLES / "resolve.toml")


@pytest.fixture(scope="session")
def no_effect() -> World:
    """The world without an effect."""
    return read_world(EXAMPLES / "no-effect.toml")
