"""The words of the pages of care: amounts as far as they are stated, in both languages."""

import pytest
from django.utils.translation import override

from backloop.library import Dose
from backloop.web.caring.templatetags.care_words import weekly


@pytest.mark.parametrize(
    ("times", "minutes", "english", "chinese"),
    [
        (1, 60, "1 × 60 min", "1次，每次60分钟"),
        (2, None, "2 ×", "2次"),
        (0, 0, "none", "无"),
        (None, None, "–", "–"),
    ],
)
def test_a_week_is_told_as_far_as_a_source_states_it(times, minutes, english, chinese):
    """No minutes are made up, and nothing at home is said so."""
    dose = Dose(home_per_week=times, home_minutes=minutes, reference="backloop-convention", verified=False)
    with override("en"):
        assert english == weekly(dose, "home")
    with override("zh-hans"):
        assert chinese == weekly(dose, "home")
