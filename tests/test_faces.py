"""A face brings its modules when one of their names is first asked for, and says what it offers otherwise."""

import subprocess
import sys
from importlib import import_module

import pytest

from backloop.faces import open_lazily

FIND, NAMES = open_lazily(
    "backloop.measure", ["Measures", "read_panel", "score"], {"scoring": ("score",)}, behind=("backloop.panel",)
)


def test_a_name_of_one_of_the_rooms_modules():
    """A name comes from the module that was said to hold it."""
    assert FIND("score") is import_module("backloop.measure.scoring").score


def test_a_name_of_a_room_behind():
    """What no module of the room holds is found at the rooms behind it."""
    assert FIND("read_panel") is import_module("backloop.panel").read_panel


def test_a_name_nobody_offers():
    """A name that is not offered raises an error that lists what is, even where a module has it."""
    with pytest.raises(
        AttributeError, match=r"'backloop\.measure' has no attribute 'software_version'; it offers Measures, read"
    ):
        FIND("software_version")


def test_the_names_shown():
    """The second function gives the names a reader sees in ``dir``."""
    assert NAMES() == ["Measures", "read_panel", "score"]


def test_nothing_heavy_comes_before_it_is_asked_for():
    """Opening every lazy face brings neither numpy nor scipy nor a compiler."""
    rooms = (
        "bold",
        "causes",
        "eeg",
        "effects",
        "holdings",
        "kernel",
        "missing",
        "moderation",
        "norms",
        "signals",
        "tissues",
    )
    opened = "; ".join(f"import backloop.{room}" for room in rooms)
    told = f"import sys; {opened}; print([name for name in ('numpy', 'scipy', 'numba', 'mne') if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
