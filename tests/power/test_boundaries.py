"""Boundaries: laws that hold for every trial with looks, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backloop.errors import TrialError
from backloop.power import efficacy_boundary, needed_drift, stopping_chances

KINDS = ("obrien-fleming-spending", "pocock-spending", "obrien-fleming", "pocock")


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(st.floats(min_value=0.2, max_value=1.0), min_size=1, max_size=5),
    kind=st.sampled_from(KINDS),
    sided=st.sampled_from((1, 2)),
)
def test_looks_never_cost_type_one_error(steps: list[float], kind: str, sided: int):
    """However the looks lie, without an effect the trial rejects as often as alpha says."""
    shares = [sum(steps[: look + 1]) / sum(steps) for look in range(len(steps))]
    shares[-1] = 1.0
    boundary = efficacy_boundary(shares, kind=kind, sided=sided)

    assert stopping_chances(boundary, drift=0.0).reject == pytest.approx(0.025, abs=1e-10)


def test_futility_is_non_binding():
    """A futility rule leaves the critical values alone, lowers the false alarms, and costs a little power."""
    plain, futile = efficacy_boundary((0.5, 1.0)), efficacy_boundary((0.5, 1.0), futility=(0.0,))
    drift = needed_drift(plain)

    assert plain.critical == futile.critical
    assert stopping_chances(futile, drift=0.0).reject < 0.025
    assert 0.88 < stopping_chances(futile, drift=drift).reject < 0.9
    assert stopping_chances(futile, drift=0.0).futility == pytest.approx((0.5, 0.0), abs=0.03)
    assert stopping_chances(futile, drift=0.0).expected_information < 0.76


def test_words_in_both_languages():
    """The boundary says itself, with bars where both sides count."""
    text = efficacy_boundary((0.5, 1.0), sided=2, alpha=0.05).text

    assert text.en == "Look 1 at 50 % of the information: stop if |z| is at least 2.963; look 2 at 100 %: 1.969."
    assert text.zh == "第1次分析（信息量50%）：|z|不小于2.963时可停止试验；第2次（100%）：1.969。"


@pytest.mark.parametrize("looks", [(), (0.5, 0.5, 1.0), (0.5, 0.9), (0.0, 1.0), (0.6, 0.5, 1.0)])
def test_looks_must_rise_to_one(looks: tuple[float, ...]):
    """Looks that do not rise to the whole information are refused."""
    with pytest.raises(TrialError, match="rise to 1"):
        efficacy_boundary(looks)


@pytest.mark.parametrize(("sided", "futility"), [(2, (0.0,)), (1, (0.0, 0.0)), (1, (3.0,))])
def test_impossible_futility_is_refused(sided: int, futility: tuple[float, ...]):
    """Futility is one-sided, one value for each look but the last, and below the critical value."""
    with pytest.raises(TrialError, match="futility"):
        efficacy_boundary((0.5, 1.0), sided=sided, futility=futility)


def test_a_power_below_alpha_is_refused():
    """No drift gives a power below alpha or of one."""
    with pytest.raises(TrialError, match="power above alpha"):
        needed_drift(efficacy_boundary((1.0,)), power=0.02)
