"""What findings for and against a mechanism say together: one ordinal rule, the same for all.

Decides the verdict; which way a single finding points is decided in `clues`.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from backloop.library import Strength
from backloop.profile.profiles import Verdict

__all__ = ["Direction", "Weight", "verdict_of", "weaker"]

Direction = Literal["for", "against", "neither", "conflicting", "missing"]
"""Which way a finding points."""


class Weight(NamedTuple):
    """One finding as the rule sees it: which way it points, how much it counts, and the book it comes from.

    Examples
    --------
    >>> Weight("for", "strong", "frebaq").counts_as
    'strong'
    """

    direction: Direction
    counts_as: Strength
    source: str


def weaker(strength: Strength) -> Strength:
    """Give the strength one step down; weak stays weak.

    Examples
    --------
    >>> weaker("strong")
    'moderate'
    """
    return "moderate" if strength == "strong" else "weak"


def verdict_of(weights: Iterable[Weight]) -> Verdict:
    """Weigh the findings on one mechanism.

    Parameters
    ----------
    weights : iterable of Weight
        All findings on the mechanism. Only those that point for or against are counted.

    Returns
    -------
    Verdict
        *supported*: one strong finding for it, or two moderate ones from different books, and no strong one against.
        *possible*: any other finding for it. *not supported*: none for it, and one against it that is strong or
        moderate. Otherwise *cannot say*.

    Notes
    -----
    An ordinal convention of this library, not a probability; no published rule exists. A missing finding never counts.

    References
    ----------
    backloop-convention

    Examples
    --------
    >>> verdict_of([Weight("for", "moderate", "frebaq"), Weight("for", "moderate", "two-point-lumbar")]).value
    'supported'
    >>> verdict_of([Weight("against", "weak", "cpm")]).value
    'cannot say'
    """
    strengths: dict[str, set[str]] = {"for": set(), "against": set()}
    moderate_sources = set()
    for direction, counts_as, source in weights:
        if direction in strengths:
            strengths[direction].add(counts_as)
        if direction == "for" and counts_as == "moderate":
            moderate_sources.add(source)
    in_favour, against = strengths["for"], strengths["against"]
    if not in_favour:
        return Verdict.NOT_SUPPORTED if against - {"weak"} else Verdict.CANNOT_SAY
    is_enough = "strong" in in_favour or len(moderate_sources) > 1
    return Verdict.SUPPORTED if is_enough and "strong" not in against else Verdict.POSSIBLE
