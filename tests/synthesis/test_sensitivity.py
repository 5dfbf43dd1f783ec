"""What an answer rests on: mirror images, sides, cautions and refusals of trim and fill."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.synthesis import pool, read_studies, trim_and_fill

ROWS = pd.DataFrame(
    {
        "study": list("ABCDEF"),
        "estimate": [-0.2, -0.25, -0.5, -0.9, -1.2, -1.3],
        "standard_error": [0.1, 0.12, 0.3, 0.4, 0.5, 0.5],
    }
)


def studies(rows=ROWS, sign=1.0):
    """Read the rows as they are, or with the other sign."""
    return read_studies(rows.assign(estimate=sign * rows["estimate"]), better="low")


def test_filled_studies_are_mirror_images():
    """Each has the standard error of its original and lies as far on the other side of one centre."""
    found = trim_and_fill(studies(), method="fixed")
    originals = ROWS.set_index("study")

    centres = {round((study.estimate + originals.loc[study.mirror_of, "estimate"]) / 2, 9) for study in found.filled}
    assert len(centres) == 1
    assert [study.standard_error for study in found.filled] == [
        originals.loc[study.mirror_of, "standard_error"] for study in found.filled
    ]
    assert len(found.pooled.labels) == len(ROWS) + len(found.filled)


def test_turning_the_arms_round_turns_the_funnel():
    """With the other sign studies are missing on the other side, and the answer has the other sign."""
    one, other = (trim_and_fill(studies(sign=sign), method="dersimonian-laird") for sign in (1.0, -1.0))

    assert (one.side, other.side) == ("high", "low")
    assert [s.mirror_of for s in one.filled] == [s.mirror_of for s in other.filled]
    assert one.pooled.estimate == pytest.approx(-other.pooled.estimate)


def test_filling_draws_the_answer_towards_none():
    """Where small studies show more, the filled answer lies nearer to no effect."""
    assert abs(trim_and_fill(studies()).pooled.estimate) < abs(pool(studies()).estimate)


def test_an_even_funnel_is_left_as_it_is():
    """Effects spread evenly around a centre have nothing to fill."""
    even = pd.DataFrame({"study": list("ABCDE"), "estimate": [-1.0, 1.0, -0.4, 0.4, 0.0]})
    found = trim_and_fill(studies(even.assign(standard_error=[0.5, 0.5, 0.3, 0.3, 0.1])), side="low")

    assert found.filled == ()
    assert found.pooled == pool(studies(even.assign(standard_error=[0.5, 0.5, 0.3, 0.3, 0.1])))


def test_few_studies_come_with_a_caution():
    """Below ten studies the method cannot tell asymmetry from chance, and says so."""
    assert trim_and_fill(studies()).caution.en.startswith("only 6 studies")
    many = pd.concat([ROWS.assign(study=ROWS["study"] + str(place)) for place in range(2)])
    assert trim_and_fill(studies(many)).caution is None


def test_two_studies_have_no_sides():
    """With two studies nothing can be missing."""
    with pytest.raises(TrialError, match="at least 3 studies"):
        trim_and_fill(studies(ROWS.iloc[:2]))


def test_the_data_stay_as_they_were():
    """Filling changes no study that was given."""
    given = studies()
    before = given.estimate.copy()

    trim_and_fill(given)

    assert np.array_equal(given.estimate, before)
