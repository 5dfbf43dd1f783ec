"""A scheme is sound before anybody is allocated by it."""

import pytest
from pydantic import ValidationError

from backloop.trial import AllocationScheme, BigStick, Factor, Minimisation, PermutedBlocks, SimpleRandomisation

SITE = Factor(id="site", levels=("A", "B"))
SEX = Factor(id="sex", levels=("f", "m"))


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"arms": ("a", "a")}, "distinct names"),
        ({"factors": (SITE, SITE)}, "distinct names"),
        ({"shares": (1, 1, 1)}, "one share for each of 2 arms"),
        ({"rule": PermutedBlocks(sizes=(4, 5))}, "multiples of 2"),
        ({"shares": (2, 1), "rule": PermutedBlocks(sizes=(4,))}, "multiples of 3"),
        ({"arms": ("a", "b", "c"), "rule": BigStick(limit=3)}, "two arms of equal share"),
        ({"shares": (2, 1), "rule": BigStick(limit=3)}, "two arms of equal share"),
        ({"rule": Minimisation()}, "at least one factor"),
        ({"shares": (2, 1), "rule": Minimisation(), "factors": (SITE,)}, "equal share"),
        ({"rule": Minimisation(weights={"sight": 2}), "factors": (SITE,)}, "unknown factors: sight"),
    ],
)
def test_an_unsound_scheme_is_refused(changes, match):
    """A scheme that contradicts itself is refused with what was expected."""
    with pytest.raises(ValidationError, match=match):
        AllocationScheme(**{"arms": ("a", "b"), "rule": SimpleRandomisation(), **changes})


@pytest.mark.parametrize("chance", [0.5, 0.81, 1.0])
def test_minimisation_is_never_certain(chance):
    """Minimisation leaves more than one way in five open, and prefers balance."""
    with pytest.raises(ValidationError):
        Minimisation(chance=chance)


def test_a_factor_names_each_level_once():
    """A level that stands twice would open a stratum nobody can tell from the other."""
    with pytest.raises(ValidationError, match="names a level twice"):
        Factor(id="site", levels=("A", "A"))


def test_strata_are_all_combinations():
    """Every combination of levels is a stratum of its own."""
    scheme = AllocationScheme(arms=("a", "b"), rule=SimpleRandomisation(), factors=(SITE, SEX))

    assert scheme.strata == (("A", "f"), ("A", "m"), ("B", "f"), ("B", "m"))


def test_minimisation_has_no_strata():
    """Minimisation balances margins: nothing is stratified and nothing can be listed."""
    scheme = AllocationScheme(arms=("a", "b"), rule=Minimisation(), factors=(SITE, SEX))

    assert scheme.strata == ((),)
    assert not scheme.is_listable


def test_a_rule_is_read_by_its_name():
    """A rule in a file is told apart by its method."""
    scheme = AllocationScheme.model_validate({"arms": ["a", "b"], "rule": {"method": "big stick", "limit": 3}})

    assert scheme.rule == BigStick(limit=3)
    assert AllocationScheme.model_validate_json(scheme.model_dump_json()) == scheme
