"""Drawing whole trials from a world.

Decides how random numbers become answers and absences, trial by trial; it analyses nothing.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, Philox
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, ndtri

from backloop.errors import TrialError
from backloop.power.margins import Margin
from backloop.power.worlds import World

__all__ = ["Drawer", "TrialBlock", "draw_trials"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_CROWD = 2**64 - 1  # the replicate on whose people the chance of staying away is set
_CROWD_SIZE = 20_000  # an arm


@dataclass(frozen=True, kw_only=True, eq=False)
class TrialBlock:
    """Some of the trials of a simulation, consecutive by their number.

    `first` is the number of the first trial; `arm` (people) counts in ``world.arms``; `y` holds each outcome as trials
    x people x weeks, NaN where not seen; `modifiers` (trials x people x modifiers) is in standard deviations.

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.power import read_world
    >>> block = draw_trials(read_world(Path("examples/10_power/resolve.toml")), 3, seed=1)
    >>> block.y["nrs"].shape, float(np.nanmax(block.y["nrs"])) <= 10.0
    ((3, 276, 4), True)
    """

    world: World
    first: int
    arm: Integers
    y: dict[str, Floats]
    modifiers: Floats


def draw_trials(world: World, trials: int, *, seed: int, first: int = 0) -> TrialBlock:
    """Draw whole trials from a world.

    Parameters
    ----------
    world : World
        Where they happen.
    trials : int
        How many, from 1.
    seed : int
        The seed, 0 to 2**64 - 1.
    first : int
        The number of the first trial.

    Returns
    -------
    TrialBlock
        Outcomes with absences, arms and modifiers.

    Raises
    ------
    TrialError
        If no people are as the world declares them.

    Notes
    -----
    Trial number k of a seed and a world's id is the same whichever block, process or machine it is drawn in: each has
    a counter-based generator (Philox) of its own. Normal values with the declared correlations are cut into scores.

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.power import read_world
    >>> world = read_world(Path("examples/10_power/resolve.toml"))
    >>> all_at_once, alone = draw_trials(world, 3, seed=1), draw_trials(world, 1, seed=1, first=2)
    >>> bool(np.array_equal(all_at_once.y["rmdq"][2], alone.y["rmdq"][0], equal_nan=True))
    True
    """
    return Drawer(world, seed).draw(first, trials)


class Drawer:
    """Draws a world's trials; what all of them share is worked out once."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        scenario = int.from_bytes(hashlib.sha256(world.id.encode()).digest()[:8], "little")
        self._key = np.array([seed, scenario], dtype=np.uint64)
        self._arm = np.repeat(np.arange(len(world.arms)), [arm.people for arm in world.arms])
        self._margins = [
            [[outcome.margin(arm.id, visit) for visit in range(len(world.weeks))] for arm in world.arms]
            for outcome in world.outcomes
        ]
        self._loads = self._load_modifiers()
        outcomes = len(world.outcomes)
        between = np.full((outcomes, outcomes), world.between) + (1.0 - world.between) * np.eye(outcomes)
        if np.linalg.eigvalsh(between)[0] <= 0.0:
            message = f"no people have {outcomes} outcomes that all correlate {world.between:g}"
            raise TrialError(message)
        self._factor = np.linalg.cholesky(np.kron(between, world.visit_correlation)).T.copy()
        self._intercepts = self._set_absences()

    def draw(self, first: int, trials: int) -> TrialBlock:
        """Draw the trials from number `first` on."""
        world = self.world
        shape = (trials, world.people, len(world.weeks))
        values = np.empty((*shape[:2], len(self._factor)))
        chance = np.empty(shape)
        modifiers = np.empty((*shape[:2], len(world.modifiers)))
        groups = np.zeros((trials, world.therapists.number if world.therapists else 0))
        for row in range(trials):
            random = self._generator(first + row)
            np.matmul(random.standard_normal(values.shape[1:]), self._factor, out=values[row])
            chance[row] = random.random(shape[1:])
            modifiers[row] = random.standard_normal(modifiers.shape[1:])
            groups[row] = random.standard_normal(groups.shape[1])
        modifiers = self._facts(modifiers)
        answers = self._answers(values, self._arm, modifiers=modifiers, groups=groups)
        self._remove(answers, chance)
        y = {outcome.id: answers[part] for part, outcome in enumerate(world.outcomes)}
        return TrialBlock(world=world, first=first, arm=self._arm, y=y, modifiers=modifiers)

    def _generator(self, replicate: int) -> Generator:
        return Generator(Philox(key=self._key, counter=np.array([0, 0, 0, replicate], dtype=np.uint64)))

    def _answers(self, values: Floats, arms: Integers, *, modifiers: Floats, groups: Floats) -> list[Floats]:
        """Turn the normal values of trials x people x (outcomes x weeks) into scores, one array an outcome."""
        weeks = len(self.world.weeks)
        parts = [values[:, :, weeks * part : weeks * (part + 1)] for part in range(len(self.world.outcomes))]
        for part, behind in enumerate(parts):
            for arm in range(len(self.world.arms)):
                here = slice(*np.searchsorted(arms, (arm, arm + 1)))
                mine = self._shared_fate(behind[:, here], arm, groups)
                load = self._loads[part, arm]
                explained = modifiers[:, here] @ load.T
                rest = np.sqrt(1.0 - (load**2).sum(axis=1))
                for visit, margin in enumerate(self._margins[part][arm]):
                    behind[:, here, visit] = margin.scores(rest[visit] * mine[:, :, visit] + explained[..., visit])
        return [np.ascontiguousarray(part) for part in parts]

    def _shared_fate(self, values: Floats, arm: int, groups: Floats) -> Floats:
        plan = self.world.therapists
        if plan is None or self.world.arms[arm].id != plan.arm:
            return values
        whose = np.arange(values.shape[1]) % plan.number
        mixed = values.copy()
        mixed[:, :, 1:] = np.sqrt(1.0 - plan.share) * values[:, :, 1:] + np.sqrt(plan.share) * groups[:, whose, None]
        return mixed

    def _load_modifiers(self) -> Floats:
        """Correlations of each modifier with the values behind: outcomes x arms x weeks x modifiers."""
        world = self.world
        loads = np.zeros((len(world.outcomes), len(world.arms), len(world.weeks), len(world.modifiers)))
        for part, outcome in enumerate(world.outcomes):
            for column, modifier in enumerate(world.modifiers):
                loads[part, :, :, column] = modifier.slope.get(outcome.id, 0.0)
                loads[part, 1:, 1:, column] += modifier.interaction.get(outcome.id, 0.0)
        gains = np.array([[[margin.gain for margin in arm] for arm in outcome] for outcome in self._margins])
        loads /= gains[..., None]
        if ((loads**2).sum(axis=-1) >= 1.0).any():
            message = f"the modifiers of world '{world.id}' explain more than all of an outcome; make slopes smaller"
            raise TrialError(message)
        return loads

    def _facts(self, values: Floats) -> Floats:
        """Turn normal values into modifiers in standard deviations: a score stays, a yes or no is cut."""
        columns = values.copy()
        for column, modifier in enumerate(self.world.modifiers):
            if modifier.share is not None:
                says_yes = values[..., column] > -ndtri(modifier.share)
                columns[..., column] = (says_yes - modifier.share) / np.sqrt(modifier.share * (1.0 - modifier.share))
        return columns

    def _worse(self, answers: Floats) -> Floats:
        """Say how much worse than the comparator's first mean an answer is, in its standard deviations."""
        margin: Margin = self._margins[0][0][0]
        sign = -1.0 if self.world.outcomes[0].scale.better == "high" else 1.0
        return sign * (answers - margin.mean) / margin.sd

    def _set_absences(self) -> Floats:
        """Find the intercepts (arms x weeks) at which a large crowd stays away as often as declared."""
        plan, weeks = self.world.staying_away, len(self.world.weeks)
        intercepts = np.full((len(self.world.arms), weeks), -np.inf)
        if plan is None:
            return intercepts
        for arm, name in enumerate(self.world.arms):
            random = self._generator(_CROWD)
            values = random.standard_normal((1, _CROWD_SIZE, len(self._factor))) @ self._factor
            modifiers = self._facts(random.standard_normal((1, _CROWD_SIZE, len(self.world.modifiers))))
            groups = random.standard_normal((1, self.world.therapists.number if self.world.therapists else 0))
            arms = np.full(_CROWD_SIZE, arm)
            worse = self._worse(self._answers(values, arms, modifiers=modifiers, groups=groups)[0][0])
            chance = random.random(worse.shape)
            away = np.zeros(worse.shape, dtype=bool)
            for week in range(1, weeks):
                push, at_risk = self._push(worse, away, week)
                wanted = plan.lost[name.id][week]
                if plan.pattern == "drop-out":
                    wanted = (wanted - away[:, week - 1].mean()) / at_risk.mean()
                intercepts[arm, week] = _solve(push[at_risk], wanted)
                away[:, week] = ~at_risk | (chance[:, week] < expit(intercepts[arm, week] + push))
        return intercepts

    def _push(self, worse: Floats, away: NDArray[np.bool_], week: int) -> tuple[Floats, NDArray[np.bool_]]:
        """Give what a week's absence depends on, as log odds, and who could still stay away."""
        plan = self.world.staying_away
        if plan is None or plan.depends_on == "nothing":
            push = np.zeros(worse.shape[:-1])
        elif plan.depends_on == "unseen":
            push = plan.steepness * worse[..., week]
        elif plan.pattern == "drop-out":
            push = plan.steepness * worse[..., week - 1]
        else:
            last = week - 1 - np.argmin(away[..., week - 1 :: -1], axis=-1)
            push = plan.steepness * np.take_along_axis(worse, last[..., None], axis=-1)[..., 0]
        single = plan is not None and plan.pattern == "single visits"
        return push, np.ones_like(away[..., week]) if single else ~away[..., week - 1]

    def _remove(self, answers: list[Floats], chance: Floats) -> None:
        if self.world.staying_away is None:
            return
        worse, away = self._worse(answers[0]), np.zeros(chance.shape, dtype=bool)
        for week in range(1, chance.shape[2]):
            push, at_risk = self._push(worse, away, week)
            away[..., week] = ~at_risk | (chance[..., week] < expit(self._intercepts[self._arm, week] + push))
        for part in answers:
            part[away] = np.nan


def _solve(push: Floats, wanted: float) -> float:
    if wanted <= 0.0:
        return -np.inf
    return float(brentq(lambda level: expit(level + push).mean() - wanted, -40.0, 40.0))
