"""What an allocation scheme would do: imbalance, how well it is guessed, the bias guessing brings; and its own test.

Decides the figures to compare schemes by before one is chosen, all by simulation of whole trials.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.random import Generator

from backloop.errors import TrialError
from backloop.trial.allocation import AllocationScheme
from backloop.trial.sequencing import Assigned, Floats, Integers, assign, find_levels
from backloop.units import Frozen

__all__ = ["AllocationDiagnostics", "RandomisationTest", "diagnose_allocation", "randomisation_test"]

_Z975 = 1.959963984540054


class AllocationDiagnostics(Frozen):
    """How a scheme behaves over many simulated trials.

    Parameters
    ----------
    trials, people : int
        How many trials were simulated, and how many people each.
    imbalance_mean, imbalance_95th_percentile : float
        Largest difference between arms at the end, in people (each arm's number divided by its share).
    level_imbalance_mean : float
        The same within each level of each factor, averaged; equal to the whole where there are no factors.
    guessed_share : float
        Share of allocations guessed rightly by somebody who sees all before and guesses the arm that is behind in the
        person's stratum (0.5 is chance with two arms).
    certain_share : float
        Share of allocations that somebody who also knows the rule and the block's size could be sure of.
    bias : float
        Difference between arms that arises without any effect if a recruiter prefers healthier people when the guess is
        the first arm, in units of the shift that the recruiter achieves.
    false_positives : float
        Share of trials without any effect in which that bias makes the first arm differ at the 5 % level.
    monte_carlo_error : float
        Standard error of `false_positives`.

    Examples
    --------
    >>> "guessed_share" in AllocationDiagnostics.model_fields
    True
    """

    trials: int
    people: int
    imbalance_mean: float
    imbalance_95th_percentile: float
    level_imbalance_mean: float
    guessed_share: float
    certain_share: float
    bias: float
    false_positives: float
    monte_carlo_error: float


class RandomisationTest(Frozen):
    """A difference between two arms, and how often the scheme alone would give one as large.

    Examples
    --------
    >>> RandomisationTest(difference=-1.0, p=0.01, draws=999).p
    0.01
    """

    difference: float
    p: float
    draws: int


def diagnose_allocation(
    scheme: AllocationScheme, people: int, random: Generator, *, trials: int = 1000, shift: float = 0.5
) -> AllocationDiagnostics:
    """Simulate whole trials to see how balanced and how predictable a scheme is.

    Parameters
    ----------
    scheme : AllocationScheme
        Arms, rule and factors; every level of a factor is equally likely.
    people : int
        People in each trial.
    random : numpy.random.Generator
        Where chance comes from.
    trials : int
        How many trials.
    shift : float
        How much healthier or sicker the recruiter's choice makes a person, in standard deviations of the outcome.

    Returns
    -------
    AllocationDiagnostics
        Imbalance, predictability, and what a recruiter who guesses does to a trial without any effect.

    Notes
    -----
    The recruiter follows the convergence strategy of Blackwell and Hodges: the arm that is behind is guessed, and
    nothing where the arms are level. The bias is tested with a comparison of the first arm's mean with the others'.

    References
    ----------
    blackwell-1957

    Examples
    --------
    >>> from backloop.trial import PermutedBlocks
    >>> pairs = AllocationScheme(arms=("a", "b"), rule=PermutedBlocks(sizes=(2,)))
    >>> found = diagnose_allocation(pairs, 100, np.random.default_rng(1), trials=200)
    >>> found.imbalance_mean, found.certain_share
    (0.0, 0.5)
    """
    sizes = [len(factor.levels) for factor in scheme.factors]
    levels = np.stack([random.integers(0, size, (trials, people)) for size in sizes], axis=2) if sizes else None
    levels = np.zeros((trials, people, 0), dtype=np.int64) if levels is None else levels
    done = assign(scheme, levels, draws=random.random((trials, people)), block_draws=random.random((trials, people)))
    guess = _guesses(scheme, done, levels)
    right = np.take_along_axis(guess, done.arms[:, :, None], axis=2)[:, :, 0]
    whole = _imbalance(scheme, done.arms, np.ones_like(done.arms, dtype=bool))
    each = [
        _imbalance(scheme, done.arms, levels[:, :, factor] == level)
        for factor, size in enumerate(sizes)
        for level in range(size)
    ]
    bias, significant = _selection(scheme, done, guess, random=random, shift=shift)
    return AllocationDiagnostics(
        trials=trials,
        people=people,
        imbalance_mean=float(whole.mean()),
        imbalance_95th_percentile=float(np.quantile(whole, 0.95)),
        level_imbalance_mean=float(np.mean(each or [whole])),
        guessed_share=float(right.mean()),
        certain_share=float((done.chances.max(axis=2) > 1 - 1e-9).mean()),
        bias=bias,
        false_positives=significant,
        monte_carlo_error=float(np.sqrt(significant * (1 - significant) / trials)),
    )


def _guesses(scheme: AllocationScheme, done: Assigned, levels: Integers) -> Floats:
    """Give the chance with which each arm is guessed: the arms furthest behind, shared where several are."""
    trials, people = done.arms.shape
    sizes = [len(factor.levels) for factor in scheme.factors]
    strata = np.ravel_multi_index(tuple(np.moveaxis(levels, 2, 0)), sizes) if sizes else np.zeros_like(done.arms)
    counts = np.zeros((trials, max(1, int(np.prod(sizes))), len(scheme.arms)))
    guess, each = np.zeros((trials, people, len(scheme.arms))), np.arange(trials)
    for person in range(people):
        place = (each, strata[:, person])
        shared = counts[place] / np.array(scheme.split)
        behind = np.isclose(shared, shared.min(axis=1, keepdims=True))
        guess[:, person] = behind / behind.sum(axis=1, keepdims=True)
        counts[(*place, done.arms[:, person])] += 1
    return guess


def _imbalance(scheme: AllocationScheme, arms: Integers, among: Integers) -> Floats:
    counts = [((arms == arm) & among).sum(axis=1) / share for arm, share in enumerate(scheme.split)]
    largest: Floats = np.ptp(np.array(counts), axis=0)
    return largest


def _selection(
    scheme: AllocationScheme, done: Assigned, guess: Floats, *, random: Generator, shift: float
) -> tuple[float, float]:
    """Give the bias per unit of shift, and the share of trials it makes significant."""
    certain = guess.max(axis=2) > 1 / len(scheme.arms) + 1e-9
    lean = np.where(certain, np.where(guess[:, :, 0] == guess.max(axis=2), 1.0, -1.0), 0.0)
    first = done.arms == 0
    outcome = shift * lean + random.standard_normal(lean.shape)
    many = np.stack([first.sum(axis=1), (~first).sum(axis=1)])
    means = np.stack([(outcome * group).sum(axis=1) for group in (first, ~first)]) / many
    squares = np.stack([(outcome**2 * group).sum(axis=1) for group in (first, ~first)]) / many - means**2
    z = (means[0] - means[1]) / np.sqrt((squares / many).sum(axis=0))
    leans = np.stack([(lean * group).sum(axis=1) for group in (first, ~first)]) / many
    return float((leans[0] - leans[1]).mean()), float((np.abs(z) > _Z975).mean())


def randomisation_test(
    scheme: AllocationScheme,
    people: Sequence[Mapping[str, str]],
    *,
    arms: Sequence[str],
    outcome: Sequence[float],
    random: Generator,
    draws: int = 9999,
) -> RandomisationTest:
    """Test a difference between two arms against all that the scheme itself could have done.

    Parameters
    ----------
    scheme : AllocationScheme
        How the people were allocated; two arms.
    people : sequence of mapping
        Each person's level of every factor, in the order of arrival.
    arms : sequence of str
        The arm of each person, in the same order.
    outcome : sequence of float
        The outcome of each person, none missing.
    random : numpy.random.Generator
        Where chance comes from.
    draws : int
        How often the people are allocated anew.

    Returns
    -------
    RandomisationTest
        First arm minus second, and the two-sided p: the share of draws (the real one among them) as far from zero.

    Raises
    ------
    TrialError
        If there are not two arms, or the lists do not match.

    Notes
    -----
    Holds whatever the outcome's distribution: people stay as they came, only their allocation is drawn again by the
    same rule. Draws that leave an arm empty say nothing and are left out.

    Examples
    --------
    >>> from backloop.trial import PermutedBlocks
    >>> scheme = AllocationScheme(arms=("retraining", "sham"), rule=PermutedBlocks(sizes=(2,)))
    >>> given = ["retraining", "sham"] * 6
    >>> pain = [2.0, 5.0] * 6
    >>> random = np.random.default_rng(1)
    >>> found = randomisation_test(scheme, [{}] * 12, arms=given, outcome=pain, random=random)
    >>> found.difference, found.p < 0.05
    (-3.0, True)
    """
    y = np.asarray(outcome, dtype=float)
    if len(scheme.arms) != len({*scheme.arms, *arms}) or len(scheme.arms) != 2:  # noqa: PLR2004 - two arms
        message = f"expected the scheme's two arms; the scheme has {', '.join(scheme.arms)}"
        raise TrialError(message)
    if not len(people) == len(arms) == len(y) or not np.isfinite(y).all():
        message = f"expected one arm and one finite outcome for each of {len(people)} people"
        raise TrialError(message)
    levels = np.repeat(find_levels(scheme, people), draws, axis=0)
    shape = (draws, len(people))
    again = assign(scheme, levels, draws=random.random(shape), block_draws=random.random(shape)).arms
    first = np.vstack([np.array([[arm == scheme.arms[0] for arm in arms]]), again == 0])
    size = first.sum(axis=1)
    usable = (size > 0) & (size < len(y))
    first, size = first[usable], size[usable]
    total = first @ y
    difference = total / size - (y.sum() - total) / (len(y) - size)
    extreme = np.abs(difference) >= np.abs(difference[0]) - 1e-12
    return RandomisationTest(difference=float(difference[0]), p=float(extreme.mean()), draws=int(usable.sum()) - 1)
