"""Correcting for tissue: the formula by hand, its limits, and units that are refused."""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import MeasureError, UnitMismatch
from backloop.tissues.tissue import TissueCorrection, WaterScaling, correct_for_tissue

VOXEL = {"gm": 0.6, "wm": 0.3, "csf": 0.1, "te_s": 0.03, "tr_s": 2.0, "field_tesla": 3.0}


def test_pure_white_matter_by_hand():
    """With white matter only the formula is a ratio of two attenuations."""
    voxel = TissueCorrection(**VOXEL | {"gm": 0, "wm": 1, "csf": 0})
    water = exp(-0.03 / 0.073) * (1 - exp(-2 / 0.97))
    metabolite = exp(-0.03 / 0.194) * (1 - exp(-2 / 1.29))

    expected = 6.818358 / (35880 * 0.7) * water / metabolite * 55510
    assert correct_for_tissue(6.818358, voxel) == pytest.approx(expected, rel=1e-12)


def test_it_agrees_with_another_program_within_its_constants():
    """The introduction to spant gives 6.818 institutional and 13.918 molal for white matter; its constants differ."""
    voxel = TissueCorrection(**VOXEL | {"gm": 0, "wm": 1, "csf": 0})

    assert correct_for_tissue(6.818358, voxel) == pytest.approx(13.91832, rel=0.1)


@given(st.floats(0, 0.8), st.floats(0, 0.1))
def test_more_fluid_means_more_in_what_is_left(csf, more):
    """The same signal from less tissue is a higher amount."""
    held = [TissueCorrection(**VOXEL | {"gm": 1 - part, "wm": 0, "csf": part}) for part in (csf, csf + more)]
    low, high = (correct_for_tissue(8.0, voxel) for voxel in held)

    assert high >= low


def test_what_the_program_scaled_with_is_undone():
    """Twice the assumed water halves the ratio it stands for."""
    voxel, twice = TissueCorrection(**VOXEL), WaterScaling(concentration=2 * 35880)

    assert correct_for_tissue(8.0, voxel, scaling=twice) == pytest.approx(correct_for_tissue(8.0, voxel) / 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"te_s": 30}, r"TE = 30: expected seconds.*milliseconds, give 0\.03"),
        ({"tr_s": 2000}, "TR = 2000: expected seconds"),
        ({"gm": 60, "wm": 30, "csf": 10}, "these are percent"),
    ],
)
def test_other_units_are_refused(change, said):
    """Milliseconds for seconds and percent for fractions are never guessed."""
    with pytest.raises(UnitMismatch, match=said):
        correct_for_tissue(8.0, TissueCorrection(**VOXEL | change))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"csf": 0.4}, r"add up to 1\.30"),
        ({"gm": 0, "wm": 0, "csf": 1}, "with some tissue among them"),
        ({"field_tesla": 7.0}, "hold at 3 T"),
    ],
)
def test_impossible_voxels_are_refused(change, said):
    """Fractions that do not add up, fluid only, and another field strength each have their message."""
    with pytest.raises(MeasureError, match=said):
        correct_for_tissue(8.0, TissueCorrection(**VOXEL | change))
