"""Funnel plots: every study and mirror image has its mark, and contours are told by their dashes."""

import numpy as np
import pytest

from backloop.letters import funnel_picture
from backloop.letters.wording import Words
from backloop.synthesis import Studies, lay_funnel, trim_and_fill

STUDIES = Studies(
    labels=tuple("ABCDEF"), estimate=np.array([-0.2, -0.25, -0.5, -0.9, -1.2, -1.3]), measure="SMD", unit="SD",
    standard_error=np.array([0.1, 0.12, 0.3, 0.4, 0.5, 0.5]), better="low",
)  # fmt: skip


def test_every_study_and_mirror_image_has_a_mark():
    """Mirror images are open circles beside the studies' filled ones."""
    filled = trim_and_fill(STUDIES, method="fixed")
    alone, both = funnel_picture(lay_funnel(STUDIES)), funnel_picture(lay_funnel(STUDIES), filled=filled)

    assert len(filled.filled) == 3
    assert alone.count('fill="#1c2526"') + 0 >= len(STUDIES.labels)
    assert both.count('stroke="#1c2526"') - alone.count('stroke="#1c2526"') == 3


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_contours_differ_by_their_dashes(lang):
    """Three contours have three patterns of dashes, each named in the legend."""
    svg = funnel_picture(lay_funnel(STUDIES), lang=lang)

    assert len({part.split('"')[0] for part in svg.split('stroke-dasharray="')[1:]}) == 3
    for p in ("0.1", "0.05", "0.01"):
        assert Words(lang)("funnel.contour", p=p) in svg


def test_the_text_tells_the_centre_and_the_contours():
    """Those who do not see it hear how many studies there are, and around what."""
    svg = funnel_picture(lay_funnel(STUDIES))

    assert "Funnel plot of 6 studies around" in svg
    assert "p = 0.1, 0.05, 0.01" in svg
