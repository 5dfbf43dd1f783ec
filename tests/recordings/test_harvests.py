"""Harvests: what lies beside the numbers keeps its shape, and goes to a file and back."""

import pytest
from pydantic import ValidationError

from backloop.recordings import Curve, Harvest, Matrix
from backloop.units import Text

NAME = Text(en="a name", zh="名称")


def test_a_curve_has_one_y_for_each_x():
    """Half a curve is refused."""
    with pytest.raises(ValidationError, match="expected one y for each x, got 2 x and 1 y"):
        Curve(name=NAME, marker="p300", x=(1.0, 2.0), y=(1.0,), x_unit="ms", y_unit="µV")


def test_a_curve_keeps_no_holes():
    """What is not a number is no point of a curve."""
    with pytest.raises(ValidationError, match="finite"):
        Curve(name=NAME, marker="p300", x=(1.0,), y=(float("nan"),), x_unit="ms", y_unit="µV")


@pytest.mark.parametrize("values", [((None, 0.1),), ((None, 0.1), (0.1,)), ()])
def test_a_matrix_is_square(values):
    """A row or a cell too few is refused."""
    with pytest.raises(ValidationError, match="expected 2 rows of 2 values"):
        Matrix(name=NAME, labels=("a", "b"), values=values, unit="Fisher z")


def test_a_curve_and_a_matrix_go_to_json_and_back():
    """A cohort's pictures can be kept in files."""
    curve = Curve(name=NAME, marker="p300", x=(1.0,), y=(2.0,), x_unit="ms", y_unit="µV", marks={"peak": 1.0})
    matrix = Matrix(name=NAME, labels=("a", "b"), values=((None, 0.1), (0.1, None)), unit="Fisher z")

    assert curve == Curve.model_validate_json(curve.model_dump_json())
    assert matrix == Matrix.model_validate_json(matrix.model_dump_json())


def test_a_harvest_of_numbers_alone_has_nothing_beside():
    """Curves, matrices and maps are empty unless there are some."""
    assert Harvest(()) == Harvest((), curves=(), matrices=(), maps=())
