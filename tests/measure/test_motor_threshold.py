"""A motor threshold is found with a quarter of the pulses, its interval holds it, and its limits are said."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from backloop.errors import MeasureError
from backloop.measure import (
    MEP_MICROVOLTS,
    FoundThresholds,
    HuntRule,
    MotorThreshold,
    StimulatedPeople,
    ThresholdHunt,
    ThresholdMethod,
    count_thresholds,
    hunt_thresholds,
    make_stimulated_people,
)
from backloop.units import Absent

PEOPLE = 1000
PULSES = st.lists(st.tuples(st.integers(1, 100).map(float), st.booleans()), max_size=25)
LAW = HuntRule(most_pulses=1000)


def _answering(hunt: ThresholdHunt, threshold: float) -> ThresholdHunt:
    while (intensity := hunt.next_intensity) is not None:
        hunt = hunt.after(intensity, response=intensity >= threshold)
    return hunt


def _compare(rule: HuntRule, **kind: float) -> dict[str, float]:
    random = np.random.default_rng(20261122)
    people = make_stimulated_people(PEOPLE, random, **kind)
    return hunt_thresholds(people, rule, random).compare(people)


@pytest.fixture(scope="module")
def ordinary() -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """The hunt with known and unknown spread, and the rule of 5 in 10, in the same thousand people."""
    random = np.random.default_rng(20261122)
    people = make_stimulated_people(PEOPLE, random)
    methods = (
        hunt_thresholds(people, HuntRule(), random),
        hunt_thresholds(people, HuntRule(spread=None), random),
        count_thresholds(people, random),
    )
    return tuple(found.compare(people) for found in methods)


def test_the_hunt_needs_a_third_of_the_pulses(ordinary):
    """The hunt ends after about 18 pulses; the rule of 5 in 10 takes more than three times as many."""
    hunt, unknown, ten = ordinary

    assert 15 < hunt["pulses_mean"] < 20
    assert hunt["pulses_mean"] < unknown["pulses_mean"] < 26
    assert ten["pulses_mean"] > 3 * hunt["pulses_mean"]


def test_the_hunt_is_as_exact(ordinary):
    """The error is near that of the rule of 5 in 10, within three Monte-Carlo standard errors where it is better."""
    hunt, unknown, ten = ordinary
    margin = 3 * ten["rmse_percent"] / np.sqrt(2 * PEOPLE)

    assert hunt["rmse_percent"] < 3
    assert unknown["rmse_percent"] < ten["rmse_percent"] + margin


def test_the_hunt_is_unbiased_and_the_rule_of_ten_is_not(ordinary):
    """The hunt's bias is within Monte-Carlo error of zero; the rule of 5 in 10 reads high."""
    hunt, unknown, ten = ordinary

    assert abs(hunt["bias_percent"]) < 3 * hunt["rmse_percent"] / np.sqrt(PEOPLE) + 0.1
    assert abs(unknown["bias_percent"]) < 3 * unknown["rmse_percent"] / np.sqrt(PEOPLE) + 0.1
    assert ten["bias_percent"] > 3 * ten["rmse_percent"] / np.sqrt(PEOPLE)


def test_the_interval_holds_the_threshold(ordinary):
    """The 95 % interval holds the threshold in 95 % of people, within three Monte-Carlo standard errors."""
    hunt, unknown, _ = ordinary
    margin = 3 * np.sqrt(0.95 * 0.05 / PEOPLE)

    assert abs(hunt["coverage"] - 0.95) < margin
    assert unknown["coverage"] > 0.95 - margin


def test_an_unknown_spread_protects_the_interval():
    """Where responses scatter far more than assumed, treating the spread as unknown gives honester intervals."""
    fixed, unknown = (_compare(HuntRule(spread=spread), spread=0.12) for spread in (0.07, None))

    assert fixed["coverage"] < 0.82 < unknown["coverage"]
    assert unknown["rmse_percent"] < fixed["rmse_percent"]


def test_a_lapse_is_survived():
    """One response in fifty recorded wrongly costs more where the rule does not expect any."""
    careful, trusting = (_compare(HuntRule(lapse=lapse), lapse=0.02) for lapse in (0.01, 0.0))

    assert careful["rmse_percent"] < trusting["rmse_percent"]


@given(pulses=PULSES, intensity=st.integers(1, 100).map(float))
@settings(max_examples=60, deadline=None)
def test_a_response_never_raises_and_a_silence_never_lowers(pulses, intensity):
    """Whatever went before, a response cannot raise the mean and a silence cannot lower it (spread known)."""
    hunt = ThresholdHunt(rule=LAW, pulses=tuple(pulses))

    assert hunt.after(intensity, response=True).mean <= hunt.mean + 1e-9
    assert hunt.after(intensity, response=False).mean >= hunt.mean - 1e-9


@given(pulses=PULSES, seed=st.integers(0, 1000), spread=st.sampled_from([0.07, None]))
@settings(max_examples=30, deadline=None)
def test_the_order_of_pulses_does_not_matter(pulses, seed, spread):
    """The same pulses in another order give exactly the same belief."""
    rule = HuntRule(spread=spread)
    order = np.random.default_rng(seed).permutation(len(pulses))
    hunts = [ThresholdHunt(rule=rule, pulses=tuple(some)) for some in (pulses, [pulses[place] for place in order])]

    assert np.array_equal(*(hunt.belief.weights for hunt in hunts))


@given(pulses=PULSES)
@settings(max_examples=30, deadline=None)
def test_the_next_intensity_is_one_the_stimulator_has(pulses):
    """The next pulse, where there is one, is a whole step between the ends of the stimulator."""
    rule = HuntRule(lowest=20, highest=80, step=2, most_pulses=1000)
    kept = tuple((intensity, response) for intensity, response in pulses if intensity in rule.intensities)

    assert ThresholdHunt(rule=rule, pulses=kept).next_intensity in {None, *rule.intensities}


def test_a_sharp_threshold_is_found():
    """A person who always responds from 47 % on has a threshold there, found well before the last pulse allowed."""
    threshold = _answering(ThresholdHunt(), 47).threshold

    assert threshold.value == pytest.approx(46.5, abs=1)
    assert threshold.interval.low < threshold.value < threshold.interval.high
    assert threshold.interval.high - threshold.interval.low <= 0.1 * threshold.value
    assert threshold.pulses < 25
    assert threshold.method is ThresholdMethod.ADAPTIVE


def test_no_response_at_the_highest_setting_is_a_finding():
    """Somebody who never responds has no threshold within the stimulator's range, which is said as the reason."""
    hunt = _answering(ThresholdHunt(), 1000)

    assert hunt.threshold.value is None
    assert hunt.threshold.absent is Absent.NOT_REACHED
    assert hunt.threshold.absent.text.en == "not reached within the device's range"
    assert [100.0, 100.0] == [intensity for intensity, _ in hunt.pulses[-2:]]


def test_nothing_is_known_before_the_first_pulse():
    """A hunt without a pulse has no threshold and says that none was measured."""
    assert ThresholdHunt().threshold.absent is Absent.NOT_ASKED


def test_the_first_pulse_can_be_the_hot_spot_s():
    """The intensity that the hot spot was found with comes first."""
    assert ThresholdHunt(rule=HuntRule(start=62)).next_intensity == 62


def test_the_hunt_stops_at_the_last_pulse_allowed():
    """The hunt gives no further intensity when its pulses are used up."""
    hunt = ThresholdHunt(rule=HuntRule(most_pulses=2), pulses=((60.0, True), (50.0, False)))

    assert hunt.is_finished
    assert hunt.next_intensity is None


def test_a_hunt_survives_being_stored():
    """A hunt written as JSON and read again goes on where it stopped."""
    hunt = ThresholdHunt(rule=HuntRule(start=60)).after(60, response=True)

    again = ThresholdHunt.model_validate_json(hunt.model_dump_json())

    assert again == hunt
    assert again.next_intensity == hunt.next_intensity


def test_one_person_is_hunted_as_many_are():
    """The hunt of one person and that of many give the same pulses and the same threshold."""
    sure = StimulatedPeople(np.array([47.2]), np.array([1e-6]))

    many = hunt_thresholds(sure, HuntRule(), np.random.default_rng(1))
    one = _answering(ThresholdHunt(), 47.2).threshold

    assert many.pulses[0] == one.pulses
    assert many.value[0] == pytest.approx(one.value, abs=1e-9)


@pytest.mark.parametrize("intensity", [0, 50.5, 101])
def test_an_impossible_intensity_is_refused(intensity):
    """An intensity that the stimulator does not have is refused with what was expected."""
    with pytest.raises(MeasureError, match="expected an intensity of 1 to 100 % in steps of 1 %"):
        ThresholdHunt().after(intensity, response=True)


def test_an_impossible_rule_is_refused():
    """A stimulator upside down and a start between its steps are refused."""
    with pytest.raises(ValidationError, match="expected lowest below highest"):
        HuntRule(lowest=80, highest=20)
    with pytest.raises(ValidationError, match="expected a step"):
        HuntRule(step=1000)
    with pytest.raises(ValidationError, match="less than or equal to 100"):
        HuntRule(highest=200)
    with pytest.raises(ValidationError, match=r"start 60\.5 is no setting"):
        HuntRule(start=60.5)


def test_a_threshold_has_a_value_or_a_reason():
    """A threshold with neither value nor reason, or with both, is refused."""
    with pytest.raises(ValidationError, match="either a value or the reason"):
        MotorThreshold(method=ThresholdMethod.ADAPTIVE)
    with pytest.raises(ValidationError, match="either a value or the reason"):
        MotorThreshold(value=50, absent=Absent.NOT_REACHED, method=ThresholdMethod.ADAPTIVE)


@pytest.mark.parametrize("method", list(ThresholdMethod))
def test_only_a_visible_twitch_carries_a_caution(method):
    """A threshold by visible twitch warns that it reads high; EMG methods do not."""
    threshold = MotorThreshold(value=50, method=method)

    assert (threshold.caution is None) == method.uses_emg
    assert method.text.zh != method.text.en


def test_the_rule_of_ten_by_hand():
    """A step-like response at 52.4 % is bracketed upwards by 5 % and downwards by 1 %, with decided tens cut short."""
    sure = StimulatedPeople(np.array([52.4]), np.array([1e-6]))
    random = np.random.default_rng(1)

    short, whole = (count_thresholds(sure, random, whole_tens=tens) for tens in (False, True))

    assert [short.value[0], whole.value[0]] == [53, 53]
    assert short.pulses[0] == 5 * 6 + 5 + 3 * 5 + 6  # 30 to 50 fail; 55 holds; 55, 54, 53 hold again; 52 fails
    assert whole.pulses[0] == 10 * (5 + 1 + 3 + 1)


def test_the_rule_of_ten_can_fail_to_reach():
    """Somebody beyond the stimulator has no threshold by the rule of 5 in 10 either."""
    beyond = StimulatedPeople(np.array([150.0, 50.0]), np.array([1e-6, 1e-6]))

    found = count_thresholds(beyond, np.random.default_rng(1))

    assert np.isnan(found.value).tolist() == [True, False]
    assert found.compare(beyond)["not_reached"] == 0.5


def test_the_rule_of_ten_needs_a_stimulator_that_reaches_its_start():
    """A stimulator weaker than the first setting tried is refused."""
    with pytest.raises(MeasureError, match="expected a stimulator that reaches 30 %"):
        count_thresholds(make_stimulated_people(1, np.random.default_rng(1)), np.random.default_rng(1), highest=20)


def test_a_report_without_intervals_states_no_coverage():
    """A method that gives no interval has no coverage to report."""
    people = StimulatedPeople(np.array([50.0]), np.array([0.07]))

    report = FoundThresholds(value=np.array([50.0]), pulses=np.array([9])).compare(people)

    assert "coverage" not in report


def test_what_counts_as_a_response():
    """The field's criterion at rest is 50 microvolts peak to peak."""
    assert MEP_MICROVOLTS == 50
