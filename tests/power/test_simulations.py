"""Simulations: RESOLVE comes out again, false alarms stay at 5 %, and the shape of the result."""

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.power import Answers, ModelAnalysis, OwnAnalysis, Question, Success, TrialBlock, World, simulate

THEIR_MODEL = ModelAnalysis(model="unconstrained", covariance="random-intercept", inference="satterthwaite")


def test_resolve_comes_out_again(resolve: World):
    """The published model on 400 replicas gives the published effects and intervals within Monte-Carlo error."""
    analysis = THEIR_MODEL.model_copy(update={"outcomes": ("nrs", "rmdq")})
    found = simulate(resolve, analysis, trials=400, seed=20220802, workers=2, block=200)
    by_question = {each.question.label: each for each in found.performances}
    published = {
        "nrs, retraining, week 18": (-1.0, -1.5, -0.4),
        "rmdq, retraining, week 18": (-2.6, -3.9, -1.3),
        "rmdq, retraining, week 26": (-2.1, -3.4, -0.8),
        "rmdq, retraining, week 52": (-1.8, -3.1, -0.5),
    }

    for label, numbers in published.items():
        each = by_question[label]
        for figure, number in zip((each.mean_estimate, each.mean_low, each.mean_high), numbers, strict=True):
            assert figure.value == pytest.approx(number, abs=0.05 + 2.5 * figure.error), label
    assert all(each.failed == 0 for each in found.performances)


def test_the_default_keeps_its_level_and_a_random_intercept_does_not(no_effect: World):
    """In 1,000 trials without an effect our default rejects in 5 %, a random intercept in more at week 52."""
    weeks = {"weeks": (18, 52)}
    ours = simulate(no_effect, ModelAnalysis(**weeks), trials=1000, seed=1, workers=2)
    theirs = ModelAnalysis(covariance="random-intercept", inference="satterthwaite", **weeks)
    other = simulate(no_effect, theirs, trials=1000, seed=1, workers=2)

    for each in ours.performances:
        assert each.is_null
        assert each.rejected.value == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / 1000))
        assert each.coverage.value == pytest.approx(1 - each.rejected.value)
    assert other.performances[1].rejected.value > ours.performances[1].rejected.value + 0.01


def test_the_default_is_unbiased_and_states_its_spread(resolve: World):
    """Bias lies within Monte-Carlo error, intervals hold the truth, and stated and true spread agree."""
    found = simulate(resolve, ModelAnalysis(weeks=(18,)), trials=600, seed=4, workers=2).performances[0]

    assert abs(found.bias.value) < 4 * found.bias.error
    assert found.coverage.value == pytest.approx(0.95, abs=0.03)
    assert found.standard_error.value == pytest.approx(found.empirical_error.value, abs=3 * found.empirical_error.error)


def test_the_secondary_analysis_in_one_call(resolve: World):
    """Eight modifiers, two outcomes and two weeks give 32 powers, far below that of the main effect."""
    modifiers = tuple(modifier.id for modifier in resolve.modifiers)
    analysis = ModelAnalysis(outcomes=("nrs", "rmdq"), weeks=(18, 52), modifiers=modifiers)
    found = simulate(resolve, analysis, trials=120, seed=5, block=120)

    assert len(found.performances) == 32
    assert np.mean([each.rejected.value for each in found.performances]) < 0.4
    assert np.mean([abs(each.bias.value) < 4 * each.bias.error for each in found.performances]) > 0.9


def _always(block: TrialBlock) -> Answers:
    one = np.ones((len(block.y["nrs"]), 1))
    return Answers(estimate=-one, standard_error=0.1 * one, df=100 * one, ending=np.zeros(one.shape, int))


def test_any_function_of_a_block_is_an_analysis(resolve: World):
    """An analysis of one's own is counted like the built-in ones, with a criterion of its own."""
    asked = (Question(outcome="nrs", arm="retraining", week=18, truth=-0.98),)
    analysis = OwnAnalysis(words="always one point", asked=asked, function=_always)
    found = simulate(resolve, analysis, trials=30, seed=1, success=Success(bound=-0.5))

    assert found.analysis == "always one point"
    assert (found.performances[0].rejected.value, found.performances[0].succeeded.value) == (1.0, 1.0)


def test_results_carry_what_they_rest_on(resolve: World):
    """World, fingerprint, analysis, seed and version stand in the result; the table has one row a question."""
    found = simulate(resolve, ModelAnalysis(model="ancova"), trials=20, seed=9)
    table = found.table()

    assert (found.world, found.world_sha256, found.seed) == ("resolve", resolve.sha256, 9)
    assert found.software
    assert table["question"].tolist() == [f"nrs, retraining, week {week}" for week in (18, 26, 52)]
    assert {"rejected", "rejected_error", "bias_error", "coverage", "failed"} <= set(table.columns)
    assert found.text.en.startswith("20 simulated trials. nrs, retraining, week 18: power")
    assert found.text.zh.startswith("共模拟20次试验。nrs, retraining, week 18：检验效能")


@pytest.mark.parametrize("wrong", [{"trials": 0}, {"alpha": 1.0}, {"seed": -1}, {"block": 0}])
def test_numbers_out_of_range_are_refused(resolve: World, wrong: dict[str, float]):
    """Nothing to simulate, an impossible level or seed is said so."""
    with pytest.raises(TrialError, match="expected trials and block"):
        simulate(resolve, **{"trials": 10, "seed": 1, **wrong})
