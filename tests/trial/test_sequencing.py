"""Each rule gives the next person the chance it promises, and the same seed the same list for ever."""

import hashlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backloop.errors import TrialError
from backloop.trial import (
    AllocationScheme,
    BigStick,
    Factor,
    Minimisation,
    PermutedBlocks,
    SimpleRandomisation,
    allocate,
    assign,
)
from backloop.trial.sequencing import draw_uniforms

SITE = Factor(id="site", levels=("A", "B"))
AGE = Factor(id="age", levels=("<40", "40-60", ">60"))
SEED = "a seed that only the tests know of, never used"


def _scheme(rule, arms=("a", "b"), **more) -> AllocationScheme:
    return AllocationScheme(arms=arms, rule=rule, **more)


def _sequences(scheme: AllocationScheme, people: int = 60, count: int = 400):
    random = np.random.default_rng(7)
    sizes = [len(factor.levels) for factor in scheme.factors]
    levels = np.zeros((count, people, len(sizes)), dtype=np.int64)
    for number, size in enumerate(sizes):
        levels[:, :, number] = random.integers(0, size, (count, people))
    draws, block_draws = random.random((2, count, people))
    return levels, assign(scheme, levels, draws=draws, block_draws=block_draws)


def _philox(key: int, counter: int) -> list[int]:
    """Philox 4x64 with ten rounds, written from its definition."""
    mask, words = 2**64 - 1, [(counter >> 64 * place) & (2**64 - 1) for place in range(4)]
    keys = [key & mask, key >> 64]
    for _ in range(10):
        first, second = 0xD2E7470EE14C6C93 * words[0], 0xCA5A826395121157 * words[2]
        words = [(second >> 64) ^ words[1] ^ keys[0], second & mask, (first >> 64) ^ words[3] ^ keys[1], first & mask]
        keys = [(keys[0] + 0x9E3779B97F4A7C15) & mask, (keys[1] + 0xBB67AE8584CAA73B) & mask]
    return words


def test_the_stream_of_a_seed_can_be_made_without_numpy():
    """A list can be checked years later and elsewhere: SHA-256 and Philox from their definitions give the stream."""
    key = int.from_bytes(hashlib.sha256(b"secret\x1fsite A").digest()[:16], "little")
    raw = [word for counter in range(1, 4) for word in _philox(key, counter)]

    assert [(word >> 11) / 2**53 for word in raw] == draw_uniforms("secret", "site A", count=12).tolist()


def test_a_stream_does_not_depend_on_how_much_is_drawn():
    """Drawing more numbers changes none of those before, and every purpose has its own."""
    few, many = (draw_uniforms(SEED, "x", count=count) for count in (5, 50))

    assert np.array_equal(few, many[:5])
    assert not np.array_equal(few, draw_uniforms(SEED, "y", count=5))


@given(sizes=st.sampled_from([(2,), (4,), (4, 6, 8), (6, 10)]), people=st.integers(1, 60), seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_blocks_balance(sizes, people, seed):
    """Within permuted blocks the arms never differ by more than half the largest block."""
    arms = allocate(_scheme(PermutedBlocks(sizes=sizes)), [{}] * people, f"{SEED}{seed}")
    lead = np.cumsum([1 if arm == "a" else -1 for arm in arms])

    assert np.abs(lead).max() <= max(sizes) / 2


def test_every_block_holds_the_shares():
    """With shares 2 to 1 every block of three holds two of the first arm and one of the second."""
    arms = allocate(_scheme(PermutedBlocks(sizes=(3,)), shares=(2, 1)), [{}] * 300, SEED)

    assert {2} == {arms[start : start + 3].count("a") for start in range(0, 300, 3)}


def test_all_permutations_of_a_block_are_equally_likely():
    """The six ways to fill a block of four come equally often (chi-square with five degrees of freedom)."""
    _, done = _sequences(_scheme(PermutedBlocks(sizes=(4,))), people=40, count=600)
    seen = Counter(map(tuple, done.arms.reshape(-1, 4)))
    expected = 6000 / 6

    assert len(seen) == 6
    assert sum((count - expected) ** 2 / expected for count in seen.values()) < 20.5  # p = .001


def test_random_blocks_have_all_their_sizes():
    """With two block sizes, balance after every person but the last of a block is not guaranteed by either size."""
    _, done = _sequences(_scheme(PermutedBlocks(sizes=(2, 6))), people=24)
    lead = np.cumsum(1 - 2 * done.arms, axis=1)

    assert np.abs(lead).max() == 3
    assert 0 < (lead[:, 1] != 0).mean() < 0.5


@given(limit=st.integers(1, 5), people=st.integers(1, 80), seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_the_big_stick_holds(limit, people, seed):
    """No arm is ever further ahead than the stick allows."""
    arms = allocate(_scheme(BigStick(limit=limit)), [{}] * people, f"{SEED}{seed}")
    lead = np.cumsum([1 if arm == "a" else -1 for arm in arms])

    assert np.abs(lead).max() <= limit


def test_strata_do_not_disturb_each_other():
    """Somebody new at one site changes no allocation at the other."""
    scheme = _scheme(PermutedBlocks(sizes=(4, 6)), factors=(SITE,))
    alone = allocate(scheme, [{"site": "A"}] * 20, SEED)

    mixed = allocate(scheme, [{"site": site} for site in "AB" * 20], SEED)

    assert mixed[::2] == alone


@pytest.mark.parametrize(
    "rule", [SimpleRandomisation(), PermutedBlocks(sizes=(4, 6)), BigStick(limit=3), Minimisation()], ids=str
)
def test_who_comes_later_changes_nobody_before(rule):
    """Allocating one more person leaves all earlier allocations as they were."""
    scheme = _scheme(rule, factors=(SITE,))
    people = [{"site": site} for site in "AABABBABAABB"]

    whole = allocate(scheme, people, SEED)

    assert all(allocate(scheme, people[:count], SEED) == whole[:count] for count in range(len(people)))


def _least_different(people, arms, person, weights):
    """Pocock and Simon's rule by brute force: the summed range of every arm's count, after adding the person."""
    sums = {}
    for choice in ("a", "b", "c"):
        total = 0.0
        for factor, weight in weights.items():
            alike = [arm for other, arm in zip(people, arms, strict=True) if other[factor] == person[factor]]
            counts = [[*alike, choice].count(arm) for arm in ("a", "b", "c")]
            total += weight * (max(counts) - min(counts))
        sums[choice] = total
    return [choice for choice, total in sums.items() if total == min(sums.values())]


def test_minimisation_prefers_what_brute_force_prefers():
    """In every step the preferred arms are those that an independent count prefers, with the promised chance."""
    weights = {"site": 2.0, "age": 1.0}
    scheme = _scheme(Minimisation(chance=0.7, weights={"site": 2}), arms=("a", "b", "c"), factors=(SITE, AGE))
    levels, done = _sequences(scheme, people=30, count=20)
    for sequence in range(20):
        people = [{"site": SITE.levels[site], "age": AGE.levels[age]} for site, age in levels[sequence]]
        arms = [scheme.arms[arm] for arm in done.arms[sequence]]
        for place, person in enumerate(people):
            best = _least_different(people[:place], arms[:place], person, weights)
            expected = {
                arm: 1 / 3 if len(best) == 3 else 0.7 / len(best) if arm in best else 0.3 / (3 - len(best))
                for arm in scheme.arms
            }
            assert done.chances[sequence, place] == pytest.approx(list(expected.values()))


def test_minimisation_follows_its_chance():
    """The preferred arm is taken in four of five people where one is preferred."""
    _, done = _sequences(_scheme(Minimisation(), factors=(SITE, AGE)))
    preferred = done.chances.max(axis=2) > 0.79
    taken = np.take_along_axis(done.chances, done.arms[:, :, None], axis=2)[:, :, 0][preferred]

    assert (taken > 0.79).mean() == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / preferred.sum()))


def test_chances_are_chances():
    """Whatever the rule, the chances of the arms add up to one and the arm taken had one."""
    for rule in (SimpleRandomisation(), PermutedBlocks(sizes=(4, 6)), BigStick(limit=2), Minimisation()):
        _, done = _sequences(_scheme(rule, factors=(SITE,)), count=50)
        taken = np.take_along_axis(done.chances, done.arms[:, :, None], axis=2)

        assert done.chances.sum(axis=2) == pytest.approx(1)
        assert taken.min() > 0


def test_an_unknown_level_is_refused_without_naming_the_person():
    """A person whose level is unknown is not allocated; the message gives the place, not the value."""
    scheme = _scheme(SimpleRandomisation(), factors=(SITE,))

    with pytest.raises(TrialError, match=r"person 2: expected a level of 'site' \(A, B\)") as error:
        allocate(scheme, [{"site": "A"}, {"site": "private"}], SEED)
    assert "private" not in str(error.value)
