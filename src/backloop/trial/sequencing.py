"""Drawing allocations: the chance each rule gives the next person of each arm, and the arm that chance chose.

Decides one sequence or thousands at once with the same few lines; it keeps no list and knows no person.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Philox
from numpy.typing import NDArray

from backloop.errors import TrialError
from backloop.trial.allocation import AllocationScheme, BigStick, Minimisation, PermutedBlocks

__all__ = ["Assigned", "Floats", "Integers", "allocate", "assign", "draw_uniforms", "find_levels"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Assigned:
    """Sequences of allocations, and with what chance each came about.

    Parameters
    ----------
    arms : array of int, shape (sequences, people)
        The place of each person's arm in the scheme.
    chances : array of float, shape (sequences, people, arms)
        The chance of each arm at the moment of allocation, given all people before.

    Examples
    --------
    >>> Assigned(arms=np.array([[0, 1]]), chances=np.full((1, 2, 2), 0.5)).arms.shape
    (1, 2)
    """

    arms: Integers
    chances: Floats


@dataclass(eq=False)
class _Standing:
    """What the next person's chances hang on, shape (sequences, arms) or (sequences, factors, arms)."""

    counts: Floats
    left: Floats
    alike: Floats


def draw_uniforms(seed: str, *purpose: str, count: int) -> Floats:
    """Draw numbers from 0 to 1 that anybody can draw again from the seed and the purpose.

    Parameters
    ----------
    seed : str
        The secret seed.
    *purpose : str
        What the numbers are for; every purpose has a stream of its own.
    count : int
        How many, from the first on.

    Returns
    -------
    array of float, shape (count,)
        The same whatever else was drawn before.

    Notes
    -----
    Philox, a counter-based generator, with the first 128 bits of a SHA-256 as its key. Its raw output is used, which
    never changes between versions of NumPy, so a list can be checked years later.

    Examples
    --------
    >>> draw_uniforms("secret", "site A", count=3).round(3)
    array([0.948, 0.018, 0.945])
    """
    key = hashlib.sha256("\x1f".join((seed, *purpose)).encode()).digest()[:16]
    raw: NDArray[np.uint64] = Philox(key=int.from_bytes(key, "little")).random_raw(count)
    return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53


def assign(scheme: AllocationScheme, levels: Integers, *, draws: Floats, block_draws: Floats) -> Assigned:
    """Allocate people in their order of arrival, in one or many sequences at once.

    Parameters
    ----------
    scheme : AllocationScheme
        Arms, rule and factors.
    levels : array of int, shape (sequences, people, factors)
        The place of each person's level within each factor.
    draws, block_draws : array of float, shape (sequences, people)
        Numbers from 0 to 1 that choose the arm, and the size of a block where one begins.

    Returns
    -------
    Assigned
        The arms and the chances they came from.

    Examples
    --------
    >>> scheme = AllocationScheme(arms=("a", "b"), rule=BigStick(limit=1))
    >>> low = np.full((1, 4), 0.1)
    >>> assign(scheme, np.zeros((1, 4, 0), dtype=int), draws=low, block_draws=low).arms
    array([[0, 1, 0, 1]])
    """
    sequences, people = draws.shape
    each, arms = np.arange(sequences), len(scheme.arms)
    stratum = _strata(scheme, levels)
    counts, left = (np.zeros((sequences, len(scheme.strata), arms)) for _ in range(2))
    margins = [np.zeros((sequences, len(factor.levels), arms)) for factor in scheme.factors]
    chosen, chances = np.zeros((sequences, people), dtype=np.int64), np.zeros((sequences, people, arms))
    for person in range(people):
        place = (each, stratum[:, person])
        _open_blocks(scheme, left, place, block_draws[:, person])
        alike = [margin[each, levels[:, person, factor]] for factor, margin in enumerate(margins)]
        standing = _Standing(counts[place], left[place], np.array(alike).reshape(-1, sequences, arms).swapaxes(0, 1))
        chance = _next_chances(scheme, standing)
        edges = chance.cumsum(axis=1)
        arm = (edges <= (draws[:, person] * edges[:, -1])[:, None]).sum(axis=1)
        counts[(*place, arm)] += 1
        left[(*place, arm)] -= 1
        for factor, margin in enumerate(margins):
            margin[each, levels[:, person, factor], arm] += 1
        chosen[:, person], chances[:, person] = arm, chance
    return Assigned(chosen, chances)


def _strata(scheme: AllocationScheme, levels: Integers) -> Integers:
    if not scheme.factors or not scheme.is_listable:
        return np.zeros(levels.shape[:2], dtype=np.int64)
    sizes = tuple(len(factor.levels) for factor in scheme.factors)
    place: Integers = np.ravel_multi_index(tuple(np.moveaxis(levels, 2, 0)), sizes)
    return place


def _open_blocks(scheme: AllocationScheme, left: Floats, place: tuple[Integers, Integers], draws: Floats) -> None:
    """Fill the block of every sequence whose block is used up."""
    if not isinstance(scheme.rule, PermutedBlocks):
        return
    sizes = np.array(scheme.rule.sizes)[(draws * len(scheme.rule.sizes)).astype(int)]
    empty = left[place].sum(axis=1) == 0
    fresh = sizes[:, None] / sum(scheme.split) * np.array(scheme.split)
    left[place] = np.where(empty[:, None], fresh, left[place])


def _next_chances(scheme: AllocationScheme, now: _Standing) -> Floats:
    """Give the chance of each arm for the next person of every sequence."""
    match scheme.rule:
        case PermutedBlocks():
            shared: Floats = now.left / now.left.sum(axis=1, keepdims=True)
            return shared
        case BigStick(limit=limit):
            ahead = now.counts[:, 0] - now.counts[:, 1]
            first = np.select([ahead >= limit, ahead <= -limit], [0.0, 1.0], 0.5)
            return np.stack([first, 1 - first], axis=1)
        case Minimisation() as rule:
            weights = np.array([rule.weights.get(factor.id, 1.0) for factor in scheme.factors])
            return _by_minimisation(now.alike, weights, chance=rule.chance)
    return np.broadcast_to(np.array(scheme.split) / sum(scheme.split), now.counts.shape)


def _by_minimisation(alike: Floats, weights: Floats, *, chance: float) -> Floats:
    """Share out the chance by how the arms would differ among people alike, had the next person gone to each arm."""
    arms = alike.shape[2]
    then = alike[:, None] + np.eye(arms)[None, :, None]  # (sequences, arm chosen, factors, arms)
    difference = np.ptp(then, axis=3) @ weights
    best: NDArray[np.bool_] = np.isclose(difference, difference.min(axis=1, keepdims=True))
    many = best.sum(axis=1, keepdims=True)
    shared: Floats = np.where(best, chance / many, (1 - chance) / np.maximum(arms - many, 1))
    return np.where(many == arms, 1 / arms, shared)


def find_levels(scheme: AllocationScheme, people: Sequence[Mapping[str, str]]) -> Integers:
    """Find the place of each person's level within each factor.

    Parameters
    ----------
    scheme : AllocationScheme
        The factors.
    people : sequence of mapping
        Each person's level of every factor, in the order of arrival.

    Returns
    -------
    array of int, shape (1, people, factors)
        For `assign`.

    Raises
    ------
    TrialError
        If a factor is missing or has an unknown level; the message names the person's place, not the person.

    Examples
    --------
    >>> from backloop.trial import Factor, SimpleRandomisation
    >>> site = Factor(id="site", levels=("A", "B"))
    >>> scheme = AllocationScheme(arms=("a", "b"), rule=SimpleRandomisation(), factors=(site,))
    >>> find_levels(scheme, [{"site": "B"}, {"site": "A"}]).tolist()
    [[[1], [0]]]
    """
    found = np.zeros((1, len(people), len(scheme.factors)), dtype=np.int64)
    for place, person in enumerate(people):
        for number, factor in enumerate(scheme.factors):
            if person.get(factor.id) not in factor.levels:
                message = (
                    f"person {place + 1}: expected a level of '{factor.id}' ({', '.join(factor.levels)});"
                    " there is none or another one; nobody is allocated before it is known"
                )
                raise TrialError(message)
            found[0, place, number] = factor.levels.index(person[factor.id])
    return found


def allocate(scheme: AllocationScheme, people: Sequence[Mapping[str, str]], seed: str) -> tuple[str, ...]:
    """Allocate people in their order of arrival, the same way whenever it is repeated.

    Parameters
    ----------
    scheme : AllocationScheme
        Arms, rule and factors.
    people : sequence of mapping
        Each person's level of every factor, in the order of arrival; empty mappings where there are no factors. To
        allocate the next person under minimisation give everybody before, too.
    seed : str
        The secret seed.

    Returns
    -------
    tuple of str
        The arm of each person. Adding people at the end changes nobody before.

    Raises
    ------
    TrialError
        If a factor is missing or has an unknown level.

    Examples
    --------
    >>> scheme = AllocationScheme(arms=("retraining", "sham"), rule=PermutedBlocks(sizes=(4,)))
    >>> allocate(scheme, [{}] * 4, seed="a secret")
    ('retraining', 'sham', 'retraining', 'sham')
    """
    levels = find_levels(scheme, people)
    stratum = _strata(scheme, levels)[0]
    draws, block_draws = np.zeros((2, 1, len(people)))
    for number, label in enumerate(scheme.strata):
        members = np.flatnonzero(stratum == number)
        draws[0, members] = draw_uniforms(seed, "arm", *label, count=len(members))
        block_draws[0, members] = draw_uniforms(seed, "block", *label, count=len(members))
    chosen = assign(scheme, levels, draws=draws, block_draws=block_draws).arms[0]
    return tuple(scheme.arms[arm] for arm in chosen)
