"""How people are to be allocated to arms: the rule, its arms and shares, and the factors it balances.

Decides which schemes are sound enough to use; `sequencing` draws from them and `concealment` keeps what was drawn.
"""

from itertools import product
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from backloop.units import Frozen

__all__ = [
    "AllocationRule",
    "AllocationScheme",
    "BigStick",
    "Factor",
    "Minimisation",
    "PermutedBlocks",
    "SimpleRandomisation",
]


class SimpleRandomisation(Frozen):
    """Each person is allocated by chance alone, whatever came before.

    Examples
    --------
    >>> SimpleRandomisation().method
    'simple'
    """

    method: Literal["simple"] = "simple"


class PermutedBlocks(Frozen):
    """Arms are balanced within blocks; with several sizes each block's size is drawn, so its end is hard to guess.

    Parameters
    ----------
    sizes : tuple of int
        People in a block, each a multiple of the sum of the arms' shares. One size alone lets the last person of every
        block be foreseen.

    Examples
    --------
    >>> PermutedBlocks(sizes=(4, 6, 8)).sizes
    (4, 6, 8)
    """

    method: Literal["permuted blocks"] = "permuted blocks"
    sizes: tuple[Annotated[int, Field(ge=2)], ...] = Field(min_length=1)


class BigStick(Frozen):
    """Each person is allocated by a fair coin until one of two arms is `limit` people ahead; then the other is due.

    References
    ----------
    soares-1983

    Examples
    --------
    >>> BigStick(limit=3).limit
    3
    """

    method: Literal["big stick"] = "big stick"
    limit: int = Field(ge=1)


class Minimisation(Frozen):
    """Each person probably goes where the arms then differ least over all factors (Pocock and Simon).

    Parameters
    ----------
    chance : float
        Chance of the arm that balances best, above 0.5 and at most 0.8, so that nobody can be sure.
    weights : dict of str to float
        How much a factor counts, by its id; 1 where none is given.

    Notes
    -----
    The difference of a factor is the range between the arms among people with the same level, and the differences of
    all factors are added up. Nothing can be listed beforehand: each allocation needs the people before.

    References
    ----------
    pocock-1975

    Examples
    --------
    >>> Minimisation(weights={"site": 2}).chance
    0.8
    """

    method: Literal["minimisation"] = "minimisation"
    chance: float = Field(default=0.8, gt=0.5, le=0.8)
    weights: dict[str, Annotated[float, Field(gt=0)]] = {}


AllocationRule = Annotated[
    SimpleRandomisation | PermutedBlocks | BigStick | Minimisation, Field(discriminator="method")
]
"""The rules, told apart by `method`."""


class Factor(Frozen):
    """Something known before randomisation that the arms shall be balanced for.

    Parameters
    ----------
    id : str
        What it is called, such as the column's name in REDCap.
    levels : tuple of str
        Every level it can take, as coded where people are allocated.

    Examples
    --------
    >>> Factor(id="site", levels=("1", "2")).levels
    ('1', '2')
    """

    id: str = Field(min_length=1)
    levels: tuple[str, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.levels)) < len(self.levels):
            message = f"factor '{self.id}' names a level twice"
            raise ValueError(message)
        return self


class AllocationScheme(Frozen):
    """Arms, their shares, the rule, and the factors it stratifies by (or, for minimisation, balances).

    Parameters
    ----------
    arms : tuple of str
        Ids of at least two arms.
    shares : tuple of int
        How the arms share people, such as (2, 1); by default equally.
    rule : AllocationRule
        How chance works.
    factors : tuple of Factor
        Every combination of their levels is a stratum of its own; minimisation balances each factor by itself.

    Examples
    --------
    >>> site = Factor(id="site", levels=("A", "B"))
    >>> AllocationScheme(arms=("retraining", "sham"), rule=PermutedBlocks(sizes=(4, 6)), factors=(site,)).strata
    (('A',), ('B',))
    """

    arms: tuple[str, ...] = Field(min_length=2)
    shares: tuple[Annotated[int, Field(ge=1)], ...] = ()
    rule: AllocationRule
    factors: tuple[Factor, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for fault in (self._wrong_names(), self._wrong_shares(), self._wrong_rule()):
            if fault:
                raise ValueError(fault)
        return self

    @property
    def split(self) -> tuple[int, ...]:
        """How the arms share people, one number an arm."""
        return self.shares or (1,) * len(self.arms)

    @property
    def is_listable(self) -> bool:
        """Whether allocations can be drawn up before anybody comes."""
        return not isinstance(self.rule, Minimisation)

    @property
    def strata(self) -> tuple[tuple[str, ...], ...]:
        """Every combination of levels that has its own sequence; one empty combination where nothing is stratified."""
        return tuple(product(*(factor.levels for factor in self.factors))) if self.is_listable else ((),)

    def _wrong_names(self) -> str:
        ids = [factor.id for factor in self.factors]
        if len(set(self.arms)) < len(self.arms) or len(set(ids)) < len(ids):
            return "arms and factors have distinct names"
        return ""

    def _wrong_shares(self) -> str:
        if len(self.split) != len(self.arms):
            return f"expected one share for each of {len(self.arms)} arms; got {len(self.split)}"
        return ""

    def _wrong_rule(self) -> str:
        equal = len(set(self.split)) == 1
        match self.rule:
            case PermutedBlocks(sizes=sizes) if any(size % sum(self.split) for size in sizes):
                return f"block sizes are multiples of {sum(self.split)}, the sum of the shares; got {sizes}"
            case BigStick() if self.split != (1, 1):
                return "the big stick is for two arms of equal share"
            case Minimisation() if not self.factors or not equal:
                return "minimisation needs at least one factor, and arms of equal share"
            case Minimisation(weights=weights) if set(weights) - {factor.id for factor in self.factors}:
                return f"weights for unknown factors: {', '.join(sorted(set(weights) - {f.id for f in self.factors}))}"
        return ""
