"""Conditions answer yes, no or not known, and never more than the answers allow."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backloop.library import Condition

LEAVES = st.builds(
    Condition, of=st.sampled_from(["a", "b", "c"]), at_least=st.integers(min_value=0, max_value=2).map(float)
)
TREES = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        st.builds(Condition, all=st.lists(part, min_size=1, max_size=3).map(tuple)),
        st.builds(Condition, any=st.lists(part, min_size=1, max_size=3).map(tuple)),
        st.lists(part, min_size=2, max_size=3).map(lambda parts: Condition(count=tuple(parts), needs=2)),
    ),
    max_leaves=6,
)
ANSWERS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(min_value=0, max_value=2).map(float))


@given(TREES, ANSWERS)
def test_unknown_means_that_both_are_still_possible(tree: Condition, answers: dict[str, float]):
    """A certain verdict stays the same however the missing answers turn out."""
    verdict = tree.judge(answers.get)
    missing = [name for name in ("a", "b", "c") if name not in answers]
    futures = [
        tree.judge((answers | dict(zip(missing, values, strict=True))).get)
        for values in itertools.product((0.0, 1.0, 2.0), repeat=len(missing))
    ]

    assert verdict is None or set(futures) == {verdict}


@given(TREES, ANSWERS)
def test_complete_answers_are_never_unknown(tree: Condition, answers: dict[str, float]):
    """With every answer there, the verdict is yes or no."""
    complete = {"a": 0.0, "b": 1.0, "c": 2.0} | answers

    assert tree.judge(complete.get) in {True, False}


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        (Condition(of="a", at_least=3), 3, True),
        (Condition(of="a", above=3), 3, False),
        (Condition(of="a", at_most=3), 3, True),
        (Condition(of="a", below=3), 3, False),
        (Condition(of="a", at_least=2, at_most=4), 5, False),
        (Condition(of="a", equals=1), 1, True),
        (Condition(of="a", one_of=(1, 3)), 2, False),
        (Condition(of="a", at_least=3), "text", None),
        (Condition(of="a", equals=1), "yes", None),
        (Condition(of="a", equals=1), float("nan"), None),
        (Condition(of="a", below=1), float("nan"), None),
        (Condition(of="a", one_of=(1, 3)), "1", None),
        (Condition(of="a", one_of=("left", "right")), "both", False),
    ],
)
def test_each_comparison(condition: Condition, value: float | str, expected):
    """Limits are inclusive or strict as their names say; text is not a number."""
    assert condition.judge({"a": value}.get) is expected


def test_ids_name_everything_asked():
    """A condition can say which measures and items it needs."""
    tree = Condition(all=(Condition(of="a", equals=1), Condition(any=(Condition(of="b", above=0),))))

    assert list(tree.ids()) == ["a", "b"]


@pytest.mark.parametrize(
    "shape",
    [{}, {"of": "a"}, {"at_least": 1}, {"of": "a", "equals": 1, "any": ({"of": "b", "equals": 1},)}, {"needs": 1}],
)
def test_a_question_without_shape_is_refused(shape: dict):
    """A condition is one question with a test, or one joint; anything else is an error."""
    with pytest.raises(ValidationError):
        Condition.model_validate(shape)
