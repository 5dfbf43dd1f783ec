"""Worlds: what may be declared, and what each contradiction is called."""

from pathlib import Path

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.power import Decay, World, read_world

TEXT = """
id = "small"
weeks = [0, 9]
correlation = { near = 0.5, far = 0.5 }
arms = [{ id = "a", people = 20 }, { id = "b", people = 20 }]
[[outcomes]]
id = "pain"
scale = { low = 0, high = 10, better = "low" }
spread = "rounded normal"
mean = { a = [6, 5], b = [6, 4] }
sd = { a = [2, 2], b = [2, 2] }
[staying_away]
lost = { a = [0, 0.1], b = [0, 0.1] }
"""


def _read(folder: Path, old: str = "", new: str = "") -> World:
    path = folder / "world.toml"
    path.write_text(TEXT.replace(old, new) if old else TEXT, encoding="utf-8")
    return read_world(path)


def test_a_file_becomes_a_world(tmp_path: Path):
    """What a file declares can be asked of the world."""
    world = _read(tmp_path)

    assert (world.people, world.effect("pain", "b", 9)) == (40, -1.0)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("weeks = [0, 9]", "weeks = [0, 9, 18]", "expected 3 values a curve"),
        ("weeks = [0, 9]", "weeks = [9, 0]", "weeks must rise"),
        ("far = 0.5 }", "far = 0.5, farther = 1 }", "farther"),
        ("correlation = { near = 0.5, far = 0.5 }", "correlation = [[1, 0.5], [0.4, 1]]", "symmetric"),
        ("correlation = { near = 0.5, far = 0.5 }", "correlation = [[1, 1], [1, 1]]", "positive definite"),
        ("b = [6, 4]", "c = [6, 4]", "outcome 'pain': a rounded normal spread needs"),
        ("lost = { a", "lost = { c", "must name the arms a, b"),
        ("lost = { a = [0, 0.1]", "lost = { a = [0.1, 0.1]", "the first 0"),
        ("low = 0, high = 10,", "", "needs both ends"),
        ("sd = { a = [2, 2]", "sd = { a = [2, 0]", "above 0"),
        ("[staying_away]", '[staying_away]\ndepends_on = "unseen"', "steepness"),
        (
            "[staying_away]",
            '[[modifiers]]\nid = "m"\nslope = { nrs = 1 }\n[staying_away]',
            "the outcomes pain",
        ),
        ("[staying_away]", '[[modifiers]]\nid = "pain"\n[staying_away]', "ids of their own"),
        ("id = ", "id : ", "not a UTF-8 TOML file"),
    ],
)
def test_contradictions_are_named(tmp_path: Path, old: str, new: str, message: str):
    """Each fault in a file has its own message."""
    with pytest.raises(TrialError, match=message):
        _read(tmp_path, old, new)


def test_a_mean_off_the_scale_is_refused(tmp_path: Path):
    """A mean outside the scale is found when people are to be drawn."""
    with pytest.raises(TrialError, match="does not lie inside the scale"):
        _read(tmp_path, "b = [6, 4]", "b = [6, 11]").outcome("pain").margin("b", 1)


def test_an_unknown_outcome_is_told_what_there_is(resolve: World):
    """A misspelt outcome gets the list."""
    with pytest.raises(TrialError, match="it has nrs, rmdq"):
        resolve.effect("rmqd", "retraining", 18)


def test_decay_falls_evenly():
    """From the nearest visits to the farthest correlations fall by equal steps."""
    matrix = Decay(near=0.615, far=0.36).matrix(5)

    assert matrix[0] == pytest.approx([1.0, 0.615, 0.53, 0.445, 0.36])
    assert np.allclose(matrix, matrix.T)


def test_without_effect_nothing_differs(resolve: World):
    """The null world has the comparator's answers and losses in both arms, no interaction, and a name of its own."""
    null = resolve.without_effect()

    assert null.id == "resolve-null"
    assert {null.effect(outcome, "retraining", week) for outcome in ("nrs", "rmdq") for week in null.weeks} == {0.0}
    assert null.staying_away.lost["retraining"] == null.staying_away.lost["sham"]
    assert not any(modifier.interaction for modifier in null.modifiers)


def test_people_can_be_changed(no_effect: World):
    """A smaller world keeps the shares of its arms and gets another name."""
    small = no_effect.with_people(40)

    assert (small.id, [arm.people for arm in small.arms]) == ("no-effect-40", [20, 20])
    assert small.sha256 != no_effect.sha256


def test_the_replica_says_where_its_numbers_come_from(resolve: World):
    """Published, derived, unverified and assumed numbers are told apart, and only assumptions lack a source."""
    assert {each.origin for each in resolve.provenance} == {"published", "derived", "unverified", "convention"}
    assert all(each.reference for each in resolve.provenance if each.origin != "convention")
