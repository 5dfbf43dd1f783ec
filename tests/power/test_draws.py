"""Draws: trials keep the world's promises, and depend on nothing but seed, world and number."""

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.power import World, draw_trials


def _changed(world: World, **parts: object) -> World:
    return World.model_validate({**world.model_dump(), **parts})


def test_everybody_together_is_as_declared(resolve: World):
    """Means, spreads and losses over 400 trials are the world's, before anybody stays away and after."""
    seen = draw_trials(_changed(resolve, staying_away=None), 400, seed=1)
    lost = np.isnan(draw_trials(resolve, 400, seed=1).y["nrs"])

    for index, arm in enumerate(resolve.arms):
        here = seen.arm == index
        for outcome in resolve.outcomes:
            found = seen.y[outcome.id][:, here]
            margins = [outcome.margin(arm.id, visit) for visit in range(4)]
            assert found.mean(axis=(0, 1)) == pytest.approx([margin.mean for margin in margins], abs=0.08)
            assert found.std(axis=(0, 1)) == pytest.approx([margin.sd for margin in margins], abs=0.08)
        assert lost[:, here].mean(axis=(0, 1)) == pytest.approx(resolve.staying_away.lost[arm.id], abs=0.01)


@pytest.mark.parametrize("pattern", ["drop-out", "single visits"])
@pytest.mark.parametrize(("depends_on", "steepness"), [("nothing", 0.0), ("last seen", 1.0), ("unseen", 1.0)])
def test_absence_meets_its_rates(no_effect: World, pattern: str, depends_on: str, steepness: float):
    """Whatever absence depends on, as many stay away as was declared; drop-out has no return."""
    away = no_effect.staying_away.model_dump() | {"pattern": pattern, "depends_on": depends_on, "steepness": steepness}
    block = draw_trials(_changed(no_effect, staying_away=away), 200, seed=2)
    missing = np.isnan(block.y["pain"])

    assert missing.mean(axis=(0, 1)) == pytest.approx(away["lost"]["control"], abs=0.008)
    assert (np.diff(missing.astype(int), axis=2).min() == 0) == (pattern == "drop-out")


def test_absence_that_depends_on_the_unseen_biases_what_is_seen(no_effect: World):
    """Where the worse stay away, those who are seen look better than the world is."""
    lost = dict.fromkeys(("control", "care"), (0.0, 0.1, 0.2, 0.3, 0.4))
    away = {"depends_on": "unseen", "steepness": 1.0, "lost": lost}
    block = draw_trials(_changed(no_effect, staying_away=away), 50, seed=3)

    assert np.nanmean(block.y["pain"][:, :, 4]) < 4.0 - 0.5


def test_a_trial_depends_on_its_number_only(resolve: World):
    """Trial 7 is the same alone, in a block, and after others; another seed or world gives another."""
    together = draw_trials(resolve, 10, seed=5).y["nrs"][7]
    alone = draw_trials(resolve, 1, seed=5, first=7).y["nrs"][0]

    assert np.array_equal(together, alone, equal_nan=True)
    assert not np.array_equal(draw_trials(resolve, 1, seed=6, first=7).y["nrs"][0], alone, equal_nan=True)
    renamed = _changed(resolve, id="other")
    assert not np.array_equal(draw_trials(renamed, 1, seed=5, first=7).y["nrs"][0], alone, equal_nan=True)


def test_large_seeds_stay_apart(no_effect: World):
    """Seeds that differ only in their last bits, far beyond the precision of a float, give different trials."""
    one, other = (draw_trials(no_effect, 1, seed=2**63 + bit).y["pain"] for bit in (0, 1))

    assert not np.array_equal(one, other, equal_nan=True)


def test_modifiers_are_in_standard_deviations(resolve: World):
    """Scores and yes-or-no answers have mean 0, spread 1, no correlation, and are drawn anew for each trial."""
    modifiers = draw_trials(resolve, 200, seed=1).modifiers

    assert modifiers.mean(axis=(0, 1)) == pytest.approx(np.zeros(8), abs=0.02)
    assert np.cov(modifiers.reshape(-1, 8).T) == pytest.approx(np.eye(8), abs=0.03)
    assert len(np.unique(modifiers[:, :, 7])) == 2
    assert (modifiers[:, :, 7] > 0).mean() == pytest.approx(0.3, abs=0.01)
    assert not np.allclose(modifiers[0], modifiers[1])


def test_modifiers_bring_the_declared_slopes(resolve: World):
    """Regressed on a modifier, scores have its slope, and its interaction in the other arm after the start."""
    block = draw_trials(_changed(resolve, staying_away=None), 300, seed=4)
    for outcome, slope, interaction in (("nrs", 0.1, 0.3), ("rmdq", 0.3, 0.6)):
        for arm in (0, 1):
            here = block.arm == arm
            product = block.y[outcome][:, here] * block.modifiers[:, here, :1]
            expected = slope + np.array([0.0, 1.0, 1.0, 1.0]) * interaction * arm
            assert product.mean(axis=(0, 1)) == pytest.approx(expected, abs=0.2 if outcome == "rmdq" else 0.1)


def test_patients_of_one_therapist_do_alike(no_effect: World):
    """Therapists add their share of variance after the first visit, and only in their arm."""
    plan = {"arm": "care", "number": 3, "share": 0.2}
    block = draw_trials(_changed(no_effect, therapists=plan, staying_away=None), 400, seed=6)
    means = [block.y["pain"][:, block.arm == arm].mean(axis=1).std(axis=0) for arm in (0, 1)]

    assert means[1][0] == pytest.approx(means[0][0], rel=0.15)
    assert (means[1][1:] > 2.5 * means[0][1:]).all()
    assert block.y["pain"][:, block.arm == 1].std(axis=(0, 1)) == pytest.approx([1.6, 1.9, 2.0, 2.1, 2.2], abs=0.05)


def test_modifiers_cannot_explain_more_than_all(resolve: World):
    """Slopes that would need more variance than there is are refused."""
    greedy = [modifier.model_dump() | {"slope": {"nrs": 1.0}} for modifier in resolve.modifiers]

    with pytest.raises(TrialError, match="explain more than all"):
        draw_trials(_changed(resolve, modifiers=greedy), 1, seed=1)
