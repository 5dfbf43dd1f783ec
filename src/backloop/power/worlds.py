"""A world in which trials happen: who comes, what they would answer at each visit, who stays away.

Decides what may be declared of a world and whether it holds together; people are drawn in `draws`.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from backloop.errors import TrialError
from backloop.power.absences import StayingAway
from backloop.power.margins import Margin, beta_binomial, continuous, rounded_normal
from backloop.units import Frozen, Scale

__all__ = [
    "Decay",
    "Provenance",
    "Therapists",
    "World",
    "WorldArm",
    "WorldModifier",
    "WorldOutcome",
    "read_world",
]

Curve = tuple[float, ...]  # one value a visit


class WorldArm(Frozen):
    """One arm and how many people it gets; the first arm of a world is the comparator.

    Examples
    --------
    >>> WorldArm(id="sham", people=138).people
    138
    """

    id: str = Field(min_length=1)
    people: int = Field(ge=2)


class WorldOutcome(Frozen):
    """What people would answer: mean and spread by arm and visit.

    Parameters
    ----------
    id : str
        Its short name.
    scale : Scale
        The ruler; whole-number spreads need both ends.
    spread : str
        ``"normal"``; ``"rounded normal"``: whole numbers, a normal curve rounded and clipped so that the declared mean
        and standard deviation are those of the scores; ``"beta-binomial"``: whole numbers with many people at the ends.
    mean, sd, theta : mapping of str to tuple of float
        By arm, one value a visit, in points. A beta-binomial has `theta`, the sum of its two shape parameters, in the
        place of `sd`.

    Examples
    --------
    >>> pain = WorldOutcome(id="nrs", scale=Scale(low=0, high=10, better="low"), spread="rounded normal",
    ...                     mean={"sham": (5.7, 4.0), "care": (5.7, 3.0)}, sd={"sham": (1.8, 2.4), "care": (1.8, 2.4)})
    >>> round(pain.margin("care", 1).mean, 6), len(pain.margin("care", 1).cuts)
    (3.0, 10)
    """

    id: str = Field(min_length=1)
    scale: Scale
    spread: Literal["normal", "rounded normal", "beta-binomial"] = "normal"
    mean: Mapping[str, Curve]
    sd: Mapping[str, Curve] = {}
    theta: Mapping[str, Curve] = {}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        second, other = (self.theta, self.sd) if self.spread == "beta-binomial" else (self.sd, self.theta)
        if other or set(second) != set(self.mean):
            word = "theta" if self.spread == "beta-binomial" else "sd"
            message = f"outcome '{self.id}': a {self.spread} spread needs a mean and {word} of each arm, and no other"
            raise ValueError(message)
        if self.spread != "normal" and (self.scale.low is None or self.scale.high is None):
            message = f"outcome '{self.id}': a {self.spread} spread needs both ends of the scale"
            raise ValueError(message)
        if any(value <= 0.0 for curve in second.values() for value in curve):
            message = f"outcome '{self.id}': every spread must be above 0"
            raise ValueError(message)
        return self

    def margin(self, arm: str, visit: int) -> Margin:
        """Give the spread of an arm's scores at a visit (counted from 0)."""
        mean = self.mean[arm][visit]
        if self.spread == "normal":
            return continuous(mean, self.sd[arm][visit])
        low, high = float(self.scale.low or 0.0), float(self.scale.high or 0.0)
        if not low < mean < high:
            message = f"outcome '{self.id}': a mean of {mean:g} does not lie inside the scale from {low:g} to {high:g}"
            raise TrialError(message)
        if self.spread == "beta-binomial":
            return beta_binomial(mean, self.theta[arm][visit], low=low, high=high)
        return rounded_normal(mean, self.sd[arm][visit], low=low, high=high)


class Decay(Frozen):
    """Correlations that fall evenly from visits side by side (`near`) to the first with the last (`far`).

    Examples
    --------
    >>> Decay(near=0.6, far=0.4).matrix(3).round(2).tolist()
    [[1.0, 0.6, 0.4], [0.6, 1.0, 0.6], [0.4, 0.6, 1.0]]
    """

    near: float = Field(gt=-1, lt=1)
    far: float = Field(gt=-1, lt=1)

    def matrix(self, visits: int) -> NDArray[np.float64]:
        """Give the correlations of a number of visits."""
        lag = np.abs(np.subtract.outer(range(visits), range(visits)))
        fall = (self.near - self.far) / max(visits - 2, 1)
        return np.where(lag == 0, 1.0, self.near - fall * (lag - 1))


class WorldModifier(Frozen):
    """Something known at the start that goes along with the outcome, and perhaps with the effect.

    Parameters
    ----------
    id : str
        Its short name.
    share : float, optional
        For a yes or no, the share of yes; None: a score with a normal spread. Either is in standard deviations.
    slope : mapping of str to float
        By outcome, points per standard deviation of the modifier, in all arms at all visits.
    interaction : mapping of str to float
        By outcome, further points in the arms other than the comparator, at every visit after the first.

    Examples
    --------
    >>> WorldModifier(id="frebaq", slope={"nrs": 0.2}, interaction={"nrs": 0.4}).share is None
    True
    """

    id: str = Field(min_length=1)
    share: float | None = Field(default=None, gt=0, lt=1)
    slope: Mapping[str, float] = {}
    interaction: Mapping[str, float] = {}


class Therapists(Frozen):
    """Therapists of one arm whose patients do alike after the first visit.

    Parameters
    ----------
    arm : str
        The arm that has therapists.
    number : int
        How many; people are shared out evenly.
    share : float
        The share of the variance that lies between therapists (intraclass correlation), of the normal value behind.

    Examples
    --------
    >>> Therapists(arm="care", number=6, share=0.05).number
    6
    """

    arm: str
    number: int = Field(ge=2)
    share: float = Field(ge=0, lt=1)


class Provenance(Frozen):
    """Where the numbers of a world come from.

    Parameters
    ----------
    what : str
        Which numbers.
    origin : str
        ``"published"``, ``"derived"`` from published numbers, ``"unverified"``, or ``"convention"`` (our assumption).
    reference : str
        Key of the source; empty for a convention.
    note : str
        How, where it needs saying.

    Examples
    --------
    >>> Provenance(what="correlations", origin="convention").origin
    'convention'
    """

    what: str = Field(min_length=1)
    origin: Literal["published", "derived", "unverified", "convention"]
    reference: str = ""
    note: str = ""


class World(Frozen):
    """A world trials are drawn from, as a TOML file declares it.

    Parameters
    ----------
    id, title : str
        Its short name, which is part of the random numbers' key, and what it is.
    weeks : tuple of float
        When people are seen; the first is before the treatment.
    arms : tuple of WorldArm
        The comparator first.
    outcomes : tuple of WorldOutcome
        The first is the one staying away may depend on.
    correlation : Decay or tuple of tuple of float
        Between visits, of the normal values behind the answers. Whole-number answers correlate a little less.
    between : float
        Between two outcomes at one visit, likewise.
    modifiers, therapists, staying_away
        What else is in the world; by default none, and everybody is seen.
    provenance : tuple of Provenance
        Where the numbers come from.

    Examples
    --------
    >>> world = read_world(Path("examples/10_power/resolve.toml"))
    >>> world.people, round(world.effect("nrs", "retraining", 18), 2)
    (276, -0.98)
    """

    id: str = Field(min_length=1)
    title: str = ""
    weeks: tuple[float, ...] = Field(min_length=2)
    arms: tuple[WorldArm, ...] = Field(min_length=2)
    outcomes: tuple[WorldOutcome, ...] = Field(min_length=1)
    correlation: Decay | tuple[tuple[float, ...], ...]
    between: float = Field(default=0.0, gt=-1, lt=1)
    modifiers: tuple[WorldModifier, ...] = ()
    therapists: Therapists | None = None
    staying_away: StayingAway | None = None
    provenance: tuple[Provenance, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        faults = [*self._misnamed(), *self._wrong_lengths(), *self._impossible()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _misnamed(self) -> Iterable[str]:
        arms, outcomes = {arm.id for arm in self.arms}, {outcome.id for outcome in self.outcomes}
        curves = [outcome.mean for outcome in self.outcomes]
        curves += [self.staying_away.lost] if self.staying_away else []
        if any(set(by_arm) != arms for by_arm in curves) or (self.therapists and self.therapists.arm not in arms):
            yield f"means, spreads, losses and therapists must name the arms {', '.join(sorted(arms))}"
        if any(not {*each.slope, *each.interaction} <= outcomes for each in self.modifiers):
            yield f"modifiers may name the outcomes {', '.join(sorted(outcomes))}"
        parts: tuple[WorldArm | WorldOutcome | WorldModifier, ...] = (*self.arms, *self.outcomes, *self.modifiers)
        names = [part.id for part in parts]
        if len(set(names)) < len(names):
            yield "arms, outcomes and modifiers need ids of their own"

    def _wrong_lengths(self) -> Iterable[str]:
        curves = [
            curve for each in self.outcomes for part in (each.mean, each.sd, each.theta) for curve in part.values()
        ]
        curves += list(self.staying_away.lost.values()) if self.staying_away else []
        if any(len(curve) != len(self.weeks) for curve in curves):
            yield f"expected {len(self.weeks)} values a curve, one for each of weeks {self.weeks}"
        if tuple(sorted(set(self.weeks))) != self.weeks:
            yield "weeks must rise"

    def _impossible(self) -> Iterable[str]:
        matrix = self.visit_correlation
        if matrix.shape != (len(self.weeks),) * 2 or not np.allclose(matrix, matrix.T):
            yield f"correlations must be {len(self.weeks)} x {len(self.weeks)} and symmetric"
        elif not np.allclose(np.diag(matrix), 1.0) or np.linalg.eigvalsh(matrix)[0] <= 0.0:
            yield "no people have these correlations: expected ones on the diagonal and a positive definite matrix"

    @property
    def people(self) -> int:
        """How many people a trial has, all arms together."""
        return sum(arm.people for arm in self.arms)

    @property
    def visit_correlation(self) -> NDArray[np.float64]:
        """The correlation between visits, of the normal values behind the answers."""
        if isinstance(self.correlation, Decay):
            return self.correlation.matrix(len(self.weeks))
        return np.array(self.correlation, dtype=float)

    def outcome(self, name: str) -> WorldOutcome:
        """Give an outcome by its id."""
        found = {outcome.id: outcome for outcome in self.outcomes}
        if name not in found:
            message = f"no outcome '{name}' in world '{self.id}'; it has {', '.join(found)}"
            raise TrialError(message)
        return found[name]

    def effect(self, outcome: str, arm: str, week: float) -> float:
        """Give the true effect: the arm's mean minus the comparator's, in points."""
        visit = self.weeks.index(week)
        means = self.outcome(outcome).mean
        return means[arm][visit] - means[self.arms[0].id][visit]

    def without_effect(self) -> "World":
        """Give the same world with the comparator's answers and losses in every arm, and no interaction."""
        first = self.arms[0].id

        def alike(by_arm: Mapping[str, Curve]) -> dict[str, Curve]:
            return dict.fromkeys(by_arm, by_arm.get(first, ()))

        away = self.staying_away
        return self._changed(
            id=f"{self.id}-null",
            outcomes=[
                {**each.model_dump(), "mean": alike(each.mean), "sd": alike(each.sd), "theta": alike(each.theta)}
                for each in self.outcomes
            ],
            modifiers=[{**each.model_dump(), "interaction": {}} for each in self.modifiers],
            staying_away={**away.model_dump(), "lost": alike(away.lost)} if away else None,
        )

    def with_people(self, people: int) -> "World":
        """Give the same world with about this many people, shared among the arms as before."""
        arms = [WorldArm(id=arm.id, people=round(arm.people * people / self.people)).model_dump() for arm in self.arms]
        return self._changed(id=f"{self.id}-{people}", arms=arms)

    def _changed(self, **parts: object) -> "World":
        return World.model_validate({**self.model_dump(), **parts})

    @property
    def sha256(self) -> str:
        """The fingerprint of the world's content, wherever it was written."""
        words = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(words.encode()).hexdigest()


def read_world(path: Path) -> World:
    """Read a world from a TOML file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    World
        What it declares.

    Raises
    ------
    TrialError
        If the file is missing, is not TOML, or contradicts itself; every fault is listed.

    Examples
    --------
    >>> read_world(Path("nowhere.toml"))
    Traceback (most recent call last):
    backloop.errors.TrialError: nowhere.toml: expected a world to simulate, there is no such file; check the name
    """
    try:
        return World.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}".removeprefix(": ")
            for fault in error.errors(include_url=False, include_input=False)
        ]
        message = f"{path.name}: {'; '.join(faults)}"
    except OSError:
        message = f"{path.name}: expected a world to simulate, there is no such file; check the name"
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path.name}: not a UTF-8 TOML file: {error}; correct the line"
    raise TrialError(message)
